package transport

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// A run is one call under way. Each call has its own engine, whose callbacks are methods
// of the run. The client and the engine are fields and not pointers, which saves two
// allocations a call.
//
// A run must not have a method CloseIdleConnections: the engine would call it after each
// failure and close the idle connections that all calls share.
type run struct {
	transport *Transport
	request   Request
	result    Result
	client    http.Client // makes attempts through RoundTrip
	engine    retryablehttp.Client
	outcome   outcome // of the latest attempt
	attempted bool    // the latest RoundTrip has made an attempt

	engineResponse http.Response // the response of the latest attempt, for the engine
	authorization  string        // that the latest attempt sent

	firstAuthorization [1]string // room for result.Authorizations

	duration time.Duration // of the latest attempt; 0 without a log
	wait     time.Duration // before the next attempt; 0 when none follows
	holdLeft time.Duration // how long pauses that other calls caused may still hold this one
	paid     int           // what the retries of this call have taken from the budget
}

// Do makes one call: it sends req, repeats it as the policy allows, and returns how the
// call ended. It sends nothing when ctx is done.
func (t *Transport) Do(ctx context.Context, req Request) Result {
	r := &run{transport: t, request: req, holdLeft: t.config.Policy.MaxRetryAfter}
	if r.request.MaxAttempts == 0 {
		r.request.MaxAttempts = t.config.Policy.MaxAttempts
	}
	r.client.Transport = r
	r.engine.HTTPClient = &r.client
	r.engine.RetryMax = r.request.MaxAttempts - 1
	r.engine.CheckRetry = r.checkRetry // which sets Backoff
	r.engine.ErrorHandler = retryablehttp.PassthroughErrorHandler
	_, err := r.engine.Do(&retryablehttp.Request{Request: r.template(ctx)})
	if err != nil && r.wait > 0 {
		r.result.Err = contextError(ctx) // the context has ended while the engine waited
	}
	if err != nil && r.result.Err == nil && r.result.HeldFor == 0 {
		r.result.Err = err // http.Client has refused the request before RoundTrip
	}
	r.settleBudget()
	return r.result
}

// template returns the request that the engine hands to RoundTrip. It has no header and
// no body, because http.Client would copy them. Each attempt makes its own request.
func (r *run) template(ctx context.Context) *http.Request {
	template := http.Request{Method: r.request.Method, URL: &r.request.URL, Header: noHeader}
	return template.WithContext(ctx)
}

// noHeader is the header of every template. Nothing writes to it.
var noHeader = http.Header{}

// RoundTrip waits for the call's turn and makes one attempt.
func (r *run) RoundTrip(template *http.Request) (*http.Response, error) {
	ctx := template.Context()
	r.wait, r.attempted, r.result.Err = 0, false, nil
	if err := r.waitTurn(ctx); err != nil {
		return nil, r.refuse(err)
	}
	authorization, err := r.authorize(ctx) // behind the waits, because a token may expire in them
	if err != nil {
		return nil, r.refuse(err)
	}
	r.attempted = true
	r.result.Attempts++
	r.recordAuthorization(authorization)
	var began time.Time
	if r.request.Log != nil {
		began = time.Now()
	}
	r.outcome = r.attempt(ctx, authorization)
	if r.request.Log != nil {
		r.duration = time.Since(began)
	}
	r.recordOutcome(r.outcome)
	if r.outcome.err != nil {
		return nil, r.outcome.err
	}
	return r.responseForEngine(template), nil
}

// refuse returns err as the end of the call before an attempt. It sets Result.Err, except
// for errHeld: Result.HeldFor is set then.
func (r *run) refuse(err error) error {
	if !errors.Is(err, errHeld) {
		r.result.Err = err
	}
	return err
}

// recordOutcome notes in the result how an attempt ended.
func (r *run) recordOutcome(o outcome) {
	r.result.Err = o.err
	if o.response != nil {
		r.result.Response = o.response
	}
	if o.mayHaveApplied(r.request.Method) {
		r.result.MayHaveApplied = true
	}
}

// responseForEngine returns the latest response as the engine sees it. It has no
// Location: http.Client would follow it, and would fail on one that it cannot parse. It
// has no body, because the attempt has read it.
func (r *run) responseForEngine(req *http.Request) *http.Response {
	response := r.outcome.response
	header := response.Header
	if header.Get("Location") != "" {
		header = header.Clone()
		header.Del("Location")
	}
	r.engineResponse = http.Response{StatusCode: response.StatusCode, Header: header, Body: http.NoBody, Request: req}
	return &r.engineResponse
}

// checkRetry is called by the engine after each attempt, the last included. It returns no
// error, because the engine would report that in the place of the attempt's own.
func (r *run) checkRetry(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	if !r.attempted {
		return false, nil
	}
	r.wait = r.decide(ctx)
	if r.request.Log != nil {
		r.request.Log(r.describeAttempt())
	}
	if r.wait > 0 {
		r.engine.Backoff = r.nextWait // set here, which saves an allocation in calls without a wait
	}
	return r.wait > 0, nil
}

// nextWait tells the engine how long it waits before the next attempt.
func (r *run) nextWait(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return r.wait }

// decide returns the wait before the next attempt, or 0 when the call ends here. On the
// way it makes the other calls wait after a 429, and pays for the next attempt.
func (r *run) decide(ctx context.Context) time.Duration {
	response, policy := r.outcome.response, r.transport.config.Policy
	if r.succeeded() {
		return 0
	}
	asked, stated := RetryAfter(response)
	if asked > policy.MaxRetryAfter || r.isFinal() {
		return 0
	}
	if r.isLimited() {
		r.transport.pause.extend(asked) // also when this call makes no further attempt
	}
	if r.result.Attempts >= r.request.MaxAttempts || response.forbidsRetry() {
		return 0
	}
	if !r.outcome.mayRepeat(r.request.Idempotent, stated) {
		return 0
	}
	if ended := contextError(ctx); ended != nil {
		r.result.Err = ended
		return 0
	}
	least := asked
	if asked == 0 {
		least = policy.backoff(r.result.Attempts)
	}
	if !fits(ctx, least) || !r.payForRetry() {
		return 0
	}
	if asked > 0 {
		return withJitter(ctx, asked)
	}
	return least
}

// payForRetry takes the cost of another attempt from the budget. It returns false when
// too little is left.
func (r *run) payForRetry() bool {
	cost := retryCost
	if r.outcome.failure.timeout {
		cost = timeoutRetryCost
	}
	if !r.transport.budget.take(cost) {
		return false
	}
	r.paid += cost
	return true
}

// settleBudget gives back what the retries of the call have taken, or finishedCall when
// there were none. A call that ended without a response, with a 5xx or with a 429 gives
// back nothing.
func (r *run) settleBudget() {
	if r.result.Err != nil || r.result.HeldFor > 0 || r.outcome.response == nil {
		return
	}
	status := r.outcome.response.StatusCode
	if status >= 500 || status == http.StatusTooManyRequests {
		return
	}
	r.transport.budget.giveBack(max(r.paid, finishedCall))
}

func (r *run) succeeded() bool {
	return r.outcome.err == nil && r.outcome.response.IsSuccess()
}

// isLimited reports whether the latest attempt got a 429.
func (r *run) isLimited() bool {
	return r.outcome.response != nil && r.outcome.response.StatusCode == http.StatusTooManyRequests
}

// isFinal reports whether the latest attempt got a 429 that waiting does not lift.
func (r *run) isFinal() bool {
	isFinal := r.transport.config.IsFinal
	return r.isLimited() && isFinal != nil && isFinal(r.outcome.response.Body)
}

// describeAttempt returns the latest attempt as a log shows it.
func (r *run) describeAttempt() Attempt {
	a := Attempt{
		Number: r.result.Attempts, Err: r.result.Err, Duration: r.duration, Wait: r.wait,
		Authorization: r.authorization,
	}
	if r.outcome.response != nil {
		a.StatusCode = r.outcome.response.StatusCode
	}
	return a
}
