package spideriqtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// Transport returns a RoundTripper that reaches the server without a socket: the
// same integrations, requests, rate limit and faults. It serves every request,
// whatever host and scheme the URL has, so nothing that uses it touches the
// network. It is safe for concurrent use, starts no goroutine that waits and needs
// no closing.
//
// It works inside a testing/synctest bubble, where a wait takes no real time:
//
//   - Make the server outside of the bubble and the client inside.
//   - Use contexts that are made inside.
//   - Times that the server sets or measures, such as updated_at and the rate limit,
//     are those of the bubble. A bubble begins at midnight UTC on 2000-01-01.
//
// The client of [Server.Client] takes it as an option:
//
//	server.Client(spideriq.WithHTTPClient(&http.Client{Transport: server.Transport()}))
//
// A request that meets [Cut] fails with [io.ErrUnexpectedEOF], and so does the body
// of an answer that meets [CutBody]. A request whose context ends fails with the
// context's cause. After [Server.Close] every request fails as a refused connection.
func (s *Server) Transport() http.RoundTripper {
	return memoryTransport{server: s}
}

type memoryTransport struct {
	server *Server
}

// RoundTrip passes the request and the response through net/http's own writers and
// readers, so that each side sees what it would see over the network. All of it
// happens in the goroutine of the caller.
func (t memoryTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	if err := t.checkReady(req); err != nil {
		return nil, err
	}
	received, err := transmit(req)
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		return response{answer: unreadableBody()}.receive(req)
	}
	if err != nil {
		return nil, err
	}
	ctx := req.Context()
	resp := t.server.serve(ctx, received)
	if resp.delivery == deliverNothing && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return resp.receive(req)
}

// checkReady returns an error when the request cannot be sent.
func (t memoryTransport) checkReady(req *http.Request) error {
	if req.URL == nil || req.URL.Host == "" || req.Header == nil {
		return errors.New("spideriqtest: the request has no URL, no host or no header")
	}
	if req.Context().Err() != nil {
		return context.Cause(req.Context())
	}
	if t.server.closed.Load() {
		refused := os.NewSyscallError("connect", syscall.ECONNREFUSED)
		return &net.OpError{Op: "dial", Net: "tcp", Addr: t.server.listener.Addr(), Err: refused}
	}
	return nil
}

// transmit returns the request as the server receives it.
func transmit(req *http.Request) (*http.Request, error) {
	sent := req.Clone(req.Context()) // a RoundTripper must not change its request
	if req.Body != nil && req.Body != http.NoBody {
		body, err := io.ReadAll(http.MaxBytesReader(nil, req.Body, maxBody))
		if err != nil {
			return nil, err
		}
		sent.Body = io.NopCloser(bytes.NewReader(body))
	}
	if acceptsGzip(sent) {
		sent.Header.Set("Accept-Encoding", "gzip")
	}
	var wire bytes.Buffer
	if err := sent.Write(&wire); err != nil {
		return nil, err
	}
	return http.ReadRequest(bufio.NewReader(&wire))
}

// acceptsGzip reports whether http.Transport would ask for compression. The server
// does not compress, but records what it was sent.
func acceptsGzip(req *http.Request) bool {
	return req.Method != http.MethodHead &&
		req.Header.Get("Accept-Encoding") == "" &&
		req.Header.Get("Range") == ""
}

// receive returns r as a client receives it. A response that is cut off ends with
// io.ErrUnexpectedEOF: here when nothing of it arrives, in the body otherwise.
func (r response) receive(req *http.Request) (*http.Response, error) {
	var wire bytes.Buffer
	if r.delivery != deliverNothing {
		header := r.answer.header.Clone()
		header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
		fmt.Fprintf(&wire, "HTTP/1.1 %03d %s\r\n", r.answer.status, http.StatusText(r.answer.status))
		_ = header.Write(&wire) // to memory, which cannot fail
		wire.WriteString("\r\n")
		wire.Write(r.deliveredBody())
	}
	return http.ReadResponse(bufio.NewReader(&wire), req)
}
