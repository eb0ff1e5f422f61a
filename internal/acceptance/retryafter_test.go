package acceptance_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// A stated wait that is over is not "waiting does not help", which is what 0 means.
func TestWaitThatIsOverIsASecond(t *testing.T) {
	t.Parallel()
	const date = "Date: Mon, 23 Nov 2026 12:00:00 GMT"
	for name, headers := range map[string][]string{
		"zero":                 {"Retry-After: 0"},
		"a date that passed":   {date, "Retry-After: Mon, 23 Nov 2026 11:00:00 GMT"},
		"this moment":          {date, "Retry-After: Mon, 23 Nov 2026 12:00:00 GMT"},
		"reset of this second": {date, "X-RateLimit-Reset: 1795435200"},
		"reset that passed":    {date, "X-RateLimit-Reset: 1795435100"},
	} {
		client := newClient(t, fakeapi.New(fakeapi.Respond(429, refusalBody, headers...)), oneAttempt)
		e := requireAs[*spideriq.RateLimitError](t, update(t.Context(), client))
		assert.Equal(t, time.Second, e.RetryAfter, name)
	}
	client := newClient(t, fakeapi.New(fakeapi.Respond(503, refusalBody, "Retry-After: 0")), oneAttempt)
	e := requireAs[*spideriq.ServerError](t, update(t.Context(), client))
	assert.Equal(t, time.Second, e.RetryAfter)
}

func TestFinalRefusalStatesNoWaitWhateverItsHeaders(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"error": {"code": "MAX_CAMPAIGNS_PER_CLIENT"}}`,
		`{"error": "bulk_records_per_job_exceeded", "retry_after_seconds": 60}`,
	} {
		answer := fakeapi.Respond(429, body, "Retry-After: 30", "X-RateLimit-Reset: 1795435200")
		e := requireAs[*spideriq.RateLimitError](t, update(t.Context(), newClient(t, fakeapi.New(answer))))
		assert.Zero(t, e.RetryAfter)
		assert.Equal(t, 1, e.Attempts)
	}
}

// An earlyContext has a deadline that is over a moment before its timer strikes, as a real
// one may.
type earlyContext struct{ context.Context }

func (c earlyContext) Deadline() (time.Time, bool) {
	deadline, ok := c.Context.Deadline()
	return deadline.Add(-time.Millisecond), ok
}

func TestCauseIsKeptWhenTheDeadlineIsNoticedBeforeItsTimer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, errShutdown)
		defer cancel()
		err := update(earlyContext{inner}, newClient(t, fakeapi.New(fakeapi.Hang)))
		requireAs[*spideriq.TransportError](t, err)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, errShutdown)
	})
}

func TestPolicyCeilingFollowsALongBaseDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		policy := spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Minute})
		longest := time.Duration(0)
		for range 50 {
			api := fakeapi.New(fakeapi.Respond(503, refusalBody))
			require.Error(t, update(t.Context(), newClient(t, api, policy), spideriq.WithMaxAttempts(4)))
			longest = max(longest, slices.Max(api.Waits()))
		}
		assert.Greater(t, longest, 30*time.Second)
		assert.LessOrEqual(t, longest, time.Minute)
	})
}
