package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// A tally counts rows by what has become of them.
type tally struct {
	rows       int
	done       int
	doneBefore int // by an earlier run
	unchanged  int // nothing to change
	failed     int
	unknown    int
	notSent    int
	toSend     int // of a dry run

	failedLines  []string
	unknownLines []string
}

// count counts the rows of a job. before are the records with which the run began.
func count(rows []row, records, before map[int64]record) *tally {
	t := &tally{rows: len(rows)}
	for _, r := range rows {
		t.add(r, records[r.id], before[r.id].State == done)
	}
	return t
}

func (t *tally) add(r row, stored record, doneBefore bool) {
	line := func() string { return fmt.Sprintf("  line %d, integration %d: %s", r.line, r.id, stored.Message) }
	switch stored.State {
	case done:
		if doneBefore {
			t.doneBefore++
		} else {
			t.done++
		}
	case unchanged:
		t.unchanged++
	case failed:
		t.failed++
		t.failedLines = append(t.failedLines, line())
	case sending:
		stored.Message = "on its way when this run ended"
		fallthrough
	case unknown:
		t.unknown++
		t.unknownLines = append(t.unknownLines, line())
	default:
		if r.settings == "{}" {
			t.unchanged++
		} else {
			t.notSent++
		}
	}
}

// rowsOf returns the rows of a job whose file is not at hand.
func rowsOf(records map[int64]record) []row {
	var rows []row
	for _, r := range records {
		rows = append(rows, row{line: r.Line, id: r.ID, settings: r.Settings})
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.id, b.id)) })
	return rows
}

// write prints the summary. Each row is in one of its lines.
func (t *tally) write(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table)
	for _, l := range []struct {
		name string
		n    int
	}{
		{"done", t.done}, {"done before", t.doneBefore}, {"nothing to change", t.unchanged},
		{"failed", t.failed}, {"unknown", t.unknown}, {"to send", t.toSend}, {"not sent", t.notSent}, {"rows", t.rows},
	} {
		if l.n > 0 || l.name == "rows" {
			fmt.Fprintf(table, "%s\t%d\t\n", l.name, l.n)
		}
	}
	_ = table.Flush() // nothing is left to do about a lost screen
	writeLines(w, "Failed (-repeat-failed sends them again):", t.failedLines)
	writeLines(w, "Outcome unknown (look at them, then use -repeat-unknown):", t.unknownLines)
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
