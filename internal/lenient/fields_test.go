package lenient_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

// assertLikeEncodingJSON decodes text into two new values of the type of target, and
// compares them.
func assertLikeEncodingJSON(t *testing.T, target any, text string) {
	t.Helper()
	want := reflect.New(reflect.TypeOf(target))
	got := reflect.New(reflect.TypeOf(target))
	require.NoError(t, json.Unmarshal([]byte(text), want.Interface()), text)
	require.NoError(t, lenient.Unmarshal([]byte(text), got.Interface()), text)
	assert.Equal(t, want.Interface(), got.Interface(), "%s into %T", text, target)
}

func TestNamesMatchLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"id": 1, "id": 2}`, `{"ID": 3, "id": 1}`, `{"id": 1, "Id": 4}`, `{"i\u0064": 5}`,
		`{"Key_Label": "a", "KEY_LABEL": "b", "id": 1}`, `{"daily_limit": 5, "DAILY_LIMIT": null, "id": 1}`,
		`{"keylabel": "x", "key-label": "y", "id": 1, "idd": 2}`, "{\"\u212aey_label\": \"kelvin\", \"id\": 1}",
		"{\"i\u017f_active\": true, \"id\": 1}",
		`{"updated_at": "2026-02-26T15:30:00Z", "id": 1, "provider_name": "late"}`,
	} {
		assertLikeEncodingJSON(t, integration{}, text)
	}
	type cases struct {
		Lower int `json:"name"`
		Upper int `json:"NAME"`
		Other int `json:"Other"`
	}
	for _, text := range []string{`{"NAME": 1, "name": 2}`, `{"Name": 3}`, `{"NAME": 1}`, `{"other": 1, "OTHER": 2}`} {
		assertLikeEncodingJSON(t, cases{}, text)
	}
}

type (
	base struct {
		ID    int `json:"id"`
		Level int
		At    time.Time `json:"at"`
	}
	Middle struct {
		base
		*Leaf
		Level int
	}
	Leaf struct {
		Leaf  string `json:"leaf"`
		Count int    `json:",omitempty"`
	}
	Twin  struct{ Both, One int }
	Other struct {
		Both int
		Two  int `json:"One"`
	}
	Texts   []string
	hidden  int
	Ring    struct{ *Ring2 }
	Ring2   struct{ *Ring }
	wrapped struct{ time.Time }
)

func TestEmbeddedFieldsArePromotedLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	const text = `{"id": 1, "Level": 2, "at": "2026-02-26T15:30:00Z", "leaf": "x", "Count": 3, "Both": 4,
"One": 5, "Two": 6,
		"Texts": ["a"], "hidden": 7, "named": {"id": 8, "leaf": "y"}, "Middle": {"id": 9}, "base": {"id": 10},
"-": 11, "Skip": 12,
		"Hidden": 13, "ключ": 14, "x y": 17, "Rings": {"Ring": {}}}`
	for _, target := range []any{
		struct{ Middle }{}, struct{ *Middle }{}, struct{ base }{},
		struct {
			Middle
			ID string `json:"-"`
		}{},
		struct {
			Twin
			Other
		}{},
		struct {
			Twin
			*Other
			One int
		}{},
		struct{ Texts }{}, struct{ hidden }{},
		struct {
			Middle `json:"named"`
			Level  int
		}{},
		struct {
			base `json:"base"`
		}{},
		struct {
			Dash  int `json:"-,"` //nolint:staticcheck // what is tested
			Skip  int `json:"-"`
			inner int
			Word  int `json:"ключ"`
			Space int `json:"x y"`
		}{},
		struct {
			Leaf
			Rings *struct{ Ring }
		}{},
		struct {
			Twin
			Again struct{ Twin }
		}{},
	} {
		assertLikeEncodingJSON(t, target, text)
	}
	assertLikeEncodingJSON(t, wrapped{}, `"2026-02-26T15:30:00Z"`)
}

func TestNilEmbeddedPointerThatIsNotExportedIsAnError(t *testing.T) {
	t.Parallel()
	var v struct {
		*base
		After int
	}
	assert.ErrorContains(t, lenient.Unmarshal([]byte(`{"id": 1, "After": 2}`), &v), "id: ")
	assert.Equal(t, 2, v.After)
	var tagged struct {
		*base `json:"x"`
	}
	assert.Error(t, lenient.Unmarshal([]byte(`{"x": {"id": 1}}`), &tagged))
	assert.NoError(t, lenient.Unmarshal([]byte(`{"x": null}`), &tagged))

	v.base = new(base)
	require.NoError(t, lenient.Unmarshal([]byte(`{"id": 1}`), &v))
	assert.Equal(t, 1, v.ID)
}

// What encoding/json leaves of a value that is there already, stays.
func TestValuesAreReadIntoWhatIsThere(t *testing.T) {
	t.Parallel()
	fill := func() map[string]any {
		number := 5
		return map[string]any{
			"struct": &base{ID: 1, Level: 2}, "slice": &[]base{{Level: 1}, {Level: 2}, {Level: 3}},
			"array": &[3]int{7, 8, 9},
			"map":   &map[string]base{"a": {Level: 1}, "b": {Level: 2}}, "pointer": &struct{ N *int }{N: &number},
			"any": &struct{ V any }{V: &base{Level: 4}}, "pointers": &[]*base{{Level: 1}},
		}
	}
	for name, text := range map[string]string{
		"struct": `{"id": 5}`, "slice": `[{"id": 1}, {}]`, "array": `[1]`, "map": `{"a": {"id": 1}, "c": {}}`,
		"pointer": `{"N": 6}`, "any": `{"V": {"id": 3}}`, "pointers": `[{"id": 2}, {"id": 3}]`,
	} {
		want, got := fill()[name], fill()[name]
		require.NoError(t, json.Unmarshal([]byte(text), want))
		require.NoError(t, lenient.Unmarshal([]byte(text), got))
		assert.Equal(t, want, got, name)
	}
}

// A list that was shortened does not bring back what it held before.
func TestLongerListAfterAShorterOneHoldsNothingOld(t *testing.T) {
	t.Parallel()
	type lists struct{ L []base }
	got := decoded[lists](t, `{"L": [{"id": 1}, {"id": 2}], "L": [{}], "L": [{}, {}]}`)
	assert.Equal(t, lists{L: []base{{ID: 1}, {}}}, got)
}

func TestMapsTakeTheKeysThatEncodingJSONTakes(t *testing.T) {
	t.Parallel()
	assertLikeEncodingJSON(t, map[status]*base{}, `{"a": {"id": 1}, "b": null}`)
	assertLikeEncodingJSON(t, map[int8]int{}, `{"1": 1, "-128": 2}`)
	assertLikeEncodingJSON(t, map[uint]string{}, `{"1": "a"}`)
	assertLikeEncodingJSON(t, map[time.Time]bool{}, `{"2026-02-26T15:30:00Z": true}`)
	assertLikeEncodingJSON(t, map[string]map[string]any{}, `{"a": {"b": null}, "c": null}`)
	for _, target := range []any{new(map[int8]int), new(map[uint]int), new(map[float64]int), new(map[time.Time]int)} {
		assert.Error(t, lenient.Unmarshal([]byte(`{"128x": 1}`), target), "%T", target)
	}
	assert.Error(t, lenient.Unmarshal([]byte(`{"128": 1}`), new(map[int8]int)))
}

// Times and whole numbers are forgiven wherever encoding/json leads.
func TestForgivenessReachesEveryPlace(t *testing.T) {
	t.Parallel()
	type place struct {
		At time.Time
		N  int
	}
	type Embedded struct{ place }
	at := time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)
	want := place{At: at, N: 20000}
	const text = `{"at": "2026-02-26 15:30:00", "n": 20000.0}`
	assert.Equal(t, []place{want}, decoded[[]place](t, "["+text+"]"))
	assert.Equal(t, [1]*place{&want}, decoded[[1]*place](t, "["+text+"]"))
	assert.Equal(t, map[string]place{"a": want}, decoded[map[string]place](t, `{"a": `+text+`}`))
	assert.Equal(t, map[string][]*place{"a": {&want}}, decoded[map[string][]*place](t, `{"a": [`+text+`]}`))
	assert.Equal(t, want, **decoded[**place](t, text))
	assert.Equal(t, want, decoded[struct{ *Embedded }](t, text).place)
	assert.Equal(t, want, decoded[struct{ Embedded }](t, text).place)
	assert.Equal(t, "{[{{{2026-02-26 15:30:00 +0000 UTC 20000}}}]}",
		fmt.Sprint(decoded[struct{ A []struct{ B Embedded } }](t, `{"a": [{"b": `+text+`}]}`)))
}

func TestStructWithoutANameHasTheMethodsOfWhatItEmbeds(t *testing.T) {
	t.Parallel()
	var raw struct{ json.RawMessage }
	require.NoError(t, lenient.Unmarshal([]byte(`{"id": 42}`), &raw))
	assert.JSONEq(t, `{"id": 42}`, string(raw.RawMessage))

	var rows []struct {
		time.Time
		Note string
	}
	require.NoError(t, lenient.Unmarshal([]byte(`["2026-02-26T15:30:00Z"]`), &rows))
	require.Len(t, rows, 1)
	assert.Equal(t, 2026, rows[0].Year())

	// encoding/json calls the method of the nil pointer and panics.
	var promoted struct {
		*big.Int
		A int
	}
	require.NoError(t, lenient.Unmarshal([]byte(`{"A": 1}`), &promoted))
	assert.Equal(t, 1, promoted.A)
	type Embedded struct{ *big.Int }
	var deeper struct {
		Embedded
		A int
	}
	require.NoError(t, lenient.Unmarshal([]byte(`{"A": 1}`), &deeper))
	assert.Equal(t, 1, deeper.A)
	var hidden struct {
		A int
		json.Unmarshaler
	}
	require.NoError(t, lenient.Unmarshal([]byte(`{"A": 1}`), &hidden))
	assert.Equal(t, 1, hidden.A)
}
