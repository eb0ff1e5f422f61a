package main

import (
	"regexp"
	"strings"
)

// variable matches durations and times. One of them in a document matches any other.
var variable = regexp.MustCompile(
	`\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\b(?:\d+(?:\.\d+)?(?:h|m|s|ms|µs))+\b|\b\d+\.\d+ s\b`,
)

// matches reports whether the lines of a document show what was printed. The sign …
// matches any text in a line, and any lines when it is the whole line. Empty lines at
// both ends and white space at the end of a line do not count.
func matches(lines []string, printed string) bool {
	var pattern strings.Builder
	for line := range strings.SplitSeq(trim(strings.Join(lines, "\n")), "\n") {
		if line == "…" {
			pattern.WriteString(`(?:.*\n)*?`)
			continue
		}
		for i, part := range strings.Split(line, "…") {
			if i > 0 {
				pattern.WriteString(".*")
			}
			writePattern(&pattern, part)
		}
		pattern.WriteString(`\n`)
	}
	return regexp.MustCompile("^" + pattern.String() + "$").MatchString(trim(printed) + "\n")
}

// writePattern writes an expression that matches text with any durations and times.
func writePattern(pattern *strings.Builder, text string) {
	end := 0
	for _, match := range variable.FindAllStringIndex(text, -1) {
		pattern.WriteString(regexp.QuoteMeta(text[end:match[0]]))
		pattern.WriteString("(?:" + variable.String() + ")")
		end = match[1]
	}
	pattern.WriteString(regexp.QuoteMeta(text[end:]))
}

var trailingSpace = regexp.MustCompile(`[ \t]+(\n|$)`)

func trim(s string) string {
	return strings.Trim(trailingSpace.ReplaceAllString(s, "$1"), "\n")
}

// shorten leaves out the middle of a long text.
func shorten(s string) string {
	const kept = 20 // lines at each end
	lines := strings.Split(s, "\n")
	if len(lines) <= 2*kept {
		return s
	}
	head := strings.Join(lines[:kept], "\n")
	tail := strings.Join(lines[len(lines)-kept:], "\n")
	return head + "\n[…]\n" + tail
}
