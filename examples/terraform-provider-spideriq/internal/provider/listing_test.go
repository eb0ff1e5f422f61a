package provider_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// stateOf is the state of an integration as far as a read needs it.
func stateOf(id int) values { return values{"id": strconv.Itoa(id), "provider_name": "openrouter"} }

func TestAllReadsOfARunShareOneListing(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	for id := range 90 {
		fake.Add(existing(int64(id + 1)))
	}
	c := newCore(t, fake)

	var reads sync.WaitGroup
	for id := range 90 {
		reads.Go(func() {
			state, diags := c.refresh(stateOf(id + 1))
			assert.False(t, hasErrors(diags))
			assert.Equal(t, strconv.Itoa(id+1), state["id"])
		})
	}
	reads.Go(func() {
		state, _ := c.data("spideriq_integrations", values{})
		assert.Len(t, state["integrations"], 90)
	})
	reads.Wait()
	assert.Equal(t, 2, listings(fake), "one page with rows, and the empty one behind it")
}

func TestAListingThatFailsIsNotRepeatedForEveryResource(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	fake.Add(existing(1))
	c := newCore(t, fake)
	fake.Fail(spideriqtest.Status(403, `{"detail": "not allowed"}`))

	for range 20 {
		state, diags := c.refresh(stateOf(1))
		assert.Contains(t, textOf(diags), "not allowed")
		assert.NotNil(t, state)
	}
	assert.Equal(t, 1, listings(fake))
}

func TestAChangeMakesTheNextReadListAgain(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	before, diags := c.data("spideriq_integrations", values{})
	requireNoErrors(t, diags)
	assert.Empty(t, before["integrations"])

	state := c.create(full)
	after, _ := c.data("spideriq_integrations", values{})
	assert.Len(t, after["integrations"], 1)

	state, diags = c.apply(c.plan(state, full.with(values{"daily_limit": 5})))
	requireNoErrors(t, diags)
	after, _ = c.data("spideriq_integrations", values{})
	assert.Contains(t, fmt.Sprint(after["integrations"]), "daily_limit:5 ")

	_, diags = c.destroy(state)
	requireNoErrors(t, diags)
	after, _ = c.data("spideriq_integrations", values{})
	assert.Empty(t, after["integrations"])
}

func TestAnIntegrationThatIsGoneLeavesTheState(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	fake.Add(existing(1))
	c := newCore(t, fake)

	for id := 2; id < 30; id++ {
		state, diags := c.refresh(stateOf(id))
		requireNoErrors(t, diags)
		assert.Nil(t, state)
	}
	state, diags := c.refresh(stateOf(1))
	requireNoErrors(t, diags)
	assert.NotNil(t, state)
	assert.Equal(t, 4, listings(fake), "two listings of two pages, whatever is gone")
}

const (
	emptyPage = `{"success": true, "integrations": []}`
	onlyOne   = `{"success": true, "integrations": [{"id": 1, "provider_name": "openrouter"}]}`
	oneAndTwo = `{"success": true, "integrations": [{"id": 1, "provider_name": "openrouter"},
		{"id": 2, "provider_name": "groq"}]}`
	notAllowed = `{"detail": "not allowed"}`
)

func TestAnIntegrationThatOneListingMissesStaysInTheState(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string][]spideriqtest.Fault{
		"the first": {spideriqtest.Status(200, onlyOne), spideriqtest.Status(200, emptyPage)},
		"the second": {
			spideriqtest.Status(200, oneAndTwo), spideriqtest.Status(200, emptyPage),
			spideriqtest.Status(200, onlyOne), spideriqtest.Status(200, emptyPage),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t)
			fake.Add(existing(1))
			fake.Add(existing(2))
			c := newCore(t, fake)
			fake.Fail(faults...)

			gone, diags := c.refresh(stateOf(3)) // lists a second time
			requireNoErrors(t, diags)
			assert.Nil(t, gone)
			state, diags := c.refresh(stateOf(2))
			requireNoErrors(t, diags)
			assert.NotNil(t, state)
		})
	}
}

func TestAnIntegrationStaysInTheStateWhenTheSecondListingFails(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	fake.Fail(spideriqtest.Fault{}, spideriqtest.Status(403, notAllowed))

	state, diags := c.refresh(stateOf(7))
	assert.Contains(t, textOf(diags), "not allowed")
	assert.NotNil(t, state)
}

func TestRowsOfAllPagesAreFound(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	for id := range 230 {
		fake.Add(spideriq.Integration{ID: int64(id + 1), ProviderName: "openrouter"})
	}
	c := newCore(t, fake)
	state, diags := c.refresh(stateOf(230))
	requireNoErrors(t, diags)
	require.NotNil(t, state)
}
