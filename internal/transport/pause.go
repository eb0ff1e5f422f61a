package transport

import (
	"sync/atomic"
	"time"
)

// A pause makes all calls of a Transport wait after one of them got a 429. The zero
// value is no pause.
type pause struct {
	end atomic.Pointer[time.Time]
}

// extend makes the pause last for at least d from now. A pause never gets shorter.
func (p *pause) extend(d time.Duration) {
	end := time.Now().Add(d)
	for {
		old := p.end.Load()
		if old != nil && !end.After(*old) {
			return
		}
		if p.end.CompareAndSwap(old, &end) {
			return
		}
	}
}

// left returns how long the pause still lasts. It is 0 or less when there is none.
func (p *pause) left() time.Duration {
	end := p.end.Load()
	if end == nil {
		return 0
	}
	return time.Until(*end)
}
