package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

// Every error is a tool error that says what happened in the API's words, and
// whether a retry helps.
func TestErrorsAreToolErrorsThatAnAgentCanActOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault spideriqtest.Fault
		want  string
	}{
		"400": {
			spideriqtest.Status(400, `{"success": false, "error": "daily_limit is too large"}`),
			"400 Bad Request: daily_limit is too large\nRetry: with other arguments. The API refuses these.",
		},
		"401": {
			spideriqtest.Status(401, `{"detail": {"error": "token_expired", "message": "Token expired"}}`),
			"401 Unauthorized: token_expired: Token expired\n" +
				"Retry: no. Whoever runs this server has to give it a new token.",
		},
		"403": {
			spideriqtest.Status(403, `{"detail": "Read only"}`),
			"403 Forbidden: Read only\nRetry: no. The token of this server does not allow this.",
		},
		"404": {
			spideriqtest.Status(404, `{"success": false, "error": "Integration not found"}`),
			"404 Not Found: Integration not found\n" +
				"Retry: no. list_integrations shows the integrations that there are.",
		},
		"409": {
			spideriqtest.Status(409, `{"refusal": "locked", "detail": "The pool is locked"}`),
			"409 Conflict: locked: The pool is locked\nRetry: no.",
		},
		"429 that lasts": {
			spideriqtest.RateLimited(2 * time.Hour),
			"Retry: yes, but not before 2h0m0s have passed.",
		},
		"429 without end": {
			spideriqtest.RateLimited(0),
			"Retry: no. Waiting does not help: a plan or a budget may be used up.",
		},
		"501": {
			spideriqtest.Status(501, `{"detail": "Not on this server"}`),
			"501 Not Implemented: Not on this server\nRetry: yes, in a minute. The API has a problem of its own.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := startAPI(t, full(42))
			p := start(t, api, "-allow-writes", "-max-age", "1h")
			p.ok("list_integrations", `{}`, new(listResult))
			api.Fail(c.fault)
			text := p.fails("update_integration", `{"id": 42, "daily_limit": 7}`)
			assert.Regexp(t, `^spideriq: PATCH /integrations/42: `, text)
			assert.Contains(t, text, c.want)
			assert.NotContains(t, text, "Outcome:")
		})
	}
}

func TestAChangeOfUnknownOutcomeSaysSo(t *testing.T) {
	t.Parallel()
	const look = "\nOutcome: the change may have been made. Look with get_integration before you repeat it."
	for name, c := range map[string]struct {
		fault spideriqtest.Fault
		tries int
	}{
		"no answer":      {spideriqtest.Cut(), 3},
		"half an answer": {spideriqtest.CutBody(), 3},
		"bad gateway":    {spideriqtest.HTMLPage(502), 3},
		"no sense":       {spideriqtest.Status(200, `{"success": true}`), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := startAPI(t, full(42))
			p := start(t, api, "-allow-writes", "-max-age", "1h")
			p.ok("list_integrations", `{}`, new(listResult))
			for range c.tries {
				api.Fail(c.fault)
			}
			text := p.fails("disable", `{"id": 42}`)
			assert.Contains(t, text, "\nRetry: ")
			assert.Contains(t, text, look)
			assert.Len(t, requests(api, http.MethodPatch), c.tries)

			p.ok("get_integration", `{"id": 42}`, new(getResult))
			assert.Equal(t, 2, listings(api), "the look that is advised sees the API, not the listing from before")
		})
	}
}

func TestAChangeThatCannotBeComparedIsNotMade(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	p := start(t, api, "-allow-writes")
	api.Fail(spideriqtest.Status(401, `{"detail": "Invalid token"}`))
	text := p.fails("disable", `{"id": 42}`)
	assert.Contains(t, text, "nothing was changed, because the state before the change could not be listed")
	assert.Contains(t, text, "GET /integrations: 401 Unauthorized: Invalid token")
	assert.NotContains(t, text, "Outcome:")
	assert.Empty(t, requests(api, http.MethodPatch))
}

// The token is part of the environment and of the requests, and of nothing else.
func TestTheTokenIsShownNowhere(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	p := start(t, api, "-allow-writes")
	api.Fail(spideriqtest.Status(400, `{"error": "refused: `+api.Token+`"}`))
	text := p.fails("list_integrations", `{}`)
	p.ok("disable", `{"id": 42}`, new(changeResult))
	assert.NotContains(t, text+p.log(), api.Token)
}

func TestRateLimitsHoldForAllToolsTogether(t *testing.T) {
	t.Parallel()
	api := spideriqtest.NewServer(spideriqtest.WithRateLimit(100, 20))
	t.Cleanup(api.Close)
	p := start(t, api, "-max-age", "0s")
	done := make(chan string)
	const calls = 24
	for i := range calls {
		tool := []string{"integration_health", "sync_billing"}[i%2]
		go func() { done <- textOf(t, p.call(tool, `{}`)) }()
	}
	for range calls {
		assert.NotContains(t, <-done, "Retry:")
	}
	assert.Len(t, api.Requests(), calls, "none was refused and repeated")
}
