package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestListFilters(t *testing.T) {
	t.Parallel()
	p := start(t, startAPI(t,
		spideriq.Integration{ID: 1, ProviderName: "groq", IsActive: true},
		spideriq.Integration{ID: 2, ProviderName: "groq", ConsecutiveFailures: new(3)},
		spideriq.Integration{ID: 3, ProviderName: "cohere", IsActive: true, ConsecutiveFailures: new(3)},
	))
	for arguments, want := range map[string][]int64{
		`{}`:                           {1, 2, 3},
		`{"provider_name": "groq"}`:    {1, 2},
		`{"provider_name": "none"}`:    {},
		`{"is_active": false}`:         {2},
		`{"is_active": true}`:          {1, 3},
		`{"health_status": "x"}`:       {},
		`{"health_status": "healthy"}`: {1},
		`{"health_status": "unhealthy", "is_active": true}`: {3},
	} {
		var result listResult
		p.ok("list_integrations", arguments, &result)
		ids := []int64{}
		for _, row := range result.Integrations {
			ids = append(ids, row.ID)
		}
		assert.Equal(t, want, ids, arguments)
		assert.Equal(t, len(want), result.Matching, arguments)
		assert.Zero(t, result.NextOffset, arguments)
	}
}

// many returns n integrations, of which every second is of groq.
func many(n int) []spideriq.Integration {
	var integrations []spideriq.Integration
	for i := range n {
		provider := "openrouter"
		if i%2 == 0 {
			provider = "groq"
		}
		integrations = append(integrations, spideriq.Integration{
			ID: int64(i + 1), ProviderName: provider, KeyLabel: fmt.Sprint("key ", i),
		})
	}
	return integrations
}

func TestListPages(t *testing.T) {
	t.Parallel()
	api := startAPI(t, many(230)...)
	p := start(t, api)
	seen := make(map[int64]bool)
	offset, pages := 0, 0
	for pages < 10 {
		var result listResult
		p.ok("list_integrations", fmt.Sprintf(`{"provider_name": "groq", "offset": %d}`, offset), &result)
		assert.Equal(t, 115, result.Matching)
		for _, row := range result.Integrations {
			seen[row.ID] = true
		}
		pages++
		if offset = result.NextOffset; offset == 0 {
			break
		}
	}
	assert.Equal(t, 3, pages, "50 rows a page")
	assert.Len(t, seen, 115)

	var result listResult
	p.ok("list_integrations", `{"limit": 100, "offset": 200}`, &result)
	assert.Len(t, result.Integrations, 30)
	p.ok("list_integrations", `{"limit": 2, "offset": 1000}`, &result)
	assert.Empty(t, result.Integrations)
	assert.Zero(t, result.NextOffset)
	for _, arguments := range []string{`{"limit": 101}`, `{"limit": -1}`, `{"offset": -1}`} {
		assert.Contains(t, p.fails("list_integrations", arguments), "limit must be from 1 to 100")
	}
}

func TestGetFindsAnIntegrationOnAnyPageOfTheAPI(t *testing.T) {
	t.Parallel()
	api := startAPI(t, many(230)...)
	p := start(t, api)
	var result getResult
	p.ok("get_integration", `{"id": 225}`, &result)
	assert.Equal(t, int64(225), result.Integration.ID)
	assert.Equal(t, "key 224", result.Integration.KeyLabel)
	assert.WithinDuration(t, time.Now(), result.ListedAt, time.Minute)
}

func TestGetOfAnUnknownID(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	api.AddForeign(full(43))
	p := start(t, api)
	for _, id := range []int{43, 44} {
		assert.Equal(t, fmt.Sprintf("there is no such integration in this account: none has the id %d\n"+
			"Retry: no. list_integrations shows the integrations that there are.", id),
			p.fails("get_integration", fmt.Sprintf(`{"id": %d}`, id)))
	}
}

func TestAListingIsSharedForSomeSeconds(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42), full(43))
	p := start(t, api, "-allow-writes", "-max-age", "1h")
	var got getResult
	for range 5 {
		p.ok("get_integration", `{"id": 42}`, &got)
		p.ok("list_integrations", `{}`, new(listResult))
	}
	assert.Equal(t, 1, listings(api), "ten calls, one listing")

	var changed changeResult
	p.ok("update_integration", `{"id": 42, "daily_limit": 777}`, &changed)
	assert.Equal(t, 1, listings(api), "the state before is from the same listing")
	p.ok("get_integration", `{"id": 42}`, &got)
	assert.Equal(t, 777, *got.Integration.DailyLimit, "a change makes the listing old")
	assert.Equal(t, 2, listings(api))
	p.ok("sync_billing", `{}`, new(spideriq.BillingSync))
	p.ok("get_integration", `{"id": 42}`, &got)
	assert.Equal(t, 3, listings(api), "and so does a billing sync")
}

func TestAListingIsNotSharedForLongerThanAllowed(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	p := start(t, api, "-max-age", "0s")
	for range 3 {
		p.ok("get_integration", `{"id": 42}`, new(getResult))
	}
	assert.Equal(t, 3, listings(api))
}

// listings counts the requests for the first page of a list.
func listings(api *spideriqtest.Server) int {
	n := 0
	for _, request := range requests(api, http.MethodGet) {
		if request.Path == "/api/v1/integrations" && request.Query.Get("offset") == "" {
			n++
		}
	}
	return n
}

func TestHealth(t *testing.T) {
	t.Parallel()
	api := startAPI(t, spideriq.Integration{ID: 1, ProviderName: "groq"},
		spideriq.Integration{ID: 2, ProviderName: "groq", ConsecutiveFailures: new(3)})
	p := start(t, api)
	var report spideriq.HealthReport
	p.ok("integration_health", `{}`, &report)
	assert.Len(t, report.Integrations, 2)
	assert.Equal(t, 1, report.Summary.Unhealthy)
	p.ok("integration_health", `{"only_problems": true}`, &report)
	require.Len(t, report.Integrations, 1)
	assert.Equal(t, int64(2), report.Integrations[0].ID)
	assert.Equal(t, 2, report.Summary.Total)
}
