package main

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// TestMain is also the program itself, for the tests that send it a signal.
func TestMain(m *testing.M) {
	if os.Getenv("UPDATE_TEST_AS_PROGRAM") != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// demo runs the program against its in-memory API.
func demo(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	code = run(t.Context(), append([]string{"-demo"}, args...), &out, &log)
	return code, out.String(), log.String()
}

const token = "client_example:key_example:secret_example"

// withToken runs the program as in production, against the server at url.
func withToken(t *testing.T, url string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("SPIDERIQ_TOKEN", token)
	t.Setenv("SPIDERIQ_API_URL", url)
	var out, log bytes.Buffer
	code = run(t.Context(), args, &out, &log)
	for part := range strings.SplitSeq(token, ":") {
		assert.NotContains(t, out.String()+log.String(), part, "the token is not shown")
	}
	return code, out.String(), log.String()
}

// newServer returns a server that knows the documented integration.
func newServer(t *testing.T) *spideriqtest.Server {
	t.Helper()
	server := spideriqtest.NewServer(spideriqtest.WithToken(token))
	t.Cleanup(server.Close)
	server.Add(documented)
	return server
}

func TestTableShowsRequestAndBothSides(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := demo(t, "-id", "42", "-daily-limit", "20000", "-minute-limit", "200")
	assert.Equal(t, exitDone, code)
	assert.Equal(t, "update: demo: an in-memory API, which knows integration 42 and forgets everything\n", stderr)
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
spend_limit_period   daily                   daily
spend_limit_action   warn                    warn
health_status        healthy                 healthy
updated_at           2026-02-26T15:30:00Z    (now)  *

* changed
`, regexp.MustCompile(`(30:00Z +)\S+Z`).ReplaceAllString(stdout, "$1(now)"))
}

func TestDemoSendsNothingWhateverTheEnvironmentHolds(t *testing.T) {
	server := newServer(t)
	t.Setenv("SPIDERIQ_TOKEN", token)
	t.Setenv("SPIDERIQ_API_URL", server.URL)
	t.Setenv("HTTP_PROXY", server.URL)
	noNetwork(t)
	for _, args := range [][]string{{}, {"-json"}} {
		code, stdout, _ := demo(t, append(args, "-id", "42", "-daily-limit", "5")...)
		assert.Equal(t, exitDone, code)
		assert.Contains(t, stdout, `"daily_limit"`)
	}
	assert.Empty(t, server.Requests())
	untouched, _ := server.Get(42)
	assert.Equal(t, 10000, *untouched.DailyLimit)
}

// noNetwork makes every request fail that is not served in memory.
func noNetwork(t *testing.T) {
	t.Helper()
	standard := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = standard })
	http.DefaultTransport = failing{}
}

type failing struct{}

func (failing) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, errors.New("a request left the program: " + req.URL.String())
}

func TestDemoIgnoresAnUnusableEnvironment(t *testing.T) {
	t.Setenv("SPIDERIQ_TOKEN", "Bearer no")
	t.Setenv("SPIDERIQ_API_URL", "ftp://nowhere")
	code, _, _ := demo(t, "-id", "42", "-daily-limit", "5")
	assert.Equal(t, exitDone, code)
}

func TestWithoutTokenAndDemoNothingIsChanged(t *testing.T) {
	server := newServer(t)
	t.Setenv("SPIDERIQ_TOKEN", "")
	for _, url := range []string{"", server.URL} {
		t.Setenv("SPIDERIQ_API_URL", url)
		for _, args := range [][]string{{}, {"-json"}} {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), append(args, "-id", "42", "-daily-limit", "5"), &stdout, &stderr)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, stdout.String())
			assert.Equal(t, "update: SPIDERIQ_TOKEN is not set: set it to a token, or try -demo\n", stderr.String())
		}
	}
	assert.Empty(t, server.Requests())
}

func TestUnusableEnvironmentIsAUsageError(t *testing.T) {
	for name, c := range map[string]struct{ token, url, names string }{
		"token": {"Bearer " + token, "", "SPIDERIQ_TOKEN"},
		"URL":   {token, "ftp://" + token + "@example.com", "SPIDERIQ_API_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SPIDERIQ_TOKEN", c.token)
			t.Setenv("SPIDERIQ_API_URL", c.url)
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), []string{"-id", "42", "-daily-limit", "5"}, &stdout, &stderr)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), c.names)
			assert.NotContains(t, stderr.String(), "secret_example")
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
		})
	}
}

func TestOnlyWhatDiffersIsSent(t *testing.T) {
	t.Parallel()
	args := []string{"-id", "42", "-daily-limit", "10000", "-minute-limit", "5", "-spend-limit-amount", "500"}
	code, stdout, _ := demo(t, args...)
	assert.Equal(t, exitDone, code)
	assert.Equal(t, `{"minute_limit":5}`, strings.Split(stdout, "\n")[1])
}

func TestNothingIsSentWhenNothingDiffers(t *testing.T) {
	server := newServer(t)
	code, stdout, stderr := withToken(t, server.URL, "-id", "42", "-daily-limit", "10000")
	assert.Equal(t, exitDone, code)
	assert.Empty(t, stderr)
	assert.Contains(t, stdout, "Nothing to change: the integration has these settings already.\n\nSETTING ")
	assert.NotContains(t, stdout, "*")
	require.NotEmpty(t, server.Requests())
	for _, sent := range server.Requests() {
		assert.Equal(t, http.MethodGet, sent.Method)
	}
}

func TestControlCharactersOfTheAPIAreQuoted(t *testing.T) {
	server := newServer(t)
	server.Add(spideriq.Integration{ID: 7, KeyLabel: "\x1b[2Jgone"})
	code, stdout, _ := withToken(t, server.URL, "-id", "7", "-daily-limit", "5")
	assert.Equal(t, exitDone, code)
	assert.NotContains(t, stdout, "\x1b")
	assert.Contains(t, stdout, `"\x1b[2Jgone"`)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestUnwritableResultIsAnError(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"-json"}} {
		var stderr bytes.Buffer
		args = append(args, "-demo", "-id", "42", "-daily-limit", "5")
		assert.Equal(t, exitFailed, run(t.Context(), args, full{}, &stderr))
		assert.Contains(t, stderr.String(), "writing the result")
	}
}
