// Bulk updates many integrations from a CSV file, by way of a queue on NATS JetStream.
// -h tells everything; README.md shows a run.
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
	if err != nil {
		fmt.Fprintln(stderr, "bulk:", err)
		return exitUsage
	}
	if s.dryRun {
		return dryRun(ctx, s, getenv, stdout, stderr)
	}
	r, err := prepare(ctx, s, getenv, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "bulk:", err)
		if ctx.Err() != nil {
			return exitInterrupted
		}
		return exitUsage
	}
	defer r.close()
	return r.work(ctx, stdout)
}
