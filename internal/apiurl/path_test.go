package apiurl_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/apiurl"
)

func parseBase(t testing.TB, raw string) *url.URL {
	t.Helper()
	base, err := apiurl.ParseBase(raw)
	require.NoError(t, err)
	return base
}

var longestPath = "/" + strings.Repeat("a", 2047)

func TestJoinEscapesThePathOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, path, want, decoded string }{
		{"https://api.example/v1", "/integrations/42", "/v1/integrations/42", "/v1/integrations/42"},
		{"https://api.example/v1", "/a%20b", "/v1/a%20b", "/v1/a b"},
		{"https://api.example/v1", "/a b", "/v1/a%20b", "/v1/a b"},
		{"https://api.example/v1", "/a%2Fb", "/v1/a%2Fb", "/v1/a/b"},
		{"https://api.example/v1", "/a%2fb c", "/v1/a%2fb%20c", "/v1/a/b c"},
		{"https://api.example/v1", "/%25", "/v1/%25", "/v1/%"},
		{"https://api.example/v1", "/%2541", "/v1/%2541", "/v1/%41"},
		{"https://api.example/v1", "/käse", "/v1/k%C3%A4se", "/v1/käse"},
		{"https://api.example/v1", `/"<>^{|}` + "`", "/v1/%22%3C%3E%5E%7B%7C%7D%60", `/v1/"<>^{|}` + "`"},
		{"https://api.example/v1", "/a:b@c;d=e,f+g[0]~!$&'()*_-.", "/v1/a:b@c;d=e,f+g[0]~!$&'()*_-.",
			"/v1/a:b@c;d=e,f+g[0]~!$&'()*_-."},
		{"https://api.example/v1", "/a[0", "/v1/a[0", "/v1/a[0"},
		{"https://api.example/v1", "/a]0", "/v1/a]0", "/v1/a]0"},
		{"https://api.example/v1", "/a(0", "/v1/a(0", "/v1/a(0"},
		{"https://api.example/v1", "/a)0", "/v1/a)0", "/v1/a)0"},
		{"https://api.example/v1", "/a*0", "/v1/a*0", "/v1/a*0"},
		{"https://api.example/v1", "/a!0", "/v1/a!0", "/v1/a!0"},
		{"https://api.example/v1", "/a'0", "/v1/a'0", "/v1/a'0"},
		{"https://api.example/v1", "/...", "/v1/...", "/v1/..."},
		{"https://api.example/v1", "/AZaz09%20", "/v1/AZaz09%20", "/v1/AZaz09 "},
		{"https://api.example/v1", "/.well-known/a..b/c.", "/v1/.well-known/a..b/c.", "/v1/.well-known/a..b/c."},
		{"https://api.example/v1", "/100%25zz", "/v1/100%25zz", "/v1/100%zz"},
		{"https://api.example/gate%2Fway", "/a b", "/gate%2Fway/a%20b", "/gate/way/a b"},
		{"https://api.example/v1", longestPath, "/v1" + longestPath, "/v1" + longestPath},
	} {
		base := parseBase(t, c.base)
		require.NoError(t, apiurl.CheckPath(base, c.path), c.path)
		joined := apiurl.Join(base, c.path)
		assert.Equal(t, "https://api.example"+c.want, joined.String())
		assert.Equal(t, c.want, joined.EscapedPath())
		assert.Equal(t, c.decoded, joined.Path)
	}
}

func TestJoinReturnsWhatNetURLParses(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/integrations/42", "/a b", "/a%2Fb", "/a[0]", "/käse"} {
		joined := apiurl.Join(parseBase(t, "https://api.example/v1"), path)
		parsed, err := url.Parse(joined.String())
		require.NoError(t, err)
		assert.Equal(t, *parsed, joined)
	}
}

func TestJoinLeavesTheBaseAlone(t *testing.T) {
	t.Parallel()
	base := parseBase(t, "https://api.example/a%2Fb")
	before := *base
	joined := apiurl.Join(base, "/x")
	assert.Equal(t, before, *base)
	joined.Path = "/changed"
	assert.Equal(t, before, *base)
}

// CheckPath refuses these paths; Join stays harmless without it.
func TestJoinEscapesWhatHasNotBeenChecked(t *testing.T) {
	t.Parallel()
	base := parseBase(t, "https://api.example/v1")
	for path, want := range map[string]string{
		"/a?b#c": "/v1/a%3Fb%23c", "/%": "/v1/%25", "/%4": "/v1/%254", "/%zz": "/v1/%25zz", "/\xff\n": "/v1/%FF%0A",
	} {
		joined := apiurl.Join(base, path)
		assert.Equal(t, "https://api.example"+want, joined.String())
	}
}

func TestCheckPathNamesTheReason(t *testing.T) {
	t.Parallel()
	const (
		scheme    = "the path must be relative to the base URL, without a scheme and host"
		slash     = "the path must begin with a slash"
		query     = "the path must not contain a query; use WithQuery"
		fragment  = "the path must not contain a fragment"
		broken    = "a percent sign in the path is not followed by two hexadecimal digits"
		notUTF8   = "the path is not valid UTF-8"
		control   = "the path must not contain a control character"
		backslash = "the path must not contain a backslash"
		dots      = `the path must not contain a "." or ".." segment`
		empty     = "the path must not contain an empty segment (two slashes in a row)"
		trailing  = "the path must not end in a slash"
		semicolon = "a segment of the path must not begin or end with a semicolon or contain two in a row"
	)
	base := parseBase(t, "https://api.example")
	for want, paths := range map[string][]string{
		"the path is empty": {""},
		scheme:              {"https://api.example/x", "ftp://evil.example", "https://user:hunter2@evil.example/x"},
		slash:               {"integrations", "hunter2/42", "mailto:x", "?a=b", "#a", `\evil.example`, "%2fa"},
		query:               {"/a?b=c", "/a?", "/a?api_key=hunter2", "/?"},
		fragment:            {"/a#b", "/a#", "/a#hunter2"},
		broken:              {"/%", "/%zz", "/a%2", "/%u002e%u002e/x", "/%2%65%2%65/x"},
		notUTF8: {"/\xff", "/%ff", "/%c0%ae%c0%ae/x", "/%25c0%25ae/x", "/%c3%25a9", "/\xc3%a9",
			"/%ed%a0%80"},
		control: {"/a\nb", "/\x7f", "/a%00b", "/a%0d%0ab", "/a%2500b", "/\u0085", "/%25u0000"},
		backslash: {`/a\b`, `/a\\b`, `/\evil.example`, `/a/..\b`, "/a%5cb", "/a%5c..%5cb", "/a%255c..%255cx",
			"/a%25u005cb"},
		dots: {"/..", "/../admin", "/a/..", "/a/./b", "/.", "/./", "/%2e%2e/admin", "/%2E%2e/admin", "/.%2e/admin",
			"/a%2f..%2fb", "/..%2fadmin", "/%252e%252e/admin", "/%2525252e%2525252e/x", "/%25%32%65%25%32%65/x",
			"/x/%252e%252e/%252e%252e/admin%25zz", "/x/%25zz/%252e%252e", "/%252%2565%252%2565/x",
			"/%25u002e%25u002e/x",
			"/..;/x", "/..;a/x", "/a;../b", "/..%3b/x", "/..%253bx/y", "/.. /x", "/ ../x", "/%20..%20/x",
			"/．．/x", "/%ef%bc%8e./x", "/‥/x", "/a／..／b", "/a＼..＼b"},
		empty:                                 {"//evil.example", "/a//b", "/%2f%2fevil.example", "/a/%2fb", "//"},
		trailing:                              {"/", "/a/", "/a%2f", "/a%252F"},
		semicolon:                             {"/a;", "/;", "/a/;b", "/a;/b", "/a;;b", "/a%3b", "/;a=b"},
		"the path is longer than 2,048 bytes": {longestPath + "a"},
	} {
		for _, path := range paths {
			assert.EqualError(t, apiurl.CheckPath(base, path), want, path)
		}
	}
}

func TestCheckPathAllowsWhatOnlyLooksOdd(t *testing.T) {
	t.Parallel()
	base := parseBase(t, "https://api.example")
	for _, path := range []string{
		"/...", "/..a", "/a..", "/.a", "/a;b=c", "/a;b/c", "/a,b", "/a:80", "/@evil.example", "/:80",
		"/a%3Fb", "/a%23b", "/%25", "/a%25zz", "/ a", "/a%2Fb", "/x/https:", "/~a", "/．．．", "/api", "/v1/x",
	} {
		assert.NoError(t, apiurl.CheckPath(base, path), path)
	}
}

func TestCheckPathRefusesARepeatOfTheBasePath(t *testing.T) {
	t.Parallel()
	long := "/" + strings.Repeat("a", 300)
	for _, c := range []struct{ base, path, want string }{
		{"/api/v1", "/api/v1/integrations/42", `the path repeats the base path /api/v1; give it as "/integrations/42"`},
		{"/api/v1", "/API/V1/pools", `the path repeats the base path /api/v1; give it as "/pools"`},
		{"/api/v1", "/api/v1", "the path repeats the base path /api/v1"},
		{"/api/v1", "/api/v1;a=b/x", "the path repeats the base path /api/v1"},
		{"/api/v1", "/api%2Fv1/x", "the path repeats the base path /api/v1"},
		{"/api/v1", "/%61pi/%2576%31/x", "the path repeats the base path /api/v1"},
		{"/api/v1", "/api/v1" + long[:200], `the path repeats the base path /api/v1; give it as "` + long[:200] + `"`},
		{"/api/v1", "/api/v1" + long[:201], "the path repeats the base path /api/v1"},
		{"/gw/api/v1", "/gw/api/v1/x", `the path repeats the base path /gw/api/v1; give it as "/x"`},
		{"/gw/api/v1", "/api/v1/x", `the path repeats the base path /api/v1; give it as "/x"`},
		{"/gw", "/gw/x", `the path repeats the base path /gw; give it as "/x"`},
		{"/a%2Fb", "/a%2Fb/x", `the path repeats the base path /a%2Fb; give it as "/x"`},
		{"/a%2Fb", "/a/b/x", "the path repeats the base path /a%2Fb"},
		{long, long + "/x", "the path repeats the base path " + long[:197] + `…; give it as "/x"`},
	} {
		assert.EqualError(t, apiurl.CheckPath(parseBase(t, "https://api.example"+c.base), c.path), c.want)
	}
	for _, c := range []struct{ base, path string }{
		{"/api/v1", "/api/v2/x"}, {"/api/v1", "/api/v1x"}, {"/api/v1", "/v1/x"}, {"/api/v1", "/x/api/v1"},
		{"/gw", "/api/v1/x"}, {"/gw/api/v1", "/gw/x"}, {"/ä", "/ö"},
	} {
		assert.NoError(t, apiurl.CheckPath(parseBase(t, "https://api.example"+c.base), c.path), c.path)
	}
}

func TestCheckPathDecodesEveryLevel(t *testing.T) {
	t.Parallel()
	base := parseBase(t, "https://api.example")
	assert.ErrorContains(t, apiurl.CheckPath(base, "/%"+strings.Repeat("25", 1020)+"2e"), "segment")
	assert.NoError(t, apiurl.CheckPath(base, "/"+strings.Repeat("%25", 680)))
}

func BenchmarkCheckPathWithManyLevels(b *testing.B) {
	base := parseBase(b, "https://api.example")
	path := "/%" + strings.Repeat("25", 1020) + "41"
	for b.Loop() {
		if err := apiurl.CheckPath(base, path); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJoin(b *testing.B) {
	base := parseBase(b, "https://api.example")
	b.ReportAllocs()
	for b.Loop() {
		apiurl.Join(base, "/integrations/42")
	}
}
