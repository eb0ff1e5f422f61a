package safetext

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// ellipsis marks a text that has been cut.
const ellipsis = "…"

// OneLine returns s on one line of valid UTF-8. Everything that cannot be printed
// becomes white space, white space becomes single spaces, and bytes that are not
// UTF-8 become U+FFFD. A text of more than limit bytes is cut and ends in "…".
//
// OneLine reads at most 4 times limit bytes of s. A text with more white space than
// that counts as cut there.
func OneLine(s string, limit int) string {
	limit = max(limit, 0)
	looked := s
	if len(s)/4 >= limit {
		looked = s[:runeStart(s, 4*limit)]
	}
	line := printable(looked, limit)
	if len(line) <= limit && len(looked) == len(s) {
		return line
	}
	return shorten(line, limit)
}

// printable returns s with single spaces. It stops as soon as the result is longer
// than limit.
func printable(s string, limit int) string {
	var b strings.Builder
	b.Grow(min(len(s), limit) + utf8.UTFMax)
	space := false
	for _, r := range s {
		if r == ' ' || !strconv.IsPrint(r) {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		if b.Len() > limit {
			break
		}
	}
	return b.String()
}

// shorten cuts line between two characters so that it fits into limit bytes with
// the ellipsis behind it. Where not even the ellipsis fits, it is left out.
func shorten(line string, limit int) string {
	mark := ellipsis
	if limit < len(mark) {
		mark = ""
	}
	end := runeStart(line, min(len(line), limit-len(mark)))
	return strings.TrimRight(line[:end], " ") + mark
}

// runeStart returns i, moved back to the beginning of a character that a cut at i would
// split.
func runeStart(s string, i int) int {
	start := i
	for start > 0 && start < len(s) && start > i-utf8.UTFMax && !utf8.RuneStart(s[start]) {
		start--
	}
	return start
}
