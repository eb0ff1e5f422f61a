package transport

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	maxDuration time.Duration = math.MaxInt64
	lastUnix                  = 253402300799 // the end of the year 9999 as a Unix time
)

// RetryAfter returns the wait that a response states, and whether it states one.
//
// It reads Retry-After as decimal digits or as one of the three HTTP date forms. A 429
// without a readable Retry-After may state a Unix time in X-RateLimit-Reset. Moments are
// measured against the response's Date, so that a wrong local clock does no harm. A
// moment that has passed gives 0 and true. A wait that is too long for a Duration gives
// the largest one.
func RetryAfter(r *Response) (wait time.Duration, stated bool) {
	if r == nil {
		return 0, false
	}
	after := strings.TrimSpace(r.Header.Get("Retry-After"))
	if seconds, ok := parseDigits(after); ok {
		return durationOf(seconds), true
	}
	if moment, err := http.ParseTime(after); err == nil {
		return untilMoment(r.Header, moment), true
	}
	if r.StatusCode != http.StatusTooManyRequests {
		return 0, false
	}
	reset, ok := parseDigits(strings.TrimSpace(r.Header.Get("X-Ratelimit-Reset")))
	if !ok {
		return 0, false
	}
	if reset > lastUnix {
		return maxDuration, true
	}
	return untilMoment(r.Header, time.Unix(int64(reset), 0)), true
}

// untilMoment returns how long it is from the time of the response to moment, and 0 when
// moment has passed. The local clock stands in for a Date that is missing or unreadable.
func untilMoment(header http.Header, moment time.Time) time.Duration {
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(moment.Sub(now), 0)
}

// parseDigits parses decimal digits and nothing else. A number that is too large gives
// the largest uint64.
func parseDigits(s string) (uint64, bool) {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	if s == "" {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return math.MaxUint64, true
	}
	return n, true
}

// durationOf returns a number of seconds as a Duration, or the largest one.
func durationOf(seconds uint64) time.Duration {
	if seconds > uint64(maxDuration/time.Second) {
		return maxDuration
	}
	return time.Duration(seconds) * time.Second
}
