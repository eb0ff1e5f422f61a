package requestbody

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type labelled struct {
	Label  string            `json:"label"`
	Inner  *labelled         `json:"inner,omitempty"`
	Tags   []string          `json:"tags,omitempty"`
	Texts  map[string]string `json:"texts,omitempty"`
	Any    any               `json:"any,omitempty"`
	Bytes  []byte            `json:"bytes,omitempty"`
	Left   string            `json:"-"`
	hidden string
}

type refusing struct{}

var errRefusing = errors.New("credentials are not encoded here")

func (refusing) MarshalJSON() ([]byte, error) { return nil, errRefusing }

func TestBodiesAreEncodedAsEncodingJSONDoes(t *testing.T) {
	t.Parallel()
	for _, body := range []any{
		struct{}{}, labelled{Label: "é\uFFFD<&>"}, &labelled{Label: "x"},
		map[string]any{"daily_limit": nil}, []int{1}, []string{},
		json.RawMessage(`{"a":1}`), new(json.RawMessage(`{"a":1}`)), time.Unix(0, 0).UTC(), 7, true, 1.5,
		labelled{Bytes: []byte{0xff}}, labelled{Left: "\xff", hidden: "\xff"}, map[string]any{},
	} {
		want, err := json.Marshal(body)
		require.NoError(t, err)
		got, err := Encode(body)
		require.NoError(t, err, "%T", body)
		assert.Equal(t, string(want), string(got))
	}
	got, err := Encode(nil)
	require.NoError(t, err)
	assert.Nil(t, got)
}

func TestBodiesThatAreNoDocumentAreRefused(t *testing.T) {
	t.Parallel()
	type text string
	for name, body := range map[string]any{
		"bytes": []byte("{}"), "text": "{}", "named text": text("{}"),
		"pointer to text": new("{}"), "pointer to bytes": new([]byte("{}")),
	} {
		_, err := Encode(body)
		assert.ErrorContains(t, err, "json.RawMessage", name)
	}
	_, err := Encode(strings.NewReader("{}"))
	assert.ErrorContains(t, err, "json.RawMessage")
	_, err = Encode(bytes.NewBufferString("{}"))
	assert.ErrorContains(t, err, "json.RawMessage")
	for name, body := range map[string]any{
		"nil map": map[string]any(nil), "nil slice": []int(nil), "nil pointer": (*labelled)(nil),
		"nil raw message":    json.RawMessage(nil),
		"pointer to nil map": new(map[string]any(nil)),
	} {
		_, err := Encode(body)
		assert.ErrorContains(t, err, "nil", name)
	}
	for name, body := range map[string]any{
		"NaN": math.NaN(), "channel": make(chan int), "broken raw message": json.RawMessage("{"),
	} {
		_, err := Encode(body)
		assert.Error(t, err, name)
	}
}

func TestErrorsOfMarshalersComeWithoutWrapping(t *testing.T) {
	t.Parallel()
	_, err := Encode(struct{ Credentials refusing }{})
	assert.Equal(t, errRefusing, err)
}

func TestTextThatIsNotUTF8IsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	const invalid = "caf\xe9"
	for place, body := range map[string]any{
		"Label":              labelled{Label: invalid},
		"Inner: Label":       &labelled{Inner: &labelled{Label: invalid}},
		"Tags: element 1":    labelled{Tags: []string{"a", invalid}},
		"the value of a key": labelled{Texts: map[string]string{"a": invalid}},
		"a key":              map[string]any{invalid: 1},
		"Any":                labelled{Any: labelled{Label: invalid}},
		"not valid UTF-8":    json.RawMessage(`{"a":"` + invalid + `"}`),
	} {
		_, err := Encode(body)
		require.Error(t, err, place)
		assert.ErrorContains(t, err, place)
		assert.NotContains(t, err.Error(), "caf")
	}
}
