package errorbody

import (
	"bytes"
	"strings"
	"unicode"
)

// pythonToJSON turns what Python prints for a dict or a list into JSON. Tuples become
// lists. Values that JSON does not have, such as datetime.datetime(2026, 2, 26) and
// <Status.ACTIVE: 1>, become null. The result is valid JSON only if text was printed by
// Python, which is for the caller to check.
func pythonToJSON(text string) []byte {
	p := pythonReader{text: text}
	for p.pos < len(p.text) {
		p.next()
	}
	return p.out
}

// A pythonReader writes JSON to out while it reads text.
type pythonReader struct {
	text string
	pos  int
	out  []byte
}

// next translates one token.
func (p *pythonReader) next() {
	c := p.text[p.pos]
	switch {
	case c == '\'' || c == '"':
		p.quoted(c)
	case c == '(':
		p.out = append(p.out, '[')
		p.pos++
	case c == ')' || c == ']':
		p.closing(']')
	case c == '}':
		p.closing('}')
	case c == '<':
		p.pos += indexBehind(p.text[p.pos:], '>')
		p.out = append(p.out, "null"...)
	case isNameByte(c):
		p.word()
	default: // white space, a comma, a colon, an opening bracket, the sign of a number
		p.out = append(p.out, c)
		p.pos++
	}
}

// closing writes a closing bracket. It drops the comma that Python writes before the
// bracket of a tuple of one.
func (p *pythonReader) closing(bracket byte) {
	p.out = bytes.TrimSuffix(bytes.TrimRight(p.out, " \n"), []byte(","))
	p.out = append(p.out, bracket)
	p.pos++
}

// quoted translates a text in single or double quotes.
func (p *pythonReader) quoted(quote byte) {
	p.out = append(p.out, '"')
	p.pos++
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		p.pos++
		switch {
		case c == quote:
			p.out = append(p.out, '"')
			return
		case c == '\\':
			p.escape()
		case c == '"':
			p.out = append(p.out, `\"`...)
		case c < ' ':
			p.out = append(p.out, ' ')
		default:
			p.out = append(p.out, c)
		}
	}
}

// escape translates what follows a backslash.
func (p *pythonReader) escape() {
	if p.pos == len(p.text) {
		return
	}
	c := p.text[p.pos]
	p.pos++
	switch c {
	case '\'':
		p.out = append(p.out, c)
	case '"', '\\', 'n', 'r', 't', 'u':
		p.out = append(p.out, '\\', c)
	case 'x':
		p.out = append(p.out, `\u00`...)
	default:
		p.out = append(p.out, '\\', '\\', c)
	}
}

// word translates True, False, None and a number. A word before a colon is a name, one
// before a quotation mark is the prefix of a text, any other is a value that JSON does not
// have.
func (p *pythonReader) word() {
	end := p.pos
	for end < len(p.text) && isNameByte(p.text[end]) {
		end++
	}
	word, rest := p.text[p.pos:end], strings.TrimLeft(p.text[end:], " ")
	p.pos = end
	switch {
	case strings.HasPrefix(rest, "'") || strings.HasPrefix(rest, `"`):
	case strings.HasPrefix(rest, ":"):
		p.out = append(p.out, `"`+word+`"`...)
	case unicode.IsDigit(rune(word[0])):
		p.out = append(p.out, word...)
	case word == "True":
		p.out = append(p.out, "true"...)
	case word == "False":
		p.out = append(p.out, "false"...)
	default:
		p.out = append(p.out, "null"...)
		if strings.HasPrefix(rest, "(") {
			p.pos += indexBehind(p.text[end:], ')')
		}
	}
}

// indexBehind returns the index behind the first c in text, or behind the text.
func indexBehind(text string, c byte) int {
	i := strings.IndexByte(text, c)
	if i < 0 {
		return len(text)
	}
	return i + 1
}

func isNameByte(c byte) bool {
	return c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
