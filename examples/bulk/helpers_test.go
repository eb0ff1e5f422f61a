package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// TestMain is also the program itself, and a NATS server, for the tests that kill them.
func TestMain(m *testing.M) {
	switch os.Getenv("BULK_TEST_AS") {
	case "program":
		main()
	case "nats-server":
		serveNATS(os.Args[1], os.Args[2])
	}
	goleak.VerifyTestMain(m)
}

// serveNATS is a NATS server in a process of its own.
func serveNATS(folder, port string) {
	opts := &server.Options{Host: "127.0.0.1", JetStream: true, StoreDir: folder, NoLog: true}
	if _, err := fmt.Sscan(port, &opts.Port); err != nil {
		panic(err)
	}
	s, err := server.NewServer(opts)
	if err != nil {
		panic(err)
	}
	s.Start()
	s.WaitForShutdown()
	os.Exit(0)
}

const token = "client_example:key_example:secret_example"

func noEnvironment(string) string { return "" }

// newAPI starts an API with integrations 1 to n.
func newAPI(t *testing.T, n int) *spideriqtest.Server {
	t.Helper()
	server := spideriqtest.NewServer(spideriqtest.WithToken(token))
	t.Cleanup(server.Close)
	for id := range n {
		server.Add(spideriq.Integration{ID: int64(id + 1), IsActive: true, DailyLimit: new(10000)})
	}
	return server
}

// limits is a CSV file that gives integrations 1 to n a daily limit of 0.
func limits(n int) string {
	var text strings.Builder
	text.WriteString("id,daily_limit\n")
	for id := range n {
		fmt.Fprintf(&text, "%d,0\n", id+1)
	}
	return text.String()
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
	return name
}

func resultsName(csv string) string { return strings.TrimSuffix(csv, ".csv") + ".results.csv" }

// bulk runs the program against url. Nothing that it prints or writes has the token.
func bulk(t *testing.T, ctx context.Context, url, csv string, flags ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("SPIDERIQ_TOKEN", token)
	t.Setenv("SPIDERIQ_API_URL", url)
	var out, log bytes.Buffer
	args := append([]string{"-rate", "600000", "-retry-delay", "20ms"}, flags...)
	code = run(ctx, append(args, csv), os.Getenv, &out, &log)
	written := filesIn(t, filepath.Dir(csv))
	for part := range strings.SplitSeq(token, ":") {
		assert.False(t, strings.Contains(out.String()+log.String()+written, part), part)
	}
	return code, out.String(), log.String()
}

// filesIn returns the content of all files below a folder, the store's included.
func filesIn(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	require.NoError(t, filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		all.Write(content)
		return err
	}))
	return all.String()
}

// sent counts the updates that the server received.
func sent(server *spideriqtest.Server) map[string]int {
	count := make(map[string]int)
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			count[r.Method+" "+strings.TrimPrefix(r.Path, "/api/v1")+" "+string(r.Body)]++
		}
	}
	return count
}

// outcomes reads the results file.
func outcomes(t *testing.T, name string) map[string]string {
	t.Helper()
	file, err := os.Open(name)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	lines, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Equal(t, resultsHeader, lines[0])
	of := make(map[string]string)
	for _, fields := range lines[1:] {
		require.NotContains(t, of, fields[2], "one line for each row")
		of[fields[2]] = fields[4]
	}
	return of
}

// newQueue opens a job on a server inside of the test.
func newQueue(t *testing.T) *queue {
	t.Helper()
	return openStore(t, t.TempDir())
}

func openStore(t *testing.T, folder string) *queue {
	t.Helper()
	q, conn := openJobIn(t, folder, settings{job: "test", lease: time.Second}, "test")
	t.Cleanup(conn.close)
	return q
}

func openJobIn(t *testing.T, folder string, s settings, api string) (*queue, *connection) {
	t.Helper()
	conn, err := startEmbedded(folder)
	require.NoError(t, err)
	s.csv, s.natsWait, s.replicas = "test.csv", 5*time.Second, 1
	q, err := openQueue(t.Context(), conn, s, api)
	require.NoError(t, err)
	return q, conn
}

// enqueueRows queues rows 1 to n.
func enqueueRows(t *testing.T, q *queue, n int) {
	t.Helper()
	rows, err := readRows(writeFile(t, "test.csv", limits(n)))
	require.NoError(t, err)
	before, err := q.load(t.Context())
	require.NoError(t, err)
	p, err := newPlan(rows, before, settings{})
	require.NoError(t, err)
	require.NoError(t, q.enqueue(t.Context(), p.tasks))
}

func messagesIn(t *testing.T, q *queue) int {
	t.Helper()
	info, err := q.stream.Info(t.Context())
	require.NoError(t, err)
	return int(info.State.Msgs)
}

// states returns the states of all rows.
func states(t *testing.T, q *queue) map[int64]state {
	t.Helper()
	records, err := q.load(t.Context())
	require.NoError(t, err)
	of := make(map[int64]state)
	for id, r := range records {
		of[id] = r.State
	}
	return of
}

// An unlimited limiter.
type unlimited struct{}

func (unlimited) Wait(ctx context.Context) error { return ctx.Err() }

// A scripted client answers each update of a row with the next of its errors, and with
// success after the last. Like the real one it asks the gate before it sends.
type scripted struct {
	gate   *gate
	script map[int64][]error
	mu     chan struct{}
	calls  []call
}

type call struct {
	id int64
	at time.Time
}

func newScripted(g *gate, script map[int64][]error) *scripted {
	return &scripted{gate: g, script: script, mu: make(chan struct{}, 1)}
}

func (s *scripted) Update(
	ctx context.Context, id int64, _ spideriq.UpdateParams, _ ...spideriq.RequestOption,
) (*spideriq.Integration, error) {
	if err := s.gate.Wait(ctx); err != nil {
		return nil, &spideriq.TransportError{Err: err}
	}
	s.mu <- struct{}{}
	defer func() { <-s.mu }()
	s.calls = append(s.calls, call{id, time.Now()})
	if len(s.script[id]) == 0 {
		return &spideriq.Integration{ID: id}, nil
	}
	err := s.script[id][0]
	s.script[id] = s.script[id][1:]
	return nil, err
}

// newTestPool returns a pool on a queue whose client follows a script.
func newTestPool(q *queue, script map[int64][]error) (*pool, *scripted) {
	g := &gate{limiter: unlimited{}, queue: q}
	client := newScripted(g, script)
	return &pool{
		client: client, queue: q, gate: g, workers: 1, grace: time.Second,
		retryDelay: 20 * time.Millisecond, stderr: io.Discard,
	}, client
}
