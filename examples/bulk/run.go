package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spideriq/spideriq-go"
)

// A bulkRun is one run of the program.
type bulkRun struct {
	settings settings
	stderr   io.Writer
	rows     []row // of the file
	api      *api
	gate     *gate
	queue    *queue
	before   map[int64]record // with which the run began
	plan     plan
	closers  []func()
}

func (r *bulkRun) close() {
	for _, closer := range slices.Backward(r.closers) {
		closer()
	}
}

// prepare does all that can be wrong with the command line, the environment and the
// files. Nothing is sent and no row is queued before it succeeds.
func prepare(ctx context.Context, s settings, getenv func(string) string, stderr io.Writer) (*bulkRun, error) {
	r := &bulkRun{settings: s, stderr: stderr, gate: &gate{stopped: ctx}}
	if err := r.prepare(ctx, getenv); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *bulkRun) prepare(ctx context.Context, getenv func(string) string) (err error) {
	if r.api, err = connectAPI(r.settings, getenv, r.gate); err != nil {
		return err
	}
	r.closers = append(r.closers, r.api.close)
	if r.settings.csv != "" {
		if r.rows, err = readRows(r.settings.csv); err != nil {
			return err
		}
	}
	if err := checkResults(r.settings.results); err != nil {
		return err
	}
	conn, err := connectNATS(r.settings, r.stderr)
	if err != nil {
		return err
	}
	r.closers = append(r.closers, conn.close)
	return r.openJob(ctx, conn)
}

// openJob opens the queue and plans what to put into it.
func (r *bulkRun) openJob(ctx context.Context, conn *connection) (err error) {
	s := r.settings
	if r.queue, err = openQueue(ctx, conn, s, r.api.name); err != nil {
		return err
	}
	r.gate.queue = r.queue
	if r.gate.limiter, err = newLimiter(ctx, r.queue, s, r.api.name+" "+r.api.owner); err != nil {
		return err
	}
	if r.before, err = r.queue.load(ctx); err != nil {
		return err
	}
	if s.nats == "" {
		if err := r.queue.abandonClaims(ctx, r.before); err != nil {
			return err
		}
	}
	if s.csv == "" {
		r.rows = rowsOf(r.before)
		return nil
	}
	if r.plan, err = newPlan(r.rows, r.before, s); err != nil {
		return fmt.Errorf("%s does not belong to job %s: %w; -job NAME begins another", s.csv, s.job, err)
	}
	return nil
}

// work queues the rows, sends them and reports. It returns the exit code.
func (r *bulkRun) work(ctx context.Context, stdout io.Writer) int {
	if r.settings.demo {
		fmt.Fprintln(r.stderr, "bulk: -demo: an in-memory API with integrations 1 to 300,"+
			" which forgets everything at the end")
	}
	if n := r.plan.repeatedUnknown; n > 0 {
		fmt.Fprintf(r.stderr, "bulk: -repeat-unknown: rows of unknown outcome are sent again: %d\n", n)
	}
	progress := newProgress(newScreen(stdout, r.unfinished()), r.before)
	progress.follow(ctx, r.queue.records)
	lost, stopped := r.send(ctx)
	records, err := r.queue.load(context.WithoutCancel(ctx))
	if err != nil {
		progress.close(nil, nil)
		fmt.Fprintln(r.stderr, "bulk: stopped early:", errors.Join(stopped, err))
		return r.exitWithoutRecords(ctx, lost)
	}
	if r.settings.csv == "" {
		r.rows = rowsOf(records) // with those that were queued meanwhile
	}
	progress.close(r.rows, records)
	return r.report(ctx, records, stopped, stdout)
}

// unfinished counts the rows that must come to an end before the run does.
func (r *bulkRun) unfinished() int {
	n := len(r.plan.tasks)
	for _, stored := range r.before {
		if stored.State == sending || r.settings.csv == "" && stored.State == queued {
			n++
		}
	}
	return n
}

// send queues the rows and works until the queue is empty. It returns how many outcomes
// could not be recorded, and why it stopped early.
func (r *bulkRun) send(ctx context.Context) (lost int, stopped error) {
	if err := r.queue.enqueue(ctx, r.plan.tasks); err != nil {
		return 0, err
	}
	if r.unfinished() == 0 {
		return 0, nil
	}
	current, err := r.api.list(ctx)
	if err != nil {
		return 0, err
	}
	p := r.newPool(current)
	for range maxRounds {
		if err := p.run(ctx); err != nil {
			return int(p.lost.Load()), err
		}
		records, err := r.queue.load(ctx)
		if err != nil {
			return int(p.lost.Load()), err
		}
		n, err := r.queue.requeue(ctx, records)
		if err != nil || n == 0 {
			return int(p.lost.Load()), err
		}
	}
	return int(p.lost.Load()), nil
}

// maxRounds bounds how often rows without a message are queued again.
const maxRounds = 3

func (r *bulkRun) newPool(current map[int64]*spideriq.Integration) *pool {
	return &pool{
		client: r.api.client.Integrations, queue: r.queue, gate: r.gate, current: current,
		workers: r.settings.workers, grace: r.settings.grace, retryDelay: r.settings.retryDelay, stderr: r.stderr,
	}
}

// report writes the summary and the results file, and returns the exit code.
func (r *bulkRun) report(ctx context.Context, records map[int64]record, stopped error, stdout io.Writer) int {
	tally := count(r.rows, records, r.before)
	tally.write(stdout)
	code := tally.exitCode(ctx.Err() != nil)
	if err := writeResults(r.settings.results, r.rows, records); err != nil {
		fmt.Fprintln(r.stderr, "bulk: the results file cannot be written:", err)
		code = max(code, exitFailed)
	}
	if stopped != nil && code != exitDone {
		fmt.Fprintln(r.stderr, "bulk: stopped early:", stopped)
	}
	if tally.notSent > 0 {
		fmt.Fprintln(r.stderr, "bulk: rows are left in the queue; the same command goes on with them")
	}
	return code
}

func (r *bulkRun) exitWithoutRecords(ctx context.Context, lost int) int {
	fmt.Fprintln(r.stderr, "bulk: the same command goes on where this run has ended")
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case lost > 0:
		return exitUnknown
	}
	return exitFailed
}
