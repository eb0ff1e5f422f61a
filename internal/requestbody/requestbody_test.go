package requestbody

import (
	"bytes"
	"encoding/hex"
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

// hexText and hexJSON hold bytes that are not UTF-8 and write them in hexadecimal digits.
type (
	hexText string
	hexJSON string
)

func (h hexText) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, []byte(h)), nil }

func (h hexJSON) MarshalJSON() ([]byte, error) { return json.Marshal(hex.EncodeToString([]byte(h))) }

// latin1 has a text form of its own, which is not UTF-8.
type latin1 string

func (l latin1) MarshalText() ([]byte, error) { return []byte(l), nil }

type refusing struct{}

var errRefusing = errors.New("credentials are not encoded here")

func (refusing) MarshalJSON() ([]byte, error) { return nil, errRefusing }

// encode is what Do makes of a body.
func encode(body any) ([]byte, error) {
	if err := Check(body); err != nil {
		return nil, err
	}
	return Encode(body)
}

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
		got, err := encode(body)
		require.NoError(t, err, "%T", body)
		assert.Equal(t, string(want), string(got))
	}
	got, err := encode(nil)
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
		_, err := encode(body)
		assert.ErrorContains(t, err, "json.RawMessage", name)
	}
	_, err := encode(strings.NewReader("{}"))
	assert.ErrorContains(t, err, "json.RawMessage")
	_, err = encode(bytes.NewBufferString("{}"))
	assert.ErrorContains(t, err, "json.RawMessage")
	for name, body := range map[string]any{
		"nil map": map[string]any(nil), "nil slice": []int(nil), "nil pointer": (*labelled)(nil),
		"nil raw message":    json.RawMessage(nil),
		"pointer to nil map": new(map[string]any(nil)),
	} {
		_, err := encode(body)
		assert.ErrorContains(t, err, "nil", name)
	}
	for name, body := range map[string]any{
		"NaN": math.NaN(), "channel": make(chan int), "broken raw message": json.RawMessage("{"),
	} {
		_, err := encode(body)
		assert.Error(t, err, name)
	}
}

func TestErrorsOfMarshalersComeWithoutWrapping(t *testing.T) {
	t.Parallel()
	_, err := encode(struct{ Credentials refusing }{})
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
		"Form":               struct{ Form latin1 }{invalid},
		"the value":          map[string]latin1{"a": invalid},
		"not valid UTF-8":    json.RawMessage(`{"a":"` + invalid + `"}`),
	} {
		_, err := encode(body)
		require.Error(t, err, place)
		assert.ErrorContains(t, err, place)
		assert.NotContains(t, err.Error(), "caf")
	}
}

func TestFieldsAfterOneThatIsNotEncodedAreChecked(t *testing.T) {
	t.Parallel()
	_, err := encode(struct {
		Left  string `json:"-"`
		Label string
	}{Label: "caf\xe9"})
	assert.ErrorContains(t, err, "Label")
}

// U+FFFD in one field makes Encode check the others. What is not encoded as it is may
// hold any bytes.
func TestOnlyTextThatIsEncodedAsItIsMustBeUTF8(t *testing.T) {
	t.Parallel()
	const replacement = "\uFFFD"
	for name, body := range map[string]any{
		"field that is left out":    labelled{Label: replacement, Left: "\xff"},
		"field that is unexported":  labelled{Label: replacement, hidden: "\xff"},
		"bytes":                     labelled{Label: replacement, Bytes: []byte{0xff}},
		"type with MarshalText":     labelled{Label: replacement, Any: hexText("\xff")},
		"type with MarshalJSON":     labelled{Label: replacement, Any: hexJSON("\xff")},
		"map key with MarshalText":  labelled{Label: replacement, Any: map[hexText]int{"\xff": 1}},
		"pointer to such a type":    labelled{Label: replacement, Any: new(hexText("\xff"))},
		"element that is such text": labelled{Label: replacement, Any: []hexText{"\xff"}},
	} {
		want, err := json.Marshal(body)
		require.NoError(t, err, name)
		got, err := encode(body)
		require.NoError(t, err, name)
		assert.Equal(t, string(want), string(got), name)
	}
}

func TestPointerToItselfIsRefused(t *testing.T) {
	t.Parallel()
	type pointer *pointer
	var p pointer
	p = &p
	_, err := encode(p)
	require.ErrorContains(t, err, "points to no value")
}
