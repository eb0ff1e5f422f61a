// Package transport sends HTTP requests with retries, rate limiting and timeouts.
// It does not interpret response bodies.
//
// [Transport.Do] makes one call: one attempt or more, each a request of its own. The
// files follow a call from the outside to the inside: retry.go repeats attempts as long as
// decide says so, turn.go makes each wait for its turn, authorization.go gets its token,
// attempt.go makes it, body.go reads its response.
//
// What decide looks at is in policy.go (which statuses), failure.go (which errors),
// retryafter.go (which wait the API asks for), wait.go (how long to wait otherwise) and
// budget.go. pause.go is the pause that a 429 puts on all calls, context.go tells how a
// context ended, and base.go is the transport below it all.
package transport

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Config holds the settings of a [Transport].
type Config struct {
	Base    http.RoundTripper      // sends the requests; nil for a transport of our own
	BaseURL *url.URL               // the Authorization header is sent to this scheme, host and port only
	Policy  Policy                 // how often and when a call is repeated
	Limiter Limiter                // makes each attempt wait for its turn; nil for none
	IsFinal func(body []byte) bool // whether a 429 with this body never goes away by waiting; nil for never
}

// A Limiter delays attempts. Wait returns nil when the attempt may be made, or the
// reason why it must not be.
type Limiter interface {
	Wait(ctx context.Context) error
}

// A Transport makes calls. It is safe for concurrent use and holds no token.
type Transport struct {
	config Config
	base   http.RoundTripper
	own    *http.Transport // base, when newBase has made it
	direct bool            // base is a transport of net/http, with nothing in front of it
	budget budget
	pause  pause
}

// New returns a Transport with these settings.
func New(cfg Config) *Transport {
	t := &Transport{config: cfg, base: cfg.Base}
	if t.base == nil {
		t.base, t.own = newBase()
	}
	_, t.direct = t.base.(*http.Transport)
	t.config.Policy.MaxRetryAfter = min(cfg.Policy.MaxRetryAfter, longestWait)
	return t
}

// CloseIdleConnections closes the idle connections of our own transport. It leaves
// those of a caller's transport alone.
func (t *Transport) CloseIdleConnections() {
	if t.own != nil {
		t.own.CloseIdleConnections()
	}
}

// A Request is what one call sends. The transport writes to none of it.
type Request struct {
	Method string
	URL    url.URL
	Header http.Header
	Body   []byte // nil for none

	// Authorization returns the value of the Authorization header. It is called before
	// each attempt, after all waits. Its error ends the call. Nil sends no such header.
	Authorization func(ctx context.Context) (string, error)

	Idempotent     bool          // a repeat does no harm even when an attempt was applied
	MaxAttempts    int           // 0 for the policy's
	AttemptTimeout time.Duration // of one attempt, response body included; above 0
	Log            func(Attempt) // called after each attempt; nil for none
}

// An Attempt describes one attempt for a log.
type Attempt struct {
	Number     int // 1 for the first of the call
	StatusCode int // 0 when no response arrived
	Err        error
	Duration   time.Duration
	Wait       time.Duration // before the next attempt; 0 when none follows

	Authorization string // what the attempt sent; a secret, for redaction only
}

// A Response is one response with its body.
type Response struct {
	StatusCode int
	Header     http.Header
	Body       []byte // decompressed
	BodyErr    error  // why Body is missing from a response that arrived whole: [ErrTooLarge] or bad compression
}

// IsSuccess reports whether the status is a 2xx.
func (r *Response) IsSuccess() bool { return r.StatusCode >= 200 && r.StatusCode <= 299 }

// A Result is how a call ended.
type Result struct {
	// Response is the latest that arrived in any attempt of the call. When it belongs to
	// an attempt that broke off, it is the head without the body. Nil when none arrived.
	Response *Response

	// Err is why the last attempt brought no whole response, or why it was not made. It
	// is nil when there is a whole response, and when HeldFor is set.
	Err error

	Attempts int // requests handed to the base transport

	// Authorizations are the header values that the attempts sent, each once. They are
	// secrets, for redaction only.
	Authorizations []string

	MayHaveApplied bool // an attempt of a write ended without a known outcome

	// HeldFor is above 0 when the call was ended by a pause that other calls caused. It is
	// how long that pause still lasts.
	HeldFor time.Duration
}
