package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"golang.org/x/time/rate"
)

// askTimeout is how long Redis has to answer before it counts as away.
const askTimeout = 500 * time.Millisecond

// A fleetLimiter is a [spideriq.RateLimiter] that all machines with one client
// credential share. The count is kept in Redis, by the clock of Redis.
//
// While Redis is away each machine keeps to its own share of the rate, so the
// fleet goes on and still sends no more than it may.
type fleetLimiter struct {
	shared *redis_rate.Limiter
	key    string
	limit  redis_rate.Limit
	share  rate.Limit // requests a second of one machine without Redis
	notice func(string)

	mu    sync.Mutex
	alone *rate.Limiter // nil while Redis answers
}

func newFleetLimiter(db *redis.Client, s settings, notice func(string)) *fleetLimiter {
	return &fleetLimiter{
		shared: redis_rate.NewLimiter(db),
		key:    s.key,
		limit:  redis_rate.Limit{Rate: s.rate, Period: time.Minute, Burst: s.burst},
		share:  rate.Limit(float64(s.rate) / 60 / float64(s.machines)),
		notice: notice,
	}
}

// Wait returns when the fleet may send one more request.
func (l *fleetLimiter) Wait(ctx context.Context) error {
	for {
		turn, err := l.ask(ctx)
		if ended := ended(ctx); ended != nil {
			return ended
		}
		if err != nil {
			return l.away(err).Wait(ctx)
		}
		l.back()
		if turn.Allowed > 0 {
			return nil
		}
		// Another machine may be faster then; the next round tells.
		if err := sleep(ctx, turn.RetryAfter); err != nil {
			return err
		}
	}
}

func (l *fleetLimiter) ask(ctx context.Context) (*redis_rate.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return l.shared.Allow(ctx, l.key, l.limit)
}

// away returns the limiter of this machine's share. It starts empty: the burst may
// have been used already.
func (l *fleetLimiter) away(err error) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.alone == nil {
		l.alone = rate.NewLimiter(l.share, 1)
		l.alone.Allow()
		l.notice(fmt.Sprintf("Redis is away, so this machine keeps to its share, %.3g requests a minute: %v", 60*float64(l.share), err))
	}
	return l.alone
}

func (l *fleetLimiter) back() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.alone != nil {
		l.alone = nil
		l.notice("Redis is back, so the rate is shared again")
	}
}

// ended is ctx.Err, but not late: Redis may miss a deadline a moment before ctx's
// own timer does.
func ended(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok && ctx.Err() == nil && time.Until(deadline) <= 0 {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// sleep waits for d, or returns at once when that is longer than ctx lasts.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return fmt.Errorf("the next turn of the fleet comes in %v: %w", d.Round(time.Millisecond), context.DeadlineExceeded)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
