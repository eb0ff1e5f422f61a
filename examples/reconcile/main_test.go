package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func nothing(string) string { return "" }

// An outcome is what a run of the program has shown and left.
type outcome struct {
	code           int
	stdout, stderr string
}

// reconcileOn runs plan or apply of some YAML on a pool.
func reconcileOn(t *testing.T, ctx context.Context, client *spideriq.Client, s settings, yaml string) outcome {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pool.yaml")
	require.NoError(t, os.WriteFile(path, []byte(yaml), 0o600))
	s.file = path
	var stdout, stderr bytes.Buffer
	code := reconcile(ctx, client.Integrations, s, screen{&stdout, &stderr, false})
	return outcome{code, stdout.String(), strings.ReplaceAll(stderr.String(), path, "pool.yaml")}
}

func startPool(t *testing.T) *spideriqtest.Server {
	server := startDemo()
	t.Cleanup(server.Close)
	return server
}

// updates are the bodies of the updates that a server has received, by path.
func updates(server *spideriqtest.Server) (sent []string) {
	for _, r := range server.Requests() {
		if r.Method != http.MethodGet {
			sent = append(sent, r.Method+" "+strings.TrimPrefix(r.Path, "/api/v1/integrations")+" "+string(r.Body))
		}
	}
	return sent
}

func examplePool(t *testing.T) string {
	yaml, err := os.ReadFile("pool.yaml")
	require.NoError(t, err)
	return string(yaml)
}

const exampleDiff = `integration 42, openrouter, "Production OpenRouter"
    daily_limit         10000 -> 20000
    minute_limit        100 -> 200
    spend_limit_amount  500.00 -> 1000.00
    spend_limit_action  warn -> block
`

func TestPlanShowsWhatDiffersAndSendsNothing(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	got := reconcileOn(t, t.Context(), server.Client(), settings{}, examplePool(t))
	assert.Equal(t, outcome{0, exampleDiff + `integration 43, groq, "Batch jobs"
    is_active           true -> false

to change: 2, as wanted: 1, not in the file: 1
`, ""}, got)
	assert.Empty(t, updates(server))
}

func TestApplySendsOnlyWhatDiffersAndLeavesNothingToPlan(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	got := reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, examplePool(t))
	assert.Equal(t, outcome{0, exampleDiff + `    applied
integration 43, groq, "Batch jobs"
    is_active           true -> false
    applied

applied: 2, failed: 0, unknown: 0, not tried: 0
`, ""}, got)
	sent := []string{
		`PATCH /42 {"daily_limit":20000,"minute_limit":200,"spend_limit_amount":1000.00,"spend_limit_action":"block"}`,
		`PATCH /43 {"is_active":false}`,
	}
	assert.Equal(t, sent, updates(server))
	for _, s := range []settings{{}, {detailedExitCode: true}, {apply: true}} {
		assert.Equal(t, outcome{0, "no changes\n", ""}, reconcileOn(t, t.Context(), server.Client(), s, examplePool(t)))
	}
	assert.Equal(t, sent, updates(server))
}

func TestDetailedExitCode(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	got := reconcileOn(t, t.Context(), server.Client(), settings{detailedExitCode: true}, examplePool(t))
	assert.Equal(t, 3, got.code)
}

// The environment is that of the process, so this test is not parallel.
func TestTokenAndServerComeFromTheEnvironment(t *testing.T) {
	server := startPool(t)
	t.Setenv("SPIDERIQ_API_URL", server.URL)
	t.Setenv("SPIDERIQ_TOKEN", server.Token)
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"plan"}, os.Getenv, &stdout, &stderr))
	assert.Contains(t, stdout.String(), exampleDiff)
	assert.Empty(t, stderr.String())

	t.Setenv("SPIDERIQ_API_URL", "ftp://localhost") // wrong as well
	for _, token := range []string{"", "fake_secret\nwith a break"} {
		t.Setenv("SPIDERIQ_TOKEN", token)
		stderr.Reset()
		assert.Equal(t, 2, run(t.Context(), []string{"plan"}, os.Getenv, &stdout, &stderr))
		assert.Contains(t, stderr.String(), "SPIDERIQ_TOKEN")
		assert.NotContains(t, stderr.String(), "fake_secret")
		assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
	}
}

func TestDemoNeedsNoToken(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"apply", "-demo"}, nothing, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "applied: 2, failed: 0, unknown: 0, not tried: 0\n")
	assert.Empty(t, stderr.String())
	stdout.Reset()
	assert.Equal(t, 3, run(t.Context(), []string{"plan", "-demo", "-detailed-exitcode", "-f", "pool.yaml"}, nothing, &stdout, &stderr))
	assert.Contains(t, stdout.String(), exampleDiff)
}

func TestWrongFlags(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		names string
	}{
		"no command":             {nil, "no command"},
		"unknown command":        {[]string{"destroy"}, `"destroy"`},
		"unknown flag":           {[]string{"plan", "-force"}, "-force"},
		"flag of plan":           {[]string{"apply", "-detailed-exitcode"}, "-detailed-exitcode"},
		"wrong value":            {[]string{"plan", "-demo=perhaps"}, "-demo"},
		"argument":               {[]string{"plan", "-demo", "pool.yaml"}, "pool.yaml"},
		"no file":                {[]string{"plan", "-f", ""}, "-f"},
		"file that is not there": {[]string{"plan", "-demo", "-f", "missing.yaml"}, "missing.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, 2, run(t.Context(), c.args, nothing, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), c.names)
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-h"}, {"plan", "-h"}, {"apply", "-help"}} {
		var stdout, stderr bytes.Buffer
		assert.Equal(t, 0, run(t.Context(), args, nothing, &stdout, &stderr))
		assert.Equal(t, usage, stdout.String())
		assert.Empty(t, stderr.String())
	}
}

func TestColoursOnATerminalOnly(t *testing.T) {
	t.Parallel()
	device, err := os.Open(os.DevNull) // a character device, as a terminal is
	require.NoError(t, err)
	defer func() { _ = device.Close() }()
	environment := func(name, value string) func(string) string {
		return func(asked string) string {
			if asked == name {
				return value
			}
			return ""
		}
	}
	assert.True(t, coloured(device, nothing))
	assert.False(t, coloured(device, environment("NO_COLOR", "1")))
	assert.False(t, coloured(device, environment("TERM", "dumb")))
	assert.False(t, coloured(new(bytes.Buffer), nothing))
	file, err := os.Open("pool.yaml")
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	assert.False(t, coloured(file, nothing))

	var stdout bytes.Buffer
	u := update{integration: &spideriq.Integration{ID: 7, ProviderName: "groq"}, changes: []change{{"is_active", "true", "false"}}}
	screen{stdout: &stdout, colour: true}.update(u)
	assert.Equal(t, "\x1b[1mintegration 7, groq, \"\"\x1b[0m\n    is_active           \x1b[31mtrue\x1b[0m -> \x1b[32mfalse\x1b[0m\n", stdout.String())
}
