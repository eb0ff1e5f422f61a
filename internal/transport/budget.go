package transport

import "sync/atomic"

// A budget bounds what retries may add to the load of an API that is failing. It
// never holds back the first attempt of a call. The zero value is a full one.
type budget struct{ taken atomic.Int64 }

const (
	budgetSize       = 500
	retryCost        = 5
	timeoutRetryCost = 10 // an attempt that timed out has held a connection all that while
)

// take pays for a retry, or says that too little is left.
func (b *budget) take(cost int64) bool {
	for {
		taken := b.taken.Load()
		if taken+cost > budgetSize {
			return false
		}
		if b.taken.CompareAndSwap(taken, taken+cost) {
			return true
		}
	}
}

// put gives back what a successful call earned.
func (b *budget) put(n int64) {
	for {
		taken := b.taken.Load()
		if taken == 0 || b.taken.CompareAndSwap(taken, max(taken-n, 0)) {
			return
		}
	}
}
