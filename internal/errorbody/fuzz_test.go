package errorbody_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spideriq/spideriq-go/internal/errorbody"
)

// FuzzErrorBody gives any status and body, with a secret where the body says TOKEN, and
// looks at what is read from it.
func FuzzErrorBody(f *testing.F) {
	for _, seed := range []struct {
		status int
		body   string
	}{
		{404, `{"success": false, "error": "Integration not found"}`},
		{401, `{"detail": {"error": "token_expired", "message": "TOKEN"}}`},
		{422, `{"detail": [{"loc": ["body", 0, {"x": null}], "msg": "TOKEN", "type": 5, "input": {}}, 1, null]}`},
		{400, `{"error": {"message": "{'a': {'message': \"TOKEN\"}, 'code': 'x\\'y'}"}}`},
		{400, `{"errors": {"a": ["TOKEN"], "b": "TOKEN"}, "message": ["TOKEN"]}`},
		{429, `{"reason_code": "x_y", "retry_after_seconds": 9999999999999}`},
		{200, `{"success": false, "success": null}`},
		{
			302,
			``}, {503,
			"\uFEFF"}, {502,
			"<html><!-- TOKEN --><p>TOKEN\x00\x1b[0m\u2028</p><script>"}, {500,
			"plain\r\nTOKEN"}, {413,
			"<"}, {500,
			"\xff\xfe{"}, {500,
			`"TOKEN"`}, {500,
			`[[[[`,
		},
		{
			502,
			"<h1>502 Bad Gateway</h1><p>{'message': (1,)"}, {500,
			"[error] TOKEN [type=x, input_value={, input_type=str]",
		},
	} {
		f.Add(seed.status, []byte(seed.body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		text := strings.ReplaceAll(string(body), "TOKEN", secret)
		got := errorbody.Parse([]byte(text), redact)
		if !utf8.ValidString(got.Message) || !utf8.ValidString(got.Code) || got.RetryAfter < 0 {
			t.Errorf("%+v", got)
		}
		if strings.Contains(got.Code+got.Message, secret) {
			t.Errorf("%+v shows the secret", got)
		}
		if got.IsFinal() != errorbody.IsFinal([]byte(text)) {
			t.Errorf("%q is final with redaction only, or without", got.Code)
		}
		trimmed := errorbody.TrimStatus(got.Message, status)
		if !strings.HasSuffix(got.Message, trimmed) || errorbody.TrimStatus(trimmed, status) != trimmed {
			t.Errorf("%q becomes %q", got.Message, trimmed)
		}
		// A body that has been cut is read like a whole one.
		errorbody.Parse(append([]byte(text), make([]byte, errorbody.MaxSize)...), redact)
	})
}
