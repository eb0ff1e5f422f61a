package transport

import (
	"cmp"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Policy has the numbers of retrying.
type Policy struct {
	MaxAttempts   int           // per call, unless the call has its own
	BaseDelay     time.Duration // ceiling of the first computed wait
	MaxDelay      time.Duration // ceiling of all computed waits
	MaxRetryAfter time.Duration // longest wait that the API may ask for
}

// next decides, after each attempt, whether there is another and how long it
// waits. It is also where a 429 makes the other calls of the client pause.
func (t *Transport) next(c *call) (wait time.Duration, again bool) {
	if c.succeeded() {
		return 0, false
	}
	asked, stated := RetryAfter(c.answer)
	inReach := stated && asked <= t.cfg.Policy.MaxRetryAfter
	final := c.answer.StatusCode == http.StatusTooManyRequests && t.cfg.Final(c.answer.Body)
	if c.answer.StatusCode == http.StatusTooManyRequests && inReach && asked > 0 && !final {
		t.pause.extend(asked)
	}
	switch {
	case c.result.Attempts >= cmp.Or(c.req.MaxAttempts, t.cfg.Policy.MaxAttempts),
		c.answer.Header.Get("X-Should-Retry") == "false",
		stated && !inReach, final,
		!c.mayRepeat(stated),
		c.interrupted():
		return 0, false
	}
	if wait = asked; wait <= 0 {
		wait = t.cfg.Policy.backoff(c.result.Attempts)
	}
	if !c.fits(wait) {
		return 0, false
	}
	if asked > 0 {
		wait = c.withJitter(wait)
	}
	cost := int64(retryCost)
	if c.failure.timeout {
		cost = timeoutRetryCost
	}
	if !t.budget.take(cost) {
		return 0, false
	}
	c.paid += cost
	c.tell(Event{Again: true, Wait: wait})
	return wait, true
}

// mayRepeat says whether the last attempt ended in a way that lets the call be
// sent again.
func (c *call) mayRepeat(waitStated bool) bool {
	if c.result.Err != nil {
		return c.failure.passing && (c.req.Repeat || c.failure.unsent)
	}
	switch c.answer.StatusCode {
	case http.StatusTooManyRequests:
		return waitStated // without, the API means that waiting does not help
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return c.req.Repeat
	}
	return false
}

// backoff returns the wait after so many attempts: anything up to a ceiling that
// doubles each time, so that clients that failed together do not return together.
func (p Policy) backoff(attempts int) time.Duration {
	ceiling := p.BaseDelay
	for i := 1; i < attempts && ceiling < p.MaxDelay; i++ {
		if ceiling > p.MaxDelay/2 {
			ceiling = p.MaxDelay
		} else {
			ceiling *= 2
		}
	}
	return rand.N(ceiling) + 1
}

// RetryAfter returns the wait that an answer asks for, and whether it asks at all.
// A moment that has passed is a wait of 0. The time of the answer is the API's own
// where it gives one, so that a clock that is off on this side does no harm.
func RetryAfter(a Answer) (wait time.Duration, stated bool) {
	after := strings.TrimSpace(a.Header.Get("Retry-After"))
	if seconds, ok := wholeNumber(after); ok {
		return saturated(seconds), true
	}
	now, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	if until, err := http.ParseTime(after); err == nil {
		return max(until.Sub(now), 0), true
	}
	if a.StatusCode != http.StatusTooManyRequests {
		return 0, false
	}
	reset, ok := wholeNumber(a.Header.Get("X-Ratelimit-Reset"))
	if !ok {
		return 0, false
	}
	return saturated(max(reset-max(now.Unix(), 0), 0)), true
}

func saturated(seconds int64) time.Duration {
	return time.Duration(min(seconds, math.MaxInt64/int64(time.Second))) * time.Second
}

// wholeNumber reads decimal digits and nothing else; what is too large for an
// int64 is its largest value.
func wholeNumber(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	return n, true
}
