package spideriqtest

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// A Request is one request as the server received it.
type Request struct {
	// Method is the HTTP method, for example "PATCH".
	Method string

	// Path is the path as on the wire, with /api/v1 and without the query.
	Path string

	// Query holds the query parameters. Pairs that cannot be decoded are left out.
	Query url.Values

	// Header holds the header fields, Authorization included.
	Header http.Header

	// Body is the whole body. It is empty when there was none.
	Body []byte
}

func (r Request) clone() Request {
	query := make(url.Values, len(r.Query))
	for key, values := range r.Query {
		query[key] = slices.Clone(values)
	}
	r.Query = query
	r.Header = r.Header.Clone()
	r.Body = bytes.Clone(r.Body)
	return r
}

// Requests returns the requests that the server has received so far, in order of
// arrival. Each attempt of a call is a request of its own, and those that met a
// fault are included. A request has arrived when its body has. Requests with a body
// over 1 MiB or one that breaks off are not recorded. The caller may change what is
// returned.
func (s *Server) Requests() []Request {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	requests := make([]Request, len(s.recorder.requests))
	for n, r := range s.recorder.requests {
		requests[n] = r.clone()
	}
	return requests
}

// A recorder keeps the requests that have arrived and hands out the faults that the
// next ones meet.
type recorder struct {
	mu       sync.Mutex
	requests []Request
	faults   []Fault
}

// add records r and returns the fault that it meets. Both happen under one lock, so
// that requests meet faults in the order in which Requests returns them.
func (rec *recorder) add(r Request) Fault {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.requests = append(rec.requests, r)
	if len(rec.faults) == 0 {
		return Fault{}
	}
	next := rec.faults[0]
	rec.faults = rec.faults[1:]
	return next
}

func (rec *recorder) addFaults(faults []Fault) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.faults = append(rec.faults, faults...)
}
