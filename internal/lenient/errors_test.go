package lenient_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

func TestErrorsNameRowAndField(t *testing.T) {
	t.Parallel()
	type deep struct {
		Rows  [][]int
		Maps  map[string]struct{ N int }
		Keys  map[int]int
		Pair  [2]bool
		Outer struct{ Inner *struct{ N int } }
		Shape interface{ Area() int }
		Ratio chan int
	}
	for text, want := range map[string]string{
		`{"integrations": [{}, {}, {"daily_limit": "many"}]}`: "integrations: row 3: daily_limit: not a whole number",
		`{"integrations": [{"id": 4294967296.5}]}`:            "integrations: row 1: id: not a whole number",
		`{"INTEGRATION": {"IS_ACTIVE": "maybe"}}`:             "integration: is_active: not true or false",
		`{"integration": []}`:                                 "integration: not an object",
		`{"integrations": {}}`:                                "integrations: not a list",
		`{"integrations": [1]}`:                               "integrations: row 1: not an object",
		`{"integration": {"priority": 1.5, "id": "x"}}`:       "integration: priority: not a whole number",
		`[]`: "not an object",
	} {
		assertTypeError(t, text, new(response), want)
	}
	for text, want := range map[string]string{
		`{"rows": [[1], [2, "x"]]}`:                   "Rows: row 2: row 2: not a whole number",
		`{"maps": {"a": {}, "b": {"n": true}}}`:       "Maps: member 2: N: not a whole number",
		`{"maps": 5}`:                                 "Maps: not an object",
		`{"keys": {"1": 1, "x": 2}}`:                  "Keys: member 2: the name is no key of the map",
		`{"pair": [true, 1, 2]}`:                      "Pair: row 2: not true or false",
		`{"pair": {}}`:                                "Pair: not a list",
		`{"outer": {"inner": {"n": [], "n": false}}}`: "Outer: Inner: N: not a whole number",
	} {
		assertTypeError(t, text, new(deep), want)
	}
	for _, text := range []string{`{"shape": {}}`, `{"ratio": 1}`} {
		assert.ErrorAs(t, lenient.Unmarshal([]byte(text), new(deep)), new(*json.UnmarshalTypeError), text)
	}
}

func assertTypeError(t *testing.T, text string, target any, want string) {
	t.Helper()
	err := lenient.Unmarshal([]byte(text), target)
	assert.EqualError(t, err, want, text)
	assert.ErrorAs(t, err, new(*json.UnmarshalTypeError), text)
	assert.ErrorAs(t, json.Unmarshal([]byte(text), target), new(*json.UnmarshalTypeError), text)
}

func TestTypeErrorTellsWhatWasThere(t *testing.T) {
	t.Parallel()
	kinds := map[string]string{`{}`: "object", `[]`: "array", `"x"`: "string", `true`: "bool", `1.5`: "number"}
	for text, want := range kinds {
		var e *json.UnmarshalTypeError
		if assert.ErrorAs(t, lenient.Unmarshal([]byte(text), new(int)), &e, text) {
			assert.Equal(t, want, e.Value)
			assert.Equal(t, "int", e.Type.String())
		}
	}
}

// The rest of a response is decoded in spite of an error.
func TestReadingGoesOnAfterAnError(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{
		`"integrations": [{"id": "x", "key_label": [1, {"a": "}"}]}, 5, null]`, `"integrations": {"a": [{}]}`,
		`"integration": {"id": {"a": "]"}, "is_active": []}`, `"integration": "x"`,
	} {
		for _, text := range []string{`{` + wrong + `, "success": false}`, `{"success": false, ` + wrong + `}`} {
			var got response
			assert.Error(t, lenient.Unmarshal([]byte(text), &got), text)
			if assert.NotNil(t, got.Success, text) {
				assert.False(t, *got.Success)
			}
		}
	}
	var got integration
	err := lenient.Unmarshal([]byte(`{"daily_limit": {}, "id": 7, "is_active": 1}`), &got)
	assert.ErrorContains(t, err, "daily_limit")
	assert.EqualValues(t, 7, got.ID)
}

func TestErrorsQuoteNothingOfTheResponse(t *testing.T) {
	t.Parallel()
	const secret = "sk-or-v1-0b5e77aa31"
	for _, text := range []string{
		`{"id": "SECRET"}`, `{"is_active": "SECRET"}`, `{"daily_limit": ["SECRET"]}`, `"SECRET"`, `["SECRET"]`,
	} {
		err := lenient.Unmarshal([]byte(strings.ReplaceAll(text, "SECRET", secret)), new(integration))
		if assert.Error(t, err) {
			assert.NotContains(t, err.Error(), secret)
		}
	}
	err := lenient.Unmarshal([]byte(`{"`+secret+`": {"`+secret+`": "x"}}`), new(map[string]map[string]int))
	assert.EqualError(t, err, "member 1: member 1: not a whole number")
	err = lenient.Unmarshal([]byte(`{"`+secret+`": 1}`), new(map[int]int))
	assert.EqualError(t, err, "member 1: the name is no key of the map")
}
