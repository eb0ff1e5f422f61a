package errorbody_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/internal/errorbody"
)

// shownOfCut is how many bytes of a body that has been cut are shown.
const shownOfCut = errorbody.MaxSize - 16<<10

func TestDepthIsBounded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		outer         string // around all that is repeated
		repeat, inner string // with HERE for what is inside
		most          int    // how often it may be repeated
		message       string
	}{
		{"lists", `HERE`, `[HERE]`, `"No"`, 6, "No"},
		{"objects", `HERE`, `{"detail": HERE}`, `"No"`, 6, "No"},
		{"objects of errors", `HERE`, `{"errors": HERE}`, `{"limit": "No"}`, 6, "limit: No"},
		{"lists around an object", `HERE`, `[HERE]`, `{"msg": "No"}`, 5, "No"},
		{"objects in a list", `[HERE]`, `{"error": HERE}`, `{"msg": "No"}`, 4, "No"},
		{"lists of a field of the error", `{"error": {"limit": HERE}}`, `[HERE]`, `"No"`, 5, "limit: No"},
		{"lists of a field", `{"errors": {"limit": HERE}}`, `[HERE]`, `"No"`, 5, "limit: No"},
		{"objects of a field", `{"errors": {"limit": HERE}}`, `{"error": HERE}`, `{"msg": "No"}`, 3, "limit: No"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := tt.outer
			for range tt.most {
				body = strings.ReplaceAll(body, "HERE", tt.repeat)
			}
			within := strings.ReplaceAll(body, "HERE", tt.inner)
			assert.Equal(t, errorbody.Error{Message: tt.message}, errorbody.Parse([]byte(within), nil))
			beyond := strings.ReplaceAll(body, "HERE", strings.ReplaceAll(tt.repeat, "HERE", tt.inner))
			assert.Equal(t, errorbody.Error{}, errorbody.Parse([]byte(beyond), nil))
		})
	}
}

func TestDepthOfDataInTextsIsBounded(t *testing.T) {
	t.Parallel()
	body := `{"detail": "No"}`
	for range 5 {
		body = `{"detail": ` + quote(body) + `}`
	}
	assert.Equal(t, errorbody.Error{Message: "No"}, errorbody.Parse([]byte(body), nil))
	body = `{"detail": ` + quote(body) + `}`
	assert.Equal(t, errorbody.Error{}, errorbody.Parse([]byte(body), nil))
}

func TestItemsAreBounded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		begin, item, end string // the end has one item more
		within, beyond   string // the messages with 100 items and with 101
	}{
		{"list", `[`, `null,`, `"No"]`, "No", "…"},
		{"members of the error", `{"error": {`, `"x": null,`, `"limit": ["No"]}}`, "limit: No", "…"},
		{"members of errors", `{"errors": {`, `"x": null,`, `"limit": "No"}}`, "limit: No", "…"},
		{"location", `[{"loc": [`, `"",`, `"limit"], "msg": "No"}]`, "limit: No", "No"},
	}
	for _, tt := range tests {
		within := errorbody.Parse([]byte(tt.begin+strings.Repeat(tt.item, 99)+tt.end), nil)
		assert.Equal(t, tt.within, within.Message, tt.name)
		beyond := errorbody.Parse([]byte(tt.begin+strings.Repeat(tt.item, 100)+tt.end), nil)
		assert.Equal(t, tt.beyond, beyond.Message, tt.name)
	}
}

// A longer word is a text and no code.
func TestLengthOfCodesIsBounded(t *testing.T) {
	t.Parallel()
	for body, begin := range map[string]string{`{"detail": "CODE"}`: "x_", `{"detail": {"error": "CODE"}}`: "x"} {
		code := begin + strings.Repeat("x", 256-len(begin))
		got := errorbody.Parse([]byte(strings.Replace(body, "CODE", code, 1)), nil)
		assert.Equal(t, errorbody.Error{Code: code, Message: code}, got)
		got = errorbody.Parse([]byte(strings.Replace(body, "CODE", code+"x", 1)), nil)
		assert.Equal(t, errorbody.Error{Message: code + "x"}, got)
	}
}

// What is deep in a body is parsed once for each object around it.
func TestParsedBytesAreBounded(t *testing.T) {
	t.Parallel()
	const (
		most       = 5 * errorbody.MaxSize
		begin, end = `{"detail":`, `}`
		around     = (5 + 4 + 3 + 2 + 1) * len(begin+end)
		inner      = (most - around) / 6
		more       = (most - around) % 6
	)
	body := `"message": "No"}`
	body = strings.Repeat(begin, 5) + "{" + strings.Repeat(" ", inner-1-len(body)) + body + strings.Repeat(end, 5)
	within := "{" + strings.Repeat(" ", more) + body[1:]
	assert.Equal(t, "No", errorbody.Parse([]byte(within), nil).Message)
	assert.Equal(t, "", errorbody.Parse([]byte("{ "+within[1:]), nil).Message)
}

func TestBodyOfTheLargestSizeIsNotCut(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("x", errorbody.MaxSize)
	assert.Equal(t, errorbody.MaxSize, len(errorbody.Parse([]byte(body), nil).Message))
	assert.Equal(t, shownOfCut, len(errorbody.Parse([]byte(body+"x"), nil).Message))
}

func TestCharactersAtTheCutStayWhole(t *testing.T) {
	t.Parallel()
	for _, character := range []string{"é", "€", "😀"} {
		for shift := range len(character) {
			body := strings.Repeat("y", shift) + strings.Repeat(character, errorbody.MaxSize)
			got := errorbody.Parse([]byte(body), nil).Message
			assert.True(t, strings.HasSuffix(got, character), "%d bytes before %s", shift, character)
			assert.Equal(t, (shownOfCut-shift)/len(character), strings.Count(got, character), character)
		}
	}
}

func TestEscapesAtTheCutStayWhole(t *testing.T) {
	t.Parallel()
	const begin = `{"message": "`
	for escape, character := range map[string]string{`\u00e9`: "é", `\u005c`: `\`, `\\`: `\`, `\"`: `"`, `\/`: `/`} {
		for shown := range len(escape) + 2 {
			padding := strings.Repeat("x", shownOfCut-shown-len(begin))
			body := begin + padding + escape + strings.Repeat("y", errorbody.MaxSize)
			tail, found := strings.CutPrefix(errorbody.Parse([]byte(body), nil).Message, padding)
			want := ""
			if shown >= len(escape) {
				want = character + strings.Repeat("y", shown-len(escape))
			}
			assert.True(t, found, "%d bytes of %s", shown, escape)
			assert.Equal(t, want, tail, "%d bytes of %s", shown, escape)
		}
	}
}

// A text that begins where nothing is shown is left out. A member of the same name that
// stands before it counts then.
func TestTextThatBeginsBehindTheCutIsLeftOut(t *testing.T) {
	t.Parallel()
	const first, second = `{"message": "First",`, `"message": `
	for shown, message := range []string{"First", "", "x", "xx"} {
		padding := strings.Repeat(" ", shownOfCut-shown-len(first)-len(second))
		body := first + padding + second + `"` + strings.Repeat("x", errorbody.MaxSize)
		assert.Equal(t, message, errorbody.Parse([]byte(body), nil).Message, "%d bytes of the text", shown)
	}
}
