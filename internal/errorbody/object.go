package errorbody

import (
	"encoding/json"
	"strings"
)

// members are the members of an object that are looked at, in any letter case.
type members struct {
	// Each of these is a text, an object or a list.
	Error, Errors, Detail, Message json.RawMessage

	ReasonHuman json.RawMessage `json:"reason_human"`
	Title       json.RawMessage
	Msg         json.RawMessage

	Code       json.RawMessage
	ReasonCode json.RawMessage `json:"reason_code"`
	Refusal    json.RawMessage
	Type       json.RawMessage

	RetryAfterSeconds json.RawMessage `json:"retry_after_seconds"`

	Loc, Field json.RawMessage // which field a problem is about
}

// value reads a JSON value, depth levels below the whole body.
func (d *decoder) value(raw json.RawMessage, depth int) {
	switch kind(raw) {
	case '{':
		d.object(raw, depth)
	case '[':
		d.list("", raw, depth)
	case '"':
		d.addMessage(d.text(textOf(raw), depth))
	default:
		d.addMessage(scalar(raw))
	}
}

// object reads {"error": …}, {"detail": …}, {"message": …} and similar objects. An object
// in one of these members is read first, because it is more precise than the members
// beside it. The codes and messages follow, then the lists of problems.
func (d *decoder) object(raw json.RawMessage, depth int) {
	var m members
	if depth > maxDepth || !d.mayRead(raw) || json.Unmarshal(raw, &m) != nil {
		return
	}
	d.retryAfterSeconds(m.RetryAfterSeconds)
	for _, inner := range []json.RawMessage{m.Error, m.Detail, m.Message} {
		d.innerObject(inner, depth)
	}
	d.codes(m, depth)
	d.messages(m, depth)
	for _, list := range []json.RawMessage{m.Message, m.Error, m.Errors, m.Detail} {
		if kind(list) == '[' {
			d.list("", list, depth+1)
		}
	}
	if kind(m.Errors) == '{' {
		d.errorsObject(m.Errors, depth)
	}
	if d.message == "" && len(d.problems) == 0 {
		d.scalarMessages(m)
	}
}

// innerObject reads the object in {"error": {"code": …, "message": …}}. Where it has no
// member that is known, it is {"error": {"field": ["problem"]}}.
func (d *decoder) innerObject(raw json.RawMessage, depth int) {
	if kind(raw) != '{' {
		return
	}
	before := d.found
	d.object(raw, depth+1)
	if d.found == before && depth == 0 {
		d.fields("", raw, depth+1, false)
	}
}

// errorsObject reads {"errors": {"field": ["problem"]}}, also with a bare text for a
// problem, and {"errors": {"message": {…}}}.
func (d *decoder) errorsObject(raw json.RawMessage, depth int) {
	before := d.found
	d.fields("", raw, depth+1, true)
	if d.found == before {
		d.object(raw, depth+1)
	}
}

// codes reads the codes of an object. The type is a code only in an inner object: in
// the body of a problem document it is a URL.
func (d *decoder) codes(m members, depth int) {
	d.addCode(codeOf(m.Code))
	d.addCode(codeOf(m.ReasonCode))
	d.addCode(codeOf(m.Refusal))

	word := textOf(m.Error)
	if isIdentifier(word) || depth > 0 && isWord(word) {
		d.addCode(word)
	}
	if depth > 0 {
		d.addCode(typeOf(m))
	}
}

// messages reads the texts of an object. An error that is a code is no text.
func (d *decoder) messages(m members, depth int) {
	if isIdentifier(textOf(m.Error)) {
		m.Error = nil
	}
	for _, raw := range []json.RawMessage{m.Message, m.ReasonHuman, m.Detail, m.Error, m.Errors, m.Title, m.Msg} {
		if kind(raw) == '"' {
			d.addMessage(d.text(textOf(raw), depth))
		}
	}
}

// scalarMessages reads {"message": false}, in an object that has no other message.
func (d *decoder) scalarMessages(m members) {
	for _, raw := range []json.RawMessage{m.Message, m.ReasonHuman, m.Detail, m.Error, m.Title, m.Msg} {
		d.addMessage(scalar(raw))
	}
}

// codeOf returns a code that is a text or a number.
func codeOf(raw json.RawMessage) string {
	switch kind(raw) {
	case 0, '{', '[', 't', 'f', 'n':
		return ""
	case '"':
		return textOf(raw)
	}
	return string(raw)
}

// typeOf returns the type of a problem where that is a code and no URL.
func typeOf(m members) string {
	text := textOf(m.Type)
	if strings.Contains(text, ":") {
		return ""
	}
	return text
}

// kind returns the first byte of a JSON value, 0 where there is none. No white space
// stands before a value.
func kind(raw json.RawMessage) byte {
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
}

// textOf returns the text of a JSON string, and "" for any other value.
func textOf(raw json.RawMessage) string {
	var text string
	if kind(raw) != '"' || json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// scalar returns a number or a boolean as text, and "" for any other value.
func scalar(raw json.RawMessage) string {
	switch kind(raw) {
	case 0, '{', '[', '"', 'n':
		return ""
	}
	return string(raw)
}
