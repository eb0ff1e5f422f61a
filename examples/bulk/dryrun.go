package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/spideriq/spideriq-go"
)

// dryRun shows what would be sent, and changes nothing. It reads the job where there is
// one, and compares the rows with the integrations where there is a token.
func dryRun(ctx context.Context, s settings, getenv func(string) string, stdout, stderr io.Writer) int {
	rows, err := readRows(s.csv)
	var before map[int64]record
	if err == nil {
		before, err = peekJob(ctx, s, stderr)
	}
	var p plan
	if err == nil {
		p, err = newPlan(rows, before, s)
	}
	if err != nil {
		fmt.Fprintln(stderr, "bulk:", err)
		return exitUsage
	}
	current, code, err := peekAPI(ctx, s, getenv)
	if err != nil {
		fmt.Fprintln(stderr, "bulk:", err)
		return code
	}
	return showPlan(rows, p, before, current, stdout)
}

// peekJob returns the records of the job, or nil when there is no job.
func peekJob(ctx context.Context, s settings, stderr io.Writer) (map[int64]record, error) {
	if _, err := os.Stat(s.store); s.nats == "" && errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	conn, err := connectNATS(s, stderr)
	if err != nil {
		return nil, err
	}
	defer conn.close()
	js, err := jetstream.New(conn.Conn)
	if err != nil {
		return nil, err
	}
	q := &queue{js: js, job: s.job, natsWait: s.natsWait}
	q.records, err = js.KeyValue(ctx, q.bucketName())
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return q.load(ctx)
}

// peekAPI lists the integrations. Without a token it returns nil. The code is that of
// the error.
func peekAPI(
	ctx context.Context, s settings, getenv func(string) string,
) (current map[int64]*spideriq.Integration, code int, err error) {
	if !s.demo && getenv("SPIDERIQ_TOKEN") == "" {
		return nil, exitDone, nil
	}
	api, err := connectAPI(s, getenv, &gate{stopped: ctx, limiter: localLimiter(s)})
	if err != nil {
		return nil, exitUsage, err
	}
	defer api.close()
	current, err = api.list(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, exitInterrupted, err
	}
	return current, exitFailed, err
}

// showPlan prints the requests and the summary, and returns the exit code.
func showPlan(
	rows []row, p plan, before map[int64]record, current map[int64]*spideriq.Integration, stdout io.Writer,
) int {
	after := make(map[int64]record, len(rows))
	for id, stored := range before {
		after[id] = stored
	}
	toSend := 0
	for _, task := range p.tasks {
		r := task.record
		params, err := r.params()
		switch {
		case err != nil:
			r.State, r.Message = failed, err.Error()
		case current[r.ID] != nil && params.Changes(current[r.ID]).IsZero():
			r.State = unchanged
		default:
			toSend++
			fmt.Fprintf(stdout, "PATCH /integrations/%d %s\n", r.ID, r.Settings)
		}
		after[r.ID] = r
	}
	t := count(rows, after, before)
	t.toSend = toSend
	t.notSent -= toSend
	t.write(stdout)
	return t.exitCode(false)
}
