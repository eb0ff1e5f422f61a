package acceptance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

func TestHealthIsTheDocumentedCall(t *testing.T) {
	t.Parallel()
	want := documentedRequest{"GET", "/integrations/health", ""}
	got := callDocumented(t, "health-200", want, func(s *spideriq.IntegrationsService) (*spideriq.HealthReport, error) {
		return s.Health(t.Context())
	})
	used := documentedTime
	assert.Equal(t, &spideriq.HealthReport{
		Summary: spideriq.HealthSummary{Total: 5, Healthy: 3, Degraded: 1, Unhealthy: 1},
		Integrations: []spideriq.IntegrationHealth{
			{
				ID:                  7,
				ProviderName:        "groq",
				KeyLabel:            "x",
				HealthStatus:        spideriq.HealthStatusUnhealthy,
				ConsecutiveFailures: 4,
				LastUsedAt:          &used,
				LastError:           new("429"),
			},
			{ID: 8},
		},
		Recommendations: []spideriq.Recommendation{
			{IntegrationID: 7, ProviderName: "groq", Issue: "failing", Action: "replace it"},
		},
	}, got)
}
