package transport

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// turn says whether a call may make an attempt now: no pause that the API asked for is
// on, and the caller's limiter lets it through. Otherwise the call tells why not.
func (t *Transport) turn(ctx context.Context, c *Call) bool {
	c.Wait = 0
	var refused error
	left := t.pause.left()
	if left <= 0 && t.Limiter != nil && ctx.Err() == nil {
		refused = t.Limiter.Wait(ctx)
		left = t.pause.left() // one may have begun meanwhile
	}
	switch ended := contextError(ctx); {
	case ended != nil || refused != nil:
		c.Err = cmp.Or(ended, refused)
	case left > 0 && !fits(ctx, left):
		c.Held = left
	case left > 0:
		c.Wait = withJitter(ctx, left)
	default:
		return true
	}
	return false
}

// A pause makes all calls of a client wait once one of them has been told to. The
// zero value is none.
type pause struct{ until atomic.Pointer[time.Time] }

// extend makes the pause last for at least d from now.
func (p *pause) extend(d time.Duration) {
	end, old := time.Now().Add(d), p.until.Load()
	for (old == nil || end.After(*old)) && !p.until.CompareAndSwap(old, &end) {
		old = p.until.Load()
	}
}

// left returns how much of the pause is left; 0 or less when it is over.
func (p *pause) left() time.Duration {
	until := p.until.Load()
	if until == nil {
		return 0
	}
	return time.Until(*until)
}

// withJitter adds up to a fifth to a wait, at most 2 seconds, and no more than the
// caller's deadline leaves room for, so that those who wait do not all come at once.
func withJitter(ctx context.Context, d time.Duration) time.Duration {
	room := min(d/5, 2*time.Second, math.MaxInt64-d)
	if deadline, ok := ctx.Deadline(); ok {
		room = min(room, (time.Until(deadline)-d)/2)
	}
	return d + rand.N(max(room, 0)+1)
}
