// Package fakeapi is test support: an [http.RoundTripper] that records what a client
// sends and answers without a network.
//
// It blocks on nothing but the context of a request and a timer, so it works in a
// testing/synctest bubble. It does not import the client under test: a test gives an
// [API] to the client as its transport.
package fakeapi

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// An API is an [http.RoundTripper] that records each request and answers it with the
// next of its replies. The last reply answers every further request. An API is safe
// for concurrent use.
type API struct {
	openBodies atomic.Int64

	mu       sync.Mutex
	replies  []Reply
	requests []Request
	times    []time.Time // when each request was made
}

// A Request is what was sent. Its body has been read.
type Request struct {
	Method, URL, Body string
	Header            http.Header
}

// New returns an API that answers with replies, in that order. There must be at least
// one.
func New(replies ...Reply) *API { return &API{replies: replies} }

// RoundTrip records the request and answers it with the next reply.
func (a *API) RoundTrip(req *http.Request) (*http.Response, error) {
	recorded, err := record(req)
	if err != nil {
		return nil, err
	}
	reply := a.add(recorded)
	resp, err := reply(req)
	if resp != nil && resp.Body != nil {
		a.openBodies.Add(1)
		closed := sync.OnceFunc(func() { a.openBodies.Add(-1) })
		resp.Body = &countedBody{ReadCloser: resp.Body, closed: closed}
	}
	return resp, err
}

// record reads the body of req to its end and closes it.
func record(req *http.Request) (Request, error) {
	recorded := Request{Method: req.Method, URL: req.URL.String(), Header: req.Header.Clone()}
	if req.Body == nil {
		return recorded, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return recorded, err
	}
	recorded.Body = string(body)
	return recorded, req.Body.Close()
}

// add appends a request to the record and returns the reply whose turn it is.
func (a *API) add(r Request) Reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, r)
	a.times = append(a.times, time.Now())
	turn := min(len(a.requests), len(a.replies))
	return a.replies[turn-1]
}

// A countedBody calls closed when it is closed.
type countedBody struct {
	io.ReadCloser
	closed func()
}

func (b *countedBody) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}

// Restart forgets the recorded requests and answers with other replies from now on.
func (a *API) Restart(replies ...Reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.replies = replies
	a.requests = nil
	a.times = nil
}

// Requests returns the requests so far, in the order in which they came.
func (a *API) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

// Waits returns the time between each request and the one before it.
func (a *API) Waits() []time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	var waits []time.Duration
	for i := 1; i < len(a.times); i++ {
		waits = append(waits, a.times[i].Sub(a.times[i-1]))
	}
	return waits
}

// OpenBodies returns how many bodies of responses have not been closed.
func (a *API) OpenBodies() int64 { return a.openBodies.Load() }
