// Package transport carries one call to the API: one attempt or more, each a
// request on the wire, through the layers that [New] lists. It knows requests and
// answers, and nothing of what they mean.
package transport

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Config is what a [Transport] is made of.
type Config struct {
	URL       *url.URL          // where the API is; only its origin counts here
	Base      http.RoundTripper // the caller's; nil for a tuned one of our own
	Timeout   time.Duration     // of one attempt, body included
	Policy    Policy
	Limiter   Limiter // nil for none
	UserAgent string
	Final     func(body []byte) bool       // says that a 429 with this body will not go away by waiting
	Observe   func(context.Context, Event) // told of every attempt; nil for nobody
}

// A Limiter makes an attempt wait for its turn.
type Limiter interface{ Wait(context.Context) error }

// An Event is the end of an attempt, or the decision to make another.
type Event struct {
	Request *Request
	Attempt int           // 1 is the first
	Status  int           // 0 when there was no answer
	Err     error         // why there was no whole one
	Took    time.Duration // the attempt
	Again   bool          // there will be another attempt,
	Wait    time.Duration // after this
}

// A Request is one call as every attempt of it is sent. Nothing writes to it.
type Request struct {
	Method      string
	URL         url.URL
	Path        string      // what of the URL is below the base
	Header      http.Header // beside those that every request carries
	Body        []byte      // JSON; nil for none
	Bearer      string      // value of the Authorization header
	Hidden      any         // for [Event]
	MaxAttempts int         // 0: the policy's
	Repeat      bool        // a repeat does no harm even when the first attempt was applied
}

// A Result is how a call ended.
type Result struct {
	Answer         Answer        // the last one that came; StatusCode 0 when none did
	Err            error         // why the last attempt brought no whole answer, or was not made
	Attempts       int           // requests handed to the base transport
	MayHaveApplied bool          // an attempt of a write ended without a known outcome
	Held           time.Duration // above 0: not sent, for the API asked all calls to wait this much longer
}

// An Answer is one response, its body read to the end.
type Answer struct {
	StatusCode int
	Header     http.Header
	Body       []byte // decompressed
	Unreadable error  // why Body is left out, of an answer that came whole: [ErrTooLarge], or bad compression
}

// A Transport makes calls. It is safe for concurrent use, and holds no token.
type Transport struct {
	cfg    Config
	budget budget
	pause  pause
	engine engine
}

// New stacks the layers, the innermost first, and gives the reason for each place.
func New(cfg Config) *Transport {
	t := &Transport{cfg: cfg}
	wire, standard := base(cfg.Base)  // the caller's transport, or our own
	wire = auth{cfg.URL, wire}        // the last to touch a request, so that nothing behind it can send the token elsewhere
	one := attempt{t, wire, standard} // one request under one deadline, which covers its body too
	turn := limit{t, one}             // outside that deadline: waiting for a turn is no part of an attempt
	t.engine = newEngine(t, turn)     // repeats all that is listed above it
	return t
}

// Do makes one call. It sends nothing when ctx is done.
func (t *Transport) Do(ctx context.Context, r Request) *Result {
	c := &call{Context: ctx, t: t, req: r}
	if c.interrupted() {
		return &c.result
	}
	t.engine.run(c)
	if c.succeeded() {
		t.budget.put(max(c.paid, 1))
	}
	return &c.result
}

// A call is a [Request] under way. It is its own context, because a context is all
// that reaches the engine's hooks and the layers below them.
type call struct {
	context.Context
	t       *Transport
	req     Request
	result  Result
	answer  Answer        // of the last attempt; StatusCode 0 when it brought none
	failure failure       // of the last attempt
	wire    *wire         // of the last attempt
	wait    time.Duration // before the next attempt
	paid    int64         // what the retries took from the budget
	began   time.Time     // the last attempt, if anybody wants to know

	// What the engine and its http.Client see in place of the real request and
	// answer, so that they have nothing to rewrite, redirect or lose.
	stub http.Request
	done http.Response
}

type callKey struct{}

func (c *call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// callOf returns the call that a request, or the stub of one, belongs to.
func callOf(req *http.Request) *call { return req.Context().Value(callKey{}).(*call) }

// over tells the engine that an attempt has ended; how, is in the result.
func (c *call) over(req *http.Request) (*http.Response, error) {
	c.done.Request, c.done.Body = req, http.NoBody
	return &c.done, nil
}

// ended keeps how an attempt ended.
func (c *call) ended(answer Answer, err error) {
	c.answer, c.result.Err = answer, err
	if answer.StatusCode != 0 {
		c.result.Answer = answer
	}
	unknown := answer.StatusCode == http.StatusBadGateway || answer.StatusCode == http.StatusGatewayTimeout ||
		err != nil && !c.failure.unsent
	if unknown && c.writes() {
		c.result.MayHaveApplied = true
	}
}

func (c *call) tell(e Event) {
	if observe := c.t.cfg.Observe; observe != nil {
		e.Request, e.Attempt = &c.req, c.result.Attempts
		e.Status, e.Err = c.answer.StatusCode, c.result.Err
		if !e.Again {
			e.Took = time.Since(c.began)
		}
		observe(c, e)
	}
}

func (c *call) succeeded() bool {
	return c.result.Err == nil && c.answer.StatusCode/100 == 2
}

// interrupted says whether the caller's context is done, and if so, makes that
// the end of the call.
func (c *call) interrupted() bool {
	if err := contextError(c.Context); err != nil {
		c.result.Err = err
		return true
	}
	return false
}

// fits says whether d, and a moment for the attempt behind it, is left before the
// caller's deadline.
func (c *call) fits(d time.Duration) bool {
	const moment = 5 * time.Millisecond
	deadline, ok := c.Deadline()
	return !ok || time.Until(deadline) > d+moment
}

// writes says whether the call can change something.
func (c *call) writes() bool {
	return c.req.Method != http.MethodGet && c.req.Method != http.MethodHead && c.req.Method != http.MethodOptions
}
