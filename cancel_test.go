package spideriq_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

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

func drips(status int) reply {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, ContentLength: -1, Body: &slowBody{req.Context(), 1000}, Request: req}, nil
	}
}

var errShutdown = errors.New("shutting down")

// moment is when a caller leaves.
const moment = 1500 * time.Millisecond

var leavings = []struct {
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
}

func TestCallerWhoLeavesIsLetGoAtOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		answers  []reply
		limiter  spideriq.RateLimiter
		attempts int
		applied  bool
		status   int // of the last answer
	}{
		{"waiting for the limiter", []reply{answer(200, good)}, limiter(waits), 0, false, 0},
		{"waiting for an answer", []reply{hanging}, nil, 1, true, 0},
		{"reading the body", []reply{drips(200)}, nil, 1, true, 0},
		{"reading the body of an error", []reply{drips(503)}, nil, 1, true, 503},
		{"waiting for the second attempt", []reply{answer(503, no, "Retry-After: 30")}, nil, 1, false, 503},
		{"waiting for the second attempt after a limit", []reply{answer(429, no, "Retry-After: 30")}, nil, 1, false, 429},
		{"waiting after a lost answer", []reply{answer(502, no, "Retry-After: 30")}, nil, 1, true, 502},
		{"in the second attempt", []reply{answer(503, no, "Retry-After: 1"), hanging}, nil, 2, true, 503},
	}
	for _, tt := range tests {
		for _, leaves := range leavings {
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
					api := replying(tt.answers...)
					ctx, cancel := leaves.ctx(t.Context())
					defer cancel()
					began := time.Now()
					err := update(ctx, api.client(t, opts...))
					assert.Equal(t, moment, time.Since(began))
					e := requireAs[*spideriq.TransportError](t, err)
					for _, want := range leaves.want {
						assert.ErrorIs(t, err, want)
					}
					timeout, ok := errors.AsType[net.Error](err)
					assert.Equal(t, leaves.how == "has a deadline", ok && timeout.Timeout())
					assert.Equal(t, tt.attempts, e.Attempts)
					assert.Len(t, api.requests(), tt.attempts)
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
		api := replying(answer(429, no, "Retry-After: 30"))
		client := api.client(t)
		require.Error(t, update(t.Context(), client, spideriq.WithMaxAttempts(1)))
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errShutdown) })
		began := time.Now()
		err := update(ctx, client)
		assert.Equal(t, time.Second, time.Since(began))
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, errShutdown)
		assert.Len(t, api.requests(), 1)
	})
}

func TestContextThatIsOverSendsNothing(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errShutdown)
	late, cancelLate := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancelLate()
	asked := false
	limiter := limiter(func(context.Context) error { asked = true; return nil })
	for name, call := range endpoints {
		api := replying(answer(200, good))
		client := api.client(t, spideriq.WithRateLimiter(limiter))
		err := call(cancelled, client)
		assert.ErrorIs(t, err, context.Canceled, name)
		assert.ErrorIs(t, err, errShutdown, name)
		assert.ErrorIs(t, call(late, client), context.DeadlineExceeded, name)
		assertPlain(t, call(nil, client)) //nolint:staticcheck // what is tested
		assert.Empty(t, api.requests(), name)
	}
	assert.False(t, asked)
}

func TestAttemptThatTakesTooLongIsRepeated(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		opts  []spideriq.Option
		first reply
		limit time.Duration
	}{
		{"by default after 30 seconds", nil, hanging, 30 * time.Second},
		{"after a time of its own", []spideriq.Option{spideriq.WithAttemptTimeout(3 * time.Second)}, hanging, 3 * time.Second},
		{"body included", []spideriq.Option{spideriq.WithAttemptTimeout(3 * time.Second)}, drips(200), 3 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := replying(tt.first, answer(200, good))
				require.NoError(t, update(t.Context(), api.client(t, tt.opts...)))
				assert.GreaterOrEqual(t, api.waits()[0], tt.limit)
				assert.LessOrEqual(t, api.waits()[0], tt.limit+500*time.Millisecond)

				err := update(t.Context(), replying(tt.first).client(t, tt.opts...))
				assert.True(t, requireAs[net.Error](t, err).Timeout())
				assert.NotErrorIs(t, err, context.DeadlineExceeded, "it was not the caller's")
				attempts, mayHaveApplied := outcomeOf(err)
				assert.Equal(t, 3, attempts)
				assert.True(t, mayHaveApplied)
			})
		})
	}
}
