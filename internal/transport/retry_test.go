package transport

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func header(pairs ...string) http.Header {
	h := make(http.Header)
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

const (
	apiTime   = "Mon, 23 Nov 2026 12:00:00 GMT" // in the Date header
	apiUnix   = "1795435200"                    // the same
	farFuture = 9223372036 * time.Second        // the most whole seconds that a Duration holds
	century   = 100 * 365 * 24 * time.Hour
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const unstated = -1
	tests := []struct {
		name   string
		header http.Header
		want   time.Duration
	}{
		{"no header", header(), unstated},
		{"empty", header("Retry-After", ""), unstated},
		{"seconds", header("Retry-After", "120"), 2 * time.Minute},
		{"seconds in spaces", header("Retry-After", " 120\t"), 2 * time.Minute},
		{"leading zeros", header("Retry-After", "007"), 7 * time.Second},
		{"zero", header("Retry-After", "0"), 0},
		{"negative", header("Retry-After", "-1"), unstated},
		{"signed", header("Retry-After", "+5"), unstated},
		{"fraction", header("Retry-After", "1.5"), unstated},
		{"exponent", header("Retry-After", "1e3"), unstated},
		{"hexadecimal", header("Retry-After", "0x10"), unstated},
		{"underscore", header("Retry-After", "1_000"), unstated},
		{"list", header("Retry-After", "5, 7"), unstated},
		{"unit", header("Retry-After", "5s"), unstated},
		{"words", header("Retry-After", "soon"), unstated},
		{"other digits", header("Retry-After", "٣"), unstated},
		{"largest that fits", header("Retry-After", "9223372036"), farFuture},
		{"smallest that does not fit", header("Retry-After", "9223372037"), farFuture},
		{"largest int64", header("Retry-After", "9223372036854775807"), farFuture},
		{"far beyond an int64", header("Retry-After", strings.Repeat("9", 1000)), farFuture},

		{"IMF date", header("Date", apiTime, "Retry-After", "Mon, 23 Nov 2026 12:01:30 GMT"), 90 * time.Second},
		{"IMF date in spaces", header("Date", apiTime, "Retry-After", " Mon, 23 Nov 2026 12:01:30 GMT "), 90 * time.Second},
		{"RFC 850 date", header("Date", apiTime, "Retry-After", "Monday, 23-Nov-26 12:01:30 GMT"), 90 * time.Second},
		{"asctime date", header("Date", apiTime, "Retry-After", "Mon Nov 23 12:01:30 2026"), 90 * time.Second},
		{"past date", header("Date", apiTime, "Retry-After", "Mon, 23 Nov 2026 11:59:59 GMT"), 0},
		{"ISO date", header("Date", apiTime, "Retry-After", "2026-11-23T12:01:30Z"), unstated},
		{"last date", header("Date", apiTime, "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), math.MaxInt64},
		{"date without Date", header("Retry-After", "Sat, 01 Jan 2000 00:00:10 GMT"), 10 * time.Second},
		{"date with a broken Date", header("Date", "now", "Retry-After", "Sat, 01 Jan 2000 00:00:10 GMT"), 10 * time.Second},

		{"reset of a status that is not 429", header("Date", apiTime, "X-RateLimit-Reset", "1795435230"), unstated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // where it is the beginning of the year 2000
				wait, stated := RetryAfter(Answer{StatusCode: http.StatusServiceUnavailable, Header: tt.header})
				assert.Equal(t, tt.want != unstated, stated)
				assert.Equal(t, max(tt.want, 0), wait)
			})
		})
	}
}

func TestRateLimitResetIsMeasuredAgainstTheAPIsClock(t *testing.T) {
	t.Parallel()
	const unstated = -1
	tests := []struct {
		name   string
		header http.Header
		want   time.Duration
	}{
		{"absent", header("Date", apiTime), unstated},
		{"local clock decades behind", header("Date", apiTime, "X-RateLimit-Reset", "1795435230"), 30 * time.Second},
		{"local clock ahead", header("Date", "Fri, 31 Dec 1999 23:00:00 GMT", "X-RateLimit-Reset", "946681230"), 30 * time.Second},
		{"now", header("Date", apiTime, "X-RateLimit-Reset", apiUnix), 0},
		{"past", header("Date", apiTime, "X-RateLimit-Reset", "1795435199"), 0},
		{"no Date", header("X-RateLimit-Reset", "946684830"), 30 * time.Second},
		{"zero", header("Date", apiTime, "X-RateLimit-Reset", "0"), 0},
		{"milliseconds", header("Date", apiTime, "X-RateLimit-Reset", apiUnix+"000"), century},
		{"far beyond an int64", header("Date", apiTime, "X-RateLimit-Reset", strings.Repeat("9", 99)), century},
		{"negative", header("Date", apiTime, "X-RateLimit-Reset", "-30"), unstated},
		{"fraction", header("Date", apiTime, "X-RateLimit-Reset", "1795435230.5"), unstated},
		{"words", header("Date", apiTime, "X-RateLimit-Reset", "later"), unstated},
		{"Retry-After wins", header("Date", apiTime, "X-RateLimit-Reset", "1795435230", "Retry-After", "7"), 7 * time.Second},
		{"Retry-After of zero wins", header("Date", apiTime, "X-RateLimit-Reset", "1795435230", "Retry-After", "0"), 0},
		{"unreadable Retry-After does not", header("Date", apiTime, "X-RateLimit-Reset", "1795435230", "Retry-After", "soon"), 30 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				wait, stated := RetryAfter(Answer{StatusCode: http.StatusTooManyRequests, Header: tt.header})
				assert.Equal(t, tt.want != unstated, stated)
				assert.Equal(t, max(tt.want, 0), min(wait, century))
			})
		})
	}
}

func TestRateLimitResetSaturatesWhateverTheDate(t *testing.T) {
	t.Parallel()
	wait, stated := RetryAfter(Answer{StatusCode: http.StatusTooManyRequests,
		Header: header("Date", "Mon, 01 Jan 0001 00:00:00 GMT", "X-RateLimit-Reset", "9223372036854775807")})
	assert.True(t, stated)
	assert.Greater(t, wait, century)
}

func TestBackoffIsFullJitterUnderADoublingCeiling(t *testing.T) {
	t.Parallel()
	p := Policy{BaseDelay: 500 * time.Millisecond, MaxDelay: 8 * time.Second}
	tests := []struct {
		attempts int
		ceiling  time.Duration
	}{
		{1, 500 * time.Millisecond}, {2, time.Second}, {3, 2 * time.Second}, {4, 4 * time.Second},
		{5, 8 * time.Second}, {6, 8 * time.Second}, {100, 8 * time.Second}, {1 << 20, 8 * time.Second},
	}
	for _, tt := range tests {
		least, most := time.Duration(math.MaxInt64), time.Duration(0)
		for range 1000 {
			wait := p.backoff(tt.attempts)
			least, most = min(least, wait), max(most, wait)
		}
		assert.GreaterOrEqual(t, least, time.Duration(0), "after %d attempts", tt.attempts)
		assert.Less(t, least, tt.ceiling/20, "after %d attempts", tt.attempts)
		assert.LessOrEqual(t, most, tt.ceiling, "after %d attempts", tt.attempts)
		assert.Greater(t, most, tt.ceiling*19/20, "after %d attempts", tt.attempts)
	}
}

func TestBackoffStandsTheLongestDelays(t *testing.T) {
	t.Parallel()
	p := Policy{BaseDelay: 1, MaxDelay: math.MaxInt64}
	for attempts := 1; attempts < 100; attempts++ {
		assert.NotPanics(t, func() { assert.GreaterOrEqual(t, p.backoff(attempts), time.Duration(0)) })
	}
}

func TestNextDecides(t *testing.T) {
	t.Parallel()
	limited := func(pairs ...string) func(*Transport, *Call) {
		return func(_ *Transport, c *Call) { c.Answer = Answer{StatusCode: 429, Header: header(pairs...)} }
	}
	said := func(pairs ...string) func(*Transport, *Call) {
		return func(_ *Transport, c *Call) { c.Answer.Header = header(pairs...) }
	}
	failed := func(f failure) func(*Transport, *Call) {
		return func(_ *Transport, c *Call) { c.Answer, c.Err, c.failure = Answer{}, errOpaque, f }
	}
	spent := func(taken int64) func(*Transport, *Call) {
		return func(tr *Transport, _ *Call) { tr.budget.taken = taken }
	}
	unrepeatable := func(_ *Transport, c *Call) { c.Repeat = false }
	tests := []struct {
		name   string
		change []func(*Transport, *Call)
		again  bool
	}{
		{"success", []func(*Transport, *Call){func(_ *Transport, c *Call) { c.Answer.StatusCode = 200 }}, false},
		{"503", nil, true},
		{"503 of what must not be repeated", []func(*Transport, *Call){unrepeatable}, false},
		{"last attempt", []func(*Transport, *Call){func(_ *Transport, c *Call) { c.Attempts = 3 }}, false},
		{"last attempt of the policy", []func(*Transport, *Call){func(_ *Transport, c *Call) { c.Attempts, c.MaxAttempts = 5, 0 }}, false},
		{"last but one of the policy", []func(*Transport, *Call){func(_ *Transport, c *Call) { c.Attempts, c.MaxAttempts = 4, 0 }}, true},
		{"told not to", []func(*Transport, *Call){said("x-should-retry", "false")}, false},
		{"told to", []func(*Transport, *Call){said("x-should-retry", "true")}, true},
		{"told to, of what is never repeated", []func(*Transport, *Call){said("x-should-retry", "true"), func(_ *Transport, c *Call) { c.Answer.StatusCode = 404 }}, false},
		{"wait too long", []func(*Transport, *Call){said("Retry-After", "61")}, false},
		{"longest wait", []func(*Transport, *Call){said("Retry-After", "60")}, true},
		{"bare 429", []func(*Transport, *Call){limited()}, false},
		{"429 with a wait", []func(*Transport, *Call){limited("Retry-After", "1")}, true},
		{"429 with a wait, of what must not be repeated", []func(*Transport, *Call){limited("Retry-After", "1"), unrepeatable}, true},
		{"429 that is final", []func(*Transport, *Call){limited("Retry-After", "1"), func(_ *Transport, c *Call) { c.Answer.Body = []byte("final") }}, false},
		{"passing failure", []func(*Transport, *Call){failed(failure{passing: true})}, true},
		{"passing failure of what must not be repeated", []func(*Transport, *Call){failed(failure{passing: true}), unrepeatable}, false},
		{"passing failure before sending", []func(*Transport, *Call){failed(failure{passing: true, unsent: true}), unrepeatable}, true},
		{"lasting failure", []func(*Transport, *Call){failed(failure{unsent: true})}, false},
		{"spent budget", []func(*Transport, *Call){spent(budgetSize - 4)}, false},
		{"budget for one", []func(*Transport, *Call){spent(budgetSize - 5)}, true},
		{"budget for one, after a timeout", []func(*Transport, *Call){failed(failure{passing: true, timeout: true}), spent(budgetSize - 9)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := making(nil, func(cfg *Config) {
				cfg.Policy.MaxAttempts = 5
				cfg.Final = func(body []byte) bool { return string(body) == "final" }
			})
			c := &Call{Repeat: true, MaxAttempts: 3, Attempts: 1, Answer: Answer{StatusCode: 503}}
			for _, change := range tt.change {
				change(tr, c)
			}
			assert.Equal(t, tt.again, tr.next(t.Context(), c) > 0)
		})
	}
}
