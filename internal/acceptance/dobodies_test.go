package acceptance_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// sentBy returns the body that Do sends for a value.
func sentBy(t *testing.T, body any) string {
	t.Helper()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	require.NoError(t, newClient(t, api).Do(t.Context(), "PATCH", "/integrations/42", body, nil))
	return api.Requests()[0].Body
}

func TestDoEncodesAStructThatEmbedsParamsAsEncodingJSONDoes(t *testing.T) {
	t.Parallel()
	type extended struct {
		spideriq.UpdateParams
		Reason string `json:"reason"`
	}
	type byPointer struct {
		*spideriq.UpdateParams
		Reason string `json:"reason"`
	}
	type creation struct {
		*spideriq.CreateParams
		Reason string `json:"reason"`
	}
	limit := spideriq.UpdateParams{DailyLimit: new(0)}
	assert.JSONEq(t, `{"daily_limit": 0, "reason": "x"}`, sentBy(t, extended{limit, "x"}))
	assert.JSONEq(t, `{"daily_limit": 0, "reason": "x"}`, sentBy(t, &extended{limit, "x"}))
	assert.JSONEq(t, `{"daily_limit": 0, "reason": "x"}`, sentBy(t, byPointer{&limit, "x"}))
	assert.JSONEq(t, `{"reason": "x"}`, sentBy(t, byPointer{nil, "x"}))
	assert.JSONEq(t, `{"reason": "x"}`, sentBy(t, creation{nil, "x"}))
}

func TestDoSendsNoCredentialsInAnotherStruct(t *testing.T) {
	t.Parallel()
	type embedding struct {
		spideriq.CreateParams
		Reason string `json:"reason"`
	}
	params := spideriq.CreateParams{ProviderName: spideriq.ProviderGroq, Credentials: fakeCredentials}
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	for _, body := range []any{
		embedding{params, "x"}, &embedding{params, "x"}, fakeCredentials,
		map[string]any{"credentials": fakeCredentials}, []spideriq.CreateParams{params},
	} {
		err := client.Do(t.Context(), "POST", "/integrations", body, nil)
		assertArgumentError(t, err)
		assertNoSecret(t, err.Error())
	}
	assert.Empty(t, api.Requests())
}

func TestDoRefusesBodiesThatWouldArriveAsSomethingElse(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	for name, body := range map[string]any{
		"bytes":             []byte(`{"a": 1}`),
		"no bytes":          []byte(nil),
		"text":              `{"a": 1}`,
		"nil map":           map[string]any(nil),
		"nil map of a type": url.Values(nil),
		"reader":            strings.NewReader(`{"a": 1}`),
		"buffer":            bytes.NewBufferString(`{"a": 1}`),
	} {
		err := client.Do(t.Context(), "PATCH", "/integrations/42", body, nil)
		assertArgumentError(t, err)
		assert.ErrorContains(t, err, "json.RawMessage", name)
	}
	assert.Empty(t, api.Requests())
}

func TestDoRefusesAWriterAsOut(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	for _, out := range []any{new(bytes.Buffer), new(strings.Builder), &os.File{}} {
		err := client.Do(t.Context(), "GET", "/integrations", nil, out)
		assertArgumentError(t, err)
		assert.ErrorContains(t, err, "json.RawMessage")
	}
	assert.Empty(t, api.Requests())
}

func TestRawMessageWorksBothWays(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, `{"count": 7}`))
	var out json.RawMessage
	err := newClient(t, api).Do(t.Context(), "PUT", "/jobs/7", json.RawMessage(`{"daily_limit":null}`), &out)
	require.NoError(t, err)
	assert.Equal(t, `{"daily_limit":null}`, api.Requests()[0].Body)
	assert.JSONEq(t, `{"count": 7}`, string(out))
}

func TestRawMessageThatIsNoJSONIsRefused(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	for _, body := range []any{json.RawMessage(`{"a": 1`), json.RawMessage(``), json.RawMessage(`{} {}`)} {
		assertArgumentError(t, newClient(t, api).Do(t.Context(), "PUT", "/jobs/7", body, nil))
	}
	assert.Empty(t, api.Requests())
}

func TestDoWithoutOutLooksForASuccessThatIsFalse(t *testing.T) {
	t.Parallel()
	for _, body := range []string{refusalBody, `{"success": false}`, `{"SUCCESS": false, "job": {"id": 1}}`} {
		client := newClient(t, fakeapi.New(fakeapi.Respond(200, body)))
		e := requireAs[*spideriq.APIError](t, client.Do(t.Context(), "POST", "/jobs", nil, nil))
		assert.Equal(t, 200, e.StatusCode)
	}
}

func TestTextThatIsNotUTF8IsRefused(t *testing.T) {
	t.Parallel()
	const bad = "caf\xe9"
	one := func(name, value string) spideriq.Credentials { return spideriq.Credentials{name: value} }
	good := spideriq.CreateParams{ProviderName: "groq", Credentials: spideriq.Credentials{"api_key": "k"}}
	creation := func(change func(*spideriq.CreateParams)) func(*spideriq.Client) error {
		return func(c *spideriq.Client) error {
			params := good
			change(&params)
			_, err := c.Integrations.Create(t.Context(), params)
			return err
		}
	}
	updating := func(params spideriq.UpdateParams) func(*spideriq.Client) error {
		return func(c *spideriq.Client) error {
			_, err := c.Integrations.Update(t.Context(), 42, params)
			return err
		}
	}
	doing := func(body any) func(*spideriq.Client) error {
		return func(c *spideriq.Client) error { return c.Do(t.Context(), "PATCH", "/integrations/42", body, nil) }
	}
	for name, call := range map[string]func(*spideriq.Client) error{
		"label":             updating(spideriq.UpdateParams{KeyLabel: new(bad)}),
		"period":            updating(spideriq.UpdateParams{SpendLimitPeriod: new(spideriq.SpendLimitPeriod(bad))}),
		"action":            updating(spideriq.UpdateParams{SpendLimitAction: new(spideriq.SpendLimitAction(bad))}),
		"label of a create": creation(func(p *spideriq.CreateParams) { p.KeyLabel = new(bad) }),
		"provider":          creation(func(p *spideriq.CreateParams) { p.ProviderName = bad }),
		"credential":        creation(func(p *spideriq.CreateParams) { p.Credentials = one("api_key", bad) }),
		"credential's name": creation(func(p *spideriq.CreateParams) { p.Credentials = one(bad, "k") }),
		"map":               doing(map[string]any{"key_label": bad}),
		"name in a map":     doing(map[string]any{bad: 1}),
		"struct":            doing(struct{ Label string }{bad}),
		"deep":              doing(map[string]any{"a": []any{struct{ B *string }{new(bad)}}}),
		"raw message":       doing(json.RawMessage(`"` + bad + `"`)),
	} {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		err := call(newClient(t, api))
		assert.Equal(t, []string{"argument"}, kindsOf(err), "%s: %v", name, err)
		assert.Empty(t, api.Requests(), name)
	}
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	_, err := newClient(t, api).Integrations.Update(
		t.Context(), 42, spideriq.UpdateParams{KeyLabel: new("café \ufffd")},
	)
	require.NoError(t, err, "a replacement character that the caller wrote is a character")
	assert.JSONEq(t, `{"key_label": "café \ufffd"}`, api.Requests()[0].Body)
}

func TestDoRefusesAPathThatRepeatsTheBasePath(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	for base, paths := range map[string][]string{
		"https://api.example":           {"/api/v1/integrations/42", "/api/v1", "/api%2Fv1/integrations"},
		"https://api.example/gw/api/v1": {"/gw/api/v1/integrations/42", "/api/v1/integrations/42"},
	} {
		client := newClient(t, api, spideriq.WithBaseURL(base))
		for _, path := range paths {
			err := client.Do(t.Context(), "GET", path, nil, nil)
			assertArgumentError(t, err)
			assert.ErrorContains(t, err, "base path", path)
		}
	}
	assert.Empty(t, api.Requests())
	client := newClient(t, api, spideriq.WithBaseURL("https://api.example"))
	assert.NoError(t, client.Do(t.Context(), "GET", "/api/v10/integrations", nil, nil))
}

func TestDoRefusesAPathThatLeavesTheBaseBehindABrokenEscape(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	for _, path := range []string{
		"/x/%252e%252e/%252e%252e/admin%25zz", "/%25zz/%252e%252e/%252e%252e/x", "/x%25/%2e%2e%25/..%252f..",
		"/a%25zz/%255c..%255c",
	} {
		assertArgumentError(t, client.Do(t.Context(), "GET", path, nil, nil))
	}
	assert.Empty(t, api.Requests())
}

func TestDoTellsWhyAPathIsRefused(t *testing.T) {
	t.Parallel()
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody)))
	reasons := make(map[string]string)
	for _, path := range []string{
		"/a/../b", "/a//b", `/a\b`, "https://api.example/a", "/a#b", "/a?b=c", "/a/", "/api/v1/integrations/42",
		"/a\x00b",
	} {
		err := client.Do(t.Context(), "GET", path, nil, nil)
		assertArgumentError(t, err)
		assert.NotContains(t, reasons, err.Error(), "%q and %q have one text", path, reasons[err.Error()])
		reasons[err.Error()] = path
	}
	assert.ErrorContains(t, client.Do(t.Context(), "GET", "/a?b=c", nil, nil), "WithQuery")
}
