package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startAPI starts an API that knows integration 42. The program finds it in the
// environment, so these tests are not parallel.
func startAPI(t *testing.T) *spideriqtest.Server {
	t.Helper()
	api := spideriqtest.NewServer()
	t.Cleanup(api.Close)
	api.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderGroq})
	t.Setenv("SPIDERIQ_TOKEN", api.Token)
	t.Setenv("SPIDERIQ_API_URL", api.URL)
	return api
}

func TestProgramPrintsSpansAndMetrics(t *testing.T) {
	api := startAPI(t)
	api.Fail(spideriqtest.HTMLPage(503))
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitDone, run(t.Context(), []string{"-daily-limit", "20000", "42"}, &stdout, &stderr))
	assert.Empty(t, stderr.String())
	lines := strings.Split(stdout.String(), "\n")
	const attempt = `^  PATCH /api/v1/integrations/\{id\}  `
	assert.Regexp(t, attempt+`Error  \S+  http.response.status_code=503 error.type=503$`, lines[0])
	assert.Regexp(t, attempt+`Unset  \S+  http.request.resend_count=1 http.response.status_code=200$`, lines[1])
	assert.Regexp(t, `^Integrations.Update  Unset  \S+  outcome=ok attempts=2$`, lines[2])
	assert.Contains(t, lines, "spideriq.calls{call=Integrations.Update,outcome=ok} 1")
	assert.Contains(t, lines, "spideriq.attempts{call=Integrations.Update,outcome=ok} 2")
	assert.Contains(t, stdout.String(), "spideriq.call.wait{call=Integrations.Update} ")
	assert.Contains(t, stdout.String(), "http.client.request.duration{http.response.status_code=503} 1 in ")
	assert.NotContains(t, stdout.String(), api.Token)
	updated, _ := api.Get(42)
	assert.Equal(t, 20000, *updated.DailyLimit)
}

func TestDemoSendsNothingWhateverTheEnvironmentHolds(t *testing.T) {
	api := startAPI(t)
	noNetwork(t)
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitDone, run(t.Context(), []string{"-demo", "-daily-limit", "5", "42"}, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "outcome=ok attempts=3\n")
	assert.Empty(t, stderr.String())
	assert.Empty(t, api.Requests())
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

func TestExitCodeTellsHowTheCallEnded(t *testing.T) {
	api := startAPI(t)
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	page := []spideriqtest.Fault{spideriqtest.HTMLPage(http.StatusOK)} // the change may have been made
	for name, c := range map[string]struct {
		ctx    context.Context
		id     string
		faults []spideriqtest.Fault
		code   int
		says   string
	}{
		"no such integration": {t.Context(), "7", nil, exitFailed, "404 Not Found"},
		"interrupted":         {interrupted, "42", nil, exitInterrupted, "context canceled"},
		"unknown outcome":     {t.Context(), "42", page, exitUnknown, "invalid response"},
	} {
		t.Run(name, func(t *testing.T) {
			api.Fail(c.faults...)
			var stdout, stderr bytes.Buffer
			assert.Equal(t, c.code, run(c.ctx, []string{"-daily-limit", "5", c.id}, &stdout, &stderr))
			assert.Contains(t, stderr.String(), "otel: spideriq: PATCH /integrations/"+c.id+": ")
			assert.Contains(t, stderr.String(), c.says)
			assert.Contains(t, stdout.String(), "Integrations.Update  Error  ")
		})
	}
}

func TestWrongFlagsArgumentsAndVariables(t *testing.T) {
	const secret = "hunter2hunter2"
	const url = "ftp://x:" + secret + "@y"
	const good = "-daily-limit 5 42"
	env := func(name, value string) map[string]string { return map[string]string{name: value} }
	for name, c := range map[string]struct {
		args  string
		env   map[string]string
		names string
	}{
		"unknown flag":      {args: "-limit 5 42", names: "-limit"},
		"limit missing":     {args: "42", names: "-daily-limit"},
		"limit no number":   {args: "-daily-limit many 42", names: "-daily-limit"},
		"no id":             {args: "-daily-limit 5", names: "id"},
		"two ids":           {args: good + " 43", names: "2 arguments"},
		"id no number":      {args: "-daily-limit 5 x", names: `"x"`},
		"id too small":      {args: "-daily-limit 5 0", names: `"0"`},
		"no token":          {args: good, env: env("SPIDERIQ_TOKEN", ""), names: "SPIDERIQ_TOKEN"},
		"token with prefix": {args: good, env: env("SPIDERIQ_TOKEN", "Bearer "+secret), names: "SPIDERIQ_TOKEN"},
		"API URL":           {args: good, env: env("SPIDERIQ_API_URL", url), names: "SPIDERIQ_API_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SPIDERIQ_TOKEN", "a:b:c")
			for variable, value := range c.env {
				t.Setenv(variable, value)
			}
			var stdout, stderr bytes.Buffer
			assert.Equal(t, exitUsage, run(t.Context(), strings.Fields(c.args), &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.True(t, strings.HasPrefix(stderr.String(), "otel: "), stderr.String())
			assert.Contains(t, stderr.String(), c.names)
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
			assert.NotContains(t, stderr.String(), secret)
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitDone, run(t.Context(), []string{"-h"}, &stdout, &stderr))
	assert.Empty(t, stderr.String())
	for _, text := range []string{"Usage: otel", "-daily-limit requests", "-demo", "SPIDERIQ_TOKEN", "unknown"} {
		assert.Contains(t, stdout.String(), text)
	}
}
