// Otel sets the daily limit of an integration and prints the spans and metrics of that:
// one span for the call, one for each attempt.
//
//	SPIDERIQ_TOKEN=… go run . -daily-limit 20000 42
//
// The telemetry is contrib/otel. A real program has other exporters.
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

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/spideriq/spideriq-go"
	spideriqotel "github.com/spideriq/spideriq-go/contrib/otel"
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
	reader := metric.NewManualReader()
	integrations, disconnect, err := connect(s.demo,
		spideriqotel.WithTracerProvider(trace.NewTracerProvider(trace.WithSyncer(printer{stdout}))),
		spideriqotel.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(reader))))
	if err != nil {
		return usageError(stderr, err)
	}
	defer disconnect()

	params := spideriq.UpdateParams{DailyLimit: s.dailyLimit}
	_, err = integrations.Update(ctx, s.id, params) // prints the spans when it ends
	var numbers metricdata.ResourceMetrics
	if reader.Collect(context.WithoutCancel(ctx), &numbers) == nil {
		printMetrics(stdout, numbers)
	}
	if err != nil {
		fmt.Fprintln(stderr, "otel:", err)
	}
	return exitCode(err)
}

func usageError(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "otel:", strings.ReplaceAll(err.Error(), "\n", "; "))
	return exitUsage
}

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case spideriq.MayHaveApplied(err):
		return exitUnknown
	}
	return exitFailed
}

// connect returns the integrations of the API, or of an in-memory one for a demo, with
// telemetry.
func connect(demo bool, opts ...spideriqotel.Option) (*spideriqotel.Integrations, func(), error) {
	if demo {
		return connectDemo(opts...)
	}
	if os.Getenv("SPIDERIQ_TOKEN") == "" {
		return nil, nil, errors.New("SPIDERIQ_TOKEN is not set: set it to a token, or try -demo")
	}
	telemetry, err := spideriqotel.New(opts...)
	if err != nil {
		return nil, nil, err
	}
	hc := telemetry.HTTPClient()
	client, err := spideriq.NewClientFromEnv(spideriq.WithHTTPClient(hc))
	if err != nil {
		return nil, nil, err
	}
	return telemetry.Integrations(client.Integrations), hc.CloseIdleConnections, nil
}

// connectDemo reads nothing from the environment and opens no connection. Its API fails
// once and asks for a pause once, so that there is something to see.
func connectDemo(opts ...spideriqotel.Option) (*spideriqotel.Integrations, func(), error) {
	server := spideriqtest.NewServer()
	server.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderOpenRouter, IsActive: true})
	server.Fail(spideriqtest.Status(http.StatusServiceUnavailable, ""), spideriqtest.RateLimited(time.Second))
	telemetry, err := spideriqotel.New(append(opts, spideriqotel.WithTransport(server.Transport()))...)
	if err != nil {
		server.Close()
		return nil, nil, err
	}
	client := server.Client(spideriq.WithHTTPClient(telemetry.HTTPClient()))
	return telemetry.Integrations(client.Integrations), server.Close, nil
}
