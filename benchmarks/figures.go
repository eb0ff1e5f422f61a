package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
	"github.com/spideriq/spideriq-go/benchmarks/internal/lineup"
	"github.com/spideriq/spideriq-go/benchmarks/internal/measure"
	"github.com/spideriq/spideriq-go/benchmarks/internal/outage"
	"github.com/spideriq/spideriq-go/benchmarks/internal/report"
	"github.com/spideriq/spideriq-go/benchmarks/internal/server"
	"github.com/spideriq/spideriq-go/benchmarks/internal/stub"
	"github.com/spideriq/spideriq-go/benchmarks/internal/weigh"
)

// defaultConnections counts what each opens when it is given no transport.
func defaultConnections(ctx context.Context, s *server.Server) (report.Table, error) {
	t := report.Table{
		Title: titleDefault,
		Text: "1,000 updates by 64 goroutines, each contestant without the pool that the comparisons " +
			"give it. The pool of net/http keeps two idle connections to a host.",
		Columns: []report.Column{
			{Name: "least of five", Format: "%.0f"},
			{Name: "median", Format: "%.0f", Better: report.Less, Noise: 0.1},
			{Name: "most", Format: "%.0f"},
		},
	}
	setting := measure.Setting{Calls: 1000, Goroutines: 64, Connections: s.Connections}
	for _, c := range append([]lineup.Contestant{lineup.Floor}, lineup.All()...) {
		p := player(c, update, func() api.Config { return api.Config{BaseURL: s.Plain} })
		var counts []float64
		for range 5 {
			opened, err := measure.Connect(ctx, p, setting)
			if err != nil {
				return t, err
			}
			counts = append(counts, float64(opened))
		}
		values := []float64{slices.Min(counts), measure.Median(counts), slices.Max(counts)}
		t.Rows = append(t.Rows, report.Row{Name: c.Name, Values: values, Floor: isFloor(c.Name)})
	}
	return t, nil
}

// programs builds a program for each contestant that has one.
func programs(context.Context) (report.Table, error) {
	t := report.Table{
		Title: titleSize,
		Text:  "As go build makes it here, stripped. Modules are those of others that are linked into it.",
		Columns: []report.Column{
			{Name: "MB", Format: "%.2f"},
			{Name: "MB more than by hand", Format: "%.2f", Better: report.Less},
			{Name: "modules", Format: "%.0f", Better: report.Less},
		},
	}
	var floor float64
	for _, c := range append([]lineup.Contestant{lineup.Floor}, lineup.All()...) {
		if c.Program == "" {
			continue
		}
		size, modules, err := weigh.Program(c.Program)
		if err != nil {
			return t, err
		}
		mb := float64(size) / 1e6
		if isFloor(c.Name) {
			floor = mb
		}
		t.Rows = append(t.Rows, report.Row{
			Name: c.Name, Values: []float64{mb, mb - floor, float64(modules)}, Floor: isFloor(c.Name),
		})
	}
	return t, nil
}

// outages runs the simulation, which is a test because its clock is.
func outages(ctx context.Context) (report.Table, error) {
	t := report.Table{
		Title: titleOutage,
		Text: "One client makes a call a second for 1,000 seconds, on a fake clock. First every request is " +
			"answered 503, then each tenth. A contestant that repeats nothing sends one request for each call " +
			"and loses each tenth.",
		Columns: []report.Column{
			{Name: columnRequests, Format: "%.2f", Better: report.Less},
			{Name: "requests per call, a tenth fails", Format: "%.2f", Better: report.Less},
			{Name: "calls that succeed, a tenth fails", Format: "%.3f", Better: report.More},
		},
	}
	dir, err := os.MkdirTemp("", "outage")
	if err != nil {
		return t, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "results.json")
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "./internal/outage")
	cmd.Env = append(os.Environ(), outage.Variable+"="+file)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return t, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return t, err
	}
	var results []outage.Result
	if err := json.Unmarshal(text, &results); err != nil {
		return t, err
	}
	for _, r := range results {
		t.Rows = append(t.Rows, report.Row{
			Name:   r.Name,
			Values: []float64{r.OutageRequests, r.FailuresRequests, r.FailuresSucceeded},
			Floor:  isFloor(r.Name),
		})
	}
	return t, nil
}

// memory weighs clients that have a stub for a transport.
func memory(ctx context.Context) (report.Table, error) {
	t := report.Table{
		Title: titleMemory,
		Text:  "Bytes of heap that are held after a garbage collection; the transport is a stub.",
		Columns: []report.Column{
			{Name: "idle, kB", Format: "%.1f", Better: report.Less},
			{Name: "after 10,000 calls, kB", Format: "%.1f", Better: report.Less},
		},
	}
	for _, c := range append([]lineup.Contestant{lineup.Floor}, lineup.All()...) {
		idle, used, err := weigh.Memory(ctx, 10_000, func() (weigh.Call, error) {
			client, err := c.New(api.Config{BaseURL: "https://spideriq.ai/api/v1", Transport: stub.Transport{}})
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context) error {
				_, err := client.Update(ctx)
				return err
			}, nil
		})
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, report.Row{
			Name: c.Name, Values: []float64{idle / 1e3, used / 1e3}, Floor: isFloor(c.Name),
		})
	}
	return t, nil
}
