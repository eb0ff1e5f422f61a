package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/spideriq/spideriq-go"
)

// updater is what the pool needs of the client.
type updater interface {
	Update(
		ctx context.Context, id int64, params spideriq.UpdateParams, opts ...spideriq.RequestOption,
	) (*spideriq.Integration, error)
}

// A pool of workers takes rows from the queue until it is empty.
type pool struct {
	client     updater
	queue      *queue
	gate       *gate
	current    map[int64]*spideriq.Integration // as they were listed when the run began
	workers    int
	grace      time.Duration // how long rows in flight may go on after the run was stopped
	retryDelay time.Duration // of a row that failed in a way that may pass
	stderr     io.Writer

	stop     context.CancelCauseFunc
	flights  context.Context // of the calls; it ends after the run, by grace
	noAnswer atomic.Int32    // rows in a row without an answer
	pause    pause
	lost     atomic.Int32 // outcomes that could not be recorded
}

// run works until the queue is empty or the run is stopped, and returns why it was
// stopped.
func (p *pool) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	p.stop = stop
	p.gate.stopped = ctx

	flights, land := context.WithCancel(context.WithoutCancel(ctx))
	defer land()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(p.grace, land) })()
	p.flights = flights

	var workers sync.WaitGroup
	for range p.workers {
		workers.Go(func() { p.work(ctx) })
	}
	workers.Wait()
	return context.Cause(ctx)
}

func (p *pool) work(ctx context.Context) {
	for ctx.Err() == nil {
		p.pause.wait(ctx)
		msg, err := p.queue.next(ctx)
		if err != nil {
			p.stop(err)
			return
		}
		if msg != nil {
			p.handle(msg)
			continue
		}
		empty, err := p.queue.isEmpty(ctx)
		if err != nil {
			p.stop(err)
			return
		}
		if empty {
			return
		}
	}
}

// handle takes one message to its end. A message that is neither acknowledged nor
// returned comes again when its lease is over.
func (p *pool) handle(msg jetstream.Msg) {
	d, err := newDelivery(msg)
	if err != nil {
		_ = msg.TermWithReason(err.Error()) // not a message of this program
		return
	}
	defer d.keepAlive(p.queue.lease / 3)()
	r, err := p.queue.get(p.flights, d.key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound) && d.number > maxStaleReads:
		d.term("there is no record of the row")
	case errors.Is(err, jetstream.ErrKeyNotFound):
		d.nak(time.Second)
	case err != nil:
		p.stop(err)
		d.nak(0)
	case r.revision < d.revision: // a replica that lags behind
		d.nak(time.Second)
	case r.State == queued:
		p.send(d, r)
	case r.State == sending:
		p.checkClaim(d, r)
	default:
		d.ack() // the outcome is recorded already
	}
}

const maxStaleReads = 10

// checkClaim decides on a row that another worker is sending. Its message comes again
// when the worker has been silent for a lease. That may be an outage of NATS, so the
// worker gets another lease to be heard of again. Then it is gone, and nobody will
// know whether its request was applied.
func (p *pool) checkClaim(d *delivery, r record) {
	if d.number < r.Delivery+2 {
		d.nak(p.queue.lease)
		return
	}
	_, err := p.queue.put(p.flights, r.changedTo(unknown, abandonedMessage))
	if errors.Is(err, errChanged) {
		d.nak(0) // the worker lives; look again
		return
	}
	if err != nil {
		p.stop(err)
		return
	}
	d.ack()
}

// send updates the integration of a row, unless it has the settings already.
func (p *pool) send(d *delivery, r record) {
	params, err := r.params()
	if err != nil {
		p.settle(d, r.changedTo(failed, err.Error()), 0)
		return
	}
	if current := p.current[r.ID]; current != nil && params.Changes(current).IsZero() {
		p.settle(d, r.changedTo(unchanged, ""), 0)
		return
	}
	f := &flight{record: r, delivery: d.number}
	var info spideriq.ResponseInfo
	ctx := context.WithValue(p.flights, flightKey{}, f)
	_, err = p.client.Update(ctx, r.ID, params, spideriq.WithResponseInfo(&info))
	p.conclude(d, f, info.Attempts, err)
}

// conclude records what came of a call.
func (p *pool) conclude(d *delivery, f *flight, attempts int, err error) {
	if !f.claimed && (errors.Is(err, errStopped) || errors.Is(err, errChanged) || p.flights.Err() != nil) {
		d.nak(0) // nothing was sent
		return
	}
	if !f.claimed && errors.Is(err, errNotRecorded) {
		p.stop(f.recordErr)
		return
	}
	p.react(err)
	r := f.record.changedTo(judge(err, f.record.Calls), textOf(err))
	r.Attempts = attempts
	if r.State == queued && !f.claimed {
		d.nak(pauseOf(err)) // the record says so already
		return
	}
	if r.State == queued && isNoAnswer(err) {
		r.Calls++
	}
	p.settle(d, r, max(pauseOf(err), p.retryDelay))
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// react draws the conclusions that reach beyond the row.
func (p *pool) react(err error) {
	if wrong := stopsRun(err); wrong != nil {
		p.stop(wrong)
	}
	if d := pauseOf(err); d > 0 && p.pause.begin(d) {
		fmt.Fprintf(p.stderr, "bulk: the API asks for a pause of %v\n", d.Round(time.Second))
	}
	if !isNoAnswer(err) {
		p.noAnswer.Store(0)
		return
	}
	if p.noAnswer.Add(1) >= maxNoAnswer {
		p.stop(errTooManyWithoutAnswer(err))
	}
}

// settle records the outcome and then lets the message go. A row that is queued again
// comes back after delay.
func (p *pool) settle(d *delivery, r record, delay time.Duration) {
	// The outcome is worth waiting for NATS, also after the run was stopped.
	if err := p.record(context.WithoutCancel(p.flights), r); err != nil {
		p.lost.Add(1)
		fmt.Fprintf(p.stderr, "bulk: line %d: integration %d: %s, which could not be recorded\n", r.Line, r.ID, r.State)
		p.stop(err)
		return
	}
	switch r.State {
	case queued:
		d.nak(delay)
	case failed:
		d.term(r.Message)
	default:
		d.ack()
	}
}

// record stores the outcome. Another worker may have given this one up for lost and
// made the row unknown: what this worker knows is better.
func (p *pool) record(ctx context.Context, r record) error {
	_, err := p.queue.put(ctx, r)
	if !errors.Is(err, errChanged) {
		return err
	}
	stored, err := p.queue.get(ctx, keyOf(r.ID))
	if err != nil {
		return err
	}
	if stored.State != unknown || stored.Claim != r.Claim || r.Claim == "" {
		return nil // somebody else has taken the row since, and decides
	}
	r.revision = stored.revision
	if r.State == queued { // its message is gone
		return p.queue.enqueue(ctx, []task{{r, true}})
	}
	_, err = p.queue.put(ctx, r)
	if errors.Is(err, errChanged) {
		return nil
	}
	return err
}
