package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// An errorBody is a recorded response and the error that it becomes.
type errorBody struct {
	file, text    string // the text behind "spideriq: PATCH /integrations/42: "
	wantType      error
	code, message string
	retryAfter    time.Duration
}

var errorBodies = []errorBody{
	{
		"update-404", "404 Not Found: Integration not found", &spideriq.NotFoundError{}, "",
		"Integration not found", 0,
	},
	{
		"update-400", "400 Bad Request: spend_limit_action must be 'warn' or 'block'",
		&spideriq.BadRequestError{}, "", "spend_limit_action must be 'warn' or 'block'", 0,
	},
	{
		"detail-text-400", "400 Bad Request: Malformed request", &spideriq.BadRequestError{}, "",
		"Malformed request", 0,
	},
	{
		"detail-text-401", "401 Unauthorized: Could not validate credentials", &spideriq.UnauthorizedError{},
		"", "Could not validate credentials", 0,
	},
	{
		"detail-object-401", "401 Unauthorized: token_expired: This token has expired",
		&spideriq.UnauthorizedError{}, "token_expired", "This token has expired", 0,
	},
	{
		"error-object-403", "403 Forbidden: BRAND_SUSPENDED: This brand is suspended",
		&spideriq.ForbiddenError{}, "BRAND_SUSPENDED", "This brand is suspended", 0,
	},
	{
		"error-object-python-dict-400", "400 Bad Request: VALIDATION_FAILED: It's not a number",
		&spideriq.BadRequestError{}, "VALIDATION_FAILED", "It's not a number", 0,
	},
	{
		"gateway-401", "401 Unauthorized: invalid_api_key: Invalid API key provided",
		&spideriq.UnauthorizedError{}, "invalid_api_key", "Invalid API key provided", 0,
	},
	{
		"gateway-type-503", "503 Service Unavailable: overloaded_error: The gateway is overloaded",
		&spideriq.ServerError{}, "overloaded_error", "The gateway is overloaded", 0,
	},
	{
		"error-code-409", "409 Conflict: concurrent_job_limit", &spideriq.APIError{}, "concurrent_job_limit",
		"concurrent_job_limit", 0,
	},
	{"form-locked-423", "423 Locked: form_locked", &spideriq.APIError{}, "form_locked", "form_locked", 0},
	{
		"reason-429", "429 Too Many Requests: burst_exceeded: Too many requests at once",
		&spideriq.RateLimitError{}, "burst_exceeded", "Too many requests at once", time.Minute,
	},
	{
		"plan-429", "429 Too Many Requests: MAX_CAMPAIGNS_PER_CLIENT: Your plan allows 5 campaigns",
		&spideriq.RateLimitError{}, "MAX_CAMPAIGNS_PER_CLIENT", "Your plan allows 5 campaigns", 0,
	},
	{
		"rate-limit-429", "429 Too Many Requests: Rate limit exceeded", &spideriq.RateLimitError{}, "",
		"Rate limit exceeded", 17 * time.Second,
	},
	{
		"refusal-409", "409 Conflict: pool_frozen: The key pool is frozen during migration",
		&spideriq.APIError{}, "pool_frozen", "The key pool is frozen during migration", 0,
	},
	{
		"validation-422",
		"422 Unprocessable Entity: int_parsing: body.daily_limit: " +
			"Input should be a valid integer; body.limits.0: Field required",
		&spideriq.BadRequestError{}, "int_parsing",
		"body.daily_limit: Input should be a valid integer; body.limits.0: Field required", 0,
	},
	{"success-false-200", "200 OK: Nothing was changed", &spideriq.APIError{}, "", "Nothing was changed", 0},
	{"empty-503", "503 Service Unavailable", &spideriq.ServerError{}, "", "", 0},
	{
		"text-504", "504 Gateway Timeout: upstream request timeout (may have been applied)",
		&spideriq.ServerError{}, "", "upstream request timeout", 0,
	},
	{"cut-502", "502 Bad Gateway (may have been applied)", &spideriq.ServerError{}, "", "", 0},
	{
		"message-and-detail-400", "400 Bad Request: too_small: Not valid; body.daily_limit: Too small",
		&spideriq.BadRequestError{}, "too_small", "Not valid; body.daily_limit: Too small", 0,
	},
	{"bare-text-400", "400 Bad Request: Not in the mood", &spideriq.BadRequestError{}, "", "Not in the mood", 0},
	{
		"bare-list-400", "400 Bad Request: First problem; Second problem", &spideriq.BadRequestError{}, "",
		"First problem; Second problem", 0,
	},
	{"empty-object-404", "404 Not Found", &spideriq.NotFoundError{}, "", "", 0},
	{"odd-types-400", "400 Bad Request: 4002: false", &spideriq.BadRequestError{}, "4002", "false", 0},
}

func TestEveryErrorBodyIsUnderstood(t *testing.T) {
	t.Parallel()
	const echo = "echo-of-the-request"
	for _, c := range slices.Concat(errorBodies, errorPages) {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			var info spideriq.ResponseInfo
			_, err := newClient(t, fakeapi.New(recordedResponse(c.file)), oneAttempt).Integrations.Update(
				t.Context(), 42, spideriq.UpdateParams{KeyLabel: new(echo)}, spideriq.WithResponseInfo(&info),
			)
			assert.IsType(t, c.wantType, err)
			assert.EqualError(t, err, "spideriq: PATCH /integrations/42: "+c.text)
			e := requireAs[*spideriq.APIError](t, err)
			assert.Equal(t, c.code, e.Code)
			assert.Equal(t, c.message, e.Message)
			assert.Equal(t, c.retryAfter, e.RetryAfter)
			assert.Equal(t, info.StatusCode, e.StatusCode)
			assert.Equal(t, info.Header, e.Header)
			assert.Equal(t, "PATCH", e.Method)
			assert.Equal(t, "/integrations/42", e.Path)
			assert.Equal(t, 1, e.Attempts)
			assert.NotContains(t, fmt.Sprintf("%+v %+v", err, *e), echo)
		})
	}
}

// recordedResponse answers with a recorded response of the platform, whatever its status.
func recordedResponse(name string) fakeapi.Reply {
	if strings.HasSuffix(name, "-200") {
		return fakeapi.Recorded(name)
	}
	return errorResponse(name)
}
