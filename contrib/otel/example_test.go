package spideriqotel_test

import (
	"context"
	"fmt"
	"log"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/spideriq/spideriq-go"
	spideriqotel "github.com/spideriq/spideriq-go/contrib/otel"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// The API fails once, so the call takes two attempts. A real program sets the global
// providers of OpenTelemetry and calls New without options.
func Example() {
	api := spideriqtest.NewServer()
	defer api.Close()
	api.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderGroq})
	api.Fail(spideriqtest.Status(503, ""))

	spans := tracetest.NewInMemoryExporter()
	telemetry, err := spideriqotel.New(
		spideriqotel.WithTracerProvider(trace.NewTracerProvider(trace.WithSyncer(spans))))
	if err != nil {
		log.Fatal(err)
	}
	hc := telemetry.HTTPClient()
	defer hc.CloseIdleConnections()
	client := api.Client(spideriq.WithHTTPClient(hc)) // NewClientFromEnv in production
	integrations := telemetry.Integrations(client.Integrations)

	params := spideriq.UpdateParams{DailyLimit: new(20000)}
	if _, err := integrations.Update(context.Background(), 42, params); err != nil {
		log.Fatal(err)
	}
	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name, span.Status.Code)
	}
	// Output:
	// PATCH /api/v1/integrations/{id} Error
	// PATCH /api/v1/integrations/{id} Unset
	// Integrations.Update Unset
}

// Start observes a call that has no method of its own.
func ExampleTelemetry_Start() {
	api := spideriqtest.NewServer()
	defer api.Close()
	telemetry, err := spideriqotel.New()
	if err != nil {
		log.Fatal(err)
	}
	hc := telemetry.HTTPClient()
	defer hc.CloseIdleConnections()
	client := api.Client(spideriq.WithHTTPClient(hc))

	var report struct {
		Summary spideriq.HealthSummary `json:"summary"`
	}
	ctx, end := telemetry.Start(context.Background(), "Health.Summary")
	err = client.Do(ctx, "GET", "/integrations/health", nil, &report)
	end(err)
	fmt.Println(report.Summary.Total, err)
	// Output: 0 <nil>
}
