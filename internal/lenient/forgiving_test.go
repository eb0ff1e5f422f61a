package lenient_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

// A forgiving struct has a field for each way in which a value is forgiven.
type forgiving struct {
	T time.Time         `json:"t"`
	P *time.Time        `json:"p"`
	I int64             `json:"i"`
	J *int8             `json:"j"`
	U uint16            `json:"u"`
	F float64           `json:"f"`
	S string            `json:"s"`
	X *string           `json:"x"`
	L []int64           `json:"l"`
	M map[string]string `json:"m"`
	A amount            `json:"a"`
	B *amount           `json:"b"`
	R []*forgiving      `json:"r"`
}

// A mirror is what forgiving is, with types that decode themselves under encoding/json.
type mirror struct {
	T zero[mirrorTime]                  `json:"t"`
	P optional[mirrorTime]              `json:"p"`
	I mirrorInt                         `json:"i"`
	J optional[mirrorInt8]              `json:"j"`
	U mirrorUint16                      `json:"u"`
	F mirrorFloat                       `json:"f"`
	S mirrorString                      `json:"s"`
	X optional[mirrorString]            `json:"x"`
	L list[mirrorInt]                   `json:"l"`
	M optional[map[string]mirrorString] `json:"m"`
	A zero[mirrorAmount]                `json:"a"`
	B optional[mirrorAmount]            `json:"b"`
	R list[*mirror]                     `json:"r"`
}

var errUnreadable = errors.New("unreadable")

// zero is a value that is zero when it is unreadable.
type zero[T any] struct{ value T }

func (z *zero[T]) UnmarshalJSON(text []byte) error {
	err := json.Unmarshal(text, &z.value)
	if errors.Is(err, errUnreadable) {
		*z = zero[T]{}
		return nil
	}
	return err
}

func (z zero[T]) MarshalJSON() ([]byte, error) { return json.Marshal(z.value) }

// optional is a pointer that is nil when its value is unreadable.
type optional[T any] struct{ value *T }

func (o *optional[T]) UnmarshalJSON(text []byte) error {
	_, isMap := any(o.value).(*map[string]mirrorString)
	if isMap && text[0] != '{' {
		*o = optional[T]{}
		return nil
	}
	err := json.Unmarshal(text, &o.value)
	if errors.Is(err, errUnreadable) {
		*o = optional[T]{}
		return nil
	}
	return err
}

func (o optional[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.value) }

// list is a slice that is empty after a null.
type list[T any] struct{ items []T }

func (l *list[T]) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		l.items = []T{}
		return nil
	}
	return json.Unmarshal(text, &l.items)
}

func (l list[T]) MarshalJSON() ([]byte, error) { return json.Marshal(l.items) }

type (
	mirrorTime   struct{ time.Time }
	mirrorAmount string
	mirrorString string
	mirrorFloat  float64
	mirrorInt    int64
	mirrorInt8   int8
	mirrorUint16 uint16
)

func (m *mirrorTime) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		for _, zone := range []string{"", "Z07:00", "Z0700"} {
			t, err := time.Parse(form+zone, content(text))
			if err == nil && text[0] == '"' {
				m.Time = t
				return nil
			}
		}
	}
	return errUnreadable
}

func (m *mirrorAmount) UnmarshalJSON(text []byte) error {
	if (*amount)(m).UnmarshalJSON(text) != nil {
		return errUnreadable
	}
	return nil
}

func (m *mirrorString) UnmarshalJSON(text []byte) error {
	if string(text) != "null" {
		*m = mirrorString(content(text))
	}
	return nil
}

func (m *mirrorFloat) UnmarshalJSON(text []byte) (err error) {
	s := content(text)
	if string(text) == "null" {
		return nil
	}
	if !number.MatchString(s) {
		return errors.New("no number")
	}
	*(*float64)(m), err = strconv.ParseFloat(s, 64)
	return err
}

func (m *mirrorInt) UnmarshalJSON(text []byte) error {
	return unmarshalWhole(text, (*int64)(m), big.NewInt(-1<<63), big.NewInt(1<<63-1))
}

func (m *mirrorInt8) UnmarshalJSON(text []byte) error {
	return unmarshalWhole(text, (*int8)(m), big.NewInt(-128), big.NewInt(127))
}

func (m *mirrorUint16) UnmarshalJSON(text []byte) error {
	if text[0] == '"' && content(text) != "" && content(text)[0] == '+' {
		return errors.New("strconv takes no sign for an unsigned number")
	}
	return unmarshalWhole(text, (*uint16)(m), big.NewInt(0), big.NewInt(1<<16-1))
}

// content returns the string that a value in quotes stands for, and any other value as
// it is written.
func content(text []byte) string {
	var s string
	if json.Unmarshal(text, &s) == nil && text[0] == '"' {
		return s
	}
	return string(text)
}

var (
	number = regexp.MustCompile(`\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z`)
	signed = regexp.MustCompile(`\A[+-]?[0-9]+\z`)   // taken by strconv as well
	bomb   = regexp.MustCompile(`[eE][+-]?[0-9]{4}`) // would keep math/big busy
)

// unmarshalWhole reads a whole number between two bounds.
func unmarshalWhole[T int64 | int8 | uint16](text []byte, to *T, low, high *big.Int) error {
	s := content(text)
	if string(text) == "null" {
		return nil
	}
	if !number.MatchString(s) && !signed.MatchString(s) {
		return errors.New("no number")
	}
	value, ok := new(big.Rat).SetString(s)
	if !ok || !value.IsInt() || value.Num().Cmp(low) < 0 || value.Num().Cmp(high) > 0 {
		return errors.New("no such number")
	}
	*to = T(value.Num().Int64())
	return nil
}

// checkForgiveness decodes a text into both, which must agree on the result.
func checkForgiveness(t *testing.T, text []byte) {
	var want mirror
	var got forgiving
	if !json.Valid(text) || bomb.Match(text) || string(bytes.TrimSpace(text)) == "null" {
		return
	}
	wantErr := json.Unmarshal(text, &want)
	err := lenient.Unmarshal(text, &got)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%q: %v, not %v", text, err, wantErr)
	}
	if err != nil {
		return
	}
	wantText, wantErr := json.Marshal(want)
	gotText, err := json.Marshal(got)
	if (err == nil) != (wantErr == nil) || string(gotText) != string(wantText) {
		t.Fatalf("%q:\n%s %v, not\n%s %v", text, gotText, err, wantText, wantErr)
	}
}

// FuzzForgiveness decodes the same text with encoding/json, into types that forgive by
// themselves. The two agree on each text.
func FuzzForgiveness(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(checkForgiveness)
}

// randomText returns an object with the names of fields, and odd values for them.
func randomText(random *rand.Rand, depth int) string {
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	text := ""
	for range random.IntN(5) {
		name := pick("abcdefghijklmnopqrstuvwxyzIJLMRT123"[random.IntN(35):][:1])
		value := pick("object", "list", "null", "true", "false", "{}", "[]", `[null]`, `[1, "2", 3.0]`, `["a", true]`,
			"0", "-1", "200", "20000.0", "1.50", "-0.5e1", "70000", "9223372036854775808", `{"a": "b", "1": null}`,
			`"7"`, `"-8"`, `"2e1"`, `"+3"`, `"007"`, `"12.50"`, `""`, `"x"`, `"\u00e9\n"`, `"\ud83d"`, "\"\xff\"",
			`"2026-02-26T15:30:00Z"`, `"2026-02-26 15:30:00"`, `"2026-02-26T15:30:00+0200"`, `"127.0.0.1"`, `"aGk="`)
		if depth == 0 && (value == "object" || value == "list") {
			value = "null"
		}
		switch value {
		case "object":
			value = randomText(random, depth-1)
		case "list":
			value = "[" + randomText(random, depth-1) + ", " + randomText(random, depth-1) + "]"
		}
		text += `, "` + name + `" :` + value
	}
	return "{" + strings.TrimPrefix(text, ",") + "}"
}

func TestRandomResponsesAreDecodedLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		text := []byte(randomText(random, 3))
		require.True(t, json.Valid(text), "%s", text)
		checkAgainstEncodingJSON(t, text)
		checkForgiveness(t, text)
		if t.Failed() {
			return
		}
	}
}
