package errorbody_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/errorbody"
)

// recorded returns the status and the body of the response in a file of testdata.
func recorded(t *testing.T, name string) (int, []byte) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name+".http"))
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(file)), nil)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, body
}

func TestEveryRecordedErrorIsUnderstood(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file, code, message string
		shown               string // behind the status; the message where it is the same
		retryAfter          time.Duration
	}{
		{file: "update-404", message: "Integration not found"},
		{file: "update-400", message: "spend_limit_action must be 'warn' or 'block'"},
		{file: "detail-text-400", message: "Malformed request"},
		{file: "detail-text-401", message: "Could not validate credentials"},
		{file: "detail-object-401", code: "token_expired", message: "This token has expired"},
		{file: "error-object-403", code: "BRAND_SUSPENDED", message: "This brand is suspended"},
		{file: "error-object-python-dict-400", code: "VALIDATION_FAILED", message: "It's not a number"},
		{file: "gateway-401", code: "invalid_api_key", message: "Invalid API key provided"},
		{file: "gateway-type-503", code: "overloaded_error", message: "The gateway is overloaded"},
		{file: "error-code-409", code: "concurrent_job_limit", message: "concurrent_job_limit"},
		{file: "form-locked-423", code: "form_locked", message: "form_locked"},
		{file: "reason-429", code: "burst_exceeded", message: "Too many requests at once", retryAfter: time.Minute},
		{file: "plan-429", code: "MAX_CAMPAIGNS_PER_CLIENT", message: "Your plan allows 5 campaigns"},
		{file: "rate-limit-429", message: "Rate limit exceeded"},
		{file: "refusal-409", code: "pool_frozen", message: "The key pool is frozen during migration"},
		{
			file:    "validation-422",
			code:    "int_parsing",
			message: "body.daily_limit: Input should be a valid integer; body.limits.0: Field required",
		},
		{file: "success-false-200", message: "Nothing was changed"},
		{file: "html-502", message: "502 Bad Gateway The upstream is away", shown: "The upstream is away"},
		{file: "html-413", message: "413 Request Entity Too Large", shown: "-"},
		{file: "empty-503"},
		{file: "text-504", message: "upstream request timeout"},
		{file: "cut-502"},
		{file: "message-and-detail-400", code: "too_small", message: "Not valid; body.daily_limit: Too small"},
		{file: "bare-text-400", message: "Not in the mood"},
		{file: "bare-list-400", message: "First problem; Second problem"},
		{file: "empty-object-404"},
		{file: "odd-types-400", code: "4002", message: "false"},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			status, body := recorded(t, tt.file)
			want := errorbody.Error{Code: tt.code, Message: tt.message}
			if tt.retryAfter > 0 {
				want.RetryAfter, want.HasRetryAfter = tt.retryAfter, true
			}
			got := errorbody.Parse(body, nil)
			assert.Equal(t, want, got)
			assert.Equal(t, tt.file == "plan-429", got.IsFinal())
			assert.Equal(t, got.IsFinal(), errorbody.IsFinal(body))
			switch tt.shown {
			case "":
				tt.shown = tt.message
			case "-":
				tt.shown = ""
			}
			assert.Equal(t, tt.shown, errorbody.TrimStatus(got.Message, status))
		})
	}
	files, err := filepath.Glob("testdata/*.http")
	require.NoError(t, err)
	assert.Len(t, files, len(tests), "a response has no test")
}
