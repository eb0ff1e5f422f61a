package spideriq_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// What makes no sense is an error of its own type that tells the status, and is
// never asked for again.
func TestSuccessThatMakesNoSense(t *testing.T) {
	t.Parallel()
	const html = "<!doctype html><title>Sign in</title>"
	for name, c := range map[string]struct {
		answer reply
		not    string // endpoints that have no objection
	}{
		"page":                 {answer(200, html, "Content-Type: text/html; charset=utf-8"), ""},
		"page said to be JSON": {answer(200, html), ""},
		"empty":                {answer(200, ""), ""},
		"spaces":               {answer(200, " \n"), ""},
		"only a mark":          {answer(200, "\uFEFF"), ""},
		"no content":           {answer(204, ""), "Delete"},
		"null":                 {answer(200, "null"), ""},
		"cut":                  {answer(200, good[:len(good)-1]), ""},
		"twice":                {answer(200, good+good), ""},
		"trailing text":        {answer(200, good+"\n<!-- proxy -->"), ""},
		"two marks":            {answer(200, "\uFEFF\uFEFF"+good), ""},
		"array":                {answer(200, "[]"), ""},
		"text":                 {answer(200, `"ok"`), ""},
		"nothing in it":        {answer(200, `{"success": true}`), "Delete Do"},
		"null in it":           {answer(200, `{"integration": null}`), "Delete Do"},
		"null list":            {answer(200, strings.Replace(good, "[]", "null", 1)), "Update Create Delete Health SyncBilling Do"},
		"other types in it":    {answer(200, `{"integration": [], "integrations": {}, "summary": 1, "results": 1}`), "Delete"},
		"no id":                {answer(200, `{"integration": {}, "integrations": [{}], "synced": "many"}`), "Delete Do"},
		"deep nesting":         {answer(200, strings.Repeat(`[`, 100_000)+strings.Repeat(`]`, 100_000)), ""},
		"deep in a field":      {answer(200, `{"x": `+strings.Repeat(`{"x":`, 100_000)+`1`+strings.Repeat(`}`, 100_001)), ""},
	} {
		for endpoint, call := range endpoints {
			t.Run(name+"/"+endpoint, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					api := replying(c.answer)
					var info spideriq.ResponseInfo
					err := call(t.Context(), api.client(t), spideriq.WithResponseInfo(&info))
					assert.Len(t, api.requests(), 1)
					assert.Zero(t, api.open.Load())
					if strings.Contains(c.not, endpoint) {
						assert.NoError(t, err)
						return
					}
					e := requireAs[*spideriq.InvalidResponseError](t, err)
					assert.Equal(t, info.StatusCode, e.StatusCode)
					assert.Equal(t, info.Header.Get("Content-Type"), e.ContentType)
					assert.Equal(t, 1, e.Attempts)
					assert.NotContains(t, err.Error(), "Sign in")
					assert.False(t, asType[*spideriq.APIError](err))
				})
			})
		}
	}
}

// As in encoding/json, the later one is read into what the earlier one left.
func TestMemberThatComesTwice(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]*spideriq.Integration{
		`{"integration": {"id": 5, "key_label": "a"}, "INTEGRATION": {"key_label": "b"}}`: {ID: 5, KeyLabel: "b"},
		`{"integration": null, "integration": {"id": 5}}`:                                 {ID: 5},
		`{"integration": {"id": 5}, "integration": null}`:                                 nil,
		`{"integration": {"id": 5}, "integration": []}`:                                   nil,
	} {
		got, err := replying(answer(200, body)).client(t).Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
		assert.Equal(t, want, got, body)
		assert.Equal(t, want == nil, asType[*spideriq.InvalidResponseError](err), body)
	}
}

func TestReportsMayHaveNullParts(t *testing.T) {
	t.Parallel()
	s := replying(answer(200, `{"summary": null, "integrations": null, "recommendations": null, "synced": 1, "results": null}`)).client(t).Integrations
	report, err := s.Health(t.Context())
	require.NoError(t, err)
	assert.Empty(t, report.Integrations)
	sync, err := s.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
	require.NoError(t, err)
	assert.Equal(t, 1, sync.Synced)
}

func TestSuccessInUnusualDress(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]reply{
		"mark":                 answer(200, "\uFEFF"+good),
		"space around":         answer(200, "\r\n\t "+good+" \r\n"),
		"created":              answer(201, good),
		"accepted":             answer(202, good),
		"no content type":      answer(200, good, "Content-Type: "),
		"problem":              answer(200, good, "Content-Type: application/problem+json"),
		"loud content type":    answer(200, good, "Content-Type: APPLICATION/JSON;CHARSET=UTF-8"),
		"text":                 answer(200, good, "Content-Type: text/plain"),
		"said to be a page":    answer(200, good, "Content-Type: text/html"),
		"unknown fields":       answer(200, `{"page": {"total": 1}, `+good[1:]),
		"invalid UTF-8":        answer(200, "{\"x\": \"\xff\xfe\", \"\xff\": 1, "+good[1:]),
		"escaped names":        answer(200, strings.ReplaceAll(good, `"integration`, `"\u0069ntegration`)),
		"upper case names":     answer(200, strings.NewReplacer("integration", "INTEGRATION", "synced", "Synced", "summary", "SUMMARY").Replace(good)),
		"other success":        answer(200, strings.Replace(good, "true", `"yes"`, 1)),
		"last success counts":  answer(200, `{"success": false, `+good[1:]),
		"false deeper down":    answer(200, `{"meta": {"success": false}, `+good[1:]),
		"9,000 levels ignored": answer(200, `{"x": `+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+`, `+good[1:]),
	} {
		for endpoint, call := range endpoints {
			t.Run(name+"/"+endpoint, func(t *testing.T) {
				t.Parallel()
				api := replying(a)
				assert.NoError(t, call(t.Context(), api.client(t)))
				assert.Zero(t, api.open.Load())
			})
		}
	}
}

// The API's "no" in a 2xx is final, and no error text quotes what is beside it.
func TestSuccessFalseIsAnAPIError(t *testing.T) {
	t.Parallel()
	for _, call := range endpoints {
		synctest.Test(t, func(t *testing.T) {
			api := replying(answer(200, `{"SUCCESS": false, "error": "not today", `+good[len(`{"success": true, `):], "Retry-After: 1"))
			e := requireAs[*spideriq.APIError](t, call(t.Context(), api.client(t)))
			assert.Equal(t, 200, e.StatusCode)
			assert.Equal(t, "not today", e.Message)
			assert.Len(t, api.requests(), 1)
		})
	}
}

// A call that does not ask for the answer gets none of its oddities.
func TestDoWithoutOutDoesNotLookAtASuccess(t *testing.T) {
	t.Parallel()
	for _, a := range []reply{answer(204, ""), answer(200, "<html>"), answer(202, "null"), answer(200, `{"success": false}`)} {
		assert.NoError(t, replying(a).client(t).Do(t.Context(), "POST", "/jobs", nil, nil))
	}
}

// What the caller has in out is not mixed with an answer that is an error.
func TestDoLeavesOutAloneWhenTheAPISaysNo(t *testing.T) {
	t.Parallel()
	out := map[string]any{"mine": true}
	err := replying(answer(200, `{"count": 1, "success": false}`)).client(t).Do(t.Context(), "POST", "/jobs", nil, &out)
	requireAs[*spideriq.APIError](t, err)
	assert.Equal(t, map[string]any{"mine": true}, out)
}

func TestDoSaysWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	type job struct{ Count int }
	err := replying(answer(200, `{"count": "many"}`)).client(t).Do(t.Context(), "GET", "/jobs", nil, new(job))
	assert.ErrorAs(t, err, new(*spideriq.InvalidResponseError))
	assert.ErrorAs(t, err, new(*json.UnmarshalTypeError))
	assert.NotContains(t, err.Error(), "(address)")
}
