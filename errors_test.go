package spideriq_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

func TestEveryErrorBodyIsUnderstood(t *testing.T) {
	t.Parallel()
	const echo = "echo-of-the-request"
	answers := []struct {
		file, text    string // the text behind "spideriq: PATCH /integrations/42: "
		wantType      error
		code, message string
		retryAfter    time.Duration
	}{
		{"update-404", "404 Not Found: Integration not found", &spideriq.NotFoundError{}, "", "Integration not found", 0},
		{"update-400", "400 Bad Request: spend_limit_action must be 'warn' or 'block'", &spideriq.BadRequestError{}, "", "spend_limit_action must be 'warn' or 'block'", 0},
		{"detail-text-400", "400 Bad Request: Malformed request", &spideriq.BadRequestError{}, "", "Malformed request", 0},
		{"detail-text-401", "401 Unauthorized: Could not validate credentials", &spideriq.UnauthorizedError{}, "", "Could not validate credentials", 0},
		{"detail-object-401", "401 Unauthorized: token_expired: This token has expired", &spideriq.UnauthorizedError{}, "token_expired", "This token has expired", 0},
		{"error-object-403", "403 Forbidden: BRAND_SUSPENDED: This brand is suspended", &spideriq.ForbiddenError{}, "BRAND_SUSPENDED", "This brand is suspended", 0},
		{"error-object-python-dict-400", "400 Bad Request: VALIDATION_FAILED: It's not a number", &spideriq.BadRequestError{}, "VALIDATION_FAILED", "It's not a number", 0},
		{"gateway-401", "401 Unauthorized: invalid_api_key: Invalid API key provided", &spideriq.UnauthorizedError{}, "invalid_api_key", "Invalid API key provided", 0},
		{"gateway-type-503", "503 Service Unavailable: overloaded_error: The gateway is overloaded", &spideriq.ServerError{}, "overloaded_error", "The gateway is overloaded", 0},
		{"error-code-409", "409 Conflict: concurrent_job_limit", &spideriq.APIError{}, "concurrent_job_limit", "concurrent_job_limit", 0},
		{"form-locked-423", "423 Locked: form_locked", &spideriq.APIError{}, "form_locked", "form_locked", 0},
		{"reason-429", "429 Too Many Requests: burst_exceeded: Too many requests at once", &spideriq.RateLimitError{}, "burst_exceeded", "Too many requests at once", time.Minute},
		{"plan-429", "429 Too Many Requests: MAX_CAMPAIGNS_PER_CLIENT: Your plan allows 5 campaigns", &spideriq.RateLimitError{}, "MAX_CAMPAIGNS_PER_CLIENT", "Your plan allows 5 campaigns", 0},
		{"rate-limit-429", "429 Too Many Requests: Rate limit exceeded", &spideriq.RateLimitError{}, "", "Rate limit exceeded", 17 * time.Second},
		{"refusal-409", "409 Conflict: pool_frozen: The key pool is frozen during migration", &spideriq.APIError{}, "pool_frozen", "The key pool is frozen during migration", 0},
		{"validation-422", "422 Unprocessable Entity: int_parsing: body.daily_limit: Input should be a valid integer; body.limits.0: Field required", &spideriq.BadRequestError{}, "int_parsing", "body.daily_limit: Input should be a valid integer; body.limits.0: Field required", 0},
		{"success-false-200", "200 OK: Nothing was changed", &spideriq.APIError{}, "", "Nothing was changed", 0},
		{"html-502", "502 Bad Gateway: 502 Bad Gateway The upstream is away (may have been applied)", &spideriq.ServerError{}, "", "502 Bad Gateway The upstream is away", 0},
		{"html-413", "413 Request Entity Too Large: 413 Request Entity Too Large", &spideriq.APIError{}, "", "413 Request Entity Too Large", 0},
		{"empty-503", "503 Service Unavailable", &spideriq.ServerError{}, "", "", 0},
		{"text-504", "504 Gateway Timeout: upstream request timeout (may have been applied)", &spideriq.ServerError{}, "", "upstream request timeout", 0},
		{"cut-502", "502 Bad Gateway (may have been applied)", &spideriq.ServerError{}, "", "", 0},
		{"message-and-detail-400", "400 Bad Request: too_small: Not valid; body.daily_limit: Too small", &spideriq.BadRequestError{}, "too_small", "Not valid; body.daily_limit: Too small", 0},
		{"bare-text-400", "400 Bad Request: Not in the mood", &spideriq.BadRequestError{}, "", "Not in the mood", 0},
		{"bare-list-400", "400 Bad Request: First problem; Second problem", &spideriq.BadRequestError{}, "", "First problem; Second problem", 0},
		{"empty-object-404", "404 Not Found", &spideriq.NotFoundError{}, "", "", 0},
		{"odd-types-400", "400 Bad Request: 4002: false", &spideriq.BadRequestError{}, "4002", "false", 0},
	}
	for _, c := range answers {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			var info spideriq.ResponseInfo
			_, err := replying(recorded(c.file)).client(t, once).Integrations.Update(t.Context(), 42, spideriq.UpdateParams{KeyLabel: new(echo)}, spideriq.WithResponseInfo(&info))
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
	files, err := filepath.Glob("testdata/*-[345]*.http")
	require.NoError(t, err)
	assert.Len(t, files, len(answers)-1, "an answer has no test; the one more is a success by its status")
}

func TestEveryStatusHasItsType(t *testing.T) {
	t.Parallel()
	types := map[int]error{400: &spideriq.BadRequestError{}, 422: &spideriq.BadRequestError{}, 401: &spideriq.UnauthorizedError{},
		403: &spideriq.ForbiddenError{}, 404: &spideriq.NotFoundError{}, 429: &spideriq.RateLimitError{}}
	for status := 300; status < 1000; status++ {
		want := types[status]
		switch {
		case want != nil:
		case status >= 500 && status < 600:
			want = &spideriq.ServerError{}
		default:
			want = &spideriq.APIError{}
		}
		for name, call := range endpoints {
			api := replying(answer(status, no))
			err := call(t.Context(), api.client(t, once))
			require.IsType(t, want, err, name)
			require.Equal(t, status, requireAs[*spideriq.APIError](t, err).StatusCode, name)
			require.Zero(t, api.open.Load(), name)
		}
	}
}

// familyOf returns one error of each type, with the same APIError inside where
// there is one.
func familyOf(e *spideriq.APIError) []error {
	return []error{&spideriq.BadRequestError{e}, &spideriq.UnauthorizedError{e}, &spideriq.ForbiddenError{e},
		&spideriq.NotFoundError{e}, &spideriq.RateLimitError{e}, &spideriq.ServerError{e}, e}
}

func TestTypedErrorsAreFoundThroughWrapping(t *testing.T) {
	t.Parallel()
	inner := &spideriq.APIError{StatusCode: 418}
	for _, err := range familyOf(inner) {
		wrapped := fmt.Errorf("outer: %w", errors.Join(errors.New("other"), err))
		found := reflect.New(reflect.TypeOf(err))
		require.True(t, errors.As(wrapped, found.Interface()), "%T", err)
		assert.Same(t, err, found.Elem().Interface())
		assert.Same(t, inner, requireAs[*spideriq.APIError](t, wrapped))
		assert.ErrorIs(t, wrapped, err)
	}
	assert.False(t, asType[*spideriq.NotFoundError](&spideriq.ForbiddenError{inner}))
}

func TestErrorsWithNothingInThemDoNotPanic(t *testing.T) {
	t.Parallel()
	errs := append(familyOf(nil), familyOf(&spideriq.APIError{})...)
	errs = append(errs, (*spideriq.TransportError)(nil), &spideriq.TransportError{}, (*spideriq.InvalidResponseError)(nil), &spideriq.InvalidResponseError{})
	for _, err := range errs {
		assert.NotEmpty(t, err.Error(), "%T", err)
		assert.NotContains(t, err.Error(), "\n")
		if inner := errors.Unwrap(err); inner != nil { // and so no nil pointer in it
			assert.NotPanics(t, func() { _ = *inner.(*spideriq.APIError) }, "%T", err)
		}
		err.(slog.LogValuer).LogValue()
		slog.New(slog.NewJSONHandler(io.Discard, nil)).Error("x", "error", err)
	}
}

func TestErrorTextIsOneBoundedLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1<<19)
	for name, body := range map[string]string{
		"message":     `{"error": "` + long + `"}`,
		"code":        `{"error": {"code": "` + long + `"}}`,
		"problems":    `{"detail": [` + strings.Repeat(`{"msg":"w"},`, 100_000) + `{}]}`,
		"python dict": `{"error": {"message": "{'message': '` + long + `'}"}}`,
		"plain text":  long,
		"page":        "<html><body>" + long + "</body></html>",
		"lines":       `{"error": "one\r\ntwo\u0000\u001b[31m\u2028three\u0085four\tfive"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			err := update(t.Context(), replying(answer(400, body)).client(t))
			assert.Less(t, time.Since(began), 5*time.Second)
			e := requireAs[*spideriq.BadRequestError](t, err)
			assert.LessOrEqual(t, len(e.Message), 512)
			assert.LessOrEqual(t, len(e.Code), 128)
			assert.Less(t, len(err.Error()), 900)
			assert.NotRegexp(t, `[\x00-\x1f\x7f\x{85}\x{2028}]|\x{fffd}`, err.Error())
			if name != "lines" {
				assert.Contains(t, err.Error(), "…")
			}
		})
	}
}

func TestTextOfACauseIsOneBoundedLine(t *testing.T) {
	t.Parallel()
	cause := errors.New("one\r\ntwo\x00\u2028three " + strings.Repeat("é", 1<<19))
	err := update(t.Context(), replying(failing(cause)).client(t))
	assert.Less(t, len(err.Error()), 900)
	assert.Contains(t, err.Error(), "one two three é")
}

func TestErrorTextCountsAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := replying(answer(503, ""), answer(502, ""), recorded("update-404"))
		_, err := api.client(t).Integrations.List(t.Context(), spideriq.ListParams{ProviderName: "groq"})
		assert.EqualError(t, err, "spideriq: GET /integrations: 404 Not Found: Integration not found (after 3 attempts)")
		err = remove(t.Context(), replying(failing(io.EOF)).client(t))
		assert.EqualError(t, err, "spideriq: DELETE /integrations/42: the connection was closed before the whole answer had come (after 3 attempts; may have been applied)")
	})
}

// A transport of the caller's may leave out of a response what net/http sets.
func TestErrorClassesAreDistinct(t *testing.T) {
	t.Parallel()
	cause := errors.New(`dial tcp 203.0.113.7:443: lookup api.internal.example: https://user@api.internal.example:8443/x?token=y`)
	response := func(r *http.Response) reply {
		return func(*http.Request) (*http.Response, error) { return r, nil }
	}
	for name, c := range map[string]struct {
		answer reply
		is     func(error) bool
	}{
		"refused":    {answer(404, "{}"), asType[*spideriq.APIError]},
		"no answer":  {failing(cause), asType[*spideriq.TransportError]},
		"no sense":   {answer(200, "<html>", "Content-Type: text/html"), asType[*spideriq.InvalidResponseError]},
		"nil answer": {response(nil), asType[*spideriq.TransportError]},
		"nil body":   {response(&http.Response{StatusCode: 500}), asType[*spideriq.APIError]},
		"too short":  {response(&http.Response{StatusCode: 200, ContentLength: 9}), asType[*spideriq.TransportError]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := update(t.Context(), replying(c.answer).client(t, once))
			classes := 0
			for _, is := range []func(error) bool{asType[*spideriq.APIError], asType[*spideriq.TransportError], asType[*spideriq.InvalidResponseError]} {
				if is(err) {
					classes++
				}
			}
			assert.Equal(t, 1, classes)
			assert.True(t, c.is(err), "%T", err)
			assert.NotRegexp(t, `203\.0|internal|8443|:443|token=|user@`, err.Error())
			assert.Equal(t, name == "no answer", errors.Is(err, cause))
		})
	}
}

func TestErrorsAreLoggedInParts(t *testing.T) {
	t.Parallel()
	e := &spideriq.APIError{StatusCode: 429, Code: "c", Message: "m", Method: "PATCH", Path: "/integrations/42", RetryAfter: time.Second, Attempts: 2, MayHaveApplied: true}
	api := `{"method":"PATCH","path":"/integrations/42","status":429,"code":"c","message":"m","retry_after":1000000000,"attempts":2,"may_have_applied":true}`
	logged := map[error]string{
		&spideriq.TransportError{Method: "PATCH", Path: "/integrations/42", Attempts: 2, MayHaveApplied: true, Err: io.EOF}:                                                        `{"method":"PATCH","path":"/integrations/42","error":"the connection was closed before the whole answer had come","attempts":2,"may_have_applied":true}`,
		&spideriq.InvalidResponseError{StatusCode: 200, ContentType: "text/html", Method: "PATCH", Path: "/integrations/42", Attempts: 1, Err: errors.New("the body is not JSON")}: `{"method":"PATCH","path":"/integrations/42","status":200,"content_type":"text/html","error":"the body is not JSON","attempts":1}`,
	}
	for _, err := range familyOf(e) {
		logged[err] = api
	}
	for err, want := range logged {
		var line bytes.Buffer
		slog.New(slog.NewJSONHandler(&line, nil)).Error("x", "error", err)
		_, got, _ := strings.Cut(strings.TrimSpace(line.String()), `"error":`)
		assert.Equal(t, want+"}", got)
	}
}

func TestMessageIsCutBehind512Bytes(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat("é", 256)
	for sent, want := range map[string]string{whole: whole, whole + "x": strings.Repeat("é", 254) + "…"} {
		err := update(t.Context(), replying(answer(400, `{"error": "`+sent+`"}`)).client(t))
		assert.Equal(t, want, requireAs[*spideriq.BadRequestError](t, err).Message)
	}
}
