package acceptance_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestDoSendsBodyHeaderAndQuery(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, `{"n": 9007199254740993}`))
	var out any
	err := newClient(t, api).Do(t.Context(), "PUT", "/pools/7", map[string]any{
		"amount": json.Number("1.50"),
		"on":     false,
	}, &out,
		spideriq.WithHeader("x-trace", "abc"), spideriq.WithHeader("X~!", "def"), spideriq.WithQuery(struct {
			Page int      `url:"page"`
			Tags []string `url:"tag"`
		}{2, []string{"a b", "c"}}), spideriq.WithQuery(struct {
			Page int `url:"page"`
		}{3}))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"n": json.Number("9007199254740993")}, out)
	sent := api.Requests()[0]
	assert.Equal(t, "PUT", sent.Method)
	assert.JSONEq(t, `{"amount": 1.50, "on": false}`, sent.Body)
	assert.Equal(t, "abc", sent.Header.Get("X-Trace"))
	assert.Equal(t, "def", sent.Header.Get("X~!"))
	u, err := url.Parse(sent.URL)
	require.NoError(t, err)
	assert.Equal(t, "/api/v1/pools/7", u.Path)
	assert.Equal(t, url.Values{"page": {"3"}, "tag": {"a b", "c"}}, u.Query())
}

// A call that does not ask for the answer gets none of its oddities.
func TestDoWithoutOutDoesNotLookAtASuccess(t *testing.T) {
	t.Parallel()
	for _, a := range []fakeapi.Reply{
		fakeapi.Respond(204, ""), fakeapi.Respond(200, "<html>"), fakeapi.Respond(202, "null"),
		fakeapi.Respond(200, "[1, 2]"),
	} {
		assert.NoError(t, newClient(t, fakeapi.New(a)).Do(t.Context(), "POST", "/jobs", nil, nil))
	}
}

// What the caller has in out is not mixed with an answer that is an error.
func TestDoLeavesOutAloneWhenTheAPISaysNo(t *testing.T) {
	t.Parallel()
	out := map[string]any{"mine": true}
	err := newClient(t, fakeapi.New(fakeapi.Respond(200, `{"count": 1, "success": false}`))).Do(
		t.Context(), "POST", "/jobs", nil, &out,
	)
	requireAs[*spideriq.APIError](t, err)
	assert.Equal(t, map[string]any{"mine": true}, out)
}

func TestDoSaysWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	type job struct{ Count int }
	err := newClient(t, fakeapi.New(fakeapi.Respond(200, `{"count": "many"}`))).Do(
		t.Context(), "GET", "/jobs", nil, new(job),
	)
	assert.ErrorAs(t, err, new(*spideriq.InvalidResponseError))
	assert.ErrorAs(t, err, new(*json.UnmarshalTypeError))
	assert.NotContains(t, err.Error(), "(address)")
}
