package safetext

import (
	"bytes"
	"strings"
)

// A view is a text in another form, with the place in the source of each of its bytes.
type view struct {
	text   []byte
	origin []int // offsets in the source; nil as long as text has the source's length
	source string
}

func newView(source string) *view {
	return &view{text: []byte(source), source: source}
}

// decode decodes all escapes of the text, also escapes of escapes. It reports whether
// there were any.
func (v *view) decode() bool {
	changed := false
	for range maxLayers {
		if !v.decodeLayer() {
			break
		}
		changed = true
	}
	return changed
}

// decodeLayer decodes each escape once. The text is changed in place, because no
// escape is shorter than what it stands for.
func (v *view) decodeLayer() bool {
	first := bytes.IndexAny(v.text, `\%&`)
	if first < 0 {
		return false
	}
	v.trackOrigin()
	changed := false
	out := v.text[:first]
	for in := first; in < len(v.text); {
		begin := len(out)
		decoded, size := appendDecoded(out, v.text[in:])
		if size == 0 {
			decoded, size = append(out, v.text[in]), 1
		} else {
			changed = true
		}
		out = decoded
		for i := begin; i < len(out); i++ {
			v.origin[i] = v.origin[in]
		}
		in += size
	}
	v.text = out
	return changed
}

// trackOrigin prepares the view for a change of its length.
func (v *view) trackOrigin() {
	if v.origin != nil {
		return
	}
	v.origin = make([]int, len(v.text))
	for i := range v.origin {
		v.origin[i] = i
	}
}

// simplify changes ASCII letters to lower case and each white space character to a space.
// A plus sign becomes a space too, because it stands for one in a query.
func (v *view) simplify() {
	for i, c := range v.text {
		switch {
		case 'A' <= c && c <= 'Z':
			v.text[i] = c - 'A' + 'a'
		case c == '\t', c == '\n', c == '\r', c == '+':
			v.text[i] = ' '
		}
	}
}

// squeeze removes the white space from a simplified text.
func (v *view) squeeze() {
	v.trackOrigin()
	out := v.text[:0]
	for in, c := range v.text {
		if c == ' ' {
			continue
		}
		v.origin[len(out)] = v.origin[in]
		out = append(out, c)
	}
	v.text = out
}

// find marks where in the source the patterns are.
func (v *view) find(patterns [][]byte, m *marks) {
	for _, pattern := range patterns {
		v.findOne(pattern, m)
	}
}

// findOne marks one pattern. An occurrence that begins in the first half of another is
// passed over, so that the time stays linear: there is one only for a secret that repeats
// itself, such as "aaaa".
func (v *view) findOne(pattern []byte, m *marks) {
	for from := 0; ; {
		i := bytes.Index(v.text[from:], pattern)
		if i < 0 {
			return
		}
		start := from + i
		m.add(v.sourceRange(start, start+len(pattern)))
		from = start + (len(pattern)+1)/2
	}
}

// sourceRange returns the part of the source that stands for text[start:end].
func (v *view) sourceRange(start, end int) (from, to int) {
	if v.origin == nil {
		return start, end
	}
	from, to = v.origin[start], len(v.source)
	if end < len(v.text) {
		to = v.origin[end]
	}
	// White space that squeeze has removed behind the last byte is no part of the secret.
	return from, from + len(strings.TrimRight(v.source[from:to], " \t\r\n"))
}
