package acceptance_test

import (
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// The README tells how long a call can take that has no deadline.

func TestCallIntoSilenceEndsWithin92Seconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Hang)))
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.GreaterOrEqual(t, time.Since(began), 90*time.Second)
		assert.LessOrEqual(t, time.Since(began), 92*time.Second)
	})
}

func TestCallThatTheAPIAsksToWaitEndsWithinFourAndAHalfMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limited := fakeapi.Respond(429, refusalBody, "Retry-After: 60")
		slow := fakeapi.Reply(func(req *http.Request) (*http.Response, error) {
			time.Sleep(29 * time.Second)
			return limited(req)
		})
		client := newClient(t, fakeapi.New(limited, slow, slow, fakeapi.Hang))
		require.Error(t, update(t.Context(), client, spideriq.WithMaxAttempts(1)), "others are held for a minute")

		began := time.Now()
		require.Error(t, update(t.Context(), client))
		assert.GreaterOrEqual(t, time.Since(began), 3*time.Minute+88*time.Second)
		assert.LessOrEqual(t, time.Since(began), 3*62*time.Second+90*time.Second)
	})
}
