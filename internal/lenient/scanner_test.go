package lenient

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scanned returns the next value as encoding/json decodes it into an any. It is built
// from nothing but what the scanner yields.
func scanned(s *scanner) any {
	switch s.peek() {
	case '{':
		object := map[string]any{}
		for name := range s.members {
			object[string(name)] = scanned(s)
		}
		return object
	case '[':
		array := []any{}
		for range s.elements {
			array = append(array, scanned(s))
		}
		return array
	}
	value := s.value()
	switch value[0] {
	case '"':
		return string(s.unquote(value))
	case 't', 'f':
		return value[0] == 't'
	case 'n':
		return nil
	}
	return json.Number(value)
}

// requireScannedAlike compares the scanner with encoding/json on one valid text.
func requireScannedAlike(t *testing.T, text string) {
	t.Helper()
	if !json.Valid([]byte(text)) {
		return
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var want any
	require.NoError(t, d.Decode(&want))
	require.Equal(t, want, scanned(&scanner{text: []byte(text)}), "%.200q", text)

	s := &scanner{text: []byte(text)}
	require.Equal(t, strings.Trim(text, " \t\r\n"), string(s.value()))
}

func TestScannerReadsLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`null`, `true`, `false`, ` 0 `, `-0.5e+10`, `""`, `"a"`, `[]`, `{}`, `[ ]`, "{ \n\t\r}", `[[]]`, `[{}]`,
		`{"a":{}}`, `{"":""}`, `[null,true,false]`, `[1,2,3]`, `[ 1 , 2 , 3 ]`, `{"a":1,"b":[1,{"c":"d"}],"e":null}`,
		"{\"a\"\n:\t1\r,\"b\" : 2 }", `{"a":1,"a":2}`, `{"a":{"a":{"a":[]}}}`, `[1e5,1E-5,0.0,-0]`,
		`"\""`, `"\\"`, `"\\\\"`, `"\\\""`, `["\\","\"",""]`, `{"\"":"\\"}`, `{"a\\":1,"b":2}`,
		`"\u0041\u00e9\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\ud83dx"`, `"\b\f\n\r\t\/"`, `"]"`,
		`["]","}",",",":"]`, `{"}":"{","]":"["}`, `{"a b":" c "}`, `"é日本😀"`, "\"\u2028\"", "\"\x7f\"",
		"\"\xff\"", "\"\xff\xfe\xfd\"", "{\"\xff\":\"\xc3\\n\"}", `[{"a":"]"},[["}"]]]`,
		strings.Repeat("[", 2_000) + strings.Repeat("]", 2_000),
		strings.Repeat(`{"a":`, 2_000) + "1" + strings.Repeat("}", 2_000),
	} {
		require.True(t, json.Valid([]byte(text)), text)
		requireScannedAlike(t, text)
	}
}

// A writer writes random JSON with odd strings, odd spaces and names that repeat.
type writer struct {
	strings.Builder
	random *rand.Rand
}

func (w *writer) pick(of ...string) { w.WriteString(of[w.random.IntN(len(of))]) }

func (w *writer) space() { w.pick("", "", "", " ", "\n", "\t\r ") }

func (w *writer) text() {
	w.WriteByte('"')
	for range w.random.IntN(6) {
		w.pick("a", "id", " ", "é", "😀", `\"`, `\\`, `\n`, `\u0041`, `\ud83d\ude00`, `\ud800`, "{", "}", "[", "]",
			",", ":", "\u2028", "/", `\/`, "\xff")
	}
	w.WriteByte('"')
}

// list writes between two brackets what item writes, some times.
func (w *writer) list(open, end string, item func()) {
	w.WriteString(open)
	for i := range w.random.IntN(5) {
		if i > 0 {
			w.WriteByte(',')
		}
		w.space()
		item()
		w.space()
	}
	w.WriteString(end)
}

func (w *writer) value(depth int) {
	switch kind := w.random.IntN(8); {
	case kind < 2 && depth > 0:
		w.list("{", "}", func() {
			w.text()
			w.space()
			w.WriteByte(':')
			w.space()
			w.value(depth - 1)
		})
	case kind < 4 && depth > 0:
		w.list("[", "]", func() { w.value(depth - 1) })
	case kind < 6:
		w.text()
	default:
		w.pick("0", "-1", "12.50", "1e9", "-0.5E-3", "9007199254740993", "true", "false", "null")
	}
}

func TestScannerReadsRandomTextsLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		w := writer{random: random}
		w.value(5)
		text := w.String()
		requireScannedAlike(t, text)
		at := random.IntN(len(text)) // one byte changed is often valid as well
		requireScannedAlike(t, text[:at]+string("{}[]\",:\\ 0"[random.IntN(10)])+text[at+1:])
	}
}

// A loop that ends early, or reads nothing of what it is given, leaves the scanner
// behind the object or array.
func TestLoopsMayLeaveWhatTheyAreGiven(t *testing.T) {
	t.Parallel()
	const text = `[ {"a": [1, {"b": 2}], "c": "}" , "d": {} }, [[1, 2], "]", 3 ] , 4]`
	for stop := range 4 {
		s := scanner{text: []byte(text)}
		s.peek()
		for range s.elements {
			switch s.peek() {
			case '{':
				seen := 0
				for range s.members {
					if seen == stop {
						break
					}
					seen++
				}
			case '[':
				for i := range s.elements {
					if i == stop {
						break
					}
					if i%2 == 0 {
						s.value()
					}
				}
			}
		}
		assert.Equal(t, len(text), s.position)
	}
}
