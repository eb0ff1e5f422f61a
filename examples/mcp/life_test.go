package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A slowAPI lists integration 42 and never answers an update.
type slowAPI struct {
	*httptest.Server
	began chan struct{} // an update has arrived
	ended chan struct{} // its client has gone
}

func startSlowAPI(t *testing.T) *slowAPI {
	api := &slowAPI{began: make(chan struct{}, 10), ended: make(chan struct{}, 10)}
	api.Server = httptest.NewServer(http.HandlerFunc(api.serve))
	t.Cleanup(api.Close)
	return api
}

func (s *slowAPI) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		rows := []map[string]any{{"id": 42, "provider_name": "groq"}}
		if r.URL.Query().Get("offset") != "" {
			rows = rows[:0]
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "integrations": rows})
		return
	}
	_ = json.NewDecoder(r.Body).Decode(new(any)) // the server notices that the client has gone when the body is read
	s.began <- struct{}{}
	<-r.Context().Done()
	s.ended <- struct{}{}
}

// within fails the test when nothing comes from c in ten seconds.
func within(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(10 * time.Second):
		require.Fail(t, what)
	}
}

// disable calls the tool of that name in the background.
func (p *process) disable(ctx context.Context) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := p.CallTool(ctx, &mcp.CallToolParams{Name: "disable", Arguments: map[string]any{"id": 42}})
		done <- err
	}()
	return done
}

func TestACancelledCallEndsTheRequest(t *testing.T) {
	t.Parallel()
	api := startSlowAPI(t)
	p := startCommand(t, command(api.URL, "token", "-allow-writes", "-max-age", "1h"))
	ctx, cancel := context.WithCancel(t.Context())
	done := p.disable(ctx)
	within(t, "the update does not arrive", api.began)
	cancel()
	within(t, "the request goes on after the call was cancelled", api.ended)
	assert.ErrorIs(t, <-done, context.Canceled)

	var result getResult
	p.ok("get_integration", `{"id": 42}`, &result)
	assert.Equal(t, int64(42), result.Integration.ID, "the server goes on")
	assert.Empty(t, api.began, "the request is not repeated")
}

// The SDK's client waits for its own calls before it leaves, so the messages are
// written by hand.
func TestTheHostLeavesDuringACall(t *testing.T) {
	t.Parallel()
	api := startSlowAPI(t)
	cmd := command(api.URL, "token", "-allow-writes")
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	_, err = io.WriteString(stdin, `{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
		"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}
		{"jsonrpc": "2.0", "method": "notifications/initialized"}
		{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "disable", "arguments": {"id": 42}}}
		`)
	require.NoError(t, err)
	within(t, "the update does not arrive", api.began)
	require.NoError(t, stdin.Close())
	within(t, "the request goes on after the host has left", api.ended)
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		assert.NoError(t, cmd.Wait(), "exit status 0")
	}()
	within(t, "the program goes on after the host has left", exited)
}

func TestASignalDuringACall(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		api := startSlowAPI(t)
		p := startCommand(t, command(api.URL, "token", "-allow-writes"))
		p.disable(t.Context())
		within(t, "the update does not arrive", api.began)
		require.NoError(t, p.cmd.Process.Signal(signal))
		within(t, "the request goes on after the signal", api.ended)
		err := p.Close()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		assert.Equal(t, exitInterrupted, exit.ExitCode())
	}
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args   []string
		env    []string
		stdin  string
		want   int
		stderr string
	}{
		"help":             {args: []string{"-h"}, want: exitDone},
		"the host is done": {args: []string{"-demo"}, want: exitDone},
		"no token":         {want: exitUsage, stderr: "mcp: SPIDERIQ_TOKEN is not set"},
		"a wrong flag": {
			args: []string{"-write"},
			want: exitUsage, stderr: "mcp: flag provided but not defined: -write",
		},
		"an argument": {
			args: []string{"x"},
			want: exitUsage, stderr: `mcp: unexpected argument "x"`,
		},
		"a negative age": {
			args: []string{"-max-age", "-1s"},
			want: exitUsage, stderr: "mcp: invalid value -1s for flag -max-age",
		},
		"a wrong token": {
			env:  []string{"SPIDERIQ_TOKEN=a b"},
			want: exitUsage, stderr: "mcp: spideriq: ",
		},
		"a wrong address": {
			env:  []string{"SPIDERIQ_TOKEN=x", "SPIDERIQ_API_URL=ftp://x"},
			want: exitUsage, stderr: "mcp: spideriq: ",
		},
		"a host that raves": {
			args: []string{"-demo"}, stdin: "hello",
			want: exitFailed, stderr: "mcp: the connection to the host failed",
		},
		"demo, wrong values": {
			args: []string{"-demo"}, env: []string{"SPIDERIQ_TOKEN=a b", "SPIDERIQ_API_URL=ftp://x"},
			want: exitDone,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(binary, c.args...)
			var stdout, stderr strings.Builder
			cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.env, strings.NewReader(c.stdin), &stdout, &stderr
			_ = cmd.Run()
			assert.Equal(t, c.want, cmd.ProcessState.ExitCode(), stderr.String())
			assert.True(t, strings.HasPrefix(stderr.String(), c.stderr), stderr.String())
			if c.want == exitUsage {
				assert.Empty(t, stdout.String())
				assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), "one line")
			}
		})
	}
}

// Whatever the environment holds.
func TestDemoStaysOffTheNetwork(t *testing.T) {
	t.Parallel()
	api := startAPI(t)
	p := start(t, api, "-demo", "-allow-writes")
	var result listResult
	p.ok("list_integrations", `{}`, &result)
	assert.Equal(t, len(demoIntegrations()), result.Matching)
	p.ok("update_integration", `{"id": 42, "daily_limit": 20000}`, new(changeResult))
	assert.Empty(t, api.Requests())
}
