package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// copyOf copies the files of the repository, as they are now, to a new folder.
// It returns the folder even when it fails.
func copyOf(root string) (dir string, err error) {
	dir, err = os.MkdirTemp("", "readme")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	names, err := cmd.Output()
	if err != nil {
		return dir, fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		if err := copyFile(filepath.Join(dir, name), filepath.Join(root, name)); err != nil {
			return dir, err
		}
	}
	return dir, nil
}

// copyFile copies a file and makes it executable. A file that has been deleted, but not
// committed yet, is left out.
func copyFile(to, from string) error {
	content, err := os.ReadFile(from)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o755)
}

// declarations are what fragments of programs use without declaring it.
const declarations = `
var (
	ctx      context.Context
	client   *spideriq.Client
	params   spideriq.UpdateParams
	token    string
	proxyURL *url.URL
	tracing  http.RoundTripper
)

func readTokenFile(context.Context) (token string, err error) { return "", nil }
`

var (
	// importable are the packages that a fragment may use.
	importable = []string{
		"context", "errors", "fmt", "log", "log/slog", "net/http", "net/url", "os", "testing", "time",
		"github.com/spideriq/spideriq-go", "github.com/spideriq/spideriq-go/spideriqtest",
	}
	declaration = regexp.MustCompile(`^(func|type|var|const) `)
	assignment  = regexp.MustCompile(`(?m)^(\w+)(?:, (err))? :=`)
)

// program returns a complete file with a fragment of a program. A fragment without
// declarations becomes the body of a function.
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
	return "package fragment\n" + imports(declarations+fragment) + fragment + declarations
}

// imports returns the import declarations that code needs.
func imports(code string) string {
	all := ""
	for _, path := range importable {
		name := strings.TrimSuffix(filepath.Base(path), "-go")
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(code) {
			all += fmt.Sprintf("import %s %q\n", name, path)
		}
	}
	return all
}

// compile vets the Go code that is not part of the worked example.
func compile(root string, documents []document) error {
	args := []string{"vet"}
	for _, d := range documents {
		for _, s := range d.snippets {
			if placement.MatchString(s.text) {
				continue
			}
			if s.language != "go" {
				return fmt.Errorf("%s:%d: a block of %s cannot be checked", d.name, s.line, s.language)
			}
			dir := fmt.Sprintf("_%s-%d", filepath.Base(d.name), s.line)
			if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
				return err
			}
			file := "snippet.go"
			if strings.HasPrefix(s.text, "package ") && strings.Contains(s.text, "*testing.T") {
				file = "snippet_test.go" // a package main without a function main
			}
			if err := os.WriteFile(filepath.Join(root, dir, file), []byte(program(s.text)), 0o644); err != nil {
				return err
			}
			args = append(args, "./"+dir)
		}
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	if printed, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go vet of the Go blocks, by document and line: %w\n%s", err, printed)
	}
	return nil
}
