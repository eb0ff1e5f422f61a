package acceptance_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// defaultTransport puts rt in the place of http.DefaultTransport, which clients
// with a transport of their own start from. Not for parallel tests.
func defaultTransport(t *testing.T, rt http.RoundTripper) {
	before := http.DefaultTransport
	http.DefaultTransport = rt
	t.Cleanup(func() { http.DefaultTransport = before })
}

// A pipeListener hands the far ends of pipes to a server.
type pipeListener chan net.Conn

func (l pipeListener) Accept() (net.Conn, error) {
	if conn, ok := <-l; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (l pipeListener) Close() error { close(l); return nil }

func (l pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// A hole is a connection that, once dead, swallows what is written and stays open.
type deadableConn struct {
	net.Conn
	dead *atomic.Bool
}

func (h deadableConn) Write(b []byte) (int, error) {
	if h.dead.Load() {
		return len(b), nil
	}
	return h.Conn.Write(b)
}

func TestDeadHTTP2ConnectionIsFoundInFiveSeconds(t *testing.T) {
	lender := wireserver.StartTLS(t, wireserver.Once(""))
	synctest.Test(t, func(t *testing.T) {
		var dials atomic.Int64
		var dead *atomic.Bool // of the latest connection
		listener := make(pipeListener)
		server := &http.Server{
			TLSConfig: lender.TLS,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, 2, r.ProtoMajor)
				_, _ = io.WriteString(w, successBody)
			}),
		}
		var served sync.WaitGroup
		served.Go(func() { _ = server.ServeTLS(listener, "", "") })
		defer func() { _ = server.Close(); served.Wait() }()

		defaultTransport(t, &http.Transport{
			ForceAttemptHTTP2: true,
			TLSClientConfig:   &tls.Config{RootCAs: lender.Roots},
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				here, there := net.Pipe()
				listener <- there
				dials.Add(1)
				dead = new(atomic.Bool)
				return deadableConn{here, dead}, nil
			},
		})
		client := newClient(t, nil, spideriq.WithBaseURL("https://127.0.0.1"))
		require.NoError(t, update(t.Context(), client))
		require.Equal(t, int64(1), dials.Load())

		dead.Store(true)
		began := time.Now()
		attempt := func() error { return update(t.Context(), client, spideriq.WithMaxAttempts(1)) }
		failed := 0
		for err := attempt(); err != nil; err = attempt() {
			require.IsType(t, (*spideriq.TransportError)(nil), err)
			failed++
		}
		assert.LessOrEqual(t, failed, 2)
		assert.LessOrEqual(t, time.Since(began), 5*time.Second)

		dead.Store(true)
		began = time.Now()
		require.NoError(t, update(t.Context(), client), "another attempt gets a new connection")
		assert.Less(t, time.Since(began), 6*time.Second)
		assert.Equal(t, int64(3), dials.Load())
	})
}

func TestOwnTransportBoundsHandshakeAndIdleTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mute := wireserver.Pipe((*wireserver.Conn).Linger)
		defaultTransport(t, &http.Transport{DialContext: mute.Dial})
		client := newClient(t, nil, spideriq.WithBaseURL("https://127.0.0.1"))
		began := time.Now()
		err := update(t.Context(), client, spideriq.WithMaxAttempts(1))
		assert.False(t, requireAs[*spideriq.TransportError](t, err).MayHaveApplied)
		assert.Equal(t, 10*time.Second, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) {
		server := wireserver.Pipe(wireserver.Always(wireserver.Answer(200, successBody)))
		defaultTransport(t, &http.Transport{DialContext: server.Dial})
		began := time.Now()
		require.NoError(t, update(t.Context(), wireClient(t, server, withTransport(nil))))
		server.Wait() // until the client closes the connection
		assert.Equal(t, 90*time.Second, time.Since(began))
	})
}

func TestWrappedDefaultTransportIsUsed(t *testing.T) {
	server := wireserver.Start(t, wireserver.Always(wireserver.Answer(200, successBody)))
	inner, asked := server.Transport(t), 0
	defaultTransport(t, fakeapi.Reply(func(req *http.Request) (*http.Response, error) {
		asked++
		return inner.RoundTrip(req)
	}))
	require.NoError(t, update(t.Context(), wireClient(t, server)))
	assert.Equal(t, 1, asked)
}
