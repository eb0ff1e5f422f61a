package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"time"
)

const usage = `Usage:
  guard [-interval 30s] [-cooldown 10m] [-max-backoff 5m] [-dry-run]
        [-log-format text] [-metrics addr] [-demo]

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
                    longer one that the API asks for is kept, up to an hour
  -dry-run          log what would be done, and do nothing
  -log-format word  text or json (default text), on standard output
  -metrics addr     serve Prometheus metrics at http://addr/metrics; addr is like
                    127.0.0.1:9464. The guard then lists the keys at every look,
                    and a scrape sends no request.
  -demo             guard an in-memory pool whose keys break one after the other;
                    no account and no network is needed

What fails is looked at again: an update whose answer was lost has either been
made, which the next look shows, or is repeated. A guard that was killed between
the two updates leaves two primary keys at worst; the next guard then disables the
broken one. An outage of the API does not end it, and neither does a 403 for one
key. A token that the API refuses (401) does, because a new one has to come from
outside: have the guard started again when it ends.

Environment: SPIDERIQ_TOKEN (needed unless -demo is given), SPIDERIQ_API_URL (for
another server than production).

Exit codes:
    0  stopped by SIGTERM
    1  failed: the API has refused the token, or -metrics cannot be served
    2  wrong flag, token or address; nothing was sent
  130  interrupted
`

const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

type settings struct {
	interval   time.Duration
	cooldown   time.Duration
	maxBackoff time.Duration
	dryRun     bool
	logFormat  string
	metrics    string // address; empty for none
	demo       bool
}

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("guard", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports errors, in one line
	flags.DurationVar(&s.interval, "interval", 30*time.Second, "")
	flags.DurationVar(&s.cooldown, "cooldown", 10*time.Minute, "")
	flags.DurationVar(&s.maxBackoff, "max-backoff", 5*time.Minute, "")
	flags.BoolVar(&s.dryRun, "dry-run", false, "")
	flags.StringVar(&s.logFormat, "log-format", "text", "")
	flags.StringVar(&s.metrics, "metrics", "", "")
	flags.BoolVar(&s.demo, "demo", false, "")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return s, s.validate()
}

func (s settings) validate() error {
	switch {
	case s.interval <= 0:
		return fmt.Errorf("invalid value %v for flag -interval: must be above 0", s.interval)
	case s.cooldown < 0:
		return fmt.Errorf("invalid value %v for flag -cooldown: must not be negative", s.cooldown)
	case s.maxBackoff <= 0:
		return fmt.Errorf("invalid value %v for flag -max-backoff: must be above 0", s.maxBackoff)
	case s.logFormat != "text" && s.logFormat != "json":
		return errors.New("invalid value for flag -log-format: must be text or json")
	}
	if s.metrics == "" {
		return nil
	}
	if _, err := net.ResolveTCPAddr("tcp", s.metrics); err != nil {
		return fmt.Errorf("invalid value %q for flag -metrics: %w", s.metrics, err)
	}
	return nil
}
