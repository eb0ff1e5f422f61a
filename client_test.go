package spideriq_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// assertPlain says that err is none of the types that tell of a request.
func assertPlain(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	assert.False(t, asType[*spideriq.APIError](err) || asType[*spideriq.TransportError](err) || asType[*spideriq.InvalidResponseError](err), "%T %v", err, err)
}

func asType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestNewClientTakesAnyTokenAsItIs(t *testing.T) {
	t.Parallel()
	for _, token := range []string{stubToken, "spideriq_pat_0000", "x", "a:b:c", "bearer", "Bearer:a:b", "\t" + stubToken + "\r\n", `!"#%&'()*+,-./:;<=>?@[\]^_{|}~`} {
		api := answering(answer(200, updated))
		client, err := spideriq.NewClient(token, spideriq.WithHTTPClient(&http.Client{Transport: api}))
		require.NoError(t, err, token)
		_, err = client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
		require.NoError(t, err)
		assert.Equal(t, "Bearer "+strings.TrimSpace(token), api.requests()[0].Header.Get("Authorization"))
	}
}

// A wrong token is refused in the same way where a source returns it.
func TestWrongTokenIsRefusedAndNotQuoted(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", " \n", "pas te", "pas\nte", "pas\x00te", "pas\x7fte", "pas\u00a0te", "pasté", "Bearer paste", "bearer\tpaste", "BEARER  paste", " Bearer paste"} {
		_, err := spideriq.NewClient(token)
		assertPlain(t, err)
		assert.ErrorContains(t, err, "token")
		assert.NotContains(t, err.Error(), "pas")
		assert.Equal(t, strings.Contains(strings.ToLower(token), "bearer"), strings.Contains(err.Error(), `"Bearer "`), err)

		api := answering(answer(200, updated))
		source := spideriq.WithTokenSource(func(context.Context) (string, error) { return token, nil })
		client, err := spideriq.NewClient("", spideriq.WithHTTPClient(&http.Client{Transport: api}), source)
		require.NoError(t, err)
		_, err = client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
		assertPlain(t, err)
		assert.NotContains(t, err.Error(), "pas")
		assert.Empty(t, api.requests())
	}
}

func TestTokenSourceIsAskedOncePerCall(t *testing.T) {
	t.Parallel()
	type key struct{}
	asked, broken := 0, errors.New("vault is sealed")
	source := spideriq.WithTokenSource(func(ctx context.Context) (string, error) {
		assert.Equal(t, "caller's", ctx.Value(key{}))
		if asked++; asked == 3 {
			return "", broken
		}
		return "token-" + string(rune('0'+asked)), nil
	})
	api := answering(answer(200, updated))
	client, err := spideriq.NewClient("", source, spideriq.WithHTTPClient(&http.Client{Transport: api}))
	require.NoError(t, err)
	assert.Zero(t, asked)
	ctx := context.WithValue(t.Context(), key{}, "caller's")
	for range 2 {
		_, err = client.Integrations.Update(ctx, 42, spideriq.UpdateParams{})
		require.NoError(t, err)
	}
	_, err = client.Integrations.Update(ctx, 42, spideriq.UpdateParams{})
	assertPlain(t, err)
	assert.ErrorIs(t, err, broken)
	require.Len(t, api.requests(), 2)
	assert.Equal(t, "Bearer token-1", api.requests()[0].Header.Get("Authorization"))
	assert.Equal(t, "Bearer token-2", api.requests()[1].Header.Get("Authorization"))
}

type limiterFunc func(context.Context) error

func (f *limiterFunc) Wait(ctx context.Context) error { return (*f)(ctx) }

func TestWrongOptionsAreRefused(t *testing.T) {
	t.Parallel()
	source := func(context.Context) (string, error) { return stubToken, nil }
	for name, option := range map[string]spideriq.Option{
		"nil http.Client":        spideriq.WithHTTPClient(nil),
		"negative Timeout":       spideriq.WithHTTPClient(&http.Client{Timeout: -1}),
		"nil source":             spideriq.WithTokenSource(nil),
		"token beside source":    spideriq.WithTokenSource(source),
		"empty product":          spideriq.WithUserAgent(" "),
		"product of two lines":   spideriq.WithUserAgent("a\r\nX-Evil: 1"),
		"negative timeout":       spideriq.WithAttemptTimeout(-time.Second),
		"negative attempts":      spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: -1}),
		"negative BaseDelay":     spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: -1}),
		"negative MaxDelay":      spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxDelay: -1}),
		"negative MaxRetryAfter": spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxRetryAfter: -1}),
		"base above max":         spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Minute}),
		"nil limiter":            spideriq.WithRateLimiter(nil),
		"typed nil limiter":      spideriq.WithRateLimiter((*limiterFunc)(nil)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := spideriq.NewClient(stubToken, option)
			assertPlain(t, err)
			assert.Nil(t, client)
			assert.NotContains(t, err.Error(), stubToken)
		})
	}
}

func TestAllMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	_, err := spideriq.NewClient("", spideriq.WithBaseURL("ftp://x"), spideriq.WithHTTPClient(nil), spideriq.WithAttemptTimeout(-1))
	for _, part := range []string{"token", "base URL", "WithHTTPClient", "WithAttemptTimeout"} {
		assert.ErrorContains(t, err, part)
	}
}

func TestNilAndZeroOptionsAreIgnored(t *testing.T) {
	t.Parallel()
	api := answering(answer(200, updated))
	client := api.client(t, nil, spideriq.WithLogger(nil), spideriq.WithAttemptTimeout(0), spideriq.WithRetryPolicy(spideriq.RetryPolicy{}))
	_, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{}, nil, spideriq.WithResponseInfo(nil), spideriq.WithQuery((*struct{ A int })(nil)))
	require.NoError(t, err)
	assert.Equal(t, spideriq.DefaultBaseURL+"/integrations/42", api.requests()[0].URL)
}

func TestOptionsKeepTheirOrderAndTheirInput(t *testing.T) {
	t.Parallel()
	first, second := answering(answer(200, updated)), answering(answer(200, updated))
	given := &http.Client{Transport: first}
	option := spideriq.WithHTTPClient(given)
	given.Transport = second // after the option was made
	client, err := spideriq.NewClient(stubToken, spideriq.WithBaseURL("https://one.example"), option, spideriq.WithUserAgent("one/1"),
		spideriq.WithBaseURL("https://two.example"), spideriq.WithUserAgent("two/2"))
	require.NoError(t, err)
	_, err = client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{},
		spideriq.WithHeader("X-Tag", "one"), spideriq.WithHeader("x-tag", "two"))
	require.NoError(t, err)
	assert.Empty(t, second.requests())
	require.Len(t, first.requests(), 1)
	assert.Equal(t, "https://two.example/api/v1/integrations/42", first.requests()[0].URL)
	assert.Equal(t, "two/2 spideriq-go/"+spideriq.Version, first.requests()[0].Header.Get("User-Agent"))
	assert.Equal(t, []string{"two"}, first.requests()[0].Header.Values("X-Tag"))
	assert.Nil(t, given.CheckRedirect)
	assert.Equal(t, &http.Client{Transport: second}, given)
}

func TestUserAgentNamesTheLibraryOnce(t *testing.T) {
	t.Parallel()
	api := answering(answer(200, updated))
	_, err := api.client(t).Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
	require.NoError(t, err)
	assert.Equal(t, []string{"spideriq-go/" + spideriq.Version}, api.requests()[0].Header.Values("User-Agent"))
}

// Not parallel: the environment belongs to the process.
func TestNewClientFromEnv(t *testing.T) {
	api := answering(answer(200, updated))
	through := spideriq.WithHTTPClient(&http.Client{Transport: api})
	for name, c := range map[string]struct{ token, base, wantURL string }{
		"token only":        {stubToken, "", spideriq.DefaultBaseURL},
		"origin":            {stubToken + "\n", "https://api.example/", "https://api.example/api/v1"},
		"origin and prefix": {stubToken, "https://api.example/v2", "https://api.example/v2"},
		"no token":          {"", "", ""},
		"bad base":          {stubToken, "api.example", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SPIDERIQ_TOKEN", c.token)
			t.Setenv("SPIDERIQ_API_URL", c.base)
			client, err := spideriq.NewClientFromEnv(through)
			if c.wantURL == "" {
				assertPlain(t, err)
				assert.ErrorContains(t, err, "SPIDERIQ_")
				assert.Nil(t, client)
				return
			}
			require.NoError(t, err)
			require.NoError(t, client.Integrations.Delete(t.Context(), 42))
			sent := api.requests()[len(api.requests())-1]
			assert.Equal(t, c.wantURL+"/integrations/42", sent.URL)
			assert.Equal(t, "Bearer "+stubToken, sent.Header.Get("Authorization"))
		})
	}
	t.Run("options win", func(t *testing.T) {
		t.Setenv("SPIDERIQ_TOKEN", stubToken)
		t.Setenv("SPIDERIQ_API_URL", "https://api.example")
		client, err := spideriq.NewClientFromEnv(spideriq.WithBaseURL("https://other.example"))
		require.NoError(t, err)
		assert.Contains(t, client.String(), "other.example")
	})
	t.Run("token source instead of a token", func(t *testing.T) {
		t.Setenv("SPIDERIQ_TOKEN", "")
		_, err := spideriq.NewClientFromEnv(spideriq.WithTokenSource(func(context.Context) (string, error) { return "x", nil }))
		assert.NoError(t, err)
	})
	t.Run("NewClient does not look at it", func(t *testing.T) {
		t.Setenv("SPIDERIQ_TOKEN", stubToken)
		t.Setenv("SPIDERIQ_API_URL", "https://api.example")
		_, err := spideriq.NewClient("")
		assert.Error(t, err)
		client, err := spideriq.NewClient("x")
		require.NoError(t, err)
		assert.NotContains(t, client.String(), "api.example")
	})
}

func TestClientsThatWereNotMadeAnswerWithAnError(t *testing.T) {
	t.Parallel()
	ctx, zero := t.Context(), new(spideriq.Client)
	for _, client := range []*spideriq.Client{nil, zero} {
		assertPlain(t, client.Do(ctx, "GET", "/integrations", nil, nil))
	}
	for _, s := range []*spideriq.IntegrationsService{nil, zero.Integrations, new(spideriq.IntegrationsService)} {
		_, err := s.Update(ctx, 42, spideriq.UpdateParams{})
		assertPlain(t, err)
		_, err = s.List(ctx, spideriq.ListParams{})
		assertPlain(t, err)
		_, err = s.Create(ctx, spideriq.CreateParams{ProviderName: "groq", Credentials: spideriq.Credentials{"api_key": "x"}})
		assertPlain(t, err)
		assertPlain(t, s.Delete(ctx, 42))
		_, err = s.Health(ctx)
		assertPlain(t, err)
		_, err = s.SyncBilling(ctx, spideriq.SyncBillingParams{})
		assertPlain(t, err)
		for row, err := range s.All(ctx, spideriq.ListParams{}) {
			assert.Nil(t, row)
			assertPlain(t, err)
		}
	}
}

// One set of options serves many calls at a time, and what a transport does to a
// request or a caller to an answer reaches no other call.
func TestOptionsAreSharedWithoutARace(t *testing.T) {
	t.Parallel()
	api := answering(func(req *http.Request) (*http.Response, error) {
		assert.Equal(t, []string{"kept"}, req.Header.Values("X-Tag"))
		req.Header["X-Tag"][0] = "changed"
		req.Header.Set("Authorization", "changed")
		return answer(404, `{"error": "Integration not found"}`)(req)
	})
	client := api.client(t, spideriq.WithLogger(slog.New(slog.DiscardHandler)))
	opts := []spideriq.RequestOption{spideriq.WithHeader("X-Tag", "kept"), spideriq.WithQuery(struct{ A int }{1}), spideriq.WithMaxAttempts(2)}
	var calls sync.WaitGroup
	for range 16 {
		calls.Go(func() {
			var info spideriq.ResponseInfo
			err := client.Integrations.Delete(t.Context(), 42, append(slices.Clone(opts), spideriq.WithResponseInfo(&info))...)
			info.Header.Set("Content-Type", "changed")
			if e, ok := errors.AsType[*spideriq.APIError](err); assert.True(t, ok) {
				assert.Equal(t, "application/json", e.Header.Get("Content-Type"))
			}
		})
	}
	calls.Wait()
	assert.Len(t, api.requests(), 16)
}

func TestAttemptsAreEqualWhateverTheTransportDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := answering(func(req *http.Request) (*http.Response, error) {
			for _, values := range req.Header {
				values[0] = "changed"
			}
			req.URL.Path, req.URL.RawQuery, req.Method, req.Body = "/changed", "changed", "GET", nil
			return answer(503, "{}")(req)
		})
		_, err := api.client(t, spideriq.WithRetryPolicy(spideriq.RetryPolicy{})).Integrations.Update(t.Context(), 42,
			spideriq.UpdateParams{DailyLimit: new(5)}, spideriq.WithHeader("X-Tag", "kept"), spideriq.WithQuery(struct{ A int }{1}))
		require.Error(t, err)
		sent := api.requests()
		require.Len(t, sent, 3)
		assert.Equal(t, sent[0], sent[1])
		assert.Equal(t, sent[0], sent[2])
	})
}

func TestResponseInfosShareNothing(t *testing.T) {
	t.Parallel()
	var one, two spideriq.ResponseInfo
	err := answering(answer(200, updated)).client(t).Integrations.Delete(t.Context(), 42, spideriq.WithResponseInfo(&one), spideriq.WithResponseInfo(&two))
	require.NoError(t, err)
	one.Header.Set("Content-Type", "changed")
	one.Body[0] = 'x'
	assert.Equal(t, "application/json", two.Header.Get("Content-Type"))
	assert.Equal(t, updated, string(two.Body))
}

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
		api := answering(answer(200, updated))
		require.NoError(t, api.client(t, spideriq.WithBaseURL(raw)).Integrations.Delete(t.Context(), 42), raw)
		assert.Equal(t, want+"/integrations/42", api.requests()[0].URL, raw)
	}
}

func TestWrongBaseURLIsRefusedAndNotQuoted(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", "hunter2", "hunter2.example", "//hunter2.example", "/hunter2", "ftp://hunter2", "file:///hunter2", "https:hunter2", "https://", "https:///hunter2", "https://:8443",
		"https://hunter2:", "https://hunter2:0", "https://hunter2:65536", "https://hunter2:x", "https://user:hunter2@api.example", "https://hunter2@api.example", "https://api.example?hunter2",
		"https://api.example?", "https://api.example/#hunter2", "https://api.example/#", "https://api.example/%zz-hunter2", "https://api.example/\x00hunter2",
		"https://api.example/a/../hunter2", "https://api.example/%2e%2e/hunter2", "https://api.example/a//hunter2", "https://[::1/hunter2",
		"http://hunter2.example", "http://10.0.0.1", "http://localhost.hunter2.example", "http://127.0.0.1.hunter2.example",
	} {
		_, err := spideriq.NewClient(stubToken, spideriq.WithBaseURL(raw))
		assertPlain(t, err)
		assert.ErrorContains(t, err, "base URL", raw)
		assert.NotContains(t, err.Error(), "hunter2", raw)
	}
}

func TestInsecureHTTPMustBeAskedFor(t *testing.T) {
	t.Parallel()
	api := answering(answer(200, updated))
	client := api.client(t, spideriq.WithInsecureHTTP(), spideriq.WithBaseURL("http://api.example"))
	require.NoError(t, client.Integrations.Delete(t.Context(), 42))
	assert.Equal(t, "http://api.example/api/v1/integrations/42", api.requests()[0].URL)
}

func TestDoSendsThePathEscapedOnce(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/integrations/42":     "/integrations/42",
		"/a%20b":               "/a%20b",
		"/a b":                 "/a%20b",
		"/a%2Fb":               "/a%2Fb",
		"/%25":                 "/%25",
		"/käse":                "/k%C3%A4se",
		"/a:b@c;d=e,f+g":       "/a:b@c;d=e,f+g",
		"/...":                 "/...",
		"/.well-known/a..b/c.": "/.well-known/a..b/c.",
	} {
		api := answering(answer(200, `{}`))
		require.NoError(t, api.client(t).Do(t.Context(), "GET", path, nil, nil), path)
		assert.Equal(t, spideriq.DefaultBaseURL+want, api.requests()[0].URL, path)
	}
}

func TestDoKeepsEscapesBesideWhatItEscapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, path, want string }{
		{"https://api.example/v1", "/a%2Fb c", "https://api.example/v1/a%2Fb%20c"},
		{"https://api.example/gate%2Fway", "/a b", "https://api.example/gate%2Fway/a%20b"},
	} {
		api := answering(answer(200, `{}`))
		if err := api.client(t, spideriq.WithBaseURL(c.base)).Do(t.Context(), "GET", c.path, nil, nil); err == nil {
			assert.Equal(t, c.want, api.requests()[0].URL)
		}
	}
}

func TestDoRefusesAPathThatCouldLeaveTheBase(t *testing.T) {
	t.Parallel()
	api := answering(answer(200, `{}`))
	client := api.client(t)
	for _, path := range []string{
		"", "/", "integrations", "https://evil.example/x", "//evil.example/x", "/a//b", "/a/", `/a\\b`, `/\evil.example`, `/a/..\b`,
		"/..", "/../admin", "/a/..", "/a/./b", "/%2e%2e/admin", "/%2E%2e/admin", "/.%2e/admin", "/a%2f..%2fb", "/..%2fadmin", "/%252e%252e/admin", "/%25252e%25252e/admin",
		"/%2f%2fevil.example", "/..;/x", "/a/;b", "/..%3b/x", "/%c0%ae%c0%ae/x", "/a%5c..%5cb", "/a%00b", "/a\nb", "/a%0d%0ab", "/a?b=c", "/a?", "/a#b", "/a#", "/%", "/%zz", "/" + strings.Repeat("a", 4096),
	} {
		err := client.Do(t.Context(), "GET", path, nil, nil)
		assertPlain(t, err)
		assert.Less(t, len(err.Error()), 512)
		assert.NotContains(t, err.Error(), "\n")
	}
	assert.Empty(t, api.requests())
}

func TestRefusedPathIsNotQuotedWithItsQueryOrHost(t *testing.T) {
	t.Parallel()
	client := answering(answer(200, `{}`)).client(t)
	for _, path := range []string{"/a?api_key=hunter2", "https://user:hunter2@evil.example/x", "/a#hunter2"} {
		err := client.Do(t.Context(), "GET", path, nil, nil)
		assertPlain(t, err)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}
