package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

// A process is the program, or a NATS server, that a test can kill.
type process struct {
	cmd    *exec.Cmd
	lines  chan string // of its standard output
	mu     sync.Mutex
	stderr bytes.Buffer
}

func start(t *testing.T, as string, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.CommandContext(t.Context(), os.Args[0], args...), lines: make(chan string, 10_000)}
	p.cmd.Env = append(os.Environ(), append(env, "BULK_TEST_AS="+as)...)
	p.cmd.Stderr = p
	stdout, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(p.lines)
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			p.lines <- scanner.Text()
		}
	})
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		reading.Wait()
		_ = p.cmd.Wait()
	})
	return p
}

// Write takes the standard error.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.Write(b)
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

// kill is kill -9.
func (p *process) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Kill())
	p.end()
}

// end waits for the end and returns the exit code and the rest of the output.
func (p *process) end() (code int, stdout string) {
	var out strings.Builder
	for line := range p.lines {
		fmt.Fprintln(&out, line)
	}
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode(), out.String()
}

// startBulk starts the program against an API.
func startBulk(t *testing.T, api *spideriqtest.Server, args ...string) *process {
	t.Helper()
	env := []string{"SPIDERIQ_TOKEN=" + token, "SPIDERIQ_API_URL=" + api.URL}
	return start(t, "program", env, append([]string{"-rate", "600000", "-burst", "100"}, args...)...)
}

// A natsServer is a real NATS server in a process of its own, on one port and folder
// also after a restart.
type natsServer struct {
	*process
	folder, port string
}

func startNATS(t *testing.T) *natsServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	n := &natsServer{folder: t.TempDir(), port: port}
	n.restart(t)
	return n
}

func (n *natsServer) url() string { return "nats://127.0.0.1:" + n.port }

func (n *natsServer) restart(t *testing.T) {
	t.Helper()
	n.process = start(t, "nats-server", nil, n.folder, n.port)
	require.Eventually(t, func() bool {
		conn, err := nats.Connect(n.url())
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond)
}

// records reads the job from the server.
func (n *natsServer) records(t *testing.T, job string) map[int64]record {
	t.Helper()
	conn, err := nats.Connect(n.url())
	require.NoError(t, err)
	defer conn.Close()
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	q := &queue{js: js, job: job, natsWait: 5 * time.Second}
	q.records, err = js.KeyValue(t.Context(), q.bucketName())
	require.NoError(t, err)
	return mustLoad(t, q)
}

// updates counts the updates that the API has received.
func updates(api *spideriqtest.Server) int {
	n := 0
	for _, r := range api.Requests() {
		if r.Method == http.MethodPatch {
			n++
		}
	}
	return n
}

func waitForUpdates(t *testing.T, api *spideriqtest.Server, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for updates(api) < n {
		require.NoError(t, ctx.Err())
		sleep(ctx, 5*time.Millisecond)
	}
}
