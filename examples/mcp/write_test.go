package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// onlyPatch returns the body of the only update that the API has received.
func onlyPatch(t *testing.T, api *spideriqtest.Server) string {
	patches := requests(api, http.MethodPatch)
	require.Len(t, patches, 1)
	return string(patches[0].Body)
}

func TestUpdateSendsOnlyWhatIsGivenAndAnswersWhatChanged(t *testing.T) {
	t.Parallel()
	before := full(42)
	before.SpendLimitAmount = new(spideriq.Amount("500.00"))
	api := startAPI(t, before)
	p := start(t, api, "-allow-writes")
	var result changeResult
	p.ok("update_integration",
		`{"id": 42, "is_primary": false, "daily_limit": 0, "minute_limit": 3, "spend_limit_amount": 500}`, &result)
	assert.JSONEq(t, `{"is_primary": false, "daily_limit": 0, "minute_limit": 3, "spend_limit_amount": 500}`,
		onlyPatch(t, api))
	assert.Equal(t, []string{"is_primary", "priority", "daily_limit"}, result.Changed,
		"not what was sent with the value that it had")
	assert.Equal(t, 1, *result.Before.DailyLimit)
	assert.Equal(t, 0, *result.After.DailyLimit)
	assert.Equal(t, new(0), result.Sent.DailyLimit)
	assert.Nil(t, result.Sent.KeyLabel)
	assert.Contains(t, p.log(), "msg=updated id=42 sent.is_primary=false sent.daily_limit=0 ")
}

func TestSetPrimaryAndDisableSendOneSetting(t *testing.T) {
	t.Parallel()
	for tool, want := range map[string]string{
		"set_primary": `{"is_primary": true}`,
		"disable":     `{"is_active": false}`,
	} {
		api := startAPI(t, spideriq.Integration{ID: 7, ProviderName: "groq", IsActive: true})
		var result changeResult
		start(t, api, "-allow-writes").ok(tool, `{"id": 7}`, &result)
		assert.JSONEq(t, want, onlyPatch(t, api))
		assert.NotEmpty(t, result.Changed)
	}
}

// Both numbers are beyond what a float64 can hold.
func TestNumbersKeepTheirDigits(t *testing.T) {
	t.Parallel()
	const id = 9007199254740993 // 2^53 + 1
	api := startAPI(t, spideriq.Integration{ID: id - 1, ProviderName: "groq"}, full(id))
	p := start(t, api, "-allow-writes")
	result := p.call("get_integration", `{"id": 9007199254740993}`)
	assert.Contains(t, textOf(t, result), `"id":9007199254740993,`)
	assert.Contains(t, textOf(t, result), `"spend_limit_amount":12345678901234567.89,`)
	result = p.call("update_integration", `{"id": 9007199254740993, "spend_limit_amount": 98765432109876543.210}`)
	assert.Equal(t, `{"spend_limit_amount":98765432109876543.210}`, onlyPatch(t, api))
	changed, _ := api.Get(id)
	assert.Equal(t, spideriq.Amount("98765432109876543.210"), *changed.SpendLimitAmount)
	assert.Contains(t, textOf(t, result), `"spend_limit_amount":98765432109876543.210,`)
}

// The listing may be older than the integration, so the API is asked.
func TestAChangeOfAnIDThatIsNotListedIsLeftToTheAPI(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	p := start(t, api, "-allow-writes", "-max-age", "1h")
	p.ok("list_integrations", `{}`, new(listResult))
	api.Add(full(50))
	var result changeResult
	p.ok("disable", `{"id": 50}`, &result)
	assert.Nil(t, result.Before)
	assert.Nil(t, result.Changed)
	assert.False(t, result.After.IsActive)
}

func TestWrongArgumentsSendNothing(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	p := start(t, api, "-allow-writes")
	for _, c := range []struct{ tool, arguments, want string }{
		{"update_integration", `{"id": 42}`, "give at least one setting to change"},
		{"update_integration", `{"daily_limit": 1}`, "id"},
		{"update_integration", `{"id": 0, "daily_limit": 1}`, "id"},
		{"update_integration", `{"id": 42, "daily_limit": null}`, "daily_limit is null: leave it out instead"},
		{"update_integration", `{"id": 42, "daily_limit": "1"}`, "daily_limit"},
		{"update_integration", `{"id": 42, "daily_limit": 1.5}`, "daily_limit"},
		{"update_integration", `{"id": 42, "spend_limit_amount": "1.00"}`, "spend_limit_amount"},
		{"update_integration", `{"id": 42, "spend_limit_amount": 1e200}`, "exponent"},
		{"update_integration", `{"id": 42, "provider_name": "groq"}`, "provider_name"},
		{"update_integration", `{"ID": 42, "daily_limit": 1}`, "ID"},
		{"disable", `{"id": "42"}`, "id"},
		{"set_primary", `{"id": 42, "is_primary": false}`, "is_primary"},
		{"get_integration", `{}`, "id"},
		{"get_integration", `null`, "id"},
		{"sync_billing", `{"provider": "groq"}`, "provider"},
	} {
		text := p.fails(c.tool, c.arguments)
		assert.Regexp(t, `^the arguments are wrong, and nothing was sent: .*\nRetry: with other arguments\.$`, text)
		assert.Contains(t, text, c.want, c.arguments)
	}
	assert.Empty(t, api.Requests())
}

func TestSyncBilling(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42), spideriq.Integration{ID: 43, ProviderName: "groq"})
	p := start(t, api)
	var all, some spideriq.BillingSync
	p.ok("sync_billing", `{}`, &all)
	assert.Len(t, all.Results, 2)
	p.ok("sync_billing", `{"provider_name": "groq"}`, &some)
	assert.Len(t, some.Results, 1)
	assert.Empty(t, requests(api, http.MethodPatch))
}
