package spideriqotel_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/spideriq/spideriq-go"
	spideriqotel "github.com/spideriq/spideriq-go/contrib/otel"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// texts returns every text of a span.
func texts(span tracetest.SpanStub) []string {
	found := []string{span.Name, span.Status.Description}
	attributes := slices.Concat(span.Attributes, span.Resource.Attributes())
	for _, event := range span.Events {
		found = append(found, event.Name)
		attributes = append(attributes, event.Attributes...)
	}
	for _, a := range attributes {
		found = append(found, string(a.Key)+"="+a.Value.String())
	}
	return found
}

// The API repeats the token in an error here.
func TestTelemetryHoldsNeitherTokenNorQuery(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.api.Fail(spideriqtest.Status(400, `{"success": false, "error": "no client `+l.api.Token+` here"}`))
	_, err := l.integrations.Update(t.Context(), 42, limit)
	require.Error(t, err)
	l.api.Fail(spideriqtest.Cut(), spideriqtest.Cut())
	mistral := spideriq.ListParams{ProviderName: spideriq.ProviderMistral, Limit: 77}
	_, err = l.integrations.List(t.Context(), mistral)
	require.NoError(t, err)
	for _, sent := range l.api.Requests()[1:] {
		assert.Equal(t, "mistral", sent.Query.Get("provider_name"), "the API still gets the query")
		assert.Equal(t, "77", sent.Query.Get("limit"))
	}

	found := l.metrics(t)
	for _, line := range found {
		assert.NotContains(t, line, "/42")
	}
	spans := l.spans.GetSpans()
	assert.GreaterOrEqual(t, len(spans), 5)
	for _, span := range spans {
		assert.NotContains(t, span.Name, "42")
		found = append(found, texts(span)...)
	}
	secrets := append(strings.Split(l.api.Token, ":"), "mistral", "limit=", "?", "Bearer")
	for _, text := range found {
		for _, secret := range secrets {
			assert.NotContains(t, text, secret)
		}
	}
}

func TestTraceAndBaggageAreNotSent(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	member, err := baggage.NewMember("customer", "internal")
	require.NoError(t, err)
	bag, err := baggage.New(member)
	require.NoError(t, err)
	_, err = l.integrations.Update(baggage.ContextWithBaggage(t.Context(), bag), 42, limit)
	require.NoError(t, err)
	for _, key := range []string{"Traceparent", "Tracestate", "Baggage"} {
		assert.Empty(t, l.api.Requests()[0].Header.Get(key))
	}
}

func TestNamesOfAttemptsHaveNoID(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/integrations/42":     "GET /api/v1/integrations/{id}",
		"/integrations":        "GET /api/v1/integrations",
		"/integrations/health": "GET /api/v1/integrations/health",
		"/brands/7/keys/8":     "GET /api/v1/brands/{id}/keys/{id}",
	} {
		l := newLab(t)
		_ = l.client.Do(t.Context(), http.MethodGet, path, nil, nil) // the fake knows two of them
		assert.Equal(t, want, l.spans.GetSpans()[0].Name)
	}
}

func TestDefaultTransportReachesTheAPIAndIsClosedByItsClient(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	telemetry, err := spideriqotel.New(nil, spideriqotel.WithTransport(nil),
		spideriqotel.WithTracerProvider(nil), spideriqotel.WithMeterProvider(nil))
	require.NoError(t, err)
	hc := telemetry.HTTPClient()
	client := api.Client(spideriq.WithHTTPClient(hc))
	_, err = telemetry.Integrations(client.Integrations).Update(t.Context(), 42, limit)
	require.NoError(t, err)
	hc.CloseIdleConnections() // TestMain finds a connection that is left
}
