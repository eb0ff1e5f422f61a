package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spideriq/spideriq-go"
)

// A result is what there is to show, each part nil when there is none.
type result struct {
	request       *request
	before, after *spideriq.Integration
	err           error
}

// writeText shows the request as it was sent, and what it changed as a table.
func (r result) writeText(w io.Writer) error {
	var out bytes.Buffer
	switch sent := r.request; {
	case sent == nil && r.err == nil:
		fmt.Fprintln(&out, "Nothing to change: the integration has these settings already.")
	case sent != nil && sent.Attempts > 1:
		fmt.Fprintf(&out, "%s %s (%d times)\n%s\n", sent.Method, sent.Path, sent.Attempts, sent.Body)
	case sent != nil:
		fmt.Fprintf(&out, "%s %s\n%s\n", sent.Method, sent.Path, sent.Body)
	}
	if r.after != nil {
		out.WriteString("\n")
		writeTable(&out, r.before, r.after)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// writeJSON writes the same as one object.
func (r result) writeJSON(w io.Writer) error {
	object := struct {
		Request *request              `json:"request"`
		Before  *spideriq.Integration `json:"before"`
		After   *spideriq.Integration `json:"after"`
		Error   string                `json:"error,omitempty"`
	}{Request: r.request, Before: r.before, After: r.after}
	if r.err != nil {
		object.Error = r.err.Error()
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(object)
}

// writeTable takes nil for an integration that the list did not have before.
func writeTable(w io.Writer, before, after *spideriq.Integration) {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "SETTING\tBEFORE\tAFTER")
	was := cells(before)
	changed := false
	for i, is := range cells(after) {
		if before == nil {
			fmt.Fprintf(table, "%s\t?\t%s\n", is.name, is.value)
			continue
		}
		mark := ""
		if is.value != was[i].value {
			mark = "  *"
			changed = true
		}
		fmt.Fprintf(table, "%s\t%s\t%s%s\n", is.name, was[i].value, is.value, mark)
	}
	_ = table.Flush() // w is a buffer
	if changed {
		fmt.Fprintln(w, "\n* changed")
	}
}

type cell struct{ name, value string }

func cells(i *spideriq.Integration) []cell {
	if i == nil {
		return nil
	}
	return []cell{
		{"id", strconv.FormatInt(i.ID, 10)},
		{"provider_name", printable(i.ProviderName)},
		{"key_label", printable(i.KeyLabel)},
		{"is_active", strconv.FormatBool(i.IsActive)},
		{"is_primary", strconv.FormatBool(i.IsPrimary)},
		{"priority", strconv.Itoa(i.Priority)},
		{"daily_limit", optional(i.DailyLimit)},
		{"minute_limit", optional(i.MinuteLimit)},
		{"spend_limit_amount", optional(i.SpendLimitAmount)},
		{"spend_limit_period", printable(string(i.SpendLimitPeriod))},
		{"spend_limit_action", printable(string(i.SpendLimitAction))},
		{"health_status", printable(string(i.HealthStatus))},
		{"updated_at", moment(i.UpdatedAt)},
	}
}

const none = "-"

func optional[T any](p *T) string {
	if p == nil {
		return none
	}
	return fmt.Sprint(*p)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return t.UTC().Format(time.RFC3339)
}

// printable keeps what the API says from reaching the terminal as an escape
// sequence, or from breaking the table.
func printable(s string) string {
	if s == "" {
		return none
	}
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}
