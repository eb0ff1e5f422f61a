package transport

import (
	"context"
	"net"
	"net/http"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOutcomeDecidesWhetherACallIsRepeated(t *testing.T) {
	t.Parallel()
	const never, safely, always = "never", "where a repeat does no harm", "always"
	tests := []struct {
		name   string
		first  reply
		repeat string
	}{
		{"429 with a wait", status(429, "Retry-After", "1"), always},
		{"429 with a wait that is over", status(429, "Retry-After", "0"), always},
		{"429 with a reset", status(429, "X-RateLimit-Reset", "946684801"), always},
		{"bare 429", status(429), never},
		{"429 with an unreadable wait", status(429, "Retry-After", "soon"), never},
		{"429 with a wait too long", status(429, "Retry-After", "61"), never},
		{"429 that is final", status(429, "Retry-After", "1", "X-Final", "1"), never},
		{"429 told not to", status(429, "Retry-After", "1", "X-Should-Retry", "false"), never},
		{"503 with the longest wait", status(503, "Retry-After", "60"), safely},
		{"503 with a wait too long", status(503, "Retry-After", "61"), never},
		{"503 told not to", status(503, "X-Should-Retry", "false"), never},
		{"503 told not to, in other letters and spaces", status(503, "X-Should-Retry", " False\t"), never},
		{"503 told to", status(503, "X-Should-Retry", "true"), safely},
		{"404 told to", status(404, "X-Should-Retry", "true"), never},
		{"refused", failing(dialError(errno(syscall.ECONNREFUSED))), always},
		{"no route", failing(dialError(errno(syscall.EHOSTUNREACH))), always},
		{"temporary DNS failure", failing(&net.DNSError{IsTemporary: true}), always},
		{"no such host", failing(&net.DNSError{IsNotFound: true}), never},
		{"reset", failing(readError(errno(syscall.ECONNRESET))), safely},
		{"timeout", failing(os.ErrDeadlineExceeded), safely},
		{"no response in time", hanging, safely},
		{"unknown failure", failing(errOpaque), never},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, harmless := range []bool{true, false} {
					base := scripted(tt.first)
					tr := newTransport(base, func(cfg *Config) {
						cfg.IsFinal = func([]byte) bool { return tt.name == "429 that is final" }
					})
					want := 1
					if tt.repeat == always || tt.repeat == safely && harmless {
						want = 3
					}
					result := post(t.Context(), tr, func(r *Request) { r.Idempotent = harmless })
					assert.Equal(t, want, base.requests())
					assert.Equal(t, want, result.Attempts)
				}
			})
		})
	}
}

func TestStatusDecidesWhetherACallIsRepeated(t *testing.T) {
	t.Parallel()
	repeated := []int{500, 502, 503, 504, 520, 521, 522, 523, 524}
	synctest.Test(t, func(t *testing.T) {
		for code := 100; code < 1000; code++ {
			want := 1
			if slices.Contains(repeated, code) {
				want = 3
			}
			assert.Equal(t, want, patch(t.Context(), newTransport(scripted(status(code)))).Attempts, code)
			assert.Equal(t, 1, post(t.Context(), newTransport(scripted(status(code)))).Attempts, code)
		}
	})
}

func TestAttemptsCanBeLimited(t *testing.T) {
	t.Parallel()
	tests := []struct{ policy, call, want int }{{3, 0, 3}, {5, 0, 5}, {1, 0, 1}, {5, 1, 1}, {1, 4, 4}, {0, 0, 1}}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			base := scripted(status(503))
			tr := newTransport(base, func(cfg *Config) { cfg.Policy.MaxAttempts = tt.policy })
			assert.Equal(t, tt.want, patch(t.Context(), tr, attempts(tt.call)).Attempts)
			assert.Equal(t, tt.want, base.requests())
		})
	}
}

func TestWaitsThatTheAPIAsksFor(t *testing.T) {
	t.Parallel()
	for _, code := range []int{429, 500, 502, 503, 504, 522} {
		synctest.Test(t, func(t *testing.T) {
			for range 20 {
				base := scripted(status(code, "Retry-After", "7"), status(200))
				require.NoError(t, patch(t.Context(), newTransport(base)).Err)
				wait := base.sent[1].Sub(base.sent[0])
				assert.Greater(t, wait, 7*time.Second)
				assert.LessOrEqual(t, wait, 7*time.Second+7*time.Second/5)

				base = scripted(status(code, "Retry-After", "0"), status(200))
				require.NoError(t, patch(t.Context(), newTransport(base)).Err)
				wait = base.sent[1].Sub(base.sent[0])
				assert.Positive(t, wait, "the normal backoff")
				assert.LessOrEqual(t, wait, time.Second)
			}
		})
	}
}

func TestWaitThatTheDeadlineDoesNotAllowReturnsTheResponseAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		deadline time.Duration
		attempts int
	}{{time.Second, 1}, {2 * time.Second, 1}, {2*time.Second + attemptTime, 1}, {2*time.Second + attemptTime + 1, 2}} {
		for _, code := range []int{429, 503} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tt.deadline)
				defer cancel()
				began := time.Now()
				result := patch(ctx, newTransport(scripted(status(code, "Retry-After", "2"))), attempts(2))
				assert.NoError(t, result.Err)
				assert.Equal(t, tt.attempts, result.Attempts)
				assert.Equal(t, code, result.Response.StatusCode)
				assert.Equal(t, tt.attempts == 1, time.Since(began) == 0)
			})
		}
	}
}

func TestContextThatEndsWhileTheCallWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		began := time.Now()
		result := patch(ctx, newTransport(scripted(status(503, "Retry-After", "30"))))
		assert.Equal(t, time.Second, time.Since(began))
		assert.ErrorIs(t, result.Err, context.Canceled)
		assert.ErrorIs(t, result.Err, errWhy)
		assert.Equal(t, 1, result.Attempts)
		assert.Equal(t, 503, result.Response.StatusCode, "the response is not lost")
	})
}

func TestContextThatEndsDuringAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		base := scripted(func(req *http.Request) (*http.Response, error) {
			cancel(errWhy)
			return status(503)(req)
		})
		result := patch(ctx, newTransport(base))
		assert.ErrorIs(t, result.Err, context.Canceled)
		assert.ErrorIs(t, result.Err, errWhy)
		assert.Equal(t, 503, result.Response.StatusCode)
		assert.Equal(t, 1, result.Attempts)
	})
}

func TestNothingIsSentWhenTheContextIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		canceled, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		expired, stop := context.WithDeadlineCause(t.Context(), time.Now(), errWhy)
		defer stop()
		for _, ctx := range []context.Context{canceled, expired} {
			base := scripted(status(200))
			tr := newTransport(base)
			tr.pause.extend(time.Hour)
			result := patch(ctx, tr)
			assert.ErrorIs(t, result.Err, ctx.Err())
			assert.ErrorIs(t, result.Err, errWhy)
			assert.Zero(t, result.HeldFor)
			assert.Zero(t, result.Attempts)
			assert.Zero(t, base.requests())
		}
	})
}

func TestLatestResponseIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reset := failing(readError(errno(syscall.ECONNRESET)))
		result := patch(t.Context(), newTransport(scripted(status(502), status(503), reset)))
		assert.ErrorIs(t, result.Err, syscall.ECONNRESET)
		assert.Equal(t, 503, result.Response.StatusCode)

		result = patch(t.Context(), newTransport(scripted(reset, status(404))))
		assert.NoError(t, result.Err)
		assert.Equal(t, 404, result.Response.StatusCode)
		assert.True(t, result.MayHaveApplied)

		assert.Nil(t, patch(t.Context(), newTransport(scripted(reset))).Response)
	})
}
