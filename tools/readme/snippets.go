package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// copyOf copies the files of the repository, as they are now, to a new folder.
func copyOf(root string) (dir string, err error) {
	if dir, err = os.MkdirTemp("", "readme"); err != nil {
		return "", err
	}
	names, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return dir, fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		content, readErr := os.ReadFile(filepath.Join(root, name))
		if errors.Is(readErr, os.ErrNotExist) {
			continue // deleted, but not committed yet
		}
		to := filepath.Join(dir, name)
		err = errors.Join(err, readErr, os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, content, 0o755))
	}
	return dir, err
}

// given is what fragments of programs use without declaring it.
const given = `
var (
	ctx      context.Context
	client   *spideriq.Client
	params   spideriq.UpdateParams
	token    string
	proxyURL *url.URL
	tracing  http.RoundTripper
)

func disable(context.Context, *spideriq.Client, int64) error   { return nil }
func readTokenFile(context.Context) (token string, err error) { return "", nil }
`

var (
	packages = []string{
		"context", "errors", "fmt", "log", "log/slog", "net/http", "net/url", "os", "testing", "time",
		"github.com/spideriq/spideriq-go", "github.com/spideriq/spideriq-go/spideriqtest",
	}
	declaration = regexp.MustCompile(`^(func|type|var|const) `)
	assignment  = regexp.MustCompile(`(?m)^(\w+)(?:, (err))? :=`)
)

// program makes a whole file of a fragment.
func program(fragment string) string {
	if strings.HasPrefix(fragment, "package ") {
		return fragment
	}
	if !declaration.MatchString(fragment) {
		for _, found := range assignment.FindAllStringSubmatch(fragment, -1) {
			fragment += "_ = " + found[1] + "\n"
			if found[2] != "" {
				fragment += "_ = err\n"
			}
		}
		fragment = "func _() error {\n" + fragment + "return nil\n}\n"
	}
	imports := ""
	for _, path := range packages {
		name := strings.TrimSuffix(filepath.Base(path), "-go")
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(given + fragment) {
			imports += fmt.Sprintf("import %s %q\n", name, path)
		}
	}
	return "package fragment\n" + imports + fragment + given
}

// compile vets all Go that is not part of the worked example.
func compile(root string, documents []document) error {
	vet := []string{"vet"}
	var failures []error
	for _, d := range documents {
		for _, s := range d.snippets {
			switch {
			case place.MatchString(s.text):
				continue
			case s.language != "go":
				failures = append(failures, fmt.Errorf("%s:%d: nothing is known about a block of %s", d.name, s.line, s.language))
				continue
			}
			dir := fmt.Sprintf("_%s-%d", filepath.Base(d.name), s.line)
			failures = append(failures, os.Mkdir(filepath.Join(root, dir), 0o755),
				os.WriteFile(filepath.Join(root, dir, "snippet.go"), []byte(program(s.text)), 0o644))
			vet = append(vet, "./"+dir)
		}
	}
	cmd := exec.Command("go", vet...)
	cmd.Dir = root
	if printed, err := cmd.CombinedOutput(); err != nil {
		failures = append(failures, fmt.Errorf("go vet of the Go blocks, by document and line: %w\n%s", err, printed))
	}
	return errors.Join(failures...)
}

// place is the first line of a snippet of the worked example: a file that is new, or
// the place in one.
var place = regexp.MustCompile(`^(?://|#) ([\w./]+)(?:, before "(.+)")?\n`)

// follow does in another copy what CONTRIBUTING.md says for a new endpoint, and
// tests the result.
func follow(root string, documents []document) error {
	began := time.Now()
	dir, err := copyOf(root)
	defer os.RemoveAll(dir)
	if err != nil {
		return err
	}
	for _, d := range documents {
		for _, s := range d.snippets {
			if found := place.FindStringSubmatch(s.text); found != nil {
				if err := put(filepath.Join(dir, found[1]), found[2], s.text[len(found[0]):]); err != nil {
					return fmt.Errorf("%s:%d: %w", d.name, s.line, err)
				}
			}
		}
	}
	printed, err := bash(dir, `set -e; [[ -z $(gofmt -l .) ]] || { gofmt -d .; exit 1; }; go vet ./...; go test . ./internal/acceptance ./spideriqtest; cd contract; go vet; go test`)
	if err != nil {
		return fmt.Errorf("CONTRIBUTING.md: the worked example: %w\n%s", err, printed)
	}
	fmt.Printf("%5.1f s  CONTRIBUTING.md: the worked example\n", time.Since(began).Seconds())
	return nil
}

// put writes a new file, or text into one before the only line that has anchor.
func put(path, anchor, text string) error {
	if anchor == "" {
		if _, err := os.Stat(path); err == nil {
			return fmt.Errorf("%s is there already", path)
		}
		return os.WriteFile(path, []byte(text), 0o644)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.SplitAfter(string(content), "\n")
	at := -1
	for i, line := range lines {
		if strings.Contains(line, anchor) {
			if at >= 0 {
				return fmt.Errorf("%s has %q in more than one line", path, anchor)
			}
			at = i
		}
	}
	if at < 0 {
		return fmt.Errorf("%s has no line with %q", path, anchor)
	}
	lines[at] = text + lines[at]
	return os.WriteFile(path, []byte(strings.Join(lines, "")), 0o644)
}
