package transport

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// A headerTimeout is a timeout of the caller's transport.
type headerTimeout struct{}

func (headerTimeout) Error() string   { return "timeout awaiting headers" }
func (headerTimeout) Timeout() bool   { return true }
func (headerTimeout) Temporary() bool { return true }

func TestRetriesTakeFromTheBudget(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		reply reply
		cost  int // of one retry
	}{
		{"503", status(503), retryCost},
		{"429", status(429, "Retry-After", "1"), retryCost},
		{"reset", failing(readError(errno(syscall.ECONNRESET))), retryCost},
		{"refused", failing(dialError(errno(syscall.ECONNREFUSED))), retryCost},
		{"network timeout", failing(readError(os.ErrDeadlineExceeded)), timeoutRetryCost},
		{"header timeout", failing(headerTimeout{}), timeoutRetryCost},
		{"wrapped timeout", failing(fmt.Errorf("x: %w", headerTimeout{})), timeoutRetryCost},
		{"no response in time", hanging, timeoutRetryCost},
		{"404", status(404), 0},
		{"bare 429", status(429), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr := newTransport(scripted(tt.reply))
				patch(t.Context(), tr)
				assert.Equal(t, 2*tt.cost, tr.budget.used)
			})
		})
	}
}

func TestSpentBudgetBlocksRetriesOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		reply    reply
		left     int
		attempts int
	}{
		{"enough for one", status(503), retryCost, 2},
		{"too little", status(503), retryCost - 1, 1},
		{"enough for one timeout", hanging, timeoutRetryCost, 2},
		{"too little for a timeout", hanging, timeoutRetryCost - 1, 1},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			tr := newTransport(scripted(tt.reply))
			tr.budget.used = budgetSize - tt.left
			assert.Equal(t, tt.attempts, patch(t.Context(), tr).Attempts, tt.name)
		})
	}
}

func TestAnyResponseOfAWorkingAPIRefillsTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const used = 100
		for code := 200; code < 600; code++ {
			working := code < 500 && code != http.StatusTooManyRequests

			tr := newTransport(scripted(status(code)))
			tr.budget.used = used
			patch(t.Context(), tr, attempts(1))
			if working {
				assert.Equal(t, used-1, tr.budget.used, code)
			} else {
				assert.Equal(t, used, tr.budget.used, code)
			}

			tr = newTransport(scripted(status(503), status(503), status(code)))
			tr.budget.used = used
			patch(t.Context(), tr)
			if working {
				assert.Equal(t, used, tr.budget.used, code)
			} else {
				assert.Equal(t, used+2*retryCost, tr.budget.used, code)
			}
		}
	})
}

func TestCallWithoutAResponseRefillsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := newTransport(scripted(status(503), failing(errOpaque)))
		patch(t.Context(), tr)
		assert.Equal(t, retryCost, tr.budget.used)

		cut := func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, ContentLength: 5, Body: http.NoBody, Request: req}, nil
		}
		tr = newTransport(reply(cut))
		patch(t.Context(), tr)
		assert.Equal(t, 2*retryCost, tr.budget.used, "a response that broke off")

		tr = newTransport(nil)
		tr.base = reply(func(req *http.Request) (*http.Response, error) {
			tr.pause.extend(time.Hour)
			return cut(req)
		})
		assert.Positive(t, patch(t.Context(), tr).HeldFor)
		assert.Equal(t, retryCost, tr.budget.used, "a call that was held")
	})
}

func TestOutageCostsATenthMoreAndBlocksNoFirstAttempt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		outage reply
		most   int64 // requests for 1,000 calls
	}{
		"503": {status(503), 1100}, "522": {status(522), 1100}, "timeout": {hanging, 1050},
		"refused": {failing(dialError(errno(syscall.ECONNREFUSED))), 1100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr := newTransport(scripted(tt.outage))
				var all sync.WaitGroup
				var sent atomic.Int64
				for range 1000 {
					all.Go(func() {
						n := patch(t.Context(), tr).Attempts
						assert.GreaterOrEqual(t, n, 1)
						sent.Add(int64(n))
					})
				}
				all.Wait()
				assert.Equal(t, tt.most, sent.Load())
			})
		})
	}
}
