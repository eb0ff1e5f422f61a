package lenient_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

func TestWholeNumbersAreExact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		`0`: 0, `-0`: 0, `-1`: -1, `"200"`: 200, `"-200"`: -200, `"\u0032"`: 2, `9007199254740993`: 1<<53 + 1,
		`"9007199254740993"`: 1<<53 + 1, `9223372036854775807`: math.MaxInt64, `-9223372036854775808`: math.MinInt64,
		`20000.0`: 20000, `20000.000`: 20000, `2e4`: 20000, `2E4`: 20000, `2e+4`: 20000,
		`"2e4"`: 20000, `"20000.0"`: 20000,
		`-2.5e1`: -25, `0.02e2`: 2, `200e-2`: 2, `1500.0e-1`: 150, `0e999999999`: 0, `0.0e-99999999999999999999`: 0,
		`9223372036854775807.0`: math.MaxInt64, `0.9223372036854775807e19`: math.MaxInt64, `-0.0`: 0,
		`1` + strings.Repeat("0", 30) + `e-30`: 1, `0.` + strings.Repeat("0", 30) + `1e31`: 1,
	} {
		assert.Equal(t, want, decoded[int64](t, text), text)
		assert.Equal(t, want, *decoded[struct{ N *int64 }](t, `{"n": `+text+`}`).N, text)
		if want >= 0 {
			assert.Equal(t, uint64(want), decoded[uint64](t, text), text)
		}
	}
	assert.Equal(t, uint64(math.MaxUint64), decoded[uint64](t, `18446744073709551615`))
	assert.Equal(t, uint64(math.MaxUint64), decoded[uint64](t, `18446744073709551615.0`))
}

func TestWhatIsNoWholeNumberIsAnError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`1.5`, `"1.5"`, `15e-1`, `0.1`, `1e-1`, `1e-999999999`, `"x"`, `""`, `" 1"`, `"1 "`,
		`"1,000"`, `"0x10"`, `"1_000"`,
		`"NaN"`, `"null"`, `true`, `{}`, `[]`, `[1]`, `"1e"`, `".5"`, `"{}"`, `"\"1\""`, `1e-99999999999999999999`,
	} {
		for _, target := range []any{new(int), new(int64), new(uint8)} {
			err := lenient.Unmarshal([]byte(text), target)
			assert.EqualError(t, err, "not a whole number", "%s into %T", text, target)
			assert.ErrorAs(t, err, new(*json.UnmarshalTypeError))
		}
	}
}

func TestNumberThatTheTypeCannotHoldIsAnError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target any
		texts  []string
	}{
		{new(int64), []string{`9223372036854775808`, `"9223372036854775808"`, `9223372036854775808.0`, `1e400`}},
		{new(int), []string{`1e999999999`, `"-1e19"`}},
		{new(int32), []string{`4294967296`, `"4294967296"`, `4294967296.0`, `2147483648`, `1e10`}},
		{new(int8), []string{`128`, `-129`, `128.0`, `"128"`}},
		{new(uint64), []string{`18446744073709551616`, `18446744073709551616.0`}},
		{new(uint8), []string{`256`, `2.56e2`}},
		{new(float64), []string{`1e400`, `"-1e400"`}},
		{new(float32), []string{`1e39`}},
	} {
		for _, text := range c.texts {
			err := lenient.Unmarshal([]byte(text), c.target)
			assert.EqualError(t, err, "a number out of range", "%s into %T", text, c.target)
			assert.True(t, reflect.ValueOf(c.target).Elem().IsZero(), "%s into %T", text, c.target)
		}
	}
	assert.Error(t, lenient.Unmarshal([]byte(`-1`), new(uint)))
}

func TestFloatsMayBeText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{`0.5`: 0.5, `"12.50"`: 12.5, `"-1e2"`: -100, `7`: 7, `"7"`: 7} {
		assert.Equal(t, want, decoded[float64](t, text), text)
		assert.Equal(t, float32(want), decoded[float32](t, text), text)
	}
	for _, text := range []string{
		`"NaN"`, `"Inf"`, `"0x1p-2"`, `"1_0"`, `""`, `"+1"`, `".5"`, `"5."`, `" 5"`, `"5 "`, `true`, `{}`, `[]`,
	} {
		assert.EqualError(t, lenient.Unmarshal([]byte(text), new(float64)), "not a number", text)
	}
}

func TestNumberAsTextIsTakenByItsOwnType(t *testing.T) {
	t.Parallel()
	assert.Equal(t, json.Number("12.50"), decoded[json.Number](t, `12.50`))
	assert.Equal(t, json.Number("12.50"), decoded[json.Number](t, `"12.50"`))
	for _, text := range []string{`"many"`, `true`, `{}`} {
		assert.Error(t, lenient.Unmarshal([]byte(text), new(json.Number)), text)
	}
}

func TestBooleanIsTrueOrFalse(t *testing.T) {
	t.Parallel()
	assert.True(t, decoded[bool](t, `true`))
	assert.False(t, decoded[bool](t, `false`))
	for _, text := range []string{`"true"`, `1`, `0`, `""`, `{}`, `[true]`} {
		assert.EqualError(t, lenient.Unmarshal([]byte(text), new(bool)), "not true or false", text)
	}
}

func TestOptionStringReadsWhatIsInQuotes(t *testing.T) {
	t.Parallel()
	type quoted struct {
		N    int      `json:"n,string"`
		P    *uint8   `json:"p,string"`
		F    float64  `json:"f,string"`
		B    bool     `json:"b,string"`
		S    string   `json:"s,string"`
		T    *string  `json:"t,string"`
		Rows []string `json:"rows,string"` //nolint:staticcheck // the option has no effect here
		Text []byte   `json:"text,string"` //nolint:staticcheck // nor here
	}
	const text = `{"n": "-5", "p": "6", "f": "1.5", "b": "true", "s": "\"a\\n\"", "rows": ["x"], "text": "1234"}`
	var want quoted
	require.NoError(t, json.Unmarshal([]byte(text), &want))
	assert.Equal(t, want, decoded[quoted](t, text))
	assert.Equal(t, 1.5, want.F)

	bare := decoded[quoted](t, `{"n": 5.0, "f": 1.5, "b": true, "p": null, "s": null}`)
	assert.Equal(t, quoted{N: 5, F: 1.5, B: true}, bare)
	assert.Equal(t, quoted{N: 5}, decoded[quoted](t, `{"n": "5.0", "p": "null", "f": "null"}`))
	for _, member := range []string{
		`"n": "x"`, `"n": ""`, `"n": " 5"`, `"n": "5 6"`, `"b": "yes"`, `"s": "a"`, `"s": "{}"`, `"t": "a"`,
	} {
		err := lenient.Unmarshal([]byte("{"+member+"}"), new(quoted))
		assert.ErrorAs(t, err, new(*json.UnmarshalTypeError), member)
	}
}
