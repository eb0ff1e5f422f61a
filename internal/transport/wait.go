package transport

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	longestWait = 100 * 365 * 24 * time.Hour // no wait is longer, so that sums of waits do not overflow
	attemptTime = 5 * time.Millisecond       // least time that an attempt after a wait needs
	maxJitter   = 2 * time.Second            // most that is added to a wait that the API asked for
	jitterShare = 5                          // one fifth of the wait is added at most
)

// backoff returns the delay before the next attempt when the API asks for none: a random
// time under a ceiling that doubles with each attempt, so that clients that failed
// together do not come back together. It is at least a nanosecond, because a wait of 0 means
// that no attempt follows.
func (p Policy) backoff(attempts int) time.Duration {
	ceiling := min(p.BaseDelay, p.MaxDelay)
	for i := 1; i < attempts && ceiling < p.MaxDelay; i++ {
		if ceiling > p.MaxDelay/2 {
			ceiling = p.MaxDelay
		} else {
			ceiling *= 2
		}
	}
	return 1 + rand.N(max(ceiling, 1))
}

// withJitter adds a random time to a wait that the API asked for, so that calls that wait
// together do not end their wait together. It adds at most half of what the context
// leaves.
func withJitter(ctx context.Context, wait time.Duration) time.Duration {
	room := min(wait/jitterShare, maxJitter)
	if deadline, ok := ctx.Deadline(); ok {
		room = min(room, (time.Until(deadline)-wait)/2)
	}
	if room <= 0 {
		return wait
	}
	return wait + rand.N(room+1)
}

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
