package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A screen is where the program shows things.
type screen struct {
	stdout, stderr io.Writer
	colour         bool
}

// coloured says whether w is a terminal that may get colours: see no-color.org.
func coloured(w io.Writer, getenv func(string) string) bool {
	f, ok := w.(*os.File)
	if !ok || getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

const (
	bold  = "1"
	red   = "31"
	green = "32"
)

func (s screen) paint(colour, text string) string {
	if !s.colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (s screen) update(u update) {
	i := u.integration
	fmt.Fprintln(s.stdout, s.paint(bold, fmt.Sprintf("integration %d, %s, %s", i.ID, text(i.ProviderName), text(i.KeyLabel))))
	for _, c := range u.changes {
		fmt.Fprintf(s.stdout, "    %-18s  %s -> %s\n", c.name, s.paint(red, c.from), s.paint(green, c.to))
	}
}

// problems are shown in the order of their lines, in the form that editors jump to.
func (s screen) problems(file string, problems []problem) {
	slices.SortStableFunc(problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	for _, p := range problems {
		fmt.Fprintf(s.stderr, "%s:%d: %s\n", file, p.line, p.text)
	}
}

// text shows what comes from elsewhere: a word as it is, anything else in quotes
// and without what a terminal would obey.
func text(s string) string {
	odd := func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.+", r)
	}
	if s == "" || strings.ContainsFunc(s, odd) {
		return strconv.Quote(s)
	}
	return s
}
