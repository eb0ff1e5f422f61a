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

// run runs the shells of a document one after the other, in its folder below root.
// What is shown elsewhere is not run again, but must be the same.
func (d document) run(root string, elsewhere map[string][]string) error {
	// The documents name these ports, which may be taken here.
	ports := strings.NewReplacer("127.0.0.1:8089", freePort(), "127.0.0.1:6399", freePort())
	var failures []error
	for _, s := range d.shells {
		began := time.Now()
		if err := s.run(filepath.Join(root, filepath.Dir(d.name)), ports, elsewhere); err != nil {
			failures = append(failures, fmt.Errorf("%s:%w", d.name, err))
			continue
		}
		fmt.Printf("%5.1f s  %s:%d: %s\n", time.Since(began).Seconds(), d.name, s[0].line, s[0].text)
	}
	return errors.Join(failures...)
}

func freePort() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// prelude is for the commands of a shell and of elsewhere.go.
const prelude = `
unset SPIDERIQ_TOKEN SPIDERIQ_API_URL REDIS_URL
up() { until (exec 3<>"/dev/tcp/${1/:/\/}") 2>/dev/null; do sleep 0.05; done; } # waits for a server
ended() { local status=$?; printf '\n@@%s@@\n' $status; return $status; }
`

var end = regexp.MustCompile(`\n@@(\d+)@@\n`)

func (s shell) run(dir string, ports *strings.Replacer, elsewhere map[string][]string) error {
	script := prelude
	var run []command
	for _, c := range s {
		if shows, ok := elsewhere[c.text]; ok {
			if !matches(c.shows, strings.Join(shows, "\n")) {
				return fmt.Errorf("%d: %s\nits README shows\n%s", c.line, c.text, brief(strings.Join(shows, "\n")))
			}
			continue
		}
		text, err := c.typed()
		if err != nil {
			return fmt.Errorf("%d: %s: %w", c.line, c.text, err)
		}
		if text != "" {
			script += ports.Replace(text) + "\nended\n"
			run = append(run, c)
		}
	}
	if len(run) == 0 {
		return nil
	}
	printed, err := bash(dir, script+"exit 0\n")
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 77 {
		fmt.Println("skipped, for what it needs is not here:")
		return nil
	}
	if err != nil {
		return fmt.Errorf("%d: %w after\n%s", s[0].line, err, brief(printed))
	}
	from := 0
	for i, at := range end.FindAllStringSubmatchIndex(printed, -1) {
		c, output, status := run[i], printed[from:at[0]], printed[at[2]:at[3]]
		from = at[1]
		switch {
		case !c.shown && status != "0":
			return fmt.Errorf("%d: %s\nends with %s and prints\n%s", c.line, c.text, status, brief(output))
		case c.shown && !matches(strings.Split(ports.Replace(strings.Join(c.shows, "\n")), "\n"), output):
			return fmt.Errorf("%d: %s\nprints\n%s", c.line, c.text, brief(output))
		}
	}
	return nil
}

// bash runs a script and ends what it leaves behind.
func bash(dir, script string) (printed string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	output, err := os.CreateTemp("", "readme") // a pipe would stay open as long as what is left behind
	if err != nil {
		return "", err
	}
	defer os.Remove(output.Name())
	defer output.Close()
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err = cmd.Run(); cmd.Process != nil {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	text, _ := os.ReadFile(output.Name())
	return string(text), err
}

// varies are durations and times: one stands for any other.
var varies = regexp.MustCompile(
	`\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\b(?:\d+(?:\.\d+)?(?:h|m|s|ms|µs))+\b|\b\d+\.\d+ s\b`,
)

// matches says whether these lines show what was printed. "…" stands for anything,
// and on a line of its own for any lines; spaces at the end of a line are nothing.
func matches(lines []string, printed string) bool {
	var pattern strings.Builder
	for _, line := range strings.Split(trimmed(strings.Join(lines, "\n")), "\n") {
		if line == "…" {
			pattern.WriteString(`(?:.*\n)*?`)
			continue
		}
		for i, part := range strings.Split(line, "…") {
			if i > 0 {
				pattern.WriteString(".*")
			}
			from := 0
			for _, at := range varies.FindAllStringIndex(part, -1) {
				pattern.WriteString(regexp.QuoteMeta(part[from:at[0]]) + "(?:" + varies.String() + ")")
				from = at[1]
			}
			pattern.WriteString(regexp.QuoteMeta(part[from:]))
		}
		pattern.WriteString(`\n`)
	}
	return regexp.MustCompile("^" + pattern.String() + "$").MatchString(trimmed(printed) + "\n")
}

var spaces = regexp.MustCompile(`[ \t]+(\n|$)`)

func trimmed(s string) string { return strings.Trim(spaces.ReplaceAllString(s, "$1"), "\n") }

// brief leaves out the middle of what is long.
func brief(s string) string {
	if lines := strings.Split(s, "\n"); len(lines) > 40 {
		s = strings.Join(append(append(lines[:20:20], "[…]"), lines[len(lines)-19:]...), "\n")
	}
	return s
}
