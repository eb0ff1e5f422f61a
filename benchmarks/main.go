// Command benchmarks makes the same calls with spideriq-go, with well-known SDKs, with
// generated clients and by hand, in one run, and writes RESULTS.md and three plots:
//
//	go -C benchmarks run .
//
// It takes some minutes, and wants a machine that does nothing else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"

	"github.com/spideriq/spideriq-go/benchmarks/internal/lineup"
	"github.com/spideriq/spideriq-go/benchmarks/internal/report"
	"github.com/spideriq/spideriq-go/benchmarks/internal/server"
)

func main() {
	server.ServeIfAsked()
	log.SetFlags(0)
	budget := flag.Duration("budget", 5*time.Minute, "how long the comparisons take, all together")
	only := flag.String("only", "", "a regular expression: print the tables whose title it matches, and write nothing")
	out := flag.String("out", ".", "folder to write RESULTS.md and the plots to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *budget, *only, *out); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, budget time.Duration, only, out string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	s, err := server.Start()
	if err != nil {
		return err
	}
	began := time.Now()
	tables, err := measureAll(ctx, s, budget, wanted)
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	log.Printf("measured in %s", time.Since(began).Round(time.Second))
	if only != "" {
		for _, t := range tables {
			if err := t.Write(os.Stdout); err != nil {
				return err
			}
		}
		return nil
	}
	if err := writeResults(filepath.Join(out, "RESULTS.md"), tables); err != nil {
		return err
	}
	return plotAll(out, tables)
}

// measureAll makes the tables whose titles are wanted, in the order in which they are shown.
func measureAll(
	ctx context.Context, s *server.Server, budget time.Duration, wanted *regexp.Regexp,
) ([]report.Table, error) {
	var tables []report.Table
	for _, w := range works(s, budget) {
		if !wanted.MatchString(w.title) {
			continue
		}
		began := time.Now()
		t, err := w.table(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.title, err)
		}
		tables = append(tables, t)
		log.Printf("%-60s %4.0f s", w.title, time.Since(began).Seconds())
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return tables, nil
}

func plotAll(out string, tables []report.Table) error {
	for _, p := range []struct{ file, table, column, title, axis string }{
		{
			"cost.svg", titleUpdate, columnCPU, "What one update costs, without a network",
			"CPU time, as a multiple of a call by hand (less is better)",
		},
		{
			"throughput.svg", titleMany, columnThroughput, "Updates per second, 512 goroutines, loopback",
			"as a multiple of calls by hand (more is better)",
		},
		{
			"outage.svg", titleOutage, columnRequests, "What a failing server gets from one client",
			"requests per call during an outage of 1,000 seconds (less is better)",
		},
	} {
		if err := plotOne(filepath.Join(out, p.file), tables, p.table, p.column, p.title, p.axis); err != nil {
			return err
		}
	}
	return nil
}

func plotOne(file string, tables []report.Table, table, column, title, axis string) error {
	for _, t := range tables {
		if t.Title != table {
			continue
		}
		t.Rows = namedForPlot(t)
		for i, c := range t.Columns {
			if c.Name == column {
				return t.Plot(file, title, axis, i)
			}
		}
	}
	return fmt.Errorf("no column %q in a table %q", column, table)
}

// namedForPlot leaves out the floor against itself, and marks who repeats nothing: of it a
// server gets few requests in an outage, and a single failure is one of the call.
func namedForPlot(t report.Table) []report.Row {
	repeats := map[string]bool{}
	for _, c := range lineup.All() {
		repeats[c.Name] = c.Retries
	}
	if t.Title == titleOutage {
		repeats["hcloud-go"] = false // it does not repeat a 503
	}
	var named []report.Row
	for _, row := range t.Rows {
		if row.Name == lineup.FloorAgain {
			continue
		}
		if !repeats[row.Name] && !row.Floor {
			row.Name += " (no retry)"
		}
		named = append(named, row)
	}
	return named
}
