package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
	"github.com/stretchr/testify/assert"
)

func environment(api *spideriqtest.Server) func(string) string {
	return func(name string) string {
		return map[string]string{"SPIDERIQ_TOKEN": api.Token, "SPIDERIQ_API_URL": api.URL}[name]
	}
}

func TestProgramPrintsSpansAndMetrics(t *testing.T) {
	t.Parallel()
	api := spideriqtest.NewServer()
	defer api.Close()
	api.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderOpenRouter, IsActive: true})
	api.Fail(spideriqtest.HTMLPage(503))
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"-daily-limit", "20000", "42"}, environment(api), &stdout, &stderr))
	assert.Empty(t, stderr.String())
	lines := strings.Split(stdout.String(), "\n")
	assert.Regexp(t, `^  PATCH /api/v1/integrations/\{id\}  Error  \S+  http.response.status_code=503 error.type=503$`, lines[0])
	assert.Regexp(t, `^  PATCH /api/v1/integrations/\{id\}  Unset  \S+  http.response.status_code=200$`, lines[1])
	assert.Regexp(t, `^Integrations.Update  Unset  \S+  outcome=ok attempts=2$`, lines[2])
	assert.Contains(t, lines, "spideriq.calls{call=Integrations.Update,outcome=ok} 1")
	assert.Contains(t, lines, "spideriq.attempts{call=Integrations.Update,outcome=ok} 2")
	assert.Contains(t, stdout.String(), "http.client.request.duration{http.response.status_code=503} 1 in ")
	assert.NotContains(t, stdout.String(), api.Token)
	updated, _ := api.Get(42)
	assert.Equal(t, 20000, *updated.DailyLimit)
}

func TestExitStatusTellsHowTheCallEnded(t *testing.T) {
	t.Parallel()
	api := spideriqtest.NewServer()
	defer api.Close()
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	for name, c := range map[string]struct {
		ctx  context.Context
		id   string
		code int
		says string
	}{
		"no such integration": {t.Context(), "7", 1, "otel: spideriq: PATCH /integrations/7: 404 Not Found: Integration not found\n"},
		"interrupted":         {interrupted, "42", 130, "otel: spideriq: PATCH /integrations/42: context canceled\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			assert.Equal(t, c.code, run(c.ctx, []string{"-daily-limit", "5", c.id}, environment(api), &stdout, &stderr))
			assert.Equal(t, c.says, stderr.String())
			assert.Contains(t, stdout.String(), "Integrations.Update  Error  ")
		})
	}
}

func TestWrongFlagsArgumentsAndVariables(t *testing.T) {
	t.Parallel()
	const secret = "hunter2hunter2"
	for name, c := range map[string]struct {
		args  string
		env   map[string]string
		names string
	}{
		"unknown flag":      {args: "-limit 5 42", names: "-limit"},
		"limit missing":     {args: "42", names: "-daily-limit"},
		"limit no number":   {args: "-daily-limit many 42", names: "-daily-limit"},
		"no id":             {args: "-daily-limit 5", names: "id"},
		"two ids":           {args: "-daily-limit 5 42 43", names: "2 arguments"},
		"id no number":      {args: "-daily-limit 5 x", names: `"x"`},
		"id too small":      {args: "-daily-limit 5 0", names: `"0"`},
		"no token":          {args: "-daily-limit 5 42", names: "SPIDERIQ_TOKEN"},
		"token with prefix": {args: "-daily-limit 5 42", env: map[string]string{"SPIDERIQ_TOKEN": "Bearer " + secret}, names: "SPIDERIQ_TOKEN"},
		"API URL":           {args: "-daily-limit 5 42", env: map[string]string{"SPIDERIQ_TOKEN": "a:b:c", "SPIDERIQ_API_URL": "ftp://x:" + secret + "@y"}, names: "SPIDERIQ_API_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), strings.Fields(c.args), func(name string) string { return c.env[name] }, &stdout, &stderr)
			assert.Equal(t, 2, code)
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
	assert.Equal(t, 0, run(t.Context(), []string{"-h"}, func(string) string { return "" }, &stdout, &stderr))
	assert.Empty(t, stderr.String())
	for _, text := range []string{"Usage: otel", "-daily-limit requests", "SPIDERIQ_TOKEN"} {
		assert.Contains(t, stdout.String(), text)
	}
}
