package acceptance_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestRateLimitPausesAllCallsOfTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: 10"), fakeapi.Respond(200, successBody))
		client := newClient(t, api)
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
		assert.NoError(
			t, update(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(200, successBody)))),
			"another client",
		)
		assert.Zero(t, time.Since(asked))

		all.Wait()
		require.Len(t, api.Requests(), 101, "the one that met the limit, and each once")
		var moments []time.Duration
		at := time.Duration(0)
		for _, wait := range api.Waits() {
			at += wait
			moments = append(moments, at)
			assert.Greater(t, at, 10*time.Second)
		}
		assertSpread(t, moments, 2*time.Second)
	})
}

func TestNobodyWaitsForALimitThatNobodyCanWaitFor(t *testing.T) {
	t.Parallel()
	for name, limited := range map[string]fakeapi.Reply{
		"too long":       fakeapi.Respond(429, refusalBody, "Retry-After: 61"),
		"not stated":     fakeapi.Respond(429, refusalBody),
		"over":           fakeapi.Respond(429, refusalBody, "Retry-After: 0"),
		"final":          fakeapi.Respond(429, `{"error": {"code": "MAX_CAMPAIGNS_PER_CLIENT"}}`, "Retry-After: 10"),
		"of an overload": fakeapi.Respond(503, refusalBody, "Retry-After: 10"),
	} {
		synctest.Test(t, func(t *testing.T) {
			client := newClient(t, fakeapi.New(limited, fakeapi.Respond(200, successBody)))
			_ = update(t.Context(), client, spideriq.WithMaxAttempts(1))
			began := time.Now()
			assert.NoError(t, update(t.Context(), client), name)
			assert.Zero(t, time.Since(began), name)
		})
	}
}

// A call whose context has ended returns the context's error, also during a pause.
func TestEndedCallIsNotSaidToBeHeldBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := limiterFunc(func(context.Context) error { time.Sleep(2 * time.Second); return nil })
		client := newClient(
			t, fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: 10")), spideriq.WithRateLimiter(slow),
		)
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
