package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// Each file is wrong at one line, and nothing of it is applied.
func TestProblems(t *testing.T) {
	t.Parallel()
	const list = "integrations:\n"
	const one = list + "  - id: 42\n    is_active: false\n    " // what follows is at line 4
	for name, c := range map[string]struct{ yaml, problem string }{
		"empty":                   {"# nothing\n", `1: the file is empty`},
		"a list":                  {"- id: 42\n", `1: the file must begin with the key integrations`},
		"another key":             {list + "  - id: 42\n    is_active: false\npool: []\n", `4: unknown key pool`},
		"no integrations":         {"{}\n", `1: the key integrations is missing`},
		"integrations no list":    {"integrations: 42\n", `1: integrations must be a list`},
		"integrations null":       {"integrations:\n", `1: integrations must be a list`},
		"entry no mapping":        {list + "  - 42\n", `2: an integration must be keys and values`},
		"second document":         {one + "is_primary: true\n---\n- x\n", `5: a second document: there can be only one`},
		"unknown key":             {one + "dayly_limit: 5\n", `4: unknown key dayly_limit`},
		"priority":                {one + "priority: 10\n", `4: unknown key priority`},
		"credentials":             {one + "credentials: {api_key: sk-fake}\n", `4: credentials cannot be updated: delete the integration and create a new one`},
		"key twice":               {one + "is_active: true\n", `4: is_active is given twice, first at line 3`},
		"null":                    {one + "daily_limit: null\n", `4: daily_limit is null: to leave a setting alone, leave its key out (that null clears one is not documented)`},
		"nothing":                 {one + "spend_limit_amount:\n", `4: spend_limit_amount is null: to leave a setting alone, leave its key out (that null clears one is not documented)`},
		"mapping":                 {one + "minute_limit: {}\n", `4: minute_limit must be a whole number from 0 on, in digits only, not keys and values`},
		"list":                    {one + "key_label: [a]\n", `4: key_label must be text (quotes make it text), not a list`},
		"number for text":         {one + "key_label: 2026\n", `4: key_label must be text (quotes make it text), not 2026`},
		"text for a number":       {one + "daily_limit: \"500\"\n", `4: daily_limit must be a whole number from 0 on, in digits only, not text in quotes`},
		"yes for true":            {one + "is_primary: yes\n", `4: is_primary must be true or false, not yes`},
		"tagged yes":              {one + "is_primary: !!bool yes\n", `4: is_primary must be true or false, not yes`},
		"fraction":                {one + "daily_limit: 1.5\n", `4: daily_limit must be a whole number from 0 on, in digits only, not 1.5`},
		"negative limit":          {one + "daily_limit: -1\n", `4: daily_limit must be a whole number from 0 on, in digits only, not -1`},
		"octal":                   {one + "daily_limit: 010\n", `4: daily_limit must be a whole number from 0 on, in digits only, not 010`},
		"underscores":             {one + "daily_limit: 20_000\n", `4: daily_limit must be a whole number from 0 on, in digits only, not 20_000`},
		"limit out of range":      {one + "daily_limit: 9223372036854775808\n", `4: daily_limit must be a whole number from 0 on, in digits only, not 9223372036854775808`},
		"amount as text":          {one + "spend_limit_amount: \"5.00\"\n", `4: spend_limit_amount must be a number, not text in quotes`},
		"amount with a comma":     {one + "spend_limit_amount: 1,50\n", `4: spend_limit_amount must be a number, not "1,50"`},
		"amount not a number":     {one + "spend_limit_amount: .nan\n", `4: spend_limit_amount: ".nan" is not a decimal number`},
		"amount with underscores": {one + "spend_limit_amount: 1_000.00\n", `4: spend_limit_amount: "1_000.00" is not a decimal number`},
		"exponent":                {one + "spend_limit_amount: 1e101\n", `4: spend_limit_amount: amount has an exponent beyond 100`},
		"negative amount":         {one + "spend_limit_amount: -0.01\n", `4: spend_limit_amount must not be negative, as -0.01 is`},
		"period":                  {one + "spend_limit_period: weekly\n", `4: spend_limit_period must be daily or monthly, not weekly`},
		"empty period":            {one + "spend_limit_period: \"\"\n", `4: spend_limit_period must be daily or monthly, not ""`},
		"action":                  {one + "spend_limit_action: Block\n", `4: spend_limit_action must be warn or block, not Block`},
		"id zero":                 {list + "  - id: 0\n", `2: id must be a whole number from 1 on, not 0`},
		"id negative":             {list + "  - id: -42\n", `2: id must be a whole number from 1 on, not -42`},
		"id as text":              {list + "  - id: forty-two\n", `2: id must be a whole number from 1 on, not forty-two`},
		"id null":                 {list + "  - id:\n", `2: id is null: to leave a setting alone, leave its key out (that null clears one is not documented)`},
		"no id":                   {list + "  - is_active: false\n", `2: which integration? give its id, or its provider_name and key_label`},
		"label alone":             {list + "  - key_label: Batch jobs\n", `2: which integration? give its id, or its provider_name and key_label`},
		"provider alone":          {list + "  - provider_name: groq\n", `2: which integration? give its id, or its provider_name and key_label`},
		"no such id":              {one + "\n  - id: 7\n", `5: there is no integration 7`},
		"no such label":           {list + "  - {provider_name: groq, key_label: Batch}\n", `2: there is no integration of groq labelled Batch`},
		"another's label":         {list + "  - {provider_name: mistral, key_label: Batch jobs}\n", `2: there is no integration of mistral labelled "Batch jobs"`},
		"other provider":          {one + "provider_name: groq\n", `2: integration 42 is of openrouter, not groq, and that cannot be updated`},
		"two match":               {list + "  - provider_name: cohere\n    key_label: Twin\n", `2: integrations 46 and 47 are both of cohere and labelled Twin: use an id`},
		"two entries for one":     {one + "\n  - provider_name: openrouter\n    key_label: Production OpenRouter\n", `5: integration 42 is meant at line 2 already`},
		"the same id twice":       {one + "\n  - id: 42\n", `5: integration 42 is meant at line 2 already`},
		"label that doubles":      {list + "  - id: 44\n    key_label: Batch jobs\n  - {provider_name: groq, key_label: Batch jobs}\n", `2: with this key_label, integration 44 would be meant at line 4 too: use an id there`},
		"what a terminal obeys":   {one + "\"\\e[2J\": 1\n", `4: unknown key "\x1b[2J"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startTwins(t)
			for _, s := range []settings{{}, {apply: true}} {
				got := reconcileOn(t, t.Context(), server.Client(), s, c.yaml)
				assert.Equal(t, outcome{2, "", "pool.yaml:" + c.problem + "\n"}, got)
			}
			assert.Empty(t, updates(server))
		})
	}
}

// startTwins is startPool with two integrations that only their ids tell apart.
func startTwins(t *testing.T) *spideriqtest.Server {
	server := startPool(t)
	for _, id := range []int64{46, 47} {
		server.Add(spideriq.Integration{ID: id, ProviderName: spideriq.ProviderCohere, KeyLabel: "Twin"})
	}
	return server
}

func TestAllProblemsAreReportedTogether(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	yaml := `integrations:
  - id: 7
    daily_limit: many
  - id: 42
    spend_limit_period: weekly
    budget: 5
  - id: -1
    is_active: maybe
`
	want := `pool.yaml:2: there is no integration 7
pool.yaml:3: daily_limit must be a whole number from 0 on, in digits only, not many
pool.yaml:5: spend_limit_period must be daily or monthly, not weekly
pool.yaml:6: unknown key budget
pool.yaml:7: id must be a whole number from 1 on, not -1
pool.yaml:8: is_active must be true or false, not maybe
`
	assert.Equal(t, outcome{2, "", want}, reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, yaml))
	assert.Empty(t, updates(server))

	// What can be said without the API is said without it.
	server.Fail(spideriqtest.Status(401, `{"detail": "no"}`))
	got := reconcileOn(t, t.Context(), server.Client(), settings{}, "integrations: [{id: x}]")
	assert.Equal(t, outcome{2, "", "pool.yaml:1: id must be a whole number from 1 on, not x\n" +
		"reconcile: spideriq: GET /integrations: 401 Unauthorized: no\n"}, got)
}

func TestBrokenYAML(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	got := reconcileOn(t, t.Context(), server.Client(), settings{}, "integrations:\n  - id: 42\n    is_active: a: b\n")
	assert.Equal(t, "pool.yaml:3: mapping values are not allowed in this context\n", got.stderr)
	for _, yaml := range []string{"integrations:\n  - id: 42\n   is_active: false\n", "a: b: c\n", "\tx", "integrations: *nobody\n", "\x00", "integrations: []\n---\na: b: c\n"} {
		got := reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, yaml)
		assert.Equal(t, 2, got.code)
		assert.Regexp(t, `^pool\.yaml:\d+: [^\n]+\n$`, got.stderr)
	}
	assert.Empty(t, updates(server))
}

func TestAliases(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	yaml := "integrations:\n  - id: 42\n    daily_limit: &limit 9000\n  - &groq\n    id: 43\n    daily_limit: *limit\n"
	assert.Equal(t, 0, reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, yaml).code)
	assert.Equal(t, []string{`PATCH /42 {"daily_limit":9000}`, `PATCH /43 {"daily_limit":9000}`}, updates(server))
	got := reconcileOn(t, t.Context(), server.Client(), settings{}, yaml+"  - *groq\n  - <<: *groq\n")
	assert.Equal(t, outcome{2, "", "pool.yaml:7: integration 43 is meant at line 4 already\npool.yaml:8: unknown key \"<<\"\n" +
		"pool.yaml:8: which integration? give its id, or its provider_name and key_label\n"}, got)
}
