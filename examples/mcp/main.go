// Mcp serves the integrations of a SpiderIQ account to an agent, as tools of the
// Model Context Protocol over standard input and output. See usage below, or run it
// with -h.
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
	"syscall"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"golang.org/x/time/rate"

	"github.com/spideriq/spideriq-go"
)

const usage = `Usage: mcp [-allow-writes] [-max-age 5s] [-demo]

mcp is an MCP server over standard input and output: a host such as an editor or a
desktop assistant starts it, and its agent calls the tools.

Always:            list_integrations  get_integration  integration_health
                   sync_billing
With -allow-writes: update_integration  set_primary  disable

No tool takes or returns credentials, and none creates or deletes integrations.

  -allow-writes  offer the tools that change settings
  -max-age d     how old a listing of the integrations may be that several calls
                 share (default 5s; 0 lists again for each call)
  -demo          serve an in-memory API, whatever the environment holds

All calls together keep to 100 requests a minute, after a burst of 20.

Environment: SPIDERIQ_TOKEN (needed unless -demo is given), SPIDERIQ_API_URL (for
another server than production). Standard error has a line for each change and for
each attempt at a request that failed.

Exit status: 0 when the host has closed standard input; 1 when the connection to
the host failed; 2 when a flag or the environment is wrong; 130 after Ctrl-C or
SIGTERM.
`

const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, &mcp.StdioTransport{}, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program, until the host ends the connection or ctx ends. It returns
// the exit status.
func run(
	ctx context.Context, args []string, getenv func(string) string, host mcp.Transport, stdout, stderr io.Writer,
) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		if _, err := io.WriteString(stdout, usage); err != nil {
			return exitFailed
		}
		return exitDone
	}
	if err != nil {
		return report(stderr, exitUsage, err)
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	client, disconnect, err := connect(s, getenv, log)
	if err != nil {
		return report(stderr, exitUsage, err)
	}
	defer disconnect()
	server, err := newServer(s, client, log)
	if err != nil {
		return report(stderr, exitFailed, err)
	}
	return serve(ctx, server, host, stderr)
}

func serve(ctx context.Context, server *mcp.Server, host mcp.Transport, stderr io.Writer) int {
	server.AddReceivingMiddleware(endWith(ctx))
	err := server.Run(ctx, host)
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case err != nil && !errors.Is(err, io.EOF):
		return report(stderr, exitFailed, fmt.Errorf("the connection to the host failed: %w", err))
	}
	return exitDone
}

// endWith ends the calls that are being worked on when ctx ends. The SDK would wait
// for them before it ends the session.
func endWith(ctx context.Context) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(callCtx context.Context, method string, request mcp.Request) (mcp.Result, error) {
			callCtx, cancel := context.WithCancel(callCtx)
			defer cancel()
			stop := context.AfterFunc(ctx, cancel)
			defer stop()
			return next(callCtx, method, request)
		}
	}
}

// report writes err in one line and returns the exit status that goes with it.
func report(stderr io.Writer, status int, err error) int {
	_, _ = fmt.Fprintln(stderr, "mcp:", oneLine(err.Error())) // there is nowhere else to say it
	return status
}

type serverSettings struct {
	allowWrites bool
	maxAge      time.Duration
	demo        bool
}

func parse(args []string) (s serverSettings, err error) {
	flags := flag.NewFlagSet("mcp", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports, in one line
	flags.BoolVar(&s.allowWrites, "allow-writes", false, "")
	flags.DurationVar(&s.maxAge, "max-age", 5*time.Second, "")
	flags.BoolVar(&s.demo, "demo", false, "")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if s.maxAge < 0 {
		return s, fmt.Errorf("invalid value %v for flag -max-age: must not be negative", s.maxAge)
	}
	return s, nil
}

// connect returns a client of production, or of a demo that ends with disconnect.
func connect(
	s serverSettings, getenv func(string) string, log *slog.Logger,
) (client *spideriq.Client, disconnect func(), err error) {
	options := []spideriq.Option{
		spideriq.WithUserAgent("mcp/" + spideriq.Version),
		spideriq.WithLogger(log),
		spideriq.WithRateLimiter(rate.NewLimiter(requestsPerMinute/60.0, burst)),
	}
	if s.demo {
		client, disconnect = startDemo(options)
		return client, disconnect, nil
	}
	if getenv("SPIDERIQ_TOKEN") == "" {
		return nil, nil, errors.New("SPIDERIQ_TOKEN is not set: set it, or use -demo to try an in-memory account")
	}
	client, err = spideriq.NewClientFromEnv(options...)
	return client, func() {}, err
}

// What the API allows.
const (
	requestsPerMinute = 100
	burst             = 20
)
