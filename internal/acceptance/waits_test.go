package acceptance_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestWaitsThatTheAPIAsksFor(t *testing.T) {
	t.Parallel()
	const date = "Date: Mon, 23 Nov 2026 12:00:00 GMT"
	tests := []struct {
		name    string
		headers []string
		want    time.Duration // 0: computed by ourselves
	}{
		{"seconds", []string{"Retry-After:  7 "}, 7 * time.Second},
		{"longest", []string{"Retry-After: 60"}, time.Minute},
		{"IMF date", []string{date, "Retry-After: Mon, 23 Nov 2026 12:00:07 GMT"}, 7 * time.Second},
		{"RFC 850 date", []string{date, "Retry-After: Monday, 23-Nov-26 12:00:07 GMT"}, 7 * time.Second},
		{"asctime date", []string{date, "Retry-After: Mon Nov 23 12:00:07 2026"}, 7 * time.Second},
		{"reset, by the API's clock", []string{date, "X-RateLimit-Reset: 1795435207"}, 7 * time.Second},
		{"zero", []string{"Retry-After: 0"}, 0},
		{"past date", []string{date, "Retry-After: Mon, 23 Nov 2026 11:00:00 GMT"}, 0},
	}
	for _, tt := range tests {
		for _, status := range []int{429, 500, 502, 503, 504} {
			want := tt.want
			if status != 429 && strings.HasPrefix(tt.name, "reset") {
				want = 0
			}
			t.Run(tt.name+" on "+strconv.Itoa(status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					most := 500 * time.Millisecond
					if want > 0 {
						most = min(want/5, 2*time.Second)
					}
					for range 20 {
						api := fakeapi.New(
							fakeapi.Respond(status, refusalBody, tt.headers...),
							fakeapi.Respond(200, successBody),
						)
						require.NoError(t, update(t.Context(), newClient(t, api)))
						jitter := api.Waits()[0] - want
						assert.Positive(t, jitter)
						assert.LessOrEqual(t, jitter, most)
					}
				})
			})
		}
	}
}

func TestComputedWaitsSpreadUnderADoublingCeiling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		most := make([]time.Duration, 7)
		for range 100 {
			api := fakeapi.New(fakeapi.Respond(503, refusalBody))
			require.Error(t, update(t.Context(), newClient(t, api), spideriq.WithMaxAttempts(8)))
			for i, wait := range api.Waits() {
				most[i] = max(most[i], wait)
			}
		}
		for i, ceiling := range []time.Duration{
			500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second,
			8 * time.Second, 8 * time.Second,
		} {
			assert.LessOrEqual(t, most[i], ceiling)
			assert.Greater(t, most[i], ceiling*3/4)
		}
	})
}

// spread fails unless moments are many and fill the time between the first and the last.
func assertSpread(t *testing.T, moments []time.Duration, over time.Duration) {
	t.Helper()
	slices.Sort(moments)
	assert.Greater(t, moments[len(moments)-1]-moments[0], over*4/5)
	assert.Greater(t, len(slices.Compact(slices.Clone(moments))), len(moments)*9/10)
	for i := range len(moments) - 1 {
		assert.Less(t, moments[i+1]-moments[i], over/5)
	}
}

func TestClientsThatFailedTogetherDoNotReturnTogether(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		failure fakeapi.Reply
		over    time.Duration
	}{
		"without a wait": {fakeapi.Respond(503, refusalBody), 500 * time.Millisecond},
		"with a wait":    {fakeapi.Respond(503, refusalBody, "Retry-After: 30"), 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				returns := make([]time.Duration, 200)
				var all sync.WaitGroup
				for i := range returns {
					all.Go(func() {
						api := fakeapi.New(tt.failure, fakeapi.Respond(200, successBody))
						assert.NoError(t, update(t.Context(), newClient(t, api)))
						returns[i] = api.Waits()[0]
					})
				}
				all.Wait()
				assertSpread(t, returns, tt.over)
			})
		})
	}
}

func TestWaitThatCannotBeServedReturnsTheAnswerAtOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		deadline time.Duration // 0: none
		header   string
		want     time.Duration
	}{
		{"longer than the deadline", 1500 * time.Millisecond, "2", 2 * time.Second},
		{"as long as the deadline", 2 * time.Second, "2", 2 * time.Second},
		{"longer than anybody waits", 0, "61", 61 * time.Second},
		{"an hour", 0, "3600", time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				began := time.Now()
				api := fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: "+tt.header))
				e := requireAs[*spideriq.RateLimitError](t, update(ctx, newClient(t, api)))
				assert.Zero(t, time.Since(began))
				assert.Equal(t, tt.want, e.RetryAfter)
				assert.Equal(t, 1, e.Attempts)

				api = fakeapi.New(fakeapi.Respond(503, refusalBody, "Retry-After: "+tt.header))
				s := requireAs[*spideriq.ServerError](t, update(ctx, newClient(t, api)))
				assert.Zero(t, time.Since(began))
				assert.Equal(t, tt.want, s.RetryAfter)
			})
		})
	}
}

func TestWaitBeyondAllMeasureReturnsTheAnswerAtOnce(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"9223372037", strings.Repeat("9", 99)} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			api := fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: "+header))
			e := requireAs[*spideriq.RateLimitError](t, update(t.Context(), newClient(t, api)))
			assert.Zero(t, time.Since(began))
			assert.GreaterOrEqual(t, e.RetryAfter, 9223372036*time.Second)
			assert.Equal(t, 1, e.Attempts)
		})
	}
}
