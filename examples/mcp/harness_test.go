package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "mcp")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "mcp")
	if printed, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, printed)
		return 1
	}
	return m.Run()
}

// startAPI starts a fake API with these integrations.
func startAPI(t *testing.T, integrations ...spideriq.Integration) *spideriqtest.Server {
	api := spideriqtest.NewServer()
	t.Cleanup(api.Close)
	for _, integration := range integrations {
		api.Add(integration)
	}
	return api
}

// command returns the program, to be run against an API and in no other environment.
func command(origin, token string, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = []string{"SPIDERIQ_TOKEN=" + token, "SPIDERIQ_API_URL=" + origin}
	return cmd
}

// A process is the program in a process of its own, and a session with it.
type process struct {
	*mcp.ClientSession
	t      *testing.T
	cmd    *exec.Cmd
	stderr *bytes.Buffer // complete when the process has ended
}

// start starts the program and connects to it.
func start(t *testing.T, api *spideriqtest.Server, args ...string) *process {
	return startCommand(t, command(api.URL, api.Token, args...))
}

func startCommand(t *testing.T, cmd *exec.Cmd) *process {
	stderr := new(bytes.Buffer)
	cmd.Stderr = stderr
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.CommandTransport{Command: cmd}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = session.Close() })
	return &process{ClientSession: session, t: t, cmd: cmd, stderr: stderr}
}

// call calls a tool with arguments as JSON.
func (p *process) call(tool, arguments string) *mcp.CallToolResult {
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	result, err := p.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)})
	require.NoError(p.t, err, "a protocol error")
	return result
}

// ok calls a tool, which must succeed, and decodes its result into out.
func (p *process) ok(tool, arguments string, out any) {
	result := p.call(tool, arguments)
	text := textOf(p.t, result)
	require.False(p.t, result.IsError, text)
	require.NoError(p.t, json.Unmarshal([]byte(text), out))
}

// fails calls a tool, which must end in a tool error, and returns its text.
func (p *process) fails(tool, arguments string) string {
	result := p.call(tool, arguments)
	text := textOf(p.t, result)
	require.True(p.t, result.IsError, text)
	assert.Nil(p.t, result.StructuredContent)
	return text
}

// log ends the process and returns what it has written to standard error.
func (p *process) log() string {
	require.NoError(p.t, p.Close())
	return p.stderr.String()
}

func textOf(t *testing.T, result *mcp.CallToolResult) string {
	require.Len(t, result.Content, 1)
	text, ok := result.Content[0].(*mcp.TextContent)
	require.True(t, ok)
	return text.Text
}

// requests returns the requests of one method that the API has received.
func requests(api *spideriqtest.Server, method string) []spideriqtest.Request {
	var found []spideriqtest.Request
	for _, request := range api.Requests() {
		if request.Method == method {
			found = append(found, request)
		}
	}
	return found
}

// full is an integration in which every field is set.
func full(id int64) spideriq.Integration {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return spideriq.Integration{
		ID: id, ProviderName: "openrouter", ProviderLabel: "OpenRouter", KeyLabel: "Day & night <1>",
		IsActive: true, IsPrimary: true, Priority: 10,
		DailyLimit: new(1), DailyCount: 2, MinuteLimit: new(3), MinuteCount: 4, HealthStatus: "degraded",
		SpendLimitAmount: new(spideriq.Amount("12345678901234567.89")),
		SpendLimitPeriod: "monthly", SpendLimitAction: "block", UpdatedAt: at,
		ConsecutiveFailures: new(1), LastUsedAt: &at, SpendLimitExceeded: new(true),
		CachedBalance: new(spideriq.Amount("6.10")), CachedUsageToday: new(spideriq.Amount("7")),
		CachedUsageMonth: new(spideriq.Amount("8.125")), CachedCurrency: "USD", BillingSyncedAt: &at,
		KeyPreview: map[string]string{"api_key": "sk-o...123"}, CreatedAt: &at,
	}
}
