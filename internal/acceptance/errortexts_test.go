package acceptance_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

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
			err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(400, body))))
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
	err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Fail(cause))))
	assert.Less(t, len(err.Error()), 900)
	assert.Contains(t, err.Error(), "one two three é")
}

func TestErrorTextCountsAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := fakeapi.New(fakeapi.Respond(503, ""), fakeapi.Respond(502, ""), errorResponse("update-404"))
		_, err := newClient(t, api).Integrations.List(t.Context(), spideriq.ListParams{ProviderName: "groq"})
		assert.EqualError(
			t, err, "spideriq: GET /integrations: 404 Not Found: Integration not found (after 3 attempts)",
		)
		err = remove(t.Context(), newClient(t, fakeapi.New(fakeapi.Fail(io.EOF))))
		assert.EqualError(
			t, err,
			"spideriq: DELETE /integrations/42: the connection was closed before the whole answer had come "+
				"(after 3 attempts; may have been applied)",
		)
	})
}

func TestErrorsAreLoggedInParts(t *testing.T) {
	t.Parallel()
	e := &spideriq.APIError{
		StatusCode:     429,
		Code:           "c",
		Message:        "m",
		Method:         "PATCH",
		Path:           "/integrations/42",
		RetryAfter:     time.Second,
		Attempts:       2,
		MayHaveApplied: true,
	}
	api := `{"method":"PATCH","path":"/integrations/42","status":429,"code":"c","message":"m",` +
		`"retry_after":1000000000,"attempts":2,"may_have_applied":true}`
	logged := map[error]string{
		&spideriq.TransportError{
			Method:         "PATCH",
			Path:           "/integrations/42",
			Attempts:       2,
			MayHaveApplied: true,
			Err:            io.EOF,
		}: `{"method":"PATCH","path":"/integrations/42",` +
			`"error":"the connection was closed before the whole answer had come",` +
			`"attempts":2,"may_have_applied":true}`,
		&spideriq.InvalidResponseError{
			StatusCode:  200,
			ContentType: "text/html",
			Method:      "PATCH",
			Path:        "/integrations/42",
			Attempts:    1,
			Err:         errors.New("the body is not JSON"),
		}: `{"method":"PATCH","path":"/integrations/42","status":200,"content_type":"text/html",` +
			`"error":"the body is not JSON","attempts":1}`,
	}
	for _, err := range errorFamily(e) {
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
		err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(400, `{"error": "`+sent+`"}`))))
		assert.Equal(t, want, requireAs[*spideriq.BadRequestError](t, err).Message)
	}
}
