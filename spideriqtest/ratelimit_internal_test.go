package spideriqtest

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var epoch = time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)

// at makes a request so long after the epoch.
func (b *bucket) at(d time.Duration) rateState { return b.takeAt(epoch.Add(d)) }

func TestBucket(t *testing.T) {
	t.Parallel()
	b := newBucket(100, 20) // a share of 600 ms
	for n := range 20 {
		state := b.at(0)
		assert.True(t, state.allowed)
		assert.Equal(t, 19-n, state.remaining)
		assert.Equal(t, epoch.Add(time.Duration(n+1)*600*time.Millisecond), state.reset)
	}
	refused := b.at(0)
	assert.Equal(t, rateState{wait: 600 * time.Millisecond, limit: 100, reset: epoch.Add(12 * time.Second)}, refused)
	assert.Equal(t, refused, b.at(0), "a refused request uses nothing")

	assert.False(t, b.at(299*time.Millisecond).allowed)
	assert.True(t, b.at(300*time.Millisecond).allowed, "half a share early")
	assert.False(t, b.at(899*time.Millisecond).allowed, "early once is not early twice")
	assert.True(t, b.at(1200*time.Millisecond).allowed)
	assert.Equal(t, 19, b.at(time.Hour).remaining, "full again, and not fuller")
}

// However unevenly requests come, no minute has more of them than the limit, the
// burst and the one that is early.
func TestBucketKeepsTheLimit(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	b := newBucket(100, 20)
	var granted []time.Duration
	for now := time.Duration(0); now < 10*time.Minute; now += time.Duration(random.IntN(200)) * time.Millisecond {
		if b.at(now).allowed {
			granted = append(granted, now)
		}
	}
	for first := range granted {
		last := first
		for last < len(granted) && granted[last] < granted[first]+time.Minute {
			last++
		}
		assert.LessOrEqual(t, last-first, 100+20+1)
	}
	assert.GreaterOrEqual(t, len(granted), 1000+20-1, "and no fewer are let through in ten minutes")
}

// A client that starts its requests at 100 a minute with bursts of 20 is never
// refused, although each takes another time to arrive.
func TestBucketLetsAPacedClientThrough(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		b := newBucket(100, 20)
		var sent, full, arrived time.Duration // full: when the client's own bucket is full again
		for range 500 {
			if random.IntN(50) == 0 {
				sent += time.Duration(random.IntN(20)) * time.Second // a pause: the next ones may come in a burst
			}
			sent = max(sent, full-19*b.share)
			full = max(full, sent) + b.share
			arrived = max(arrived, sent+time.Duration(random.IntN(250))*time.Millisecond)
			require.True(t, b.at(arrived).allowed)
		}
	}
}

func TestNewBucket(t *testing.T) {
	t.Parallel()
	assert.Nil(t, newBucket(0, 20))
	assert.Nil(t, newBucket(-1, 20))
	one := newBucket(60, 0)
	assert.True(t, one.at(0).allowed)
	assert.False(t, one.at(0).allowed, "a burst of at least one")
	unlimited := newBucket(math.MaxInt, 1)
	for n := range 100 {
		assert.True(t, unlimited.at(time.Duration(n)).allowed)
	}
}

func TestBucketOfAnyBurstLetsRequestsThrough(t *testing.T) {
	t.Parallel()
	for _, burst := range []int{math.MaxInt, math.MaxInt - 1, math.MaxInt / 2, math.MaxInt32} {
		for _, perMinute := range []int{1, 100, math.MaxInt} {
			b := newBucket(perMinute, burst)
			for n := 1; n <= 100; n++ {
				state := b.at(0)
				assert.True(t, state.allowed)
				assert.Equal(t, burst-n, state.remaining)
				assert.Equal(t, epoch.Add(time.Duration(n)*b.share), state.reset)
			}
		}
	}
}

func TestBucketIsFullWhenItsClockGoesBack(t *testing.T) {
	t.Parallel()
	b := newBucket(1, 2)
	for range 2 {
		require.True(t, b.at(time.Hour).allowed)
	}
	require.False(t, b.at(time.Hour).allowed)
	assert.Equal(t, 1, b.at(time.Hour-time.Second).remaining)
}
