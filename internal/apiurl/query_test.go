package apiurl_test

import (
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/apiurl"
)

var moment = time.Date(2026, 2, 26, 15, 30, 0, 500e6, time.UTC)

func TestEncodeQueryTakesTextsNumbersAndTimes(t *testing.T) {
	t.Parallel()
	got, err := apiurl.EncodeQuery(&struct {
		Text    *string       `url:"text"`
		Twice   **string      `url:"twice"`
		Number  float64       `url:"number"`
		Small   int8          `url:"small"`
		Flag    bool          `url:"flag,int"`
		At      time.Time     `url:"at"`
		Pointer *time.Time    `url:"pointer"`
		Unix    time.Time     `url:"unix,unix"`
		Milli   time.Time     `url:"milli,unixmilli"`
		Nano    time.Time     `url:"nano,unixnano"`
		Day     time.Time     `url:"day" layout:"2006-01-02"`
		Never   time.Time     `url:"never"`
		First   time.Time     `url:"first"`
		Last    time.Time     `url:"last"`
		Wait    time.Duration `url:"wait"`
		Dash    string        `url:"-,"`
		NoTag   int
	}{
		Text: new("a"), Twice: new(new("b")), Number: 1.5, Small: -1, Flag: true, At: moment, Pointer: &moment,
		Unix: moment, Milli: moment, Nano: moment, Day: moment, Last: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
		First: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), Wait: 90 * time.Second, Dash: "d",
	})
	require.NoError(t, err)
	assert.Equal(t, url.Values{
		"text": {"a"}, "twice": {"b"}, "number": {"1.5"}, "small": {"-1"}, "flag": {"1"},
		"at": {"2026-02-26T15:30:00Z"}, "pointer": {"2026-02-26T15:30:00Z"}, "unix": {"1772119800"},
		"milli": {"1772119800500"}, "nano": {"1772119800500000000"}, "day": {"2026-02-26"},
		"never": {"0001-01-01T00:00:00Z"}, "first": {"0000-01-01T00:00:00Z"}, "last": {"9999-12-31T00:00:00Z"},
		"wait": {"1m30s"}, "-": {"d"}, "NoTag": {"0"},
	}, got)
}

func TestEncodeQueryTakesLists(t *testing.T) {
	t.Parallel()
	got, err := apiurl.EncodeQuery(struct {
		Many     []string       `url:"many"`
		Comma    *[]float32     `url:"comma,comma"`
		Space    []int          `url:"space,space"`
		Semi     []bool         `url:"semi,semicolon,int"`
		Brackets []string       `url:"brackets,brackets" del:","`
		Numbered []*string      `url:"numbered,numbered"`
		Del      []string       `url:"del" del:"|"`
		Days     []time.Time    `url:"days"`
		Levels   []printedLevel `url:"levels"`
		None     []string       `url:"none"`
	}{
		Many: []string{"a b", "c"}, Comma: &[]float32{1, 2}, Space: []int{1, 2}, Semi: []bool{true, false},
		Brackets: []string{"a,b"}, Numbered: []*string{new("a"), new("b")}, Del: []string{"a", "b,c"},
		Days: []time.Time{moment}, Levels: []printedLevel{1},
	})
	require.NoError(t, err)
	assert.Equal(t, url.Values{
		"many": {"a b", "c"}, "comma": {"1,2"}, "space": {"1 2"}, "semi": {"1;0"}, "brackets[]": {"a,b"},
		"numbered0": {"a"}, "numbered1": {"b"}, "del": {"a|b,c"}, "days": {"2026-02-26T15:30:00Z"},
		"levels": {"level 1"},
	}, got)
}

func TestEncodeQueryTakesStructsAndEncoders(t *testing.T) {
	t.Parallel()
	type inner struct {
		On bool `url:"on"`
	}
	type Outer struct {
		Size int `url:"size"`
	}
	got, err := apiurl.EncodeQuery(struct {
		Left *int `url:"-"`
		_    *int
		Deep *inner `url:"deep"`
		Own  inner  `url:"own"`
		inner
		*Outer
		Self  selfEncoder       `url:"self"`
		Point *pointerEncoder   `url:"point"`
		Iface Encoder           `url:"iface"`
		Func  encoderFunc       `url:"func"`
		Any   encoderOfAnything `url:"any"`
	}{
		Deep: &inner{true}, Outer: &Outer{5}, Self: selfEncoder{"x"}, Point: &pointerEncoder{"y"},
		Iface: selfEncoder{"z"},
	})
	require.NoError(t, err)
	assert.Equal(t, url.Values{
		"deep[on]": {"true"}, "own[on]": {"false"}, "on": {"false"}, "size": {"5"},
		"self.own": {"x"}, "point": {"y"}, "iface.own": {"z"}, "func": {"f"}, "any": {"0 values"},
	}, got)
}

func TestEncodeQueryOfNilPointersAddsNothing(t *testing.T) {
	t.Parallel()
	type params struct {
		A int `url:"a"`
	}
	for _, p := range []any{(*params)(nil), new(*params), url.Values(nil), url.Values{}, struct{}{}, &struct{}{}} {
		got, err := apiurl.EncodeQuery(p)
		require.NoError(t, err)
		assert.Empty(t, got)
	}
}

func TestEncodeQueryCopiesValues(t *testing.T) {
	t.Parallel()
	given := url.Values{"tag": {"a&b", "ä"}, "none": nil}
	got, err := apiurl.EncodeQuery(given)
	require.NoError(t, err)
	assert.Equal(t, given, got)
	given["tag"][0] = "late"
	given.Set("late", "x")
	assert.Equal(t, url.Values{"tag": {"a&b", "ä"}, "none": nil}, got)
}

func TestEncodeQueryRefusesWhatIsNoStruct(t *testing.T) {
	t.Parallel()
	const must = "query: params must be a struct with `url` tags or url.Values, not "
	type loop *loop
	for want, params := range map[string]any{
		"nil":                 nil,
		"int":                 5,
		"string":              "a=b",
		"*string":             new("a=b"),
		"*int":                (*int)(nil),
		"map[string]string":   map[string]string{"a": "b"},
		"map[string][]string": map[string][]string{"a": {"b"}},
		"*url.Values":         &url.Values{},
		"[]struct {}":         []struct{}{{}},
		"apiurl_test.loop":    loop(nil),
	} {
		_, err := apiurl.EncodeQuery(params)
		assert.EqualError(t, err, must+want)
	}
}

func TestEncodeQueryRefusesFormatInAnyLetterCase(t *testing.T) {
	t.Parallel()
	for _, params := range []any{
		url.Values{"format": {"yaml"}}, url.Values{"FORMAT": {"yaml"}}, url.Values{" Format": nil},
		struct {
			F string `url:"format"`
		}{"yaml"},
		struct{ Format string }{},
		struct{ S selfEncoder }{selfEncoder{"format"}},
	} {
		_, err := apiurl.EncodeQuery(params)
		assert.ErrorContains(t, err, `the parameter "format" is not allowed`)
	}
	got, err := apiurl.EncodeQuery(struct {
		Format string `url:"format,omitempty"`
		Other  string `url:"formats"`
	}{})
	require.NoError(t, err)
	assert.Equal(t, url.Values{"formats": {""}}, got)
}

func TestEncodeQueryRefusesTextThatIsNotUTF8(t *testing.T) {
	t.Parallel()
	for want, params := range map[string]any{
		`parameter "A": the value is not valid UTF-8`:       struct{ A string }{"\xff"},
		`parameter "a": the value is not valid UTF-8`:       url.Values{"a": {"x", "\xff"}},
		"the name of a parameter is not valid UTF-8":        url.Values{"\xff": {"x"}},
		"a parameter has no name":                           url.Values{"": {"x"}},
		`"` + strings.Repeat("a", 197) + `…": the value is`: url.Values{strings.Repeat("a", 500): {"\xff"}},
	} {
		_, err := apiurl.EncodeQuery(params)
		assert.ErrorContains(t, err, want)
	}
}

func TestEncodeQueryRefusesNil(t *testing.T) {
	t.Parallel()
	const isNil = "field F: it is nil; use omitempty to leave it out"
	const behind = "field F: it holds a nil pointer"
	type inner struct{ N int }
	assertRefused(t, []refusal{
		{struct{ F *string }{}, isNil},
		{struct{ F *time.Time }{}, isNil},
		{struct{ F *inner }{}, isNil},
		{struct{ F *[]string }{}, isNil},
		{struct{ F *selfEncoder }{}, isNil},
		{struct{ F *pointerEncoder }{}, isNil},
		{struct{ F Encoder }{}, isNil},
		{struct{ F Encoder }{(*pointerEncoder)(nil)}, behind},
		{struct {
			F Encoder `url:",omitempty"`
		}{(*pointerEncoder)(nil)}, behind},
		{struct{ F **string }{new(*string)}, behind},
		{struct{ *Paging }{}, "field Paging: it is nil; use omitempty to leave it out"},
		{struct{ In struct{ F *int } }{}, "field In: " + isNil},
		{struct{ F []*string }{[]*string{new("a"), nil}}, "field F: element 1: it is nil"},
	})
}

func TestEncodeQueryRefusesNumbersThatAreNotFinite(t *testing.T) {
	t.Parallel()
	assertRefused(t, []refusal{
		{struct{ F float64 }{math.NaN()}, "field F: it is not a finite number"},
		{struct{ F *float32 }{new(float32(math.Inf(-1)))}, "field F: it is not a finite number"},
		{struct{ F []float64 }{[]float64{1, math.Inf(1)}}, "field F: element 1: it is not a finite number"},
		{struct {
			hidden int
			Left   int `url:"-"`
			F      float64
		}{1, 2, math.NaN()}, "field F: it is not a finite number"},
	})
}

func TestEncodeQueryRefusesTheDelimiterOfAListInAnElement(t *testing.T) {
	t.Parallel()
	assertRefused(t, []refusal{
		{struct {
			F []string `url:",comma"`
		}{[]string{"a", "b,c"}}, `field F: element 1: it contains the delimiter "," of the list`},
		{struct {
			F []string `url:",space"`
		}{[]string{"a b"}}, `field F: element 0: it contains the delimiter " " of the list`},
		{struct {
			F []*string `url:",semicolon"`
		}{[]*string{new("a;b")}}, `field F: element 0: it contains the delimiter ";" of the list`},
		{struct {
			F []printedLevel `del:"el"`
		}{[]printedLevel{1}}, `field F: element 0: it contains the delimiter "el" of the list`},
	})
}

func TestEncodeQueryRefusesTimesThatDoNotFit(t *testing.T) {
	t.Parallel()
	assertRefused(t, []refusal{
		{struct{ F time.Time }{moment.AddDate(8000, 0, 0)}, "field F: the year has more than four digits"},
		{struct{ F []time.Time }{[]time.Time{moment.AddDate(-3000, 0, 0)}},
			"field F: element 0: the year has more than four digits"},
		{struct {
			F time.Time `url:",unixnano"`
		}{}, "field F: the time does not fit into nanoseconds; use the option unix"},
		{struct {
			F time.Time `url:",unixmilli"`
		}{moment.AddDate(300, 0, 0)}, "field F: the time does not fit into nanoseconds; use the option unix"},
	})
}

func TestEncodeQueryOmitsNilWithOmitempty(t *testing.T) {
	t.Parallel()
	got, err := apiurl.EncodeQuery(struct {
		A       *string           `url:"a,omitempty"`
		B       *struct{ C *int } `url:"b,omitempty"`
		C       *pointerEncoder   `url:"c,omitempty"`
		D       Encoder           `url:"d,omitempty"`
		E       *[]string         `url:"e,omitempty"`
		F       string            `url:"f,omitempty"`
		G       time.Time         `url:"g,omitempty,unixnano"`
		*Paging `url:",omitempty"`
	}{})
	require.NoError(t, err)
	assert.Empty(t, got)
}

func TestEncodeQueryTurnsPanicsOfMethodsIntoErrors(t *testing.T) {
	t.Parallel()
	for want, params := range map[string]any{
		`query: a method of params panicked: "oh\nno"`:                  struct{ F panickingEncoder }{},
		`query: parameter "F": the String method of the value panicked`: struct{ F panickingText }{"x"},
	} {
		_, err := apiurl.EncodeQuery(params)
		assert.EqualError(t, err, want)
	}
}

func TestEncodeQueryReturnsTheErrorOfAnEncoder(t *testing.T) {
	t.Parallel()
	got, err := apiurl.EncodeQuery(struct {
		A int
		F failingEncoder
	}{})
	assert.ErrorIs(t, err, errEncoder)
	assert.Nil(t, got)
}
