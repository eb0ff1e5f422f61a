package safetext

import (
	"bytes"
	"slices"
	"strings"
	"sync"
)

const (
	placeholder = "[redacted]"

	// minSecret is the length of the shortest secret that is redacted. A shorter one
	// would take ordinary words out of a text.
	minSecret = 4

	// minPart is the length of the shortest line of a secret that is redacted alone.
	minPart = 8

	// maxLayers is how many escapes around each other are decoded, such as the JSON
	// text of a percent-encoded value of an HTML attribute.
	maxLayers = 5
)

// A Redactor replaces secrets in texts. It may be used by several goroutines.
//
// A server that echoes a secret may have escaped it, and each language escapes other
// characters. A Redactor does not list the forms. It decodes the escapes of JSON, Go,
// Python, HTML and URLs in the text as well as in the secret, and compares the results
// without regard to the case of ASCII letters. A secret of several lines is also found
// when its line breaks have been changed or removed, and its lines are found alone.
type Redactor struct {
	secrets []string

	prepare  sync.Once
	patterns [][]byte // simplified; compared with the text, and with the decoded text
	squeezed [][]byte // compared with a decoded text without white space
}

// NewRedactor returns a Redactor for these secrets. Secrets of less than four bytes
// are left out. NewRedactor costs little: the work is done when the first text is
// redacted.
func NewRedactor(secrets ...string) *Redactor {
	return &Redactor{secrets: slices.Clone(secrets)}
}

// Redact returns s with "[redacted]" in the place of each secret. A nil Redactor
// returns s. The time it takes is proportional to the length of s.
func (r *Redactor) Redact(s string) string {
	if r == nil || len(r.secrets) == 0 || len(s) < minSecret {
		return s
	}
	r.prepare.Do(r.addPatterns)
	if len(r.patterns) == 0 {
		return s
	}

	plain := newView(s)
	decoded := newView(s)
	changed := decoded.decode()

	found := &marks{length: len(s)}
	plain.simplify()
	plain.find(r.patterns, found)
	if changed {
		decoded.simplify()
		decoded.find(r.patterns, found)
	}
	if len(r.squeezed) > 0 {
		if !changed {
			decoded = plain // which is simplified already
		}
		decoded.squeeze()
		decoded.find(r.squeezed, found)
	}
	return found.replace(s)
}

// addPatterns brings the secrets into the forms that are searched for.
func (r *Redactor) addPatterns() {
	known := make(map[string]bool)
	for _, secret := range r.secrets {
		secret = strings.TrimSpace(secret)
		if len(secret) < minSecret {
			continue
		}
		r.addPattern([]byte(secret), minSecret, known)

		decoded := newView(secret)
		decoded.decode()
		r.addPattern(decoded.text, minSecret, known)

		lines := bytes.FieldsFunc(decoded.text, isLineBreak)
		if len(lines) < 2 {
			continue
		}
		for _, line := range lines {
			r.addPattern(bytes.TrimSpace(line), minPart, known)
		}
		decoded.simplify()
		decoded.squeeze()
		if len(decoded.text) >= minPart {
			r.squeezed = append(r.squeezed, decoded.text)
		}
	}
}

// addPattern adds text unless it is shorter than shortest, nothing but white space, or
// known already.
func (r *Redactor) addPattern(text []byte, shortest int, known map[string]bool) {
	if len(text) < shortest {
		return
	}
	v := view{text: bytes.Clone(text)}
	v.simplify()
	if len(bytes.TrimSpace(v.text)) == 0 || known[string(v.text)] {
		return
	}
	known[string(v.text)] = true
	r.patterns = append(r.patterns, v.text)
}

func isLineBreak(r rune) bool { return r == '\n' || r == '\r' }

// marks are the places of the secrets in a text.
type marks struct {
	length int // of the text

	// changes has a number for each offset of the text, and one for its end: how many
	// secrets begin there, less those that have ended. It is nil until one is found.
	changes []int
}

func (m *marks) add(start, end int) {
	if m.changes == nil {
		m.changes = make([]int, m.length+1)
	}
	m.changes[start]++
	m.changes[end]--
}

// replace puts the placeholder into s in the place of what is marked. Secrets that overlap
// or touch get one placeholder, so that no end of a secret stays behind another.
func (m *marks) replace(s string) string {
	if m.changes == nil {
		return s
	}
	var b strings.Builder
	open := 0 // how many secrets the offset lies in
	kept := 0 // the part of s up to here has been dealt with
	for i, change := range m.changes {
		if change == 0 {
			continue
		}
		if open == 0 {
			b.WriteString(s[kept:i])
			b.WriteString(placeholder)
		}
		open += change
		kept = i
	}
	b.WriteString(s[kept:])
	return b.String()
}
