package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spideriq/spideriq-go"
)

// A row is one line of the CSV file.
type row struct {
	line     int
	id       int64
	params   spideriq.UpdateParams
	settings string // params as they are sent
}

type column struct {
	name, about string
	set         func(p *spideriq.UpdateParams, cell string) error
}

// columns are all settings that an update has.
var columns = []column{
	{"key_label", "friendly name", func(p *spideriq.UpdateParams, cell string) error {
		p.KeyLabel = &cell
		return nil
	}},
	{"is_active", "true or false", func(p *spideriq.UpdateParams, cell string) (err error) {
		p.IsActive, err = boolean(cell)
		return err
	}},
	{"is_primary", "true or false", func(p *spideriq.UpdateParams, cell string) (err error) {
		p.IsPrimary, err = boolean(cell)
		return err
	}},
	{"daily_limit", "most requests a day", func(p *spideriq.UpdateParams, cell string) (err error) {
		p.DailyLimit, err = whole(cell)
		return err
	}},
	{"minute_limit", "most requests a minute", func(p *spideriq.UpdateParams, cell string) (err error) {
		p.MinuteLimit, err = whole(cell)
		return err
	}},
	{"spend_limit_amount", "US dollars, such as 1000.00", func(p *spideriq.UpdateParams, cell string) error {
		amount, err := spideriq.ParseAmount(strings.TrimSpace(cell))
		p.SpendLimitAmount = &amount
		return err
	}},
	{"spend_limit_period", "daily or monthly", func(p *spideriq.UpdateParams, cell string) error {
		p.SpendLimitPeriod = new(spideriq.SpendLimitPeriod(strings.TrimSpace(cell)))
		return nil
	}},
	{"spend_limit_action", "warn or block", func(p *spideriq.UpdateParams, cell string) error {
		p.SpendLimitAction = new(spideriq.SpendLimitAction(strings.TrimSpace(cell)))
		return nil
	}},
}

func boolean(cell string) (*bool, error) {
	b, err := strconv.ParseBool(strings.TrimSpace(cell))
	if err != nil {
		return nil, fmt.Errorf("%q is neither true nor false", cell)
	}
	return &b, nil
}

func whole(cell string) (*int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(cell))
	if err != nil {
		return nil, fmt.Errorf("%q is not a whole number", cell)
	}
	return &n, nil
}

// readRows reads the whole file and returns its rows, or every mistake in it with
// line and column.
func readRows(name string) ([]row, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	t := &table{name: name, csv: csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\uFEFF"))))}
	t.csv.FieldsPerRecord = -1 // told below, with the place
	if err := t.readHeader(); err != nil {
		return nil, err
	}
	for {
		fields, err := t.csv.Read()
		if err == io.EOF {
			return t.rows, t.mistakes()
		}
		if err != nil {
			return nil, errors.Join(t.mistakes(), t.broken(err))
		}
		t.readRow(fields)
	}
}

// A table is a CSV file that is being read.
type table struct {
	name    string
	csv     *csv.Reader
	id      int       // the place of the id among the columns
	columns []*column // nil for the id
	rows    []row
	lines   map[int64]int // of each id
	wrong   []error
}

func (t *table) readHeader() error {
	names, err := t.csv.Read()
	if err == io.EOF {
		return fmt.Errorf("%s:1:1: the header is missing", t.name)
	}
	if err != nil {
		return t.broken(err)
	}
	t.id, t.lines = -1, make(map[int64]int)
	seen := make(map[string]bool)
	for i, name := range names {
		name = strings.TrimSpace(name)
		c := columnNamed(name)
		switch {
		case seen[name]:
			t.mistake(i, "column %q is there twice", name)
		case name == "id":
			t.id = i
		case c == nil:
			t.mistake(i, "unknown column %q", name)
		}
		seen[name] = true
		t.columns = append(t.columns, c)
	}
	if t.id < 0 {
		t.mistake(0, "there is no column id")
	}
	return t.mistakes()
}

func columnNamed(name string) *column {
	for i := range columns {
		if columns[i].name == name {
			return &columns[i]
		}
	}
	return nil
}

func (t *table) readRow(fields []string) {
	if len(fields) != len(t.columns) {
		last := min(len(fields), len(t.columns)+1) - 1
		t.mistake(last, "%d fields where the header has %d", len(fields), len(t.columns))
		return
	}
	r := row{}
	r.line, _ = t.csv.FieldPos(0)
	id, err := strconv.ParseInt(strings.TrimSpace(fields[t.id]), 10, 64)
	switch {
	case fields[t.id] == "":
		t.mistake(t.id, "the id is missing")
	case err != nil || id < 1:
		t.mistake(t.id, "id: %q is not a whole number from 1 on", fields[t.id])
	case t.lines[id] > 0:
		t.mistake(t.id, "id %d is on line %d already", id, t.lines[id])
	default:
		r.id, t.lines[id] = id, r.line
	}
	for i, c := range t.columns {
		if c == nil || fields[i] == "" {
			continue
		}
		if err := c.set(&r.params, fields[i]); err != nil {
			t.mistake(i, "%s: %w", c.name, err)
		}
	}
	if text, err := json.Marshal(r.params); err == nil { // an error is of an amount, and told already
		r.settings = string(text)
	}
	t.rows = append(t.rows, r)
}

// mistake notes what is wrong with a field of the record that was read last.
func (t *table) mistake(field int, format string, args ...any) {
	line, column := t.csv.FieldPos(field)
	t.wrong = append(t.wrong, fmt.Errorf("%s:%d:%d: "+format, append([]any{t.name, line, column}, args...)...))
}

func (t *table) mistakes() error {
	const shown = 20
	if more := len(t.wrong) - shown; more > 0 {
		return errors.Join(append(t.wrong[:shown:shown], fmt.Errorf("and %d more", more))...)
	}
	return errors.Join(t.wrong...)
}

// broken is the error of a file that is no CSV from some place on.
func (t *table) broken(err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("%s:%d:%d: %w", t.name, e.Line, e.Column, e.Err)
	}
	return err
}
