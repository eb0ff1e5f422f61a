package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/spideriq/spideriq-go"
)

func TestTurnsKeepTheRateAfterTheBurst(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	var unused, turn time.Time
	for i := range 30 {
		turn, unused = nextTurn(unused, now, 600*time.Millisecond, 20)
		assert.Equal(t, time.Duration(max(i-19, 0))*600*time.Millisecond, turn.Sub(now), i)
	}
	later := now.Add(time.Hour)
	turn, _ = nextTurn(unused, later, 600*time.Millisecond, 20)
	assert.Equal(t, later, turn, "the limit is unused again")
}

func TestProgramsOnOneServerShareTheRate(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	s := settings{nats: "nats://127.0.0.1:4222", rate: 1200, burst: 5, replicas: 1}
	var all []spideriq.RateLimiter
	for range 2 {
		l, err := newLimiter(t.Context(), q, s, "api")
		require.NoError(t, err)
		all = append(all, l)
	}
	began := time.Now()
	turns := make(chan error)
	for i := range 20 {
		go func() { turns <- all[i%2].Wait(t.Context()) }()
	}
	for range 20 {
		require.NoError(t, <-turns)
	}
	assert.GreaterOrEqual(t, time.Since(began), 15*50*time.Millisecond)

	other, err := newLimiter(t.Context(), q, s, "another API")
	require.NoError(t, err)
	assert.NotEqual(t, all[0].(*sharedLimiter).key, other.(*sharedLimiter).key, "each client has a limit of its own")
	assert.Equal(t, all[0].(*sharedLimiter).key, all[1].(*sharedLimiter).key)
}

func TestShareOfTheRate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s     settings
		rate  rate.Limit
		burst int
	}{
		"all of it":     {settings{rate: 120, burst: 20}, 2, 20},
		"a quarter":     {settings{nats: "x", rate: 120, burst: 20, share: 4}, 0.5, 5},
		"a burst of 1":  {settings{nats: "x", rate: 120, burst: 2, share: 4}, 0.5, 1},
		"of one worker": {settings{nats: "x", rate: 120, burst: 20, share: 1}, 2, 20},
	} {
		l, err := newLimiter(t.Context(), nil, c.s, "api")
		require.NoError(t, err, name)
		assert.InDelta(t, float64(c.rate), float64(l.(*rate.Limiter).Limit()), 1e-9, name)
		assert.Equal(t, c.burst, l.(*rate.Limiter).Burst(), name)
	}
}

func TestRateIsThatOfTheFlags(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{limiter: localLimiter(settings{rate: 100, burst: 20}), stopped: t.Context()}
		ctx := context.WithValue(t.Context(), flightKey{}, &flight{claimed: true})
		began := time.Now()
		for range 20 {
			require.NoError(t, g.Wait(ctx))
		}
		assert.Zero(t, time.Since(began), "the burst")
		for range 10 {
			require.NoError(t, g.Wait(t.Context()), "also of what is no row")
		}
		assert.InDelta(t, 6, time.Since(began).Seconds(), 0.001, "a request each 0.6 s")
	})
}

func TestNoRowTakesOffAfterTheStop(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		taken int // of a burst of 1, before
		stop  time.Duration
	}{
		"when its turn has come":      {0, 0},
		"while it waits for its turn": {1, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stopped, stop := context.WithCancel(t.Context())
				limiter := rate.NewLimiter(1.0/60, 1)
				g := &gate{limiter: limiter, stopped: stopped} // without a queue, so a claim would panic
				limiter.AllowN(time.Now(), c.taken)
				began := time.Now()
				if c.stop == 0 {
					stop()
				}
				time.AfterFunc(c.stop, stop)
				ctx := context.WithValue(t.Context(), flightKey{}, new(flight))
				require.ErrorIs(t, g.Wait(ctx), errStopped)
				assert.Equal(t, c.stop, time.Since(began))
			})
		})
	}
}
