package transport

import "sync"

// Sizes of the retry budget.
const (
	budgetSize       = 500
	retryCost        = 5
	timeoutRetryCost = 10 // an attempt that timed out has occupied a connection all the time
	finishedCall     = 1  // what a call without retries gives back
)

// A budget limits the load that retries add to an API that is failing. All calls of a
// Transport share one. It never blocks the first attempt of a call. The zero value is
// full.
type budget struct {
	mu   sync.Mutex
	used int
}

// take pays for a retry. It returns false and takes nothing when too little is left.
func (b *budget) take(cost int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+cost > budgetSize {
		return false
	}
	b.used += cost
	return true
}

// giveBack returns amount to the budget, up to its full size.
func (b *budget) giveBack(amount int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = max(b.used-amount, 0)
}
