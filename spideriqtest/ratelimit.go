package spideriqtest

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// A bucket is a token bucket that knows itself by one time: when it is full again.
type bucket struct {
	perMinute int
	burst     int
	share     time.Duration // what one request takes

	mu   sync.Mutex
	full time.Time
}

// newBucket returns nil, no limit, for a perMinute below 1.
func newBucket(perMinute, burst int) *bucket {
	if perMinute < 1 {
		return nil
	}
	return &bucket{perMinute: perMinute, burst: max(burst, 1), share: max(time.Minute/time.Duration(perMinute), 1)}
}

// A grant is what a bucket says to one request.
type grant struct {
	ok        bool
	wait      time.Duration // when not ok: until there is room
	limit     int
	remaining int
	reset     time.Time
}

func (b *bucket) take(now time.Time) grant {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full.Before(now) {
		b.full = now
	}
	wait := b.full.Sub(now) - time.Duration(b.burst-1)*b.share
	ok := wait <= b.share/2 // a little early is well enough: see WithRateLimit
	if ok {
		b.full = b.full.Add(b.share)
	}
	left := time.Duration(b.burst)*b.share - b.full.Sub(now)
	return grant{ok: ok, wait: wait, limit: b.perMinute, remaining: max(int(left/b.share), 0), reset: b.full}
}

func (g grant) writeTo(header http.Header) {
	reset := g.reset.Add(time.Second - 1).Unix() // rounded up
	header.Set("X-RateLimit-Limit", strconv.Itoa(g.limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(g.remaining))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(reset, 10))
}
