// Command readme checks that the documents are true. It runs every command in
// README.md, CONTRIBUTING.md, docs and the READMEs of the nested modules and compares
// the output with what the document shows. It compiles the Go code, and it follows and
// tests the worked example of CONTRIBUTING.md. All of that happens in copies of the
// repository. Run it in the folder tools:
//
//	go run ./readme
//
// The file elsewhere.go lists the commands that are not run as they stand, each with
// the reason. The command needs bash, git and curl. A shell ends early, and the command
// says so, where a program such as redis-server is not installed.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

func main() {
	start := time.Now()
	if err := check(".."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("the documents are true, in %.0f s\n", time.Since(start).Seconds())
}

func check(root string) error {
	programs, err := readAll(root, "examples/*/README.md", "contrib/*/README.md", "benchmarks/README.md")
	if err != nil {
		return err
	}
	others, err := readAll(root, "*.md", "docs/*.md")
	if err != nil {
		return err
	}
	copied, err := copyOf(root)
	defer os.RemoveAll(copied)
	if err != nil {
		return err
	}

	// A document that repeats a command of a program must show the same output.
	elsewhere := outputs(programs)
	var checks []func() error
	for _, d := range programs {
		checks = append(checks, func() error { return d.run(copied, nil) })
	}
	for _, d := range others {
		checks = append(checks, func() error { return d.run(copied, elsewhere) })
	}
	all := append(programs, others...)
	checks = append(checks, func() error { return compile(copied, all) })
	checks = append(checks, func() error { return testWorkedExample(root, all) })

	failures := make([]error, len(checks))
	var running sync.WaitGroup
	for i, check := range checks {
		running.Go(func() { failures[i] = check() })
	}
	running.Wait()
	return errors.Join(append(failures, unusedException())...)
}

// readAll reads the documents whose paths relative to root match one of the patterns.
func readAll(root string, patterns ...string) ([]document, error) {
	var documents []document
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			d, err := read(root, path)
			if err != nil {
				return nil, err
			}
			documents = append(documents, d)
		}
	}
	return documents, nil
}

// outputs returns what documents show of each command, by its text.
func outputs(documents []document) map[string][]string {
	all := make(map[string][]string)
	for _, d := range documents {
		for _, s := range d.shells {
			for _, c := range s {
				all[c.text] = c.output
			}
		}
	}
	return all
}
