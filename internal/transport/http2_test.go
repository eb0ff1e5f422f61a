package transport

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serveHTTP2 starts an HTTP/2 server and returns a transport that reaches it.
func serveHTTP2(t *testing.T, handler http.HandlerFunc) (base http.RoundTripper, target func(*Request)) {
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Client().Transport, to(t, server.URL)
}

func quickly(cfg *Config) {
	cfg.Policy.BaseDelay, cfg.Policy.MaxDelay = time.Millisecond, time.Millisecond
}

func TestHTTP2StreamResetIsAFailureOfTheConnection(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{"bare": bare, "wrapped": wrapped} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			base, target := serveHTTP2(t, func(w http.ResponseWriter, req *http.Request) {
				assert.Equal(t, 2, req.ProtoMajor)
				if requests.Add(1) < 3 {
					panic(http.ErrAbortHandler) // resets the stream
				}
			})
			result := patch(t.Context(), newTransport(wrap(base), quickly), target)
			require.NoError(t, result.Err)
			assert.Equal(t, 3, result.Attempts)
			assert.True(t, result.MayHaveApplied)

			requests.Store(0)
			result = post(t.Context(), newTransport(wrap(base), quickly), target)
			require.Error(t, result.Err)
			assert.Equal(t, 1, result.Attempts)
			assert.True(t, result.MayHaveApplied)
		})
	}
}

func TestHTTP2RequestWithoutABodyHasNone(t *testing.T) {
	t.Parallel()
	base, target := serveHTTP2(t, func(_ http.ResponseWriter, req *http.Request) {
		assert.Equal(t, 2, req.ProtoMajor)
		body, err := io.ReadAll(req.Body)
		assert.NoError(t, err)
		assert.Empty(t, body)
		assert.Empty(t, req.TransferEncoding)
	})
	tr := newTransport(base)
	assert.Equal(t, 200, post(t.Context(), tr, target, noBody).Response.StatusCode)
	assert.Equal(t, 200, patch(t.Context(), tr, target, noBody).Response.StatusCode)
}

// Frames of HTTP/2, as RFC 9113 numbers them.
const (
	frameData     = 0
	frameHeaders  = 1
	frameReset    = 3
	frameSettings = 4
	frameGoAway   = 7
	flagEnd       = 1 // of the stream, and of settings the acknowledgement
	flagEndHead   = 4
	indexed204    = 0x89 // ":status: 204" in the static table of HPACK
)

// A rawHTTP2 server speaks HTTP/2 frame by frame. It gives refusal in answer to the
// requests of the first connection, once each has arrived whole, and 204 to all others.
type rawHTTP2 struct {
	refusal     func(stream uint32) []byte
	connections atomic.Int32
	requests    atomic.Int32
}

func frame(kind, flags byte, stream uint32, payload ...byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	head = append(head, flags)
	return append(binary.BigEndian.AppendUint32(head, stream), payload...)
}

func (s *rawHTTP2) serve(conn net.Conn) {
	defer conn.Close()
	number := s.connections.Add(1)
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	_, _ = conn.Write(append(frame(frameSettings, 0, 0), frame(frameSettings, flagEnd, 0)...))
	head := make([]byte, 9)
	for {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		length := binary.BigEndian.Uint32(head) >> 8
		if _, err := io.CopyN(io.Discard, conn, int64(length)); err != nil {
			return
		}
		kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])
		if (kind != frameData && kind != frameHeaders) || flags&flagEnd == 0 {
			continue
		}
		s.requests.Add(1)
		if number == 1 {
			_, _ = conn.Write(s.refusal(stream))
			continue
		}
		_, _ = conn.Write(frame(frameHeaders, flagEnd|flagEndHead, stream, indexed204))
	}
}

// listenHTTP2 starts the server with a certificate of httptest's.
func listenHTTP2(t *testing.T, server *rawHTTP2) (base *http.Transport, target func(*Request)) {
	lender := httptest.NewTLSServer(nil)
	t.Cleanup(lender.Close)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: lender.TLS.Certificates, NextProtos: []string{"h2"},
	})
	require.NoError(t, err)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go server.serve(conn)
		}
	}()
	base = lender.Client().Transport.(*http.Transport).Clone()
	base.ForceAttemptHTTP2 = true
	t.Cleanup(func() {
		base.CloseIdleConnections()
		_ = listener.Close()
	})
	return base, to(t, "https://"+listener.Addr().String())
}

func TestHTTP2ServerThatTurnsARequestAway(t *testing.T) {
	t.Parallel()
	goAway := func(uint32) []byte { return frame(frameGoAway, 0, 0, make([]byte, 8)...) } // nothing was processed
	refused := func(stream uint32) []byte { return frame(frameReset, 0, stream, 0, 0, 0, 7) }
	protocol := func(stream uint32) []byte { return frame(frameReset, 0, stream, 0, 0, 0, 1) }
	refusals := map[string]func(uint32) []byte{"goaway": goAway, "refused": refused, "protocol": protocol}
	for name, refusal := range refusals {
		t.Run("create, "+name, func(t *testing.T) {
			t.Parallel()
			for _, change := range []func(*Request){func(*Request) {}, noBody, withHeader("Idempotency-Key")} {
				server := &rawHTTP2{refusal: refusal}
				base, target := listenHTTP2(t, server)
				result := post(t.Context(), newTransport(base, quickly), target, change)
				require.Error(t, result.Err)
				assert.EqualValues(t, 1, server.requests.Load(), "one request on the wire")
				assert.True(t, result.MayHaveApplied)
			}
		})
	}
	t.Run("update, goaway", func(t *testing.T) {
		t.Parallel()
		server := &rawHTTP2{refusal: goAway}
		base, target := listenHTTP2(t, server)
		result := patch(t.Context(), newTransport(base), target)
		require.NoError(t, result.Err)
		assert.Equal(t, 204, result.Response.StatusCode)
		assert.Equal(t, 1, result.Attempts, "net/http sends it again, because the body can be rewound")
		assert.EqualValues(t, 2, server.requests.Load())
	})
}
