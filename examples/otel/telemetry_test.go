package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// As many programs have it; the API must not notice.
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	goleak.VerifyTestMain(m)
}

// A lab has a fake API, a client with telemetry, and what that recorded.
type lab struct {
	*telemetry
	api    *spideriqtest.Server
	client *spideriq.Client
	spans  *tracetest.InMemoryExporter
	reader *metric.ManualReader
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{api: spideriqtest.NewServer(), spans: tracetest.NewInMemoryExporter(), reader: metric.NewManualReader()}
	l.api.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderOpenRouter, IsActive: true})
	traces := trace.NewTracerProvider(trace.WithSyncer(l.spans))
	metrics := metric.NewMeterProvider(metric.WithReader(l.reader))
	base := &http.Transport{}
	t.Cleanup(func() {
		base.CloseIdleConnections()
		l.api.Close()
	})
	var err error
	l.telemetry, err = newTelemetry(traces, metrics)
	require.NoError(t, err)
	l.client = l.api.Client(spideriq.WithHTTPClient(&http.Client{Transport: tracedTransport(base, traces, metrics)}))
	return l
}

func (l *lab) update(ctx context.Context, id int64) error {
	return l.call(ctx, "Integrations.Update", func(ctx context.Context, info spideriq.RequestOption) error {
		_, err := l.client.Integrations.Update(ctx, id, spideriq.UpdateParams{DailyLimit: new(20000)}, info)
		return err
	})
}

// recorded returns the span of the one call, and those of its attempts in order.
func (l *lab) recorded(t *testing.T) (call tracetest.SpanStub, attempts tracetest.SpanStubs) {
	t.Helper()
	all := l.spans.GetSpans()
	require.NotEmpty(t, all)
	call, attempts = all[len(all)-1], all[:len(all)-1]
	require.False(t, call.Parent.IsValid())
	for _, a := range attempts {
		assert.Equal(t, call.SpanContext.SpanID(), a.Parent.SpanID())
		assert.Equal(t, call.SpanContext.TraceID(), a.SpanContext.TraceID())
		assert.True(t, call.StartTime.Compare(a.StartTime) <= 0 && a.EndTime.Compare(call.EndTime) <= 0)
	}
	return call, attempts
}

func value(span tracetest.SpanStub, key attribute.Key) any {
	for _, a := range span.Attributes {
		if a.Key == key {
			return a.Value.AsInterface()
		}
	}
	return nil
}

// numbers returns "name{labels} value", with the number of measurements of a
// histogram as its value.
func (l *lab) numbers(t *testing.T) (lines []string) {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, l.reader.Collect(t.Context(), &all))
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch values := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, v := range values.DataPoints {
					lines = append(lines, fmt.Sprintf("%s{%s} %d", m.Name, v.Attributes.Encoded(attribute.DefaultEncoder()), v.Value))
				}
			case metricdata.Histogram[float64]:
				for _, v := range values.DataPoints {
					lines = append(lines, fmt.Sprintf("%s{%s} %d", m.Name, v.Attributes.Encoded(attribute.DefaultEncoder()), v.Count))
				}
			case metricdata.Histogram[int64]:
				for _, v := range values.DataPoints {
					lines = append(lines, fmt.Sprintf("%s{%s} %d", m.Name, v.Attributes.Encoded(attribute.DefaultEncoder()), v.Count))
				}
			default:
				t.Fatalf("%s is a %T", m.Name, m.Data)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func TestRetriedCallIsOneSpanWithAChildForEachAttempt(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.api.Fail(spideriqtest.HTMLPage(503))
	require.NoError(t, l.update(t.Context(), 42))

	call, attempts := l.recorded(t)
	assert.Equal(t, "Integrations.Update", call.Name)
	assert.Equal(t, codes.Unset, call.Status.Code)
	assert.Equal(t, "ok", value(call, "outcome"))
	assert.EqualValues(t, 2, value(call, "attempts"))
	require.Len(t, attempts, 2)
	for i, status := range []int64{503, 200} {
		assert.Equal(t, "PATCH /api/v1/integrations/{id}", attempts[i].Name)
		assert.Equal(t, status, value(attempts[i], "http.response.status_code"))
	}
	assert.Equal(t, codes.Error, attempts[0].Status.Code)
	assert.Equal(t, codes.Unset, attempts[1].Status.Code)
}

func TestFailedCallHasAnErrorStatusAndAnOutcome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id       int64
		faults   []spideriqtest.Fault
		outcome  string
		attempts int
	}{
		"refused":           {id: 7, outcome: "404", attempts: 1},
		"down":              {id: 42, faults: slices.Repeat([]spideriqtest.Fault{spideriqtest.HTMLPage(502)}, 3), outcome: "502", attempts: 3},
		"no answer":         {id: 42, faults: slices.Repeat([]spideriqtest.Fault{spideriqtest.Cut()}, 3), outcome: "no_answer", attempts: 3},
		"half an answer":    {id: 42, faults: slices.Repeat([]spideriqtest.Fault{spideriqtest.CutBody()}, 3), outcome: "no_answer", attempts: 3},
		"no sense":          {id: 42, faults: []spideriqtest.Fault{spideriqtest.Status(200, `{}`)}, outcome: "invalid_response", attempts: 1},
		"wrong argument":    {id: 0, outcome: "not_sent", attempts: 0},
		"rate limit, final": {id: 42, faults: []spideriqtest.Fault{spideriqtest.RateLimited(0)}, outcome: "429", attempts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.api.Fail(c.faults...)
			err := l.update(t.Context(), c.id)
			require.Error(t, err)

			call, attempts := l.recorded(t)
			assert.Equal(t, codes.Error, call.Status.Code)
			assert.Equal(t, err.Error(), call.Status.Description)
			assert.Equal(t, c.outcome, value(call, "outcome"))
			assert.EqualValues(t, c.attempts, value(call, "attempts"))
			assert.Len(t, attempts, c.attempts)
			for _, a := range attempts {
				if c.outcome != "invalid_response" { // which is a 200 to otelhttp
					assert.Equal(t, codes.Error, a.Status.Code)
				}
			}
			numbers := l.numbers(t)
			labels := "{call=Integrations.Update,outcome=" + c.outcome + "} "
			assert.Contains(t, numbers, "spideriq.calls"+labels+"1")
			assert.Contains(t, numbers, fmt.Sprintf("spideriq.attempts%s%d", labels, c.attempts))
			assert.Contains(t, numbers, "spideriq.call.duration"+labels+"1")
		})
	}
}

func TestCanceledCallsAreNoFailuresOfTheAPI(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, l.update(ctx, 42))
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	require.Error(t, l.update(late, 42))
	numbers := l.numbers(t)
	assert.Contains(t, numbers, "spideriq.calls{call=Integrations.Update,outcome=canceled} 1")
	assert.Contains(t, numbers, "spideriq.calls{call=Integrations.Update,outcome=deadline} 1")
}

func TestMetricsCountCallsAttemptsAndDurationsByOutcome(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.api.Fail(spideriqtest.HTMLPage(503), spideriqtest.HTMLPage(503))
	require.NoError(t, l.update(t.Context(), 42))
	require.NoError(t, l.update(t.Context(), 42))
	require.Error(t, l.update(t.Context(), 7))

	var own, http []string
	for _, line := range l.numbers(t) {
		if strings.HasPrefix(line, "spideriq.") {
			own = append(own, line)
		} else {
			http = append(http, line)
		}
	}
	assert.Equal(t, []string{
		"spideriq.attempts{call=Integrations.Update,outcome=404} 1",
		"spideriq.attempts{call=Integrations.Update,outcome=ok} 4",
		"spideriq.call.duration{call=Integrations.Update,outcome=404} 1",
		"spideriq.call.duration{call=Integrations.Update,outcome=ok} 2",
		"spideriq.calls{call=Integrations.Update,outcome=404} 1",
		"spideriq.calls{call=Integrations.Update,outcome=ok} 2",
	}, own)
	// otelhttp measures the attempts, by status.
	for status, count := range map[int]int{200: 2, 404: 1, 503: 2} {
		assert.True(t, slices.ContainsFunc(http, func(line string) bool {
			return strings.HasPrefix(line, "http.client.request.duration{") && strings.Contains(line, "http.request.method=PATCH") &&
				strings.Contains(line, fmt.Sprintf("status_code=%d", status)) && strings.HasSuffix(line, fmt.Sprintf("} %d", count))
		}), "%d: %q", status, http)
	}
}

// Nothing that leaves through telemetry has the token, a part of it, or the query
// of a request, also when the API repeats the token in an error.
func TestTelemetryHoldsNeitherTokenNorQuery(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.api.Fail(spideriqtest.Status(400, `{"success": false, "error": "no client `+l.api.Token+` here"}`))
	require.Error(t, l.update(t.Context(), 42))
	l.api.Fail(spideriqtest.Cut(), spideriqtest.Cut())
	require.NoError(t, l.call(t.Context(), "Integrations.List", func(ctx context.Context, info spideriq.RequestOption) error {
		_, err := l.client.Integrations.List(ctx, spideriq.ListParams{ProviderName: spideriq.ProviderMistral, Limit: 77}, info)
		return err
	}))
	sent := l.api.Requests()
	require.Equal(t, "mistral", sent[len(sent)-1].Query.Get("provider_name"), "the API still gets the query")
	require.Equal(t, "77", sent[1].Query.Get("limit"))

	secrets := append([]string{"mistral", "limit=", "?", "Bearer"}, strings.Split(l.api.Token, ":")...)
	check := func(text string) {
		for _, secret := range secrets {
			assert.NotContains(t, text, secret)
		}
	}
	spans := l.spans.GetSpans()
	assert.GreaterOrEqual(t, len(spans), 5)
	for _, span := range spans {
		check(span.Name)
		check(span.Status.Description)
		attributes := slices.Concat(span.Attributes, span.Resource.Attributes())
		for _, event := range span.Events {
			check(event.Name)
			attributes = append(attributes, event.Attributes...)
		}
		for _, a := range attributes {
			check(string(a.Key) + "=" + a.Value.String())
		}
		assert.NotContains(t, span.Name, "42")
	}
	for _, line := range l.numbers(t) {
		check(line)
		assert.NotContains(t, line, "/42")
	}
}

func TestTraceAndBaggageStayHere(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	member, err := baggage.NewMember("customer", "internal")
	require.NoError(t, err)
	bag, err := baggage.New(member)
	require.NoError(t, err)
	require.NoError(t, l.update(baggage.ContextWithBaggage(t.Context(), bag), 42))
	for _, key := range []string{"Traceparent", "Tracestate", "Baggage"} {
		assert.Empty(t, l.api.Requests()[0].Header.Get(key))
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/api/v1/integrations/42":     "/api/v1/integrations/{id}",
		"/api/v1/integrations":        "/api/v1/integrations",
		"/api/v1/integrations/health": "/api/v1/integrations/health",
		"/v2/brands/7/keys/8":         "/v2/brands/{id}/keys/{id}",
		"":                            "",
	} {
		assert.Equal(t, want, template(path))
	}
}

func TestOutcomeOfAnErrorOfAnotherKind(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "not_sent", outcome(errors.New("id: must be at least 1")))
	assert.Equal(t, "404", outcome(fmt.Errorf("wrapped: %w", &spideriq.NotFoundError{APIError: &spideriq.APIError{StatusCode: 404}})))
}
