package transport

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// A crowd of calls meets an API that answers each request with a fresh 429.
func TestLastingLimitEndsEachCallInBoundedTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		apart    time.Duration // between the beginnings of two calls
		inFlight time.Duration // how long the API takes
		attempts int
		requests int // at most, of 200 calls
	}{
		{"at once", 0, 100 * time.Millisecond, 3, 250},
		{"one after another", 20 * time.Millisecond, 10 * time.Millisecond, 3, 10},
		{"one right after another, of one attempt", time.Nanosecond, 0, 1, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				base := scripted(func(req *http.Request) (*http.Response, error) {
					time.Sleep(tt.inFlight)
					return status(429, "Retry-After", "60")(req)
				})
				tr := newTransport(base)
				var all sync.WaitGroup
				var longest atomic.Int64
				for i := range 200 {
					all.Go(func() {
						time.Sleep(time.Duration(i) * tt.apart)
						began := time.Now()
						result := patch(t.Context(), tr, attempts(tt.attempts))
						limited := result.Response != nil && result.Response.StatusCode == 429
						assert.True(t, limited || result.HeldFor > 0)
						assert.NoError(t, result.Err)
						for took := int64(time.Since(began)); took > longest.Load(); {
							longest.Store(took)
						}
					})
				}
				all.Wait()
				// Held for a minute, and two waits of its own of a minute and 2 seconds of jitter.
				assert.LessOrEqual(t, time.Duration(longest.Load()), 3*time.Minute+6*time.Second)
				assert.LessOrEqual(t, base.requests(), tt.requests)
			})
		})
	}
}

func TestOneLimitedEndpointHoldsOthersForMaxRetryAfterOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodGet {
				return status(429, "Retry-After", "60")(req)
			}
			return status(200)(req)
		})
		tr := newTransport(base)
		over := make(chan bool)
		var polls sync.WaitGroup
		polls.Go(func() {
			for {
				select {
				case <-over:
					return
				case <-time.After(time.Second):
					call(t.Context(), tr, http.MethodGet, idempotent, noBody)
				}
			}
		})
		time.Sleep(2 * time.Second)
		for range 20 {
			began := time.Now()
			result := patch(t.Context(), tr)
			assert.LessOrEqual(t, time.Since(began), time.Minute+2*time.Second) // with jitter
			assert.True(t, result.HeldFor > 0 || result.Response.StatusCode == 200)
			time.Sleep(17 * time.Second)
		}
		close(over)
		polls.Wait()
	})
}

func TestOnlyALimitThatPassesPausesOthers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		reply  reply
		pauses bool
	}{
		{"a wait", status(429, "Retry-After", "10"), true},
		{"the longest wait", status(429, "Retry-After", "60"), true},
		{"a wait, no retry", status(429, "Retry-After", "10", "X-Should-Retry", "false"), true},
		{"too long", status(429, "Retry-After", "61"), false},
		{"not stated", status(429), false},
		{"over", status(429, "Retry-After", "0"), false},
		{"final", status(429, "Retry-After", "10", "X-Final", "1"), false},
		{"of an overload", status(503, "Retry-After", "10"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr := newTransport(scripted(tt.reply, status(200)), func(cfg *Config) {
					cfg.IsFinal = func([]byte) bool { return tt.name == "final" }
				})
				patch(t.Context(), tr, attempts(1))
				began := time.Now()
				assert.Equal(t, 1, patch(t.Context(), tr).Attempts)
				assert.Equal(t, tt.pauses, time.Since(began) > 0)
			})
		})
	}
}

func TestNoArithmeticOverflows(t *testing.T) {
	t.Parallel()
	for name, limited := range map[string]reply{
		"reset in the year 9999": status(429, "X-Ratelimit-Reset", "253402300799"),
		"reset of all nines":     status(429, "X-Ratelimit-Reset", "999999999999999999999"),
		"date in the year 9999":  status(429, "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"),
		"longest duration":       status(429, "Retry-After", "9223372036"),
		"all nines":              status(429, "Retry-After", "999999999999999999999"),
	} {
		for _, most := range []time.Duration{maxDuration, maxDuration - 1, maxDuration - time.Second} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					base := scripted(limited)
					tr := newTransport(base, func(cfg *Config) { cfg.Policy.MaxRetryAfter = most })
					began := time.Now()
					result := patch(t.Context(), tr)
					assert.Equal(t, began, time.Now())
					assert.Equal(t, 1, result.Attempts)
					assert.Equal(t, 429, result.Response.StatusCode)
					assert.LessOrEqual(t, tr.pause.left(), time.Duration(0))
				})
			})
		}
	}
}
