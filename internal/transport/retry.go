package transport

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Policy has the numbers of retrying.
type Policy struct {
	MaxAttempts   int           // per call, unless the call has its own
	BaseDelay     time.Duration // ceiling of the first computed wait
	MaxDelay      time.Duration // ceiling of all computed waits
	MaxRetryAfter time.Duration // longest wait that the API may ask for
}

// repeating repeats attempts by an engine that loops, waits and wakes up when the caller
// leaves, which is its only error. All that it knows of how an attempt ended is the wait
// that was left behind.
func repeating(layers http.RoundTripper) func(template *http.Request) error {
	engine := &retryablehttp.Client{
		HTTPClient: &http.Client{Transport: layers}, // the layers have no CloseIdleConnections for it to call
		RetryMax:   math.MaxInt,                     // next counts
		CheckRetry: func(ctx context.Context, _ *http.Response, _ error) (bool, error) { return callOf(ctx).Wait > 0, nil },
		Backoff: func(_, _ time.Duration, _ int, resp *http.Response) time.Duration {
			return callOf(resp.Request.Context()).Wait
		},
	}
	return func(template *http.Request) error {
		_, err := engine.Do(&retryablehttp.Request{Request: template})
		return err
	}
}

// next decides, after each attempt, how long to wait for another; 0 when there is
// none. It is also where a 429 makes the other calls of the client pause.
func (t *Transport) next(ctx context.Context, c *Call) time.Duration {
	if c.succeeded() {
		return 0
	}
	limited := c.Answer.StatusCode == http.StatusTooManyRequests
	wait, stated := RetryAfter(c.Answer)
	if wait > t.Policy.MaxRetryAfter || limited && t.Final(c.Answer.Body) {
		return 0
	}
	if limited {
		t.pause.extend(wait)
	}
	if !c.mayRepeat(stated) || c.Attempts >= cmp.Or(c.MaxAttempts, t.Policy.MaxAttempts) || c.Answer.Header.Get("X-Should-Retry") == "false" {
		return 0
	}
	if ended := contextError(ctx); ended != nil {
		c.Err = ended
		return 0
	}
	cost := int64(retryCost)
	if c.failure.timeout {
		cost = timeoutRetryCost
	}
	asked := wait > 0
	wait = cmp.Or(wait, t.Policy.backoff(c.Attempts))
	if !fits(ctx, wait) || !t.budget.take(cost) {
		return 0
	}
	c.paid += cost
	if asked {
		wait = withJitter(ctx, wait)
	}
	return wait
}

// mayRepeat says whether the last attempt ended in a way that lets the call be
// sent again.
func (c *Call) mayRepeat(waitStated bool) bool {
	if c.Err != nil {
		return c.failure.passing && (c.Repeat || c.failure.unsent)
	}
	switch c.Answer.StatusCode {
	case http.StatusTooManyRequests:
		return waitStated // without, the API means that waiting does not help
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return c.Repeat
	}
	return false
}

// backoff returns the wait after so many attempts: anything up to a ceiling that
// doubles each time, so that clients that failed together do not return together.
func (p Policy) backoff(attempts int) time.Duration {
	return 1 + rand.N(retryablehttp.DefaultBackoff(p.BaseDelay, p.MaxDelay, attempts-1, nil))
}

// RetryAfter returns the wait that an answer asks for, and whether it asks at all.
// A moment that has passed is a wait of 0. The time of the answer is the API's own
// where it gives one, so that a clock that is off on this side does no harm.
func RetryAfter(a Answer) (wait time.Duration, stated bool) {
	after := strings.TrimSpace(a.Header.Get("Retry-After"))
	if wait, ok := seconds(after); ok {
		return wait, true
	}
	now, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	until, err := http.ParseTime(after)
	if err != nil {
		reset, ok := seconds(a.Header.Get("X-Ratelimit-Reset"))
		if !ok || a.StatusCode != http.StatusTooManyRequests {
			return 0, false
		}
		until = time.Unix(0, 0).Add(reset)
	}
	return max(until.Sub(now), 0), true
}

// seconds reads decimal digits and nothing else; what is too long for a Duration
// is the longest one.
func seconds(s string) (time.Duration, bool) {
	n, err := strconv.ParseUint(s, 10, 64) // on overflow, n is the largest there is
	if err != nil && n == 0 {
		return 0, false
	}
	return time.Duration(min(n, math.MaxInt64/uint64(time.Second))) * time.Second, true
}

// A budget bounds what retries may add to the load of an API that is failing. It
// never holds back the first attempt of a call. The zero value is a full one.
type budget struct {
	mu    sync.Mutex
	taken int64
}

const (
	budgetSize       = 500
	retryCost        = 5
	timeoutRetryCost = 10 // an attempt that timed out has held a connection all that while
)

// take pays for a retry, or says that too little is left. A cost below 0 gives back what
// a successful call earned.
func (b *budget) take(cost int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken+cost > budgetSize {
		return false
	}
	b.taken = max(b.taken+cost, 0)
	return true
}
