package spideriqotel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/spideriq/spideriq-go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// scope is the name of the instrumentation.
const scope = "github.com/spideriq/spideriq-go/contrib/otel"

// durationBuckets are in seconds. They are those that OpenTelemetry recommends for HTTP
// requests, and some for calls that wait.
var durationBuckets = []float64{
	0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300,
}

// Telemetry records the calls of a client and their attempts. It is safe for concurrent
// use and may serve several clients.
type Telemetry struct {
	transport http.RoundTripper
	tracer    trace.Tracer
	calls     metric.Int64Counter
	attempts  metric.Int64Counter
	duration  metric.Float64Histogram
	wait      metric.Float64Counter
}

// An Option configures [New]. A nil Option is ignored.
type Option interface{ apply(*config) }

type config struct {
	traces  trace.TracerProvider
	metrics metric.MeterProvider
	base    http.RoundTripper
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// WithTracerProvider sets where spans go. The default, also for nil, is the global
// provider of OpenTelemetry.
func WithTracerProvider(p trace.TracerProvider) Option {
	return optionFunc(func(c *config) {
		if p != nil {
			c.traces = p
		}
	})
}

// WithMeterProvider sets where metrics go. The default, also for nil, is the global
// provider of OpenTelemetry.
func WithMeterProvider(p metric.MeterProvider) Option {
	return optionFunc(func(c *config) {
		if p != nil {
			c.metrics = p
		}
	})
}

// WithTransport sets what sends the requests. The default, also for nil, is a copy of
// [http.DefaultTransport] for many concurrent requests to one host.
func WithTransport(base http.RoundTripper) Option {
	return optionFunc(func(c *config) {
		if base != nil {
			c.base = base
		}
	})
}

// New returns a Telemetry. It returns an error when the meter provider refuses one of
// the metrics.
func New(opts ...Option) (*Telemetry, error) {
	c := config{traces: otel.GetTracerProvider(), metrics: otel.GetMeterProvider()}
	for _, opt := range opts {
		if opt != nil {
			opt.apply(&c)
		}
	}
	if c.base == nil {
		c.base = newBase()
	}
	meter := c.metrics.Meter(scope, metric.WithInstrumentationVersion(spideriq.Version))
	calls, errCalls := meter.Int64Counter("spideriq.calls",
		metric.WithDescription("Calls, by outcome"))
	attempts, errAttempts := meter.Int64Counter("spideriq.attempts",
		metric.WithDescription("Requests that calls took"))
	duration, errDuration := meter.Float64Histogram("spideriq.call.duration",
		metric.WithUnit("s"), metric.WithDescription("Duration of calls, with attempts and waits"),
		metric.WithExplicitBucketBoundaries(durationBuckets...))
	wait, errWait := meter.Float64Counter("spideriq.call.wait",
		metric.WithUnit("s"), metric.WithDescription("Time that calls waited before and between attempts"))
	if err := errors.Join(errCalls, errAttempts, errDuration, errWait); err != nil {
		return nil, fmt.Errorf("spideriqotel: %w", err)
	}
	return &Telemetry{
		transport: newTransport(c),
		tracer:    c.traces.Tracer(scope, trace.WithInstrumentationVersion(spideriq.Version)),
		calls:     calls,
		attempts:  attempts,
		duration:  duration,
		wait:      wait,
	}, nil
}

// HTTPClient returns a client for spideriq.WithHTTPClient. It makes a span and metrics
// for each attempt. Its CloseIdleConnections closes those of the transport.
func (t *Telemetry) HTTPClient() *http.Client {
	return &http.Client{Transport: t.transport}
}

// Start begins the span of a call. Make the call with the returned context, so that its
// attempts become children of the span and are counted. Then call end with the error of
// the call. Only the first call of end counts.
//
//	ctx, end := telemetry.Start(ctx, "Brands.Get")
//	err := client.Do(ctx, http.MethodGet, "/brands/7", nil, &brand)
//	end(err)
//
// name becomes an attribute of the metrics: it must not hold an id. With a nil ctx
// nothing is recorded, because the call refuses such a context.
func (t *Telemetry) Start(ctx context.Context, name string) (_ context.Context, end func(error)) {
	if ctx == nil {
		return nil, func(error) {}
	}
	ctx, span := t.tracer.Start(ctx, name)
	record := &callRecord{began: time.Now()}
	ctx = context.WithValue(ctx, callKey{}, record)
	var once sync.Once
	return ctx, func(err error) {
		once.Do(func() { t.finish(ctx, span, name, record, err) })
	}
}

// finish ends the span of a call and records its metrics.
func (t *Telemetry) finish(ctx context.Context, span trace.Span, name string, record *callRecord, err error) {
	duration := time.Since(record.began)
	attempts, inAttempts := record.read()
	wait := max(0, duration-inAttempts).Seconds()

	result := attribute.String("outcome", outcome(err))
	span.SetAttributes(result, attribute.Int("attempts", attempts), attribute.Float64("wait", wait))
	if err != nil {
		span.SetAttributes(attribute.Bool("may_have_applied", spideriq.MayHaveApplied(err)))
		span.SetStatus(codes.Error, err.Error()) // one bounded line without secrets
	}
	span.End()

	call := attribute.String("call", name)
	byOutcome := metric.WithAttributes(call, result)
	t.calls.Add(ctx, 1, byOutcome)
	t.attempts.Add(ctx, int64(attempts), byOutcome)
	t.duration.Record(ctx, duration.Seconds(), byOutcome)
	t.wait.Add(ctx, wait, metric.WithAttributes(call))
}
