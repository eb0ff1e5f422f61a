package contract

import (
	"net/http"
	"testing"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The bodies that errors have on this platform are in the document, and the client
// understands them.
func TestErrorBodiesAreDocumentedAndUnderstood(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status        int
		body          string
		code, message string
	}{
		"success false":     {400, `{"success": false, "error": "text"}`, "", "text"},
		"detail":            {400, `{"detail": "text"}`, "", "text"},
		"token expired":     {401, `{"detail": {"error": "token_expired", "message": "text", "expires_at": "2026-02-26T15:30:00Z"}}`, "token_expired", "text"},
		"coded":             {404, `{"error": {"code": "NOT_FOUND", "message": "text", "suggested_action": "look", "what_you_sent": {"id": 42}}}`, "NOT_FOUND", "text"},
		"coded, other":      {403, `{"error": {"code": "FORBIDDEN", "message": "text"}}`, "FORBIDDEN", "text"},
		"gateway":           {402, `{"error": {"type": "billing", "code": "no_funds", "message": "text"}}`, "no_funds", "text"},
		"cap":               {409, `{"error": "too_many_keys", "current": 5, "cap": 5}`, "too_many_keys", "too_many_keys"},
		"locked":            {423, `{"status": 423, "code": "form_locked", "until": "tomorrow"}`, "form_locked", "form_locked"},
		"reason":            {429, `{"reason_code": "slow_down", "reason_human": "text", "retry_after_seconds": 60}`, "slow_down", "text"},
		"refusal":           {409, `{"refusal": "not_now", "detail": "text"}`, "not_now", "text"},
		"validation":        {422, `{"detail": [{"loc": ["body", "daily_limit"], "msg": "text", "type": "int_parsing", "input": "many"}]}`, "int_parsing", "body.daily_limit: text"},
		"success false, OK": {200, `{"success": false, "message": "text"}`, "", "text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := spideriqtest.NewServer()
			defer server.Close()
			w, client := connect(t, server)
			server.Fail(spideriqtest.Status(c.status, c.body))
			_, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{DailyLimit: new(20000)})
			refused := new(spideriq.APIError)
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, c.status, refused.StatusCode)
			assert.Equal(t, c.code, refused.Code)
			assert.Equal(t, c.message, refused.Message)
			_, problem := w.report()
			assert.NoError(t, problem)
		})
	}
}

// What a proxy says instead of the API may be anything.
func TestPagesOfAProxyAreDocumented(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	w, client := connect(t, server)
	for _, status := range []int{413, 502, 503, 504} {
		for _, fault := range []spideriqtest.Fault{spideriqtest.HTMLPage(status), spideriqtest.Status(status, "")} {
			server.Fail(fault)
			err := client.Integrations.Delete(t.Context(), 42, spideriq.WithMaxAttempts(1))
			assertStatus(t, err, status)
		}
	}
	_, problem := w.report()
	assert.NoError(t, problem)
}

// The tests above pass when nothing is found, so: what they look for is found.
func TestEveryDifferenceIsNoticed(t *testing.T) {
	t.Parallel()
	const integration = `"id": 42, "provider_name": "groq", "provider_label": "Groq", "key_label": null, "is_active": true, "is_primary": false,
		"priority": 0, "daily_limit": null, "daily_count": 0, "minute_limit": null, "minute_count": 0, "health_status": "healthy",
		"spend_limit_amount": null, "spend_limit_period": null, "spend_limit_action": null`
	const stamp = `, "updated_at": "2026-02-26T15:30:00Z"`
	update := func(t *testing.T, c *spideriq.Client) {
		_, err := c.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{DailyLimit: new(1)})
		assert.NoError(t, err)
	}
	do := func(method, path string, body any, opts ...spideriq.RequestOption) func(*testing.T, *spideriq.Client) {
		return func(t *testing.T, c *spideriq.Client) { _ = c.Do(t.Context(), method, path, body, nil, opts...) }
	}
	type query struct {
		Total bool `url:"with_total"`
	}
	for name, c := range map[string]struct {
		answer string // of the fake, with 200; "" for its own
		call   func(*testing.T, *spideriq.Client)
		finds  string // "" for nothing
	}{
		"answer as documented":       {answer: `{"success": true, "integration": {` + integration + stamp + `}}`, call: update},
		"answer with another field":  {answer: `{"success": true, "integration": {` + integration + stamp + `, "owner": "x"}}`, call: update, finds: "response body"},
		"answer with a list's field": {answer: `{"success": true, "integration": {` + integration + stamp + `, "created_at": "2026-02-26T15:30:00Z"}}`, call: update, finds: "response body"},
		"answer without a field":     {answer: `{"success": true, "integration": {` + integration + `}}`, call: update, finds: "response body"},
		"answer of another type":     {answer: `{"success": true, "integration": {` + integration + `, "updated_at": 5}}`, call: update, finds: "response body"},
		"field beside the answer":    {answer: `{"success": true, "total": 1, "integration": {` + integration + stamp + `}}`, call: update, finds: "response body"},
		"other status":               {call: do("POST", "/integrations", map[string]any{"provider_name": "groq", "credentials": map[string]string{"token": "x"}}), finds: "not documented"},
		"body with another field":    {call: do("PATCH", "/integrations/42", map[string]any{"is_active": true, "priority": 10}), finds: "request body has an error"},
		"body with another type":     {call: do("PATCH", "/integrations/42", map[string]any{"is_active": "yes"}), finds: "request body has an error"},
		"body with null":             {call: do("PATCH", "/integrations/42", map[string]any{"daily_limit": nil}), finds: "request body has an error"},
		"body where there is none":   {call: do("DELETE", "/integrations/42", map[string]any{}), finds: "request body"},
		"no body":                    {call: do("PATCH", "/integrations/42", nil), finds: "request body"},
		"create without credentials": {call: do("POST", "/integrations", map[string]any{"provider_name": "groq"}), finds: "request body has an error"},
		"other query":                {call: do("GET", "/integrations", nil, spideriq.WithQuery(query{true})), finds: "query parameter \"with_total\""},
		"other path":                 {call: do("GET", "/providers", nil), finds: "no matching operation"},
		"other method":               {call: do("GET", "/integrations/42", nil), finds: "method not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := spideriqtest.NewServer()
			defer server.Close()
			w, client := connect(t, server)
			if c.answer != "" {
				server.Fail(spideriqtest.Status(http.StatusOK, c.answer))
			}
			c.call(t, client)
			_, problem := w.report()
			if c.finds == "" {
				assert.NoError(t, problem)
			} else {
				assert.ErrorContains(t, problem, c.finds)
			}
		})
	}
}
