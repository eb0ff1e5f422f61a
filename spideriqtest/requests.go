package spideriqtest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// maxBody is the longest request body that the server reads.
const maxBody = 1 << 20

// A Request is one request as the server received it.
type Request struct {
	Method string
	Path   string // as on the wire, with /api/v1
	Query  url.Values
	Header http.Header // with Authorization
	Body   []byte
}

// Requests returns what the server has received so far, in order of arrival, each
// attempt on its own and those that met a fault included. A request has arrived
// when its body has. Nothing is shared with the server.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, len(s.requests))
	for i, r := range s.requests {
		r.Query = url.Values(http.Header(r.Query).Clone())
		r.Header = r.Header.Clone()
		r.Body = bytes.Clone(r.Body)
		requests[i] = r
	}
	return requests
}

// Fail makes the next requests meet faults, one each, in order of arrival, after
// those that earlier calls of Fail left over. A zero Fault lets its request pass.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// arrive records r and returns the fault that it meets.
func (s *Server) arrive(r Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	if len(s.faults) == 0 {
		return Fault{}
	}
	fault := s.faults[0]
	s.faults = slices.Delete(s.faults, 0, 1)
	return fault
}

// serve is the way of every request: recorded, then a fault or the answer.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil { // too long, or the client has gone
		notDocumented("a body that is cut off or longer than 1 MiB").send(w)
		return
	}
	request := Request{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.Query(), Header: r.Header.Clone(), Body: body}
	apply := func() answer { return s.limited(request) }
	fault := s.arrive(request)
	if fault.meet == nil {
		apply().send(w)
		return
	}
	fault.meet(r.Context(), w, apply)
}

// limited is the API behind its rate limit.
func (s *Server) limited(r Request) answer {
	if s.limit == nil {
		return s.route(r)
	}
	grant := s.limit.take(time.Now())
	var a answer
	if grant.ok {
		a = s.route(r)
	} else {
		a = tooManyRequests(grant.wait)
	}
	grant.writeTo(a.header)
	return a
}
