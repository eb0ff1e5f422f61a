package spideriq_test

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// A wireServer speaks HTTP byte by byte, so that it can do what net/http's own
// server never would. One goroutine per connection runs its handler.
type wireServer struct {
	url      string
	tls      *tls.Config    // nil without TLS
	roots    *x509.CertPool // that trust it
	accepted atomic.Int64   // connections

	handle   func(*wireConn)
	handlers sync.WaitGroup
	mu       sync.Mutex
	requests []*wireRequest
	open     []net.Conn
}

// A wireRequest is a request as it came, with its body read.
type wireRequest struct {
	*http.Request
	body string
}

type wireConn struct {
	net.Conn
	number int64 // 1 for the first that was accepted
	in     *bufio.Reader
	server *wireServer
}

// serveWire listens on loopback until the test ends. A connection is closed when
// handle returns.
func serveWire(t testing.TB, handle func(*wireConn)) *wireServer {
	s := &wireServer{handle: handle}
	s.listen(t, "http://", func(l net.Listener) net.Listener { return l })
	return s
}

// serveWireTLS is serveWire over TLS, with a certificate that only s.roots trust.
func serveWireTLS(t testing.TB, handle func(*wireConn)) *wireServer {
	lender := httptest.NewTLSServer(nil)
	lender.Close()
	s := &wireServer{handle: handle, tls: &tls.Config{Certificates: lender.TLS.Certificates}, roots: x509.NewCertPool()}
	s.roots.AddCert(lender.Certificate())
	s.listen(t, "https://", func(l net.Listener) net.Listener { return tls.NewListener(l, s.tls) })
	return s
}

// pipeWire is a server without a network: fast, and blind to real time, so that it
// works in a synctest bubble.
func pipeWire(handle func(*wireConn)) *wireServer { return &wireServer{handle: handle} }

func (s *wireServer) listen(t testing.TB, scheme string, wrap func(net.Listener) net.Listener) {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	listener := wrap(plain)
	s.url = scheme + plain.Addr().String()
	s.handlers.Go(func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			s.serve(conn)
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		s.hangUp()
		s.handlers.Wait()
	})
}

func (s *wireServer) serve(conn net.Conn) {
	s.mu.Lock()
	s.open = append(s.open, conn)
	s.mu.Unlock()
	c := &wireConn{Conn: conn, number: s.accepted.Add(1), in: bufio.NewReader(conn), server: s}
	s.handlers.Go(func() {
		defer conn.Close()
		s.handle(c)
	})
}

func (s *wireServer) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.open {
		_ = conn.Close()
	}
}

// seen returns the requests so far, of all connections.
func (s *wireServer) seen() []*wireRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// dial is the way to a server without a network.
func (s *wireServer) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	s.serve(there)
	return here, nil
}

// transport returns one of a caller's own that reaches the server.
func (s *wireServer) transport(t testing.TB) *http.Transport {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	switch {
	case s.roots != nil:
		transport.TLSClientConfig = &tls.Config{RootCAs: s.roots}
	case s.url == "":
		transport.DialContext = s.dial
	}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// client returns a client of the server. It has the library's own transport where
// that can reach the server, and waits no longer than a millisecond between attempts.
func (s *wireServer) client(t testing.TB, opts ...spideriq.Option) *spideriq.Client {
	t.Helper()
	var rt http.RoundTripper // nil: the library's own
	if s.roots != nil || s.url == "" {
		rt = s.transport(t)
	}
	at := spideriq.WithBaseURL(cmp.Or(s.url, "http://127.0.0.1"))
	quickly := spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Millisecond, MaxDelay: time.Millisecond})
	return newClient(t, rt, append([]spideriq.Option{at, quickly}, opts...)...)
}

// next waits for a request and reads its body; nil when the client has gone.
func (c *wireConn) next() *wireRequest {
	req, err := http.ReadRequest(c.in)
	if err != nil {
		return nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil
	}
	r := &wireRequest{req, string(body)}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.requests = append(c.server.requests, r)
	return r
}

func (c *wireConn) send(text string) { _, _ = io.WriteString(c, text) }

// linger keeps the connection open until the client closes it.
func (c *wireConn) linger() { _, _ = io.Copy(io.Discard, c.in) }

// reset ends the connection with a RST in place of a FIN.
func (c *wireConn) reset() {
	_ = c.Conn.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

// wireAlways answers every request on a connection, in turn, again and again.
func wireAlways(answers ...string) func(*wireConn) {
	return func(c *wireConn) {
		for i := 0; c.next() != nil; i++ {
			c.send(answers[i%len(answers)])
		}
	}
}

// wireOnce answers one request and closes the connection, in the middle of an
// answer that is not complete.
func wireOnce(answer string) func(*wireConn) {
	return func(c *wireConn) {
		if c.next() != nil {
			c.send(answer)
		}
	}
}

// wireAnswer is an answer with that body behind its length.
func wireAnswer(status int, body string, headers ...string) string {
	head := fmt.Sprintf("HTTP/1.1 %03d %s\r\n", status, http.StatusText(status))
	for _, header := range headers {
		head += header + "\r\n"
	}
	return head + wireLength(body)
}

func wireLength(body string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

func wireChunked(body string) string {
	return fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n", 20, body[:20], len(body)-20, body[20:])
}

func wireGzip(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}
