package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/benchmarks/internal/lineup"
	"github.com/spideriq/spideriq-go/benchmarks/internal/report"
)

const head = `# Results

Made by ` + "`go -C benchmarks run .`" + ` on %s with %s, %s, %d cores, %s/%s.

Every contestant makes the same calls: ` + "`PATCH /integrations/42`" + ` with two limits, and a page of 100 rows.
The answer is checked after each call, the request by the stub and by the server. The *floor* is the call by hand,
with net/http and encoding/json, one shared client and a bounded read; *floor again* is the same against itself and
shows the noise, and *floor, deadline* bounds each call with context.WithTimeout. Ratios are medians over rounds in
which each block of a contestant stands beside one of the floor. How it is measured: [README.md](README.md).

![CPU time of an update](cost.svg)

![Throughput with 512 goroutines](throughput.svg)

![Requests during an outage](outage.svg)
`

func writeResults(file string, tables []report.Table) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	now := time.Now().UTC().Format(time.DateOnly)
	_, err = fmt.Fprintf(f, head, now, runtime.Version(), processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.Write(f); err != nil {
			return err
		}
	}
	if err := report.WriteLeads(f, tables); err != nil {
		return err
	}
	if _, err := f.WriteString(contestants()); err != nil {
		return err
	}
	return f.Close()
}

// contestants returns the table of who took part, and what must be known of each.
func contestants() string {
	versions := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			versions[module.Path] = module.Version
		}
	}
	var page strings.Builder
	page.WriteString("\n## Contestants\n\n| | module | retries | deadline | note |\n|---|---|---|---|---|\n")
	for _, c := range lineup.All() {
		module := "standard library"
		switch {
		case c.Ours:
			module = "this repository"
		case c.Module != "":
			module = c.Module + " " + versions[c.Module]
		}
		fmt.Fprintf(&page, "| %s | %s | %s | %s | %s |\n", c.Name, module, yes(c.Retries), yes(c.Deadline), c.Note)
	}
	return page.String()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// processor returns the name that Linux has for the processor, if it is there.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		name, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
