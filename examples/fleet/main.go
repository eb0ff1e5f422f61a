// Fleet sets the daily limit of integrations from many machines at once. The API
// allows 100 requests a minute for each client credential, however many machines use
// it, so the machines share one limiter, in Redis:
//
//	SPIDERIQ_TOKEN=… REDIS_URL=redis://10.0.0.5:6379 go run . -machines 4 -daily-limit 20000 42 43 44
//
// The limiter is contrib/redislimit.
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
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/contrib/redislimit"
)

const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnknown     = 3
	exitInterrupted = 130
)

func main() {
	logging.Disable() // of go-redis: the limiter tells what it meets
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if err != nil {
		return usageError(stderr, err)
	}
	client, disconnect, err := connect(s, func(text string) { fmt.Fprintln(stderr, "fleet:", text) })
	if err != nil {
		return usageError(stderr, err)
	}
	defer disconnect()
	return update(ctx, client, s, stdout, stderr)
}

func usageError(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "fleet:", strings.ReplaceAll(err.Error(), "\n", "; "))
	return exitUsage
}

// connect returns a client that shares its rate limit with the other machines. notice is
// told when Redis goes away and when it comes back.
func connect(s settings, notice func(string)) (client *spideriq.Client, disconnect func(), err error) {
	if os.Getenv("SPIDERIQ_TOKEN") == "" {
		return nil, nil, errors.New("SPIDERIQ_TOKEN is not set")
	}
	options, err := redislimit.ParseURL(cmp.Or(os.Getenv("REDIS_URL"), "redis://localhost:6379"))
	if err != nil {
		return nil, nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	db := redis.NewClient(options)
	limiter, err := redislimit.New(db, redislimit.Config{
		Machines:  s.machines,
		Key:       s.key,
		PerMinute: s.rate,
		Burst:     s.burst,
		OnAway: func(err error) {
			const text = "Redis is away, so this machine keeps to its share, %v requests a minute: %v"
			notice(fmt.Sprintf(text, s.share(), err))
		},
		OnBack: func() { notice("Redis is back, so the rate is shared again") },
	})
	if err == nil {
		client, err = spideriq.NewClientFromEnv(spideriq.WithRateLimiter(limiter))
	}
	if err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	return client, func() {
		client.CloseIdleConnections()
		_ = db.Close()
	}, nil
}

// update sets the limits one after the other: the rate is that of all machines, so more
// at a time would only make longer queues. It returns the exit code.
func update(ctx context.Context, client *spideriq.Client, s settings, stdout, stderr io.Writer) int {
	updated, unknown := 0, 0
	for _, id := range s.ids {
		params := spideriq.UpdateParams{DailyLimit: s.dailyLimit}
		integration, err := client.Integrations.Update(ctx, id, params)
		if err == nil {
			updated++
			fmt.Fprintf(stdout, "%d %s\n", integration.ID, integration.KeyLabel)
			continue
		}
		fmt.Fprintln(stderr, "fleet:", err)
		if spideriq.MayHaveApplied(err) {
			unknown++
		}
		if _, refused := errors.AsType[*spideriq.UnauthorizedError](err); refused || ctx.Err() != nil {
			break // the rest would fail alike
		}
	}
	fmt.Fprintf(stdout, "%d of %d updated\n", updated, len(s.ids))
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case unknown > 0:
		fmt.Fprintf(stderr, "fleet: outcome unknown: %d may have been updated all the same\n", unknown)
		return exitUnknown
	case updated < len(s.ids):
		return exitFailed
	}
	return exitDone
}
