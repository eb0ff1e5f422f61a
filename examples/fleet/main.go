// Fleet sets the daily limit of integrations from many machines at once. The API
// allows 100 requests a minute for each client credential, with 20 of them at
// once, however many machines use it; so the machines share one limiter, in Redis:
//
//	SPIDERIQ_TOKEN=… REDIS_URL=redis://10.0.0.5:6379 go run . -machines 4 -daily-limit 20000 42 43 44
//
// README.md tells what happens while Redis is away.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/spideriq/spideriq-go"
)

func main() {
	logging.Disable() // of go-redis: the limiter tells what it meets
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program. It returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	s, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	var options *redis.Options
	if err == nil {
		options, err = redisOptions(getenv("REDIS_URL"))
	}
	if err != nil {
		fmt.Fprintln(stderr, "fleet:", err)
		return 2
	}
	db := redis.NewClient(options)
	defer func() { _ = db.Close() }()
	limiter := newFleetLimiter(db, s, func(text string) { fmt.Fprintln(stderr, "fleet:", text) })
	client, err := spideriq.NewClient(getenv("SPIDERIQ_TOKEN"),
		spideriq.WithBaseURL(cmp.Or(getenv("SPIDERIQ_API_URL"), spideriq.DefaultBaseURL)),
		spideriq.WithRateLimiter(limiter))
	if err != nil {
		fmt.Fprintln(stderr, "fleet: SPIDERIQ_TOKEN, SPIDERIQ_API_URL:", err)
		return 2
	}
	return update(ctx, client, s, stdout, stderr)
}

// update sets the limits one after the other: the rate is the fleet's, so more at
// a time would only make longer queues.
func update(ctx context.Context, client *spideriq.Client, s settings, stdout, stderr io.Writer) int {
	updated := 0
	for _, id := range s.ids {
		integration, err := client.Integrations.Update(ctx, id, spideriq.UpdateParams{DailyLimit: s.dailyLimit})
		if err != nil {
			fmt.Fprintln(stderr, "fleet:", err)
			if _, refused := errors.AsType[*spideriq.UnauthorizedError](err); refused || ctx.Err() != nil {
				break // the rest would fail alike
			}
			continue
		}
		updated++
		fmt.Fprintf(stdout, "%d %s\n", integration.ID, integration.KeyLabel)
	}
	fmt.Fprintf(stdout, "%d of %d updated\n", updated, len(s.ids))
	switch {
	case ctx.Err() != nil:
		return 130
	case updated < len(s.ids):
		return 1
	}
	return 0
}

// redisOptions make a client of Redis that does as little as possible by itself: it
// is the limiter that knows what to do when Redis is away.
func redisOptions(rawURL string) (*redis.Options, error) {
	options, err := redis.ParseURL(cmp.Or(rawURL, "redis://localhost:6379"))
	if err != nil {
		return nil, errors.New("REDIS_URL: must be like redis://user:password@host:6379/0") // and without showing it
	}
	options.ContextTimeoutEnabled = true // askTimeout, or less
	options.DialerRetries = 1
	options.MaxRetries = -1
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return options, nil
}

type settings struct {
	ids        []int64
	dailyLimit *int
	machines   int
	rate       int // requests a minute of the whole fleet
	burst      int
	key        string
}

const usage = `Usage: fleet -machines N -daily-limit N [flags] ID...

Sets the daily limit of integrations. Any number of machines may do so at once:
what they send together stays within the rate that the API allows their credential.

The environment has SPIDERIQ_TOKEN, REDIS_URL (default redis://localhost:6379) and
perhaps SPIDERIQ_API_URL. The exit status is 0 when all were updated, 1 when not,
2 for a wrong flag, argument or variable, and 130 after Ctrl-C.
`

func parse(args []string, stdout io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("fleet", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports errors, in one line
	flags.Usage = func() {}
	flags.IntVar(&s.machines, "machines", 0, "`number` of machines that share the credential; without Redis each keeps to its share of the rate")
	flags.Func("daily-limit", "most `requests` a day that each integration may make", func(value string) error {
		limit, err := strconv.Atoi(value)
		s.dailyLimit = &limit
		return err
	})
	flags.IntVar(&s.rate, "rate", 100, "`requests` a minute that the API allows the credential")
	flags.IntVar(&s.burst, "burst", 15, "`requests` at once; fewer than the 20 that the API allows, because requests that leave\nevenly may arrive closer together")
	flags.StringVar(&s.key, "key", "spideriq", "`name` of the count in Redis, one for each credential")
	err = flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(stdout, "%s\n", usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return s, err
	case err != nil:
		return s, err
	}
	for _, arg := range flags.Args() {
		id, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || id < 1 {
			return s, fmt.Errorf("argument %q: must be the id of an integration", arg)
		}
		s.ids = append(s.ids, id)
	}
	switch {
	case s.machines < 1:
		return s, errors.New("flag -machines: must be given, and at least 1")
	case s.dailyLimit == nil:
		return s, errors.New("flag -daily-limit: must be given")
	case s.rate < 1:
		return s, fmt.Errorf("invalid value %d for flag -rate: must be at least 1", s.rate)
	case s.burst < 1:
		return s, fmt.Errorf("invalid value %d for flag -burst: must be at least 1", s.burst)
	case s.key == "":
		return s, errors.New("flag -key: must not be empty")
	case len(s.ids) == 0:
		return s, errors.New("arguments: the ids of integrations are missing")
	}
	return s, nil
}
