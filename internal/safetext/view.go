package safetext

import "bytes"

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

// find returns where in the source the patterns are. The patterns are sorted by length.
func (v *view) find(patterns [][]byte) []span {
	var spans []span
	for _, pattern := range patterns {
		if len(pattern) > len(v.text) {
			break
		}
		spans = v.findOne(spans, pattern)
	}
	return spans
}

// findOne adds the spans of one pattern. Occurrences that overlap make one span. An
// occurrence that begins in the first half of another is passed over, so that the time
// stays linear: there is one only for a secret that repeats itself, such as "aaaa".
func (v *view) findOne(spans []span, pattern []byte) []span {
	known := len(spans)
	for from := 0; ; {
		i := bytes.Index(v.text[from:], pattern)
		if i < 0 {
			return spans
		}
		start := from + i
		found := v.sourceSpan(start, start+len(pattern))
		if last := len(spans) - 1; last >= known && spans[last].end >= found.start {
			spans[last].end = found.end
		} else {
			spans = append(spans, found)
		}
		from = start + (len(pattern)+1)/2
	}
}

// sourceSpan returns the part of the source that stands for text[start:end].
func (v *view) sourceSpan(start, end int) span {
	if v.origin == nil {
		return span{start, end}
	}
	from, to := v.origin[start], len(v.source)
	if end < len(v.text) {
		to = v.origin[end]
	}
	for to > from+1 && isSpace(v.source[to-1]) { // which squeeze has removed behind the last byte
		to--
	}
	return span{from, to}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
