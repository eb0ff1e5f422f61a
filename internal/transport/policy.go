package transport

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// A Policy sets how many attempts a call may make and how long it waits between them.
type Policy struct {
	MaxAttempts   int           // per call, the first included, unless the request has its own
	BaseDelay     time.Duration // ceiling of the first computed delay
	MaxDelay      time.Duration // ceiling of all computed delays
	MaxRetryAfter time.Duration // longest wait honoured; also the most that pauses of other calls delay one call
}

const (
	longestWait = 100 * 365 * 24 * time.Hour // no wait is longer, so that sums of waits do not overflow
	attemptTime = 5 * time.Millisecond       // least time that an attempt after a wait needs
	maxJitter   = 2 * time.Second            // most that is added to a wait that the API asked for
	jitterShare = 5                          // one fifth of the wait is added at most
)

// backoff returns the delay before the next attempt when the API asks for none: a random
// time under a ceiling that doubles with each attempt, so that clients that failed
// together do not come back together. It is at least a nanosecond.
func (p Policy) backoff(attempts int) time.Duration {
	ceiling := min(p.BaseDelay, p.MaxDelay)
	for i := 1; i < attempts && ceiling < p.MaxDelay; i++ {
		if ceiling > p.MaxDelay/2 {
			ceiling = p.MaxDelay
		} else {
			ceiling *= 2
		}
	}
	return 1 + rand.N(max(ceiling, 1))
}

// mayRepeat reports whether another attempt may succeed and does no harm. waitStated
// is whether the response states how long to wait.
func (o outcome) mayRepeat(idempotent, waitStated bool) bool {
	if o.err != nil {
		return o.failure.temporary && (idempotent || o.failure.unsent)
	}
	switch status := o.response.StatusCode; status {
	case http.StatusTooManyRequests:
		return waitStated // a 429 that states no wait does not go away by waiting
	case http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return idempotent
	default:
		return idempotent && isGatewayStatus(status)
	}
}

// isGatewayStatus reports whether a gateway answered with 520 to 524, which say that it
// got no usable response from the API.
func isGatewayStatus(status int) bool { return status >= 520 && status <= 524 }

// mayHaveApplied reports whether the attempt may have changed something although it did
// not succeed.
func (o outcome) mayHaveApplied(method string) bool {
	if IsRead(method) {
		return false
	}
	if o.err != nil {
		return !o.failure.unsent
	}
	switch status := o.response.StatusCode; {
	case o.response.IsSuccess():
		return false
	case o.headsUnanswered > 0: // net/http has sent the request again, and the outcome of the first is unknown
		return true
	case status == http.StatusRequestTimeout, status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		return true
	default:
		return status >= 520 // from a gateway that got no usable response
	}
}

// IsRead reports whether a request with this method changes nothing.
func IsRead(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	return false
}

// forbidsRetry reports whether the response asks for no further attempt.
func (r *Response) forbidsRetry() bool {
	return r != nil && strings.EqualFold(strings.TrimSpace(r.Header.Get("X-Should-Retry")), "false")
}

// withJitter adds a random time to a wait that the API asked for, so that calls that wait
// together do not end their wait together. It adds at most half of what the context
// leaves.
func withJitter(ctx context.Context, wait time.Duration) time.Duration {
	room := min(wait/jitterShare, maxJitter)
	if deadline, ok := ctx.Deadline(); ok {
		room = min(room, (time.Until(deadline)-wait)/2)
	}
	if room <= 0 {
		return wait
	}
	return wait + rand.N(room+1)
}
