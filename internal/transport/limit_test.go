package transport

import (
	"context"
	"errors"
	"math"
	"net/http"
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
	})
}

// through sends a call to the limit and tells whether it comes out behind it.
func through(t *testing.T, tr *Transport, ctx context.Context) (sent bool, result *Call) {
	t.Helper()
	tr.Base = roundTripper(func(*http.Request) (*http.Response, error) {
		sent = true
		return &http.Response{StatusCode: 200}, nil
	})
	return sent, update(ctx, tr)
}

func TestPauseHoldsCallsBack(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	tests := []struct {
		name    string
		pause   time.Duration
		context func(context.Context) (context.Context, context.CancelFunc)
		goes    bool
		least   time.Duration
		most    time.Duration
		held    time.Duration
		err     error
	}{
		{name: "none", goes: true},
		{name: "over", pause: -time.Second, goes: true},
		{name: "with jitter of a fifth", pause: 5 * time.Second, goes: true, least: 5*time.Second + 1, most: 6 * time.Second},
		{name: "with jitter of 2 seconds at most", pause: time.Hour, goes: true, least: time.Hour + 1, most: time.Hour + 2*time.Second},
		{name: "into the deadline", pause: 5 * time.Second, held: 5 * time.Second,
			context: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 5*time.Second)
			}},
		{name: "just before the deadline", pause: 5 * time.Second, goes: true, least: 5*time.Second + 1, most: 5*time.Second + 5*time.Millisecond,
			context: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 5*time.Second+10*time.Millisecond)
			}},
		{name: "until the caller leaves", pause: time.Minute, least: time.Second, most: time.Second, err: gone,
			context: func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancelCause(ctx)
				timer := time.AfterFunc(time.Second, func() { cancel(gone) })
				return ctx, func() { timer.Stop(); cancel(nil) }
			}},
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
				tr := making(nil, nil)
				if tt.pause != 0 {
					tr.pause.extend(tt.pause)
				}
				began := time.Now()
				goes, result := through(t, tr, ctx)
				assert.Equal(t, tt.goes, goes)
				took := time.Since(began)
				assert.GreaterOrEqual(t, took, tt.least)
				assert.LessOrEqual(t, took, tt.most)
				assert.Equal(t, tt.held, result.Held)
				assert.Equal(t, tt.goes, result.succeeded())
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
		tr := making(nil, func(cfg *Config) {
			cfg.Limiter = limiter(func(context.Context) error { turns++; return nil })
		})
		tr.pause.extend(0)
		began := time.Now()
		sent, result := through(t, tr, ctx)
		assert.True(t, sent)
		assert.NoError(t, result.Err)
		assert.Equal(t, began, time.Now())
		assert.Equal(t, 1, turns)
	})
}

func TestJitterIsPositiveAndSmall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tests := []struct{ wait, deadline, most time.Duration }{
			{time.Second, 0, 200 * time.Millisecond},
			{10 * time.Second, 0, 2 * time.Second},
			{time.Hour, 0, 2 * time.Second},
			{10 * time.Second, 10*time.Second + 100*time.Millisecond, 50 * time.Millisecond},
		}
		for _, tt := range tests {
			ctx := t.Context()
			if tt.deadline > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tt.deadline)
				defer cancel()
			}
			var least, most time.Duration = math.MaxInt64, 0
			for range 1000 {
				jitter := withJitter(ctx, tt.wait) - tt.wait
				least, most = min(least, jitter), max(most, jitter)
			}
			assert.Positive(t, least, tt.wait)
			assert.Less(t, least, tt.most/10, tt.wait)
			assert.LessOrEqual(t, most, tt.most, tt.wait)
			assert.Greater(t, most, tt.most*9/10, tt.wait)
		}
	})
}

func TestJitterDoesNotOverflow(t *testing.T) {
	t.Parallel()
	for range 100 {
		assert.Positive(t, withJitter(t.Context(), math.MaxInt64))
	}
}

type limiter func(context.Context) error

func (l limiter) Wait(ctx context.Context) error { return l(ctx) }

func TestLimitAsksTheLimiter(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	tests := []struct {
		name string
		wait limiter
		sent bool
		err  error
	}{
		{"lets through", func(context.Context) error { return nil }, true, nil},
		{"refuses", func(context.Context) error { return full }, false, full},
		{"outlasts the caller", func(context.Context) error { cancel(gone); return nil }, false, gone},
	}
	for _, tt := range tests {
		sent, result := through(t, making(nil, func(cfg *Config) { cfg.Limiter = tt.wait }), ctx)
		assert.Equal(t, tt.sent, sent, tt.name)
		assert.ErrorIs(t, result.Err, tt.err, tt.name)
		if tt.err == full {
			assert.Equal(t, full, result.Err)
		}
	}
}

func TestPauseThatBeginsDuringTheLimitersWaitCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		tr := making(nil, nil)
		turns := 0
		tr.Limiter = limiter(func(context.Context) error {
			if turns++; turns == 1 {
				time.Sleep(time.Second)
				tr.pause.extend(10 * time.Second)
			}
			return nil
		})
		sent, result := through(t, tr, t.Context())
		require.NoError(t, result.Err)
		assert.True(t, sent)
		assert.Greater(t, time.Since(began), 11*time.Second)
		assert.Equal(t, 2, turns, "the turn has passed with the pause")
	})
}
