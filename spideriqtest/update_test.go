package spideriqtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// updateAnswer is the answer on the API's page, whole.
const updateAnswer = `{
"success": true,
"integration": {
"id": 42,
"provider_name": "openrouter",
"provider_label": "OpenRouter",
"key_label": "Production OpenRouter",
"is_active": true,
"is_primary": true,
"priority": 10,
"daily_limit": 20000,
"daily_count": 1247,
"minute_limit": 200,
"minute_count": 3,
"health_status": "healthy",
"spend_limit_amount": 1000.00,
"spend_limit_period": "monthly",
"spend_limit_action": "block",
"updated_at": "2026-02-26T15:30:00Z"
}
}`

var updatedAt = regexp.MustCompile(`"updated_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"`)

// The requests of the page, one after the other, end in the answer of the page, to
// the byte: its fields, no others, and the digits of the amount.
func TestUpdateAsDocumented(t *testing.T) {
	t.Parallel()
	server := start(t)
	before, _ := server.Get(42)
	before.DailyLimit, before.MinuteLimit = new(1), nil
	before.SpendLimitAmount, before.SpendLimitPeriod, before.SpendLimitAction = nil, "daily", "warn"
	before.IsPrimary, before.Priority = false, 0
	server.Add(before)
	send(t, server, "PATCH", "/integrations/42", "{\n\"daily_limit\": 20000,\n\"minute_limit\": 200\n}")
	disabled := send(t, server, "PATCH", "/integrations/42", "{\n\"is_active\": false\n}")
	assert.Contains(t, disabled.body, `"is_active":false`)
	send(t, server, "PATCH", "/integrations/42", `{"is_active": true}`)
	send(t, server, "PATCH", "/integrations/42", "{\n\"spend_limit_amount\": 1000.00,\n\"spend_limit_period\": \"monthly\",\n\"spend_limit_action\": \"block\"\n}")
	got := send(t, server, "PATCH", "/integrations/42", "{\n\"is_primary\": true\n}")

	var want bytes.Buffer
	require.NoError(t, json.Compact(&want, []byte(updateAnswer)))
	assert.Equal(t, 200, got.status)
	assert.Equal(t, "application/json", got.header.Get("Content-Type"))
	assert.Regexp(t, updatedAt, got.body)
	assert.Equal(t, updatedAt.ReplaceAllString(want.String(), ""), updatedAt.ReplaceAllString(got.body, ""))

	after, _ := server.Get(42)
	assert.True(t, after.UpdatedAt.After(before.UpdatedAt))
	after.UpdatedAt = before.UpdatedAt
	before.DailyLimit, before.MinuteLimit = new(20000), new(200)
	before.SpendLimitAmount, before.SpendLimitPeriod, before.SpendLimitAction = new(spideriq.Amount("1000.00")), "monthly", "block"
	before.IsPrimary, before.Priority = true, 10
	assert.Equal(t, before, after, "nothing else has changed")
}

func TestUpdateChangesWhatIsSentAndNothingElse(t *testing.T) {
	t.Parallel()
	for body, change := range map[string]func(*spideriq.Integration){
		`{"key_label": "Batch <&> \u00e9"}`: func(i *spideriq.Integration) { i.KeyLabel = "Batch <&> é" },
		`{"key_label": ""}`:                 func(i *spideriq.Integration) { i.KeyLabel = "" },
		`{"is_active": false}`:              func(i *spideriq.Integration) { i.IsActive = false },
		`{"is_primary": true}`:              func(i *spideriq.Integration) { i.IsPrimary, i.Priority = true, 10 },
		`{"is_primary": false}`:             func(i *spideriq.Integration) { i.IsPrimary, i.Priority = false, 0 },
		`{"daily_limit": 0}`:                func(i *spideriq.Integration) { i.DailyLimit = new(0) },
		`{"minute_limit" : 7 }`:             func(i *spideriq.Integration) { i.MinuteLimit = new(7) },
		`{"spend_limit_amount":1000.000 }`:  func(i *spideriq.Integration) { i.SpendLimitAmount = new(spideriq.Amount("1000.000")) },
		`{"spend_limit_amount": 0}`:         func(i *spideriq.Integration) { i.SpendLimitAmount = new(spideriq.Amount("0")) },
		`{"spend_limit_amount": 1e3}`:       func(i *spideriq.Integration) { i.SpendLimitAmount = new(spideriq.Amount("1e3")) },
		`{"spend_limit_period": "daily"}`:   func(i *spideriq.Integration) { i.SpendLimitPeriod = "daily" },
		`{"spend_limit_action": "warn"}`:    func(i *spideriq.Integration) { i.SpendLimitAction = "warn" },
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			other := server.Add(full(7))
			want := server.Add(full(8))
			got := send(t, server, "PATCH", "/integrations/8", body)
			assert.Equal(t, 200, got.status, got.body)
			after, _ := server.Get(8)
			assert.True(t, after.UpdatedAt.After(want.UpdatedAt))
			change(&want)
			want.UpdatedAt = after.UpdatedAt
			assert.Equal(t, want, after)
			untouched, _ := server.Get(7)
			assert.Equal(t, other, untouched, "another key of the pool stays as it is")
		})
	}
}

// full returns an integration in which every field is set.
func full(id int64) spideriq.Integration {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return spideriq.Integration{
		ID: id, ProviderName: "groq", ProviderLabel: "Groq", KeyLabel: "Night & day", IsActive: true, IsPrimary: true, Priority: 10,
		DailyLimit: new(1), DailyCount: 2, MinuteLimit: new(3), MinuteCount: 4, HealthStatus: "degraded",
		SpendLimitAmount: new(spideriq.Amount("5.50")), SpendLimitPeriod: "monthly", SpendLimitAction: "block", UpdatedAt: at,
		ConsecutiveFailures: new(1), LastUsedAt: new(at.Add(time.Hour)), SpendLimitExceeded: new(true),
		CachedBalance: new(spideriq.Amount("6.0")), CachedUsageToday: new(spideriq.Amount("7")), CachedUsageMonth: new(spideriq.Amount("8.125")),
		CachedCurrency: "USD", BillingSyncedAt: new(at.Add(2 * time.Hour)), KeyPreview: map[string]string{"api_key": "gsk_...abc"},
		CreatedAt: new(at.Add(-time.Hour)),
	}
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	const cannot = `{"success": false, "error": "You cannot update provider_name or credentials. To change these, delete the integration and create a new one."}`
	wrongType := func(field, text, kind, input string) string {
		return fmt.Sprintf(`{"detail": [{"loc": ["body", %q], "msg": "Input should be a valid %s", "type": %q, "input": %s}]}`, field, text, kind, input)
	}
	const noObject = `{"detail": [{"loc": ["body"], "msg": "Input should be a JSON object", "type": "json_invalid"}]}`
	for body, want := range map[string]struct {
		status int
		body   string
	}{
		`{"spend_limit_action": "stop"}`:       {400, `{"success": false, "error": "spend_limit_action must be 'warn' or 'block'"}`},
		`{"spend_limit_action": ""}`:           {400, `{"success": false, "error": "spend_limit_action must be 'warn' or 'block'"}`},
		`{"spend_limit_period": "Daily"}`:      {400, `{"success": false, "error": "spend_limit_period must be 'daily' or 'monthly'"}`},
		`{"provider_name": "groq"}`:            {400, cannot},
		`{"credentials": {"api_key": "x"}}`:    {400, cannot},
		`{"key_label": 5}`:                     {422, wrongType("key_label", "string", "string_type", `5`)},
		`{"is_active": "false"}`:               {422, wrongType("is_active", "boolean", "bool_parsing", `"false"`)},
		`{"is_primary": 1}`:                    {422, wrongType("is_primary", "boolean", "bool_parsing", `1`)},
		`{"daily_limit": "20000"}`:             {422, wrongType("daily_limit", "integer", "int_parsing", `"20000"`)},
		`{"daily_limit": 20000.5}`:             {422, wrongType("daily_limit", "integer", "int_parsing", `20000.5`)},
		`{"minute_limit": [1]}`:                {422, wrongType("minute_limit", "integer", "int_parsing", `[1]`)},
		`{"spend_limit_amount": "1000.00"}`:    {422, wrongType("spend_limit_amount", "decimal", "decimal_parsing", `"1000.00"`)},
		`{"spend_limit_amount": 1e200}`:        {422, wrongType("spend_limit_amount", "decimal", "decimal_parsing", `1e200`)},
		`{"spend_limit_action": true}`:         {422, wrongType("spend_limit_action", "string", "string_type", `true`)},
		``:                                     {422, noObject},
		`null`:                                 {422, noObject},
		`[]`:                                   {422, noObject},
		`{"is_active": false`:                  {422, noObject},
		`{"is_active": false} {}`:              {422, noObject},
		`{}`:                                   {501, `{"detail": "not documented: an update without fields"}`},
		`{"daily_limit": null}`:                {501, `{"detail": "not documented: null for \"daily_limit\""}`},
		`{"daily_limit": -1}`:                  {501, `{"detail": "not documented: a negative daily_limit"}`},
		`{"spend_limit_amount": -0.01}`:        {501, `{"detail": "not documented: a negative spend_limit_amount"}`},
		`{"priority": 5}`:                      {501, `{"detail": "not documented: the field \"priority\""}`},
		`{"Is_Active": false}`:                 {501, `{"detail": "not documented: the field \"Is_Active\""}`},
		`{"daily_limit": 1, "zone": 1}`:        {501, `{"detail": "not documented: the field \"zone\""}`},
		`{"minute_limit": "", "key_label": 1}`: {422, wrongType("key_label", "string", "string_type", `1`)},
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			before, _ := server.Get(42)
			got := send(t, server, "PATCH", "/integrations/42", body)
			assert.Equal(t, want.status, got.status)
			assert.JSONEq(t, want.body, got.body)
			after, _ := server.Get(42)
			assert.Equal(t, before, after, "nothing is applied")
		})
	}
}

func TestOtherBrandsAndUnknownIDs(t *testing.T) {
	t.Parallel()
	server := start(t)
	foreign := server.AddForeign(full(43))
	for _, id := range []string{"43", "44", "0", "-1"} {
		for method, body := range map[string]string{"PATCH": `{"is_active": false}`, "DELETE": ""} {
			got := send(t, server, method, "/integrations/"+id, body)
			assert.Equal(t, 404, got.status)
			assert.JSONEq(t, `{"success": false, "error": "Integration not found"}`, got.body)
		}
	}
	after, there := server.Get(43)
	assert.True(t, there)
	assert.Equal(t, foreign, after)
}

func TestUpdatedAtMovesWithEveryUpdate(t *testing.T) {
	t.Parallel()
	server := start(t)
	ahead := full(7)
	ahead.UpdatedAt = time.Now().Add(24 * time.Hour)
	server.Add(ahead)
	last := ahead.UpdatedAt
	for range 3 {
		require.Equal(t, 200, send(t, server, "PATCH", "/integrations/7", `{"is_active": true}`).status)
		i, _ := server.Get(7)
		assert.True(t, i.UpdatedAt.After(last))
		last = i.UpdatedAt
	}
}
