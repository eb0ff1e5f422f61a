package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A document is what a Markdown file wants the reader to do.
type document struct {
	name     string // below the root
	shells   []shell
	snippets []snippet
	typing   int // number of the shell with the transcripts
}

// A shell takes the commands that are typed into it, one after the other.
type shell []command

type command struct {
	line  int
	text  string
	shown bool     // in a transcript; otherwise it must succeed
	shows []string // the lines below it, there
}

// A snippet is a fenced block in a language.
type snippet struct {
	line           int // of its first line
	language, text string
}

var (
	span = regexp.MustCompile("`([^`]+)`")
	// What a code span must begin with to be a command.
	typed = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:(?:go|git|cd|curl|bash|sh)(?: |$)|\.{1,2}/|\.ci/|\$)`)
)

// read finds the commands and snippets of a document: fenced blocks, blocks that are
// indented by four spaces, and code spans, also those in tables.
func read(root, path string) (document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return document{}, err
	}
	name, err := filepath.Rel(root, path)
	d := document{name: name}
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); {
		begin := i
		language, fenced := strings.CutPrefix(lines[i], "```")
		switch {
		case fenced:
			for i++; i < len(lines) && lines[i] != "```"; i++ {
			}
			d.block(language, begin+1, lines[begin+1:min(i, len(lines))])
			i++
		case strings.HasPrefix(lines[i], "    "):
			var block []string
			for ; i < len(lines) && (lines[i] == "" || strings.HasPrefix(lines[i], "    ")); i++ {
				block = append(block, strings.TrimPrefix(lines[i], "    "))
			}
			d.block("", begin, block)
		case strings.HasPrefix(strings.TrimSpace(lines[i]), "```"):
			return d, fmt.Errorf("%s:%d: a fence must not be indented", name, i+1)
		default:
			for _, found := range span.FindAllStringSubmatch(lines[i], -1) {
				if text := strings.ReplaceAll(found[1], `\|`, "|"); typed.MatchString(text) { // as tables want it
					d.shells = append(d.shells, shell{{line: i + 1, text: text}})
				}
			}
			i++
		}
	}
	return d, err
}

// block takes lines of which the first is after line number before. Those that are
// not in another language are a transcript, with "$ " before its commands, or
// commands only, a line each. All transcripts of a document are typed into one shell.
func (d *document) block(language string, before int, lines []string) {
	if language != "" && language != "console" {
		d.snippets = append(d.snippets, snippet{before + 1, language, strings.Join(lines, "\n") + "\n"})
		return
	}
	var s shell
	for i, line := range lines {
		text, prompt := strings.CutPrefix(line, "$ ")
		switch {
		case prompt:
			s = append(s, command{line: before + i + 1, text: text, shown: true})
		case len(s) > 0 && s[len(s)-1].shown:
			s[len(s)-1].shows = append(s[len(s)-1].shows, line)
		case line != "":
			s = append(s, command{line: before + i + 1, text: line})
		}
	}
	if len(s) > 0 && s[0].shown && d.typing > 0 {
		d.shells[d.typing-1] = append(d.shells[d.typing-1], s...)
		return
	}
	d.shells = append(d.shells, s)
	if len(s) > 0 && s[0].shown {
		d.typing = len(d.shells)
	}
}
