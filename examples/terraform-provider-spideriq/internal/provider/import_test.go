package provider_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestImportTakesOverAnIntegrationAsItIs(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	fake.Add(existing(42))
	c := newCore(t, fake)

	state, diags := c.importID("42")
	requireNoErrors(t, diags)
	assert.Equal(t, 1, state["credentials_version"])
	assert.Equal(t, "openrouter", state["provider_name"])
	assert.Equal(t, "healthy", state["health_status"])
	assert.Nil(t, state["last_used_at"])
	assert.True(t, c.plan(state, existingConfig).isEmpty(), "without credentials")
	assert.True(t, c.plan(state, existingConfig.with(values{"credentials": values{"api_key": secret}})).isEmpty())
	assert.True(t, c.plan(state, existingConfig.with(values{"credentials_version": 2})).replaces)
}

func TestWhatTheAPIDoesNotSayIsNull(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	fake.Fail(spideriqtest.Status(200, `{"success": true, "integrations": [{"id": 42, "provider_name": "groq"}]}`))

	state, diags := c.importID("42")
	requireNoErrors(t, diags)
	assert.Equal(t, values{
		"id": "42", "provider_name": "groq", "credentials": nil, "credentials_version": 1, "key_label": "",
		"is_active": false, "is_primary": false, "daily_limit": nil, "minute_limit": nil, "spend_limit_amount": nil,
		"spend_limit_period": nil, "spend_limit_action": nil, "provider_label": nil, "priority": 0,
		"health_status": nil, "consecutive_failures": nil, "daily_count": 0, "minute_count": 0, "last_used_at": nil,
		"spend_limit_exceeded": nil, "cached_balance": nil, "cached_usage_today": nil, "cached_usage_month": nil,
		"cached_currency": nil, "billing_synced_at": nil, "key_preview": nil, "created_at": nil, "updated_at": nil,
	}, state)
}

func TestImportRefusesWhatIsNoIntegration(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	fake.AddForeign(existing(7))
	c := newCore(t, fake)

	for _, id := range []string{"", "openrouter", "0", "-1", "4.2", "99999999999999999999", "42@", "42@x", "@3"} {
		_, diags := c.importID(id)
		assert.Contains(t, textOf(diags), "Not the import ID of an integration", id)
	}
	for _, id := range []string{"7", "8"} { // another brand's, and none
		state, diags := c.importID(id)
		requireNoErrors(t, diags)
		assert.Nil(t, state, "OpenTofu reports that it does not exist")
	}
}

func TestImportTakesTheVersionOfTheCredentials(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	fake.Add(existing(42))
	c := newCore(t, fake)

	state, diags := c.importID("42@3")
	requireNoErrors(t, diags)
	assert.Equal(t, "42", state["id"])
	assert.True(t, c.plan(state, existingConfig.with(values{"credentials_version": 3})).isEmpty())
	assert.True(t, c.plan(state, existingConfig.with(values{"credentials_version": 4})).replaces)
}

func TestAStateWithoutAnIDIsAnErrorAndKept(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	damaged := c.create(full).with(values{"id": "no number"})

	state, diags := c.refresh(damaged)
	assert.Contains(t, textOf(diags), "The state is damaged")
	assert.Equal(t, damaged, state)
	_, diags = c.apply(c.plan(damaged, full.with(values{"daily_limit": 5})))
	assert.Contains(t, textOf(diags), "The state is damaged")
	_, diags = c.destroy(damaged)
	assert.Contains(t, textOf(diags), "The state is damaged")
	calls, _ := writes(t, fake)
	assert.Len(t, calls, 1, "the create only")
}
