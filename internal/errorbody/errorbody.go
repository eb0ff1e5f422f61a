// Package errorbody reads the error responses of the platform and of what stands in
// front of it: which code, which message, which wait.
//
// The platform has no single shape for an error. [Parse] decodes a body once with
// encoding/json and has a small function for each shape. It takes only members that are
// named here, because a body may repeat what was sent. Text that is no JSON is shown
// without markup.
//
// Reading takes time in proportion to what is looked at, which is bounded by [MaxSize].
package errorbody

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

const (
	// MaxSize is how many bytes of a body are looked at.
	MaxSize = 64 << 10

	// cutMargin is how many bytes at the end of a body that has been cut to MaxSize are
	// not shown: a secret that was cut there cannot be recognised. It is larger than a
	// long token with every character escaped.
	cutMargin = 16 << 10

	// maxDepth is how many levels of objects and lists below the whole body are looked at.
	maxDepth = 5

	// maxRead is how many bytes of JSON are parsed in all. What is deep in a body is
	// parsed once for each object and list around it.
	maxRead = 5 * MaxSize

	// maxItems is how many elements of a list and members of an object are looked at.
	maxItems = 100
)

// finalCodes are the codes of limits that waiting does not lift.
var finalCodes = []string{"MAX_CAMPAIGNS_PER_CLIENT", "bulk_records_per_job_exceeded"}

// An Error is what the body of an error response says.
type Error struct {
	Code          string        // such as "form_locked"; "" when the body has none
	Message       string        // in the words of the body, not bounded; Code when there are none
	RetryAfter    time.Duration // of the body, where HasRetryAfter is set
	HasRetryAfter bool
}

// Parse reads the body of an error response. It never fails: for a body of no known
// shape the Error is empty. The function redact removes secrets from a text; nil removes
// nothing.
func Parse(body []byte, redact func(string) string) Error {
	if redact == nil {
		redact = func(s string) string { return s }
	}
	d := decoder{redact: redact}
	text, cut := utf8Text(body)
	d.body(text, cut)
	return d.result()
}

// IsFinal reports whether the error stays, however long the caller waits.
func (e Error) IsFinal() bool {
	return slices.Contains(finalCodes, e.Code)
}

// IsFinal is [Error.IsFinal] for a body.
func IsFinal(body []byte) bool {
	return Parse(body, nil).IsFinal()
}

// A decoder collects what a body says.
type decoder struct {
	redact func(string) string
	cut    bool // only the first MaxSize bytes of the body are looked at

	code      string // the first one
	finalCode string // one of finalCodes, found in any code, message or problem
	message   string // the first one
	problems  []string
	omitted   bool // there are more problems than are kept
	found     int  // how many codes, messages and problems there were
	read      int  // how many bytes have been parsed

	retryAfter    time.Duration
	hasRetryAfter bool
}

// body reads the whole body. A body that was cut is read up to the cut.
func (d *decoder) body(text []byte, cut bool) {
	document := text
	d.cut = cut
	if cut {
		document = complete(text)
	}
	if json.Valid(document) {
		d.value(document, 0)
		return
	}
	d.plainText(string(text), cut)
}

// mayRead counts raw as parsed and reports whether the total is within maxRead.
func (d *decoder) mayRead(raw json.RawMessage) bool {
	d.read += len(raw)
	return d.read <= maxRead
}

// result puts together what was found.
func (d *decoder) result() Error {
	e := Error{Code: d.code, RetryAfter: d.retryAfter, HasRetryAfter: d.hasRetryAfter}
	texts := []string{}
	if d.message != "" {
		texts = append(texts, d.message)
	}
	for _, problem := range d.problems {
		if problem != d.message {
			texts = append(texts, problem)
		}
	}
	if d.omitted {
		texts = append(texts, "…")
	}
	e.Message = strings.Join(texts, "; ")

	if e.Code == "" && isIdentifier(e.Message) {
		e.Code = e.Message
	}
	if d.finalCode != "" {
		e.Code = d.finalCode
	}
	if e.Message == "" {
		e.Message = e.Code
	}
	return e
}

// addCode notes a code. The first one counts, unless a later one is final.
func (d *decoder) addCode(code string) {
	code = d.redact(strings.TrimSpace(code))
	if code == "" {
		return
	}
	d.found++
	d.findFinalCode(code)
	if d.code == "" {
		d.code = code
	}
}

// findFinalCode notes a final code that is in a text.
func (d *decoder) findFinalCode(text string) {
	for _, code := range finalCodes {
		if strings.Contains(text, code) {
			d.finalCode = code
		}
	}
}

// addMessage notes a message that is safe to show. The first one counts.
func (d *decoder) addMessage(text string) {
	if text == "" {
		return
	}
	d.found++
	d.findFinalCode(text)
	if d.message == "" {
		d.message = text
	}
}

// addProblem notes one of several problems: which field it is about, and the text.
// Either may be empty. A problem that is known already is not added again.
func (d *decoder) addProblem(field, text string) {
	problem := field + ": " + text
	switch {
	case text == "":
		problem = field
	case field == "":
		problem = text
	}
	if problem == "" {
		return
	}
	d.found++
	d.findFinalCode(text)
	switch {
	case slices.Contains(d.problems, problem):
	case len(d.problems) == maxItems:
		d.omitted = true
	default:
		d.problems = append(d.problems, problem)
	}
}
