package contract

import (
	"net/http"
	"testing"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
	"github.com/stretchr/testify/assert"
)

// members are those of a documented integration, without updated_at.
const members = `"id": 42, "provider_name": "groq", "provider_label": "Groq", "key_label": null,
	"is_active": true, "is_primary": false, "priority": 0, "daily_limit": null, "daily_count": 0,
	"minute_limit": null, "minute_count": 0, "health_status": "healthy", "spend_limit_amount": null,
	"spend_limit_period": null, "spend_limit_action": null`

const updatedAt = `"updated_at": "2026-02-26T15:30:00Z"`

// These tests show that the validator finds differences: the other tests pass when it
// finds none.

func TestDifferencesOfResponsesAreFound(t *testing.T) {
	t.Parallel()
	response := func(members string) string {
		return `{"success": true, "integration": {` + members + `}}`
	}
	for name, c := range map[string]struct {
		response  string
		different bool
	}{
		"as documented": {
			response: response(members + ", " + updatedAt),
		},
		"another member": {
			response:  response(members + ", " + updatedAt + `, "owner": "x"`),
			different: true,
		},
		"a member that only a list has": {
			response:  response(members + ", " + updatedAt + `, "created_at": "2026-02-26T15:30:00Z"`),
			different: true,
		},
		"a missing member": {
			response:  response(members),
			different: true,
		},
		"another type": {
			response:  response(members + `, "updated_at": 5`),
			different: true,
		},
		"a member beside the integration": {
			response:  `{"success": true, "total": 1, "integration": {` + members + ", " + updatedAt + `}}`,
			different: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := spideriqtest.NewServer()
			defer server.Close()
			v, client := connect(t, server)
			server.Fail(spideriqtest.Status(http.StatusOK, c.response))
			_, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{DailyLimit: new(1)})
			assert.NoError(t, err)
			_, problems := v.report()
			if c.different {
				assert.ErrorContains(t, problems, "response body")
			} else {
				assert.NoError(t, problems)
			}
		})
	}
}

// The document does not state which members the response to a create has. The fake
// server must send all of them.
func TestMissingMembersOfACreatedIntegrationAreFound(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	v, client := connect(t, server)
	body := `{"success": true, "integration": {` + members + ", " + updatedAt + `}}`
	server.Fail(spideriqtest.Status(http.StatusCreated, body))
	_, err := client.Integrations.Create(t.Context(), spideriq.CreateParams{
		ProviderName: spideriq.ProviderGroq,
		Credentials:  spideriq.Credentials{"api_key": "fake-fake-fake"},
	})
	assert.NoError(t, err)
	_, problems := v.report()
	assert.ErrorContains(t, problems, "response body")
}

func TestDifferencesOfRequestsAreFound(t *testing.T) {
	t.Parallel()
	type totalQuery struct {
		Total bool `url:"with_total"`
	}
	const invalidBody = "request body has an error"
	for name, c := range map[string]struct {
		method  string
		path    string
		body    any
		opts    []spideriq.RequestOption
		problem string
	}{
		"another member": {
			method:  http.MethodPatch,
			path:    "/integrations/42",
			body:    map[string]any{"is_active": true, "priority": 10},
			problem: invalidBody,
		},
		"another type": {
			method:  http.MethodPatch,
			path:    "/integrations/42",
			body:    map[string]any{"is_active": "yes"},
			problem: invalidBody,
		},
		"null": {
			method:  http.MethodPatch,
			path:    "/integrations/42",
			body:    map[string]any{"daily_limit": nil},
			problem: invalidBody,
		},
		"no body": {
			method:  http.MethodPatch,
			path:    "/integrations/42",
			problem: "request body",
		},
		"a body that is not documented": {
			method:  http.MethodDelete,
			path:    "/integrations/42",
			body:    map[string]any{},
			problem: "request body",
		},
		"create without credentials": {
			method:  http.MethodPost,
			path:    "/integrations",
			body:    map[string]any{"provider_name": "groq"},
			problem: invalidBody,
		},
		"a response that is not documented": {
			method: http.MethodPost,
			path:   "/integrations",
			body: map[string]any{
				"provider_name": "groq",
				"credentials":   map[string]string{"token": "x"},
			},
			problem: "no documented response",
		},
		"another query parameter": {
			method:  http.MethodGet,
			path:    "/integrations",
			opts:    []spideriq.RequestOption{spideriq.WithQuery(totalQuery{Total: true})},
			problem: `query parameter "with_total"`,
		},
		"another path": {
			method:  http.MethodGet,
			path:    "/providers",
			problem: "no matching operation",
		},
		"another method": {
			method:  http.MethodGet,
			path:    "/integrations/42",
			problem: "method not allowed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := spideriqtest.NewServer()
			defer server.Close()
			v, client := connect(t, server)
			_ = client.Do(t.Context(), c.method, c.path, c.body, nil, c.opts...)
			_, problems := v.report()
			assert.ErrorContains(t, problems, c.problem)
		})
	}
}
