package acceptance_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// hunter2 stands in these URLs where a password or a secret parameter could.
func TestWrongBaseURLIsQuotedWithoutUserInfoAndQuery(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"https://user:hunter2@api.example", "https://hunter2@api.example", "https://api.example?hunter2",
		"https://api.example/?key=hunter2", "https://api.example/#hunter2", "ftp://user:hunter2@api.example",
		"https://user:p%zzhunter2@api.example", "https://user:hunter2@[::1", "user:hunter2@api.example",
		"https://user:hunter2@api.example/a/../b", "https://user:hunter2@:8443", "http://user:hunter2@api.example",
		"https://user:hunter2@api.example:99999", "https://user:hunter2@api.example/\x00",
	} {
		_, err := spideriq.NewClient(fakeToken, spideriq.WithBaseURL(raw))
		assertPlain(t, err)
		assert.ErrorContains(t, err, "base URL", raw)
		assert.NotContains(t, err.Error(), "hunter2", raw)
		assert.NotContains(t, err.Error(), "\x00")
	}
}

func TestWrongBaseURLIsRefusedAndQuoted(t *testing.T) {
	t.Parallel()
	for raw, shown := range map[string]string{
		"":                                  "",
		"spideriq.example":                  "spideriq.example",
		"spideriq.example/api/v1":           "spideriq.example",
		"//api.example":                     "api.example",
		"/api/v1":                           "",
		"ftp://api.example":                 "ftp://api.example",
		"file:///api.example":               "file://",
		"https:api.example":                 "",
		"https://":                          "",
		"https:///api":                      "",
		"https://:8443":                     "8443",
		"https://api.example:":              "api.example",
		"https://api.example:0":             "api.example:0",
		"https://api.example:65536":         "api.example:65536",
		"https://api.example:x":             "",
		"https://api.example/%zz":           "",
		"https://api.example/a/../b":        "api.example",
		"https://api.example/%2e%2e/b":      "api.example",
		"https://api.example/a//b":          "api.example",
		"https://[::1/x":                    "",
		"http://api.example":                "api.example",
		"http://10.0.0.1":                   "10.0.0.1",
		"http://localhost.api.example":      "localhost.api.example",
		"http://127.0.0.1.api.example":      "127.0.0.1.api.example",
		"https://api.example?":              "api.example",
		"https://api.example/#":             "api.example",
		"https://api.example/\x00":          "",
		strings.Repeat("long.", 1000) + "x": "",
	} {
		_, err := spideriq.NewClient(fakeToken, spideriq.WithBaseURL(raw))
		assertPlain(t, err)
		assert.ErrorContains(t, err, "base URL", raw)
		assert.ErrorContains(t, err, shown, raw)
		assert.Less(t, len(err.Error()), 2048)
	}
}

func TestHostWithoutASchemeIsToldSo(t *testing.T) {
	t.Parallel()
	_, err := spideriq.NewClient(fakeToken, spideriq.WithBaseURL("spideriq.ai"))
	assert.ErrorContains(t, err, "https://")
}

// Not parallel: the environment belongs to the process.
func TestBaseURLOptionMakesTheVariableUnread(t *testing.T) {
	t.Setenv("SPIDERIQ_TOKEN", fakeToken)
	t.Setenv("SPIDERIQ_API_URL", "not a URL at all")
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client, err := spideriq.NewClientFromEnv(spideriq.WithBaseURL("https://other.example"), withTransport(api))
	require.NoError(t, err)
	require.NoError(t, update(t.Context(), client))
	assert.Equal(t, "https://other.example/api/v1/integrations/42", api.Requests()[0].URL)

	_, err = spideriq.NewClientFromEnv(withTransport(api))
	assert.ErrorContains(t, err, "SPIDERIQ_API_URL")
}

// Not parallel: the environment belongs to the process.
func TestTokenSourceOptionMakesTheVariableUnread(t *testing.T) {
	t.Setenv("SPIDERIQ_API_URL", "")
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	source := spideriq.WithTokenSource(func(context.Context) (string, error) { return "of-the-source", nil })
	for _, token := range []string{fakeToken, "Bearer wrong"} {
		t.Setenv("SPIDERIQ_TOKEN", token)
		client, err := spideriq.NewClientFromEnv(source, withTransport(api))
		require.NoError(t, err)
		require.NoError(t, update(t.Context(), client))
	}
	for _, sent := range api.Requests() {
		assert.Equal(t, "Bearer of-the-source", sent.Header.Get("Authorization"))
	}
}

// Not parallel: the environment belongs to the process.
func TestTokenThatIsMissingInTheEnvironmentIsNamed(t *testing.T) {
	t.Setenv("SPIDERIQ_TOKEN", "")
	t.Setenv("SPIDERIQ_API_URL", "")
	_, err := spideriq.NewClientFromEnv()
	assert.ErrorContains(t, err, "SPIDERIQ_TOKEN")
	assert.NotContains(t, err.Error(), "SPIDERIQ_API_URL", "that is not what is wrong")
}
