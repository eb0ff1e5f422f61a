// Otel sets the daily limit of an integration and shows the spans and metrics of
// it: one span for the call, one for each attempt.
//
//	SPIDERIQ_TOKEN=… go run . -daily-limit 20000 42
//
// telemetry.go is the part to copy. A real program has other exporters.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spideriq/spideriq-go"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
)

func main() {
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
	if err != nil {
		fmt.Fprintln(stderr, "otel:", err)
		return 2
	}
	reader := metric.NewManualReader()
	metrics := metric.NewMeterProvider(metric.WithReader(reader))
	traces := trace.NewTracerProvider(trace.WithSyncer(printer{stdout}))
	told, err := newTelemetry(traces, metrics)
	if err != nil {
		fmt.Fprintln(stderr, "otel:", err)
		return 1
	}

	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = 100 // the default, 2, makes a busy program dial all the time
	defer base.CloseIdleConnections()
	client, err := spideriq.NewClient(getenv("SPIDERIQ_TOKEN"),
		spideriq.WithBaseURL(cmp.Or(getenv("SPIDERIQ_API_URL"), spideriq.DefaultBaseURL)),
		spideriq.WithHTTPClient(&http.Client{Transport: tracedTransport(base, traces, metrics)}))
	if err != nil {
		fmt.Fprintln(stderr, "otel: SPIDERIQ_TOKEN, SPIDERIQ_API_URL:", err)
		return 2
	}

	failed := told.call(ctx, "Integrations.Update", func(ctx context.Context, info spideriq.RequestOption) error {
		_, err := client.Integrations.Update(ctx, s.id, spideriq.UpdateParams{DailyLimit: s.dailyLimit}, info)
		return err
	})

	var numbers metricdata.ResourceMetrics
	if err := reader.Collect(context.WithoutCancel(ctx), &numbers); err == nil {
		printMetrics(stdout, numbers)
	}
	if failed == nil {
		return 0
	}
	fmt.Fprintln(stderr, "otel:", failed)
	if ctx.Err() != nil {
		return 130
	}
	return 1
}

type settings struct {
	id         int64
	dailyLimit *int
}

const usage = `Usage: otel -daily-limit N ID

Sets the daily limit of an integration and prints the spans and metrics of that.

The environment has SPIDERIQ_TOKEN and perhaps SPIDERIQ_API_URL. The exit status is
0 when the limit was set, 1 when not, 2 for a wrong flag, argument or variable, and
130 after Ctrl-C.
`

func parse(args []string, stdout io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("otel", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports errors, in one line
	flags.Usage = func() {}
	flags.Func("daily-limit", "most `requests` a day that the integration may make", func(value string) error {
		limit, err := strconv.Atoi(value)
		s.dailyLimit = &limit
		return err
	})
	err = flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(stdout, "%s\n", usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return s, err
	case err != nil:
		return s, err
	case s.dailyLimit == nil:
		return s, errors.New("flag -daily-limit: must be given")
	case flags.NArg() != 1:
		return s, fmt.Errorf("%d arguments: must be one, the id of an integration", flags.NArg())
	}
	if s.id, err = strconv.ParseInt(flags.Arg(0), 10, 64); err != nil || s.id < 1 {
		return s, fmt.Errorf("argument %q: must be the id of an integration", flags.Arg(0))
	}
	return s, nil
}
