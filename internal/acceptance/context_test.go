package acceptance_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// waits until ctx ends, as a full limiter does.
func waitForContext(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

var errShutdown = errors.New("shutting down")

// moment is when a caller leaves.
const leavingTime = 1500 * time.Millisecond

var waysToLeave = []struct {
	how  string
	ctx  func(context.Context) (context.Context, context.CancelFunc)
	want []error
}{
	{"cancels", func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(leavingTime, cancel)
		return ctx, cancel
	}, []error{context.Canceled}},
	{"cancels with a cause", func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(leavingTime, func() { cancel(errShutdown) })
		return ctx, func() { cancel(nil) }
	}, []error{context.Canceled, errShutdown}},
	{"has a deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeoutCause(ctx, leavingTime, errShutdown)
	}, []error{context.DeadlineExceeded, errShutdown}},
}

// A leftCall is a call that is under way when its caller leaves.
type leftCall struct {
	name     string
	answers  []fakeapi.Reply
	limiter  spideriq.RateLimiter
	attempts int
	applied  bool
	status   int // of the latest response; 0 without one
}

var leftCalls = []leftCall{
	{
		"waiting for the limiter", []fakeapi.Reply{fakeapi.Respond(200, successBody)},
		limiterFunc(waitForContext), 0, false, 0,
	},
	{"waiting for an answer", []fakeapi.Reply{fakeapi.Hang}, nil, 1, true, 0},
	{"reading the body", []fakeapi.Reply{fakeapi.Drip(200)}, nil, 1, true, 0},
	{"reading the body of an error", []fakeapi.Reply{fakeapi.Drip(503)}, nil, 1, true, 503},
	{
		"waiting for the second attempt",
		[]fakeapi.Reply{fakeapi.Respond(503, refusalBody, "Retry-After: 30")}, nil, 1, false, 503,
	},
	{
		"waiting for the second attempt after a limit",
		[]fakeapi.Reply{fakeapi.Respond(429, refusalBody, "Retry-After: 30")}, nil, 1, false, 429,
	},
	{
		"waiting after a lost answer", []fakeapi.Reply{fakeapi.Respond(502, refusalBody, "Retry-After: 30")},
		nil, 1, true, 502,
	},
	{
		"in the second attempt",
		[]fakeapi.Reply{fakeapi.Respond(503, refusalBody, "Retry-After: 1"), fakeapi.Hang}, nil, 2, true,
		503,
	},
}

func TestCallerWhoLeavesIsLetGoAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range leftCalls {
		for _, leaves := range waysToLeave {
			waitsToRepeat := strings.HasPrefix(tt.name, "waiting") && tt.status > 0
			if leaves.how == "has a deadline" && waitsToRepeat {
				continue // such a wait does not begin
			}
			t.Run(tt.name+" "+leaves.how, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var opts []spideriq.Option
					if tt.limiter != nil {
						opts = append(opts, spideriq.WithRateLimiter(tt.limiter))
					}
					api := fakeapi.New(tt.answers...)
					ctx, cancel := leaves.ctx(t.Context())
					defer cancel()
					began := time.Now()
					err := update(ctx, newClient(t, api, opts...))
					assert.Equal(t, leavingTime, time.Since(began))
					e := requireAs[*spideriq.TransportError](t, err)
					for _, want := range leaves.want {
						assert.ErrorIs(t, err, want)
					}
					timeout, ok := errors.AsType[net.Error](err)
					assert.Equal(t, leaves.how == "has a deadline", ok && timeout.Timeout())
					assert.Equal(t, tt.attempts, e.Attempts)
					assert.Len(t, api.Requests(), tt.attempts)
					assert.Equal(t, tt.applied, e.MayHaveApplied)
					assert.Equal(t, tt.status, earlierStatus(err))
				})
			})
		}
	}
}

func TestCallerWhoLeavesDuringAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: 30"))
		client := newClient(t, api)
		require.Error(t, update(t.Context(), client, spideriq.WithMaxAttempts(1)))
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errShutdown) })
		began := time.Now()
		err := update(ctx, client)
		assert.Equal(t, time.Second, time.Since(began))
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, errShutdown)
		assert.Len(t, api.Requests(), 1)
	})
}

func TestContextThatIsOverSendsNothing(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errShutdown)
	late, cancelLate := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancelLate()
	asked := false
	limiter := limiterFunc(func(context.Context) error { asked = true; return nil })
	for name, call := range endpoints {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		client := newClient(t, api, spideriq.WithRateLimiter(limiter))
		err := call(cancelled, client)
		assert.ErrorIs(t, err, context.Canceled, name)
		assert.ErrorIs(t, err, errShutdown, name)
		assert.ErrorIs(t, call(late, client), context.DeadlineExceeded, name)
		assertArgumentError(t, call(nil, client)) //nolint:staticcheck // what is tested
		assert.Empty(t, api.Requests(), name)
	}
	assert.False(t, asked)
}

func TestAttemptThatTakesTooLongIsRepeated(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		opts  []spideriq.Option
		first fakeapi.Reply
		limit time.Duration
	}{
		{"by default after 30 seconds", nil, fakeapi.Hang, 30 * time.Second},
		{
			"after a time of its own", []spideriq.Option{spideriq.WithAttemptTimeout(3 * time.Second)},
			fakeapi.Hang, 3 * time.Second,
		},
		{
			"body included", []spideriq.Option{spideriq.WithAttemptTimeout(3 * time.Second)}, fakeapi.Drip(200),
			3 * time.Second,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := fakeapi.New(tt.first, fakeapi.Respond(200, successBody))
				require.NoError(t, update(t.Context(), newClient(t, api, tt.opts...)))
				assert.GreaterOrEqual(t, api.Waits()[0], tt.limit)
				assert.LessOrEqual(t, api.Waits()[0], tt.limit+500*time.Millisecond)

				err := update(t.Context(), newClient(t, fakeapi.New(tt.first), tt.opts...))
				assert.True(t, requireAs[net.Error](t, err).Timeout())
				assert.NotErrorIs(t, err, context.DeadlineExceeded, "it was not the caller's")
				attempts, mayHaveApplied := outcomeOf(err)
				assert.Equal(t, 3, attempts)
				assert.True(t, mayHaveApplied)
			})
		})
	}
}
