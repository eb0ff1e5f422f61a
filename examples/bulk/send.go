package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/spideriq/spideriq-go"
)

// updater is what the sender needs of the client.
type updater interface {
	Update(ctx context.Context, id int64, params spideriq.UpdateParams, opts ...spideriq.RequestOption) (*spideriq.Integration, error)
}

type sender struct {
	client   updater
	gate     *gate
	results  *results
	tally    *tally
	progress progress
	workers  int
	grace    time.Duration // how long rows may go on after the run was stopped
}

// run sends the rows, and returns why when it stopped before the last of them.
func (s *sender) run(ctx context.Context, rows []row) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.gate.stopped = ctx

	flights, land := context.WithCancel(context.WithoutCancel(ctx))
	defer land()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(s.grace, land) })()

	next := make(chan row)
	var workers sync.WaitGroup
	for range min(s.workers, len(rows)) {
		workers.Go(func() {
			for r := range next {
				if err := s.send(flights, r); err != nil {
					stop(err)
				}
			}
		})
	}
feed:
	for _, r := range rows {
		select {
		case next <- r:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	workers.Wait()
	if s.tally.countNotSent() == 0 && s.results.failure() == nil {
		return nil
	}
	return context.Cause(ctx)
}

// send updates one row and records its outcome. It returns an error when no
// further row should be sent.
func (s *sender) send(ctx context.Context, r row) error {
	f := &flight{row: r}
	var info spideriq.ResponseInfo
	_, err := s.client.Update(context.WithValue(ctx, flightKey{}, f), r.id, r.params, spideriq.WithResponseInfo(&info))
	if !f.recorded && (errors.Is(err, errStopped) || ctx.Err() != nil) {
		return nil // the row was not sent
	}
	if errors.Is(err, errNotRecorded) {
		return s.results.failure()
	}
	outcome, message := judge(err)
	if err := s.results.write(record{r.line, r.id, r.settings, outcome, info.Attempts, message}); err != nil {
		s.tally.add(r, unknown, "the outcome could not be recorded: "+string(outcome))
		return err
	}
	s.tally.add(r, outcome, message)
	s.progress.row(r, outcome, message)
	return final(err)
}

func judge(err error) (outcome, string) {
	switch {
	case err == nil:
		return done, ""
	case mayHaveApplied(err):
		return unknown, err.Error()
	}
	return failed, err.Error()
}

func mayHaveApplied(err error) bool {
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		return e.MayHaveApplied
	}
	if _, ok := errors.AsType[*spideriq.InvalidResponseError](err); ok {
		return true // a 2xx, so the change has probably been made
	}
	e, ok := errors.AsType[*spideriq.APIError](err)
	return ok && e.MayHaveApplied
}

// final returns an error that every other row would meet as well.
func final(err error) error {
	if _, ok := errors.AsType[*spideriq.UnauthorizedError](err); ok {
		return err
	}
	if e, ok := errors.AsType[*spideriq.RateLimitError](err); ok {
		if e.RetryAfter > 0 {
			return fmt.Errorf("%w; try again in %v", err, e.RetryAfter.Round(time.Second))
		}
		return err
	}
	return nil
}

// A gate is the client's rate limiter. It is also the last place before a row goes
// out, so here its intent is recorded: not earlier, or rows that wait for their
// turn would count as unknown after a kill.
type gate struct {
	limiter *rate.Limiter
	results *results
	stopped context.Context // no row takes off after it
}

func newGate(perMinute, burst int) *gate {
	limit := rate.Limit(float64(perMinute) / 60)
	return &gate{limiter: rate.NewLimiter(limit, burst), stopped: context.Background()}
}

// A flight is a row on its way.
type flight struct {
	row      row
	recorded bool // the intent is on disk
}

type flightKey struct{}

// Reasons for not sending a row.
var (
	errStopped     = errors.New("the run was stopped")
	errNotRecorded = errors.New("the results file cannot be written")
)

// Wait returns when an attempt may go out. An error keeps it from being sent.
func (g *gate) Wait(ctx context.Context) error {
	f := ctx.Value(flightKey{}).(*flight)
	if f.recorded {
		return g.limiter.Wait(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.stopped, cancel)()
	if g.limiter.Wait(ctx) != nil || g.stopped.Err() != nil {
		return errStopped
	}
	if err := g.results.write(record{line: f.row.line, id: f.row.id, settings: f.row.settings, outcome: sending}); err != nil {
		return errNotRecorded
	}
	f.recorded = true
	return nil
}
