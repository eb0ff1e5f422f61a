package lenient

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// scanner reads a text that is valid JSON, from its beginning to its end. Since the
// text is valid, no method has an error to report.
type scanner struct {
	text     []byte
	isUTF8   bool // all of text is
	position int
}

func newScanner(text []byte) scanner { return scanner{text: text, isUTF8: utf8.Valid(text)} }

// peek skips white space and returns the first byte after it.
func (s *scanner) peek() byte {
	for s.text[s.position] <= ' ' {
		s.position++
	}
	return s.text[s.position]
}

// value reads the next value and returns it as it is written.
func (s *scanner) value() []byte {
	first := s.peek()
	start := s.position
	switch first {
	case '"':
		s.skipString()
	case '{', '[':
		s.skipContainer()
	default:
		s.skipLiteral()
	}
	return s.text[start:s.position:s.position]
}

// skipString moves past a string.
func (s *scanner) skipString() {
	i := s.position + 1
	for s.text[i] != '"' {
		if s.text[i] == '\\' {
			i++
		}
		i++
	}
	s.position = i + 1
}

// skipContainer moves past an object or an array.
func (s *scanner) skipContainer() {
	depth := 0
	for {
		switch s.text[s.position] {
		case '"':
			s.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.position++
		if depth == 0 {
			return
		}
	}
}

// skipLiteral moves past a number, true, false or null.
func (s *scanner) skipLiteral() {
	for s.position < len(s.text) {
		switch c := s.text[s.position]; {
		case c <= ' ', c == ',', c == '}', c == ']':
			return
		}
		s.position++
	}
}

// members yields the name of each member of an object. The loop may read the value of
// the member, or leave it. When the loop ends early, the rest of the object is skipped.
func (s *scanner) members(yield func(name []byte) bool) {
	more := true
	s.position++
	for s.peek() != '}' {
		name := s.unquote(s.value())
		s.peek()
		s.position++ // the colon
		s.peek()
		start := s.position
		if more {
			more = yield(name)
		}
		s.endValue(start)
	}
	s.position++
}

// elements yields the index of each element of an array. The loop may read the
// element, or leave it. When the loop ends early, the rest of the array is skipped.
func (s *scanner) elements(yield func(index int) bool) {
	more := true
	s.position++
	for index := 0; s.peek() != ']'; index++ {
		start := s.position
		if more {
			more = yield(index)
		}
		s.endValue(start)
	}
	s.position++
}

// endValue skips the value that begins at start, unless it has been read, and the
// comma that may follow it.
func (s *scanner) endValue(start int) {
	if s.position == start {
		s.value()
	}
	if s.peek() == ',' {
		s.position++
	}
}

// unquote returns the text of a string, and any other value as it is written. As in
// encoding/json, each byte that is not UTF-8 becomes U+FFFD. The result may share
// memory with the value.
func (s *scanner) unquote(value []byte) []byte {
	content, ok := s.plainContent(value)
	if !ok {
		return []byte(unescape(value))
	}
	return content
}

// textOf is unquote with a result that shares no memory with the value.
func (s *scanner) textOf(value []byte) string {
	content, ok := s.plainContent(value)
	if !ok {
		return unescape(value)
	}
	return string(content)
}

// plainContent returns the part of a value between quotes, or all of it when there are
// none. It is not ok when that part differs from the string that it stands for.
func (s *scanner) plainContent(value []byte) (content []byte, ok bool) {
	if value[0] != '"' {
		return value, true
	}
	content = value[1 : len(value)-1]
	return content, bytes.IndexByte(content, '\\') < 0 && (s.isUTF8 || utf8.Valid(content))
}

// unescape returns the string that a value in quotes stands for.
func unescape(value []byte) string {
	var s string
	_ = json.Unmarshal(value, &s) // cannot fail: value is a valid string
	return s
}
