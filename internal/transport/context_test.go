package transport

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

var errWhy = errors.New("why")

func TestContextErrorMatchesHowAndWhyItEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		assert.NoError(t, contextError(t.Context()))

		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(nil)
		assert.Equal(t, context.Canceled, contextError(ctx))

		ctx, cancel = context.WithCancelCause(t.Context())
		cancel(errWhy)
		assert.ErrorIs(t, contextError(ctx), context.Canceled)
		assert.ErrorIs(t, contextError(ctx), errWhy)

		ctx, stop := context.WithTimeoutCause(t.Context(), time.Second, errWhy)
		defer stop()
		assert.NoError(t, contextError(ctx))
		time.Sleep(2 * time.Second)
		assert.ErrorIs(t, contextError(ctx), context.DeadlineExceeded)
		assert.ErrorIs(t, contextError(ctx), errWhy)
	})
}

// An earlyContext tells an earlier deadline than that of the context's timer.
type earlyContext struct {
	context.Context
	deadline time.Time
}

func (c earlyContext) Deadline() (time.Time, bool) { return c.deadline, true }

func TestDeadlineThatIsNoticedBeforeItsTimer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), maxTimerLag/2, errWhy)
		defer cancel()
		err := contextError(earlyContext{ctx, time.Now()})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, errWhy, "the cause is waited for")

		began := time.Now()
		for _, never := range []context.Context{t.Context(), context.Background()} {
			assert.Equal(t, context.DeadlineExceeded, contextError(earlyContext{never, time.Now()}))
		}
		assert.Equal(t, 2*maxTimerLag, time.Since(began), "a timer that never strikes is not waited for long")
	})
}

func TestAttemptNeedsAMomentBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.False(t, fits(ctx, 995*time.Millisecond))
		assert.True(t, fits(ctx, 995*time.Millisecond-1))
		assert.False(t, fits(ctx, maxDuration))
		assert.True(t, fits(t.Context(), maxDuration))

		past, cancelPast := context.WithDeadline(t.Context(), time.Time{})
		defer cancelPast()
		assert.False(t, fits(past, 0))
		assert.False(t, fits(past, maxDuration))
	})
}
