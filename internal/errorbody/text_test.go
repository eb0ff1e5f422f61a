package errorbody_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/internal/errorbody"
)

func TestTextsThatArePrintedData(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, code, message string }{
		{"dict", `{'code': 'X', 'message': 'It\'s "no"', 'input': 'echo'}`, "X", `It's "no"`},
		{"dict in double quotes", `{"message": "It's no", 'ok': False, 'n': None, 'yes': True}`, "", "It's no"},
		{"dict in a dict", `{'detail': {'msg': 'Deep'}, 'ctx': {'message': 'echo'}}`, "", "Deep"},
		{
			"validation list",
			`[{'loc': ('body', 'limit'), 'msg': 'Bad', 'type': 'int', 'ctx': 'echo'}, {'loc': ('x',), 'msg': 'Worse'}]`,
			"int",
			"body.limit: Bad; x: Worse",
		},
		{
			"values that JSON has not",
			`{'at': datetime.datetime(2026, 2), 'a': <A.B: 1>, 'b': b'x', 'error': ValueError('x'), 'message': u'No'}`,
			"",
			"No",
		},
		{
			"numbers",
			`{'limit': 0.5, 'least': -1e-07, 'most': 1e+16, 'code': 4090, 'message': 'No'}`,
			"4090",
			"No",
		},
		{"numbers as names", `{404: 'Gone', 'message': 'No'}`, "", "No"},
		{"dict on several lines", "{\n  'message': 'No',\n}", "", "No"},
		{"escapes", `{'message': 'a\nb\tc\x41\u0042\\ \q'}`, "", "a\nb\tcAB\\ \\q"},
		{"names without quotes", `{code: "X", message: "No"}`, "X", "No"},
		{"names of letters and digits", `{azAZ_09: "echo", message: "No"}`, "", "No"},
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
			inJSON := []byte(`{"error": {"message": ` + quote(tt.text) + `}}`)
			assert.Equal(t, want, errorbody.Parse(inJSON, nil), "as the message")
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
		{"data behind braces", `{upstream} refused {"label": "echo"}`, "{upstream} refused …"},
		{"dict in a sentence", `Not valid: {'label': 'echo'}`, "Not valid: …"},
		{"list of data in a sentence", `request [{"label": "echo"}]`, "request [ …"},
		{
			"Pydantic",
			"1 problem\nlimit\n  Not a number [type=int, input_value='echo]', input_type=str] more",
			"1 problem limit Not a number more",
		},
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
	assert.Equal(t, "\uFFFDab", errorbody.Parse([]byte("\xffab"), nil).Message, "half a byte order mark")
	assert.Equal(t, "", errorbody.Parse([]byte{0xFF, 0xFE}, nil).Message)
	assert.Equal(t, "x", errorbody.Parse([]byte{'x'}, nil).Message)
}
