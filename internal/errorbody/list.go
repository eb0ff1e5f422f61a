package errorbody

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strings"
)

// list reads a list of problems: texts, validation errors, or lists of these. Field
// says what they are about, where that is known.
func (d *decoder) list(field string, raw json.RawMessage, depth int) {
	if depth > maxDepth || !d.mayRead(raw) {
		return
	}
	count := 0
	for _, element := range elements(raw) {
		if count == maxItems {
			d.omitted = true
			return
		}
		count++
		switch kind(element) {
		case '"':
			d.addProblem(field, d.text(textOf(element), depth))
		case '{':
			d.item(field, element, depth+1)
		case '[':
			d.list(field, element, depth+1)
		}
	}
}

// item reads one validation error: {"loc": ["body", "daily_limit"], "msg": "…"} or
// {"field": "daily_limit", "message": "…"}. FastAPI puts what was sent beside them.
func (d *decoder) item(field string, raw json.RawMessage, depth int) {
	var m members
	if depth > maxDepth || !d.mayRead(raw) || json.Unmarshal(raw, &m) != nil {
		return
	}
	d.codes(m, depth)
	where := joinFields(field, d.location(m))
	text := d.firstText(depth, m.Msg, m.Message, m.ReasonHuman, m.Detail, m.Error, m.Title)
	if text != "" || where != field {
		d.addProblem(where, text)
		return
	}

	before := d.found
	for _, inner := range []json.RawMessage{m.Error, m.Detail, m.Message} {
		if kind(inner) == '{' {
			d.item(field, inner, depth+1)
		}
	}
	if d.found == before {
		d.fields(field, raw, depth, false)
	}
}

// firstText returns the first of the values that is a text and is not empty.
func (d *decoder) firstText(depth int, values ...json.RawMessage) string {
	for _, value := range values {
		text := d.text(textOf(value), depth)
		if text != "" {
			return text
		}
	}
	return ""
}

// location returns the path of a field, "body.limits.0".
func (d *decoder) location(m members) string {
	field := d.redact(textOf(m.Field))
	if kind(m.Loc) != '[' {
		return joinFields(d.redact(textOf(m.Loc)), field)
	}
	var path []string
	for _, element := range elements(m.Loc) {
		if len(path) == maxItems {
			break
		}
		path = append(path, d.redact(codeOf(element)))
	}
	return joinFields(append(path, field)...)
}

// joinFields joins the parts of a path that are not empty.
func joinFields(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return strings.Join(parts, ".")
}

// echoes are members that repeat what was sent.
var echoes = []string{"input", "ctx", "what_you_sent", "sent", "submitted", "received", "request", "body", "payload",
	"data", "params", "query", "headers", "value", "values", "credentials"}

// fields reads {"daily_limit": ["problem"]}. A bare text or an object is read as a problem
// where texts is set: elsewhere it may be anything.
func (d *decoder) fields(field string, raw json.RawMessage, depth int, texts bool) {
	if !d.mayRead(raw) {
		return
	}
	count := 0
	for name, value := range elements(raw) {
		if count == maxItems {
			d.omitted = true
			return
		}
		count++
		if slices.Contains(echoes, strings.ToLower(name)) {
			continue
		}
		where := joinFields(field, d.redact(name))
		switch {
		case kind(value) == '[':
			d.list(where, value, depth)
		case kind(value) == '"' && texts:
			d.addProblem(where, d.text(textOf(value), depth))
		case kind(value) == '{' && texts:
			d.item(where, value, depth+1)
		}
	}
}

// elements returns the members of an object by name and the elements of a list without
// one. Raw is valid JSON.
func elements(raw json.RawMessage) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		standard := json.NewDecoder(bytes.NewReader(raw))
		_, _ = standard.Token() // the bracket
		for standard.More() {
			name := ""
			if kind(raw) == '{' {
				token, _ := standard.Token()
				name, _ = token.(string)
			}
			var value json.RawMessage
			if standard.Decode(&value) != nil || !yield(name, value) {
				return
			}
		}
	}
}
