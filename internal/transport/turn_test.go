package transport

import (
	"context"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPauseNeverGetsShorter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var p pause
		assert.LessOrEqual(t, p.left(), time.Duration(0))
		p.extend(10 * time.Second)
		p.extend(3 * time.Second)
		assert.Equal(t, 10*time.Second, p.left())
		p.extend(20 * time.Second)
		assert.Equal(t, 20*time.Second, p.left())
		time.Sleep(21 * time.Second)
		assert.Less(t, p.left(), time.Duration(0))
		p.extend(time.Second)
		assert.Equal(t, time.Second, p.left())
		p.extend(longestWait)
		assert.Equal(t, longestWait, p.left())
	})
}

func TestPauseHoldsCallsBack(t *testing.T) {
	t.Parallel()
	within := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
	}
	leaving := func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancelCause(ctx)
		timer := time.AfterFunc(time.Second, func() { cancel(errWhy) })
		return ctx, func() { timer.Stop(); cancel(nil) }
	}
	tests := []struct {
		name    string
		pause   time.Duration
		context func(context.Context) (context.Context, context.CancelFunc)
		sent    int
		least   time.Duration
		most    time.Duration
		held    time.Duration
		err     error
	}{
		{name: "none", sent: 1},
		{name: "over", pause: -time.Second, sent: 1},
		{name: "with jitter of a fifth", pause: 5 * time.Second, sent: 1,
			least: 5*time.Second + 1, most: 6 * time.Second},
		{name: "with jitter of 2 seconds at most", pause: 50 * time.Second, sent: 1,
			least: 50*time.Second + 1, most: 52 * time.Second},
		{
			name: "as long as a call may be held", pause: time.Minute, sent: 1,
			least: time.Minute, most: 62 * time.Second,
		},
		{name: "longer than a call may be held", pause: time.Minute + 1, held: time.Minute + 1},
		{name: "into the deadline", pause: 5 * time.Second, held: 5 * time.Second, context: within(5 * time.Second)},
		{name: "just before the deadline", pause: 5 * time.Second, sent: 1, least: 5*time.Second + 1,
			most: 5*time.Second + 5*time.Millisecond, context: within(5*time.Second + 10*time.Millisecond)},
		{name: "until the caller leaves", pause: time.Minute, least: time.Second, most: time.Second,
			err: errWhy, context: leaving},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.context != nil {
					var cancel context.CancelFunc
					ctx, cancel = tt.context(ctx)
					defer cancel()
				}
				base := scripted(status(200))
				tr := newTransport(base)
				if tt.pause != 0 {
					tr.pause.extend(tt.pause)
				}
				began := time.Now()
				result := patch(ctx, tr)
				took := time.Since(began)
				assert.Equal(t, tt.sent, base.requests())
				assert.Equal(t, tt.sent, result.Attempts)
				assert.GreaterOrEqual(t, took, tt.least)
				assert.LessOrEqual(t, took, tt.most)
				assert.Equal(t, tt.held, result.HeldFor)
				assert.ErrorIs(t, result.Err, tt.err)
			})
		})
	}
}

func TestPauseThatEndsNowHoldsNobodyBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		turns := 0
		tr := newTransport(scripted(status(200)), func(cfg *Config) {
			cfg.Limiter = limiter(func(context.Context) error { turns++; return nil })
		})
		tr.pause.extend(0)
		began := time.Now()
		require.NoError(t, patch(ctx, tr).Err)
		assert.Equal(t, began, time.Now())
		assert.Equal(t, 1, turns)
	})
}

func TestPausesOfOthersHoldACallForMaxRetryAfterInAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := scripted(status(200))
		tr := newTransport(base)
		tr.pause.extend(40 * time.Second)
		time.AfterFunc(30*time.Second, func() { tr.pause.extend(50 * time.Second) })
		began := time.Now()
		result := patch(t.Context(), tr)
		assert.Zero(t, base.requests())
		assert.Zero(t, result.Attempts)
		require.NoError(t, result.Err)
		took := time.Since(began)
		assert.GreaterOrEqual(t, took, 40*time.Second)
		assert.LessOrEqual(t, took, 42*time.Second, "the rest of the pause is known to be too long")
		assert.Equal(t, 80*time.Second-took, result.HeldFor)

		result = patch(t.Context(), tr)
		assert.NoError(t, result.Err)
		assert.Equal(t, 1, result.Attempts, "each call has a time of its own")
	})
}

func TestJitterCountsAsTimeThatACallIsHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := newTransport(scripted(status(200)))
		var others sync.WaitGroup
		others.Go(func() {
			for range 90 {
				tr.pause.extend(time.Second)
				time.Sleep(time.Second)
			}
		})
		defer others.Wait()
		synctest.Wait()
		began := time.Now()
		result := patch(t.Context(), tr)
		assert.Positive(t, result.HeldFor)
		assert.LessOrEqual(t, time.Since(began), 62*time.Second)
	})
}

func TestCallsOwnWaitsAreNotHeldAgainstIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limited := status(429, "Retry-After", "60")
		base := scripted(limited, limited, limited, limited, status(200))
		began := time.Now()
		result := post(t.Context(), newTransport(base), attempts(5))
		require.NoError(t, result.Err)
		assert.Equal(t, 200, result.Response.StatusCode)
		assert.Equal(t, 5, result.Attempts)
		assert.GreaterOrEqual(t, time.Since(began), 4*time.Minute)
		assert.LessOrEqual(t, time.Since(began), 4*62*time.Second)
	})
}

func TestCallThatIsHeldAfterItsOwnAttemptsKeepsItsResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := newTransport(nil)
		tr.base = scripted(status(504), func(*http.Request) (*http.Response, error) {
			tr.pause.extend(2 * time.Minute)
			return nil, errno(syscall.ECONNRESET)
		})
		result := patch(t.Context(), tr)
		assert.Equal(t, 2, result.Attempts)
		assert.NoError(t, result.Err)
		assert.Greater(t, result.HeldFor, time.Minute)
		assert.Equal(t, 504, result.Response.StatusCode)
		assert.True(t, result.MayHaveApplied)
	})
}

func TestLimiterIsAsked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		wait  error // what the limiter returns
		ended bool  // the caller leaves while the limiter waits
		sent  int
		want  error
	}{
		{"lets through", nil, false, 1, nil},
		{"refuses", errOpaque, false, 0, errOpaque},
		{"outlasts the caller", nil, true, 0, errWhy},
		{"notices that the caller leaves", errOpaque, true, 0, errWhy},
	}
	for _, tt := range tests {
		ctx, cancel := context.WithCancelCause(t.Context())
		base := scripted(status(200))
		tr := newTransport(base, func(cfg *Config) {
			cfg.Limiter = limiter(func(context.Context) error {
				if tt.ended {
					cancel(errWhy)
				}
				return tt.wait
			})
		})
		result := patch(ctx, tr, func(r *Request) { r.Authorization = nil })
		cancel(nil)
		assert.Equal(t, tt.sent, base.requests(), tt.name)
		assert.Equal(t, tt.sent, result.Attempts, tt.name)
		assert.ErrorIs(t, result.Err, tt.want, tt.name)
		if tt.want == errOpaque {
			assert.Equal(t, errOpaque, result.Err, tt.name)
		}
	}
}

func TestLimiterThatRefusesALaterAttemptEndsTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := 0
		tr := newTransport(scripted(status(503)), func(cfg *Config) {
			cfg.Limiter = limiter(func(context.Context) error {
				if turns++; turns == 2 {
					return errOpaque
				}
				return nil
			})
		})
		result := patch(t.Context(), tr)
		assert.Equal(t, errOpaque, result.Err)
		assert.Equal(t, 1, result.Attempts)
		assert.Equal(t, 503, result.Response.StatusCode)
	})
}

func TestPauseThatBeginsDuringTheLimitersWaitCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		turns := 0
		tr := newTransport(scripted(status(200)))
		tr.config.Limiter = limiter(func(context.Context) error {
			if turns++; turns == 1 {
				time.Sleep(time.Second)
				tr.pause.extend(10 * time.Second)
			}
			return nil
		})
		result := patch(t.Context(), tr)
		require.NoError(t, result.Err)
		assert.Equal(t, 1, result.Attempts)
		assert.Greater(t, time.Since(began), 11*time.Second)
		assert.Equal(t, 2, turns, "the turn has passed with the pause")
	})
}
