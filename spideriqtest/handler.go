package spideriqtest

import (
	"context"
	"io"
	"maps"
	"net/http"
)

// maxBody is the longest request body that the server reads.
const maxBody = 1 << 20

// serveLoopback handles a request that came over the network.
func (s *Server) serveLoopback(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.serve(r.Context(), r).send(w)
}

// serve handles a request that came over the network or through memory. It returns
// when the response is due, or when ctx ends.
func (s *Server) serve(ctx context.Context, r *http.Request) response {
	body, err := io.ReadAll(r.Body)
	if err != nil { // too long, or the client has gone
		return response{answer: unreadableBody()}
	}
	request := Request{
		Method: r.Method,
		Path:   r.URL.EscapedPath(),
		Query:  r.URL.Query(),
		Header: r.Header.Clone(),
		Body:   body,
	}
	fault := s.recorder.add(request)
	apply := func() answer { return s.apply(request, r.URL.RawQuery) }
	if fault.respond == nil {
		return response{answer: apply()}
	}
	return fault.respond(ctx, apply)
}

func unreadableBody() answer {
	return errorAnswer(notDocumented("a body that breaks off or is longer than 1 MiB"))
}

// apply makes the API apply a request, within its rate limit.
func (s *Server) apply(r Request, rawQuery string) answer {
	if s.limit == nil {
		return s.answerTo(r, rawQuery)
	}
	state := s.limit.take()
	if !state.allowed {
		return tooManyRequests(state.wait).withHeader(state.header())
	}
	return s.answerTo(r, rawQuery).withHeader(state.header())
}

func (s *Server) answerTo(r Request, rawQuery string) answer {
	a, err := s.route(r, rawQuery)
	if err != nil {
		return errorAnswer(err)
	}
	return a
}

// send writes r to a connection and closes the connection when r is not delivered
// as a whole.
func (r response) send(w http.ResponseWriter) {
	if r.delivery == deliverNothing {
		abort()
	}
	maps.Copy(w.Header(), r.answer.header)
	w.WriteHeader(r.answer.status)
	_, _ = w.Write(r.deliveredBody()) // fails when the client has gone
	if r.delivery == deliverHalf {
		_ = http.NewResponseController(w).Flush() // fails when the client has gone
		abort()
	}
}

// abort makes net/http close the connection of the request.
func abort() { panic(http.ErrAbortHandler) }
