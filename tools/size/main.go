// Command size prints how large a program that makes one call is with this
// library, and how large by hand, and the modules that the library links into it.
// It fails when they are more than was promised. Run it in tools:
//
//	go run ./size
package main

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	mostBytes   = 820_000 // above the floor; about 250,000 of them are the regular expressions that go-retryablehttp links
	mostModules = 3       // beside the library itself
	library     = "github.com/spideriq/spideriq-go"
)

func main() {
	log.SetFlags(0)
	if err := compare(); err != nil {
		log.Fatal(err)
	}
}

func compare() error {
	dir, err := os.MkdirTemp("", "size")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	floor, _, err := build(dir, "floor")
	if err != nil {
		return err
	}
	ours, modules, err := build(dir, "ours")
	if err != nil {
		return err
	}
	fmt.Printf("by hand        %9d bytes\n", floor)
	fmt.Printf("with spideriq  %9d bytes\n", ours)
	fmt.Printf("difference     %9d bytes, at most %d\n", ours-floor, mostBytes)
	fmt.Printf("third parties  %9d modules, at most %d\n", len(modules), mostModules)
	for _, module := range modules {
		fmt.Println("   ", module)
	}
	if ours-floor > mostBytes || len(modules) > mostModules {
		return errors.New("more than was promised")
	}
	return nil
}

// build returns the size of a stripped program and the third-party modules in it.
func build(dir, name string) (size int64, modules []string, err error) {
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path, "./size/"+name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // the same everywhere
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, nil, fmt.Errorf("go build %s: %w", strings.Join(cmd.Args[2:], " "), err)
	}
	file, err := os.Stat(path)
	if err != nil {
		return 0, nil, err
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return 0, nil, err
	}
	for _, module := range info.Deps {
		if module.Path != library {
			modules = append(modules, module.Path+" "+module.Version)
		}
	}
	return file.Size(), modules, nil
}
