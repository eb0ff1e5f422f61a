package spideriqtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// decoded reads a body into T.
func decoded[T any](t *testing.T, got reply) T {
	t.Helper()
	var into T
	require.NoError(t, json.Unmarshal([]byte(got.body), &into), got.body)
	return into
}

func TestListRow(t *testing.T) {
	t.Parallel()
	server := start(t)
	server.Add(full(7))
	got := send(t, server, "GET", "/integrations", "")
	assert.Equal(t, 200, got.status)
	assert.Equal(t, `{"success":true,"integrations":[{`+
		`"id":7,"provider_name":"groq","provider_label":"Groq","key_label":"Night & day",`+
		`"is_active":true,"is_primary":true,"priority":10,`+
		`"daily_limit":1,"daily_count":2,"minute_limit":3,"minute_count":4,"health_status":"degraded",`+
		`"spend_limit_amount":5.50,"spend_limit_period":"monthly","spend_limit_action":"block",`+
		`"updated_at":"2026-01-02T03:04:05Z",`+
		`"consecutive_failures":1,"last_used_at":"2026-01-02T04:04:05Z","spend_limit_exceeded":true,`+
		`"cached_balance":6.0,"cached_usage_today":7,"cached_usage_month":8.125,"cached_currency":"USD",`+
		`"billing_synced_at":"2026-01-02T05:04:05Z","key_preview":{"api_key":"gsk_...abc"},`+
		`"created_at":"2026-01-02T02:04:05Z"}]}`, got.body)
}

// A row has all fields also when there is nothing to say.
func TestListRowOfAnEmptyIntegration(t *testing.T) {
	t.Parallel()
	server := start(t)
	server.Add(spideriq.Integration{})
	got := send(t, server, "GET", "/integrations", "")
	rows := decoded[struct{ Integrations []map[string]any }](t, got).Integrations
	require.Len(t, rows, 1)
	assert.Len(t, rows[0], 26)
	var nulls []string
	for _, field := range slices.Sorted(maps.Keys(rows[0])) {
		if rows[0][field] == nil {
			nulls = append(nulls, field)
		}
	}
	assert.Equal(t, []string{
		"billing_synced_at", "cached_balance", "cached_usage_month", "cached_usage_today",
		"daily_limit", "last_used_at", "minute_limit", "spend_limit_action", "spend_limit_amount", "spend_limit_period",
	}, nulls)
}

func TestListOfNone(t *testing.T) {
	t.Parallel()
	server := start(t)
	got := send(t, server, "GET", "/integrations", "")
	assert.Equal(t, `{"success":true,"integrations":[]}`, got.body)
}

func TestListFiltersAndPages(t *testing.T) {
	t.Parallel()
	server := start(t)
	for id := int64(1); id <= 120; id++ {
		server.Add(spideriq.Integration{ID: id, ProviderName: "groq", IsActive: true})
	}
	server.Add(spideriq.Integration{ID: 121, ProviderName: "mistral", ConsecutiveFailures: new(2)})
	server.Add(spideriq.Integration{ID: 122, ProviderName: "mistral", ConsecutiveFailures: new(3), IsActive: true})
	server.AddForeign(spideriq.Integration{ID: 123, ProviderName: "mistral"})
	for query, want := range map[string][]int64{
		"":                                     between(1, 50),
		"limit=100":                            between(1, 100),
		"limit=3":                              between(1, 3),
		"offset=100":                           between(101, 122),
		"limit=2&offset=4":                     {5, 6},
		"offset=122":                           {},
		"offset=1000":                          {},
		"limit=100&offset=9223372036854775807": {},
		"provider_name=mistral":                {121, 122},
		"provider_name=mistral&is_active=true": {122},
		"is_active=false":                      {121},
		"health_status=degraded":               {121},
		"health_status=unhealthy":              {122},
		"health_status=healthy&limit=2&offset=98": {99, 100},
		"provider_name=nobody":                    {},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			_, err := url.ParseQuery(query)
			require.NoError(t, err)
			got := send(t, server, "GET", "/integrations?"+query, "")
			require.Equal(t, 200, got.status)
			assert.Equal(t, want, ids(t, got))
		})
	}
}

func between(first, last int64) []int64 {
	var ids []int64
	for id := first; id <= last; id++ {
		ids = append(ids, id)
	}
	return ids
}

func ids(t *testing.T, got reply) []int64 {
	t.Helper()
	ids := []int64{}
	for _, row := range decoded[struct{ Integrations []struct{ ID int64 } }](t, got).Integrations {
		ids = append(ids, row.ID)
	}
	return ids
}

func TestDelete(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	got := send(t, server, "DELETE", "/integrations/42", "")
	assert.Equal(t, 200, got.status)
	assert.Equal(t, `{"success":true,"message":"Integration deleted successfully","deleted_id":42}`, got.body)
	assert.Equal(t, 404, send(t, server, "DELETE", "/integrations/42", "").status)
	assert.Equal(t, 404, send(t, server, "PATCH", "/integrations/42", `{"is_active": true}`).status)
	_, there := server.Get(42)
	assert.False(t, there)
	assert.Empty(t, ids(t, send(t, server, "GET", "/integrations", "")))
	assert.Equal(t, int64(43), server.Add(spideriq.Integration{}).ID, "an id is not used again")
}

// List, health and billing leave out another brand's integrations.
func TestForeignIsInvisible(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	foreign := full(99)
	foreign.ConsecutiveFailures, foreign.HealthStatus = new(3), spideriq.HealthStatusUnhealthy
	foreign = server.AddForeign(foreign)
	for _, c := range [][2]string{
		{"GET", "/integrations"},
		{"GET", "/integrations/health"},
		{"POST", "/integrations/sync-billing"},
	} {
		got := send(t, server, c[0], c[1], "")
		require.Equal(t, 200, got.status)
		assert.NotContains(t, got.body, "99", fmt.Sprint(c))
		assert.Contains(t, got.body, "42")
	}
	after, _ := server.Get(99)
	assert.Equal(t, foreign, after)
}
