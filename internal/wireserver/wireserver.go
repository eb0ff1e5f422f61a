// Package wireserver is test support: an HTTP server whose responses are bytes that the
// test writes. It can cut, reset and stall a response and break its framing, which the
// server of net/http never does.
//
// [Start] and [StartTLS] listen on loopback. [Pipe] makes a server without a network;
// it works in a testing/synctest bubble, where a wait on the network would stop the
// clock of the bubble.
package wireserver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// A Server accepts connections and runs its handler on each, in a goroutine of its
// own. It records the requests that handlers read.
type Server struct {
	URL   string         // origin, without a path; "" for a server without a network
	TLS   *tls.Config    // nil without TLS
	Roots *x509.CertPool // the only roots that trust the certificate; nil without TLS

	handle   func(*Conn)
	handlers sync.WaitGroup
	accepted atomic.Int64

	mu       sync.Mutex
	requests []*Request
	open     []net.Conn
}

// Start returns a server that listens on loopback until the test ends. It closes a
// connection when handle returns.
func Start(t testing.TB, handle func(*Conn)) *Server {
	t.Helper()
	s := &Server{handle: handle}
	s.listen(t)
	return s
}

// StartTLS is [Start] over TLS, with a certificate for 127.0.0.1 and example.com that
// only Roots trust.
func StartTLS(t testing.TB, handle func(*Conn)) *Server {
	t.Helper()
	standard := httptest.NewTLSServer(nil) // only for its certificate
	standard.Close()
	s := &Server{
		TLS:    &tls.Config{Certificates: standard.TLS.Certificates},
		Roots:  x509.NewCertPool(),
		handle: handle,
	}
	s.Roots.AddCert(standard.Certificate())
	s.listen(t)
	return s
}

// Pipe returns a server that is reached by [Server.Dial] or [Server.Transport] only.
func Pipe(handle func(*Conn)) *Server { return &Server{handle: handle} }

func (s *Server) listen(t testing.TB) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.URL = "http://" + listener.Addr().String()
	if s.TLS != nil {
		s.URL = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, s.TLS)
	}
	s.handlers.Go(func() { s.accept(listener) })
	t.Cleanup(func() {
		_ = listener.Close()
		s.closeConnections()
		s.handlers.Wait()
	})
}

func (s *Server) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		s.serve(conn)
	}
}

func (s *Server) serve(conn net.Conn) {
	s.mu.Lock()
	s.open = append(s.open, conn)
	s.mu.Unlock()
	c := newConn(conn, s, s.accepted.Add(1))
	s.handlers.Go(func() {
		defer conn.Close()
		s.handle(c)
	})
}

func (s *Server) closeConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.open {
		_ = conn.Close()
	}
}

// Accepted returns how many connections the server has accepted.
func (s *Server) Accepted() int64 { return s.accepted.Load() }

// Requests returns the requests that have been read so far, of all connections.
func (s *Server) Requests() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Wait returns when every handler has returned.
func (s *Server) Wait() { s.handlers.Wait() }

// Dial connects to the server without a network, whatever network and address are.
func (s *Server) Dial(context.Context, string, string) (net.Conn, error) {
	clientEnd, serverEnd := net.Pipe()
	s.serve(serverEnd)
	return clientEnd, nil
}

// Transport returns a new [http.Transport] that reaches the server and trusts its
// certificate. Its idle connections are closed when the test ends.
func (s *Server) Transport(t testing.TB) *http.Transport {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	if s.Roots != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: s.Roots}
	}
	if s.URL == "" {
		transport.DialContext = s.Dial
	}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}
