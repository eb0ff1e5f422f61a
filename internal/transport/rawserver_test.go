package transport

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Responses of a raw server.
const (
	created  = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
	notFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
)

// A rawConn is one connection of a raw server. Number 1 is the first.
type rawConn struct {
	net.Conn
	number int
	in     *bufio.Reader
	server *rawServer
}

// A rawServer handles connections byte by byte, so that it can do what net/http's
// server never does.
type rawServer struct {
	mu       sync.Mutex
	accepted int
	open     []net.Conn
	requests []*http.Request
	handle   func(*rawConn)
}

// next reads one request with its body. It returns nil when the client has gone.
func (c *rawConn) next() *http.Request {
	req, err := http.ReadRequest(c.in)
	if err != nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.requests = append(c.server.requests, req)
	return req
}

func (c *rawConn) send(text string) { _, _ = io.WriteString(c, text) }

// seen returns the requests so far, of all connections.
func (s *rawServer) seen() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *rawServer) serve(conn net.Conn) {
	s.mu.Lock()
	s.accepted++
	s.open = append(s.open, conn)
	c := &rawConn{Conn: conn, number: s.accepted, in: bufio.NewReader(conn), server: s}
	s.mu.Unlock()
	defer conn.Close()
	s.handle(c)
}

func (s *rawServer) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.open {
		_ = conn.Close()
	}
}

// listen starts a raw server on loopback and returns its URL.
func listen(t *testing.T, handle func(*rawConn)) (server *rawServer, url string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server = &rawServer{handle: handle}
	var handlers sync.WaitGroup
	handlers.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			handlers.Go(func() { server.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		server.hangUp()
		handlers.Wait()
	})
	return server, "http://" + listener.Addr().String() + "/api/v1"
}

// piped returns net/http's own transport over connections in memory, which work in a
// bubble, and the server behind them.
func piped(t *testing.T, handle func(*rawConn)) (*rawServer, *http.Transport) {
	server := &rawServer{handle: handle}
	base := &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go server.serve(far)
		return near, nil
	}}
	t.Cleanup(base.CloseIdleConnections)
	return server, base
}

// always answers every request with the same text.
func always(text string) func(*rawConn) {
	return func(c *rawConn) {
		for c.next() != nil {
			c.send(text)
		}
	}
}

// firstThen handles the first connection in one way and all others in another.
func firstThen(first, then func(*rawConn)) func(*rawConn) {
	return func(c *rawConn) {
		if c.number == 1 {
			first(c)
			return
		}
		then(c)
	}
}

// once answers one request and closes the connection.
func once(text string) func(*rawConn) {
	return func(c *rawConn) {
		if c.next() != nil {
			c.send(text)
		}
	}
}
