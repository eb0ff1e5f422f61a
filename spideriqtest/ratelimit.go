package spideriqtest

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// A bucket is a token bucket. Its state is the time at which it is full again: each
// allowed request moves that time on by one share.
type bucket struct {
	perMinute int
	burst     int
	share     time.Duration // of a minute, for one request

	mu     sync.Mutex
	last   time.Time // the clock at the last request
	fullAt time.Time
}

// newBucket returns nil, which is no limit, for a perMinute below 1.
func newBucket(perMinute, burst int) *bucket {
	if perMinute < 1 {
		return nil
	}
	return &bucket{
		perMinute: perMinute,
		burst:     max(burst, 1),
		share:     max(time.Minute/time.Duration(perMinute), 1),
	}
}

// A rateState is the state of a bucket after one request.
type rateState struct {
	allowed   bool
	wait      time.Duration // until the next request is allowed; only when this one is not
	limit     int
	remaining int
	reset     time.Time
}

// take counts a request. The clock is read under the lock, so that it goes back
// only when the request has another clock than the one before.
func (b *bucket) take() rateState {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.takeAt(time.Now())
}

// takeAt counts a request at the given time. The caller holds the lock.
func (b *bucket) takeAt(now time.Time) rateState {
	if now.Before(b.last) || b.fullAt.Before(now) {
		b.fullAt = now
	}
	b.last = now
	state := rateState{limit: b.perMinute}
	wait := b.fullAt.Sub(now) - multiply(b.share, b.burst-1)
	if wait <= b.share/2 { // half a share early is allowed: see WithRateLimit
		state.allowed = true
		b.fullAt = b.fullAt.Add(b.share)
	} else {
		state.wait = wait
	}
	state.remaining = b.remaining(now)
	state.reset = b.fullAt
	return state
}

// remaining returns how much of the burst is left.
func (b *bucket) remaining(now time.Time) int {
	missing := b.fullAt.Sub(now)
	used := int64(missing / b.share)
	if missing%b.share > 0 {
		used++
	}
	return int(max(int64(b.burst)-used, 0))
}

// multiply returns n times d, or the longest duration when that is too long for one.
// Neither is negative, and d is not 0.
func multiply(d time.Duration, n int) time.Duration {
	if int64(n) > int64(math.MaxInt64/d) {
		return math.MaxInt64
	}
	return d * time.Duration(n)
}

// header returns the X-RateLimit header fields.
func (s rateState) header() map[string]string {
	reset := s.reset.Add(time.Second - 1).Unix() // rounded up
	return map[string]string{
		"X-RateLimit-Limit":     strconv.Itoa(s.limit),
		"X-RateLimit-Remaining": strconv.Itoa(s.remaining),
		"X-RateLimit-Reset":     strconv.FormatInt(reset, 10),
	}
}
