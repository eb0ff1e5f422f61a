package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// A task is a row that must be in the stream.
type task struct {
	record record
	isNew  bool // the record must be stored first
}

// A plan says what to queue.
type plan struct {
	tasks           []task
	repeatedUnknown int // rows of unknown outcome that are sent again
}

// newPlan compares the file with the records that the job has. It refuses a file in
// which a row that was sent, or may have been, is another one now.
func newPlan(rows []row, records map[int64]record, s settings) (plan, error) {
	var p plan
	inFile := make(map[int64]bool, len(rows))
	for _, r := range rows {
		inFile[r.id] = true
		stored := records[r.id]
		if mustNotChange(stored.State) && stored.Settings != r.settings {
			return p, fmt.Errorf("line %d: integration %d has other settings in the job, where it is %s",
				r.line, r.id, stored.State)
		}
		if task, ok := taskFor(r, stored, s); ok {
			p.tasks = append(p.tasks, task)
			if stored.State == unknown {
				p.repeatedUnknown++
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(records)) {
		if state := records[id].State; !inFile[id] && (!state.isFinal() || state == unknown) {
			return p, fmt.Errorf("integration %d is %s in the job and not in the file", id, state)
		}
	}
	return p, nil
}

// mustNotChange leaves out the states in which the row was surely not applied.
func mustNotChange(s state) bool { return s == done || s == unknown || s == sending }

// taskFor returns what must be queued for a row, if anything.
func taskFor(r row, stored record, s settings) (task, bool) {
	fresh := record{Line: r.line, ID: r.id, Settings: r.settings, revision: stored.revision}
	fresh = fresh.changedTo(queued, "")
	isSame := stored.Settings == r.settings
	switch stored.State {
	case "":
		return task{fresh, true}, r.settings != "{}"
	case queued:
		if isSame {
			return task{stored, false}, true // a kill may have come before its message was published
		}
		return task{fresh, true}, true
	case unchanged:
		return task{fresh, true}, !isSame
	case failed:
		return task{fresh, true}, s.repeatFailed
	case unknown:
		return task{fresh, true}, s.repeatUnknown
	}
	return task{}, false
}

const storers = 8 // requests to NATS at a time while records are stored

// enqueue stores the records of new tasks, then publishes all tasks in the order of the
// file. A kill in between leaves records that wait without a message; the next run
// publishes them.
func (q *queue) enqueue(ctx context.Context, tasks []task) error {
	stored, err := q.storeAll(ctx, tasks)
	if err != nil {
		return err
	}
	for _, r := range stored {
		if r.State != queued {
			continue // another program has queued it meanwhile
		}
		if err := q.publish(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// storeAll returns the records of the tasks as they are stored.
func (q *queue) storeAll(ctx context.Context, tasks []task) ([]record, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stored := make([]record, len(tasks))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(storers, len(tasks)) {
		workers.Go(func() {
			for i := range next {
				var err error
				if stored[i], err = q.store(ctx, tasks[i]); err != nil {
					stop(err)
				}
			}
		})
	}
	for i := range tasks {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return stored, context.Cause(ctx)
}

// store returns the record of a task as it is stored, by this program or by another one
// that queues the same file.
func (q *queue) store(ctx context.Context, t task) (record, error) {
	if !t.isNew {
		return t.record, nil
	}
	stored, err := q.put(ctx, t.record)
	if errors.Is(err, errChanged) {
		return q.get(ctx, keyOf(t.record.ID))
	}
	return stored, err
}

// requeue publishes rows that wait without a message, as a kill between the two steps
// of enqueue leaves them. It returns how many there are.
func (q *queue) requeue(ctx context.Context, records map[int64]record) (int, error) {
	var tasks []task
	for _, r := range records {
		if r.State == queued {
			tasks = append(tasks, task{r, false})
		}
	}
	slices.SortFunc(tasks, func(a, b task) int { return cmp.Compare(a.record.Line, b.record.Line) })
	return len(tasks), q.enqueue(ctx, tasks)
}

// abandonClaims makes the rows unknown that were on their way when an earlier run was
// killed. It is for the server inside of this program, which no other worker uses.
func (q *queue) abandonClaims(ctx context.Context, records map[int64]record) error {
	for id, r := range records {
		if r.State != sending {
			continue
		}
		abandoned, err := q.put(ctx, r.changedTo(unknown, abandonedMessage))
		if err != nil {
			return err
		}
		records[id] = abandoned
	}
	return nil
}

const abandonedMessage = "a run ended before the answer came"
