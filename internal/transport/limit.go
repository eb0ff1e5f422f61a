package transport

import (
	"math"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"
)

// limit holds an attempt back until the caller's limiter lets it through and no
// pause that the API asked for is on.
type limit struct {
	t    *Transport
	next http.RoundTripper
}

func (l limit) RoundTrip(req *http.Request) (*http.Response, error) {
	c := callOf(req)
	c.answer, c.failure = Answer{}, failure{unsent: true} // nothing is known of this attempt yet
	for first := true; first || l.t.pause.left() > 0; first = false {
		if !l.t.pause.over(c) || !l.turn(c) {
			return c.over(req)
		}
	}
	return l.next.RoundTrip(req)
}

func (l limit) turn(c *call) bool {
	if l.t.cfg.Limiter == nil {
		return true
	}
	err := l.t.cfg.Limiter.Wait(c)
	if c.interrupted() {
		return false
	}
	c.result.Err = err
	return err == nil
}

// A pause makes all calls of a client wait once one of them has been told to. The
// zero value is none.
type pause struct{ until atomic.Pointer[time.Time] }

// extend makes the pause last for at least d from now.
func (p *pause) extend(d time.Duration) {
	end := time.Now().Add(d)
	for {
		old := p.until.Load()
		if old != nil && !old.Before(end) || p.until.CompareAndSwap(old, &end) {
			return
		}
	}
}

// left returns how much of the pause is left; 0 or less when it is over.
func (p *pause) left() time.Duration {
	if until := p.until.Load(); until != nil {
		return time.Until(*until)
	}
	return 0
}

// over waits for the end of the pause, and a little longer, so that those who
// waited do not all come at once. It says false when the caller cannot wait so
// long or goes away.
func (p *pause) over(c *call) bool {
	left := p.left()
	if left <= 0 {
		return true
	}
	if !c.fits(left) {
		c.result.Held = left
		return false
	}
	timer := time.NewTimer(c.withJitter(left))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.Done():
		return !c.interrupted()
	}
}

// withJitter adds up to a fifth to a wait, at most 2 seconds, and no more than the
// caller's deadline leaves room for.
func (c *call) withJitter(d time.Duration) time.Duration {
	room := min(d/5, 2*time.Second)
	if deadline, ok := c.Deadline(); ok {
		room = min(room, (time.Until(deadline)-d)/2)
	}
	if room > 0 && d < math.MaxInt64-room {
		d += rand.N(room) + 1
	}
	return d
}
