package acceptance_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestLimiterIsAskedBeforeEveryAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		limiter := limiterFunc(func(context.Context) error {
			asked++
			time.Sleep(time.Minute) // longer than an attempt may take
			return nil
		})
		api := fakeapi.New(
			fakeapi.Respond(503, refusalBody), fakeapi.Respond(503, refusalBody),
			fakeapi.Respond(200, successBody),
		)
		require.NoError(t, update(t.Context(), newClient(t, api, spideriq.WithRateLimiter(limiter))))
		assert.Equal(t, 3, asked)

		full := errors.New("limiter is full")
		turn := 0
		limiter = func(context.Context) error {
			if turn++; turn == 2 {
				return full
			}
			return nil
		}
		api = fakeapi.New(fakeapi.Respond(503, refusalBody))
		err := update(t.Context(), newClient(t, api, spideriq.WithRateLimiter(limiter)))
		e := requireAs[*spideriq.TransportError](t, err)
		assert.ErrorIs(t, err, full)
		assert.Equal(t, 1, e.Attempts)
		assert.False(t, e.MayHaveApplied)
		assert.Len(t, api.Requests(), 1)
		assert.Equal(t, 503, earlierStatus(err), "the response before is not lost")
	})
}
