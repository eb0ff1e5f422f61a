package errorbody_test

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/errorbody"
)

const secret = "client_51f0aa:key_9c27d03e:secret_55ab8114"

// redact is a plain one, which knows no encodings.
var redact = strings.NewReplacer(secret, "[redacted]").Replace

func utf16Bytes(text string, big bool) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		if big {
			out = binary.BigEndian.AppendUint16(out, unit)
		} else {
			out = binary.LittleEndian.AppendUint16(out, unit)
		}
	}
	return out
}

// hostileBodies are bodies that cost much when they are read carelessly.
func hostileBodies() map[string]string {
	const size = 4 << 20
	fill := func(begin, piece string, length int) string {
		return begin + strings.Repeat(piece, max(length-len(begin), 0)/len(piece))
	}
	bodies := map[string]string{
		"validation rows":          fill(`{"detail": [`, `{"loc":["body","x"],"msg":"wrong"},`, size) + `{}]}`,
		"different rows":           `{"detail": [` + rows(100_000) + `{}]}`,
		"empty rows":               fill(`{"detail": [`, `{},`, size),
		"numbers":                  fill(`{"detail": [`, `1,`, size),
		"location of many parts":   fill(`{"detail": [{"loc": [`, `1,`, size),
		"locations":                fill(`{"detail": [`, `{"loc": [1,1,1,1,1,1,1,1]},`, size),
		"members":                  fill(`{`, `"\u0065rro\u0072": {"\u006dsg": "x"},`, size),
		"members of an error":      fill(`{"error": {`, `"\u0061": ["x"],`, size),
		"members of errors":        fill(`{"errors": {`, `"\u0061": "x",`, size),
		"escapes":                  fill(`{"error": "`, `\u0041`, size),
		"backslashes":              fill(`{"error": "`, `\`, size),
		"message":                  fill(`{"error": "`, `é`, size),
		"dict":                     fill(`{"error": "{`, `'a': 'x', `, size),
		"data in data":             fill(`{"error": "`, `{'error': \"`, size),
		"braces in a message":      fill(`{"error": "x`, `{ `, size),
		"names in a message":       fill(`{"error": "x`, `{aaaaaaaaaaaaaaaaaaaaaaaa `, size),
		"Pydantic":                 fill(`{"error": "x`, `[type=`, size),
		"final codes in a message": fill(`{"error": "x`, `MAX_CAMPAIGNS_PER_CLIENT`, size),
		"identifier":               fill(``, `a_`, size),
		"zeros":                    fill(`{"retry_after_seconds": "1`, `0`, size),
		"UTF-16":                   "\xff\xfe" + string(utf16Bytes(fill(`{"error": "`, "\u2028", 1<<20), false)),
	}
	nested := map[string]string{`[`: `]`, `{"error":`: `}`, `{"detail":[`: `]}`, `{"errors":[{"error":`: `}]}`}
	for begin, end := range nested {
		for _, depth := range []int{9, 1000, 9_000, 100_000} {
			name := fmt.Sprint(begin, " of depth ", depth)
			bodies[name] = strings.Repeat(begin, depth) + `"x"` + strings.Repeat(end, depth)
		}
	}
	pieces := []string{"<script>", "<style>", "<!--", "<", "<a", "<a \"", "<a '\"", "<a>", "</", "<p>x", "&", "&amp;",
		"&#x41;", "<textarea>", ">", "<b>a</b>", "<p>different and long</p>", "x<y ", "\xff", "{", "{[", "{a", "[",
		"<!-- a --", "<script></script", "é", "x "}
	for _, piece := range pieces {
		bodies["page of "+piece] = fill("<html>", piece, 64<<10-1)
		bodies["text of "+piece] = fill("x", piece, 64<<10-1)
		bodies["long page of "+piece] = fill("<html>", piece, size)
	}
	return bodies
}

func rows(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"loc":["body",%d],"msg":"wrong"},`, i)
	}
	return b.String()
}

// The test is not parallel, so that nothing else is measured. A body takes some
// milliseconds; the bound on the time is for a busy machine, where quadratic work takes
// many seconds.
func TestNoBodyTakesMuchTimeOrMemory(t *testing.T) {
	for name, text := range hostileBodies() {
		body := []byte(text)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		got := errorbody.Parse(body, redact)
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), "bytes for %s", name)
		assert.Less(t, took, 500*time.Millisecond, name)
		assert.True(t, utf8.ValidString(got.Message), name)
	}
}

func TestBodyIsReadUpToItsBound(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1<<19)
	tests := []struct{ name, body, code, begins string }{
		{"long message", `{"error": {"code": "X", "message": "` + long + `"}}`, "X", "éé"},
		{"long text", `"` + long + `"`, "", "éé"},
		{"long plain text", long, "", "éé"},
		{"long page", "<html><title>Bad</title><body>" + long + "</body></html>", "", "Bad éé"},
		{"long list", `["First", "` + long + `"]`, "", "First; éé"},
		{"many rows", `{"code": "X", "detail": [` + rows(100_000) + `{}]}`, "X", "body.0: wrong; body.1: wrong"},
		{"long echo behind", `{"error": {"code": "X", "message": "No", "what_you_sent": "` + long + `"}}`, "X", "No"},
		{
			"many members behind",
			`{"code": "X", "message": "No", ` + strings.Repeat(`"request": {"a": [1, 2]}, `, 10_000) + `"x": 1}`,
			"X",
			"No",
		},
		{"name that is cut", `{"message": "No", "` + long + `": 1}`, "", "No"},
		{
			"short text at the cut",
			`{"message": "No", "request": "` + strings.Repeat("x", 64<<10-60) + `", "code": "` + long + `"}`,
			"",
			"No",
		},
		{"escapes at the cut", `{"message": "` + strings.Repeat(`\u00e9`, 1<<19) + `"}`, "", "éé"},
		{"backslashes at the cut", `{"message": "a` + strings.Repeat(`\\`, 1<<19) + `"}`, "", `a\\`},
		{"echo before", `{"request": "` + long + `", "message": "No"}`, "", ""},
		{"plain text with a comma", `No, "upstream" is away ` + long, "", `No, "upstream" is away éé`},
		{"white space", strings.Repeat(" ", 1<<20), "", ""},
	}
	for _, tt := range tests {
		for shift := range 7 { // the cut is in the middle of something
			got := errorbody.Parse([]byte(strings.Repeat(" ", shift)+tt.body), nil)
			require.Equal(t, tt.code, got.Code, tt.name)
			require.True(t, strings.HasPrefix(got.Message, tt.begins), "%s: %.50q", tt.name, got.Message)
			require.NotContains(t, got.Message, "request", tt.name)
			require.NotContains(t, strings.TrimRight(got.Message, "\uFFFD"), "\uFFFD", tt.name)
		}
	}
	many := errorbody.Parse([]byte(`{"detail": [`+rows(101)+`{}]}`), nil)
	assert.True(t, strings.HasSuffix(many.Message, "body.99: wrong; …"), "what is left out is marked")
}

func TestSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"message":        `{"error": "bad SECRET"}`,
		"escaped":        `{"error": "bad \u0063` + secret[1:] + `"}`,
		"code":           `{"error": {"code": "SECRET", "message": "No"}}`,
		"type":           `{"detail": [{"type": "SECRET", "msg": "No"}]}`,
		"item":           `{"detail": [{"loc": ["body", "SECRET"], "msg": "bad SECRET"}]}`,
		"location":       `{"detail": [{"loc": "SECRET", "field": "SECRET", "msg": "No"}]}`,
		"field":          `{"errors": {"SECRET": ["bad SECRET"]}}`,
		"list":           `["SECRET"]`,
		"text":           "bad SECRET",
		"page":           "<p>bad SECRET</p>",
		"tags inside":    "<p>bad " + secret[:10] + "<b>" + secret[10:] + "</b></p>",
		"entities":       "<p>bad &#99;" + secret[1:] + "</p>",
		"tag":            `<a href="SECRET">bad</a>`,
		"dict":           `{"error": {"message": "{'message': 'bad SECRET'}"}}`,
		"dict, escaped":  `{"error": {"message": "{'message': 'bad \\x63` + secret[1:] + `'}"}}`,
		"page in JSON":   `{"error": "<p>bad ` + secret[:10] + `<i>` + secret[10:] + `</i></p>"}`,
		"data in a text": `bad SECRET {"x": "SECRET"}`,
	} {
		got := errorbody.Parse([]byte(strings.ReplaceAll(body, "SECRET", secret)), redact)
		assert.NotContains(t, got.Code+got.Message, secret, name)
		assert.NotContains(t, got.Message, secret[10:], name)
		assert.NotEmpty(t, got.Message, name)
	}
}

// A secret may look like markup. It is redacted before that is taken out.
func TestSecretWithMarkupInItIsRedacted(t *testing.T) {
	t.Parallel()
	hide := strings.NewReplacer("pass<wo>rd", "[redacted]").Replace
	assert.Equal(t, "bad [redacted]", errorbody.Parse([]byte("<p>bad pass<wo>rd</p>"), hide).Message)
	assert.Equal(t, "bad [redacted]", errorbody.Parse([]byte(`{"error": "<p>bad pass<wo>rd</p>"}`), hide).Message)
}

func TestSecretThatIsCutIsNotShownInPart(t *testing.T) {
	t.Parallel()
	for name, shape := range map[string][2]string{
		"comment": {"<!--", "-->"}, "script": {"<script>", "</script>"}, "text": {"x", "<br>"}, "page": {"<p>", "</p>"},
		"message": {
			`{"error": "`,
			``}, "list": {`["a", "`,
			``}, "second": {`{"code": "`,
			`", "error": "`}, "bare": {`"`,
			``,
		},
	} {
		for shown := 1; shown < len(secret); shown += 3 {
			padding := errorbody.MaxSize - shown - len(shape[0]) - len(shape[1])
			body := shape[0] + strings.Repeat("x", padding) + shape[1] + secret + strings.Repeat(" ", 100) + `"}`
			got := errorbody.Parse([]byte(body), redact)
			require.NotContains(t, got.Message, secret[:4], "%s, %d bytes", name, shown)
			tail := got.Message[max(len(got.Message)-3, 0):]
			require.NotContains(t, tail, "c", "%s, %d bytes", name, shown)
		}
	}
}

// Nothing that a body repeats of the request is shown, whatever it is called.
func TestEchoesAreNotShown(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"detail": [{"loc": ["x"], "msg": "No", "input": "ECHO", "ctx": {"given": "ECHO"}}]}`,
		`{"error": {"code": "X", "message": "No", "what_you_sent": "ECHO", "suggested_action": "not ECHO"}}`,
		`{"error": {"what_you_sent": ["ECHO"], "input": ["ECHO"], "label": "ECHO"}}`,
		`{"error": {"code": "X", "message": "No", "labels": ["ECHO"]}}`,
		`{"errors": {"input": "ECHO", "Value": ["ECHO"]}}`,
		`{"message": "No {\"label\": \"ECHO\"}"}`,
		`{"message": "[{\"label\": \"ECHO\"}"}`,
		`{"message": "{'message': 'No', 'input': {'message': 'ECHO'}}"}`,
		`[{"label": "ECHO"}]`,
		`<form><textarea>ECHO</textarea><input value="a > ECHO"><!-- ECHO --></form>`,
		`<html><p>No</p><pre>{"label": "ECHO"}</pre>`,
	} {
		assert.NotContains(t, errorbody.Parse([]byte(body), nil).Message, "ECHO", body)
	}
}
