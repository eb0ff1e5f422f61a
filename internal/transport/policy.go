package transport

import (
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
	case o.headsUnanswered > 0: // net/http has sent the request again, and the outcome of the first is unknown
		return true
	case o.response.IsSuccess():
		return false
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
