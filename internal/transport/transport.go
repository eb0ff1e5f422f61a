// Package transport carries one call to the API: one attempt or more, each a
// request on the wire, through the layers that [Transport.RoundTrip] lists. It knows
// requests and answers, and nothing of what they mean.
package transport

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"
)

// Config is what a [Transport] is made of.
type Config struct {
	API     *url.URL          // where the API is; only its origin counts here
	Base    http.RoundTripper // the caller's; nil for a tuned one of our own
	Timeout time.Duration     // of one attempt, body included
	Policy  Policy
	Limiter interface{ Wait(context.Context) error } // makes an attempt wait for its turn; nil for none
	Final   func(body []byte) bool                   // says that a 429 with this body will not go away by waiting
}

// A Transport makes calls. It is safe for concurrent use, and holds no token.
type Transport struct {
	Config
	standard bool // Base ends in net/http's own transport
	send     func(template *http.Request) error
	budget   budget
	pause    pause
}

// New returns a Transport of these parts.
func New(cfg Config) *Transport {
	t := &Transport{Config: cfg}
	t.Base, t.standard = base(cfg.Base)
	t.send = repeating(t)
	return t
}

// base returns the innermost transport and whether it is net/http's own, whose
// errors behind a sent request are all failures of a connection. Without one given
// it is a transport for many concurrent calls to one host, or what a program has put
// in the place of http.DefaultTransport.
func base(given http.RoundTripper) (rt http.RoundTripper, standard bool) {
	rt = cmp.Or(given, http.DefaultTransport)
	t, standard := rt.(*http.Transport)
	if given != nil || !standard {
		return rt, standard
	}
	t = t.Clone()      // keeps the proxy and dial settings
	t.MaxIdleConns = 0 // no limit over all hosts: there is one
	t.MaxIdleConnsPerHost = 1024
	t.IdleConnTimeout = 90 * time.Second
	t.TLSHandshakeTimeout = 10 * time.Second
	t.MaxResponseHeaderBytes = 1 << 20
	// A connection that has gone dead without a word is noticed within 5 seconds.
	t.HTTP2 = cmp.Or(t.HTTP2, new(http.HTTP2Config))
	t.HTTP2.SendPingTimeout = 3 * time.Second
	t.HTTP2.PingTimeout = 2 * time.Second
	return t, true
}

// RoundTrip is what the engine repeats while the call has a Wait. It names the layers in
// their order, with the reason for each place.
func (t *Transport) RoundTrip(template *http.Request) (*http.Response, error) {
	ctx, c := template.Context(), callOf(template.Context())
	earlier := c.Answer
	if t.turn(ctx, c) { // outside the deadline of an attempt, of which waiting for a turn is no part
		t.attempt(template, c)  // one request with the token, under one deadline, which covers the answer's body too
		c.Wait = t.next(ctx, c) // behind all that, so that a repeat has its own turn, deadline and request
		if c.Log != nil {
			c.Log()
		}
	}
	if c.Answer.StatusCode == 0 {
		c.Answer = earlier
	}
	// The engine, and the http.Client in it, see no status and no error, so that they
	// have no redirect to follow and nothing of their own to wait for.
	c.over = http.Response{Request: template, Body: http.NoBody}
	return &c.over, nil
}

// A Call is what [Transport.Do] is asked for and, below that, how it ended.
type Call struct {
	Method      string
	URL         url.URL
	Header      http.Header // nothing writes to it
	Body        []byte      // JSON; nil for none
	Bearer      string      // value of the Authorization header
	MaxAttempts int         // 0: the policy's
	Repeat      bool        // a repeat does no harm even when the first attempt was applied
	Log         func()      // called after every attempt, unless nil

	Answer         Answer        // the last one that came; StatusCode 0 when none did
	Err            error         // why the last attempt brought no whole answer, or was not made
	Attempts       int           // requests handed to the base transport
	Took           time.Duration // the last of them
	Wait           time.Duration // before the next of them; 0 when there is none
	MayHaveApplied bool          // an attempt of a write ended without a known outcome
	Held           time.Duration // above 0: not sent, for the API asked all calls to wait this much longer

	failure failure // of the last attempt
	paid    int64   // what the retries took from the budget
	over    http.Response
}

// An Answer is one response, its body read to the end.
type Answer struct {
	StatusCode int
	Header     http.Header
	Body       []byte // decompressed
	Unreadable error  // why Body is left out, of an answer that came whole: [ErrTooLarge], or bad compression
}

// Do makes one call. It sends nothing when ctx is done.
func (t *Transport) Do(ctx context.Context, c *Call) {
	template := http.Request{Method: c.Method, URL: &c.URL, Header: noHeader, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if err := t.send(template.WithContext(context.WithValue(ctx, callKey{}, c))); err != nil {
		c.Err = cmp.Or(contextError(ctx), err) // it ended while the call waited
	}
	if c.succeeded() {
		t.budget.take(-max(c.paid, 1))
	}
}

// noHeader is what the template carries through the engine. Nothing writes to it.
var noHeader = http.Header{}

// callOf returns the call that a context in the engine or a layer belongs to: a context
// is all that reaches them.
func callOf(ctx context.Context) *Call { return ctx.Value(callKey{}).(*Call) }

type callKey struct{}

func (c *Call) succeeded() bool { return c.Err == nil && c.Held == 0 && c.Answer.StatusCode/100 == 2 }

// fits says whether d, and a moment for the attempt behind it, is left before the
// caller's deadline.
func fits(ctx context.Context, d time.Duration) bool {
	const moment = 5 * time.Millisecond
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > d+moment
}
