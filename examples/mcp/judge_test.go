package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// Exit statuses of the inspector.
const (
	judgedFine      = 0
	judgedToolError = 5
)

// A verdict is what the inspector writes for one request.
type verdict struct {
	Result struct {
		Tools   []struct{ Name string }
		IsError bool
		Content []struct{ Text string }
	}
}

// judge makes one request with the MCP inspector, a client that is not of the SDK
// which the server is made with. It holds every result against the schema that the
// server announces and fails when it does not fit.
func judge(t *testing.T, api *spideriqtest.Server, request, server []string) (verdict, int) {
	environment := []string{"-e", "SPIDERIQ_TOKEN=" + api.Token, "-e", "SPIDERIQ_API_URL=" + api.URL}
	args := slices.Concat([]string{"--format", "json"}, environment, request)
	cmd := exec.Command("judge/inspect", slices.Concat(args, []string{"--", binary}, server)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run()
	var v verdict
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &v), "%v: %s", args, stderr.String())
	return v, cmd.ProcessState.ExitCode()
}

// needJudge skips the test where there is no npx, but not in CI.
func needJudge(t *testing.T) {
	_, err := exec.LookPath("npx")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("there is no npx")
	}
	require.NoError(t, err, "CI needs node, npm and npx")
	require.NoError(t, install())
}

// install has the inspector installed, once, before tests run it side by side.
var install = sync.OnceValue(func() error {
	printed, err := exec.Command("judge/inspect", "--version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, printed)
	}
	return nil
})

// eras are the two forms of the protocol: with a handshake, and without.
var eras = []string{"legacy", "modern"}

func TestTheInspectorFindsNoErrorInTheSchemas(t *testing.T) {
	t.Parallel()
	needJudge(t)
	api := startAPI(t, full(42))
	for _, era := range eras {
		for _, c := range []struct {
			server []string
			want   []string
		}{
			{nil, readTools},
			{[]string{"-allow-writes"}, slices.Sorted(slices.Values(slices.Concat(readTools, writeTools)))},
		} {
			request := []string{"--protocol-era", era, "--method", "tools/list", "--strict"}
			v, status := judge(t, api, request, c.server)
			assert.Equal(t, judgedFine, status)
			var names []string
			for _, tool := range v.Result.Tools {
				names = append(names, tool.Name)
			}
			assert.ElementsMatch(t, c.want, names)
		}
	}
}

func TestTheInspectorAcceptsEveryResult(t *testing.T) {
	t.Parallel()
	needJudge(t)
	for _, era := range eras {
		for _, c := range []struct{ tool, arguments string }{
			{"list_integrations", `{"include_key_preview": true}`},
			{"get_integration", `{"id": 43}`},
			{"integration_health", `{}`},
			{"sync_billing", `{}`},
			{"update_integration", `{"id": 42, "daily_limit": 20000, "spend_limit_amount": 1000.10}`},
			{"set_primary", `{"id": 43}`},
			{"disable", `{"id": 42}`},
		} {
			t.Run(era+" "+c.tool, func(t *testing.T) {
				t.Parallel()
				api := startAPI(t, full(42), spideriq.Integration{ID: 43, ProviderName: "groq"})
				var server []string
				if slices.Contains(writeTools, c.tool) {
					server = []string{"-allow-writes"}
				}
				v, status := judge(t, api, toolCall(era, c.tool, c.arguments), server)
				assert.Equal(t, judgedFine, status)
				assert.False(t, v.Result.IsError)
				assert.NotEmpty(t, v.Result.Content)
			})
		}
	}
}

func toolCall(era, tool, arguments string) []string {
	return []string{"--protocol-era", era, "--method", "tools/call", "--tool-name", tool, "--tool-args-json", arguments}
}

func TestTheInspectorSeesToolErrors(t *testing.T) {
	t.Parallel()
	needJudge(t)
	for _, era := range eras {
		for name, c := range map[string]struct {
			tool, arguments string
			fault           spideriqtest.Fault
			want            string
		}{
			"refused": {
				tool: "update_integration", arguments: `{"id": 42, "spend_limit_action": "stop"}`,
				want: "spend_limit_action must be 'warn' or 'block'",
			},
			"unknown id": {
				tool: "disable", arguments: `{"id": 7}`,
				want: "404 Not Found: Integration not found",
			},
			"wrong arguments": {
				tool: "update_integration", arguments: `{"id": 42, "daily_limit": null}`,
				want: "nothing was sent",
			},
			"rate limit": {
				tool: "integration_health", arguments: `{}`, fault: spideriqtest.RateLimited(0),
				want: "Waiting does not help",
			},
		} {
			t.Run(era+" "+name, func(t *testing.T) {
				t.Parallel()
				api := startAPI(t, full(42))
				api.Fail(c.fault)
				v, status := judge(t, api, toolCall(era, c.tool, c.arguments), []string{"-allow-writes"})
				assert.Equal(t, judgedToolError, status)
				assert.True(t, v.Result.IsError)
				require.Len(t, v.Result.Content, 1)
				assert.Contains(t, v.Result.Content[0].Text, c.want)
			})
		}
	}
}
