package acceptance_test

import (
	"encoding/hex"
	"encoding/json"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

type (
	unexportedKind   string
	unexportedStruct struct{ Page int }
	nilEncoder       struct{}
	uuid             [16]byte
	textual          struct{ text string }
	paging           struct{ Limit int }

	encoder interface {
		EncodeValues(key string, v *url.Values) error
	}
)

func (*nilEncoder) EncodeValues(key string, v *url.Values) error {
	v.Set(key, "encoded")
	return nil
}

func (u uuid) String() string { return hex.EncodeToString(u[:]) }

func (t textual) MarshalText() ([]byte, error) { return []byte(t.text), nil }

// unsendable are queries with a field, named Odd, that go-querystring would mangle, leave
// out or panic on.
var unsendable = map[string]any{
	"array": struct {
		Odd [16]byte `url:"odd"`
	}{},
	"array with a text of its own": struct {
		Odd uuid `url:"odd"`
	}{},
	"bytes": struct {
		Odd []byte `url:"odd"`
	}{[]byte("text")},
	"raw message": struct {
		Odd json.RawMessage `url:"odd"`
	}{json.RawMessage("{}")},
	"address": struct {
		Odd net.IP `url:"odd"`
	}{net.IPv4(192, 0, 2, 1)},
	"struct with a text of its own": struct {
		Odd textual `url:"odd"`
	}{textual{"x"}},
	"nil encoder": struct {
		Odd *nilEncoder `url:"odd"`
	}{},
	"nil interface encoder": struct {
		Odd encoder `url:"odd"`
	}{},
	"map": struct {
		Odd map[string]string `url:"odd"`
	}{},
	"channel": struct {
		Odd chan int `url:"odd"`
	}{},
	"function": struct {
		Odd func() `url:"odd"`
	}{},
	"any": struct {
		Odd any `url:"odd"`
	}{map[string]int{"a": 1}},
	"complex": struct {
		Odd complex128 `url:"odd"`
	}{},
}

func TestFieldThatHasNoFormInAQueryIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	for name, params := range unsendable {
		var err error
		require.NotPanics(t, func() { err = update(t.Context(), client, spideriq.WithQuery(params)) }, name)
		assert.Equal(t, []string{"argument"}, kindsOf(err), "%s: %v", name, err)
		assert.ErrorContains(t, err, "Odd", name)
	}
	assert.Empty(t, api.Requests())
}

// embeddings are queries with an embedded field that go-querystring panics on or drops.
var embeddings = map[string]any{
	"unexported kind": struct{ unexportedKind }{"x"},
	"unexported struct with a name, empty": struct {
		unexportedStruct `url:"odd,omitempty"`
	}{},
	"unexported struct with a name": struct {
		unexportedStruct `url:"odd,omitempty"`
	}{unexportedStruct{1}},
	"time": struct{ time.Time }{documentedTime},
}

func TestEmbeddedFieldIsSentOrRefusedAndNeverDropped(t *testing.T) {
	t.Parallel()
	for name, params := range embeddings {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		client := newClient(t, api)
		var err error
		require.NotPanics(t, func() { err = update(t.Context(), client, spideriq.WithQuery(params)) }, name)
		if err != nil {
			assert.Equal(t, []string{"argument"}, kindsOf(err), "%s: %v", name, err)
			assert.Empty(t, api.Requests())
			continue
		}
		assert.Contains(t, api.Requests()[0].URL, "?", "%s is dropped", name)
	}
}

func TestNilEmbeddedPointerIsNotSentAsAnEmptyParameter(t *testing.T) {
	t.Parallel()
	type withPaging struct {
		*paging
		Name string `url:"name"`
	}
	type withExported struct {
		*spideriq.ListParams
		Name string `url:"name"`
	}
	for _, params := range []any{withPaging{nil, "x"}, withExported{nil, "x"}} {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		err := update(t.Context(), newClient(t, api), spideriq.WithQuery(params))
		if err != nil {
			assertArgumentError(t, err)
			continue
		}
		assert.Equal(t, spideriq.DefaultBaseURL+"/integrations/42?name=x", api.Requests()[0].URL)
	}
}

func TestQueryMayBeValues(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	values := url.Values{"tag": {"a b", "c"}, "page": {"2"}}
	option := spideriq.WithQuery(values)
	values["tag"][0] = "late"
	values.Set("more", "late")
	require.NoError(t, update(t.Context(), client, option))
	require.NoError(t, update(t.Context(), client, spideriq.WithQuery(url.Values{})))
	require.NoError(t, update(t.Context(), client, spideriq.WithQuery(url.Values(nil))))
	requests := api.Requests()
	assert.Equal(t, spideriq.DefaultBaseURL+"/integrations/42?page=2&tag=a+b&tag=c", requests[0].URL)
	assert.Equal(t, spideriq.DefaultBaseURL+"/integrations/42", requests[1].URL)
	assert.Equal(t, spideriq.DefaultBaseURL+"/integrations/42", requests[2].URL)
}

func TestFormatIsRefusedAlsoAmongValues(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	assertArgumentError(t, update(t.Context(), client, spideriq.WithQuery(url.Values{"format": {"yaml"}})))
	assert.Empty(t, api.Requests())
}
