//go:build unix

package benchmark_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A benchServer runs in another process, so that what it costs is not counted with
// what a client costs. That process is this test binary once more.
type benchServer struct {
	url      string
	commands io.Writer
	replies  *bufio.Scanner
}

const serverVariable = "SPIDERIQ_BENCH_SERVER"

func startServer(b *testing.B) *benchServer {
	cmd := exec.Command(os.Args[0], "-test.run=^TestServeBenchmarks$")
	cmd.Env = append(os.Environ(), serverVariable+"=1")
	cmd.Stderr = os.Stderr
	commands, err := cmd.StdinPipe()
	require.NoError(b, err)
	replies, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	b.Cleanup(func() {
		commands.Close() // ends the server
		cmd.Wait()
	})
	s := &benchServer{commands: commands, replies: bufio.NewScanner(replies)}
	s.url = s.reply(b)
	return s
}

// connections returns how many there were since it was last asked, and closes
// those that are idle.
func (s *benchServer) connections(b *testing.B) int {
	_, err := io.WriteString(s.commands, "connections\n")
	require.NoError(b, err)
	n, err := strconv.Atoi(s.reply(b))
	require.NoError(b, err)
	return n
}

func (s *benchServer) reply(b *testing.B) string {
	require.True(b, s.replies.Scan(), "the server has ended")
	return s.replies.Text()
}

// TestServeBenchmarks is no test but that server. It answers a line of stdin with
// one on stdout, and ends with stdin.
func TestServeBenchmarks(t *testing.T) {
	if os.Getenv(serverVariable) == "" {
		t.Skip("only benchmarks need their server")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var opened atomic.Int64
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+fakeToken {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			io.Copy(io.Discard, r.Body)
			w.Header()["Content-Type"] = []string{"application/json"}
			io.WriteString(w, updateAnswer)
		}),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		},
	}
	go server.Serve(listener)
	fmt.Printf("http://%s/api/v1\n", listener.Addr())
	for commands := bufio.NewScanner(os.Stdin); commands.Scan(); {
		server.SetKeepAlivesEnabled(false) // closes the idle ones
		server.SetKeepAlivesEnabled(true)
		fmt.Println(opened.Swap(0))
	}
	require.NoError(t, server.Close())
}
