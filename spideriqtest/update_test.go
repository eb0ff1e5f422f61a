package spideriqtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"

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
	server := seeded(t)
	before, _ := server.Get(42)
	before.DailyLimit, before.MinuteLimit = new(1), nil
	before.SpendLimitAmount, before.SpendLimitPeriod, before.SpendLimitAction = nil, "daily", "warn"
	before.IsPrimary, before.Priority = false, 0
	server.Add(before)
	patch := func(body string) reply { return send(t, server, "PATCH", "/integrations/42", body) }
	patch("{\n\"daily_limit\": 20000,\n\"minute_limit\": 200\n}")
	assert.Contains(t, patch("{\n\"is_active\": false\n}").body, `"is_active":false`)
	patch(`{"is_active": true}`)
	patch("{\n\"spend_limit_amount\": 1000.00,\n" +
		"\"spend_limit_period\": \"monthly\",\n\"spend_limit_action\": \"block\"\n}")
	got := patch("{\n\"is_primary\": true\n}")

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
	before.SpendLimitAmount = new(spideriq.Amount("1000.00"))
	before.SpendLimitPeriod, before.SpendLimitAction = "monthly", "block"
	before.IsPrimary, before.Priority = true, 10
	assert.Equal(t, before, after, "nothing else has changed")
}

func TestUpdateChangesWhatIsSentAndNothingElse(t *testing.T) {
	t.Parallel()
	amount := func(s string) *spideriq.Amount { return new(spideriq.Amount(s)) }
	for body, change := range map[string]func(*spideriq.Integration){
		`{"key_label": "Batch <&> \u00e9"}`: func(i *spideriq.Integration) { i.KeyLabel = "Batch <&> é" },
		`{"key_label": ""}`:                 func(i *spideriq.Integration) { i.KeyLabel = "" },
		`{"is_active": false}`:              func(i *spideriq.Integration) { i.IsActive = false },
		`{"is_primary": true}`:              func(i *spideriq.Integration) { i.IsPrimary, i.Priority = true, 10 },
		`{"is_primary": false}`:             func(i *spideriq.Integration) { i.IsPrimary, i.Priority = false, 0 },
		`{"daily_limit": 0}`:                func(i *spideriq.Integration) { i.DailyLimit = new(0) },
		`{"minute_limit" : 7 }`:             func(i *spideriq.Integration) { i.MinuteLimit = new(7) },
		`{"spend_limit_amount":1000.000 }`:  func(i *spideriq.Integration) { i.SpendLimitAmount = amount("1000.000") },
		`{"spend_limit_amount": 0}`:         func(i *spideriq.Integration) { i.SpendLimitAmount = amount("0") },
		`{"spend_limit_amount": 1e3}`:       func(i *spideriq.Integration) { i.SpendLimitAmount = amount("1e3") },
		`{"spend_limit_period": "daily"}`:   func(i *spideriq.Integration) { i.SpendLimitPeriod = "daily" },
		`{"spend_limit_action": "warn"}`:    func(i *spideriq.Integration) { i.SpendLimitAction = "warn" },
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			server := seeded(t)
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

// "All fields are optional", so an update without any is a success.
func TestUpdateWithoutFieldsChangesNothing(t *testing.T) {
	t.Parallel()
	server := start(t)
	before := server.Add(full(8))
	got := send(t, server, "PATCH", "/integrations/8", " { } ")
	assert.Equal(t, 200, got.status)
	assert.Contains(t, got.body, `{"success":true,"integration":{"id":8,`)
	assert.Contains(t, got.body, `"updated_at":"2026-01-02T03:04:05Z"`)
	after, _ := server.Get(8)
	assert.Equal(t, before, after)
	assert.Equal(t, 404, send(t, server, "PATCH", "/integrations/9", "{}").status)
}

// wrongType is the answer to a field of another JSON type than documented.
func wrongType(field, want, kind, input string) string {
	const form = `{"detail": [{"loc": ["body", %q], "msg": "Input should be a valid %s", "type": %q, "input": %s}]}`
	return fmt.Sprintf(form, field, want, kind, input)
}

func wrongAmount(input string) string {
	return wrongType("spend_limit_amount", "decimal", "decimal_parsing", input)
}

// open is the answer where the documentation leaves it open.
func open(what string) string {
	return fmt.Sprintf(`{"detail": %q}`, "not documented: "+what)
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	const immutable = `{"success": false, "error": "You cannot update provider_name or credentials. ` +
		`To change these, delete the integration and create a new one."}`
	const wrongAction = `{"success": false, "error": "spend_limit_action must be 'warn' or 'block'"}`
	const wrongPeriod = `{"success": false, "error": "spend_limit_period must be 'daily' or 'monthly'"}`
	const noObject = `{"detail": [{"loc": ["body"], "msg": "Input should be a JSON object", "type": "json_invalid"}]}`
	for body, want := range map[string]struct {
		status int
		body   string
	}{
		`{"spend_limit_action": "stop"}`:       {400, wrongAction},
		`{"spend_limit_action": ""}`:           {400, wrongAction},
		`{"spend_limit_period": "Daily"}`:      {400, wrongPeriod},
		`{"provider_name": "groq"}`:            {400, immutable},
		`{"credentials": {"api_key": "x"}}`:    {400, immutable},
		`{"key_label": 5}`:                     {422, wrongType("key_label", "string", "string_type", `5`)},
		`{"is_active": "false"}`:               {422, wrongType("is_active", "boolean", "bool_parsing", `"false"`)},
		`{"is_primary": 1}`:                    {422, wrongType("is_primary", "boolean", "bool_parsing", `1`)},
		`{"daily_limit": "20000"}`:             {422, wrongType("daily_limit", "integer", "int_parsing", `"20000"`)},
		`{"daily_limit": 20000.5}`:             {422, wrongType("daily_limit", "integer", "int_parsing", `20000.5`)},
		`{"minute_limit": [1]}`:                {422, wrongType("minute_limit", "integer", "int_parsing", `[1]`)},
		`{"spend_limit_amount": "1000.00"}`:    {422, wrongAmount(`"1000.00"`)},
		`{"spend_limit_amount": 1e200}`:        {422, wrongAmount(`1e200`)},
		`{"spend_limit_action": true}`:         {422, wrongType("spend_limit_action", "string", "string_type", `true`)},
		``:                                     {422, noObject},
		`null`:                                 {422, noObject},
		`[]`:                                   {422, noObject},
		`{"is_active": false`:                  {422, noObject},
		`{"is_active": false} {}`:              {422, noObject},
		`{"daily_limit": null}`:                {501, open("null for \"daily_limit\"")},
		`{"daily_limit": -1}`:                  {501, open("a negative daily_limit")},
		`{"spend_limit_amount": -0.01}`:        {501, open("a negative spend_limit_amount")},
		`{"priority": 5}`:                      {501, open("the field \"priority\"")},
		`{"Is_Active": false}`:                 {501, open("the field \"Is_Active\"")},
		`{"daily_limit": 1, "zone": 1}`:        {501, open("the field \"zone\"")},
		`{"minute_limit": "", "key_label": 1}`: {422, wrongType("key_label", "string", "string_type", `1`)},
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			server := seeded(t)
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
	server := seeded(t)
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
