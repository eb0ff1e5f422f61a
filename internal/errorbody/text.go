package errorbody

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// plainText reads a body that is no JSON.
func (d *decoder) plainText(text string, cut bool) {
	if beginsData(text) {
		d.data(text, 0)
		return
	}
	text = d.redact(text)
	if cut {
		text = withoutEnd(text)
	}
	d.addMessage(d.show(pageText(text)))
}

// withoutEnd returns text without its last cutMargin bytes.
func withoutEnd(text string) string {
	end := max(len(text)-cutMargin, 0)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// text returns a decoded text as it may be shown. Where the text is itself an object or
// a list, as JSON or as Python prints it, that is read and "" returned.
func (d *decoder) text(text string, depth int) string {
	text = strings.TrimSpace(text)
	if beginsData(text) {
		d.data(text, depth)
		return ""
	}
	text = d.redact(text)
	if strings.HasPrefix(text, "<") {
		text = pageText(text)
	}
	return d.show(text)
}

// show redacts a text once more, because a secret may have had markup in it.
func (d *decoder) show(text string) string {
	return withoutEcho(d.redact(strings.ToValidUTF8(text, string(utf8.RuneError))))
}

// data reads a text that is JSON, or an object or a list as Python prints it. Nothing of
// it is shown when it is neither.
func (d *decoder) data(text string, depth int) {
	document := []byte(text)
	if !json.Valid(document) {
		document = pythonToJSON(text)
	}
	if d.cut && !json.Valid(document) {
		document = complete(document)
	}
	if json.Valid(document) {
		d.value(document, depth+1)
	}
}

// beginsData reports whether text begins with an object or a list rather than with words
// in brackets, such as "[error] no upstream" or "{upstream} is away". What looks like
// data is not shown as text, because it may repeat what was sent.
func beginsData(text string) bool {
	return text != "" && (text[0] == '{' || text[0] == '[') && isData(text)
}

// openings are the brackets and white space that data may begin with.
const openings = "{[( \t\r\n"

// isData reports whether text, which begins with a bracket, goes on like an object or a
// list: with a quotation mark, with a name and a colon, with a comma, or not at all.
func isData(text string) bool {
	content := strings.TrimLeft(text, openings)
	brackets := strings.TrimRight(text[:len(text)-len(content)], " \t\r\n")
	if content == "" || strings.IndexByte(`"'\`, content[0]) >= 0 {
		return true
	}
	content = content[:min(len(content), 128)]
	content = strings.TrimLeft(content, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-")
	content = strings.TrimLeft(content, " \t\r\n")
	if content == "" {
		return false
	}
	if strings.HasSuffix(brackets, "{") {
		return content[0] == ':' || content[0] == '='
	}
	return content[0] == ',' || content[0] == '='
}

// withoutEcho returns a text without the parts that repeat what was sent: Pydantic's
// "[type=…, input_value=…, input_type=…]", and everything from an object on.
func withoutEcho(text string) string {
	text = withoutInputValues(text)
	rest := text
	for {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			return text
		}
		rest = rest[i:]
		if isData(rest) {
			return strings.TrimSpace(strings.TrimSuffix(text, rest)) + " …"
		}
		rest = strings.TrimLeft(rest, openings) // isData has read past these, so that the time stays linear
	}
}

// withoutInputValues removes what Pydantic appends to a message: a bracket with the value
// that was sent. Where the bracket has no end, the rest of the text is removed.
func withoutInputValues(text string) string {
	const begin, end = "[type=", ", input_type="
	if !strings.Contains(text, begin) {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, begin)
		if !found {
			b.WriteString(before)
			return b.String()
		}
		b.WriteString(strings.TrimRight(before, " "))
		_, rest, _ = strings.Cut(rest, end)
		_, text, _ = strings.Cut(rest, "]")
	}
}

// isIdentifier reports whether text is a word like "form_locked" or "BRAND_SUSPENDED".
func isIdentifier(text string) bool {
	parts := strings.Split(text, "_")
	if len(text) > 256 || len(parts) < 2 {
		return false
	}
	for _, part := range parts {
		if part == "" || strings.ContainsFunc(part, isNotAlphanumeric) {
			return false
		}
	}
	return true
}

// isWord reports whether text has no white space in it.
func isWord(text string) bool {
	return text != "" && len(text) <= 256 && !strings.ContainsAny(text, " \t\r\n{[<")
}

func isNotAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}
