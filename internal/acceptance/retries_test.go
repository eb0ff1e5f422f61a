package acceptance_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// When a call is repeated after an outcome.
const (
	never  = "never"
	safely = "where a repeat does no harm"
	always = "always"
)

// An outcome is how every attempt of a call ends.
type outcome struct {
	name    string
	answer  fakeapi.Reply
	repeat  string
	unknown bool // whether a write may have been applied
}

var outcomes = append([]outcome{
	{"429 with a wait", fakeapi.Respond(429, refusalBody, "Retry-After: 1"), always, false},
	{
		"429 with a reset",
		fakeapi.Respond(429, refusalBody, "X-RateLimit-Reset: 946684801", "Date: Sat, 01 Jan 2000 00:00:00 GMT"),
		always, false,
	},
	{"bare 429", fakeapi.Respond(429, refusalBody), never, false},
	{"429 with an unreadable wait", fakeapi.Respond(429, refusalBody, "Retry-After: soon"), never, false},
	{
		"final 429: campaigns",
		fakeapi.Respond(429, `{"error": {"code": "MAX_CAMPAIGNS_PER_CLIENT"}}`, "Retry-After: 1"), never,
		false,
	},
	{
		"final 429: records",
		fakeapi.Respond(429, `{"error": "bulk_records_per_job_exceeded"}`, "Retry-After: 1"), never, false,
	},
	{"500", fakeapi.Respond(500, refusalBody), safely, false},
	{"502", fakeapi.Respond(502, refusalBody), safely, true},
	{"503", fakeapi.Respond(503, refusalBody), safely, false},
	{"504", fakeapi.Respond(504, refusalBody), safely, true},
	{"503 with a wait too long", fakeapi.Respond(503, refusalBody, "Retry-After: 61"), never, false},
	{"429 told not to", fakeapi.Respond(429, refusalBody, "Retry-After: 1", "x-should-retry: false"), never, false},
	{"500 told not to", fakeapi.Respond(500, refusalBody, "x-should-retry: false"), never, false},
	{"503 told not to", fakeapi.Respond(503, refusalBody, "x-should-retry: false"), never, false},
	{"refused", fakeapi.Fail(fakeapi.ErrRefused), always, false},
	{"temporary DNS failure", fakeapi.Fail(&net.DNSError{IsTemporary: true}), always, false},
	{"no such host", fakeapi.Fail(&net.DNSError{IsNotFound: true}), never, false},
	{"reset", fakeapi.Fail(fakeapi.ErrReset), safely, true},
	{"cut", fakeapi.Fail(io.EOF), safely, true},
	{"timeout", fakeapi.Hang, safely, true},
	{"unknown failure", fakeapi.Fail(errors.New("opaque")), never, true},
}, slices.Concat(finalStatuses(), proxyStatuses())...)

// finalStatuses are outcomes after which no call is repeated.
func finalStatuses() []outcome {
	statuses := []int{
		300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 409, 410, 413, 422, 423, 425, 451,
		501, 505, 507, 511,
	}
	var final []outcome
	for _, status := range statuses {
		answer := fakeapi.Respond(status, refusalBody, "Location: https://elsewhere.test/x")
		final = append(final, outcome{fmt.Sprint(status), answer, never, false})
	}
	return final
}

func TestOutcomeDecidesWhetherACallIsRepeated(t *testing.T) {
	t.Parallel()
	for method, call := range everyMethod {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, o := range outcomes {
					if method == "Do HEAD" && strings.HasPrefix(o.name, "final") {
						continue // what is final stands in the body
					}
					want := 1
					if o.repeat == always || o.repeat == safely && !slices.Contains(creates, method) {
						want = 3
					}
					api := fakeapi.New(o.answer)
					err := call(t.Context(), newClient(t, api))
					require.Error(t, err, o.name)
					assert.Len(t, api.Requests(), want, o.name)
					attempts, mayHaveApplied := outcomeOf(err)
					assert.Equal(t, want, attempts, o.name)
					assert.Equal(t, o.unknown && !slices.Contains(reads, method), mayHaveApplied, o.name)
				}
			})
		})
	}
}

func TestAttemptsCanBeLimited(t *testing.T) {
	t.Parallel()
	attempts := func(n int) spideriq.Option { return spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: n}) }
	tests := []struct {
		name string
		opts []spideriq.Option
		call []spideriq.RequestOption
		want int
	}{
		{"by default", nil, nil, 3},
		{"for the client", []spideriq.Option{attempts(5)}, nil, 5},
		{"to one for the client", []spideriq.Option{attempts(1)}, nil, 1},
		{"to one for the call", nil, []spideriq.RequestOption{spideriq.WithMaxAttempts(1)}, 1},
		{
			"to more for the call", []spideriq.Option{attempts(1)},
			[]spideriq.RequestOption{spideriq.WithMaxAttempts(4)}, 4,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var info spideriq.ResponseInfo
				api := fakeapi.New(fakeapi.Respond(
					503, `{"error": {"code": "maintenance", "message": "Back soon"}}`, "Retry-After: 3",
				))
				err := update(
					t.Context(), newClient(t, api, tt.opts...),
					append(tt.call, spideriq.WithResponseInfo(&info))...,
				)
				e := requireAs[*spideriq.ServerError](t, err)
				assert.Len(t, api.Requests(), tt.want)
				assert.Equal(t, tt.want, e.Attempts)
				assert.Equal(t, tt.want, info.Attempts)
				assert.Equal(t, "maintenance: Back soon", e.Code+": "+e.Message, "the last answer is not lost")
				assert.Equal(t, 3*time.Second, e.RetryAfter)
				assert.Equal(t, 1, strings.Count(err.Error(), "PATCH"))
			})
		})
	}
}

func TestAttemptsAreEqualWhateverATransportDoesToTheFirst(t *testing.T) {
	t.Parallel()
	replaces := func(req *http.Request) {
		for key, values := range req.Header {
			req.Header[key] = append(values, "another")
		}
		req.Header.Set("Authorization", "Bearer other")
		req.Header.Set("X-Traced", "1")
		req.Header.Del("User-Agent")
		*req.URL = *req.URL.JoinPath("other")
		req.URL.RawQuery, req.Method, req.Host = "changed", "GET", "other.test"
		req.ContentLength, req.Body, req.GetBody = 1, nil, nil
	}
	overwrites := func(req *http.Request) {
		for _, values := range req.Header {
			values[0] = "changed"
		}
	}
	for name, vandal := range map[string]func(*http.Request){"replaces": replaces, "overwrites": overwrites} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, call := range []endpoint{update, list, remove} {
					var again []string // the bodies, as a transport sends them after it has lost a connection
					then := func(status int) fakeapi.Reply {
						return func(req *http.Request) (*http.Response, error) {
							again = append(again, bodyAgain(t, req))
							vandal(req)
							return fakeapi.Respond(status, successBody)(req)
						}
					}
					api := fakeapi.New(then(503), then(503), then(200))
					require.NoError(
						t,
						call(
							t.Context(), newClient(t, api), spideriq.WithHeader("X-Job", "rotation"),
							spideriq.WithQuery(struct{ Full bool }{true}),
						),
					)
					sent := api.Requests()
					require.Len(t, sent, 3)
					assert.Equal(t, []string{"Bearer " + fakeToken}, sent[0].Header["Authorization"])
					for i := range sent {
						assert.Equal(t, sent[0], sent[i])
						assert.Equal(t, sent[0].Body, again[i])
					}
				}
			})
		})
	}
}

func bodyAgain(t *testing.T, req *http.Request) string {
	if req.GetBody == nil {
		return ""
	}
	body, err := req.GetBody()
	require.NoError(t, err)
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	return string(text)
}
