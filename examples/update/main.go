// Update changes the settings of one integration and shows it before and after:
//
//	go run ./examples/update -id 42 -daily-limit 20000 -minute-limit 200
//
// Only settings whose flags are given, and that differ from what the integration has,
// are sent. Zero values count as given: -is-active=false, -daily-limit 0. The token is
// in SPIDERIQ_TOKEN. With -demo the program changes an integration in memory and
// never touches the network. -h lists flags and exit codes.
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
	"strings"
	"syscall"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	order, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		writeUsage(stdout)
		return exitDone
	}
	if err != nil {
		return usageError(stderr, err)
	}
	connection, err := connect(order.demo)
	if err != nil {
		return usageError(stderr, err)
	}
	defer connection.close()
	if order.demo {
		fmt.Fprintln(stderr, "update: demo: an in-memory API, which knows integration 42 and forgets everything")
	}

	result := change(ctx, connection.client, order)
	result.request = connection.recorder.update()
	write := result.writeText
	if order.json {
		write = result.writeJSON
	}
	if err := write(stdout); err != nil {
		fmt.Fprintln(stderr, "update: writing the result:", err)
		return exitFailed
	}
	if result.err != nil {
		fmt.Fprintln(stderr, "update:", explain(order.id, result.err))
	}
	return exitCode(result.err)
}

func usageError(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "update:", oneLine(err.Error()))
	return exitUsage
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// A connection is a client and what has to be closed after it.
type connection struct {
	client   *spideriq.Client
	recorder *recorder
	close    func()
}

// connect returns a client of the API, or of an in-memory one for a demo. Its
// requests go through the recorder.
func connect(demo bool) (*connection, error) {
	if demo {
		return connectDemo(), nil
	}
	if os.Getenv("SPIDERIQ_TOKEN") == "" {
		return nil, errors.New("SPIDERIQ_TOKEN is not set: set it to a token, or try -demo")
	}
	wire := http.DefaultTransport.(*http.Transport).Clone()
	recorder := &recorder{next: wire}
	client, err := spideriq.NewClientFromEnv(spideriq.WithHTTPClient(&http.Client{Transport: recorder}))
	if err != nil {
		return nil, err
	}
	return &connection{client: client, recorder: recorder, close: wire.CloseIdleConnections}, nil
}

// connectDemo reads nothing from the environment and opens no connection.
func connectDemo() *connection {
	server := spideriqtest.NewServer()
	server.Add(documented)
	recorder := &recorder{next: server.Transport()}
	client := server.Client(spideriq.WithHTTPClient(&http.Client{Transport: recorder}))
	return &connection{client: client, recorder: recorder, close: server.Close}
}

// documented is the integration of the API's documentation, before the updates that
// are shown there.
var documented = spideriq.Integration{
	ID:               42,
	ProviderName:     spideriq.ProviderOpenRouter,
	KeyLabel:         "Production OpenRouter",
	IsActive:         true,
	DailyLimit:       new(10000),
	MinuteLimit:      new(100),
	SpendLimitAmount: new(spideriq.Amount("500.00")),
	SpendLimitPeriod: spideriq.SpendLimitPeriodDaily,
	SpendLimitAction: spideriq.SpendLimitActionWarn,
	UpdatedAt:        time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC),
}

// change looks the integration up, sends the settings that differ and returns what
// there is to show.
func change(ctx context.Context, client *spideriq.Client, o order) result {
	before, err := find(ctx, client, o.id)
	if err != nil {
		return result{err: err}
	}
	// An integration that is not in the list is updated all the same: the API decides
	// whether it exists.
	changes := o.params.Changes(before)
	if changes.IsZero() {
		return result{before: before, after: before}
	}
	after, err := client.Integrations.Update(ctx, o.id, changes)
	return result{before: before, after: after, err: err}
}

// find returns nil when the list does not have the integration. The API has no call
// that returns one integration.
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
