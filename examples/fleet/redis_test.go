package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
)

// A redisServer is Redis, for one test.
type redisServer struct {
	url   string
	stop  func()
	start func() // again, with nothing remembered
}

// startRedis starts a real redis-server, or, on a machine that has none, an
// imitation in Go.
func startRedis(t *testing.T) *redisServer {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		t.Log("redis-server is not installed, so miniredis stands in for it")
		fake := miniredis.RunT(t)
		return &redisServer{url: "redis://" + fake.Addr(), stop: fake.Close, start: func() {
			fake.FlushAll()
			require.NoError(t, fake.Restart())
		}}
	}
	dir, err := os.MkdirTemp("", "fleet") // not t.TempDir: the path of a socket must be short
	require.NoError(t, err)
	socket := filepath.Join(dir, "redis.sock")
	s := &redisServer{url: "unix://" + socket}
	s.start = func() {
		cmd := exec.Command(binary, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir)
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		log := bufio.NewScanner(stdout)
		for log.Scan() && !strings.Contains(log.Text(), "eady to accept connections") {
		}
		require.NoError(t, log.Err())
		s.stop = sync.OnceFunc(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
	s.start()
	t.Cleanup(func() {
		s.stop()
		_ = os.RemoveAll(dir)
	})
	return s
}
