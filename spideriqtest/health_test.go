package spideriqtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	server := start(t)
	used := time.Date(2026, 2, 26, 15, 30, 0, 0, time.FixedZone("", 3600))
	server.Add(spideriq.Integration{ID: 1, ProviderName: "groq", KeyLabel: "Night", LastUsedAt: &used})
	server.Add(spideriq.Integration{ID: 2, ProviderName: "groq", ConsecutiveFailures: new(1)})
	server.Add(spideriq.Integration{ID: 3, ProviderName: "mistral", ConsecutiveFailures: new(3)})
	server.Add(spideriq.Integration{ID: 4, ProviderName: "ai21", HealthStatus: "paused"})
	got := send(t, server, "GET", "/integrations/health", "")
	assert.Equal(t, 200, got.status)
	assert.JSONEq(t, `{
		"success": true,
		"summary": {"total": 4, "healthy": 1, "degraded": 1, "unhealthy": 1},
		"integrations": [
			{"id": 1, "provider_name": "groq", "key_label": "Night", "health_status": "healthy",
			 "consecutive_failures": 0, "last_used_at": "2026-02-26T14:30:00Z", "last_error": null},
			{"id": 2, "provider_name": "groq", "key_label": "", "health_status": "degraded",
			 "consecutive_failures": 1, "last_used_at": null, "last_error": "The provider refused the key"},
			{"id": 3, "provider_name": "mistral", "key_label": "", "health_status": "unhealthy",
			 "consecutive_failures": 3, "last_used_at": null, "last_error": "The provider refused the key"},
			{"id": 4, "provider_name": "ai21", "key_label": "", "health_status": "paused",
			 "consecutive_failures": 0, "last_used_at": null, "last_error": null}
		],
		"recommendations": [
			{"integration_id": 3, "provider_name": "mistral", "issue": "3 consecutive failures",
			 "action": "Check the key at the provider, or replace it"}
		]
	}`, got.body)
}

// encoding/json does not write times beyond the year 9999.
func TestTimesOfAnyYearAreWritten(t *testing.T) {
	t.Parallel()
	server := start(t)
	far := time.Date(12026, 2, 26, 15, 30, 0, 0, time.UTC)
	server.Add(spideriq.Integration{LastUsedAt: &far, UpdatedAt: far})
	for _, path := range []string{"/integrations", "/integrations/health"} {
		got := send(t, server, "GET", path, "")
		assert.Equal(t, 200, got.status)
		assert.Contains(t, got.body, `"last_used_at":"12026-02-26T15:30:00Z"`)
	}
}

func TestHealthOfNone(t *testing.T) {
	t.Parallel()
	server := start(t)
	got := send(t, server, "GET", "/integrations/health", "")
	assert.JSONEq(t, `{
		"success": true,
		"summary": {"total": 0, "healthy": 0, "degraded": 0, "unhealthy": 0},
		"integrations": [],
		"recommendations": []
	}`, got.body)
}
