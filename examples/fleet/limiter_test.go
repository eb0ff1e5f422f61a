package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spideriq/spideriq-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var documented = settings{machines: 4, rate: 100, burst: 15, key: "spideriq"}

// limiterOver returns a limiter whose connections to Redis dial makes, and what it
// gives notice of.
func limiterOver(t *testing.T, dial func() (net.Conn, error)) (*fleetLimiter, *[]string) {
	options, err := redisOptions("")
	require.NoError(t, err)
	options.Dialer = func(context.Context, string, string) (net.Conn, error) { return dial() }
	db := redis.NewClient(options)
	t.Cleanup(func() {
		_ = db.Close()
		time.Sleep(time.Second) // fake: go-redis looks that often whether it may stop dialling
	})
	var notices []string
	return newFleetLimiter(db, documented, func(text string) { notices = append(notices, text) }), &notices
}

// Four machines at 100 a minute: a turn for each every 2.4 seconds.
func TestWithoutRedisAMachineKeepsToItsShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, notices := limiterOver(t, func() (net.Conn, error) { return nil, errors.New("no route") })
		began := time.Now()
		for turn := range 50 {
			require.NoError(t, limiter.Wait(t.Context()))
			assert.InDelta(t, 2.4*float64(turn+1), time.Since(began).Seconds(), 0.001, "and no burst at the start")
		}
		assert.Equal(t, []string{"Redis is away, so this machine keeps to its share, 25 requests a minute: no route"}, *notices)
	})
}

// silence returns a dialler of connections that nothing ever comes from.
func silence(t *testing.T) func() (net.Conn, error) {
	return func() (net.Conn, error) {
		near, far := net.Pipe()
		t.Cleanup(func() { _, _ = near.Close(), far.Close() })
		return near, nil
	}
}

func TestACallerWhoLeavesIsNoSignOfRedisBeingAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, notices := limiterOver(t, silence(t))
		ctx, cancel := context.WithTimeout(t.Context(), askTimeout/2)
		defer cancel()
		began := time.Now()
		assert.ErrorIs(t, limiter.Wait(ctx), context.DeadlineExceeded)
		assert.Equal(t, askTimeout/2, time.Since(began))
		assert.Empty(t, *notices)
	})
}

// late is a context whose timer has not struck yet, although its deadline has passed.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(-time.Millisecond), true }

func TestAPassedDeadlineIsTheEndBeforeItsTimerStrikes(t *testing.T) {
	t.Parallel()
	assert.NoError(t, late{t.Context()}.Err())
	assert.ErrorIs(t, ended(late{t.Context()}), context.DeadlineExceeded)
	assert.NoError(t, ended(t.Context()))
}

// A Redis that takes connections and says nothing costs half a second, which is
// part of the wait for a turn.
func TestASilentRedisCountsAsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, notices := limiterOver(t, silence(t))
		began := time.Now()
		for range 10 {
			require.NoError(t, limiter.Wait(t.Context()))
		}
		assert.InDelta(t, 24+0.5, time.Since(began).Seconds(), 0.01)
		assert.Len(t, *notices, 1)
	})
}

func open(t *testing.T, server *redisServer) *redis.Client {
	t.Helper()
	options, err := redisOptions(server.url)
	require.NoError(t, err)
	db := redis.NewClient(options)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestRedisThatComesBackSharesTheRateAgain(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	db := open(t, server)
	var notices []string
	fast := documented
	fast.rate, fast.machines = 6000, 10 // a share is a turn every 100 ms
	limiter := newFleetLimiter(db, fast, func(text string) { notices = append(notices, text) })
	require.NoError(t, limiter.Wait(t.Context()))
	server.stop()
	began := time.Now()
	for range 3 {
		require.NoError(t, limiter.Wait(t.Context()))
	}
	assert.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond)
	server.start()
	for range 15 {
		require.NoError(t, limiter.Wait(t.Context()))
	}
	require.Len(t, notices, 2)
	assert.Contains(t, notices[0], "Redis is away, so this machine keeps to its share, 600 requests a minute: ")
	assert.Equal(t, "Redis is back, so the rate is shared again", notices[1])
}

func TestAWaitThatOutlastsTheContextEndsAtOnce(t *testing.T) {
	t.Parallel()
	db := open(t, startRedis(t))
	slow := documented
	slow.rate, slow.burst = 1, 1
	limiter := newFleetLimiter(db, slow, func(text string) { t.Error(text) })
	require.NoError(t, limiter.Wait(t.Context()))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	began := time.Now()
	err := limiter.Wait(ctx)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(began), 10*time.Second)
	assert.NoError(t, ctx.Err())
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// What the caller sees of a limiter that can't give a turn: the call was not sent.
func TestNoTurnIsAnErrorBeforeTheFirstAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, _ := limiterOver(t, func() (net.Conn, error) { return nil, errors.New("no route") })
		wire := roundTripper(func(*http.Request) (*http.Response, error) {
			t.Error("a request was sent")
			return nil, errors.New("unexpected")
		})
		client, err := spideriq.NewClient("a:b:c", spideriq.WithRateLimiter(limiter), spideriq.WithHTTPClient(&http.Client{Transport: wire}))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = client.Integrations.Update(ctx, 42, spideriq.UpdateParams{IsActive: new(false)})
		unsent, ok := errors.AsType[*spideriq.TransportError](err)
		require.True(t, ok, err)
		assert.Zero(t, unsent.Attempts)
		assert.False(t, unsent.MayHaveApplied)
	})
}
