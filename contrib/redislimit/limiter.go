package redislimit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"golang.org/x/time/rate"
)

const (
	defaultKey       = "spideriq"
	defaultPerMinute = 100
	defaultBurst     = 15
	defaultTimeout   = 500 * time.Millisecond
)

// Config configures a [Limiter]. Zero fields other than Machines take the default.
type Config struct {
	// Machines is how many machines share the limit. It must be at least 1. It decides
	// what a machine may send while Redis is away.
	Machines int

	// Key names the count in Redis. Use one key for each client credential. The default
	// is "spideriq".
	Key string

	// PerMinute is how many requests a minute all machines may send together. The default
	// is 100, as the API documents. Make it smaller when programs without the limiter use
	// the same credential.
	PerMinute int

	// Burst is how many requests may leave at once. The default is 15. That is fewer than
	// the 20 that the API documents, because requests that leave evenly may arrive closer
	// together.
	Burst int

	// Timeout is how long Redis may take to answer before it counts as away. The default
	// is 500 milliseconds.
	Timeout time.Duration

	// OnAway is called once when Redis goes away, with what is wrong, and OnBack once when
	// it has come back. Either may be nil. They must not call the limiter.
	OnAway func(err error)
	OnBack func()
}

// A Limiter makes each request wait for its turn. It implements spideriq.RateLimiter
// and is safe for concurrent use.
type Limiter struct {
	shared  *redis_rate.Limiter
	limit   redis_rate.Limit
	share   rate.Limit // requests a second of this machine while Redis is away
	key     string
	timeout time.Duration
	onAway  func(error)
	onBack  func()

	mu    sync.Mutex
	alone *rate.Limiter // nil while Redis answers
}

// New returns a limiter that counts in db. It sends nothing. It returns an error when a
// field of c is negative, when Machines is 0, or when db ignores the deadline of a
// context; [ParseURL] returns options that do not.
//
// The limiter does not close db.
func New(db redis.UniversalClient, c Config) (*Limiter, error) {
	c = c.withDefaults()
	if err := errors.Join(checkClient(db), c.validate()); err != nil {
		return nil, fmt.Errorf("redislimit: %w", err)
	}
	return &Limiter{
		shared:  redis_rate.NewLimiter(db),
		limit:   redis_rate.Limit{Rate: c.PerMinute, Period: time.Minute, Burst: c.Burst},
		share:   rate.Limit(float64(c.PerMinute) / 60 / float64(c.Machines)),
		key:     c.Key,
		timeout: c.Timeout,
		onAway:  c.OnAway,
		onBack:  c.OnBack,
	}, nil
}

func (c Config) withDefaults() Config {
	if c.Key == "" {
		c.Key = defaultKey
	}
	if c.PerMinute == 0 {
		c.PerMinute = defaultPerMinute
	}
	if c.Burst == 0 {
		c.Burst = defaultBurst
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.OnAway == nil {
		c.OnAway = func(error) {}
	}
	if c.OnBack == nil {
		c.OnBack = func() {}
	}
	return c
}

func (c Config) validate() error {
	switch {
	case c.Machines < 1:
		return errors.New("field Machines must be at least 1")
	case c.PerMinute < 0:
		return errors.New("field PerMinute is negative")
	case c.Burst < 0:
		return errors.New("field Burst is negative")
	case c.Timeout < 0:
		return errors.New("field Timeout is negative")
	}
	return nil
}

// checkClient refuses a client that would wait for its own timeouts of seconds, and not
// for the timeout of the limiter.
func checkClient(db redis.UniversalClient) error {
	isNil := db == nil
	bounded := true
	switch db := db.(type) {
	case *redis.Client:
		isNil = db == nil
		bounded = isNil || db.Options().ContextTimeoutEnabled
	case *redis.ClusterClient:
		isNil = db == nil
		bounded = isNil || db.Options().ContextTimeoutEnabled
	case *redis.Ring:
		isNil = db == nil
		bounded = isNil || db.Options().ContextTimeoutEnabled
	}
	switch {
	case isNil:
		return errors.New("the Redis client is nil")
	case !bounded:
		return errors.New("the Redis client ignores deadlines: set ContextTimeoutEnabled in its options")
	}
	return nil
}

// Wait returns when the machines may send one more request. When the turn comes later
// than the deadline of ctx, Wait returns at once with an error that matches
// [context.DeadlineExceeded].
func (l *Limiter) Wait(ctx context.Context) error {
	for {
		turn, err := l.ask(ctx)
		if ended := contextError(ctx); ended != nil {
			return ended
		}
		if err != nil {
			return waitAlone(ctx, l.away(err))
		}
		l.back()
		if turn.Allowed > 0 {
			return nil
		}
		// Another machine may take the turn first. The next round tells.
		if err := sleep(ctx, turn.RetryAfter); err != nil {
			return err
		}
	}
}

func (l *Limiter) ask(ctx context.Context) (*redis_rate.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	return l.shared.Allow(ctx, l.key, l.limit)
}

// away returns the limiter of this machine's share. It starts empty, because the burst
// may have been used already.
func (l *Limiter) away(err error) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.alone == nil {
		l.alone = rate.NewLimiter(l.share, 1)
		l.alone.Allow()
		l.onAway(err)
	}
	return l.alone
}

func (l *Limiter) back() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.alone != nil {
		l.alone = nil
		l.onBack()
	}
}

func waitAlone(ctx context.Context, alone *rate.Limiter) error {
	turn := alone.Reserve()
	err := sleep(ctx, turn.Delay())
	if err != nil {
		turn.Cancel()
	}
	return err
}

// contextError returns the error of ctx. It returns [context.DeadlineExceeded] also when
// the deadline has passed and the timer of ctx has not fired yet.
func contextError(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// sleep waits for d. It returns at once when ctx ends before that.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return fmt.Errorf("the next turn comes in %v: %w", d.Round(time.Millisecond), context.DeadlineExceeded)
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
