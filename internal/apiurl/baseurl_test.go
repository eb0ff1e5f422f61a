package apiurl_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/apiurl"
)

func TestParseBaseKeepsThePathAsAPrefix(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://api.example":                "https://api.example/api/v1",
		"https://api.example/":               "https://api.example/api/v1",
		"https://api.example///":             "https://api.example/api/v1",
		" https://api.example\n":             "https://api.example/api/v1",
		"HTTPS://api.example":                "https://api.example/api/v1",
		"https://api.example:8443":           "https://api.example:8443/api/v1",
		"https://api.example:1":              "https://api.example:1/api/v1",
		"https://api.example:65535":          "https://api.example:65535/api/v1",
		"https://api.example/api/v1":         "https://api.example/api/v1",
		"https://api.example/api/v1/":        "https://api.example/api/v1",
		"https://api.example/gateway/spider": "https://api.example/gateway/spider",
		"https://api.example/gate%20way":     "https://api.example/gate%20way",
		"https://api.example/gate way/":      "https://api.example/gate%20way",
		"https://api.example/a%2Fb":          "https://api.example/a%2Fb",
		"https://api.example/@team":          "https://api.example/@team",
		"https://[2001:db8::1]:8443/v2":      "https://[2001:db8::1]:8443/v2",
		"https://[2001:db8::1]":              "https://[2001:db8::1]/api/v1",
		"https://[fe80::1%25eth0]":           "https://[fe80::1%25eth0]/api/v1",
		"http://localhost:8080":              "http://localhost:8080/api/v1",
		"http://api.example":                 "http://api.example/api/v1",
	} {
		base, err := apiurl.ParseBase(raw)
		require.NoError(t, err, raw)
		assert.Equal(t, want, base.String())
	}
}

func TestParseBaseSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	const (
		noHTTPS  = "https:// missing"
		userInfo = "a user name or password is not allowed"
		port     = "the port must be a number from 1 to 65535"
		dots     = `the path must not contain a "." or ".." segment`
	)
	for _, c := range []struct{ raw, want string }{
		{"", "base URL: the URL is empty"},
		{" \n", "base URL: the URL is empty"},
		{"spideriq.ai", `base URL "spideriq.ai": ` + noHTTPS},
		{"spideriq.ai:443/api/v1", `base URL "spideriq.ai:443/api/v1": ` + noHTTPS},
		{"localhost:8080", `base URL "localhost:8080": ` + noHTTPS},
		{"10.0.0.1", `base URL "10.0.0.1": ` + noHTTPS},
		{"//api.example/v1", `base URL "//api.example/v1": ` + noHTTPS},
		{"/api/v1", "base URL: " + noHTTPS},
		{"http:/host", `base URL "http:/host": // missing after the scheme`},
		{"https:host", "base URL: // missing after the scheme"},
		{"ftp://api.example", `base URL "ftp://api.example": the scheme must be https or http`},
		{"file:///etc", `base URL "file:///etc": the scheme must be https or http`},
		{"https://", `base URL "https://": host missing`},
		{"https:///v1", `base URL "https:///v1": host missing`},
		{"https://:8443", `base URL "https://:8443": host missing`},
		{"https://[]/v1", `base URL "https://[]/v1": host missing`},
		{"https://api.example:", `base URL "https://api.example:": ` + port},
		{"https://api.example:0", `base URL "https://api.example:0": ` + port},
		{"https://api.example:65536/v1", `base URL "https://api.example:65536/v1": ` + port},
		{"https://api.example:x", `base URL "https://api.example:x": ` + port},
		{"https://::1/", `base URL "https://::1/": an IPv6 address must be in brackets`},
		{"https://[::1/v1", `base URL "https://[::1/v1": the host is not valid`},
		{"https://[fe80::1%25ä]", `base URL "https://[fe80::1%25ä]": the host is not valid`},
		{"https://api example", `base URL "https://api example": the host is not valid`},
		{"https://@api.example", `base URL "https://api.example": ` + userInfo},
		{"https://user:hunter2@api.example/v1", `base URL "https://api.example/v1": ` + userInfo},
		{"https://user:p%zz@host", `base URL "https://host": ` + userInfo},
		{"https://api.example/v1?key=hunter2", `base URL "https://api.example/v1": a query is not allowed`},
		{"https://api.example?", `base URL "https://api.example": a query is not allowed`},
		{"https://api.example/#hunter2", `base URL "https://api.example/": a fragment is not allowed`},
		{"https://api.example/\x00", `base URL "https://api.example/\x00": a control character is not allowed`},
		{"https://api.example/\xff", `base URL "https://api.example/\xff": the URL is not valid UTF-8`},
		{"https://api.example/%zz",
			`base URL "https://api.example/%zz": a percent sign is not followed by two hexadecimal digits`},
		{"https://api.example/a/../b", `base URL "https://api.example/a/../b": ` + dots},
		{"https://api.example/%2e%2e/b", `base URL "https://api.example/%2e%2e/b": ` + dots},
	} {
		_, err := apiurl.ParseBase(c.raw)
		assert.EqualError(t, err, c.want, "%q", c.raw)
	}
}

// The path of a base URL is checked as any other: what one refuses, both refuse.
func TestParseBaseRefusesAPathThatLeadsElsewhere(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/a//b", `/a\b`, "/a%5cb", "/a;", "/..;/x", "/%252e%252e/x", "/%c0%ae", "/a%00", "/a%2f",
		"/" + strings.Repeat("a", 2048),
	} {
		_, err := apiurl.ParseBase("https://api.example" + path)
		assert.Error(t, err, path)
	}
}

func TestParseBaseQuotesNoSecret(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"hunter2", "hunter2:x:y", "ey.ey.hunter2_", "https:hunter2", "https:user:hunter2@api.example",
		"user:hunter2@api.example", "https:/user:hunter2@api.example", "https://user:hunter2@api.example:x",
		"https://user:hunter2/x@api.example", "https://user:x/hunter2@api.example:0",
		"https://user:hunter2?@api.example",
		"https://user:x?hunter2@api.example", "https://user:x#hunter2@api.example",
		"https://user:x@hunter2/x@api.example",
		"https://user%3Ahunter2@api.example", "https://user:hunter2%40api.example",
		"https://user:hunter2%2540api.example",
		"https://api.example/%3Fkey=hunter2//x", "https://api.example/%23hunter2//x", "api.example?hunter2",
		"https://api.example?mail=a@hunter2", "https://user:%hunter2@api.example", "ftp://user:hunter2@api.example",
		"hunter2 ://api.example",
	} {
		_, err := apiurl.ParseBase(raw)
		require.Error(t, err, raw)
		assert.NotContains(t, err.Error(), "hunter2", raw)
	}
}

func TestParseBaseQuotesALongURLInPart(t *testing.T) {
	t.Parallel()
	_, err := apiurl.ParseBase("https://api.example/" + strings.Repeat("ä", 1500))
	require.ErrorContains(t, err, `base URL "https://api.example/ää`)
	assert.ErrorContains(t, err, `ä…": the path is longer than 2,048 bytes`)
	assert.Less(t, len(err.Error()), 300)
	longest := "https://api.example:x/" + strings.Repeat("a", 178)
	_, err = apiurl.ParseBase(longest)
	assert.ErrorContains(t, err, `"`+longest+`"`)
	_, err = apiurl.ParseBase(longest + "a")
	assert.ErrorContains(t, err, `aaa…"`)
}

func TestParseBaseRefusesAURLOfMoreThan4096Bytes(t *testing.T) {
	t.Parallel()
	longest := "https://user:" + strings.Repeat("a", 4096-len("https://user:@api.example")) + "@api.example"
	_, err := apiurl.ParseBase(longest)
	assert.ErrorContains(t, err, "a user name or password", "which is refused for another reason")
	_, err = apiurl.ParseBase(longest + "a")
	assert.ErrorContains(t, err, "the URL is longer than 4096 bytes")
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"localhost", "LocalHost", "127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"} {
		assert.True(t, apiurl.IsLoopback(host), host)
	}
	for _, host := range []string{
		"", "api.example", "10.0.0.1", "0.0.0.0", "::", "127.1",
		"localhost.api.example", "127.0.0.1.api.example", "notlocalhost",
	} {
		assert.False(t, apiurl.IsLoopback(host), host)
	}
}
