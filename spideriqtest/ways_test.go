package spideriqtest_test

import (
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

// An exchange is a request and the fault that it meets.
type exchange struct {
	method string
	path   string
	body   string
	change func(*http.Request)
	fault  spideriqtest.Fault
}

func deleteHeader(names ...string) func(*http.Request) {
	return func(r *http.Request) {
		for _, name := range names {
			r.Header.Del(name)
		}
	}
}

// faultless returns an exchange for every endpoint, every kind of error and every odd
// form of a request.
func faultless() map[string]exchange {
	const create = `{"provider_name": "groq", "credentials": {"api_key": "x"}}`
	const path = "/integrations/42"
	return map[string]exchange{
		"list":              {method: "GET", path: "/integrations?limit=5&is_active=true"},
		"list of none":      {method: "GET", path: "/integrations?offset=9223372036854775807"},
		"create":            {method: "POST", path: "/integrations", body: create},
		"update":            {method: "PATCH", path: path, body: disable},
		"update of nothing": {method: "PATCH", path: path, body: `{}`},
		"delete":            {method: "DELETE", path: path},
		"health":            {method: "GET", path: "/integrations/health"},
		"sync":              {method: "POST", path: "/integrations/sync-billing"},
		"400":               {method: "PATCH", path: path, body: `{"spend_limit_action": "stop"}`},
		"401":               {method: "GET", path: "/integrations", change: deleteHeader("Authorization")},
		"404":               {method: "DELETE", path: "/integrations/7"},
		"422":               {method: "PATCH", path: path, body: `{"daily_limit": "x"}`},
		"501":               {method: "GET", path: "/campaigns/x%2Fy"},
		"HEAD":              {method: "HEAD", path: "/integrations"},
		"DELETE with body":  {method: "DELETE", path: path, body: `{"reason": "test"}`},
		"body too long":     {method: "PATCH", path: path, body: strings.Repeat("x", 1<<20+1)},
		"longest body":      {method: "PATCH", path: path, body: strings.Repeat("x", 1<<20)},
		"broken query":      {method: "GET", path: "/integrations?limit=%zz"},
		"own user agent":    {method: "GET", path: "/integrations", change: setHeader("User-Agent", "test/1")},
		"no compression":    {method: "GET", path: "/integrations", change: setHeader("Accept-Encoding", "identity")},
		"range":             {method: "GET", path: "/integrations", change: setHeader("Range", "bytes=0-9")},
		"several values":    {method: "GET", path: "/integrations", change: addHeader("X-Trace", "a", "b")},
		"unknown length":    {method: "PATCH", path: path, body: disable, change: unknownLength},
		"empty body":        {method: "PATCH", path: path, change: emptyBody},
		"no body":           {method: "PATCH", path: path, change: noBody},
		"another host":      {method: "GET", path: "/integrations", change: setHost("spideriq.test")},
	}
}

// faulty returns one update for each kind of fault.
func faulty() map[string]exchange {
	all := make(map[string]exchange)
	for name, fault := range map[string]spideriqtest.Fault{
		"zero Fault":        {},
		"Status":            spideriqtest.Status(503, `{"detail": "busy"}`),
		"Status, no body":   spideriqtest.Status(500, ""),
		"Status 204":        spideriqtest.Status(204, ""),
		"Status 204, body":  spideriqtest.Status(204, "x"),
		"Status 304":        spideriqtest.Status(304, ""),
		"Status 302":        spideriqtest.Status(302, "{"),
		"Status 999":        spideriqtest.Status(999, "{}"),
		"HTMLPage":          spideriqtest.HTMLPage(502),
		"RateLimited":       spideriqtest.RateLimited(time.Hour),
		"RateLimited, none": spideriqtest.RateLimited(0),
		"Delay":             spideriqtest.Delay(time.Millisecond),
		"Delay, none":       spideriqtest.Delay(-1),
		"Cut":               spideriqtest.Cut(),
		"CutBody":           spideriqtest.CutBody(),
	} {
		all[name] = exchange{method: "PATCH", path: "/integrations/42", body: disable, fault: fault}
	}
	all["CutBody of an error"] = exchange{method: "DELETE", path: "/integrations/7", fault: spideriqtest.CutBody()}
	all["CutBody of a HEAD"] = exchange{method: "HEAD", path: "/integrations", fault: spideriqtest.CutBody()}
	return all
}

func setHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func addHeader(name string, values ...string) func(*http.Request) {
	return func(r *http.Request) { r.Header[name] = values }
}

func setHost(host string) func(*http.Request) {
	return func(r *http.Request) { r.Host = host }
}

func unknownLength(r *http.Request) { r.ContentLength = -1 }

func emptyBody(r *http.Request) {
	r.Body = io.NopCloser(strings.NewReader(""))
	r.ContentLength = 0
}

func noBody(r *http.Request) { r.Body = http.NoBody }

// An outcome is all that a client and a test see of an exchange.
type outcome struct {
	reply    reply
	failed   bool
	kept     any
	requests []spideriqtest.Request
}

var times = regexp.MustCompile(`"(updated_at|created_at|synced_at)":"20[^"]+"`)

// meet makes an exchange with a new server, over the network or in memory.
func meet(t *testing.T, e exchange, inMemory bool) outcome {
	t.Helper()
	server := seeded(t)
	server.Fail(e.fault)
	r := request(t, server, e.method, e.path, e.body)
	if e.change != nil {
		e.change(r)
	}
	var got reply
	var err error
	if inMemory {
		got, err = exchangeWith(server.Transport(), r)
	} else {
		got, err = do(t, r)
	}
	delete(got.header, "Date")
	got.body = times.ReplaceAllString(got.body, `"$1":"*"`)
	kept, _ := server.Get(42)
	kept.UpdatedAt = time.Time{}
	kept.BillingSyncedAt = nil
	return outcome{reply: got, failed: err != nil, kept: kept, requests: server.Requests()}
}

func TestBothWaysAreTheSame(t *testing.T) {
	t.Parallel()
	all := faultless()
	maps.Copy(all, faulty())
	for name, e := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			overNetwork := meet(t, e, false)
			inMemory := meet(t, e, true)
			assert.Equal(t, overNetwork, inMemory)
		})
	}
}

func TestBothWaysShareOneServer(t *testing.T) {
	t.Parallel()
	server := seeded(t, spideriqtest.WithRateLimit(1, 2))
	send(t, server, "PATCH", "/integrations/42", disable)
	listed := mustExchange(t, server, request(t, server, "GET", "/integrations", ""))
	assert.Contains(t, listed.body, `"is_active":false`)
	assert.Equal(t, "0", listed.header.Get("X-RateLimit-Remaining"))
	assert.Equal(t, 429, send(t, server, "GET", "/integrations", "").status)
	assert.Len(t, server.Requests(), 3)

	server.Fail(spideriqtest.Status(500, ""), spideriqtest.Status(503, ""))
	assert.Equal(t, 500, mustExchange(t, server, request(t, server, "GET", "/integrations", "")).status)
	assert.Equal(t, 503, send(t, server, "GET", "/integrations", "").status)
}

func mustExchange(t *testing.T, server *spideriqtest.Server, r *http.Request) reply {
	t.Helper()
	got, err := exchangeWith(server.Transport(), r)
	require.NoError(t, err)
	return got
}
