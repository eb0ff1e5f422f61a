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
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

func TestNewClientTakesAnyTokenAsItIs(t *testing.T) {
	t.Parallel()
	for _, token := range []string{fakeToken, "spideriq_pat_0000", "x", "a:b:c", "bearer", "Bearer:a:b", "\t" + fakeToken + "\r\n", `!"#%&'()*+,-./:;<=>?@[\]^_{|}~`} {
		api := replying(answer(200, good))
		client, err := spideriq.NewClient(token, over(api))
		require.NoError(t, err, token)
		require.NoError(t, update(t.Context(), client))
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

		api := replying(answer(200, good))
		source := spideriq.WithTokenSource(func(context.Context) (string, error) { return token, nil })
		client, err := spideriq.NewClient("", over(api), source)
		require.NoError(t, err)
		err = update(t.Context(), client)
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
	api := replying(answer(200, good))
	client, err := spideriq.NewClient("", source, over(api))
	require.NoError(t, err)
	assert.Zero(t, asked)
	ctx := context.WithValue(t.Context(), key{}, "caller's")
	for range 2 {
		require.NoError(t, update(ctx, client))
	}
	err = update(ctx, client)
	assertPlain(t, err)
	assert.ErrorIs(t, err, broken)
	require.Len(t, api.requests(), 2)
	assert.Equal(t, "Bearer token-1", api.requests()[0].Header.Get("Authorization"))
	assert.Equal(t, "Bearer token-2", api.requests()[1].Header.Get("Authorization"))
}

func TestWrongOptionsAreRefused(t *testing.T) {
	t.Parallel()
	source := func(context.Context) (string, error) { return fakeToken, nil }
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
		"typed nil limiter":      spideriq.WithRateLimiter((*limiter)(nil)),
		"nil function to limit":  spideriq.WithRateLimiter(limiter(nil)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := spideriq.NewClient(fakeToken, option)
			assertPlain(t, err)
			assert.Nil(t, client)
			assert.NotContains(t, err.Error(), fakeToken)
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
	api := replying(answer(200, good))
	client := api.client(t, nil, spideriq.WithLogger(nil), spideriq.WithAttemptTimeout(0), spideriq.WithRetryPolicy(spideriq.RetryPolicy{}))
	require.NoError(t, update(t.Context(), client, nil, spideriq.WithResponseInfo(nil), spideriq.WithQuery((*struct{ A int })(nil))))
	assert.Equal(t, spideriq.DefaultBaseURL+"/integrations/42", api.requests()[0].URL)
}

func TestOptionsKeepTheirOrderAndTheirInput(t *testing.T) {
	t.Parallel()
	first, second := replying(answer(200, good)), replying(answer(200, good))
	given := &http.Client{Transport: first}
	option := spideriq.WithHTTPClient(given)
	given.Transport = second // after the option was made
	client, err := spideriq.NewClient(fakeToken, spideriq.WithBaseURL("https://one.example"), option, spideriq.WithUserAgent("one/1"),
		spideriq.WithBaseURL("https://two.example"), spideriq.WithUserAgent("two/2"))
	require.NoError(t, err)
	require.NoError(t, update(t.Context(), client, spideriq.WithHeader("X-Tag", "one"), spideriq.WithHeader("x-tag", "two")))
	assert.Empty(t, second.requests())
	require.Len(t, first.requests(), 1)
	assert.Equal(t, "https://two.example/api/v1/integrations/42", first.requests()[0].URL)
	assert.Equal(t, "two/2 spideriq-go/"+spideriq.Version, first.requests()[0].Header.Get("User-Agent"))
	assert.Equal(t, []string{"two"}, first.requests()[0].Header.Values("X-Tag"))
	assert.Nil(t, given.CheckRedirect)
	assert.Equal(t, &http.Client{Transport: second}, given)
}

// Not parallel: the environment belongs to the process.
func TestNewClientFromEnv(t *testing.T) {
	source := spideriq.WithTokenSource(func(context.Context) (string, error) { return fakeToken, nil })
	for name, c := range map[string]struct {
		token, base string
		option      spideriq.Option
		wantURL     string // "": refused
	}{
		"token only":        {fakeToken, "", nil, spideriq.DefaultBaseURL},
		"origin":            {fakeToken + "\n", "https://api.example/", nil, "https://api.example/api/v1"},
		"origin and prefix": {fakeToken, "https://api.example/v2", nil, "https://api.example/v2"},
		"options win":       {fakeToken, "https://api.example", spideriq.WithBaseURL("https://other.example"), "https://other.example/api/v1"},
		"token source":      {"", "", source, spideriq.DefaultBaseURL},
		"no token":          {"", "", nil, ""},
		"bad base":          {fakeToken, "api.example", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SPIDERIQ_TOKEN", c.token)
			t.Setenv("SPIDERIQ_API_URL", c.base)
			api := replying(answer(200, good))
			client, err := spideriq.NewClientFromEnv(over(api), c.option)
			if c.wantURL == "" {
				assertPlain(t, err)
				assert.ErrorContains(t, err, "SPIDERIQ_")
				assert.Nil(t, client)
				return
			}
			require.NoError(t, err)
			require.NoError(t, update(t.Context(), client))
			sent := api.requests()[0]
			assert.Equal(t, c.wantURL+"/integrations/42", sent.URL)
			assert.Equal(t, "Bearer "+fakeToken, sent.Header.Get("Authorization"))
		})
	}
	t.Run("NewClient does not look at it", func(t *testing.T) {
		t.Setenv("SPIDERIQ_TOKEN", fakeToken)
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
	assertPlain(t, (*spideriq.Client)(nil).Do(t.Context(), "GET", "/integrations", nil, nil))
	for _, s := range []*spideriq.IntegrationsService{nil, {}} {
		for _, call := range endpoints {
			assertPlain(t, call(t.Context(), &spideriq.Client{Integrations: s}))
		}
		for row, err := range s.All(t.Context(), spideriq.ListParams{}) {
			assert.Nil(t, row)
			assertPlain(t, err)
		}
	}
}

// One set of options serves many calls at a time, and what a transport does to a
// request or a caller to an answer reaches no other call.
func TestOptionsAreSharedWithoutARace(t *testing.T) {
	t.Parallel()
	api := replying(func(req *http.Request) (*http.Response, error) {
		assert.Equal(t, []string{"kept"}, req.Header.Values("X-Tag"))
		req.Header["X-Tag"][0] = "changed"
		req.Header.Set("Authorization", "changed")
		return answer(404, no)(req)
	})
	client := api.client(t, spideriq.WithLogger(slog.New(slog.DiscardHandler)))
	opts := []spideriq.RequestOption{spideriq.WithHeader("X-Tag", "kept"), spideriq.WithQuery(struct{ A int }{1}), spideriq.WithMaxAttempts(2)}
	var calls sync.WaitGroup
	for range 16 {
		calls.Go(func() {
			var info spideriq.ResponseInfo
			err := remove(t.Context(), client, append(slices.Clone(opts), spideriq.WithResponseInfo(&info))...)
			info.Header.Set("Content-Type", "changed")
			if e, ok := errors.AsType[*spideriq.APIError](err); assert.True(t, ok) {
				assert.Equal(t, "application/json", e.Header.Get("Content-Type"))
			}
		})
	}
	calls.Wait()
	assert.Len(t, api.requests(), 16)
}

func TestResponseInfosShareNothing(t *testing.T) {
	t.Parallel()
	var one, two spideriq.ResponseInfo
	client := replying(answer(200, good)).client(t)
	require.NoError(t, update(t.Context(), client, spideriq.WithResponseInfo(&one), spideriq.WithResponseInfo(&two)))
	one.Header.Set("Content-Type", "changed")
	one.Body[0] = 'x'
	assert.Equal(t, "application/json", two.Header.Get("Content-Type"))
	assert.Equal(t, good, string(two.Body))
}
