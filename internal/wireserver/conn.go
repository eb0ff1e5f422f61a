package wireserver

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// A Conn is the server's end of a connection.
type Conn struct {
	net.Conn
	Number int64         // 1 for the first connection that the server accepted
	In     *bufio.Reader // what the client sends

	server *Server
}

// A Request is a request as it came. Its body has been read.
type Request struct {
	*http.Request
	Content string // the body
}

func newConn(conn net.Conn, s *Server, number int64) *Conn {
	return &Conn{Conn: conn, Number: number, In: bufio.NewReader(conn), server: s}
}

// Next waits for a request, reads it with its body and records it. It returns nil when
// the client has closed the connection or what it sent is no request.
func (c *Conn) Next() *Request {
	req, err := http.ReadRequest(c.In)
	if err != nil {
		return nil
	}
	content, err := io.ReadAll(req.Body)
	if err != nil {
		return nil
	}
	r := &Request{Request: req, Content: string(content)}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.requests = append(c.server.requests, r)
	return r
}

// Send writes text as it is. An error is ignored: the client may have gone.
func (c *Conn) Send(text string) { _, _ = io.WriteString(c, text) }

// Linger keeps the connection open until the client closes it.
func (c *Conn) Linger() { _, _ = io.Copy(io.Discard, c.In) }

// Reset ends a TCP connection with RST in the place of FIN.
func (c *Conn) Reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// Always returns a handler that answers every request on a connection with the next of
// answers, and begins again after the last.
func Always(answers ...string) func(*Conn) {
	return func(c *Conn) {
		for i := 0; c.Next() != nil; i++ {
			c.Send(answers[i%len(answers)])
		}
	}
}

// Once returns a handler that answers one request and closes the connection. The client
// sees an incomplete answer as one that was cut.
func Once(answer string) func(*Conn) {
	return func(c *Conn) {
		if c.Next() != nil {
			c.Send(answer)
		}
	}
}
