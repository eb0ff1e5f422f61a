package provider_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestCreateSendsEverySettingAndTheNextPlanIsEmpty(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)

	state := c.create(full)
	_, bodies := writes(t, fake)
	assert.Equal(t, []map[string]any{{
		"provider_name": "groq", "credentials": map[string]any{"api_key": secret},
		"key_label": "Batch jobs", "is_primary": true, "daily_limit": 30000.0, "minute_limit": 300.0,
		"spend_limit_amount": 1250.50, "spend_limit_period": "daily", "spend_limit_action": "block",
	}}, bodies)
	assert.Equal(t, "1", state["id"])
	assert.Equal(t, 10, state["priority"])
	assert.Equal(t, values{"api_key": "gsk_...123"}, state["key_preview"])

	state, diags := c.refresh(state)
	requireNoErrors(t, diags)
	assert.True(t, c.plan(state, full).isEmpty())
}

func TestCreateLeavesWhatIsNotSetToTheAPI(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)

	state := c.create(minimal)
	_, bodies := writes(t, fake)
	assert.Equal(t, []map[string]any{{
		"provider_name": "groq", "credentials": map[string]any{"api_key": secret},
	}}, bodies)
	assert.Equal(t, true, state["is_active"])
	assert.Equal(t, "monthly", state["spend_limit_period"])
	assert.Nil(t, state["daily_limit"])
}

func TestCreateInactiveTakesASecondCall(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	config := full.with(values{"is_active": false})

	state := c.create(config)
	calls, bodies := writes(t, fake)
	assert.Equal(t, []string{"POST /api/v1/integrations", "PATCH /api/v1/integrations/1"}, calls)
	assert.NotContains(t, bodies[0], "is_active")
	assert.Equal(t, map[string]any{"is_active": false}, bodies[1])
	assert.Equal(t, false, state["is_active"])
	assert.NotNil(t, state["key_preview"], "what only the first answer has is kept")

	state, diags := c.refresh(state)
	requireNoErrors(t, diags)
	assert.True(t, c.plan(state, config).isEmpty())
}

func TestCreateWithoutCredentialsIsRefusedInThePlan(t *testing.T) {
	t.Parallel()
	c := newCore(t, newFake(t))
	for name, credentials := range map[string]any{"missing": nil, "empty": values{}} {
		p := c.plan(nil, minimal.with(values{"credentials": credentials}))
		assert.Contains(t, textOf(p.diags), "Credentials are missing", name)
	}
	p := c.plan(nil, minimal.with(values{"credentials": unknown}))
	requireNoErrors(t, p.diags)
	p.config = minimal.with(values{"credentials": nil}) // known at last, and missing
	_, diags := c.apply(p)
	assert.Contains(t, textOf(diags), "Credentials are missing")
}

func TestCreateInactiveHasTheTimeOfTheSecondCall(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	p := c.plan(nil, minimal.with(values{"is_active": false}))
	fake.Fail(spideriqtest.Fault{}, spideriqtest.Status(200,
		`{"success": true, "integration": {"id": 1, "updated_at": "2030-01-02T03:04:05Z"}}`))

	state, diags := c.apply(p)
	requireNoErrors(t, diags)
	assert.Equal(t, "2030-01-02T03:04:05Z", state["updated_at"])
}

func TestCredentialsThatAreNullAreRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)

	_, diags := c.apply(c.plan(nil, minimal.with(values{"credentials": values{"api_key": nil}})))
	assert.True(t, hasErrors(diags))
	assert.Empty(t, fake.Requests())
}
