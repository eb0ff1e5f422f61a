package acceptance_test

import (
	"maps"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

const signInPage = "<!doctype html><title>Sign in</title>"

// A senselessSuccess is a 2xx that is not what the API documents.
type senselessSuccess struct {
	answer  fakeapi.Reply
	fineFor string // the endpoints that accept it
}

var senselessSuccesses = map[string]senselessSuccess{
	"page":                 {fakeapi.Respond(200, signInPage, "Content-Type: text/html; charset=utf-8"), ""},
	"page said to be JSON": {fakeapi.Respond(200, signInPage), ""},
	"only a mark":          {fakeapi.Respond(200, "\uFEFF"), ""},
	"no content":           {fakeapi.Respond(204, ""), "Delete"},
	"null":                 {fakeapi.Respond(200, "null"), ""},
	"cut":                  {fakeapi.Respond(200, successBody[:len(successBody)-1]), ""},
	"twice":                {fakeapi.Respond(200, successBody+successBody), ""},
	"trailing text":        {fakeapi.Respond(200, successBody+"\n<!-- proxy -->"), ""},
	"two marks":            {fakeapi.Respond(200, "\uFEFF\uFEFF"+successBody), ""},
	"array":                {fakeapi.Respond(200, "[]"), ""},
	"text":                 {fakeapi.Respond(200, `"ok"`), ""},
	"nothing in it":        {fakeapi.Respond(200, `{"success": true}`), "Delete Do"},
	"null in it":           {fakeapi.Respond(200, `{"integration": null}`), "Delete Do"},
	"other types in it": {
		fakeapi.Respond(200, `{"integration": [], "integrations": {}, "summary": 1, "results": 1}`),
		"Delete",
	},
	"no id": {
		fakeapi.Respond(200, `{"integration": {}, "integrations": [{}], "synced": "many"}`), "Delete Do Health",
	},
	"deep nesting": {fakeapi.Respond(200, strings.Repeat(`[`, 100_000)+strings.Repeat(`]`, 100_000)), ""},
	"deep in a field": {
		fakeapi.Respond(200, `{"x": `+strings.Repeat(`{"x":`, 100_000)+`1`+strings.Repeat(`}`, 100_001)), "",
	},
}

// A 2xx with an undocumented body is an error of its own type with the status, and the
// call is not repeated.
func TestSuccessThatMakesNoSense(t *testing.T) {
	t.Parallel()
	all := maps.Clone(senselessSuccesses)
	maps.Copy(all, emptySuccesses)
	for name, c := range all {
		for endpoint, call := range endpoints {
			t.Run(name+"/"+endpoint, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					api := fakeapi.New(c.answer)
					var info spideriq.ResponseInfo
					err := call(t.Context(), newClient(t, api), spideriq.WithResponseInfo(&info))
					assert.Len(t, api.Requests(), 1)
					assert.Zero(t, api.OpenBodies())
					if strings.Contains(c.fineFor, endpoint) {
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
		got, err := newClient(t, fakeapi.New(fakeapi.Respond(200, body))).Integrations.Update(
			t.Context(), 42, spideriq.UpdateParams{},
		)
		assert.Equal(t, want, got, body)
		assert.Equal(t, want == nil, asType[*spideriq.InvalidResponseError](err), body)
	}
}

func TestReportsMayHaveNullParts(t *testing.T) {
	t.Parallel()
	s := newClient(
		t,
		fakeapi.New(fakeapi.Respond(
			200,
			`{"summary": null, "integrations": null, "recommendations": null, "synced": 1, "results": null}`,
		)),
	).Integrations
	report, err := s.Health(t.Context())
	require.NoError(t, err)
	assert.Empty(t, report.Integrations)
	sync, err := s.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
	require.NoError(t, err)
	assert.Equal(t, 1, sync.Synced)
}

func TestSuccessInUnusualDress(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]fakeapi.Reply{
		"mark":              fakeapi.Respond(200, "\uFEFF"+successBody),
		"space around":      fakeapi.Respond(200, "\r\n\t "+successBody+" \r\n"),
		"created":           fakeapi.Respond(201, successBody),
		"accepted":          fakeapi.Respond(202, successBody),
		"no content type":   fakeapi.Respond(200, successBody, "Content-Type: "),
		"problem":           fakeapi.Respond(200, successBody, "Content-Type: application/problem+json"),
		"loud content type": fakeapi.Respond(200, successBody, "Content-Type: APPLICATION/JSON;CHARSET=UTF-8"),
		"text":              fakeapi.Respond(200, successBody, "Content-Type: text/plain"),
		"said to be a page": fakeapi.Respond(200, successBody, "Content-Type: text/html"),
		"unknown fields":    fakeapi.Respond(200, `{"page": {"total": 1}, `+successBody[1:]),
		"invalid UTF-8":     fakeapi.Respond(200, "{\"x\": \"\xff\xfe\", \"\xff\": 1, "+successBody[1:]),
		"escaped names": fakeapi.Respond(
			200, strings.ReplaceAll(successBody, `"integration`, `"\u0069ntegration`),
		),
		"upper case names": fakeapi.Respond(
			200,
			strings.NewReplacer(
				"integration", "INTEGRATION", "synced", "Synced", "summary", "SUMMARY",
			).Replace(successBody),
		),
		"other success":       fakeapi.Respond(200, strings.Replace(successBody, "true", `"yes"`, 1)),
		"last success counts": fakeapi.Respond(200, `{"success": false, `+successBody[1:]),
		"false deeper down":   fakeapi.Respond(200, `{"meta": {"success": false}, `+successBody[1:]),
		"9,000 levels ignored": fakeapi.Respond(
			200, `{"x": `+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+`, `+successBody[1:],
		),
	} {
		for endpoint, call := range endpoints {
			t.Run(name+"/"+endpoint, func(t *testing.T) {
				t.Parallel()
				api := fakeapi.New(a)
				assert.NoError(t, call(t.Context(), newClient(t, api)))
				assert.Zero(t, api.OpenBodies())
			})
		}
	}
}

// The API's "no" in a 2xx is final, and no error text quotes what is beside it.
func TestSuccessFalseIsAnAPIError(t *testing.T) {
	t.Parallel()
	for _, call := range endpoints {
		synctest.Test(t, func(t *testing.T) {
			api := fakeapi.New(fakeapi.Respond(
				200, `{"SUCCESS": false, "error": "not today", `+successBody[len(`{"success": true, `):],
				"Retry-After: 1",
			))
			e := requireAs[*spideriq.APIError](t, call(t.Context(), newClient(t, api)))
			assert.Equal(t, 200, e.StatusCode)
			assert.Equal(t, "not today", e.Message)
			assert.Len(t, api.Requests(), 1)
		})
	}
}
