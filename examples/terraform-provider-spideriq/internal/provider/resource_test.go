package provider_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// secret is long enough for the fake to show its ends in key_preview.
const secret = "gsk_never-shown-anywhere-123"

var minimal = values{"provider_name": "groq", "credentials": values{"api_key": secret}}

var full = minimal.with(values{
	"key_label": "Batch jobs", "is_primary": true, "daily_limit": 30000, "minute_limit": 300,
	"spend_limit_amount": "1250.50", "spend_limit_period": "daily", "spend_limit_action": "block",
})

func newFake(t *testing.T) *spideriqtest.Server {
	t.Helper()
	fake := spideriqtest.NewServer()
	t.Cleanup(fake.Close)
	return fake
}

// existing is an integration that nobody has created here.
func existing(id int64) spideriq.Integration {
	return spideriq.Integration{
		ID: id, ProviderName: "openrouter", KeyLabel: "Production", IsActive: true,
		DailyLimit: new(20000), SpendLimitAmount: new(spideriq.Amount("12.50")),
		SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly, SpendLimitAction: spideriq.SpendLimitActionWarn,
	}
}

// existingConfig has the settings of existing.
var existingConfig = values{
	"provider_name": "openrouter", "key_label": "Production", "daily_limit": 20000, "spend_limit_amount": "12.50",
}

// writes returns the requests that change something, as method, path and body.
func writes(t *testing.T, fake *spideriqtest.Server) (calls []string, bodies []map[string]any) {
	t.Helper()
	for _, r := range fake.Requests() {
		if r.Method == http.MethodGet {
			continue
		}
		var body map[string]any
		if len(r.Body) > 0 {
			require.NoError(t, json.Unmarshal(r.Body, &body))
		}
		calls = append(calls, r.Method+" "+r.Path)
		bodies = append(bodies, body)
	}
	return calls, bodies
}

// listings counts the requests for the list.
func listings(fake *spideriqtest.Server) int {
	count := 0
	for _, r := range fake.Requests() {
		if r.Method == http.MethodGet && r.Path == "/api/v1/integrations" {
			count++
		}
	}
	return count
}

func TestUpdateSendsExactlyWhatDiffers(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		config values
		sent   map[string]any
	}{
		"one setting": {values{"daily_limit": 5}, map[string]any{"daily_limit": 5.0}},
		"zero and false and empty": {
			values{"daily_limit": 0, "is_primary": false, "is_active": false, "key_label": ""},
			map[string]any{"daily_limit": 0.0, "is_primary": false, "is_active": false, "key_label": ""},
		},
		"the rest": {
			values{"minute_limit": 7, "spend_limit_amount": "3", "spend_limit_period": "monthly",
				"spend_limit_action": "warn"},
			map[string]any{"minute_limit": 7.0, "spend_limit_amount": 3.0, "spend_limit_period": "monthly",
				"spend_limit_action": "warn"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t)
			c := newCore(t, fake)
			config := full.with(values{"is_active": true})
			state := c.create(config)

			config = config.with(change.config)
			state, diags := c.apply(c.plan(state, config))
			requireNoErrors(t, diags)
			calls, bodies := writes(t, fake)
			assert.Equal(t, "PATCH /api/v1/integrations/1", calls[1])
			assert.Equal(t, change.sent, bodies[1])
			assert.Len(t, calls, 2)

			state, diags = c.refresh(state)
			requireNoErrors(t, diags)
			assert.True(t, c.plan(state, config).isEmpty())
		})
	}
}

func TestUpdatePlansNothingElse(t *testing.T) {
	t.Parallel()
	c := newCore(t, newFake(t))
	state := c.create(full)

	next := c.plan(state, full.with(values{"daily_limit": 5})).next
	assert.Equal(t, state.with(values{"daily_limit": 5, "updated_at": unknown}), next)
	next = c.plan(state, full.with(values{"is_primary": false})).next
	assert.Equal(t, state.with(values{"is_primary": false, "priority": unknown, "updated_at": unknown}), next)
}

func TestUpdateWithAValueThatWasUnknownAndIsTheSameSendsNothing(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(full)

	p := c.plan(state, full.with(values{"key_label": unknown, "is_primary": unknown}))
	assert.Equal(t, unknown, p.next["key_label"])
	p.config = full.with(values{"is_primary": nil}) // null at last
	p.next = p.next.with(values{"key_label": "Batch jobs"})
	after, diags := c.apply(p)
	requireNoErrors(t, diags)
	assert.Equal(t, state, after)
	calls, _ := writes(t, fake)
	assert.Len(t, calls, 1, "the create only")
}

func TestAmountsAreComparedByValue(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	fake.Add(existing(42))
	c := newCore(t, fake)
	state, diags := c.importID("42")
	requireNoErrors(t, diags)
	assert.Equal(t, "12.50", state["spend_limit_amount"])

	for _, same := range []string{"12.5", "12.500", "1.25e1"} {
		assert.True(t, c.plan(state, existingConfig.with(values{"spend_limit_amount": same})).isEmpty(), same)
	}
	p := c.plan(state, existingConfig.with(values{"spend_limit_amount": "12.5", "daily_limit": 1}))
	assert.Equal(t, "12.50", p.next["spend_limit_amount"], "keeps its spelling when something else changes")
	assert.Equal(t, "12.51", c.plan(state, existingConfig.with(values{"spend_limit_amount": "12.51"})).
		next["spend_limit_amount"])
}

func TestAnAmountThatIsReadKeepsTheSpellingOfTheState(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(full.with(values{"spend_limit_amount": "12.5"}))
	kept, _ := fake.Get(1)
	kept.SpendLimitAmount = new(spideriq.Amount("12.50"))
	fake.Add(kept)

	state, diags := c.refresh(state)
	requireNoErrors(t, diags)
	assert.Equal(t, "12.5", state["spend_limit_amount"])
}

func TestASettingThatIsLeftOutIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := newCore(t, newFake(t))
	state := c.create(full)
	assert.True(t, c.plan(state, minimal).isEmpty())
}

func TestADriftIsFoundAndMended(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(full)
	drifted, _ := fake.Get(1)
	drifted.DailyLimit, drifted.IsActive = nil, false
	fake.Add(drifted)

	c = newCore(t, fake) // a new run
	state, diags := c.refresh(state)
	requireNoErrors(t, diags)
	p := c.plan(state, full.with(values{"is_active": true}))
	assert.False(t, p.isEmpty())
	_, diags = c.apply(p)
	requireNoErrors(t, diags)
	_, bodies := writes(t, fake)
	assert.Equal(t, map[string]any{"daily_limit": 30000.0, "is_active": true}, bodies[1])
}

func TestWhatTheAPICannotChangeReplacesTheKey(t *testing.T) {
	t.Parallel()
	c := newCore(t, newFake(t))
	state := c.create(minimal)

	p := c.plan(state, minimal.with(values{"provider_name": "mistral"}))
	assert.True(t, p.replaces)
	assert.Equal(t, "mistral", p.next["provider_name"])
	p = c.plan(state, minimal.with(values{"credentials_version": 2}))
	assert.True(t, p.replaces)
	assert.Equal(t, 2, p.next["credentials_version"])
	other := minimal.with(values{"credentials": values{"api_key": "another"}})
	assert.True(t, c.plan(state, other).isEmpty(), "credentials alone are no change")
	assert.True(t, c.plan(state, minimal.with(values{"credentials": nil})).isEmpty(), "nor are none")
}

func TestDeleteRemovesTheIntegration(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)

	state, diags := c.destroy(c.create(minimal))
	requireNoErrors(t, diags)
	assert.Nil(t, state)
	_, found := fake.Get(1)
	assert.False(t, found)
}

func TestAWrongSettingIsRefusedBeforeThePlan(t *testing.T) {
	t.Parallel()
	c := newCore(t, newFake(t))
	requireNoErrors(t, c.validate(full.with(values{"spend_limit_amount": unknown, "daily_limit": unknown})))
	diags := c.validate(full.with(values{"spend_limit_amount": "12,50"}))
	assert.Contains(t, textOf(diags), "Not an amount")
	assert.Contains(t, textOf(diags), "spend_limit_amount")
}
