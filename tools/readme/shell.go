package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// run runs the shells of a document one after the other, in the document's folder below
// root. A command in elsewhere is not run: the document must show the output that
// elsewhere has for it.
func (d document) run(root string, elsewhere map[string][]string) error {
	dir := filepath.Join(root, d.folder())
	addresses := make(addresses)
	var failures []error
	for _, s := range d.shells {
		start := time.Now()
		if err := s.run(dir, addresses, elsewhere); err != nil {
			failures = append(failures, fmt.Errorf("%s:%w", d.name, err))
			continue
		}
		fmt.Printf("%5.1f s  %s:%d: %s\n", time.Since(start).Seconds(), d.name, s[0].line, s[0].text)
	}
	return errors.Join(failures...)
}

// addresses has a free address for each address of a document, whose port may be in use
// on this machine.
type addresses map[string]string

var loopback = regexp.MustCompile(`\b127\.0\.0\.1:\d{4,5}\b`)

// replace replaces every loopback address in text by its free address.
func (a addresses) replace(text string) string {
	return loopback.ReplaceAllStringFunc(text, func(address string) string {
		if a[address] == "" {
			a[address] = freeAddress()
		}
		return a[address]
	})
}

func freeAddress() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// exitSkip is the exit status of a script that needs a program that is not installed.
const exitSkip = 77

// prelude defines functions for the commands of elsewhere.go. The function up waits
// until a server listens, need ends the shell where a program is not installed, and
// ended marks the end of a command's output.
const prelude = `
unset SPIDERIQ_TOKEN SPIDERIQ_API_URL REDIS_URL
up() { until (exec 3<>"/dev/tcp/${1/:/\/}") 2>/dev/null; do sleep 0.05; done; }
need() { command -v "$1" >/dev/null || exit 77; }
ended() { local status=$?; printf '\n@@%s@@\n' $status; return $status; }
`

var endMark = regexp.MustCompile(`\n@@(\d+)@@\n`)

// run runs the commands of a shell and checks what each of them prints.
func (s shell) run(dir string, addresses addresses, elsewhere map[string][]string) error {
	script := prelude
	var commands []command
	for _, c := range s {
		if output, ok := elsewhere[c.text]; ok {
			if !matches(c.output, strings.Join(output, "\n")) {
				return c.failure("its README shows", strings.Join(output, "\n"))
			}
			continue
		}
		text, err := c.script()
		if err != nil {
			return fmt.Errorf("%d: %s: %w", c.line, c.text, err)
		}
		if text != "" {
			script += addresses.replace(text) + "\nended\n"
			commands = append(commands, c)
		}
	}
	if len(commands) == 0 {
		return nil
	}
	printed, err := bash(dir, script+"exit 0\n")
	exit, ok := errors.AsType[*exec.ExitError](err)
	skipped := ok && exit.ExitCode() == exitSkip
	if err != nil && !skipped {
		return fmt.Errorf("%d: %w after\n%s", s[0].line, err, shorten(printed))
	}
	checked, err := checkOutputs(commands, printed, addresses)
	if err != nil {
		return err
	}
	if skipped {
		c := commands[checked]
		fmt.Printf("skipped: line %d needs a program that is not installed: %s\n", c.line, c.text)
	}
	return nil
}

// checkOutputs checks the output of each command that has ended, and returns how many
// have.
func checkOutputs(commands []command, printed string, addresses addresses) (checked int, err error) {
	start := 0
	for i, mark := range endMark.FindAllStringSubmatchIndex(printed, -1) {
		output, status := printed[start:mark[0]], printed[mark[2]:mark[3]]
		start = mark[1]
		c := commands[i]
		if !c.shown && status != "0" {
			return i, c.failure("ends with "+status+" and prints", output)
		}
		shown := addresses.replace(strings.Join(c.output, "\n"))
		if c.shown && !matches(strings.Split(shown, "\n"), output) {
			return i, c.failure("prints", output)
		}
		checked++
	}
	return checked, nil
}

func (c command) failure(what, output string) error {
	return fmt.Errorf("%d: %s\n%s\n%s", c.line, c.text, what, shorten(output))
}

// bash runs a script and then kills the processes that it leaves behind. The output goes
// to a file: a pipe stays open as long as one of these processes runs.
func bash(dir, script string) (printed string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	output, err := os.CreateTemp("", "readme")
	if err != nil {
		return "", err
	}
	defer os.Remove(output.Name())
	defer output.Close()
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	err = cmd.Run()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // fails when none is left
	}
	text, readErr := os.ReadFile(output.Name())
	if err == nil {
		err = readErr
	}
	return string(text), err
}

// folder returns the folder in which the commands of a document are typed: its own, or
// the root for the documents in docs.
func (d document) folder() string {
	dir := filepath.Dir(d.name)
	if dir == "docs" {
		return "."
	}
	return dir
}
