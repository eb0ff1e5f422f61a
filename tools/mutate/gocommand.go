package main

import (
	"bytes"
	"log"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// This program takes the place of the go command that gremlins runs, for three reasons.
// Gremlins runs the tests of the mutated package only, or of every package. It counts a
// mutant that does not compile as killed, because go test exits with 1 for both. And it
// does not mutate a constant or the condition of a case, because a coverage profile has
// neither.

const (
	goCommandVariable = "MUTATE_GO"       // the path of the real go command
	packagesVariable  = "MUTATE_PACKAGES" // the packages that are mutated, separated by spaces
)

// Exit codes, as gremlins reads them.
const (
	exitOK           = 0
	exitFailed       = 1
	exitNotCompiling = 2
)

// runAsGo does what gremlins asks of the go command and returns the exit code.
func runAsGo(goCommand string, args []string) int {
	if len(args) == 0 || args[0] != "test" {
		return runGo(goCommand, args...)
	}
	if i := slices.Index(args, "-coverprofile"); i >= 0 {
		return measure(goCommand, args[i+1])
	}
	last := len(args) - 1
	return judge(goCommand, args[1:last], args[last])
}

// measure writes a profile in which every line is covered, and runs the tests without
// a mutant. Gremlins derives the time limit of a mutant from the duration of this run,
// so the results are not taken from the test cache.
func measure(goCommand, profile string) int {
	text := "mode: set\n"
	for _, file := range sourceFiles(".") {
		text += path.Join(module, file) + ":1.1,1000000.1 1 1\n"
	}
	if err := os.WriteFile(profile, []byte(text), 0o644); err != nil {
		log.Print(err)
		return exitFailed
	}
	packages := strings.Fields(os.Getenv(packagesVariable))
	for _, pkg := range append(packages, "internal/acceptance") {
		code := runGo(goCommand, "test", "-vet=off", "-count=1", path.Join(module, pkg))
		if code != exitOK {
			return code
		}
	}
	return exitOK
}

// judge runs the tests of the mutated package, and those of internal/acceptance when
// the former pass.
func judge(goCommand string, flags []string, pkg string) int {
	for _, tested := range []string{pkg, module + "/internal/acceptance"} {
		args := append([]string{"test", "-vet=off"}, flags...)
		code := runGo(goCommand, append(args, tested)...)
		if code != exitOK {
			return code
		}
	}
	return exitOK
}

// runGo runs the real go command and passes its output on.
func runGo(goCommand string, args ...string) int {
	output, err := exec.Command(goCommand, args...).CombinedOutput()
	os.Stderr.Write(output)
	switch {
	case bytes.Contains(output, []byte("[build failed]")):
		return exitNotCompiling
	case err != nil:
		return exitFailed
	}
	return exitOK
}
