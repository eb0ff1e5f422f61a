package contract

import (
	"context"
	"net/http"
	"testing"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The fake server gives every documented response of its own, and neither a request nor
// a response differs from the document.
func TestClientAndFakeKeepTheContract(t *testing.T) {
	t.Parallel()
	d := load(t)
	var seen coverage
	for _, o := range d.operations() {
		status, _ := o.success()
		require.Contains(t, calls, o.id)
		seen.callSucceeds(t, o.id, status)
		seen.callWithInvalidToken(t, o.id)
		seen.callAboveRateLimit(t, o.id)
	}
	seen.callsOfUnknownID(t)
	seen.invalidRequests(t)
	assert.ElementsMatch(t, documentedResponses(d), sortedUnique(seen))
}

// A coverage lists the exchanges that the calls have caused, such as "update 200".
type coverage []string

// add takes the exchanges since the last report. They must contain want and must be as
// documented.
func (c *coverage) add(t *testing.T, v *validator, want string) {
	t.Helper()
	exchanges, problems := v.report()
	assert.NoError(t, problems)
	assert.Contains(t, exchanges, want)
	*c = append(*c, exchanges...)
}

func (c *coverage) callSucceeds(t *testing.T, operation, status string) {
	t.Helper()
	server := spideriqtest.NewServer()
	defer server.Close()
	fillPool(server)
	v, client := connect(t, server)
	require.NoError(t, calls[operation](t.Context(), client.Integrations), operation)
	c.add(t, v, operation+" "+status)
}

func (c *coverage) callWithInvalidToken(t *testing.T, operation string) {
	t.Helper()
	server := spideriqtest.NewServer()
	defer server.Close()
	invalidToken := func(context.Context) (string, error) { return "another:fake:token", nil }
	v, client := connect(t, server, spideriq.WithTokenSource(invalidToken))
	assertStatus(t, calls[operation](t.Context(), client.Integrations), http.StatusUnauthorized)
	c.add(t, v, operation+" 401")
}

func (c *coverage) callAboveRateLimit(t *testing.T, operation string) {
	t.Helper()
	server := spideriqtest.NewServer(spideriqtest.WithRateLimit(1, 1))
	defer server.Close()
	v, client := connect(t, server, spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: 1}))
	_ = client.Do(t.Context(), http.MethodGet, "/integrations", nil, nil) // takes the one request
	assertStatus(t, calls[operation](t.Context(), client.Integrations), http.StatusTooManyRequests)
	c.add(t, v, operation+" 429")
}

// callsOfUnknownID use an ID of another brand and an ID that no integration has.
func (c *coverage) callsOfUnknownID(t *testing.T) {
	t.Helper()
	server := spideriqtest.NewServer()
	defer server.Close()
	fillPool(server)
	v, client := connect(t, server)
	for _, id := range []int64{7, 1 << 60} {
		_, err := client.Integrations.Update(t.Context(), id, spideriq.UpdateParams{IsActive: new(false)})
		assertStatus(t, err, http.StatusNotFound)
		c.add(t, v, "update 404")
		assertStatus(t, client.Integrations.Delete(t.Context(), id), http.StatusNotFound)
		c.add(t, v, "delete 404")
	}
}

// invalidRequests send a value and a type that are not documented.
func (c *coverage) invalidRequests(t *testing.T) {
	t.Helper()
	server := spideriqtest.NewServer()
	defer server.Close()
	fillPool(server)
	v, client := connect(t, server)

	stop := spideriq.SpendLimitAction("stop")
	_, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{SpendLimitAction: &stop})
	assertStatus(t, err, http.StatusBadRequest)
	c.addInvalid(t, v, "spend_limit_action")

	body := map[string]any{"daily_limit": "many"}
	err = client.Do(t.Context(), http.MethodPatch, "/integrations/42", body, nil)
	assertStatus(t, err, http.StatusUnprocessableEntity)
	c.addInvalid(t, v, "daily_limit")
}

// addInvalid takes the last exchange. A field of its request must be its only problem.
func (c *coverage) addInvalid(t *testing.T, v *validator, field string) {
	t.Helper()
	exchanges, problems := v.report()
	require.Len(t, exchanges, 1)
	assert.ErrorContains(t, problems, "request body has an error")
	assert.ErrorContains(t, problems, field)
	assert.NotContains(t, problems.Error(), "response body", "the response is as documented")
	*c = append(*c, exchanges...)
}

func assertStatus(t *testing.T, err error, status int) {
	t.Helper()
	apiErr := new(spideriq.APIError)
	if assert.ErrorAs(t, err, &apiErr) {
		assert.Equal(t, status, apiErr.StatusCode)
	}
}

// documentedResponses returns every response that the document has for an operation,
// such as "update 200". The default response and those of a proxy are left out.
func documentedResponses(d document) []string {
	var all []string
	for _, o := range d.operations() {
		for status, response := range d.at(o.node["responses"]) {
			if status != "default" && d.at(response, "content") != nil {
				all = append(all, o.id+" "+status)
			}
		}
	}
	return all
}
