package acceptance_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

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
		"base above max": spideriq.WithRetryPolicy(spideriq.RetryPolicy{
			BaseDelay: time.Minute,
			MaxDelay:  time.Second,
		}),
		"nil limiter":           spideriq.WithRateLimiter(nil),
		"typed nil limiter":     spideriq.WithRateLimiter((*limiterFunc)(nil)),
		"nil function to limit": spideriq.WithRateLimiter(limiterFunc(nil)),
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
	_, err := spideriq.NewClient(
		"", spideriq.WithBaseURL("ftp://x"), spideriq.WithHTTPClient(nil), spideriq.WithAttemptTimeout(-1),
	)
	for _, part := range []string{"token", "base URL", "WithHTTPClient", "WithAttemptTimeout"} {
		assert.ErrorContains(t, err, part)
	}
}

func TestNilAndZeroOptionsAreIgnored(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(
		t, api, nil, spideriq.WithLogger(nil), spideriq.WithAttemptTimeout(0),
		spideriq.WithRetryPolicy(spideriq.RetryPolicy{}),
	)
	require.NoError(t, update(
		t.Context(), client, nil, spideriq.WithResponseInfo(nil), spideriq.WithQuery((*struct{ A int })(nil)),
		spideriq.WithHeader("X-Team", "billing"),
	))
	assert.Equal(t, spideriq.DefaultBaseURL+"/integrations/42", api.Requests()[0].URL)
	assert.Equal(t, "billing", api.Requests()[0].Header.Get("X-Team"), "the options behind them are not")
}

func TestOptionsKeepTheirOrderAndTheirInput(t *testing.T) {
	t.Parallel()
	first, second := fakeapi.New(fakeapi.Respond(200, successBody)), fakeapi.New(fakeapi.Respond(200, successBody))
	given := &http.Client{Transport: first}
	option := spideriq.WithHTTPClient(given)
	given.Transport = second // after the option was made
	client, err := spideriq.NewClient(fakeToken, spideriq.WithBaseURL("https://one.example"), option,
		spideriq.WithUserAgent("one/1"),
		spideriq.WithBaseURL("https://two.example"), spideriq.WithUserAgent("two/2"))
	require.NoError(t, err)
	require.NoError(
		t, update(t.Context(), client, spideriq.WithHeader("X-Tag", "one"), spideriq.WithHeader("x-tag", "two")),
	)
	assert.Empty(t, second.Requests())
	require.Len(t, first.Requests(), 1)
	assert.Equal(t, "https://two.example/api/v1/integrations/42", first.Requests()[0].URL)
	assert.Equal(t, "two/2 spideriq-go/"+spideriq.Version, first.Requests()[0].Header.Get("User-Agent"))
	assert.Equal(t, []string{"two"}, first.Requests()[0].Header.Values("X-Tag"))
	assert.Nil(t, given.CheckRedirect)
	assert.Equal(t, &http.Client{Transport: second}, given)
}

// One set of options serves many calls at a time, and what a transport does to a
// request or a caller to an answer reaches no other call.
func TestOptionsAreSharedWithoutARace(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(func(req *http.Request) (*http.Response, error) {
		assert.Equal(t, []string{"kept"}, req.Header.Values("X-Tag"))
		req.Header["X-Tag"][0] = "changed"
		req.Header.Set("Authorization", "changed")
		return fakeapi.Respond(404, refusalBody)(req)
	})
	client := newClient(t, api, spideriq.WithLogger(slog.New(slog.DiscardHandler)))
	opts := []spideriq.RequestOption{
		spideriq.WithHeader("X-Tag", "kept"), spideriq.WithQuery(struct{ A int }{1}),
		spideriq.WithMaxAttempts(2),
	}
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
	assert.Len(t, api.Requests(), 16)
}

// An option holds what it was given when it was made, and serves many calls at a time.
func TestOptionsAreNotChangedByCalls(t *testing.T) {
	t.Parallel()
	type query struct {
		Tags []string `url:"tag"`
	}
	params := &query{[]string{"a&b=c", "d"}}
	opts := []spideriq.RequestOption{spideriq.WithQuery(params), spideriq.WithQuery(struct {
		Page int `url:"page"`
	}{2}), spideriq.WithHeader("X-A", "b c\td")}
	params.Tags[0] = "late"
	setUp := []spideriq.Option{spideriq.WithBaseURL("https://api.example/v1"), spideriq.WithUserAgent("tool/1")}
	var all sync.WaitGroup
	for range 2 {
		api := fakeapi.New(func(req *http.Request) (*http.Response, error) {
			req.URL.Path, req.URL.RawQuery = "/elsewhere", ""
			for _, values := range req.Header {
				values[0] = "changed"
			}
			return fakeapi.Respond(200, successBody)(req)
		})
		client := newClient(t, api, setUp...)
		for range 4 {
			all.Go(func() { assert.NoError(t, update(t.Context(), client, opts...)) })
		}
		t.Cleanup(func() {
			assert.Len(t, api.Requests(), 4)
			for _, sent := range api.Requests() {
				assert.Equal(t, "https://api.example/v1/integrations/42?page=2&tag=a%26b%3Dc&tag=d", sent.URL)
				assert.Equal(t, "tool/1 spideriq-go/"+spideriq.Version, sent.Header.Get("User-Agent"))
				assert.Equal(t, "b c\td", sent.Header.Get("X-A"))
			}
		})
	}
	all.Wait()
}
