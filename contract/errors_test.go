package contract

import (
	"testing"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The document has every form of error body that the platform uses, and the client
// reads the code and the message of each.
func TestErrorBodiesAreDocumentedAndRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		code    string
		message string
	}{
		"success false": {
			status:  400,
			body:    `{"success": false, "error": "text"}`,
			message: "text",
		},
		"success false with 200": {
			status:  200,
			body:    `{"success": false, "message": "text"}`,
			message: "text",
		},
		"detail": {
			status:  400,
			body:    `{"detail": "text"}`,
			message: "text",
		},
		"token expired": {
			status: 401,
			body: `{"detail": {"error": "token_expired", "message": "text",
				"expires_at": "2026-02-26T15:30:00Z"}}`,
			code:    "token_expired",
			message: "text",
		},
		"code with an echo of the request": {
			status: 404,
			body: `{"error": {"code": "NOT_FOUND", "message": "text", "suggested_action": "look",
				"what_you_sent": {"id": 42}}}`,
			code:    "NOT_FOUND",
			message: "text",
		},
		"code": {
			status:  403,
			body:    `{"error": {"code": "FORBIDDEN", "message": "text"}}`,
			code:    "FORBIDDEN",
			message: "text",
		},
		"gateway": {
			status:  402,
			body:    `{"error": {"type": "billing", "code": "no_funds", "message": "text"}}`,
			code:    "no_funds",
			message: "text",
		},
		"cap": {
			status:  409,
			body:    `{"error": "too_many_keys", "current": 5, "cap": 5}`,
			code:    "too_many_keys",
			message: "too_many_keys",
		},
		"locked": {
			status:  423,
			body:    `{"status": 423, "code": "form_locked", "until": "tomorrow"}`,
			code:    "form_locked",
			message: "form_locked",
		},
		"reason": {
			status:  429,
			body:    `{"reason_code": "slow_down", "reason_human": "text", "retry_after_seconds": 60}`,
			code:    "slow_down",
			message: "text",
		},
		"refusal": {
			status:  409,
			body:    `{"refusal": "not_now", "detail": "text"}`,
			code:    "not_now",
			message: "text",
		},
		"validation": {
			status: 422,
			body: `{"detail": [{"loc": ["body", "daily_limit"], "msg": "text", "type": "int_parsing",
				"input": "many"}]}`,
			code:    "int_parsing",
			message: "body.daily_limit: text",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := spideriqtest.NewServer()
			defer server.Close()
			v, client := connect(t, server)
			server.Fail(spideriqtest.Status(c.status, c.body))
			_, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{DailyLimit: new(20000)})
			apiErr := new(spideriq.APIError)
			require.ErrorAs(t, err, &apiErr)
			assert.Equal(t, c.status, apiErr.StatusCode)
			assert.Equal(t, c.code, apiErr.Code)
			assert.Equal(t, c.message, apiErr.Message)
			_, problems := v.report()
			assert.NoError(t, problems)
		})
	}
}

// A proxy in front of the API may send a page or an empty body.
func TestPagesOfAProxyAreDocumented(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	v, client := connect(t, server)
	for _, status := range []int{413, 502, 503, 504} {
		for _, fault := range []spideriqtest.Fault{
			spideriqtest.HTMLPage(status),
			spideriqtest.Status(status, ""),
		} {
			server.Fail(fault)
			err := client.Integrations.Delete(t.Context(), 42, spideriq.WithMaxAttempts(1))
			assertStatus(t, err, status)
		}
	}
	_, problems := v.report()
	assert.NoError(t, problems)
}
