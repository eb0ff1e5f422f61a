package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/time/rate"

	"github.com/spideriq/spideriq-go"
)

// newLimiter returns the limiter of a run: one that all programs on the NATS server
// share, or one of this program alone. owner identifies the API and the client that has
// the limit.
func newLimiter(ctx context.Context, q *queue, s settings, owner string) (spideriq.RateLimiter, error) {
	if s.nats != "" && s.share == 0 {
		return newSharedLimiter(ctx, q, s, owner)
	}
	return localLimiter(s), nil
}

// localLimiter keeps this program to the rate, or to its share of it.
func localLimiter(s settings) *rate.Limiter {
	perMinute, burst := float64(s.rate), s.burst
	if s.share > 1 {
		perMinute /= float64(s.share)
		burst = max(burst/s.share, 1)
	}
	return rate.NewLimiter(rate.Limit(perMinute/60), burst)
}

// A sharedLimiter lets all programs on a NATS server keep one rate limit for an API.
// It is a GCRA: a key holds the time at which the limit would be unused again, and each
// request moves that time on by its share of a minute.
type sharedLimiter struct {
	queue    *queue
	bucket   jetstream.KeyValue
	key      string
	interval time.Duration
	burst    int
	offset   time.Duration // of the server's clock from that of this machine

	mu sync.Mutex // lets one request of this program at a time write the key
}

const limitBucket = "bulk_rate"

func newSharedLimiter(ctx context.Context, q *queue, s settings, owner string) (*sharedLimiter, error) {
	bucket, err := q.js.KeyValue(ctx, limitBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		bucket, err = q.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: limitBucket, Storage: jetstream.FileStorage, Replicas: s.replicas,
		})
	}
	if errors.Is(err, jetstream.ErrBucketExists) {
		bucket, err = q.js.KeyValue(ctx, limitBucket)
	}
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", limitBucket, err)
	}
	sum := sha256.Sum256([]byte(owner))
	l := &sharedLimiter{
		queue: q, bucket: bucket, key: hex.EncodeToString(sum[:8]),
		interval: time.Minute / time.Duration(s.rate), burst: s.burst,
	}
	return l, l.setClock(ctx)
}

// setClock learns the server's clock, so that machines whose clocks differ agree.
func (l *sharedLimiter) setClock(ctx context.Context) error {
	key := "clock." + l.key
	if _, err := l.bucket.Put(ctx, key, nil); err != nil {
		return fmt.Errorf("bucket %s: %w", limitBucket, err)
	}
	written := time.Now()
	entry, err := l.bucket.Get(ctx, key)
	if err != nil {
		return fmt.Errorf("bucket %s: %w", limitBucket, err)
	}
	l.offset = entry.Created().Sub(written)
	return nil
}

// Wait takes the next free place and returns when its time has come.
func (l *sharedLimiter) Wait(ctx context.Context) error {
	turn, err := l.reserve(ctx)
	if err != nil {
		return err
	}
	sleep(ctx, time.Until(turn.Add(-l.offset)))
	return ctx.Err()
}

// reserve moves the key on and returns the time of the turn, on the server's clock.
func (l *sharedLimiter) reserve(ctx context.Context) (turn time.Time, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	err = l.queue.retry(ctx, func(ctx context.Context) error {
		for {
			var changed bool
			turn, changed, err = l.tryReserve(ctx)
			if err != nil || !changed {
				return err
			}
		}
	})
	return turn, err
}

// tryReserve reports changed when another program was quicker.
func (l *sharedLimiter) tryReserve(ctx context.Context) (turn time.Time, changed bool, err error) {
	var unused time.Time
	var revision uint64
	entry, err := l.bucket.Get(ctx, l.key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
	case err != nil:
		return turn, false, err
	default:
		revision = entry.Revision()
		nanoseconds, _ := strconv.ParseInt(string(entry.Value()), 10, 64) // what is no number is long ago
		unused = time.Unix(0, nanoseconds)
	}
	turn, unused = nextTurn(unused, time.Now().Add(l.offset), l.interval, l.burst)
	_, err = l.bucket.Update(ctx, l.key, strconv.AppendInt(nil, unused.UnixNano(), 10), revision)
	if errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
		return turn, true, nil
	}
	return turn, false, err
}

// nextTurn returns when the next request may go out, and when the limit would be
// unused again after it. unused is what the request before has left.
func nextTurn(unused, now time.Time, interval time.Duration, burst int) (turn, next time.Time) {
	if unused.Before(now) {
		unused = now
	}
	turn = unused.Add(-time.Duration(burst-1) * interval)
	if turn.Before(now) {
		turn = now
	}
	return turn, unused.Add(interval)
}
