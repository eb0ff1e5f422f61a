package main

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// TestMain is also the program itself, for the test that sends it a signal.
func TestMain(m *testing.M) {
	if os.Getenv("UPDATE_TEST_AS_PROGRAM") != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

func noEnv(string) string { return "" }

// demo runs the program against its in-memory API.
func demo(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	code = run(t.Context(), args, noEnv, &out, &log)
	return code, out.String(), log.String()
}

const token = "client_example:key_example:secret_example"

// withToken runs the program as in production, against server.
func withToken(t *testing.T, url string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("SPIDERIQ_TOKEN", token)
	t.Setenv("SPIDERIQ_API_URL", url)
	var out, log bytes.Buffer
	code = run(t.Context(), args, os.Getenv, &out, &log)
	for part := range strings.SplitSeq(token, ":") {
		assert.NotContains(t, out.String()+log.String(), part, "the token is not shown")
	}
	return code, out.String(), log.String()
}

func newServer(t *testing.T) *spideriqtest.Server {
	t.Helper()
	server := spideriqtest.NewServer(spideriqtest.WithToken(token))
	t.Cleanup(server.Close)
	server.Add(smaller)
	return server
}

func TestTableShowsRequestAndBothSides(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := demo(t, "-id", "42", "-daily-limit", "20000", "-minute-limit", "200")
	assert.Equal(t, 0, code)
	assert.Contains(t, stderr, "SPIDERIQ_TOKEN is not set")
	assert.Equal(t, `PATCH /api/v1/integrations/42
{"daily_limit":20000,"minute_limit":200}

SETTING              BEFORE                  AFTER
id                   42                      42
provider_name        openrouter              openrouter
key_label            Production OpenRouter   Production OpenRouter
is_active            true                    true
is_primary           false                   false
priority             0                       0
daily_limit          10000                   20000  *
minute_limit         100                     200  *
spend_limit_amount   500.00                  500.00
spend_limit_period   monthly                 monthly
spend_limit_action   warn                    warn
health_status        healthy                 healthy
updated_at           2026-02-26T15:30:00Z    (now)  *

* changed
`, regexp.MustCompile(`(30:00Z +)\S+Z`).ReplaceAllString(stdout, "$1(now)"))
}

func TestOnlyGivenSettingsAreSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		body string
	}{
		"false":             {[]string{"-is-active=false"}, `{"is_active":false}`},
		"false, in a word":  {[]string{"-is-active", "false"}, `{"is_active":false}`},
		"zero":              {[]string{"-daily-limit", "0"}, `{"daily_limit":0}`},
		"an empty label":    {[]string{"-key-label", ""}, `{"key_label":""}`},
		"digits of amounts": {[]string{"-spend-limit-amount", "1000.00"}, `{"spend_limit_amount":1000.00}`},
		"all": {
			[]string{
				"-key-label", "k", "-is-active", "true", "-is-primary", "true", "-daily-limit", "1", "-minute-limit", "2",
				"-spend-limit-amount", "3", "-spend-limit-period", "daily", "-spend-limit-action", "block",
			},
			`{"key_label":"k","is_active":true,"is_primary":true,"daily_limit":1,"minute_limit":2,` +
				`"spend_limit_amount":3,"spend_limit_period":"daily","spend_limit_action":"block"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, _ := demo(t, append([]string{"-id", "42"}, c.args...)...)
			assert.Equal(t, 0, code)
			assert.Equal(t, c.body, strings.Split(stdout, "\n")[1])
		})
	}
}

func TestEverySettingHasAFlag(t *testing.T) {
	t.Parallel()
	flags := newFlags(new(order))
	for field := range reflect.TypeFor[spideriq.UpdateParams]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		assert.NotNil(t, flags.Lookup(strings.ReplaceAll(name, "_", "-")), field.Name)
	}
}

func TestWrongFlags(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		names string
	}{
		"unknown flag":  {[]string{"-id", "42", "-provider-name", "groq"}, "-provider-name"},
		"argument":      {[]string{"-id", "42", "-daily-limit", "5", "now"}, `"now"`},
		"no id":         {[]string{"-daily-limit", "5"}, "-id"},
		"no setting":    {[]string{"-id", "42"}, "no setting"},
		"id of a word":  {[]string{"-id", "x", "-daily-limit", "5"}, "-id"},
		"id of zero":    {[]string{"-id", "0", "-daily-limit", "5"}, "-id"},
		"no value":      {[]string{"-id", "42", "-daily-limit"}, "-daily-limit"},
		"number":        {[]string{"-id", "42", "-daily-limit", "5k"}, "-daily-limit"},
		"minute number": {[]string{"-id", "42", "-minute-limit", ""}, "-minute-limit"},
		"active":        {[]string{"-id", "42", "-is-active", "off"}, "-is-active"},
		"primary":       {[]string{"-id", "42", "-is-primary", "-json"}, "-is-primary"},
		"amount":        {[]string{"-id", "42", "-spend-limit-amount", "$5"}, "-spend-limit-amount"},
		"line break":    {[]string{"-id", "42", "-daily\nlimit", "5"}, "-daily limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := demo(t, c.args...)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.names)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}

func TestHelpListsFlagsAndExitCodes(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := demo(t, "-h")
	assert.Equal(t, 0, code)
	assert.Empty(t, stderr)
	for _, part := range []string{"-spend-limit-amount dollars", "SPIDERIQ_TOKEN", "130  interrupted"} {
		assert.Contains(t, stdout, part)
	}
}

func TestExitCodeOfEachAnswer(t *testing.T) {
	server := newServer(t)
	for name, c := range map[string]struct {
		fault spideriqtest.Fault // of the update
		code  int
		says  string
	}{
		"done":             {spideriqtest.Fault{}, 0, ""},
		"another status":   {spideriqtest.Status(423, `{"error": "form_locked"}`), 1, "423 Locked: form_locked"},
		"bad request":      {spideriqtest.Status(400, `{"error": "daily_limit is too high."}`), 3, "refuses a value: daily_limit is too high."},
		"wordless refusal": {spideriqtest.Status(400, `{}`), 3, "refuses a value: it does not say why."},
		"unauthorized":     {spideriqtest.Status(401, `{}`), 4, "wrong or has expired"},
		"forbidden":        {spideriqtest.Status(403, `{"detail": "read only"}`), 5, "does not allow this: read only."},
		"not found":        {spideriqtest.Status(404, `{}`), 6, "no integration 42"},
		"rate limit":       {spideriqtest.RateLimited(2 * time.Hour), 7, "Try again in 2h0m0s."},
		"plan used up":     {spideriqtest.RateLimited(0), 7, "waiting will not help"},
		"server error":     {spideriqtest.Status(501, ``), 8, "The API failed (501 Not Implemented)."},
		"a proxy's page":   {spideriqtest.HTMLPage(200), 10, "The change has probably been made."},
	} {
		t.Run(name, func(t *testing.T) {
			server.Fail(spideriqtest.Fault{}, c.fault)
			code, stdout, stderr := withToken(t, server.URL, "-id", "42", "-is-active=false")
			assert.Equal(t, c.code, code)
			assert.True(t, strings.HasPrefix(stdout, "PATCH /api/v1/integrations/42\n{\"is_active\":false}\n"), stdout)
			if c.says == "" {
				assert.Empty(t, stderr)
			} else {
				assert.Contains(t, stderr, c.says)
				assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			}
		})
	}
}

func TestNothingIsSentWhenTheListFails(t *testing.T) {
	server := newServer(t)
	server.Fail(spideriqtest.Status(401, `{}`))
	code, stdout, _ := withToken(t, server.URL, "-id", "42", "-is-active=false")
	assert.Equal(t, exitUnauthorized, code)
	assert.Empty(t, stdout)
	assert.Len(t, server.Requests(), 1)
}

func TestIntegrationOutsideTheListIsUpdatedAllTheSame(t *testing.T) {
	server := newServer(t)
	server.Fail(spideriqtest.Status(200, `{"success": true, "integrations": []}`))
	code, stdout, _ := withToken(t, server.URL, "-id", "42", "-daily-limit", "5")
	assert.Equal(t, 0, code)
	assert.Regexp(t, `(?m)^daily_limit +\? +5$`, stdout)
}

func TestRepeatedAttemptsAreCounted(t *testing.T) {
	server := newServer(t)
	server.Fail(spideriqtest.Fault{}, spideriqtest.Cut())
	code, stdout, _ := withToken(t, server.URL, "-id", "42", "-daily-limit", "5")
	assert.Equal(t, 0, code)
	assert.Contains(t, stdout, "PATCH /api/v1/integrations/42 (2 times)\n")
}

func TestControlCharactersOfTheAPIAreQuoted(t *testing.T) {
	server := newServer(t)
	server.Add(spideriq.Integration{ID: 7, KeyLabel: "\x1b[2Jgone"})
	code, stdout, _ := withToken(t, server.URL, "-id", "7", "-daily-limit", "5")
	assert.Equal(t, 0, code)
	assert.NotContains(t, stdout, "\x1b")
	assert.Contains(t, stdout, `"\x1b[2Jgone"`)
}

func TestJSONIsAloneOnStandardOutput(t *testing.T) {
	server := newServer(t)
	for name, c := range map[string]struct {
		faults []spideriqtest.Fault
		code   int
		want   string // of the members that have no time in them
	}{
		"done":          {nil, 0, `{"request": {"method": "PATCH", "path": "/api/v1/integrations/42", "body": {"daily_limit": 0}, "attempts": 1}, "limit": 0}`},
		"update failed": {[]spideriqtest.Fault{{}, spideriqtest.Status(404, `{}`)}, 6, `{"request": {"method": "PATCH", "path": "/api/v1/integrations/42", "body": {"daily_limit": 0}, "attempts": 1}, "error": "spideriq: PATCH /integrations/42: 404 Not Found"}`},
		"list failed":   {[]spideriqtest.Fault{spideriqtest.Status(403, `{}`)}, 5, `{"request": null, "error": "spideriq: GET /integrations: 403 Forbidden"}`},
	} {
		t.Run(name, func(t *testing.T) {
			server.Fail(c.faults...)
			code, stdout, _ := withToken(t, server.URL, "-id", "42", "-daily-limit", "0", "-json")
			assert.Equal(t, c.code, code)
			var shown struct {
				Request *request              `json:"request"`
				After   *spideriq.Integration `json:"after"`
				Error   string                `json:"error"`
			}
			require.NoError(t, json.Unmarshal([]byte(stdout), &shown))
			got := map[string]any{"request": shown.Request}
			if shown.Error != "" {
				got["error"] = shown.Error
			}
			if shown.After != nil {
				got["limit"] = shown.After.DailyLimit
			}
			text, err := json.Marshal(got)
			require.NoError(t, err)
			assert.JSONEq(t, c.want, string(text))
		})
	}
}

func TestUnusableEnvironmentIsAUsageError(t *testing.T) {
	for name, c := range map[string]struct{ token, url string }{
		"token": {"Bearer " + token, ""},
		"URL":   {token, "ftp://" + token + "@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SPIDERIQ_TOKEN", c.token)
			t.Setenv("SPIDERIQ_API_URL", c.url)
			var stdout, stderr bytes.Buffer
			assert.Equal(t, exitUsage, run(t.Context(), []string{"-id", "42", "-daily-limit", "5"}, os.Getenv, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), "SPIDERIQ_TOKEN and SPIDERIQ_API_URL")
			assert.NotContains(t, stderr.String(), "secret_example")
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
		})
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestUnwritableResultIsAnError(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-id", "42", "-daily-limit", "5"}, {"-id", "42", "-daily-limit", "5", "-json"}} {
		var stderr bytes.Buffer
		assert.Equal(t, exitOther, run(t.Context(), args, noEnv, full{}, &stderr))
		assert.Contains(t, stderr.String(), "writing the result")
	}
}
