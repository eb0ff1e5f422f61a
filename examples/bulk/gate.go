package main

import (
	"context"
	"errors"

	"github.com/nats-io/nuid"

	"github.com/spideriq/spideriq-go"
)

// A gate is the client's rate limiter. It is also the last place before a row goes
// out, so here the row is claimed: not earlier, or rows that wait for their turn would
// count as unknown after a kill.
type gate struct {
	limiter spideriq.RateLimiter
	queue   *queue
	stopped context.Context // no row is sent for the first time after it has ended
}

// A flight is a row on its way.
type flight struct {
	record    record
	delivery  uint64
	claimed   bool  // the record says that the row is being sent
	recordErr error // why it does not
}

type flightKey struct{}

// Reasons for not sending a row.
var (
	errStopped     = errors.New("the run was stopped")
	errNotRecorded = errors.New("the row cannot be recorded")
)

// Wait returns when an attempt may go out. An error keeps it from being sent. A call
// without a flight, such as a list, only waits for its turn.
func (g *gate) Wait(ctx context.Context) error {
	f, ok := ctx.Value(flightKey{}).(*flight)
	if !ok || f.claimed {
		return g.limiter.Wait(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.stopped, cancel)()
	if err := g.limiter.Wait(ctx); err != nil && g.stopped.Err() == nil {
		return f.notRecorded(err)
	}
	if g.stopped.Err() != nil {
		return errStopped
	}
	return g.claim(ctx, f)
}

// claim records that the row is about to be sent.
func (g *gate) claim(ctx context.Context, f *flight) error {
	r := f.record.changedTo(sending, "")
	r.Claim = nuid.Next()
	r.Delivery = f.delivery
	r.Attempts = 0
	stored, err := g.queue.put(ctx, r)
	if err != nil {
		return f.notRecorded(err)
	}
	f.record = stored
	f.claimed = true
	return nil
}

func (f *flight) notRecorded(err error) error {
	f.recordErr = err
	if errors.Is(err, errChanged) {
		return errChanged
	}
	return errNotRecorded
}
