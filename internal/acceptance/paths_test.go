package acceptance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://api.example":                "https://api.example/api/v1",
		"https://api.example/":               "https://api.example/api/v1",
		"https://api.example///":             "https://api.example/api/v1",
		" https://api.example\n":             "https://api.example/api/v1",
		"https://api.example:8443":           "https://api.example:8443/api/v1",
		"https://api.example/api/v1":         "https://api.example/api/v1",
		"https://api.example/api/v1/":        "https://api.example/api/v1",
		"https://api.example/gateway/spider": "https://api.example/gateway/spider",
		"https://api.example/gate%20way":     "https://api.example/gate%20way",
		"https://api.example/gate way/":      "https://api.example/gate%20way",
		"https://api.example/a%2Fb":          "https://api.example/a%2Fb",
		"https://[2001:db8::1]:8443/v2":      "https://[2001:db8::1]:8443/v2",
		"http://localhost:8080":              "http://localhost:8080/api/v1",
		"http://127.0.0.1":                   "http://127.0.0.1/api/v1",
		"http://127.8.9.10:1/v1":             "http://127.8.9.10:1/v1",
		"http://[::1]:8080":                  "http://[::1]:8080/api/v1",
	} {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		require.NoError(t, update(t.Context(), newClient(t, api, spideriq.WithBaseURL(raw))), raw)
		assert.Equal(t, want+"/integrations/42", api.Requests()[0].URL, raw)
	}
	insecure := fakeapi.New(fakeapi.Respond(200, successBody))
	require.NoError(
		t,
		update(
			t.Context(),
			newClient(t, insecure, spideriq.WithInsecureHTTP(), spideriq.WithBaseURL("http://api.example")),
		),
	)
	assert.Equal(t, "http://api.example/api/v1/integrations/42", insecure.Requests()[0].URL)
}

var longestPath = "/" + strings.Repeat("a", 2047)

func TestDoSendsThePathEscapedOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, path, want string }{
		{"https://api.example/v1", "/integrations/42", "/integrations/42"},
		{"https://api.example/v1", "/a%20b", "/a%20b"},
		{"https://api.example/v1", "/a b", "/a%20b"},
		{"https://api.example/v1", "/a%2Fb", "/a%2Fb"},
		{"https://api.example/v1", "/a%2Fb c", "/a%2Fb%20c"},
		{"https://api.example/v1", "/%25", "/%25"},
		{"https://api.example/v1", "/käse", "/k%C3%A4se"},
		{"https://api.example/v1", "/a:b@c;d=e,f+g", "/a:b@c;d=e,f+g"},
		{"https://api.example/v1", "/...", "/..."},
		{"https://api.example/v1", "/.well-known/a..b/c.", "/.well-known/a..b/c."},
		{"https://api.example/gate%2Fway", "/a b", "/a%20b"},
		{"https://api.example/v1", longestPath, longestPath},
	} {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		require.NoError(
			t, newClient(t, api, spideriq.WithBaseURL(c.base)).Do(t.Context(), "GET", c.path, nil, nil), c.path,
		)
		assert.Equal(t, c.base+c.want, api.Requests()[0].URL, c.path)
	}
}

func TestPathThatCouldLeaveTheBaseIsRefusedAndNotQuoted(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	for _, path := range []string{
		"", "/", "integrations", "https://evil.example/x", "//evil.example/x", "/a//b", "/a/", `/a\\b`,
		`/\evil.example`, `/a/..\b`,
		"/..", "/../admin", "/a/..", "/a/./b", "/%2e%2e/admin", "/%2E%2e/admin", "/.%2e/admin", "/a%2f..%2fb",
		"/..%2fadmin", "/%252e%252e/admin", "/%25252e%25252e/admin",
		"/%2f%2fevil.example", "/..;/x", "/a/;b", "/a;", "/..%3b/x", "/%c0%ae%c0%ae/x", "/a%5c..%5cb", "/a%00b",
		"/a\nb", "/a%0d%0ab", "/a?b=c", "/a?", "/a#b", "/a#", "/%", "/%zz", longestPath + "a",
		"/a?api_key=hunter2", "https://user:hunter2@evil.example/x", "/a#hunter2",
	} {
		err := client.Do(t.Context(), "GET", path, nil, nil)
		assertArgumentError(t, err)
		assert.Less(t, len(err.Error()), 512)
		assert.NotContains(t, err.Error(), "\n")
		assert.NotContains(t, err.Error(), "hunter2")
	}
	assert.Empty(t, api.Requests())
}
