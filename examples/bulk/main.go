// Bulk updates many integrations from a CSV file. -h tells everything; README.md
// shows a run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnknown     = 3
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the program. It returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		writeUsage(stdout)
		return exitDone
	}
	var todo []row
	var t *tally
	var intact int64
	if err == nil {
		todo, t, intact, err = prepare(s, getenv)
	}
	if err != nil {
		fmt.Fprintln(stderr, "bulk:", err)
		return exitUsage
	}
	if s.dryRun {
		for _, r := range todo {
			fmt.Fprintf(stdout, "PATCH /integrations/%d %s\n", r.id, r.settings)
		}
		t.toSend = len(todo)
		t.write(stdout)
		return t.exitCode(false)
	}
	return update(ctx, s, todo, t, intact, stdout, stderr)
}

// prepare does all that can go wrong before the first request. intact is the
// length of the results file that goes on; 0 for a new one.
func prepare(s settings, getenv func(string) string) (todo []row, t *tally, intact int64, err error) {
	if !s.demo && !s.dryRun && getenv("SPIDERIQ_TOKEN") == "" {
		return nil, nil, 0, errors.New("SPIDERIQ_TOKEN is not set; -demo runs against an in-memory API")
	}
	rows, err := readRows(s.csv)
	if err != nil {
		return nil, nil, 0, err
	}
	before, intact, err := readResults(s.results)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return nil, nil, 0, err
	case !s.resume && !s.dryRun:
		return nil, nil, 0, fmt.Errorf("%s exists; -resume goes on where it ends", s.results)
	case !s.resume:
		before = nil
	}
	if todo, t, err = plan(rows, before, s.repeatUnknown); err != nil {
		return nil, nil, 0, fmt.Errorf("%s does not belong to %s: %w", s.results, s.csv, err)
	}
	return todo, t, intact, nil
}

// update sends the rows, reports, and returns the exit code.
func update(ctx context.Context, s settings, todo []row, tally *tally, intact int64, stdout, stderr io.Writer) int {
	gate := newGate(s.rate, s.burst)
	client, closeDemo, err := connect(s.demo, gate)
	if err != nil {
		fmt.Fprintln(stderr, "bulk:", err)
		return exitUsage
	}
	defer closeDemo()
	results, err := openResults(s.results, intact)
	if err != nil {
		fmt.Fprintln(stderr, "bulk:", err)
		return exitUsage
	}
	gate.results = results
	if s.demo {
		fmt.Fprintln(stderr, "bulk: -demo: an in-memory API with integrations 1 to 300, which forgets everything at the end")
	}
	if n := tally.repeated; n > 0 {
		fmt.Fprintf(stderr, "bulk: -repeat-unknown: rows of unknown outcome are sent again: %d\n", n)
	}
	sender := sender{
		client: client.Integrations, gate: gate, results: results, tally: tally,
		progress: newProgress(stdout, len(todo)), workers: s.workers, grace: s.grace,
	}
	stopped := sender.run(ctx, todo)
	sender.progress.close()
	if err := results.close(); err != nil && stopped == nil {
		stopped = err
	}
	tally.write(stdout)
	if stopped != nil {
		fmt.Fprintln(stderr, "bulk: stopped early:", stopped)
	}
	if stopped != nil || tally.failed > 0 || tally.notSent > 0 {
		fmt.Fprintf(stderr, "bulk: -resume sends what is left; %s knows what that is\n", s.results)
	}
	return tally.exitCode(ctx.Err() != nil)
}

func connect(demo bool, gate *gate) (client *spideriq.Client, stop func(), err error) {
	agent := spideriq.WithUserAgent("bulk-example/1.0")
	if !demo {
		client, err = spideriq.NewClientFromEnv(spideriq.WithRateLimiter(gate), agent)
		return client, func() {}, err
	}
	server := spideriqtest.NewServer()
	for id := range int64(300) {
		server.Add(spideriq.Integration{
			ID: id + 1, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: fmt.Sprintf("Key %d", id+1), IsActive: true,
			DailyLimit: new(10000), MinuteLimit: new(100),
		})
	}
	return server.Client(spideriq.WithRateLimiter(gate), agent), server.Close, nil
}
