package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

const scope = "github.com/spideriq/spideriq-go/examples/otel"

// telemetry makes one span for each call, and counts calls, their attempts and
// their time by outcome. The spans of the attempts are otelhttp's.
type telemetry struct {
	tracer   trace.Tracer
	calls    metric.Int64Counter
	attempts metric.Int64Counter
	duration metric.Float64Histogram
}

func newTelemetry(traces trace.TracerProvider, metrics metric.MeterProvider) (*telemetry, error) {
	meter := metrics.Meter(scope)
	calls, err1 := meter.Int64Counter("spideriq.calls", metric.WithDescription("Calls, by outcome"))
	attempts, err2 := meter.Int64Counter("spideriq.attempts", metric.WithDescription("Requests that the calls needed"))
	duration, err3 := meter.Float64Histogram("spideriq.call.duration", metric.WithUnit("s"), metric.WithDescription("Time of a call, attempts and waits included"))
	return &telemetry{traces.Tracer(scope), calls, attempts, duration}, errors.Join(err1, err2, err3)
}

// call makes one call under a span of that name. do must pass on both the context,
// so that its attempts become children of the span, and the option, which tells how
// many there were.
func (t *telemetry) call(ctx context.Context, name string, do func(context.Context, spideriq.RequestOption) error) error {
	ctx, span := t.tracer.Start(ctx, name)
	defer span.End()
	began := time.Now()
	var info spideriq.ResponseInfo
	err := do(ctx, spideriq.WithResponseInfo(&info))

	result := attribute.String("outcome", outcome(err))
	span.SetAttributes(result, attribute.Int("attempts", info.Attempts))
	if err != nil {
		span.SetStatus(codes.Error, err.Error()) // one bounded line without secrets
	}
	labels := metric.WithAttributes(attribute.String("call", name), result)
	t.calls.Add(ctx, 1, labels)
	t.attempts.Add(ctx, int64(info.Attempts), labels)
	t.duration.Record(ctx, time.Since(began).Seconds(), labels)
	return err
}

// outcome is one of few words, fit to count by.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	if unanswered, ok := errors.AsType[*spideriq.TransportError](err); ok {
		switch {
		case errors.Is(unanswered, context.Canceled):
			return "canceled"
		case errors.Is(unanswered, context.DeadlineExceeded):
			return "deadline"
		}
		return "no_answer"
	}
	if refused, ok := errors.AsType[*spideriq.APIError](err); ok {
		return strconv.Itoa(refused.StatusCode)
	}
	if _, ok := errors.AsType[*spideriq.InvalidResponseError](err); ok {
		return "invalid_response"
	}
	return "not_sent" // a wrong argument
}

// tracedTransport returns a transport for [spideriq.WithHTTPClient] that makes one
// span and one measurement for each attempt. The token is added above it, in a
// header, and otelhttp records no header. The query it would record, so it does not
// get to see it.
//
// Nothing is propagated: trace ids and baggage are no business of the API.
func tracedTransport(base http.RoundTripper, traces trace.TracerProvider, metrics metric.MeterProvider) http.RoundTripper {
	return hideQuery{otelhttp.NewTransport(showQuery{base},
		otelhttp.WithTracerProvider(traces),
		otelhttp.WithMeterProvider(metrics),
		otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator()),
		otelhttp.WithSpanNameFormatter(func(_ string, req *http.Request) string {
			return req.Method + " " + template(req.URL.Path)
		}))}
}

// template puts {id} in the place of numbers, so that the spans of all integrations
// have one name.
func template(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if segment != "" && strings.Trim(segment, "0123456789") == "" {
			segments[i] = "{id}"
		}
	}
	return strings.Join(segments, "/")
}

type queryKey struct{}

type hideQuery struct{ next http.RoundTripper }

func (h hideQuery) RoundTrip(req *http.Request) (*http.Response, error) {
	hidden := req.Clone(context.WithValue(req.Context(), queryKey{}, req.URL.RawQuery))
	hidden.URL.RawQuery = ""
	return h.next.RoundTrip(hidden)
}

type showQuery struct{ next http.RoundTripper }

func (s showQuery) RoundTrip(req *http.Request) (*http.Response, error) {
	shown := req.Clone(req.Context())
	shown.URL.RawQuery = req.Context().Value(queryKey{}).(string)
	return s.next.RoundTrip(shown)
}
