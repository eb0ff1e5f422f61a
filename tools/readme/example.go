package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// placement matches the first line of a snippet of the worked example. It has the path
// of a file and, unless the file is new, a text that one line of the file contains.
var placement = regexp.MustCompile(`^(?://|#) ([\w./]+)(?:, before "(.+)")?\n`)

// exampleChecks test the repository with the worked example in it.
const exampleChecks = `set -e
[[ -z $(gofmt -l .) ]] || { gofmt -d .; exit 1; }
go vet ./...
go test . ./internal/acceptance ./spideriqtest
cd contract
go vet
go test`

// testWorkedExample adds the new endpoint of the worked example to a copy of the
// repository and tests the result.
func testWorkedExample(root string, documents []document) error {
	start := time.Now()
	dir, err := copyOf(root)
	defer os.RemoveAll(dir)
	if err != nil {
		return err
	}
	for _, d := range documents {
		for _, s := range d.snippets {
			match := placement.FindStringSubmatch(s.text)
			if match == nil {
				continue
			}
			text := strings.TrimPrefix(s.text, match[0])
			if err := insert(filepath.Join(dir, match[1]), match[2], text); err != nil {
				return fmt.Errorf("%s:%d: %w", d.name, s.line, err)
			}
		}
	}
	printed, err := bash(dir, exampleChecks)
	if err != nil {
		return fmt.Errorf("the worked example: %w\n%s", err, printed)
	}
	fmt.Printf("%5.1f s  the worked example\n", time.Since(start).Seconds())
	return nil
}

// insert writes text before the only line of a file that contains anchor. It creates
// the file when anchor is empty.
func insert(path, anchor, text string) error {
	if anchor == "" {
		if _, err := os.Stat(path); err == nil {
			return fmt.Errorf("%s exists already", path)
		}
		return os.WriteFile(path, []byte(text), 0o644)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.SplitAfter(string(content), "\n")
	found := -1
	for i, line := range lines {
		if !strings.Contains(line, anchor) {
			continue
		}
		if found >= 0 {
			return fmt.Errorf("%s has %q in more than one line", path, anchor)
		}
		found = i
	}
	if found < 0 {
		return fmt.Errorf("%s has no line with %q", path, anchor)
	}
	lines[found] = text + lines[found]
	return os.WriteFile(path, []byte(strings.Join(lines, "")), 0o644)
}
