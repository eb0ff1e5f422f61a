package spideriq_test

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

var redirections = []int{300, 301, 302, 303, 304, 307, 308}

// moved answers with a redirect; location "-" leaves the header out.
func moved(status int, location string) string {
	if location == "-" {
		return fmt.Sprintf("HTTP/1.1 %d Moved\r\nContent-Length: 0\r\n\r\n", status)
	}
	return fmt.Sprintf("HTTP/1.1 %d Moved\r\nLocation: %s\r\nSet-Cookie: hop=1; Path=/\r\nContent-Length: 0\r\n\r\n", status, location)
}

// requireMoved checks that err is the redirect itself, and not what came of it.
func requireMoved(t *testing.T, err error, status int, location string) *spideriq.APIError {
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
	target := serveWire(t, wireAlways(wireAnswer(200, wireBody)))
	here, err := url.Parse(target.url)
	require.NoError(t, err)
	elsewhere := "//localhost:" + here.Port() + "/api/v1/integrations/42"

	for name, location := range map[string]string{
		"other port":                  target.url + "/api/v1/integrations/42",
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
				origin := serveWire(t, wireAlways(moved(status, location)))
				client := origin.client(t)
				for method, call := range wireCalls {
					before := len(origin.seen())
					api := requireMoved(t, call(t.Context(), client), status, location)
					assert.Equal(t, 1, api.Attempts, method)
					assert.Len(t, origin.seen(), before+1, "%s came back", method)
				}
			})
		}
	}
	t.Cleanup(func() { assert.Empty(t, target.seen(), "nothing goes to the target") })
}

func TestRedirectFromTLSToPlainIsNotFollowed(t *testing.T) {
	t.Parallel()
	target := serveWire(t, wireAlways(wireAnswer(200, wireBody)))
	for _, status := range redirections {
		origin := serveWireTLS(t, wireAlways(moved(status, target.url)))
		requireMoved(t, wireUpdate(t, origin.client(t)), status, target.url)
		assert.Len(t, origin.seen(), 1)
	}
	assert.Zero(t, target.accepted.Load())
}

func TestCallersCheckRedirectAndJarAreNotAsked(t *testing.T) {
	t.Parallel()
	target := serveWire(t, wireAlways(wireAnswer(200, wireBody)))
	for _, status := range redirections {
		origin := serveWire(t, wireAlways(moved(status, target.url)))
		callers := &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error {
				assert.Fail(t, "CheckRedirect was asked")
				return nil
			},
			Jar: &fullJar{t},
		}
		client := origin.client(t, spideriq.WithHTTPClient(callers))
		requireMoved(t, wireUpdate(t, client), status, target.url)
		requests := origin.seen()
		require.Len(t, requests, 1)
		assert.Empty(t, requests[0].Header.Values("Cookie"))
	}
	assert.Zero(t, target.accepted.Load())
}

// A fullJar has a cookie for everybody and takes none.
type fullJar struct{ t *testing.T }

func (j *fullJar) SetCookies(*url.URL, []*http.Cookie) { assert.Fail(j.t, "a cookie was kept") }

func (j *fullJar) Cookies(*url.URL) []*http.Cookie {
	return []*http.Cookie{{Name: "session", Value: "1"}}
}

func TestRedirectAmongRetriesIsNotFollowed(t *testing.T) {
	t.Parallel()
	target := serveWire(t, wireAlways(wireAnswer(200, wireBody)))
	for _, status := range redirections {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			origin := serveWire(t, func(c *wireConn) {
				for c.next() != nil {
					if len(c.server.seen()) == 1 {
						c.send(wireAnswer(503, ""))
						continue
					}
					c.send(moved(status, target.url))
				}
			})
			api := requireMoved(t, wireUpdate(t, origin.client(t)), status, target.url)
			assert.Equal(t, 2, api.Attempts)
			assert.Len(t, origin.seen(), 2)
		})
	}
	t.Cleanup(func() { assert.Zero(t, target.accepted.Load()) })
}

// proxied is the variable that makes this test binary the program whose proxy
// comes from the environment: net/http reads that once per process.
const proxied = "SPIDERIQ_TEST_PROXIED"

func TestProxyFromTheEnvironment(t *testing.T) {
	if base := os.Getenv(proxied); base != "" {
		client, err := spideriq.NewClient(wireToken, spideriq.WithBaseURL(base), spideriq.WithInsecureHTTP())
		require.NoError(t, err)
		err = wireUpdate(t, client, spideriq.WithMaxAttempts(1))
		if strings.HasPrefix(base, "https:") {
			require.IsType(t, (*spideriq.TransportError)(nil), err, "the proxy refuses CONNECT")
			assert.NotContains(t, err.Error(), "spideriq.invalid")
			return
		}
		require.NoError(t, err)
		return
	}
	t.Parallel()
	for base, want := range map[string]string{
		"http://spideriq.invalid":  "PATCH http://spideriq.invalid/api/v1/integrations/42",
		"https://spideriq.invalid": "CONNECT spideriq.invalid:443",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			proxy := serveWire(t, func(c *wireConn) {
				for r := c.next(); r != nil; r = c.next() {
					if r.Method == http.MethodConnect {
						c.send(wireAnswer(403, ""))
						return
					}
					c.send(wireAnswer(200, wireBody))
				}
			})
			program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyFromTheEnvironment$")
			program.Env = append(os.Environ(), proxied+"="+base, "HTTP_PROXY="+proxy.url, "HTTPS_PROXY="+proxy.url, "NO_PROXY=", "no_proxy=")
			output, err := program.CombinedOutput()
			require.NoError(t, err, string(output))

			requests := proxy.seen()
			require.Len(t, requests, 1)
			assert.Equal(t, want, requests[0].Method+" "+requests[0].RequestURI)
			assert.Equal(t, strings.HasPrefix(want, "PATCH"), requests[0].Header.Get("Authorization") != "", "a proxy that passes TLS on learns no token")
		})
	}
}

func TestCallersProxyAndTLSSettingsStayInUse(t *testing.T) {
	t.Parallel()
	proxy := serveWireTLS(t, wireAlways(wireAnswer(200, wireBody)))
	transport := proxy.transport(t) // trusts the proxy's certificate, which nothing else does
	through, err := url.Parse(proxy.url)
	require.NoError(t, err)
	transport.Proxy = http.ProxyURL(through)
	client, err := spideriq.NewClient(wireToken, spideriq.WithBaseURL("http://spideriq.invalid"), spideriq.WithInsecureHTTP(),
		spideriq.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	require.NoError(t, wireUpdate(t, client))
	require.Len(t, proxy.seen(), 1)
	assert.Equal(t, "http://spideriq.invalid/api/v1/integrations/42", proxy.seen()[0].RequestURI)
}

func TestNoTrustedConnectionNoRequest(t *testing.T) {
	t.Parallel()
	trusted := serveWireTLS(t, wireAlways(wireAnswer(200, wireBody)))
	plain := serveWire(t, func(c *wireConn) {
		_, _ = c.in.ReadByte()
		c.send(wireAnswer(400, "this is not HTTPS"))
	})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(trusted.url, "https://"))
	require.NoError(t, err)
	for _, tt := range []struct {
		name   string
		base   string
		client *http.Client
		server *wireServer
	}{
		{"unknown certificate", trusted.url, new(http.Client), trusted},
		{"certificate for another host", "https://localhost:" + port, &http.Client{Transport: trusted.transport(t)}, trusted},
		{"plain server", strings.Replace(plain.url, "http:", "https:", 1), new(http.Client), plain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.server.accepted.Load()
			client, err := spideriq.NewClient(wireToken, spideriq.WithBaseURL(tt.base), spideriq.WithHTTPClient(tt.client))
			require.NoError(t, err)
			err = wireUpdate(t, client)

			require.IsType(t, (*spideriq.TransportError)(nil), err)
			broken := err.(*spideriq.TransportError)
			assert.Equal(t, 1, broken.Attempts)
			assert.False(t, broken.MayHaveApplied)
			assert.Equal(t, before+1, tt.server.accepted.Load())
			for _, place := range []string{"127.0.0.1", "localhost", port} {
				assert.NotContains(t, err.Error(), place)
			}
		})
	}
	assert.Empty(t, trusted.seen())
}
