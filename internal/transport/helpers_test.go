package transport

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var apiURL = &url.URL{Scheme: "https", Host: "api.test", Path: "/api/v1"}

// errOpaque has no type and no text that anybody knows.
var errOpaque = errors.New("errOpaque")

// newTransport returns a transport over base. It waits a second before each retry.
func newTransport(base http.RoundTripper, changes ...func(*Config)) *Transport {
	cfg := Config{
		Base: base, BaseURL: apiURL,
		Policy: Policy{MaxAttempts: 3, BaseDelay: time.Second, MaxDelay: time.Second, MaxRetryAfter: time.Minute},
	}
	for _, change := range changes {
		change(&cfg)
	}
	return New(cfg)
}

// patch makes an update through t. It may be repeated.
func patch(ctx context.Context, t *Transport, changes ...func(*Request)) Result {
	return call(ctx, t, http.MethodPatch, append([]func(*Request){idempotent}, changes...)...)
}

// post makes a create through t. It must not be repeated once it was sent.
func post(ctx context.Context, t *Transport, changes ...func(*Request)) Result {
	return call(ctx, t, http.MethodPost, changes...)
}

func call(ctx context.Context, t *Transport, method string, changes ...func(*Request)) Result {
	req := Request{
		Method: method, URL: *apiURL, Header: http.Header{"Accept": {"application/json"}}, Body: []byte("{}"),
		Authorization:  func(context.Context) (string, error) { return "Bearer secret", nil },
		AttemptTimeout: time.Minute,
	}
	for _, change := range changes {
		change(&req)
	}
	return t.Do(ctx, req)
}

func idempotent(r *Request) { r.Idempotent = true }

func noBody(r *Request) { r.Body = nil }

func attempts(n int) func(*Request) { return func(r *Request) { r.MaxAttempts = n } }

func withHeader(key string) func(*Request) {
	return func(r *Request) { r.Header = http.Header{key: {"x"}} }
}

// to sends a request to another URL than that of apiURL.
func to(t *testing.T, rawURL string) func(*Request) {
	target, err := url.Parse(rawURL)
	require.NoError(t, err)
	return func(r *Request) { r.URL = *target }
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// wrapped hides the type of a transport, as a tracing or logging one does.
func wrapped(base http.RoundTripper) http.RoundTripper { return roundTripper(base.RoundTrip) }

func bare(base http.RoundTripper) http.RoundTripper { return base }

type limiter func(context.Context) error

func (l limiter) Wait(ctx context.Context) error { return l(ctx) }

// A reply is what a scripted transport does with one request.
type reply = roundTripper

// status answers with a status and headers.
func status(code int, headers ...string) reply {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: code, Header: header(headers...), Body: http.NoBody, Request: req}, nil
	}
}

func failing(err error) reply {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hanging answers when the request's context is done.
func hanging(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// A script is a transport that gives replies in turn, the last one for ever.
type script struct {
	mu      sync.Mutex
	replies []reply
	sent    []time.Time
}

func scripted(replies ...reply) *script { return &script{replies: replies} }

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	next := s.replies[min(len(s.sent), len(s.replies)-1)]
	s.sent = append(s.sent, time.Now())
	s.mu.Unlock()
	return next(req)
}

func (s *script) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sent)
}

func header(pairs ...string) http.Header {
	h := make(http.Header)
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func dialError(err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 443}, Err: err}
}

func readError(err error) error { return &net.OpError{Op: "read", Net: "tcp", Err: err} }

func errno(e syscall.Errno) error { return os.NewSyscallError("connect", e) }
