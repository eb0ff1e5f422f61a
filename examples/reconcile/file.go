package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spideriq/spideriq-go"
	"go.yaml.in/yaml/v3"
)

// A file is the wanted pool, with all that is wrong about it.
type file struct {
	entries  []entry
	problems []problem
}

// An entry is one integration as it is wanted.
type entry struct {
	line     int
	id       int64  // 0: known by provider and label
	provider string // "": not given
	params   spideriq.UpdateParams
	unclear  bool // which integration it means can't be said
}

type problem struct {
	line int
	text string
}

func (f *file) wrong(line int, format string, args ...any) {
	f.problems = append(f.problems, problem{line, fmt.Sprintf(format, args...)})
}

// readFile reads a file to its end, whatever is wrong on the way. It works on
// nodes, not on Go values: they know their lines, an absent key from a null, and
// an amount by its digits.
func readFile(content []byte) *file {
	f := new(file)
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		f.wrong(1, "the file is empty")
		return f
	case err != nil:
		f.syntax(err)
		return f
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		f.wrong(second.Line, "a second document: there can be only one")
	case !errors.Is(err, io.EOF):
		f.syntax(err)
	}
	top, listed := document.Content[0], false
	if top.Kind != yaml.MappingNode {
		f.wrong(top.Line, "the file must begin with the key integrations")
		return f
	}
	f.members(top, func(key, list *yaml.Node) {
		switch {
		case key.Value != "integrations":
			f.wrong(key.Line, "unknown key %s", text(key.Value))
		case list.Kind != yaml.SequenceNode:
			f.wrong(key.Line, "integrations must be a list")
		default:
			for _, n := range list.Content {
				f.entry(n)
			}
		}
		listed = listed || key.Value == "integrations"
	})
	if !listed {
		f.wrong(top.Line, "the key integrations is missing")
	}
	return f
}

func (f *file) syntax(err error) {
	line := 1
	_, _ = fmt.Sscanf(err.Error(), "yaml: line %d:", &line) // where it does not say, the first will do
	f.wrong(line, "%s", strings.TrimPrefix(err.Error(), fmt.Sprintf("yaml: line %d: ", line)))
}

// members calls each for the keys of a mapping. One that stands there twice is a
// problem; YAML libraries let the last one win when asked for nodes.
func (f *file) members(mapping *yaml.Node, each func(key, value *yaml.Node)) {
	seen := make(map[string]int)
	for pair := range slices.Chunk(mapping.Content, 2) {
		key, value := pair[0], pair[1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if line, twice := seen[key.Value]; twice {
			f.wrong(key.Line, "%s is given twice, first at line %d", text(key.Value), line)
			continue
		}
		seen[key.Value] = key.Line
		each(key, value)
	}
}

func (f *file) entry(n *yaml.Node) {
	e := entry{line: n.Line}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		f.wrong(e.line, "an integration must be keys and values")
		return
	}
	p := &e.params
	f.members(n, func(key, v *yaml.Node) {
		switch key.Value {
		case "id":
			e.id = f.id(key, v)
			e.unclear = e.unclear || e.id == 0
		case "provider_name":
			provider := f.text(key, v)
			if provider != nil {
				e.provider = *provider
			}
			e.unclear = e.unclear || provider == nil
		case "key_label":
			p.KeyLabel = f.text(key, v)
			e.unclear = e.unclear || p.KeyLabel == nil
		case "is_active":
			p.IsActive = f.bool(key, v)
		case "is_primary":
			p.IsPrimary = f.bool(key, v)
		case "daily_limit":
			p.DailyLimit = f.limit(key, v)
		case "minute_limit":
			p.MinuteLimit = f.limit(key, v)
		case "spend_limit_amount":
			p.SpendLimitAmount = f.amount(key, v)
		case "spend_limit_period":
			p.SpendLimitPeriod = word(f, key, v, spideriq.SpendLimitPeriodDaily, spideriq.SpendLimitPeriodMonthly)
		case "spend_limit_action":
			p.SpendLimitAction = word(f, key, v, spideriq.SpendLimitActionWarn, spideriq.SpendLimitActionBlock)
		case "credentials":
			f.wrong(key.Line, "credentials cannot be updated: delete the integration and create a new one")
		default:
			f.wrong(key.Line, "unknown key %s", text(key.Value))
		}
	})
	if !e.unclear && e.id == 0 && (e.provider == "" || p.KeyLabel == nil) {
		f.wrong(e.line, "which integration? give its id, or its provider_name and key_label")
		e.unclear = true
	}
	f.entries = append(f.entries, e)
}

// scalar returns the text of a value that has one of the tags that YAML gives to
// plain text, numbers and so on.
func (f *file) scalar(key, v *yaml.Node, kind string, tags ...string) (value string, ok bool) {
	switch {
	case v.ShortTag() == "!!null":
		f.wrong(key.Line, "%s is null: to leave a setting alone, leave its key out (that null clears one is not documented)", key.Value)
	case v.Kind == yaml.MappingNode:
		f.wrong(key.Line, "%s must be %s, not keys and values", key.Value, kind)
	case v.Kind == yaml.SequenceNode:
		f.wrong(key.Line, "%s must be %s, not a list", key.Value, kind)
	case !slices.Contains(tags, v.ShortTag()) && v.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		f.wrong(key.Line, "%s must be %s, not text in quotes", key.Value, kind)
	case !slices.Contains(tags, v.ShortTag()):
		f.wrong(key.Line, "%s must be %s, not %s", key.Value, kind, text(v.Value))
	default:
		return v.Value, true
	}
	return "", false
}

func (f *file) text(key, v *yaml.Node) *string {
	value, ok := f.scalar(key, v, "text (quotes make it text)", "!!str")
	if !ok {
		return nil
	}
	return &value
}

func (f *file) bool(key, v *yaml.Node) *bool {
	const kind = "true or false"
	value, ok := f.scalar(key, v, kind, "!!bool")
	value = strings.ToLower(value)
	if ok && value != "true" && value != "false" {
		f.wrong(key.Line, "%s must be %s, not %s", key.Value, kind, text(value))
		ok = false
	}
	if !ok {
		return nil
	}
	return new(value == "true")
}

func (f *file) id(key, v *yaml.Node) int64 {
	const kind = "a whole number from 1 on"
	value, ok := f.scalar(key, v, kind, "!!int")
	n, err := decimal(value)
	if ok && (err != nil || n < 1) {
		f.wrong(key.Line, "id must be %s, not %s", kind, text(value))
	}
	return max(n, 0)
}

func (f *file) limit(key, v *yaml.Node) *int {
	const kind = "a whole number from 0 on, in digits only"
	value, ok := f.scalar(key, v, kind, "!!int")
	if !ok {
		return nil
	}
	n, err := decimal(value)
	if err != nil || n < 0 {
		f.wrong(key.Line, "%s must be %s, not %s", key.Value, kind, text(value))
		return nil
	}
	return new(int(n))
}

// decimal reads a number in the one form that can't be misread: to YAML, 010 is
// eight.
func decimal(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && strconv.FormatInt(n, 10) != s {
		return 0, strconv.ErrSyntax
	}
	return n, err
}

func (f *file) amount(key, v *yaml.Node) *spideriq.Amount {
	value, ok := f.scalar(key, v, "a number", "!!int", "!!float")
	if !ok {
		return nil
	}
	a, err := spideriq.ParseAmount(value)
	switch {
	case err != nil:
		f.wrong(key.Line, "%s: %v", key.Value, err)
	case a.Cmp("0") < 0:
		f.wrong(key.Line, "%s must not be negative, as %s is", key.Value, a)
	default:
		return &a
	}
	return nil
}

// word reads one of the two words that the API takes.
func word[S ~string](f *file, key, v *yaml.Node, one, other S) *S {
	kind := string(one + " or " + other)
	value, ok := f.scalar(key, v, kind, "!!str")
	if ok && S(value) != one && S(value) != other {
		f.wrong(key.Line, "%s must be %s, not %s", key.Value, kind, text(value))
		ok = false
	}
	if !ok {
		return nil
	}
	return new(S(value))
}
