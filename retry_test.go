package spideriq_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// everyMethod is every endpoint, and Do with every method that it takes.
var everyMethod = func() map[string]endpoint {
	all := maps.Clone(endpoints)
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST"} {
		all["Do "+method] = func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
			return c.Do(ctx, method, "/integrations/42", nil, nil, opts...)
		}
	}
	return all
}()

var (
	reads   = []string{"List", "Health", "Do GET", "Do HEAD", "Do OPTIONS"}
	creates = []string{"Create", "Do POST"} // a repeat of these may do harm
)

func TestOutcomeDecidesWhetherACallIsRepeated(t *testing.T) {
	t.Parallel()
	const never, safely, always = "never", "where a repeat does no harm", "always"
	type outcome struct {
		name    string
		answer  reply
		repeat  string
		unknown bool
	}
	outcomes := []outcome{
		{"429 with a wait", answer(429, no, "Retry-After: 1"), always, false},
		{"429 with a reset", answer(429, no, "X-RateLimit-Reset: 946684801", "Date: Sat, 01 Jan 2000 00:00:00 GMT"), always, false},
		{"bare 429", answer(429, no), never, false},
		{"429 with an unreadable wait", answer(429, no, "Retry-After: soon"), never, false},
		{"final 429: campaigns", answer(429, `{"error": {"code": "MAX_CAMPAIGNS_PER_CLIENT"}}`, "Retry-After: 1"), never, false},
		{"final 429: records", answer(429, `{"error": "bulk_records_per_job_exceeded"}`, "Retry-After: 1"), never, false},
		{"500", answer(500, no), safely, false},
		{"502", answer(502, no), safely, true},
		{"503", answer(503, no), safely, false},
		{"504", answer(504, no), safely, true},
		{"503 with a wait too long", answer(503, no, "Retry-After: 61"), never, false},
		{"429 told not to", answer(429, no, "Retry-After: 1", "x-should-retry: false"), never, false},
		{"500 told not to", answer(500, no, "x-should-retry: false"), never, false},
		{"503 told not to", answer(503, no, "x-should-retry: false"), never, false},
		{"refused", failing(errRefused), always, false},
		{"temporary DNS failure", failing(&net.DNSError{IsTemporary: true}), always, false},
		{"no such host", failing(&net.DNSError{IsNotFound: true}), never, false},
		{"reset", failing(errReset), safely, true},
		{"cut", failing(io.EOF), safely, true},
		{"timeout", hanging, safely, true},
		{"unknown failure", failing(errors.New("opaque")), never, true},
	}
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 422, 423, 425, 451,
		501, 505, 507, 511, 520, 522, 524, 529, 599} {
		outcomes = append(outcomes, outcome{fmt.Sprint(status), answer(status, no, "Location: https://elsewhere.test/x"), never, false})
	}
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
					api := replying(o.answer)
					err := call(t.Context(), api.client(t))
					require.Error(t, err, o.name)
					assert.Len(t, api.requests(), want, o.name)
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
		{"to more for the call", []spideriq.Option{attempts(1)}, []spideriq.RequestOption{spideriq.WithMaxAttempts(4)}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var info spideriq.ResponseInfo
				api := replying(answer(503, `{"error": {"code": "maintenance", "message": "Back soon"}}`, "Retry-After: 3"))
				err := update(t.Context(), api.client(t, tt.opts...), append(tt.call, spideriq.WithResponseInfo(&info))...)
				e := requireAs[*spideriq.ServerError](t, err)
				assert.Len(t, api.requests(), tt.want)
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
					then := func(status int) reply {
						return func(req *http.Request) (*http.Response, error) {
							again = append(again, bodyAgain(t, req))
							vandal(req)
							return answer(status, good)(req)
						}
					}
					api := replying(then(503), then(503), then(200))
					require.NoError(t, call(t.Context(), api.client(t), spideriq.WithHeader("X-Job", "rotation"), spideriq.WithQuery(struct{ Full bool }{true})))
					sent := api.requests()
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

func TestOutageCostsATenthMoreAndHoldsNoFirstAttemptBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		outage reply
		want   int // requests for 1,000 calls
	}{
		"503": {answer(503, no), 1100}, "502": {answer(502, no), 1100}, "reset": {failing(errReset), 1100},
		"refused": {failing(errRefused), 1100}, "timeout": {hanging, 1050},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := replying(tt.outage)
				client := api.client(t)
				var all sync.WaitGroup
				var sent atomic.Int64
				for range 1000 {
					all.Go(func() {
						attempts, _ := outcomeOf(update(t.Context(), client))
						assert.GreaterOrEqual(t, attempts, 1)
						sent.Add(int64(attempts))
					})
				}
				all.Wait()
				assert.Len(t, api.requests(), tt.want)
				assert.EqualValues(t, tt.want, sent.Load())
				attempts, _ := outcomeOf(update(t.Context(), client))
				assert.Equal(t, 1, attempts, "the budget is spent")

				api.restart(answer(200, good))
				for range 10 {
					require.NoError(t, update(t.Context(), client))
				}
				api.restart(failing(errReset), answer(200, good))
				require.NoError(t, update(t.Context(), client), "successes have bought a retry")
				assert.Len(t, api.requests(), 2)
			})
		})
	}
}

func TestRetriesThatHelpUseNoBudgetUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := replying(slices.Repeat([]reply{answer(503, no), answer(503, no), answer(200, good)}, 1000)...)
		client := api.client(t)
		for range 1000 {
			require.NoError(t, update(t.Context(), client))
		}
		assert.Len(t, api.requests(), 3000)
	})
}

func TestDeleteThatFindsNothingAfterALostAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		first []reply
		want  bool
	}{
		{"first attempt", nil, false},
		{"after 502", []reply{answer(502, no)}, true},
		{"after 504", []reply{answer(504, no)}, true},
		{"after a cut", []reply{failing(io.EOF)}, true},
		{"after a timeout", []reply{hanging}, true},
		{"after a cut and 503", []reply{failing(io.EOF), answer(503, no)}, true},
		{"after 503", []reply{answer(503, no)}, false},
		{"after 429", []reply{answer(429, no, "Retry-After: 1")}, false},
		{"after a refused connection", []reply{failing(errRefused)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := replying(append(tt.first, recorded("update-404"))...).client(t)
				e := requireAs[*spideriq.NotFoundError](t, remove(t.Context(), client))
				assert.Equal(t, len(tt.first)+1, e.Attempts)
				assert.Equal(t, tt.want, e.MayHaveApplied)
			})
		})
	}
}
