package provider_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func ids(t *testing.T, state values) []string {
	t.Helper()
	found := []string{}
	for _, row := range state["integrations"].([]any) {
		found = append(found, row.(values)["id"].(string))
	}
	return found
}

func TestIntegrationsAreFiltered(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	fake.Add(spideriq.Integration{ID: 3, ProviderName: "groq", IsActive: true})
	fake.Add(spideriq.Integration{ID: 1, ProviderName: "groq", ConsecutiveFailures: new(3)})
	fake.Add(spideriq.Integration{ID: 2, ProviderName: "mistral", IsActive: true, ConsecutiveFailures: new(1)})
	c := newCore(t, fake)

	for name, test := range map[string]struct {
		config values
		ids    []string
	}{
		"none":         {values{}, []string{"1", "2", "3"}},
		"a provider":   {values{"provider_name": "groq"}, []string{"1", "3"}},
		"a health":     {values{"health_status": "degraded"}, []string{"2"}},
		"active":       {values{"is_active": true}, []string{"2", "3"}},
		"inactive":     {values{"is_active": false}, []string{"1"}},
		"all of them":  {values{"provider_name": "groq", "health_status": "healthy", "is_active": true}, []string{"3"}},
		"what is none": {values{"provider_name": "cohere"}, []string{}},
	} {
		state, diags := c.data("spideriq_integrations", test.config)
		requireNoErrors(t, diags)
		assert.Equal(t, test.ids, ids(t, state), name)
	}
	assert.Equal(t, 2, listings(fake))
}

func TestIntegrationsAreInTheOrderOfTheirIDs(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	fake.Fail(spideriqtest.Status(200, `{"success": true, "integrations": [{"id": 10}, {"id": 9}, {"id": 11}]}`))

	state, diags := c.data("spideriq_integrations", values{})
	requireNoErrors(t, diags)
	assert.Equal(t, []string{"9", "10", "11"}, ids(t, state))
}

func TestARowHasWhatTheResourceHas(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(full)

	read, diags := c.data("spideriq_integrations", values{})
	requireNoErrors(t, diags)
	row, ok := read["integrations"].([]any)[0].(values)
	assert.True(t, ok)
	delete(state, "credentials")
	delete(state, "credentials_version")
	assert.Equal(t, state, row)
}

func TestHealthIsAsTheAPITellsIt(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	fake.Fail(spideriqtest.Status(200, `{"success": true,
		"summary": {"total": 4, "healthy": 2, "degraded": 1, "unhealthy": 1},
		"integrations": [{"id": 42, "provider_name": "openrouter", "key_label": null, "health_status": "unhealthy",
			"consecutive_failures": 3, "last_used_at": "2026-02-26T15:30:00Z",
			"last_error": "the key `+secret+` is bad"}],
		"recommendations": [{"integration_id": 42, "provider_name": "openrouter",
			"issue": "fails", "action": "replace"}]}`))

	state, diags := c.data("spideriq_health", values{})
	requireNoErrors(t, diags)
	assert.Equal(t, values{
		"total": 4, "healthy": 2, "degraded": 1, "unhealthy": 1,
		"integrations": []any{values{
			"id": "42", "provider_name": "openrouter", "key_label": "", "health_status": "unhealthy",
			"consecutive_failures": 3, "last_used_at": "2026-02-26T15:30:00Z",
		}},
		"recommendations": []any{values{
			"integration_id": "42", "provider_name": "openrouter", "issue": "fails", "action": "replace",
		}},
	}, state)
}

func TestAnEmptyHealthHasEmptyLists(t *testing.T) {
	t.Parallel()
	c := newCore(t, newFake(t))
	state, diags := c.data("spideriq_health", values{})
	requireNoErrors(t, diags)
	assert.Equal(t, []any{}, state["integrations"])
	assert.Equal(t, []any{}, state["recommendations"])
}

func TestDataSourcesReportAnAPIThatFails(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	for _, name := range []string{"spideriq_integrations", "spideriq_health"} {
		fake.Fail(spideriqtest.HTMLPage(404))
		_, diags := c.data(name, values{})
		assert.Contains(t, textOf(diags), "404", name)
	}
}
