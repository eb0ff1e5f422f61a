package spideriq_test

import (
	"context"
	"errors"
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
						api := replying(answer(status, no, tt.headers...), answer(200, good))
						require.NoError(t, update(t.Context(), api.client(t)))
						jitter := api.waits()[0] - want
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
			api := replying(answer(503, no))
			require.Error(t, update(t.Context(), api.client(t), spideriq.WithMaxAttempts(8)))
			for i, wait := range api.waits() {
				most[i] = max(most[i], wait)
			}
		}
		for i, ceiling := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second, 8 * time.Second} {
			assert.LessOrEqual(t, most[i], ceiling)
			assert.Greater(t, most[i], ceiling*3/4)
		}
	})
}

// spread fails unless moments are many and fill the time between the first and the last.
func spread(t *testing.T, moments []time.Duration, over time.Duration) {
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
		failure reply
		over    time.Duration
	}{
		"without a wait": {answer(503, no), 500 * time.Millisecond},
		"with a wait":    {answer(503, no, "Retry-After: 30"), 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				returns := make([]time.Duration, 200)
				var all sync.WaitGroup
				for i := range returns {
					all.Go(func() {
						api := replying(tt.failure, answer(200, good))
						assert.NoError(t, update(t.Context(), api.client(t)))
						returns[i] = api.waits()[0]
					})
				}
				all.Wait()
				spread(t, returns, tt.over)
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
		{"overflowing", 0, "9223372037", 9223372036 * time.Second},
		{"absurd", 0, strings.Repeat("9", 99), 9223372036 * time.Second},
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
				api := replying(answer(429, no, "Retry-After: "+tt.header))
				e := requireAs[*spideriq.RateLimitError](t, update(ctx, api.client(t)))
				assert.Zero(t, time.Since(began))
				assert.Equal(t, tt.want, e.RetryAfter)
				assert.Equal(t, 1, e.Attempts)

				api = replying(answer(503, no, "Retry-After: "+tt.header))
				s := requireAs[*spideriq.ServerError](t, update(ctx, api.client(t)))
				assert.Zero(t, time.Since(began))
				assert.Equal(t, tt.want, s.RetryAfter)
			})
		})
	}
}

func TestRateLimitPausesAllCallsOfTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := replying(answer(429, no, "Retry-After: 10"), answer(200, good))
		client := api.client(t)
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				assert.NoError(t, update(t.Context(), client))
			})
		}
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		asked := time.Now()
		e := requireAs[*spideriq.RateLimitError](t, update(ctx, client))
		assert.Zero(t, time.Since(asked))
		assert.Zero(t, e.Attempts)
		assert.False(t, e.MayHaveApplied)
		assert.Equal(t, 429, e.StatusCode)
		assert.Equal(t, 9*time.Second, e.RetryAfter)
		assert.NoError(t, update(t.Context(), replying(answer(200, good)).client(t)), "another client")
		assert.Zero(t, time.Since(asked))

		all.Wait()
		require.Len(t, api.requests(), 101, "the one that met the limit, and each once")
		var moments []time.Duration
		at := time.Duration(0)
		for _, wait := range api.waits() {
			at += wait
			moments = append(moments, at)
			assert.Greater(t, at, 10*time.Second)
		}
		spread(t, moments, 2*time.Second)
	})
}

func TestNobodyWaitsForALimitThatNobodyCanWaitFor(t *testing.T) {
	t.Parallel()
	for name, limited := range map[string]reply{
		"too long":       answer(429, no, "Retry-After: 61"),
		"not stated":     answer(429, no),
		"over":           answer(429, no, "Retry-After: 0"),
		"final":          answer(429, `{"error": {"code": "MAX_CAMPAIGNS_PER_CLIENT"}}`, "Retry-After: 10"),
		"of an overload": answer(503, no, "Retry-After: 10"),
	} {
		synctest.Test(t, func(t *testing.T) {
			client := replying(limited, answer(200, good)).client(t)
			_ = update(t.Context(), client, spideriq.WithMaxAttempts(1))
			began := time.Now()
			assert.NoError(t, update(t.Context(), client), name)
			assert.Zero(t, time.Since(began), name)
		})
	}
}

// A call that its context has ended says so, also when it would have been held back.
func TestEndedCallIsNotSaidToBeHeldBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := limiter(func(context.Context) error { time.Sleep(2 * time.Second); return nil })
		client := replying(answer(429, no, "Retry-After: 10")).client(t, spideriq.WithRateLimiter(slow))
		go func() { _ = update(t.Context(), client, spideriq.WithMaxAttempts(1)) }()
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		err := update(ctx, client) // the pause begins while it waits for the limiter
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, asType[*spideriq.TransportError](err))

		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		cancel()
		err = update(ctx, client)
		assert.ErrorIs(t, err, context.Canceled)
		assert.True(t, asType[*spideriq.TransportError](err))
		synctest.Wait()
	})
}

func TestLimiterIsAskedBeforeEveryAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		limiter := limiter(func(context.Context) error {
			asked++
			time.Sleep(time.Minute) // longer than an attempt may take
			return nil
		})
		api := replying(answer(503, no), answer(503, no), answer(200, good))
		require.NoError(t, update(t.Context(), api.client(t, spideriq.WithRateLimiter(limiter))))
		assert.Equal(t, 3, asked)

		full := errors.New("limiter is full")
		turn := 0
		limiter = func(context.Context) error {
			if turn++; turn == 2 {
				return full
			}
			return nil
		}
		api = replying(answer(503, no))
		err := update(t.Context(), api.client(t, spideriq.WithRateLimiter(limiter)))
		e := requireAs[*spideriq.TransportError](t, err)
		assert.ErrorIs(t, err, full)
		assert.Equal(t, 1, e.Attempts)
		assert.False(t, e.MayHaveApplied)
		assert.Len(t, api.requests(), 1)
		assert.True(t, asType[*spideriq.ServerError](err), "the answer before is not lost")
	})
}
