package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestExitCodeAndSentenceOfEachAnswer(t *testing.T) {
	server := newServer(t)
	const maybe = "The change may have been made all the same."
	cut := spideriqtest.Cut()
	for name, c := range map[string]struct {
		faults []spideriqtest.Fault // of the update
		code   int
		says   string
	}{
		"done":             {nil, exitDone, ""},
		"another status":   {status(423, `{"error": "form_locked"}`), exitFailed, "423 Locked: form_locked"},
		"bad request":      {status(400, `{"error": "too high."}`), exitFailed, "refuses a value: too high."},
		"wordless refusal": {status(400, `{}`), exitFailed, "refuses a value: it does not say why."},
		"unauthorized":     {status(401, `{}`), exitFailed, "wrong or has expired"},
		"forbidden":        {status(403, `{"detail": "read only"}`), exitFailed, "does not allow this: read only."},
		"not found":        {status(404, `{}`), exitFailed, "no integration 42"},
		"rate limit":       {faults(spideriqtest.RateLimited(2 * time.Hour)), exitFailed, "Try again in 2h0m0s."},
		"plan used up":     {faults(spideriqtest.RateLimited(0)), exitFailed, "waiting will not help"},
		"server error":     {status(501, ``), exitFailed, "The API failed (501 Not Implemented)."},
		"a proxy's page":   {faults(spideriqtest.HTMLPage(200)), exitUnknown, maybe},
		"no answer":        {faults(cut, cut, cut), exitUnknown, maybe},
	} {
		t.Run(name, func(t *testing.T) {
			server.Add(documented)
			server.Fail(afterList(c.faults...)...)
			code, stdout, stderr := withToken(t, server.URL, "-id", "42", "-is-active=false")
			assert.Equal(t, c.code, code)
			assert.True(t, strings.HasPrefix(stdout, "PATCH /api/v1/integrations/42"), stdout)
			if c.says == "" {
				assert.Empty(t, stderr)
				return
			}
			assert.Contains(t, stderr, c.says)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}

func status(code int, body string) []spideriqtest.Fault {
	return faults(spideriqtest.Status(code, body))
}

func faults(f ...spideriqtest.Fault) []spideriqtest.Fault { return f }

// afterList lets the two requests of the list succeed. The second has an empty page.
func afterList(f ...spideriqtest.Fault) []spideriqtest.Fault {
	return append(faults(spideriqtest.Fault{}, spideriqtest.Fault{}), f...)
}

func TestNothingIsSentWhenTheListFails(t *testing.T) {
	server := newServer(t)
	server.Fail(spideriqtest.Status(401, `{}`))
	code, stdout, _ := withToken(t, server.URL, "-id", "42", "-is-active=false")
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout)
	assert.Len(t, server.Requests(), 1)
}

func TestIntegrationOutsideTheListIsUpdatedAllTheSame(t *testing.T) {
	server := newServer(t)
	server.Fail(spideriqtest.Status(200, `{"success": true, "integrations": []}`))
	code, stdout, _ := withToken(t, server.URL, "-id", "42", "-daily-limit", "5")
	assert.Equal(t, exitDone, code)
	assert.Regexp(t, `(?m)^daily_limit +\? +5$`, stdout)
}

func TestRepeatedAttemptsAreCounted(t *testing.T) {
	server := newServer(t)
	server.Fail(afterList(spideriqtest.Cut())...)
	code, stdout, _ := withToken(t, server.URL, "-id", "42", "-daily-limit", "5")
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "PATCH /api/v1/integrations/42 (2 times)\n")
}

func TestJSONIsAloneOnStandardOutput(t *testing.T) {
	server := newServer(t)
	const request = `{"method": "PATCH", "path": "/api/v1/integrations/42", "body": {"daily_limit": 0}, "attempts": 1}`
	for name, c := range map[string]struct {
		faults []spideriqtest.Fault
		code   int
		want   string // of the members that have no time in them
	}{
		"done": {nil, exitDone, `{"request": ` + request + `, "limit": 0}`},
		"update failed": {afterList(spideriqtest.Status(404, `{}`)), exitFailed,
			`{"request": ` + request + `, "error": "spideriq: PATCH /integrations/42: 404 Not Found"}`},
		"list failed": {faults(spideriqtest.Status(403, `{}`)), exitFailed,
			`{"request": null, "error": "spideriq: GET /integrations: 403 Forbidden"}`},
	} {
		t.Run(name, func(t *testing.T) {
			server.Add(documented)
			server.Fail(c.faults...)
			code, stdout, _ := withToken(t, server.URL, "-id", "42", "-daily-limit", "0", "-json")
			assert.Equal(t, c.code, code)
			assert.JSONEq(t, c.want, withoutTimes(t, stdout))
		})
	}
}

// withoutTimes returns the request, the error and the daily limit of a result.
func withoutTimes(t *testing.T, result string) string {
	t.Helper()
	var shown struct {
		Request *request              `json:"request"`
		After   *spideriq.Integration `json:"after"`
		Error   string                `json:"error"`
	}
	require.NoError(t, json.Unmarshal([]byte(result), &shown))
	kept := map[string]any{"request": shown.Request}
	if shown.Error != "" {
		kept["error"] = shown.Error
	}
	if shown.After != nil {
		kept["limit"] = shown.After.DailyLimit
	}
	text, err := json.Marshal(kept)
	require.NoError(t, err)
	return string(text)
}
