package errorbody_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/internal/errorbody"
)

func TestShapesOfErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, code, message string }{
		{"error list", `{"error": [{"loc": ["body", "daily_limit"], "msg": "Too small", "type": "too_small"}]}`, "too_small", "body.daily_limit: Too small"},
		{"error by field", `{"error": {"daily_limit": ["Too small", "Not even"], "key_label": ["Too long"]}}`, "", "daily_limit: Too small; daily_limit: Not even; key_label: Too long"},
		{"errors by field", `{"errors": {"daily_limit": ["Too small"], "key_label": "Too long"}}`, "", "daily_limit: Too small; key_label: Too long"},
		{"errors by field, objects", `{"errors": {"daily_limit": [{"message": "Too small", "code": "min"}], "x": {"message": "Odd"}}}`, "min", "daily_limit: Too small; x: Odd"},
		{"errors by known names", `{"errors": {"message": ["Too long"], "code": ["Unknown"]}}`, "", "message: Too long; code: Unknown"},
		{"errors as an object", `{"errors": {"input": "echo", "error": {"message": "Broken"}}}`, "", "error: Broken"},
		{"errors as texts", `{"errors": ["First", "Second", "First"]}`, "", "First; Second"},
		{"errors as objects", `{"errors": [{"code": "X", "title": "T", "detail": "First"}, {"field": "limit", "message": "Second"}]}`, "X", "First; limit: Second"},
		{"errors as maps", `{"errors": [{"daily_limit": ["Too small"]}]}`, "", "daily_limit: Too small"},
		{"errors of errors", `{"errors": [{"error": {"code": "X", "message": "Deep"}}, ["Deeper"]]}`, "X", "Deep; Deeper"},
		{"errors beside a message", `{"message": "Not valid", "errors": {"x": ["Bad"]}}`, "", "Not valid; x: Bad"},
		{"one error for all", `{"errors": "No"}`, "", "No"},
		{"message list", `{"message": ["First", "Second"]}`, "", "First; Second"},
		{"message list beside an error", `{"statusCode": 400, "message": ["First"], "error": "Bad Request"}`, "", "Bad Request; First"},
		{"message object", `{"message": {"code": "X", "message": "Deep"}}`, "X", "Deep"},
		{"detail messages", `{"detail": [{"message": "First"}, {"msg": "Second"}]}`, "", "First; Second"},
		{"detail texts", `{"detail": ["First", "Second"]}`, "", "First; Second"},
		{"detail reason", `{"detail": {"reason_code": "cap_reached", "reason_human": "The cap is reached"}}`, "cap_reached", "The cap is reached"},
		{"detail by field", `{"detail": {"limit": ["Bad"]}}`, "", "limit: Bad"},
		{"msg", `{"msg": "No"}`, "", "No"},
		{"title", `{"type": "https://errors.test/no", "title": "No", "status": 400}`, "", "No"},
		{"problem document", `{"type": "about:blank", "title": "No", "detail": "Because"}`, "", "Because"},
		{"code and text", `{"error": "token_expired", "detail": "The token has expired"}`, "token_expired", "The token has expired"},
		{"two texts", `{"error": "Forbidden", "message": "Not yours"}`, "", "Not yours"},
		{"code in the detail", `{"detail": "brand_suspended"}`, "brand_suspended", "brand_suspended"},
		{"code as a number", `{"error": {"code": 4002, "message": "No"}}`, "4002", "No"},
		{"inner error", `{"error": {"error": "expired", "message": "No"}}`, "expired", "No"},
		{"nested errors", `{"error": {"message": "Not valid", "errors": [{"message": "Bad", "reason": "r"}]}}`, "", "Not valid; Bad"},
		{"location as text", `{"detail": [{"loc": "limit", "msg": "Bad"}]}`, "", "limit: Bad"},
		{"location alone", `{"detail": [{"loc": ["body", "x"]}]}`, "", "body.x"},
		{"odd locations", `{"detail": [{"loc": ["body", 0, {"x": null}, null, "y"], "msg": "Bad", "type": 5}, 1, null, {}]}`, "", "body.0.y: Bad"},
		{"other case", `{"ERROR": {"Code": "X", "MESSAGE": "No"}}`, "X", "No"},
		{"escaped names", `{"\u0065rror": "No"}`, "", "No"},
		{"member twice", `{"error": "First", "error": "Last"}`, "", "Last"},
		{"list of lists", `[["First"], [["Second"]]]`, "", "First; Second"},
		{"number", `404`, "", "404"},
		{"false", `false`, "", "false"},
		{"null", `null`, "", ""},
		{"empty list", `[]`, "", ""},
		{"nothing known", `{"request": {"api_key": "echo"}, "tags": ["echo"]}`, "", ""},
		{"lone surrogates", `{"message": "\ud800 No"}`, "", "\uFFFD No"},
		{"page as a message", `{"error": "<html><title>Bad</title><script>echo</script></html>"}`, "", "Bad"},
		{"byte order mark", "\uFEFF" + `{"error": "No"}`, "", "No"},
		{"mark alone", "\uFEFF", "", ""},
		{"white space", " \r\n\t", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, errorbody.Error{Code: tt.code, Message: tt.message}, errorbody.Parse([]byte(tt.body), nil))
		})
	}
}

func TestTextsThatArePrintedData(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, code, message string }{
		{"dict", `{'code': 'X', 'message': 'It\'s "no"', 'input': 'echo'}`, "X", `It's "no"`},
		{"dict in double quotes", `{"message": "It's no", 'ok': False, 'n': None, 'yes': True}`, "", "It's no"},
		{"dict in a dict", `{'detail': {'msg': 'Deep'}, 'ctx': {'message': 'echo'}}`, "", "Deep"},
		{"validation list", `[{'loc': ('body', 'limit'), 'msg': 'Bad', 'type': 'int', 'input': 'echo'}, {'loc': ('x',), 'msg': 'Worse'}]`, "int", "body.limit: Bad; x: Worse"},
		{"values that JSON has not", `{'at': datetime.datetime(2026, 2, 26), 'status': <Status.ACTIVE: 1>, 'raw': b'x', 'error': ValueError('echo'), 'message': u'No'}`, "", "No"},
		{"escapes", `{'message': 'a\nb\tc\x41\u0042\\ \q'}`, "", "a\nb\tcAB\\ \\q"},
		{"names without quotes", `{code: "X", message: "No"}`, "X", "No"},
		{"JSON", `{"error": {"message": "No", "what_you_sent": "echo"}}`, "", "No"},
		{"JSON in JSON", `{"error": "{\"message\": \"No\"}"}`, "", "No"},
		{"dict that never ends", `{'message': 'echo`, "", ""},
		{"dict with a backslash at its end", `{'message': 'echo\`, "", ""},
		{"nothing known", `{'api_key': 'echo', 'values': ['echo']}`, "", ""},
		{"set", `{'echo', 'echo2'}`, "", ""},
		{"call", `{'at': datetime.datetime(2026, 2`, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := errorbody.Error{Code: tt.code, Message: tt.message}
			assert.Equal(t, want, errorbody.Parse([]byte(tt.text), nil), "as the body")
			assert.Equal(t, want, errorbody.Parse([]byte(`{"error": {"message": `+quote(tt.text)+`}}`), nil), "as the message")
		})
	}
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

func TestPlainTexts(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, message string }{
		{"text", "upstream request timeout\n", "upstream request timeout"},
		{"brackets", "[error] no healthy upstream", "[error] no healthy upstream"},
		{"time in brackets", "[2026-02-26 15:30:00,123] ERROR down", "[2026-02-26 15:30:00,123] ERROR down"},
		{"status in brackets", "[502] upstream is away", "[502] upstream is away"},
		{"braces", "{upstream} is away", "{upstream} is away"},
		{"open brace", "{upstream is away", "{upstream is away"},
		{"less than", "5 < 6 and limit <value", "5 < 6 and limit <value"},
		{"identifier", "form_locked", "form_locked"},
		{"placeholder", "no route for /integrations/{id}: gone", "no route for /integrations/{id}: gone"},
		{"options", "must be one of ['warn', 'block']", "must be one of ['warn', 'block']"},

		{"cut JSON", `{"error": {"message": "echo`, ""},
		{"cut list", `[1, 2, "echo`, ""},
		{"list and text", `["echo"] was sent`, ""},
		{"JSON with a comment", `{"x": "echo"} // sent`, ""},
		{"escaped JSON", `{\"x\": \"echo\"}`, ""},
		{"Ruby", `{:api_key=>"echo"}`, ""},
		{"no quotes", `{api_key: echo}`, ""},
		{"only brackets", "{[ {", ""},
		{"data in a sentence", `request {"label": "echo"} was refused`, "request …"},
		{"dict in a sentence", `Not valid: {'label': 'echo'}`, "Not valid: …"},
		{"list of data in a sentence", `request [{"label": "echo"}]`, "request [ …"},
		{"Pydantic", "1 problem\nlimit\n  Not a number [type=int, input_value='echo]', input_type=str] more", "1 problem limit Not a number more"},
		{"Pydantic, cut", "Not a number [type=int, input_value='echo", "Not a number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := errorbody.Parse([]byte(tt.body), nil)
			assert.Equal(t, tt.message, strings.TrimSpace(got.Message))
		})
	}
}

func TestSecondsToWait(t *testing.T) {
	t.Parallel()
	tests := []struct {
		body  string
		wait  time.Duration
		found bool
	}{
		{`{"retry_after_seconds": 60}`, time.Minute, true},
		{`{"retry_after_seconds": "60"}`, time.Minute, true},
		{`{"retry_after_seconds": 0.5}`, time.Second / 2, true},
		{`{"retry_after_seconds": 6e1}`, time.Minute, true},
		{`{"retry_after_seconds": 0}`, 0, true},
		{`{"retry_after_seconds": 1e-12}`, 1, true},
		{`{"detail": {"retry_after_seconds": 60}}`, time.Minute, true},
		{`{"error": {"retry_after_seconds": 60}}`, time.Minute, true},
		{`{"retry_after_seconds": 9999999999999}`, math.MaxInt64, true},
		{`{"retry_after_seconds": 9223372036.854775807}`, math.MaxInt64, true},
		{`{"retry_after_seconds": 1e9999}`, math.MaxInt64, true},
		{`{"retry_after_seconds": "99999999999999999999"}`, math.MaxInt64, true},
		{`{"retry_after_seconds": -1}`, 0, false},
		{`{"retry_after_seconds": "-1e9999"}`, 0, false},
		{`{"retry_after_seconds": "soon"}`, 0, false},
		{`{"retry_after_seconds": "NaN"}`, 0, false},
		{`{"retry_after_seconds": "Inf"}`, 0, false},
		{`{"retry_after_seconds": "0x10"}`, 0, false},
		{`{"retry_after_seconds": "1e"}`, 0, false},
		{`{"retry_after_seconds": ""}`, 0, false},
		{`{"retry_after_seconds": true}`, 0, false},
		{`{"retry_after_seconds": [60]}`, 0, false},
		{`{"retry_after_seconds": null}`, 0, false},
		{`{}`, 0, false},
	}
	for _, tt := range tests {
		got := errorbody.Parse([]byte(tt.body), nil)
		assert.Equal(t, tt.wait, got.RetryAfter, tt.body)
		assert.Equal(t, tt.found, got.HasRetryAfter, tt.body)
	}
}

func TestFinalCodesAreFoundEverywhere(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"MAX_CAMPAIGNS_PER_CLIENT", "bulk_records_per_job_exceeded"} {
		for _, shape := range []string{`{"code": "CODE"}`, `{"error": "CODE"}`, `{"detail": "CODE"}`, `{"error": {"code": "CODE"}}`, `{"error": {"type": "CODE"}}`,
			`{"detail": {"error": "CODE"}}`, `{"reason_code": "CODE"}`, `{"refusal": "CODE", "detail": "No"}`, `{"detail": {"reason_code": "CODE"}}`, `"CODE"`, `CODE`,
			`{"code": 429, "error": {"type": "limit", "code": "CODE"}}`, `{"code": "limit", "errors": [{"code": "other"}, {"code": "CODE"}]}`, `{"detail": [{"type": "CODE"}]}`,
			`{"error": {"message": "{'code': 'CODE', 'limit': 5}"}}`, `{"error": {"code": "LIMIT", "message": "CODE: Your plan allows 5"}}`, `["CODE"]`, `<h1>CODE</h1>`} {
			body := []byte(strings.ReplaceAll(shape, "CODE", code))
			assert.True(t, errorbody.IsFinal(body), "%s", body)
			assert.Equal(t, code, errorbody.Parse(body, nil).Code, "%s", body)
		}
		for _, shape := range []string{`{"what_you_sent": "CODE"}`, `{"error": {"code": "limit", "input": "CODE"}}`, `{"request": "CODE`, ``} {
			body := []byte(strings.ReplaceAll(shape, "CODE", code))
			assert.False(t, errorbody.IsFinal(body), "%s", body)
		}
	}
}

func TestTextInUTF16(t *testing.T) {
	t.Parallel()
	const text = `{"error": "Not é \ud83d\ude00 😀"}`
	for name, body := range map[string][]byte{
		"little endian":           append([]byte{0xFF, 0xFE}, utf16Bytes(text, false)...),
		"big endian":              append([]byte{0xFE, 0xFF}, utf16Bytes(text, true)...),
		"little endian, no mark":  utf16Bytes(text, false),
		"big endian, no mark":     utf16Bytes(text, true),
		"a byte too much":         append(utf16Bytes(text, false), 'x'),
		"UTF-8 in spite of bytes": []byte(text),
	} {
		assert.Equal(t, "Not é 😀 😀", errorbody.Parse(body, nil).Message, name)
	}
	assert.Equal(t, "a\uFFFDb", errorbody.Parse([]byte("a\xff\xfeb"), nil).Message, "no UTF-8 and no UTF-16")
	assert.Equal(t, "", errorbody.Parse([]byte{0xFF, 0xFE}, nil).Message)
	assert.Equal(t, "x", errorbody.Parse([]byte{'x'}, nil).Message)
}
