package apiurl_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/internal/apiurl"
)

type (
	number      int
	words       []string
	plain       struct{ N int }
	opaque      struct{ _ int }
	stamp       = time.Time
	endless     struct{ Next *endless }
	ring        struct{ Half struct{ Other *ring } }
	spiral      struct{ *spiral }
	lists       []lists
	pointers    *pointers
	uuid        [16]byte
	date        struct{ Year, Month, Day int }
	level       int
	pointed     int
	marshaled   string
	printedList []string
	byteLevel   uint8
)

func (uuid) String() string                       { return "6ba7b810" }
func (date) String() string                       { return "2026-02-26" }
func (l level) MarshalText() ([]byte, error)      { return []byte("high"), nil }
func (p *pointed) String() string                 { return "high" }
func (m *marshaled) MarshalText() ([]byte, error) { return []byte("x"), nil }
func (printedList) String() string                { return "a+b" }

const (
	noForm  = " has no form in a query"
	bytes   = " would be sent as one number for each byte; make it a string"
	notUsed = " would not be used; make it a string"
)

// A refusal is what EncodeQuery refuses and the error, without "query: " before it.
type refusal struct {
	params any
	want   string
}

func assertRefused(t *testing.T, refusals []refusal) {
	t.Helper()
	for _, c := range refusals {
		got, err := apiurl.EncodeQuery(c.params)
		assert.EqualError(t, err, "query: "+c.want, "%T", c.params)
		assert.Nil(t, got)
	}
}

func TestEncodeQueryRefusesTypesThatGoQuerystringPanicsOn(t *testing.T) {
	t.Parallel()
	assertRefused(t, []refusal{
		{struct{ number }{}, "field number: an embedded apiurl_test.number must be exported"},
		{struct{ *number }{}, "field number: an embedded apiurl_test.number must be exported"},
		{struct{ words }{words{"a"}}, "field words: an embedded apiurl_test.words must be exported"},
		{struct {
			plain `url:"p,omitempty"`
		}{}, "field plain: omitempty is not possible for an embedded struct that is not exported"},
		{struct {
			selfEncoder `url:"e"`
		}{}, "field selfEncoder: an embedded apiurl_test.selfEncoder must be exported"},
		{struct {
			stamp `url:"at"`
		}{}, "field stamp: an embedded time.Time must be exported"},
		{endless{}, strings.Repeat("field Next: ", 8) + "structs are more than 8 deep"},
		{spiral{}, strings.Repeat("field spiral: ", 8) + "structs are more than 8 deep"},
		{ring{}, strings.Repeat("field Half: field Other: ", 4) + "structs are more than 8 deep"},
		{struct{ F pointers }{}, "field F: apiurl_test.pointers" + noForm},
	})
}

func TestEncodeQueryRefusesTypesThatGoQuerystringLeavesOut(t *testing.T) {
	t.Parallel()
	assertRefused(t, []refusal{
		{struct{ time.Time }{}, "field Time: an embedded time.Time needs a name in its `url` tag"},
		{struct{ *time.Time }{}, "field Time: an embedded time.Time needs a name in its `url` tag"},
		{struct{ F opaque }{}, "field F: apiurl_test.opaque has no exported fields"},
		{struct{ opaque }{}, "field opaque: apiurl_test.opaque has no exported fields"},
		{time.Time{}, "time.Time has no exported fields"},
		{struct {
			f int `url:"f"`
			G int
		}{}, "field f: it has a `url` tag but is not exported"},
		{struct {
			F int `url:"f,omitemtpy"`
		}{}, "field F: unknown option \"omitemtpy\" in its `url` tag"},
		{struct {
			F int `url:"f, omitempty"`
		}{}, "field F: unknown option \" omitempty\" in its `url` tag"},
	})
}

func TestEncodeQueryRefusesTypesWhoseOwnFormWouldBeIgnored(t *testing.T) {
	t.Parallel()
	assertRefused(t, []refusal{
		{selfEncoder{}, "EncodeValues of apiurl_test.selfEncoder is called for fields only, not for params"},
		{&pointerEncoder{}, "EncodeValues of apiurl_test.pointerEncoder is called for fields only, not for params"},
		{encoderOfFields{}, "EncodeValues of apiurl_test.encoderOfFields is called for fields only, not for params"},
		{struct{ selfEncoder }{}, "field selfEncoder: an embedded apiurl_test.selfEncoder must be exported"},
		{struct{ F pointerEncoder }{}, "field F: EncodeValues is a method of *apiurl_test.pointerEncoder; " +
			"make it a *apiurl_test.pointerEncoder"},
		{struct{ F **selfEncoder }{}, "field F: EncodeValues is a method of *apiurl_test.selfEncoder; " +
			"make it a *apiurl_test.selfEncoder"},
		{struct{ F []selfEncoder }{},
			"field F: EncodeValues of apiurl_test.selfEncoder is not called in a list"},
		{struct{ F []*pointerEncoder }{},
			"field F: EncodeValues of apiurl_test.pointerEncoder is not called in a list"},
		{struct{ F level }{}, "field F: the text form of apiurl_test.level" + notUsed},
		{struct{ F *marshaled }{}, "field F: the text form of apiurl_test.marshaled" + notUsed},
		{struct{ F *pointed }{}, "field F: the text form of apiurl_test.pointed" + notUsed},
		{struct{ F []pointed }{}, "field F: the text form of apiurl_test.pointed" + notUsed},
		{struct{ F printedList }{}, "field F: the text form of apiurl_test.printedList" + notUsed},
		{struct{ F date }{}, "field F: the text form of apiurl_test.date" + notUsed},
		{struct{ F *big.Int }{}, "field F: the text form of big.Int" + notUsed},
		{struct{ F netip.Addr }{}, "field F: the text form of netip.Addr" + notUsed},
		{struct{ F url.URL }{}, "field F: the text form of url.URL" + notUsed},
		{struct{ In struct{ F url.URL } }{}, "field In: field F: the text form of url.URL" + notUsed},
	})
}

func TestEncodeQueryRefusesTypesThatAreNoText(t *testing.T) {
	t.Parallel()
	assertRefused(t, []refusal{
		{struct{ F uuid }{}, "field F: apiurl_test.uuid" + noForm},
		{struct{ F [2]string }{}, "field F: [2]string" + noForm},
		{struct{ F [0]string }{}, "field F: [0]string" + noForm},
		{struct{ F []byte }{}, "field F: []uint8" + bytes},
		{struct{ F *[]byteLevel }{}, "field F: []apiurl_test.byteLevel" + bytes},
		{struct{ F net.IP }{}, "field F: net.IP" + bytes},
		{struct{ F [][]string }{}, "field F: [][]string" + noForm},
		{struct{ F lists }{}, "field F: apiurl_test.lists" + noForm},
		{struct{ F []plain }{}, "field F: []apiurl_test.plain" + noForm},
		{struct{ F []map[string]int }{}, "field F: []map[string]int" + noForm},
		{struct{ F []any }{}, "field F: []interface {}" + noForm},
		{struct {
			_ *int
			A *int `url:"-"`
			F map[string]string
		}{}, "field F: map[string]string" + noForm},
		{struct{ F map[string]string }{}, "field F: map[string]string" + noForm},
		{struct{ F url.Values }{}, "field F: url.Values" + noForm},
		{struct{ F any }{}, "field F: interface {}" + noForm},
		{struct{ F chan int }{}, "field F: chan int" + noForm},
		{struct{ F func() }{}, "field F: func()" + noForm},
		{struct{ F complex128 }{}, "field F: complex128" + noForm},
		{struct{ error }{}, "field error: an embedded error must be exported"},
		{struct{ Encoder }{}, "field Encoder: it is nil; use omitempty to leave it out"},
	})
	_, err := apiurl.EncodeQuery(struct{ F json.RawMessage }{}) // its name depends on the Go version
	assert.ErrorContains(t, err, bytes)
}

func TestEncodeQueryTakesEmbeddedTypesThatWork(t *testing.T) {
	t.Parallel()
	got, err := apiurl.EncodeQuery(struct {
		Paging
		*plain `url:"p,omitempty"`
		deeper `url:",omitempty"`
		Words
		time.Time `url:"at"`
		*SelfText `url:"self"`
		Encoder   `url:"e"`
		named     `url:"n"`
	}{
		Paging{1}, &plain{2}, deeper{0}, Words{"a", "b"}, moment,
		&SelfText{selfEncoder{"x"}}, selfEncoder{"y"},
		named{3, deeper{4}},
	})
	assert.NoError(t, err)
	assert.Equal(t, url.Values{"Page": {"1"}, "p[N]": {"2"}, "B": {"0"}, "Words": {"a", "b"},
		"at": {"2026-02-26T15:30:00Z"}, "self.own": {"x"}, "e.own": {"y"}, "n[A]": {"3"}, "n[B]": {"4"}}, got)
}

type (
	Words    []string
	SelfText struct{ selfEncoder }
	deeper   struct{ B int }
	named    struct {
		A int
		deeper
	}
)

type nest[T any] struct{ In T }

type four[T any] = nest[nest[nest[nest[T]]]]

func TestEncodeQueryTakesEightStructsInsideEachOther(t *testing.T) {
	t.Parallel()
	got, err := apiurl.EncodeQuery(four[four[int]]{})
	assert.NoError(t, err)
	assert.Equal(t, url.Values{"In" + strings.Repeat("[In]", 7): {"0"}}, got)
	_, err = apiurl.EncodeQuery(nest[four[four[int]]]{})
	assert.EqualError(t, err, "query: "+strings.Repeat("field In: ", 8)+"structs are more than 8 deep")
}

func TestEncodeQueryBoundsTheNamesInItsErrors(t *testing.T) {
	t.Parallel()
	type wide = struct {
		AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB []string
		CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC, DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD []string
	}
	_, err := apiurl.EncodeQuery(struct{ F map[string]wide }{})
	assert.ErrorContains(t, err, "… has no form in a query")
	assert.Less(t, len(err.Error()), 300)
}

type Encoder interface {
	EncodeValues(key string, values *url.Values) error
}

type Paging struct{ Page int }

type selfEncoder struct{ Text string }

func (e selfEncoder) EncodeValues(key string, values *url.Values) error {
	if e.Text == "format" {
		key = "format"
	} else {
		key += ".own"
	}
	values.Set(key, e.Text)
	return nil
}

type pointerEncoder struct{ Text string }

func (e *pointerEncoder) EncodeValues(key string, values *url.Values) error {
	values.Set(key, e.Text)
	return nil
}

type encoderOfFields struct {
	Field selfEncoder
	Paging
}

func (encoderOfFields) EncodeValues(string, *url.Values) error { return nil }

type encoderOfAnything struct {
	Pointer *int
	Values  map[string]int
}

func (e encoderOfAnything) EncodeValues(key string, values *url.Values) error {
	values.Set(key, fmt.Sprint(len(e.Values), " values"))
	return nil
}

type encoderFunc func()

func (encoderFunc) EncodeValues(key string, values *url.Values) error {
	values.Set(key, "f")
	return nil
}

type panickingEncoder struct{}

func (panickingEncoder) EncodeValues(string, *url.Values) error { panic("oh\nno") }

var errEncoder = errors.New("the encoder failed")

type failingEncoder struct{}

func (failingEncoder) EncodeValues(string, *url.Values) error { return errEncoder }

type panickingText string

func (panickingText) String() string { panic("no text") }

type printedLevel uint8

func (printedLevel) String() string { return "level 1" }
