package spideriqotel_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	spideriqotel "github.com/spideriq/spideriq-go/contrib/otel"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestMain(m *testing.M) {
	// Many programs set this. The API must not notice.
	all := propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
	otel.SetTextMapPropagator(all)
	goleak.VerifyTestMain(m)
}

// A lab is a fake API, a client with telemetry, and what that has recorded.
type lab struct {
	api          *spideriqtest.Server
	telemetry    *spideriqotel.Telemetry
	client       *spideriq.Client
	integrations *spideriqotel.Integrations
	spans        *tracetest.InMemoryExporter
	reader       *metric.ManualReader
}

// newLab returns a lab whose API knows integration 42.
func newLab(t *testing.T) *lab {
	t.Helper()
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	return newLabOn(t, newAPI(t), base)
}

func newAPI(t *testing.T) *spideriqtest.Server {
	t.Helper()
	api := spideriqtest.NewServer()
	t.Cleanup(api.Close)
	api.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderMistral, IsActive: true})
	return api
}

func newLabOn(t *testing.T, api *spideriqtest.Server, base http.RoundTripper) *lab {
	t.Helper()
	l := &lab{api: api, spans: tracetest.NewInMemoryExporter(), reader: metric.NewManualReader()}
	var err error
	l.telemetry, err = spideriqotel.New(
		spideriqotel.WithTracerProvider(trace.NewTracerProvider(trace.WithSyncer(l.spans))),
		spideriqotel.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(l.reader))),
		spideriqotel.WithTransport(base),
	)
	require.NoError(t, err)
	l.client = api.Client(spideriq.WithHTTPClient(l.telemetry.HTTPClient()))
	l.integrations = l.telemetry.Integrations(l.client.Integrations)
	return l
}

// limit is an update that differs from what the API has.
var limit = spideriq.UpdateParams{DailyLimit: new(20000)}

// recorded returns the span of the one call, and the spans of its attempts in order.
func (l *lab) recorded(t *testing.T) (call tracetest.SpanStub, attempts tracetest.SpanStubs) {
	t.Helper()
	all := l.spans.GetSpans()
	require.NotEmpty(t, all)
	call, attempts = all[len(all)-1], all[:len(all)-1]
	require.False(t, call.Parent.IsValid())
	for _, a := range attempts {
		assert.Equal(t, call.SpanContext.SpanID(), a.Parent.SpanID())
		assert.Equal(t, call.SpanContext.TraceID(), a.SpanContext.TraceID())
		assert.False(t, a.StartTime.Before(call.StartTime))
		assert.False(t, a.EndTime.After(call.EndTime))
	}
	return call, attempts
}

// value returns the attribute of a span, or nil.
func value(span tracetest.SpanStub, key attribute.Key) any {
	for _, a := range span.Attributes {
		if a.Key == key {
			return a.Value.AsInterface()
		}
	}
	return nil
}

// metrics returns a line "name{labels} value" for each number. The value of a histogram
// is its count.
func (l *lab) metrics(t *testing.T) []string {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, l.reader.Collect(t.Context(), &all))
	var lines []string
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			lines = append(lines, numbers(t, m)...)
		}
	}
	slices.Sort(lines)
	return lines
}

func numbers(t *testing.T, m metricdata.Metrics) []string {
	t.Helper()
	var lines []string
	line := func(labels attribute.Set, value any) {
		lines = append(lines, fmt.Sprintf("%s{%s} %v", m.Name, labels.Encoded(attribute.DefaultEncoder()), value))
	}
	switch values := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, v := range values.DataPoints {
			line(v.Attributes, v.Value)
		}
	case metricdata.Sum[float64]:
		for _, v := range values.DataPoints {
			line(v.Attributes, v.Value)
		}
	case metricdata.Histogram[float64]:
		for _, v := range values.DataPoints {
			line(v.Attributes, v.Count)
		}
	case metricdata.Histogram[int64]:
		for _, v := range values.DataPoints {
			line(v.Attributes, v.Count)
		}
	default:
		require.Failf(t, "unknown kind", "%s is a %T", m.Name, m.Data)
	}
	return lines
}
