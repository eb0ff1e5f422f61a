// Update changes the settings of one integration and shows it before and after:
//
//	go run ./examples/update -id 42 -daily-limit 20000 -minute-limit 200
//
// Only the settings whose flags are given are sent, so -is-active=false and
// -daily-limit 0 are. With SPIDERIQ_TOKEN set (and SPIDERIQ_API_URL, where that is
// needed) it talks to the API; without, to an in-memory one that starts and ends
// with the program. Everything else is the same. -h lists flags and exit codes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the program. It returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	order, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		writeUsage(stdout)
		return exitDone
	}
	if err != nil {
		fmt.Fprintln(stderr, "update:", oneLine(err.Error()))
		return exitUsage
	}
	wire := newRecorder()
	defer wire.close()
	client, stop, err := connect(getenv, wire, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "update:", oneLine(err.Error()))
		return exitUsage
	}
	defer stop()

	result := change(ctx, client, order)
	result.request = wire.update()
	write := result.writeText
	if order.json {
		write = result.writeJSON
	}
	if err := write(stdout); err != nil {
		fmt.Fprintln(stderr, "update: writing the result:", err)
		return exitOther
	}
	code, sentence := explain(order.id, result.err)
	if sentence != "" {
		fmt.Fprintln(stderr, "update:", sentence)
	}
	return code
}

// connect returns a client of the API, or of an in-memory one when there is no
// token. Its requests go through wire.
func connect(getenv func(string) string, wire http.RoundTripper, stderr io.Writer) (client *spideriq.Client, stop func(), err error) {
	through := spideriq.WithHTTPClient(&http.Client{Transport: wire})
	if getenv("SPIDERIQ_TOKEN") != "" {
		client, err = spideriq.NewClientFromEnv(through)
		return client, func() {}, err
	}
	fmt.Fprintln(stderr, "update: SPIDERIQ_TOKEN is not set: trying it on an in-memory API, which knows integration 42 and forgets everything")
	server := spideriqtest.NewServer()
	server.Add(smaller)
	return server.Client(through), server.Close, nil
}

// smaller is the integration of the API's documentation before the updates that
// are shown there, so that they have an effect.
var smaller = spideriq.Integration{
	ID:               42,
	ProviderName:     spideriq.ProviderOpenRouter,
	KeyLabel:         "Production OpenRouter",
	IsActive:         true,
	DailyLimit:       new(10000),
	MinuteLimit:      new(100),
	SpendLimitAmount: new(spideriq.Amount("500.00")),
	SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly,
	SpendLimitAction: spideriq.SpendLimitActionWarn,
	UpdatedAt:        time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC),
}

// change looks the integration up, updates it and returns what there is to show.
func change(ctx context.Context, client *spideriq.Client, o order) (r result) {
	if r.before, r.err = find(ctx, client, o.id); r.err == nil {
		// An id that is not in the list is sent all the same: whether it exists is
		// for the API to say.
		r.after, r.err = client.Integrations.Update(ctx, o.id, o.params)
	}
	return r
}

// find returns nil when the list does not have the integration. The API has no
// way to get one by its id.
func find(ctx context.Context, client *spideriq.Client, id int64) (*spideriq.Integration, error) {
	for integration, err := range client.Integrations.All(ctx, spideriq.ListParams{}) {
		if err != nil {
			return nil, err
		}
		if integration.ID == id {
			return integration, nil
		}
	}
	return nil, nil
}
