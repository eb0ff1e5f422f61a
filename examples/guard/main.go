// Guard watches the key pool of a brand and replaces primary keys that have become
// unhealthy. Run it with -h for its flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spideriq/spideriq-go"
)

func main() {
	interrupted, stopInterrupt := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, stopTerm := signal.NotifyContext(interrupted, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if code == exitDone && interrupted.Err() != nil {
		code = exitInterrupted
	}
	stopTerm()
	stopInterrupt()
	os.Exit(code)
}

// run is the program, until ctx ends. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return exitDone
	}
	if err != nil {
		return usageError(stderr, err)
	}
	m := newMetrics()
	pool, disconnect, err := connect(ctx, s, m)
	if err != nil {
		return usageError(stderr, err)
	}
	defer disconnect()
	log := s.logger(stdout)
	if s.metrics != "" {
		stop, err := serveMetrics(s.metrics, m, log)
		if err != nil {
			fmt.Fprintln(stderr, "guard: flag -metrics:", err)
			return exitFailed
		}
		defer stop()
	}
	return newGuard(pool, s, log, m).watch(ctx)
}

func usageError(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "guard:", strings.ReplaceAll(err.Error(), "\n", "; "))
	return exitUsage
}

func (s settings) logger(w io.Writer) *slog.Logger {
	if s.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// connect returns the pool of production, or of a demo. Its calls are measured by m.
func connect(ctx context.Context, s settings, m *metrics) (pool keyPool, disconnect func(), err error) {
	if s.demo {
		return startDemo(ctx, 3*s.interval, m)
	}
	if os.Getenv("SPIDERIQ_TOKEN") == "" {
		return nil, nil, errors.New("SPIDERIQ_TOKEN is not set: set it to a token, or try -demo")
	}
	telemetry, err := m.telemetry(nil)
	if err != nil {
		return nil, nil, err
	}
	hc := telemetry.HTTPClient()
	client, err := spideriq.NewClientFromEnv(
		spideriq.WithHTTPClient(hc), spideriq.WithUserAgent("guard/"+spideriq.Version))
	if err != nil {
		return nil, nil, err
	}
	return telemetry.Integrations(client.Integrations), hc.CloseIdleConnections, nil
}
