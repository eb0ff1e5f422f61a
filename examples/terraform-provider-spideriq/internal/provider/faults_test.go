package provider_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

const proxyNotFound = `{"detail":"Not Found"}` // a wrong base URL, as the platform answers it

func TestACreateWhoseAnswerIsLostIsNotRepeatedAndTellsWhatToDo(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]spideriqtest.Fault{
		"no answer":       spideriqtest.Cut(),
		"half an answer":  spideriqtest.CutBody(),
		"a proxy gave up": spideriqtest.HTMLPage(504),
		"no integration":  spideriqtest.Status(201, `{"success": true}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t)
			fake.Add(spideriq.Integration{ID: 41, ProviderName: "openrouter", KeyLabel: "Batch jobs"})
			fake.Add(spideriq.Integration{ID: 42, ProviderName: "groq", KeyLabel: "Production"})
			c := newCore(t, fake)
			p := c.plan(nil, full)
			fake.Fail(fault)

			state, diags := c.apply(p)
			assert.Nil(t, state, "an unknown id is in no state")
			calls, _ := writes(t, fake)
			assert.Equal(t, []string{"POST /api/v1/integrations"}, calls)
			text := textOf(diags)
			assert.Contains(t, text, "The integration may have been created")
			assert.Contains(t, text, "tofu import")
			assert.NotContains(t, text, "import ID 41", "another provider's")
			assert.NotContains(t, text, "import ID 42", "of another label")
			assert.NotContains(t, text, secret)
			if _, created := fake.Get(43); created {
				assert.Contains(t, text, `- import ID 43: label "Batch jobs", created 20`)
			} else {
				assert.Contains(t, text, "The API lists no integration of this provider and label.")
			}
		})
	}
}

func TestTheReportOfALostCreateHasTheVersionAndSaysThatTheKeyIsActive(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	p := c.plan(nil, minimal.with(values{"is_active": false, "credentials_version": 3}))
	fake.Fail(spideriqtest.Cut())

	_, diags := c.apply(p)
	assert.Contains(t, textOf(diags), "import ID 1@3:")
	assert.Contains(t, textOf(diags), "It is active until")
}

func TestACreateOfUnknownOutcomeIsReportedAlsoWhenNothingCanBeListed(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	p := c.plan(nil, minimal)
	fake.Fail(spideriqtest.Cut(), spideriqtest.Status(403, ""))

	_, diags := c.apply(p)
	assert.Contains(t, textOf(diags), "The integration may have been created")
	assert.Contains(t, textOf(diags), "could not be listed")
}

func TestACreateThatTheAPIRefusesSaysSo(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	p := c.plan(nil, minimal)
	fake.Fail(spideriqtest.Status(400, `{"success": false, "error": "the key `+secret+` is not valid"}`))

	state, diags := c.apply(p)
	assert.Nil(t, state)
	assert.Contains(t, textOf(diags), "The integration was not created")
	assert.Contains(t, textOf(diags), "is not valid")
	assert.NotContains(t, textOf(diags), secret)
	assert.Zero(t, listings(fake), "there is nothing to look for")
}

func TestAnInactiveKeyThatCannotBeDisabledIsInTheState(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	p := c.plan(nil, full.with(values{"is_active": false}))
	fake.Fail(spideriqtest.Fault{}, spideriqtest.Status(403, `{"detail": "not allowed"}`))

	state, diags := c.apply(p)
	assert.Equal(t, "1", state["id"])
	assert.Equal(t, true, state["is_active"], "as it is")
	assert.Nil(t, state["credentials"])
	assert.Contains(t, textOf(diags), "The integration was created and is still active")
	assert.Contains(t, textOf(diags), "Integration 1 exists")
	assert.Contains(t, textOf(diags), "tofu untaint")
	assert.Contains(t, textOf(diags), "not allowed")
}

func TestACreateThatIsInterruptedBetweenItsTwoCallsIsInTheState(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	p := c.plan(nil, full.with(values{"is_active": false}))
	fake.Fail(spideriqtest.Fault{}, spideriqtest.Delay(time.Minute))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		assert.Eventually(t, func() bool { return len(fake.Requests()) == 2 }, time.Minute, time.Millisecond)
		cancel()
	}()

	state, diags := c.applyWithin(ctx, p)
	assert.Equal(t, "1", state["id"])
	assert.True(t, hasErrors(diags))
}

func TestAnUpdateOfUnknownOutcomeKeepsTheStateAndTheNextRunFindsIt(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(full)
	config := full.with(values{"daily_limit": 5})
	p := c.plan(state, config)
	fake.Fail(spideriqtest.Cut(), spideriqtest.Cut(), spideriqtest.Cut())

	after, diags := c.apply(p)
	assert.Equal(t, state, after)
	assert.Contains(t, textOf(diags), "The integration may have been updated")

	after, diags = c.refresh(after)
	requireNoErrors(t, diags)
	assert.True(t, c.plan(after, config).isEmpty(), "the update was made")
}

func TestAnUpdateIsRepeatedByTheClient(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(full)
	p := c.plan(state, full.with(values{"daily_limit": 5}))
	fake.Fail(spideriqtest.Status(503, ""), spideriqtest.Cut())

	_, diags := c.apply(p)
	requireNoErrors(t, diags)
}

func TestAnUpdateThatTheAPIRefusesShowsItsWords(t *testing.T) {
	t.Parallel()
	c := newCore(t, newFake(t))
	state := c.create(full)

	after, diags := c.apply(c.plan(state, full.with(values{"spend_limit_action": "explode"})))
	assert.Equal(t, state, after)
	assert.Contains(t, textOf(diags), "The integration was not updated")
	assert.Contains(t, textOf(diags), "spend_limit_action must be 'warn' or 'block'")
}

func TestAnUpdateOfAnIntegrationThatIsGoneIsAnError(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(full)
	p := c.plan(state, full.with(values{"daily_limit": 5}))
	require.NoError(t, fake.Client().Integrations.Delete(t.Context(), 1))

	after, diags := c.apply(p)
	assert.Equal(t, state, after)
	assert.Contains(t, textOf(diags), "Integration not found")
}

func TestAnAnswerWithOtherSettingsIsAWarning(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	p := c.plan(nil, full)
	fake.Fail(spideriqtest.Status(201, `{"success": true, "integration": {"id": 9, "provider_name": "groq",
		"key_label": "Batch jobs", "is_active": true, "is_primary": true, "daily_limit": 20000, "minute_limit": 300,
		"spend_limit_amount": "1250.5", "spend_limit_period": "daily", "spend_limit_action": "block"}}`))

	state, diags := c.apply(p)
	requireNoErrors(t, diags)
	assert.Equal(t, 30000, state["daily_limit"], "as planned, which the protocol demands")
	assert.Nil(t, state["updated_at"], "not in the answer")
	assert.Contains(t, textOf(diags), `Asked for and not confirmed: {"daily_limit":30000}`)
}

func TestAnUpdateThatTheAPIConfirmsWithAnotherValueIsAWarning(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(full)
	p := c.plan(state, full.with(values{"daily_limit": 5}))
	fake.Fail(spideriqtest.Status(200, `{"success": true, "integration": {"id": 1, "daily_limit": 6}}`))

	_, diags := c.apply(p)
	requireNoErrors(t, diags)
	assert.Contains(t, textOf(diags), `Asked for and not confirmed: {"daily_limit":5}`)
}

func TestADeleteOfWhatTheAPIDoesNotHaveSucceeds(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(minimal)
	fake.Fail(spideriqtest.Cut()) // the second attempt finds nothing

	after, diags := c.destroy(state)
	requireNoErrors(t, diags)
	assert.Nil(t, after)
}

func TestADeleteWhose404IsNotTheAPIsFails(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]spideriqtest.Fault{
		"a proxy":          spideriqtest.HTMLPage(404),
		"a wrong base URL": spideriqtest.Status(404, proxyNotFound),
		"an empty body":    spideriqtest.Status(404, ""),
		"no error":         spideriqtest.Status(404, `{"success": false}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t)
			c := newCore(t, fake)
			state := c.create(minimal)
			fake.Fail(fault)

			after, diags := c.destroy(state)
			assert.Contains(t, textOf(diags), "The integration was not deleted")
			assert.Equal(t, state, after, "stays in the state")
		})
	}
}

func TestADeleteOfUnknownOutcomeKeepsTheState(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	state := c.create(minimal)
	fake.Fail(spideriqtest.HTMLPage(504), spideriqtest.HTMLPage(504), spideriqtest.HTMLPage(504))

	after, diags := c.destroy(state)
	assert.Contains(t, textOf(diags), "The integration may have been deleted")
	assert.Equal(t, state, after)
}

func TestA404OfTheListingRemovesNothingFromTheState(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]spideriqtest.Fault{
		"a proxy":          spideriqtest.HTMLPage(404),
		"a wrong base URL": spideriqtest.Status(404, proxyNotFound),
		"the API's form":   spideriqtest.Status(404, `{"success": false, "error": "Integration not found"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t)
			c := newCore(t, fake)
			state := c.create(minimal)
			fake.Fail(fault)

			after, diags := c.refresh(state)
			assert.Contains(t, textOf(diags), "The integrations cannot be listed")
			assert.Equal(t, state, after)
		})
	}
}

func TestAWrongTokenSaysWhereTheTokenComesFrom(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newUnconfiguredCore(t)
	requireNoErrors(t, c.configure(values{"token": "wrong", "base_url": fake.URL}))

	_, diags := c.refresh(values{"id": "1", "provider_name": "groq"})
	assert.Contains(t, textOf(diags), "SPIDERIQ_TOKEN")
	_, diags = c.data("spideriq_health", values{})
	assert.Contains(t, textOf(diags), "SPIDERIQ_TOKEN")
}
