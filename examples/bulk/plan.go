package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"text/tabwriter"
)

// plan chooses the rows to send by what is known of them from before.
func plan(rows []row, before map[int64]record, repeatUnknown bool) (todo []row, t *tally, err error) {
	t = &tally{rows: len(rows)}
	ids := make(map[int64]bool, len(rows))
	for _, r := range rows {
		ids[r.id] = true
		last := before[r.id]
		// What failed may have been put right in the CSV file. The rest must be what
		// it was.
		if (last.outcome == done || last.outcome == unknown) && last.settings != r.settings {
			return nil, nil, fmt.Errorf("line %d: integration %d was sent other settings, outcome %s", r.line, r.id, last.outcome)
		}
		switch {
		case last.outcome == done:
			t.doneBefore++
		case last.outcome == unknown && !repeatUnknown:
			t.add(r, unknown, cmp.Or(last.message, "a run ended before the answer came"))
		case r.settings == "{}":
			t.empty++
		default:
			if last.outcome == unknown {
				t.repeated++
			}
			todo = append(todo, r)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if before[id].outcome == unknown && !ids[id] {
			return nil, nil, fmt.Errorf("integration %d has an unknown outcome and no row any more", id)
		}
	}
	return todo, t, nil
}

// A tally counts rows by what has become of them.
type tally struct {
	rows       int
	doneBefore int
	empty      int // nothing to change
	repeated   int // sent again with an unknown outcome
	toSend     int // of a dry run

	mu           sync.Mutex
	done         int
	failed       int
	notSent      int
	unknown      int
	failedLines  []string
	unknownLines []string
}

func (t *tally) add(r row, o outcome, message string) {
	line := fmt.Sprintf("  line %d, integration %d: %s", r.line, r.id, message)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch o {
	case done:
		t.done++
	case failed:
		t.failed++
		t.failedLines = append(t.failedLines, line)
	case unknown:
		t.unknown++
		t.unknownLines = append(t.unknownLines, line)
	}
}

// countNotSent notes, and returns, how many rows nothing has become of.
func (t *tally) countNotSent() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notSent = t.rows - t.doneBefore - t.empty - t.done - t.failed - t.unknown
	return t.notSent
}

// write prints the summary. Each row is in one of its lines.
func (t *tally) write(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table)
	for _, l := range []struct {
		name string
		n    int
	}{
		{"done", t.done}, {"done before", t.doneBefore}, {"nothing to change", t.empty},
		{"failed", t.failed}, {"unknown", t.unknown}, {"to send", t.toSend}, {"not sent", t.notSent}, {"rows", t.rows},
	} {
		if l.n > 0 || l.name == "rows" {
			fmt.Fprintf(table, "%s\t%d\t\n", l.name, l.n)
		}
	}
	_ = table.Flush() // nothing is left to do about a lost screen
	writeLines(w, "Failed:", t.failedLines)
	writeLines(w, "Outcome unknown (look at them, then use -resume -repeat-unknown):", t.unknownLines)
}

func writeLines(w io.Writer, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintln(w, title)
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
}

func (t *tally) exitCode(interrupted bool) int {
	switch {
	case interrupted && t.notSent+t.failed+t.unknown > 0:
		return exitInterrupted
	case t.unknown > 0:
		return exitUnknown
	case t.failed+t.notSent > 0:
		return exitFailed
	}
	return exitDone
}
