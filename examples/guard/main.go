// Guard watches the key pool of a brand and replaces primary keys that have become
// unhealthy. See usage below, or run it with -h.
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
	"time"

	"github.com/spideriq/spideriq-go"
)

const usage = `Usage:
  guard [-interval 30s] [-cooldown 10m] [-max-backoff 5m] [-dry-run]
        [-log-format text] [-demo]

guard asks for the health of all keys again and again. When a primary key is
unhealthy it makes the best healthy key of the same provider primary, and only
then disables the broken one (is_active and is_primary: false), so that there is
never none. The best is a healthy active key that is primary already, else the one
of the highest priority, the fewest consecutive failures, the lowest id.
Without a healthy one it says so, once, and changes nothing. It never enables a
key: look at a disabled one, and enable it by hand.

  -interval d       pause between two looks (default 30s)
  -cooldown d       shortest time between two promotions of one provider
                    (default 10m; 0 for none)
  -max-backoff d    longest pause while the API is out of reach (default 5m); a
                    longer one that the API asks for is kept
  -dry-run          log what would be done, and do nothing
  -log-format word  text or json (default text), on standard output
  -demo             guard an in-memory pool whose keys break one after the other;
                    no account is needed

What fails is looked at again: an update whose answer was lost has either been
made, which the next look shows, or is repeated. A guard that was killed between
the two updates leaves two primary keys at worst; the next guard then disables the
broken one. An outage of the API does not end it. A refused token does, because a
new one has to come from outside: have the guard started again when it ends.

Environment: SPIDERIQ_TOKEN (needed unless -demo is given), SPIDERIQ_API_URL (for
another server than production).

Exit status: 0 after Ctrl-C or SIGTERM; 1 the API has refused the token (401) or
its rights (403); 2 a flag or the environment is wrong.
`

const (
	exitOK      = 0
	exitRefused = 1
	exitWrong   = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program, until ctx ends. It returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	if err != nil {
		return wrong(stderr, err)
	}
	client, disconnect, err := connect(ctx, s, getenv)
	if err != nil {
		return wrong(stderr, err)
	}
	defer disconnect()
	return newGuard(client.Integrations, s, s.logger(stdout)).watch(ctx)
}

func wrong(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "guard:", strings.ReplaceAll(err.Error(), "\n", "; "))
	return exitWrong
}

type settings struct {
	interval, cooldown, maxBackoff time.Duration
	dryRun                         bool
	logFormat                      string
	demo                           bool
}

func parse(args []string) (s settings, err error) {
	flags := flag.NewFlagSet("guard", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports, in one line
	flags.DurationVar(&s.interval, "interval", 30*time.Second, "")
	flags.DurationVar(&s.cooldown, "cooldown", 10*time.Minute, "")
	flags.DurationVar(&s.maxBackoff, "max-backoff", 5*time.Minute, "")
	flags.BoolVar(&s.dryRun, "dry-run", false, "")
	flags.StringVar(&s.logFormat, "log-format", "text", "")
	flags.BoolVar(&s.demo, "demo", false, "")
	switch err := flags.Parse(args); {
	case err != nil:
		return s, err
	case flags.NArg() > 0:
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case s.interval <= 0:
		return s, fmt.Errorf("invalid value %v for flag -interval: must be above 0", s.interval)
	case s.cooldown < 0:
		return s, fmt.Errorf("invalid value %v for flag -cooldown: must not be negative", s.cooldown)
	case s.maxBackoff <= 0:
		return s, fmt.Errorf("invalid value %v for flag -max-backoff: must be above 0", s.maxBackoff)
	case s.logFormat != "text" && s.logFormat != "json":
		return s, fmt.Errorf("invalid value %q for flag -log-format: must be text or json", s.logFormat)
	}
	return s, nil
}

func (s settings) logger(w io.Writer) *slog.Logger {
	if s.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// connect returns a client of production, or of a demo that ends with disconnect.
func connect(ctx context.Context, s settings, getenv func(string) string) (client *spideriq.Client, disconnect func(), err error) {
	if s.demo {
		client, disconnect = startDemo(ctx, 3*s.interval)
		return client, disconnect, nil
	}
	if getenv("SPIDERIQ_TOKEN") == "" {
		return nil, nil, errors.New("SPIDERIQ_TOKEN is not set: give it a token, or use -demo to try an in-memory pool")
	}
	client, err = spideriq.NewClientFromEnv(spideriq.WithUserAgent("guard/" + spideriq.Version))
	return client, func() {}, err
}
