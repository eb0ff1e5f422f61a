// Command size compares a program that makes one call with this library with one that
// makes the call by hand. It prints the size of both and the third-party modules that
// the library links. It fails when these exceed their limits. Run it in the folder tools:
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
	// maxBytes is the allowed difference. About 300,000 bytes of it are go-retryablehttp and
	// the package regexp, which it links.
	maxBytes   = 810_000
	maxModules = 3 // without the library itself
	library    = "github.com/spideriq/spideriq-go"
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
	fmt.Printf("difference     %9d bytes, at most %d\n", ours-floor, maxBytes)
	fmt.Printf("third parties  %9d modules, at most %d\n", len(modules), maxModules)
	for _, module := range modules {
		fmt.Println("   ", module)
	}
	if ours-floor > maxBytes || len(modules) > maxModules {
		return errors.New("the limits are exceeded")
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
