package main

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
)

// A request is what was sent to change something.
type request struct {
	Method   string          `json:"method"`
	Path     string          `json:"path"`
	Body     json.RawMessage `json:"body"`
	Attempts int             `json:"attempts"`
}

// A recorder is the innermost layer of a client. It keeps the latest update that
// passes, without its headers, because one of them holds the token.
type recorder struct {
	next http.RoundTripper

	mu   sync.Mutex
	last *request
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPatch {
		if err := r.record(req); err != nil {
			return nil, err
		}
	}
	return r.next.RoundTrip(req)
}

func (r *recorder) record(req *http.Request) error {
	copied, err := req.GetBody()
	if err != nil {
		return err
	}
	body, err := io.ReadAll(copied)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	attempts := 1
	if r.last != nil {
		attempts += r.last.Attempts
	}
	r.last = &request{Method: req.Method, Path: req.URL.EscapedPath(), Body: body, Attempts: attempts}
	return nil
}

// update returns nil when none was sent.
func (r *recorder) update() *request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}
