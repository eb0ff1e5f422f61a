// Readme does what the documents tell a reader to do, so that none of it can rot. It
// runs every command in README.md, CONTRIBUTING.md, docs and the READMEs of the nested
// modules, compares what it prints with what the document shows, compiles the Go, and
// follows the worked example of CONTRIBUTING.md. All of that happens in copies of the
// repository. Run it in the folder tools:
//
//	go run ./readme
//
// Commands that are not run as they stand are in the list of elsewhere.go, each with
// a reason. It needs bash, git and curl; without redis-server it leaves out those
// that use one.
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
	began := time.Now()
	if err := check(".."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("the documents are true, in %.0f s\n", time.Since(began).Seconds())
}

func check(root string) error {
	programs, others, err := names(root)
	if err != nil {
		return err
	}
	var documents []document
	shown := make(map[string][]string) // by the command that prints it, in the README of a program
	for _, name := range append(programs, others...) {
		d, err := read(root, name)
		if err != nil {
			return err
		}
		documents = append(documents, d)
	}
	for _, d := range documents[:len(programs)] {
		for _, s := range d.shells {
			for _, c := range s {
				shown[c.text] = c.shows
			}
		}
	}
	copied, err := copyOf(root)
	defer os.RemoveAll(copied)
	if err != nil {
		return err
	}
	failures := make([]error, len(documents)+2)
	var all sync.WaitGroup
	for i, d := range documents {
		all.Go(func() {
			elsewhere := shown
			if i < len(programs) {
				elsewhere = nil // it is here that it is shown
			}
			failures[i] = d.run(copied, elsewhere)
		})
	}
	all.Go(func() { failures[len(documents)] = compile(copied, documents) })
	all.Go(func() { failures[len(documents)+1] = follow(root, documents) })
	all.Wait()
	return errors.Join(append(failures, unused())...)
}

// names returns the documents below root: the READMEs of programs, and all others.
func names(root string) (programs, others []string, err error) {
	for _, pattern := range []string{"examples/*/README.md", "contrib/*/README.md", "benchmarks/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, nil, err
		}
		programs = append(programs, found...)
	}
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, nil, err
		}
		others = append(others, found...)
	}
	return programs, others, nil
}
