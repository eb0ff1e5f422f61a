// Package report writes what was measured, as a page of tables and as plots.
package report

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Better says which values of a column are the better ones.
type Better int

// The kinds of columns.
const (
	Neither Better = iota
	Less
	More
)

// A Column is a column of a table. Format is that of its values, for [fmt.Sprintf]. A value
// must be better than another by the part of it that Noise is, to be ahead of it.
type Column struct {
	Name, Format string
	Better       Better
	Noise        float64
}

// A Row is what one contestant got. A value that is not a number is left empty.
type Row struct {
	Name   string
	Values []float64
	Floor  bool // a baseline, and no contestant
}

// A Table is one kind of work.
type Table struct {
	Title, Text string
	Columns     []Column
	Rows        []Row
}

// Ours is the row that the others are held against.
const Ours = "spideriq-go"

// A Lead is a column in which other contestants are ahead of ours.
type Lead struct {
	Table, Column, Ours string
	Others              []string // name and value
}

// Leads returns where other contestants are ahead of ours. Values that print alike are equal.
func (t Table) Leads() []Lead {
	ours, found := t.row(Ours)
	if !found {
		return nil
	}
	var leads []Lead
	for c, column := range t.Columns {
		lead := Lead{Table: t.Title, Column: column.Name, Ours: column.text(ours.Values[c])}
		for _, row := range t.Rows {
			if !row.Floor && row.Name != Ours && column.isBetter(row.Values[c], ours.Values[c]) {
				lead.Others = append(lead.Others, row.Name+" "+column.text(row.Values[c]))
			}
		}
		if len(lead.Others) > 0 {
			leads = append(leads, lead)
		}
	}
	return leads
}

func (t Table) row(name string) (Row, bool) {
	for _, row := range t.Rows {
		if row.Name == name {
			return row, true
		}
	}
	return Row{}, false
}

func (c Column) isBetter(value, than float64) bool {
	if c.text(value) == c.text(than) {
		return false
	}
	switch c.Better {
	case Less:
		return value < than*(1-c.Noise)
	case More:
		return value > than*(1+c.Noise)
	}
	return false
}

func (c Column) text(value float64) string {
	if math.IsNaN(value) {
		return ""
	}
	return fmt.Sprintf(c.Format, value)
}

// Write writes the table in Markdown, its values to the right and our row in bold.
func (t Table) Write(w io.Writer) error {
	var page strings.Builder
	fmt.Fprintf(&page, "\n## %s\n\n%s\n\n|", t.Title, t.Text)
	for _, column := range t.Columns {
		fmt.Fprintf(&page, " | %s", column.Name)
	}
	page.WriteString(" |\n|---|" + strings.Repeat("--:|", len(t.Columns)) + "\n")
	for _, row := range t.Rows {
		mark := ""
		if row.Name == Ours {
			mark = "**"
		}
		fmt.Fprintf(&page, "| %s%s%s", mark, row.Name, mark)
		for c, column := range t.Columns {
			text := column.text(row.Values[c])
			if text != "" {
				text = mark + text + mark
			}
			fmt.Fprintf(&page, " | %s", text)
		}
		page.WriteString(" |\n")
	}
	_, err := io.WriteString(w, page.String())
	return err
}

// WriteLeads writes where another contestant is ahead, a line each.
func WriteLeads(w io.Writer, tables []Table) error {
	var page strings.Builder
	page.WriteString("\n## Where another contestant is ahead\n\n")
	page.WriteString("Made from the tables: each value that is better than ours, but for those of the floors. " +
		"A ratio must be better by more than the floor differs from itself in that table, and by 2 % at least.\n\n")
	page.WriteString("| work | column | ours | ahead |\n|---|---|--:|---|\n")
	for _, t := range tables {
		for _, l := range t.Leads() {
			fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", l.Table, l.Column, l.Ours, strings.Join(l.Others, ", "))
		}
	}
	_, err := io.WriteString(w, page.String())
	return err
}
