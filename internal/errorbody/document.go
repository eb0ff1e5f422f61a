package errorbody

import (
	"bytes"
	"strings"
)

// complete makes a JSON document of the beginning of one. It drops the value that was
// cut and closes what is open. A text that was cut is kept without its last cutMargin
// bytes, where it is long enough.
func complete(document []byte) []byte {
	s := scan(document)
	end, quote := s.safe, ""
	if s.inValue && len(document)-s.begin > cutMargin {
		end, quote = beforeEscape(document, s.begin, len(document)-cutMargin), `"`
	}
	out := append(bytes.Clone(document[:end]), quote...)
	for i := len(s.open) - 1; i >= 0; i-- {
		out = append(out, closing(s.open[i]))
	}
	return out
}

// closing returns the bracket that closes another.
func closing(bracket byte) byte {
	if bracket == '{' {
		return '}'
	}
	return ']'
}

// A scanner holds what scan knows at the place up to which it has read a document.
type scanner struct {
	open    []byte // the brackets that are open
	safe    int    // the document may end here, once the brackets are closed
	begin   int    // where the latest text begins
	inText  bool
	inValue bool // in a text that is no name of a member
	last    byte // the latest bracket, comma or colon
}

// scan reads a document up to its end.
func scan(document []byte) scanner {
	var s scanner
	for i := 0; i < len(document); i++ {
		c := document[i]
		switch {
		case s.inText && c == '\\':
			i++
		case s.inText && c == '"':
			s.inText, s.inValue = false, false
		case s.inText:
		case c == '"':
			s.inText, s.begin = true, i
			s.inValue = s.last != '{' && (s.last != ',' || s.inList())
		case strings.IndexByte("{[]},:", c) >= 0:
			s.structure(c, i)
		}
	}
	return s
}

// structure notes a bracket, comma or colon at i.
func (s *scanner) structure(c byte, i int) {
	s.last = c
	switch c {
	case '{', '[':
		s.open = append(s.open, c)
		s.safe = i + 1
	case '}', ']':
		s.open = s.open[:max(len(s.open)-1, 0)]
		s.safe = i + 1
	case ',':
		s.safe = i
	}
}

func (s *scanner) inList() bool {
	return len(s.open) > 0 && s.open[len(s.open)-1] == '['
}

// beforeEscape returns end, moved back to the beginning of an escape that a cut at end
// would split. The text that is cut begins at begin and goes on behind end.
func beforeEscape(document []byte, begin, end int) int {
	i := begin + 1
	for {
		next := i + characterLength(document[i:])
		if next > end {
			return i
		}
		i = next
	}
}

// characterLength returns the length of the byte or escape that text begins with.
func characterLength(text []byte) int {
	switch {
	case bytes.HasPrefix(text, []byte(`\u`)):
		return len(`\u0000`)
	case text[0] == '\\':
		return len(`\n`)
	}
	return 1
}
