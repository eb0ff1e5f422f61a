package acceptance_test

import (
	"errors"
	"io"
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

func TestMessageIsCutBehind512Bytes(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat("é", 256)
	for sent, want := range map[string]string{whole: whole, whole + "x": strings.Repeat("é", 254) + "…"} {
		err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(400, `{"error": "`+sent+`"}`))))
		assert.Equal(t, want, requireAs[*spideriq.BadRequestError](t, err).Message)
	}
}
