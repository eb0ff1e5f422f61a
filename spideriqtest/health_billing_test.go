package spideriqtest_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	const failed = `"The provider refused the key"`
	assert.JSONEq(t, `{"success": true, "summary": {"total": 4, "healthy": 1, "degraded": 1, "unhealthy": 1}, "integrations": [
		{"id": 1, "provider_name": "groq", "key_label": "Night", "health_status": "healthy", "consecutive_failures": 0, "last_used_at": "2026-02-26T14:30:00Z", "last_error": null},
		{"id": 2, "provider_name": "groq", "key_label": "", "health_status": "degraded", "consecutive_failures": 1, "last_used_at": null, "last_error": `+failed+`},
		{"id": 3, "provider_name": "mistral", "key_label": "", "health_status": "unhealthy", "consecutive_failures": 3, "last_used_at": null, "last_error": `+failed+`},
		{"id": 4, "provider_name": "ai21", "key_label": "", "health_status": "paused", "consecutive_failures": 0, "last_used_at": null, "last_error": null}
	], "recommendations": [
		{"integration_id": 3, "provider_name": "mistral", "issue": "3 consecutive failures", "action": "Check the key at the provider, or replace it"}
	]}`, got.body)
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
	assert.JSONEq(t, `{"success": true, "summary": {"total": 0, "healthy": 0, "degraded": 0, "unhealthy": 0}, "integrations": [], "recommendations": []}`, got.body)
}

var syncedAt = regexp.MustCompile(`"synced_at":"[^"]+"`)

func TestSyncBilling(t *testing.T) {
	t.Parallel()
	server := start(t)
	server.Add(spideriq.Integration{
		ID: 1, ProviderName: "openrouter", CachedBalance: new(spideriq.Amount("0.10")),
		CachedUsageToday: new(spideriq.Amount("1")), CachedUsageMonth: new(spideriq.Amount("20.005")),
	})
	server.Add(spideriq.Integration{ID: 2, ProviderName: "together", CachedBalance: new(spideriq.Amount("0.2")), SpendLimitExceeded: new(true)})
	server.Add(spideriq.Integration{ID: 3, ProviderName: "groq"})

	one := send(t, server, "POST", "/integrations/sync-billing?provider_name=together", "")
	assert.Equal(t, 200, one.status)
	assert.Equal(t, `{"success":true,"synced":1,"failed":0,"results":[`+
		`{"id":2,"provider_name":"together","status":"success","balance":0.2,"usage_today":null,"usage_month":null,*,"note":null,"error":null}],`+
		`"total_balance":0.20,"total_usage_month":0.00}`, syncedAt.ReplaceAllLiteralString(one.body, "*"))
	untouched, _ := server.Get(1)
	assert.Nil(t, untouched.BillingSyncedAt, "another provider's key is not synced")

	all := send(t, server, "POST", "/integrations/sync-billing", "")
	assert.Equal(t, `{"success":true,"synced":3,"failed":0,"results":[`+
		`{"id":1,"provider_name":"openrouter","status":"success","balance":0.10,"usage_today":1,"usage_month":20.005,*,"note":null,"error":null},`+
		`{"id":2,"provider_name":"together","status":"success","balance":0.2,"usage_today":null,"usage_month":null,*,"note":null,"error":null},`+
		`{"id":3,"provider_name":"groq","status":"success","balance":null,"usage_today":null,"usage_month":null,*,"note":"The provider has no billing API","error":null}],`+
		`"total_balance":0.30,"total_usage_month":20.005}`, syncedAt.ReplaceAllLiteralString(all.body, "*"))
	for id := int64(1); id <= 3; id++ {
		i, _ := server.Get(id)
		require.NotNil(t, i.BillingSyncedAt)
		assert.Contains(t, all.body, `"synced_at":"`+i.BillingSyncedAt.Format(time.RFC3339)+`"`)
	}
	limited, _ := server.Get(2)
	assert.True(t, *limited.SpendLimitExceeded, "what a sync makes of a spend limit is not documented")
}

// Sums are exact where a float64 is not.
func TestSyncBillingSums(t *testing.T) {
	t.Parallel()
	server := start(t)
	for range 10 {
		server.Add(spideriq.Integration{CachedBalance: new(spideriq.Amount("0.1")), CachedUsageMonth: new(spideriq.Amount("9007199254740993.000000001"))})
	}
	server.Add(spideriq.Integration{CachedBalance: new(spideriq.Amount("-2.5e1")), CachedUsageMonth: new(spideriq.Amount("1e-3"))})
	got := send(t, server, "POST", "/integrations/sync-billing", "")
	assert.Contains(t, got.body, `"total_balance":-24.00,"total_usage_month":90071992547409930.00100001}`)
}

func TestSyncBillingTakesNoBody(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	got := send(t, server, "POST", "/integrations/sync-billing", "{}")
	assert.Equal(t, 501, got.status)
	assert.True(t, strings.Contains(got.body, "not documented"))
	i, _ := server.Get(42)
	assert.Nil(t, i.BillingSyncedAt)
}
