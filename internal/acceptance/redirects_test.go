package acceptance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

var redirections = []int{300, 301, 302, 303, 304, 307, 308}

// moved answers with a redirect; location "-" leaves the header out.
func redirectTo(status int, location string) string {
	if location == "-" {
		return wireserver.Answer(status, "")
	}
	return wireserver.Answer(status, "", "Location: "+location, "Set-Cookie: hop=1; Path=/")
}

// requireMoved checks that err is the redirect itself, and not what came of it.
func requireRedirect(t *testing.T, err error, status int, location string) *spideriq.APIError {
	t.Helper()
	require.IsType(t, (*spideriq.APIError)(nil), err)
	api := err.(*spideriq.APIError)
	assert.Equal(t, status, api.StatusCode)
	assert.Equal(t, strings.TrimSuffix(location, "-"), api.Header.Get("Location"))
	assert.False(t, api.MayHaveApplied)
	return api
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	target := wireserver.Start(t, wireserver.Always(wireserver.Answer(200, successBody)))
	here, err := url.Parse(target.URL)
	require.NoError(t, err)
	elsewhere := "//localhost:" + here.Port() + "/api/v1/integrations/42"

	for name, location := range map[string]string{
		"other port":                  target.URL + "/api/v1/integrations/42",
		"other host":                  "http:" + elsewhere,
		"other scheme":                "https:" + elsewhere,
		"other host, scheme left out": elsewhere,
		"same host":                   "/api/v1/integrations/7",
		"relative":                    "7",
		"query only":                  "?page=2",
		"missing":                     "-",
		"empty":                       "",
		"not a URL":                   "http://[::1",
		"bad escape":                  "/%zz",
		"no scheme that HTTP has":     "gopher://localhost/",
	} {
		for _, status := range redirections {
			t.Run(fmt.Sprint(status, " ", name), func(t *testing.T) {
				t.Parallel()
				origin := wireserver.Start(t, wireserver.Always(redirectTo(status, location)))
				client := wireClient(t, origin)
				for method, call := range endpoints {
					before := len(origin.Requests())
					api := requireRedirect(t, call(t.Context(), client), status, location)
					assert.Equal(t, 1, api.Attempts, method)
					assert.Len(t, origin.Requests(), before+1, "%s came back", method)
				}
			})
		}
	}
	t.Cleanup(func() { assert.Empty(t, target.Requests(), "nothing goes to the target") })
}

func TestRedirectFromTLSToPlainIsNotFollowed(t *testing.T) {
	t.Parallel()
	target := wireserver.Start(t, wireserver.Always(wireserver.Answer(200, successBody)))
	for _, status := range redirections {
		origin := wireserver.StartTLS(t, wireserver.Always(redirectTo(status, target.URL)))
		requireRedirect(t, update(t.Context(), wireClient(t, origin)), status, target.URL)
		assert.Len(t, origin.Requests(), 1)
	}
	assert.Zero(t, target.Accepted())
}

func TestCallersCheckRedirectAndJarAreNotAsked(t *testing.T) {
	t.Parallel()
	target := wireserver.Start(t, wireserver.Always(wireserver.Answer(200, successBody)))
	for _, status := range redirections {
		origin := wireserver.Start(t, wireserver.Always(redirectTo(status, target.URL)))
		callers := &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error {
				assert.Fail(t, "CheckRedirect was asked")
				return nil
			},
			Jar: &fullJar{t},
		}
		client := wireClient(t, origin, spideriq.WithHTTPClient(callers))
		requireRedirect(t, update(t.Context(), client), status, target.URL)
		requests := origin.Requests()
		require.Len(t, requests, 1)
		assert.Empty(t, requests[0].Header.Values("Cookie"))
	}
	assert.Zero(t, target.Accepted())
}

// A fullJar has a cookie for everybody and takes none.
type fullJar struct{ t *testing.T }

func (j *fullJar) SetCookies(*url.URL, []*http.Cookie) { assert.Fail(j.t, "a cookie was kept") }

func (j *fullJar) Cookies(*url.URL) []*http.Cookie {
	return []*http.Cookie{{Name: "session", Value: "1"}}
}

func TestRedirectAmongRetriesIsNotFollowed(t *testing.T) {
	t.Parallel()
	target := wireserver.Start(t, wireserver.Always(wireserver.Answer(200, successBody)))
	for _, status := range redirections {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			origin := wireserver.Start(t, wireserver.Always(wireserver.Answer(503, ""), redirectTo(status, target.URL)))
			api := requireRedirect(t, update(t.Context(), wireClient(t, origin)), status, target.URL)
			assert.Equal(t, 2, api.Attempts)
			assert.Len(t, origin.Requests(), 2)
		})
	}
	t.Cleanup(func() { assert.Zero(t, target.Accepted()) })
}

func TestOnlyA3xxWithALocationIsARedirect(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]fakeapi.Reply{
		"no Location":      fakeapi.Respond(304, ""),
		"another status":   fakeapi.Respond(400, "", "Location: https://login.example/"),
		"neither":          fakeapi.Respond(400, ""),
		"a server's error": fakeapi.Respond(501, "", "Location: https://login.example/"),
	} {
		err := update(t.Context(), newClient(t, fakeapi.New(answer)))
		assert.NotContains(t, err.Error(), "redirects", name)
	}
}
