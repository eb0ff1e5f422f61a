package transport

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

// affordable counts how many retries of this cost are left, and takes them.
func affordable(b *budget, cost int) (n int) {
	for b.take(cost) {
		n++
	}
	return n
}

func TestBudgetBoundsRetries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before func(*budget)
		cost   int
		want   int
	}{
		{"a full one", func(*budget) {}, retryCost, 100},
		{"a full one, of timeouts", func(*budget) {}, timeoutRetryCost, 50},
		{"a full one cannot be filled", func(b *budget) { b.giveBack(1000) }, retryCost, 100},
		{"filled no further than full", func(b *budget) { b.take(retryCost); b.giveBack(1000) }, retryCost, 100},
		{"a spent one", func(b *budget) { affordable(b, retryCost) }, retryCost, 0},
		{"four calls buy nothing", func(b *budget) { affordable(b, retryCost); b.giveBack(4) }, retryCost, 0},
		{"five calls buy a retry", func(b *budget) { affordable(b, retryCost); b.giveBack(5) }, retryCost, 1},
		{"not enough for a timeout", func(b *budget) { affordable(b, retryCost); b.giveBack(9) }, timeoutRetryCost, 0},
		{"given back in full", func(b *budget) { affordable(b, retryCost); b.giveBack(budgetSize) }, retryCost, 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var b budget
			tt.before(&b)
			assert.Equal(t, tt.want, affordable(&b, tt.cost))
		})
	}
}

func TestBudgetIsExactUnderConcurrency(t *testing.T) {
	t.Parallel()
	var b budget
	var taken atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				if b.take(retryCost) {
					taken.Add(1)
				}
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 100, taken.Load())

	for range 8 {
		all.Go(func() {
			for range 50 {
				b.giveBack(1)
			}
		})
	}
	all.Wait()
	assert.Equal(t, 80, affordable(&b, retryCost), "400 given back")
}
