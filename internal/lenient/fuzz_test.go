package lenient_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

// everything has a field of each kind, under the shortest names.
type everything struct {
	A any             `json:"a"`
	B bool            `json:"b"`
	C *[]byte         `json:"c"`
	D map[string]any  `json:"d"`
	E *everything     `json:"e"`
	F float64         `json:"f"`
	G float32         `json:"g"`
	H json.RawMessage `json:"h"`
	I int             `json:"i"`
	J **int8          `json:"j"`
	K map[int16]row   `json:"k"`
	L []*row          `json:"l"`
	M map[string]string
	N json.Number            `json:"n"`
	O func()                 `json:"o"`
	P fmt.Stringer           `json:"p"`
	Q int                    `json:"q,string"`
	R [2]row                 `json:"r"`
	S string                 `json:"s"`
	T time.Time              `json:"t"`
	U uint8                  `json:"u"`
	V []string               `json:"v"`
	W map[netip.Addr][]*bool `json:"w"`
	X string                 `json:"x,string"`
	Y []time.Time            `json:"y"`
	Z int                    `json:"-"`
	*Level
	level
}

type row struct {
	I *int64     `json:"i"`
	T *time.Time `json:"t"`
	S *string    `json:"s"`
	B *bool      `json:"b"`
}

type Level struct {
	One netip.Addr `json:"1"`
	Two []int      `json:"2"`
}

type level struct {
	Two   []int    `json:"2"`
	Three [][]uint `json:"3"`
}

// seeds are texts with something for each field, and with each odd form.
var seeds = []string{
	`null`, `{}`, `[]`, ` "a" `, `5`, `[{}, null, {"b": true}]`,
	`{"a": {"b": [1.50, null]}, "A": null, "b": false, "c": "aGk=", "d": {"x": 1}}`,
	`{"e": {"e": {"i": 1}}, "E": {"s": "x"}, "f": -1.5e3, "g": 0.1, "h": [ 1, "x" ], "i": -7, "j": 127}`,
	`{"k": {"-1": {"i": 2}}, "l": [null, {"t": "2026-02-26T15:30:00+02:00"}], "m": {"a": "b"}, "n": 1.50, "o": null}`,
	`{"p": null, "q": "5", "r": [{"s": "a"}, {}, {}], "s": "\u00e9\ud83d", "u": 255}`,
	`{"t": "2026-02-26T15:30:00Z", "v": ["a", null]}`,
	`{"w": {"::1": [true, null]}, "x": "\"a\"", "y": ["2026-02-26T15:30:00Z"],}`,
	`{"Z": 1, "1": "127.0.0.1", "2": [1], "3": [[1], null]}`,
	`{"i": "20000", "j": 2e1, "q": 5.0, "u": "2.0", "t": "2026-02-26 15:30:00"}`,
	`{"y": [0, null], "s": {"a": 1}, "m": [], "f": "12.50"}`,
	`{"i": 1.5, "b": "x", "l": {}, "e": [], "r": 1, "k": {"x": 1}, "j": 128}`,
	"{\"s\": \"\xff\xfe\"}", "\uFEFF{}", `{"l": null, "v": null, "c": null}`,
	`{"l": [{"i": 1}, {"i": 2}], "L": [{"s": "x"}], "r": [{"i": 1}], "R": [], "m": {"a": "b"}, "M": {"c": null}}`,
	`[[1], [2, 3], null]`, `{"1": [2]}`, `"2026-02-26T15:30:00Z"`, `"MTI="`, `{"q": "null", "x": null}`,
}

// targets are variables of different types, made anew for each text.
var targets = []func() any{
	func() any { return new(everything) },
	func() any { return new([]everything) },
	func() any { return new(map[string]*everything) },
	func() any { return new(any) },
	func() any { return new([][]int) },
	func() any { return new(map[string]row) },
	func() any { return new(*time.Time) },
	func() any { return new(string) },
	func() any { return new([]byte) },
	func() any { return new(struct{ A, a int }) },
	func() any { return new([2]float32) },
}

// FuzzAgainstEncodingJSON decodes the same text with encoding/json. What that takes,
// lenient takes with the same result. What is wrong to encoding/json for a reason that
// is not forgiven, is wrong to lenient.
func FuzzAgainstEncodingJSON(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(checkAgainstEncodingJSON)
}

func checkAgainstEncodingJSON(t *testing.T, text []byte) {
	for _, target := range targets {
		want, got := target(), target()
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		strictErr := decoder.Decode(want)
		err := lenient.Unmarshal(text, got)
		text := bytes.TrimPrefix(text, []byte("\uFEFF"))
		switch {
		case !json.Valid(text), string(bytes.TrimSpace(text)) == "null":
			if err == nil || !reflect.DeepEqual(got, target()) {
				t.Errorf("%q into %T: %v, %+v", text, got, err, got)
			}
		case strictErr != nil:
			if err == nil && !isForgiven(strictErr) {
				t.Errorf("%q into %T is no %v", text, got, strictErr)
			}
		case err != nil:
			t.Errorf("%q into %T: %v", text, got, err)
		default:
			dropEmptyLists(reflect.ValueOf(want))
			dropEmptyLists(reflect.ValueOf(got))
			if !reflect.DeepEqual(want, got) {
				t.Errorf("%q into %T:\n%+v, not\n%+v", text, got, got, want)
			}
		}
	}
}

// isForgiven reports whether lenient may take what encoding/json calls wrong. Only the
// first error of a text is known, so that any other may be behind one that is forgiven.
func isForgiven(err error) bool {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return true // of a method of a time, or of the option "string"
	}
	switch e.Type.Kind() {
	case reflect.Bool, reflect.Slice, reflect.Array, reflect.Func, reflect.Interface:
		return false
	case reflect.Struct:
		return e.Type == reflect.TypeFor[time.Time]()
	case reflect.Map:
		return e.Type.Elem().Kind() == reflect.String
	}
	return true
}

// dropEmptyLists makes each empty slice in v a nil one.
func dropEmptyLists(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			dropEmptyLists(v.Elem())
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			dropEmptyLists(field)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			dropEmptyLists(v.Index(i))
		}
		if v.Len() == 0 && v.CanSet() {
			v.SetZero()
		}
	case reflect.Map:
		dropEmptyListsOfMap(v)
	}
}

func dropEmptyListsOfMap(v reflect.Value) {
	for _, key := range v.MapKeys() {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(key))
		dropEmptyLists(value)
		v.SetMapIndex(key, value)
	}
}
