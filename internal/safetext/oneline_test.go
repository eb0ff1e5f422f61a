package safetext

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestTextIsPutOnOneLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"plain", "Integration not found", "Integration not found"},
		{"lines and controls", "one\r\ntwo\x00\x1b[31m\u2028three\u0085four\tfive", "one two [31m three four five"},
		{"direction marks", "a\u202eb\u200bc", "a b c"},
		{"white space around", " \n a  b\t ", "a b"},
		{"nothing printable", "\r\n\x00", ""},
		{"not UTF-8", "a\xffb", "a\uFFFDb"},
		{"exactly as long as allowed", strings.Repeat("é", 16), strings.Repeat("é", 16)},
		{"one byte too long", strings.Repeat("é", 16) + "x", strings.Repeat("é", 14) + "…"},
		{"cut behind a space", strings.Repeat("x", 28) + " yyyyyyy", strings.Repeat("x", 28) + "…"},
		{"cut in bytes that are no UTF-8", strings.Repeat("\xff", 40), strings.Repeat("\uFFFD", 9) + "…"},
		{"character at the end of what is read", "a" + strings.Repeat(" ", 126) + "éé", "a…"},
		{"no characters at the end of what is read", strings.Repeat(" ", 123) + strings.Repeat("\x80", 10), "\uFFFD…"},
		{"more white space than is read", "a" + strings.Repeat(" ", 200) + "b", "a…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, OneLine(tt.text, 32))
		})
	}
}

func TestLimitOfALineIsKept(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{-1, 0, 1, 2, 3, 4, 7, math.MaxInt} {
		line := OneLine("aé…\U0001F600 b", limit)
		assert.LessOrEqual(t, len(line), max(limit, 0), limit)
		assert.True(t, utf8.ValidString(line), limit)
	}
	assert.Empty(t, OneLine("\x80", 0), "the text begins in the middle of a character")
	assert.Equal(t, "…", OneLine("abcd", 3))
	assert.Equal(t, "ab", OneLine("abcd", 2), "there is no room for the mark")
}

func TestOnlyTheBeginningOfALongTextIsRead(t *testing.T) {
	for _, piece := range []string{"x", "\xff", "\n"} {
		long := strings.Repeat(piece, 1<<24)
		began := time.Now()
		assert.Less(t, allocated(func() { OneLine(long, 512) }), uint64(8<<10))
		assert.Less(t, time.Since(began), 500*time.Millisecond)
	}
}

func FuzzOneLine(f *testing.F) {
	f.Add("one\r\ntwo", 5)
	f.Add("\xff\xfe…", 3)
	f.Add(strings.Repeat(" ", 50)+"é", 8)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		line := OneLine(text, limit)
		if len(line) > max(limit, 0) || !utf8.ValidString(line) {
			t.Errorf("%q of %d bytes", line, len(line))
		}
		if again := OneLine(line, limit); again != line {
			t.Errorf("%q becomes %q", line, again)
		}
	})
}
