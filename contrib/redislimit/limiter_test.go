package redislimit_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/contrib/redislimit"
)

var _ spideriq.RateLimiter = (*redislimit.Limiter)(nil)

// askTimeout is the default of Config.Timeout.
const askTimeout = 500 * time.Millisecond

// notices records what a limiter tells.
type notices struct {
	away []string
	back int
}

func newLimiter(t *testing.T, db redis.UniversalClient, c redislimit.Config) (*redislimit.Limiter, *notices) {
	t.Helper()
	told := new(notices)
	c.OnAway = func(err error) { told.away = append(told.away, err.Error()) }
	c.OnBack = func() { told.back++ }
	limiter, err := redislimit.New(db, c)
	require.NoError(t, err)
	return limiter, told
}

// limiterOver returns a limiter of four machines whose connections to Redis dial makes.
func limiterOver(t *testing.T, dial func() (net.Conn, error)) (*redislimit.Limiter, *notices) {
	t.Helper()
	options, err := redislimit.ParseURL("redis://localhost")
	require.NoError(t, err)
	options.Dialer = func(context.Context, string, string) (net.Conn, error) { return dial() }
	db := redis.NewClient(options)
	t.Cleanup(func() {
		_ = db.Close()
		time.Sleep(time.Second) // fake: go-redis looks that often whether it may stop dialling
	})
	return newLimiter(t, db, redislimit.Config{Machines: 4})
}

func refuse() (net.Conn, error) { return nil, errors.New("no route") }

// silence returns a dialler of connections that nothing ever comes from.
func silence(t *testing.T) func() (net.Conn, error) {
	return func() (net.Conn, error) {
		near, far := net.Pipe()
		t.Cleanup(func() { _, _ = near.Close(), far.Close() })
		return near, nil
	}
}

// Four machines at 100 a minute: a turn for each every 2.4 seconds.
func TestWithoutRedisAMachineKeepsToItsShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, told := limiterOver(t, refuse)
		began := time.Now()
		for turn := range 50 {
			require.NoError(t, limiter.Wait(t.Context()))
			assert.InDelta(t, 2.4*float64(turn+1), time.Since(began).Seconds(), 0.001, "and no burst at the start")
		}
		assert.Equal(t, []string{"no route"}, told.away)
		assert.Zero(t, told.back)
	})
}

func TestCallerWhoLeavesIsNoSignOfRedisBeingAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, told := limiterOver(t, silence(t))
		ctx, cancel := context.WithTimeout(t.Context(), askTimeout/2)
		defer cancel()
		began := time.Now()
		assert.ErrorIs(t, limiter.Wait(ctx), context.DeadlineExceeded)
		assert.Equal(t, askTimeout/2, time.Since(began))
		assert.Empty(t, told.away)
	})
}

// late is a context whose timer has not fired yet, although its deadline has passed.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(-time.Millisecond), true }

func TestPassedDeadlineIsTheEndBeforeItsTimerFires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, told := limiterOver(t, refuse)
		ctx := late{t.Context()}
		require.NoError(t, ctx.Err())
		assert.ErrorIs(t, limiter.Wait(ctx), context.DeadlineExceeded)
		assert.Empty(t, told.away)
	})
}

// A Redis that accepts connections and says nothing costs the timeout, which is part of
// the wait for a turn.
func TestSilentRedisCountsAsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, told := limiterOver(t, silence(t))
		began := time.Now()
		for range 10 {
			require.NoError(t, limiter.Wait(t.Context()))
		}
		assert.InDelta(t, 24+0.5, time.Since(began).Seconds(), 0.01)
		assert.Len(t, told.away, 1)
	})
}

func TestTurnOfTheShareThatComesTooLateEndsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, _ := limiterOver(t, refuse)
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.ErrorIs(t, limiter.Wait(ctx), context.DeadlineExceeded)
		assert.Zero(t, time.Since(began))
		require.NoError(t, limiter.Wait(t.Context()))
		assert.Equal(t, 2400*time.Millisecond, time.Since(began), "the turn that was not taken is left to others")
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A call that gets no turn was not sent.
func TestNoTurnIsAnErrorBeforeTheFirstAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, _ := limiterOver(t, refuse)
		wire := roundTripper(func(*http.Request) (*http.Response, error) {
			t.Error("a request was sent")
			return nil, errors.New("unexpected")
		})
		client, err := spideriq.NewClient("a:b:c",
			spideriq.WithRateLimiter(limiter), spideriq.WithHTTPClient(&http.Client{Transport: wire}))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = client.Integrations.Update(ctx, 42, spideriq.UpdateParams{IsActive: new(false)})
		unsent, ok := errors.AsType[*spideriq.TransportError](err)
		require.True(t, ok, err)
		assert.Zero(t, unsent.Attempts)
		assert.False(t, spideriq.MayHaveApplied(err))
	})
}

func TestRedisThatComesBackSharesTheLimitAgain(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	// A share is a turn every 100 ms.
	limiter, told := newLimiter(t, open(t, server), redislimit.Config{Machines: 10, PerMinute: 6000})
	require.NoError(t, limiter.Wait(t.Context()))
	server.kill()
	began := time.Now()
	for range 3 {
		require.NoError(t, limiter.Wait(t.Context()))
	}
	assert.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond)
	server.start()
	for range 15 {
		require.NoError(t, limiter.Wait(t.Context()))
	}
	assert.Len(t, told.away, 1)
	assert.Equal(t, 1, told.back)
}

func TestTurnThatComesTooLateEndsAtOnce(t *testing.T) {
	t.Parallel()
	limiter, told := newLimiter(t, open(t, startRedis(t)), redislimit.Config{Machines: 4, PerMinute: 1, Burst: 1})
	require.NoError(t, limiter.Wait(t.Context()))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	began := time.Now()
	assert.ErrorIs(t, limiter.Wait(ctx), context.DeadlineExceeded)
	assert.Less(t, time.Since(began), 10*time.Second)
	assert.NoError(t, ctx.Err())
	assert.Empty(t, told.away)
}

func TestKeysAreCountedApart(t *testing.T) {
	t.Parallel()
	db := open(t, startRedis(t))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, key := range []string{"one", "two"} {
		limiter, _ := newLimiter(t, db, redislimit.Config{Machines: 1, PerMinute: 1, Burst: 1, Key: key})
		require.NoError(t, limiter.Wait(ctx))
		assert.ErrorIs(t, limiter.Wait(ctx), context.DeadlineExceeded, "the next turn is a minute away")
	}
}

func TestDefaultsLeaveAMarginToTheDocumentedLimit(t *testing.T) {
	t.Parallel()
	db := open(t, startRedis(t))
	limiter, _ := newLimiter(t, db, redislimit.Config{Machines: 4})
	began := time.Now()
	for range 16 {
		require.NoError(t, limiter.Wait(t.Context()))
	}
	assert.GreaterOrEqual(t, time.Since(began), 550*time.Millisecond, "15 at once, and then 100 a minute")
	assert.EqualValues(t, 1, db.Exists(t.Context(), "rate:spideriq").Val())
}
