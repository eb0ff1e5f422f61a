package acceptance_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// aMinuteAtMost is what one call may take that is limited again and again: it is held for
// MaxRetryAfter by others, and waits twice for itself, with jitter.
const aMinuteAtMost = time.Minute + 2*(time.Minute+2*time.Second) + 5*time.Second

func TestLastingLimitEndsEveryCallInBoundedTime(t *testing.T) {
	t.Parallel()
	for _, calls := range []int{10, 200} {
		t.Run(fmt.Sprint(calls), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: 60")))
				began := time.Now()
				var all sync.WaitGroup
				for range calls {
					all.Go(func() {
						err := update(t.Context(), client)
						assert.True(t, asType[*spideriq.RateLimitError](err), "%T %v", err, err)
						assert.LessOrEqual(t, time.Since(began), aMinuteAtMost)
					})
				}
				all.Wait()
			})
		})
	}
}

func TestOneLimitedEndpointHoldsOthersForAMinuteAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limited := fakeapi.Respond(429, refusalBody, "Retry-After: 60")
		fine := fakeapi.Respond(200, successBody)
		api := fakeapi.New(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/health") {
				return limited(req)
			}
			return fine(req)
		})
		client := newClient(t, api)
		ctx, cancel := context.WithCancel(t.Context())
		var pollers sync.WaitGroup
		for range 5 {
			pollers.Go(func() {
				for ctx.Err() == nil {
					_ = health(ctx, client)
				}
			})
		}
		time.Sleep(time.Second)
		for range 20 {
			began := time.Now()
			err := update(t.Context(), client)
			assert.LessOrEqual(t, time.Since(began), 63*time.Second)
			if err != nil {
				e := requireAs[*spideriq.RateLimitError](t, err)
				assert.Zero(t, e.Attempts)
				assert.False(t, e.MayHaveApplied)
			}
		}
		cancel()
		pollers.Wait()
	})
}

func TestCallThatIsHeldTooLongSaysThatItWasNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: 30"), fakeapi.Respond(200, successBody))
		client := newClient(t, api)
		require.Error(t, update(t.Context(), client, spideriq.WithMaxAttempts(1)))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		var info spideriq.ResponseInfo
		err := update(ctx, client, spideriq.WithResponseInfo(&info))
		assert.Zero(t, time.Since(began))
		e := requireAs[*spideriq.RateLimitError](t, err)
		assert.Zero(t, e.Attempts)
		assert.Equal(t, 30*time.Second, e.RetryAfter)
		assert.ErrorContains(t, err, "not sent: the API asked for a pause of 30s, longer than this call may wait")
		assert.Equal(t, spideriq.ResponseInfo{}, info)
		assert.False(t, spideriq.MayHaveApplied(err))
	})
}

func TestPauseIsAsLongAsTheClientMayWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		patient := spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxRetryAfter: 24 * time.Hour})
		api := fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: 43200"), fakeapi.Respond(200, successBody))
		client := newClient(t, api, patient)
		require.Error(t, update(t.Context(), client, spideriq.WithMaxAttempts(1)))
		began := time.Now()
		require.NoError(t, update(t.Context(), client))
		assert.GreaterOrEqual(t, time.Since(began), 12*time.Hour)
		assert.Less(t, time.Since(began), 12*time.Hour+time.Minute)
	})
}

func TestWaitsNearTheLargestDurationReturnAtOnce(t *testing.T) {
	t.Parallel()
	for _, headers := range [][]string{
		{"X-RateLimit-Reset: 253402300799", "Date: Sat, 01 Jan 2000 00:00:00 GMT"},
		{"X-RateLimit-Reset: 9223372036854775807"},
		{"X-RateLimit-Reset: 253402300799"},
		{"Retry-After: 9223372036"},
		{"Retry-After: 99999999999999999999"},
		{"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", "Date: Sat, 01 Jan 2000 00:00:00 GMT"},
	} {
		for _, most := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1, time.Minute} {
			synctest.Test(t, func(t *testing.T) {
				policy := spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxRetryAfter: most})
				client := newClient(t, fakeapi.New(fakeapi.Respond(429, refusalBody, headers...)), policy)
				began := time.Now()
				e := requireAs[*spideriq.RateLimitError](t, update(t.Context(), client))
				assert.Zero(t, time.Since(began), headers)
				assert.Equal(t, 1, e.Attempts)
				assert.Positive(t, e.RetryAfter)
			})
		}
	}
}

func TestPauseIsShownInWholeSeconds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		left time.Duration
		want string
	}{
		{29500 * time.Millisecond, "a pause of 30s,"},
		{1001 * time.Millisecond, "a pause of 2s,"},
		{time.Second, "a pause of 1s,"},
		{400 * time.Millisecond, "a pause of 400ms,"},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := newClient(t, fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: 30")))
			require.Error(t, update(t.Context(), client, spideriq.WithMaxAttempts(1)))
			time.Sleep(30*time.Second - tt.left)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			err := update(ctx, client)
			assert.ErrorContains(t, err, tt.want)
			assert.Equal(t, tt.left, requireAs[*spideriq.RateLimitError](t, err).RetryAfter)
		})
	}
}
