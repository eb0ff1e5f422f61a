package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
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
	if os.Getenv("GUARD_TEST_AS_PROGRAM") != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// A journal is the log of a program that runs in a test, read line by line.
type journal struct {
	t     *testing.T
	lines *bufio.Scanner
	ended chan int
	stop  context.CancelFunc
}

func start(t *testing.T, program func(ctx context.Context, stdout io.Writer) int) journal {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute) // so that a line that never comes is a failure
	reader, stdout := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- program(ctx, stdout)
		_ = stdout.Close()
	}()
	return journal{t, bufio.NewScanner(reader), ended, stop}
}

// await reads up to the next line with that message.
func (j journal) await(message string) map[string]any {
	j.t.Helper()
	for j.lines.Scan() {
		var line map[string]any
		require.NoError(j.t, json.Unmarshal(j.lines.Bytes(), &line), "every line is JSON")
		if line["msg"] == message {
			return line
		}
	}
	require.FailNow(j.t, "the program ended without: "+message)
	return nil
}

// end stops the program and returns its exit status.
func (j journal) end() int {
	j.stop()
	for j.lines.Scan() {
	}
	return <-j.ended
}

func updates(server *spideriqtest.Server) (sent []string) {
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			sent = append(sent, "PATCH "+strings.TrimPrefix(r.Path, "/api/v1/integrations")+" "+string(r.Body))
		}
	}
	return sent
}

func startPool(t *testing.T) *spideriqtest.Server {
	server := spideriqtest.NewServer()
	t.Cleanup(server.Close)
	server.Add(spideriq.Integration{ID: 1, ProviderName: spideriq.ProviderOpenRouter, IsActive: true, IsPrimary: true})
	server.Add(spideriq.Integration{ID: 2, ProviderName: spideriq.ProviderOpenRouter, IsActive: true})
	return server
}

func TestGuardOnTheWire(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	s := settings{interval: time.Millisecond, cooldown: time.Hour, maxBackoff: 5 * time.Millisecond, logFormat: "json"}
	// One attempt a call, so that each fault reaches the guard.
	client := server.Client(spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: 1}))
	j := start(t, func(ctx context.Context, stdout io.Writer) int {
		return newGuard(client.Integrations, s, s.logger(stdout), newMetrics()).watch(ctx)
	})
	j.await("guarding")

	fail(server, 1, 2)
	assert.Equal(t, "degraded", j.await("health has changed")["to"])
	fail(server, 1, 0)
	assert.Equal(t, "healthy", j.await("health has changed")["to"])
	assert.Empty(t, updates(server))

	server.Fail(spideriqtest.HTMLPage(502), spideriqtest.Status(200, "null"), spideriqtest.RateLimited(0))
	j.await("the pool cannot be seen")
	j.await("the pool can be seen again")

	fail(server, 1, 3)
	j.await("disabled")
	assert.Equal(t, []string{promoted2, disabled1}, updates(server))

	fail(server, 2, 3)
	j.await("a primary key is unhealthy, and no key of the provider is healthy and active")
	fail(server, 2, 0)
	j.await("no primary key is unhealthy any more")
	assert.Equal(t, exitDone, j.end())
	assert.Len(t, updates(server), 2)
	one, _ := server.Get(1)
	two, _ := server.Get(2)
	assert.False(t, one.IsActive || one.IsPrimary)
	assert.True(t, two.IsActive && two.IsPrimary)
}

func TestAnswersLostOnTheWire(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	fail(server, 1, 3)
	none := spideriqtest.Fault{}
	server.Fail(
		none, none, none, spideriqtest.Cut(), // health, two pages of the list, promotion
		none, none, none, spideriqtest.CutBody(), // health, two pages of the list, disabling
	)
	s := settings{interval: time.Millisecond, cooldown: time.Hour, maxBackoff: 5 * time.Millisecond, logFormat: "json"}
	client := server.Client(spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: 1}))
	j := start(t, func(ctx context.Context, stdout io.Writer) int {
		return newGuard(client.Integrations, s, s.logger(stdout), newMetrics()).watch(ctx)
	})
	j.await("promotion with unknown outcome: the next look will tell")
	j.await("the promotion whose answer was lost has been made")
	j.await("disabling failed: the next look will tell")
	j.await("looking again")
	fail(server, 2, 1)
	j.await("health has changed")
	assert.Equal(t, exitDone, j.end())
	assert.Equal(t, []string{promoted2, disabled1}, updates(server), "neither is repeated")
}

// The environment is that of the process, so this test is not parallel.
func TestTokenAndServerComeFromTheEnvironment(t *testing.T) {
	server := startPool(t)
	t.Setenv("SPIDERIQ_API_URL", server.URL)
	t.Setenv("SPIDERIQ_TOKEN", server.Token)
	fail(server, 1, 3)
	var stderr bytes.Buffer
	guard := func(ctx context.Context, stdout io.Writer) int {
		return run(ctx, []string{"-log-format", "json"}, stdout, &stderr)
	}
	j := start(t, guard)
	line := j.await("disabled")
	assert.Equal(t, 1., line["id"])
	assert.Equal(t, 0, j.end())

	t.Setenv("SPIDERIQ_TOKEN", "expired_secret")
	j = start(t, guard)
	j.await("the API refuses the token: giving up")
	assert.Equal(t, 1, <-j.ended)
	j.stop()
	assert.Empty(t, stderr.String())

	t.Setenv("SPIDERIQ_API_URL", "ftp://localhost") // wrong as well
	for _, token := range []string{"", "expired_secret\nwith a break"} {
		t.Setenv("SPIDERIQ_TOKEN", token)
		stderr.Reset()
		assert.Equal(t, 2, guard(t.Context(), io.Discard))
		assert.Contains(t, stderr.String(), "SPIDERIQ_TOKEN")
		assert.NotContains(t, stderr.String(), "expired_secret")
		assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
	}
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

func TestDemoNeedsNeitherTokenNorNetwork(t *testing.T) {
	t.Setenv("SPIDERIQ_TOKEN", "")
	t.Setenv("SPIDERIQ_API_URL", "ftp://nowhere")
	noNetwork(t)
	j := start(t, func(ctx context.Context, stdout io.Writer) int {
		return run(ctx, []string{"-demo", "-interval", "10ms", "-log-format", "json"}, stdout, io.Discard)
	})
	j.await("promoted")
	assert.Equal(t, 0, j.end())
}

func TestWrongFlags(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		names string
	}{
		"unknown flag":      {[]string{"-every", "5s"}, "-every"},
		"argument":          {[]string{"-demo", "now"}, `"now"`},
		"no duration":       {[]string{"-interval", "30"}, "-interval"},
		"no interval":       {[]string{"-interval", "0"}, "-interval"},
		"negative interval": {[]string{"-interval", "-1s"}, "-interval"},
		"negative cooldown": {[]string{"-cooldown", "-1s"}, "-cooldown"},
		"no backoff":        {[]string{"-max-backoff", "0s"}, "-max-backoff"},
		"log format":        {[]string{"-log-format", "xml"}, "-log-format"},
		"dry run":           {[]string{"-dry-run=perhaps"}, "-dry-run"},
		"metrics port":      {[]string{"-metrics", "127.0.0.1:99999"}, "-metrics"},
		"metrics host":      {[]string{"-metrics", "9464"}, "-metrics"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, 2, run(t.Context(), c.args, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), c.names)
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
		})
	}
}

func TestMetricsThatCannotBeServedAreAnError(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	var stdout, stderr bytes.Buffer
	args := []string{"-demo", "-metrics", taken.Addr().String()}
	assert.Equal(t, exitFailed, run(t.Context(), args, &stdout, &stderr))
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), "guard: flag -metrics: ")
	assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
}

func TestSignalEndsTheProgram(t *testing.T) {
	t.Parallel()
	for sig, code := range map[syscall.Signal]int{syscall.SIGTERM: exitDone, syscall.SIGINT: exitInterrupted} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			program := exec.CommandContext(t.Context(), os.Args[0], "-demo")
			program.Env = append(os.Environ(), "GUARD_TEST_AS_PROGRAM=1")
			stdout, err := program.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, program.Start())
			lines := bufio.NewScanner(stdout)
			require.True(t, lines.Scan())
			require.Contains(t, lines.Text(), "guarding")
			require.NoError(t, program.Process.Signal(sig))
			for lines.Scan() {
			}
			_ = program.Wait()
			assert.Equal(t, code, program.ProcessState.ExitCode())
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"-h"}, &stdout, &stderr))
	assert.Equal(t, usage, stdout.String())
	assert.Empty(t, stderr.String())
}

func TestPauseIsBounded(t *testing.T) {
	t.Parallel()
	slow := settings{interval: time.Hour, maxBackoff: time.Minute}
	g := newGuard(nil, slow, slog.New(slog.DiscardHandler), newMetrics())
	g.failedLooks = 1000
	assert.Equal(t, time.Hour, g.pause(), "never shorter than the interval")
	g.settings = settings{interval: 30 * time.Second, maxBackoff: 100 * time.Second}
	assert.Equal(t, 100*time.Second, g.pause())
}
