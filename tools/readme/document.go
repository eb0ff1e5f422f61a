package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A document lists the commands and the code of a Markdown file.
type document struct {
	name       string // relative to the root
	shells     []shell
	snippets   []snippet
	transcript int // the index of the shell with the transcripts; -1 if there is none
}

// A shell lists commands that are typed into the same shell, one after the other.
type shell []command

type command struct {
	line   int
	text   string
	shown  bool     // it is part of a transcript; the document shows what it prints
	output []string // the lines below it in the transcript
}

// A snippet is a fenced block of code.
type snippet struct {
	line     int // of its first line
	language string
	text     string
}

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	// A code span is a command when it begins like this.
	commandStart = regexp.MustCompile(
		`^(?:[A-Z_]+=\S+ )*(?:(?:go|git|cd|curl|bash|sh)(?: |$)|\.{1,2}/|\.ci/|\$)`)
)

const (
	fence  = "```"
	indent = "    "
)

// read finds the commands and the snippets of a document. They are in fenced blocks, in
// blocks that are indented by four spaces, and in code spans.
func read(root, path string) (document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return document{}, err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return document{}, err
	}
	d := document{name: name, transcript: -1}
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, fence):
			i = d.readFenced(lines, i)
		case strings.HasPrefix(line, indent):
			i = d.readIndented(lines, i)
		case strings.HasPrefix(strings.TrimSpace(line), fence):
			return d, fmt.Errorf("%s:%d: a fence must not be indented", name, i+1)
		default:
			d.readSpans(line, i+1)
			i++
		}
	}
	return d, nil
}

// readFenced adds the fenced block that begins at lines[begin]. It returns the index of
// the line after the block.
func (d *document) readFenced(lines []string, begin int) int {
	end := begin + 1
	for end < len(lines) && lines[end] != fence {
		end++
	}
	d.addBlock(strings.TrimPrefix(lines[begin], fence), begin+2, lines[begin+1:end])
	return end + 1
}

// readIndented adds the indented block that begins at lines[begin]. It returns the
// index of the line after the block.
func (d *document) readIndented(lines []string, begin int) int {
	var block []string
	end := begin
	for end < len(lines) && (lines[end] == "" || strings.HasPrefix(lines[end], indent)) {
		block = append(block, strings.TrimPrefix(lines[end], indent))
		end++
	}
	d.addBlock("", begin+1, block)
	return end
}

// readSpans adds the code spans that are commands, each as a shell of its own.
func (d *document) readSpans(line string, number int) {
	for _, match := range codeSpan.FindAllStringSubmatch(line, -1) {
		text := strings.ReplaceAll(match[1], `\|`, "|") // tables escape it
		if commandStart.MatchString(text) {
			d.shells = append(d.shells, shell{{line: number, text: text}})
		}
	}
}

// addBlock adds a block whose first line has this number. A block in a language is a
// snippet. Any other is a transcript, in which commands follow "$ ", or a list of
// commands, one a line. The transcripts of a document share one shell.
func (d *document) addBlock(language string, first int, lines []string) {
	if language != "" && language != "console" {
		text := strings.Join(lines, "\n") + "\n"
		d.snippets = append(d.snippets, snippet{line: first, language: language, text: text})
		return
	}
	s := parseShell(first, lines)
	isTranscript := len(s) > 0 && s[0].shown
	if isTranscript && d.transcript >= 0 {
		d.shells[d.transcript] = append(d.shells[d.transcript], s...)
		return
	}
	if isTranscript {
		d.transcript = len(d.shells)
	}
	d.shells = append(d.shells, s)
}

func parseShell(first int, lines []string) shell {
	var s shell
	for i, line := range lines {
		text, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case isCommand:
			s = append(s, command{line: first + i, text: text, shown: true})
		case len(s) > 0 && s[len(s)-1].shown:
			last := &s[len(s)-1]
			last.output = append(last.output, line)
		case line != "":
			s = append(s, command{line: first + i, text: line})
		}
	}
	return s
}
