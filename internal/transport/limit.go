package transport

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// limit holds an attempt back until no pause that the API asked for is on and the
// caller's limiter lets it through. It returns an error only when there is to be
// no attempt; the call then tells why.
type limit struct {
	t    *Transport
	next http.RoundTripper
}

func (l limit) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	for {
		if left := l.t.pause.left(); left > 0 {
			if !fits(ctx, left) {
				callOf(ctx).Held = left
				return nil, context.DeadlineExceeded
			}
			sleep(ctx, withJitter(ctx, left))
		}
		if l.t.Limiter != nil && ctx.Err() == nil {
			if err := l.t.Limiter.Wait(ctx); err != nil {
				callOf(ctx).Err = err
				return nil, err
			}
		}
		if err := contextError(ctx); err != nil {
			return nil, err
		}
		if l.t.pause.left() <= 0 { // none began while the limiter waited
			return l.next.RoundTrip(req)
		}
	}
}

// A pause makes all calls of a client wait once one of them has been told to. The
// zero value is none.
type pause struct {
	mu    sync.Mutex
	until time.Time
}

// extend makes the pause last for at least d from now.
func (p *pause) extend(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if end := time.Now().Add(d); end.After(p.until) {
		p.until = end
	}
}

// left returns how much of the pause is left; 0 or less when it is over.
func (p *pause) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until.IsZero() {
		return 0
	}
	return time.Until(p.until)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
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
