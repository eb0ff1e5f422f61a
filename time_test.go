package spideriq_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
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
	const date = "Mon, 23 Nov 2026 12:00:00 GMT"
	tests := []struct {
		name    string
		headers []string
		want    time.Duration // 0: computed by ourselves
	}{
		{"seconds", []string{"Retry-After", " 7 "}, 7 * time.Second},
		{"longest", []string{"Retry-After", "60"}, time.Minute},
		{"IMF date", []string{"Date", date, "Retry-After", "Mon, 23 Nov 2026 12:00:07 GMT"}, 7 * time.Second},
		{"RFC 850 date", []string{"Date", date, "Retry-After", "Monday, 23-Nov-26 12:00:07 GMT"}, 7 * time.Second},
		{"asctime date", []string{"Date", date, "Retry-After", "Mon Nov 23 12:00:07 2026"}, 7 * time.Second},
		{"reset, by the API's clock", []string{"Date", date, "X-RateLimit-Reset", "1795435207"}, 7 * time.Second},
		{"zero", []string{"Retry-After", "0"}, 0},
		{"past date", []string{"Date", date, "Retry-After", "Mon, 23 Nov 2026 11:00:00 GMT"}, 0},
	}
	for _, tt := range tests {
		for _, status := range []int{429, 500, 502, 503, 504} {
			want := tt.want
			if status != 429 && slices.Contains(tt.headers, "X-RateLimit-Reset") {
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
						tp := play(says(status, tt.headers...), says(200))
						require.NoError(t, tryUpdate(t.Context(), clientOf(t, tp)))
						jitter := tp.waits()[0] - want
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
			tp := play(says(503))
			require.Error(t, tryUpdate(t.Context(), clientOf(t, tp), spideriq.WithMaxAttempts(8)))
			for i, wait := range tp.waits() {
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
		failure taped
		over    time.Duration
	}{
		"without a wait": {says(503), 500 * time.Millisecond},
		"with a wait":    {says(503, "Retry-After", "30"), 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				returns := make([]time.Duration, 200)
				var all sync.WaitGroup
				for i := range returns {
					all.Go(func() {
						tp := play(tt.failure, says(200))
						assert.NoError(t, tryUpdate(t.Context(), clientOf(t, tp)))
						returns[i] = tp.waits()[0]
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
				tp := play(says(429, "Retry-After", tt.header))
				e, ok := errors.AsType[*spideriq.RateLimitError](tryUpdate(ctx, clientOf(t, tp)))
				require.True(t, ok)
				assert.Zero(t, time.Since(began))
				assert.Equal(t, tt.want, e.RetryAfter)
				assert.Equal(t, 1, e.Attempts)

				tp = play(says(503, "Retry-After", tt.header))
				s, ok := errors.AsType[*spideriq.ServerError](tryUpdate(ctx, clientOf(t, tp)))
				require.True(t, ok)
				assert.Zero(t, time.Since(began))
				assert.Equal(t, tt.want, s.RetryAfter)
			})
		})
	}
}

func TestRateLimitPausesAllCallsOfTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		tp := play(says(429, "Retry-After", "10"), says(200))
		client := clientOf(t, tp)
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				assert.NoError(t, tryUpdate(t.Context(), client))
			})
		}
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		asked := time.Now()
		e, ok := errors.AsType[*spideriq.RateLimitError](tryUpdate(ctx, client))
		require.True(t, ok, "a call that cannot wait")
		assert.Zero(t, time.Since(asked))
		assert.Zero(t, e.Attempts)
		assert.False(t, e.MayHaveApplied)
		assert.Equal(t, 429, e.StatusCode)
		assert.Equal(t, 9*time.Second, e.RetryAfter)
		assert.NoError(t, tryUpdate(t.Context(), clientOf(t, play(says(200)))), "another client")
		assert.Zero(t, time.Since(asked))

		all.Wait()
		sent := tp.requests()
		require.Len(t, sent, 101, "the one that met the limit, and each once")
		var moments []time.Duration
		for _, request := range sent[1:] {
			moments = append(moments, request.at.Sub(began))
			assert.Greater(t, request.at.Sub(began), 10*time.Second)
		}
		spread(t, moments, 2*time.Second)
	})
}

func TestNobodyWaitsForALimitThatNobodyCanWaitFor(t *testing.T) {
	t.Parallel()
	for name, limited := range map[string]taped{
		"too long":       says(429, "Retry-After", "61"),
		"not stated":     says(429),
		"over":           says(429, "Retry-After", "0"),
		"final":          saysBody(429, `{"error": {"code": "MAX_CAMPAIGNS_PER_CLIENT"}}`, "Retry-After", "10"),
		"of an overload": says(503, "Retry-After", "10"),
	} {
		synctest.Test(t, func(t *testing.T) {
			client := clientOf(t, play(limited, says(200)))
			_ = tryUpdate(t.Context(), client, spideriq.WithMaxAttempts(1))
			began := time.Now()
			assert.NoError(t, tryUpdate(t.Context(), client), name)
			assert.Zero(t, time.Since(began), name)
		})
	}
}

type turns func(context.Context) error

func (l turns) Wait(ctx context.Context) error { return l(ctx) }

// waits until ctx ends, as a full limiter does.
func waits(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

// A slowBody comes a byte a second, until ctx ends.
type slowBody struct {
	ctx   context.Context
	bytes int
}

func (b *slowBody) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		if b.bytes--; b.bytes < 0 {
			return 0, io.EOF
		}
		p[0] = ' '
		return 1, nil
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
}

func (b *slowBody) Close() error { return nil }

func drips(status int) taped {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, ContentLength: -1, Body: &slowBody{req.Context(), 1000}, Request: req}, nil
	}
}

var errShutdown = errors.New("shutting down")

func TestCallerWhoLeavesIsLetGoAtOnce(t *testing.T) {
	t.Parallel()
	const moment = 1500 * time.Millisecond
	tests := []struct {
		name     string
		answers  []taped
		limiter  spideriq.RateLimiter
		attempts int
		applied  bool
		status   int // of the last answer
	}{
		{"waiting for the limiter", []taped{says(200)}, turns(waits), 0, false, 0},
		{"waiting for an answer", []taped{hangs}, nil, 1, true, 0},
		{"reading the body", []taped{drips(200)}, nil, 1, true, 0},
		{"reading the body of an error", []taped{drips(503)}, nil, 1, true, 503},
		{"waiting for the second attempt", []taped{says(503, "Retry-After", "30")}, nil, 1, false, 503},
		{"waiting for the second attempt after a limit", []taped{says(429, "Retry-After", "30")}, nil, 1, false, 429},
		{"waiting after a lost answer", []taped{says(502, "Retry-After", "30")}, nil, 1, true, 502},
		{"in the second attempt", []taped{says(503, "Retry-After", "1"), hangs}, nil, 2, true, 503},
	}
	for _, tt := range tests {
		for _, leaves := range []struct {
			how  string
			ctx  func(context.Context) (context.Context, context.CancelFunc)
			want []error
		}{
			{"cancels", func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(moment, cancel)
				return ctx, cancel
			}, []error{context.Canceled}},
			{"cancels with a cause", func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(moment, func() { cancel(errShutdown) })
				return ctx, func() { cancel(nil) }
			}, []error{context.Canceled, errShutdown}},
			{"has a deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeoutCause(ctx, moment, errShutdown)
			}, []error{context.DeadlineExceeded, errShutdown}},
		} {
			if leaves.how == "has a deadline" && strings.HasPrefix(tt.name, "waiting") && tt.attempts == 1 && tt.status > 0 {
				continue // such a wait does not begin
			}
			t.Run(tt.name+" "+leaves.how, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var opts []spideriq.Option
					if tt.limiter != nil {
						opts = append(opts, spideriq.WithRateLimiter(tt.limiter))
					}
					tp := play(tt.answers...)
					ctx, cancel := leaves.ctx(t.Context())
					defer cancel()
					began := time.Now()
					err := tryUpdate(ctx, clientOf(t, tp, opts...))
					assert.Equal(t, moment, time.Since(began))
					e, ok := errors.AsType[*spideriq.TransportError](err)
					require.True(t, ok, err)
					for _, want := range leaves.want {
						assert.ErrorIs(t, err, want)
					}
					assert.Equal(t, tt.attempts, e.Attempts)
					assert.Len(t, tp.requests(), tt.attempts)
					assert.Equal(t, tt.applied, e.MayHaveApplied)
					last, ok := errors.AsType[*spideriq.APIError](err)
					assert.Equal(t, tt.status > 0, ok)
					if ok {
						assert.Equal(t, tt.status, last.StatusCode)
					}
				})
			})
		}
	}
}

func TestCallerWhoLeavesDuringAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tp := play(says(429, "Retry-After", "30"))
		client := clientOf(t, tp)
		require.Error(t, tryUpdate(t.Context(), client, spideriq.WithMaxAttempts(1)))
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errShutdown) })
		began := time.Now()
		err := tryUpdate(ctx, client)
		assert.Equal(t, time.Second, time.Since(began))
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, errShutdown)
		assert.Len(t, tp.requests(), 1)
	})
}

func TestContextThatIsOverSendsNothing(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errShutdown)
	late, cancelLate := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancelLate()
	asked := false
	limiter := turns(func(context.Context) error { asked = true; return nil })
	for _, m := range everyMethod {
		tp := play(says(200))
		client := clientOf(t, tp, spideriq.WithRateLimiter(limiter))
		err := m.call(cancelled, client)
		assert.ErrorIs(t, err, context.Canceled, m.name)
		assert.ErrorIs(t, err, errShutdown, m.name)
		assert.ErrorIs(t, m.call(late, client), context.DeadlineExceeded, m.name)
		assert.ErrorContains(t, m.call(nil, client), "context", m.name) //nolint:staticcheck // what is tested
		assert.Empty(t, tp.requests(), m.name)
	}
	assert.False(t, asked)
}

func TestAttemptThatTakesTooLongIsRepeated(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		opts  []spideriq.Option
		first taped
		limit time.Duration
	}{
		{"by default after 30 seconds", nil, hangs, 30 * time.Second},
		{"after a time of its own", []spideriq.Option{spideriq.WithAttemptTimeout(3 * time.Second)}, hangs, 3 * time.Second},
		{"body included", []spideriq.Option{spideriq.WithAttemptTimeout(3 * time.Second)}, drips(200), 3 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tp := play(tt.first, says(200))
				require.NoError(t, tryUpdate(t.Context(), clientOf(t, tp, tt.opts...)))
				assert.GreaterOrEqual(t, tp.waits()[0], tt.limit)
				assert.LessOrEqual(t, tp.waits()[0], tt.limit+500*time.Millisecond)

				err := tryUpdate(t.Context(), clientOf(t, play(tt.first), tt.opts...))
				var timeout net.Error
				require.ErrorAs(t, err, &timeout)
				assert.True(t, timeout.Timeout())
				assert.NotErrorIs(t, err, context.DeadlineExceeded, "it was not the caller's")
				attempts, mayHaveApplied := outcomeOf(err)
				assert.Equal(t, 3, attempts)
				assert.True(t, mayHaveApplied)
			})
		})
	}
}

func TestLimiterIsAskedBeforeEveryAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		limiter := turns(func(context.Context) error {
			asked++
			time.Sleep(time.Minute) // longer than an attempt may take
			return nil
		})
		tp := play(says(503), says(503), says(200))
		require.NoError(t, tryUpdate(t.Context(), clientOf(t, tp, spideriq.WithRateLimiter(limiter))))
		assert.Equal(t, 3, asked)

		full := errors.New("limiter is full")
		turn := 0
		limiter = func(context.Context) error {
			if turn++; turn == 2 {
				return full
			}
			return nil
		}
		tp = play(says(503))
		err := tryUpdate(t.Context(), clientOf(t, tp, spideriq.WithRateLimiter(limiter)))
		e, ok := errors.AsType[*spideriq.TransportError](err)
		require.True(t, ok, err)
		assert.ErrorIs(t, err, full)
		assert.Equal(t, 1, e.Attempts)
		assert.False(t, e.MayHaveApplied)
		assert.Len(t, tp.requests(), 1)
		_, ok = errors.AsType[*spideriq.ServerError](err)
		assert.True(t, ok, "the answer before is not lost")
	})
}
