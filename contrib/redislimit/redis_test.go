package redislimit_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/contrib/redislimit"
)

// A redisServer is a real redis-server for one test.
type redisServer struct {
	url   string
	kill  func()
	start func() // again, with nothing remembered
}

// startRedis fails the test where redis-server is not installed.
func startRedis(t *testing.T) *redisServer {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	require.NoError(t, err, "this test needs a real redis-server: apt-get install redis-server")
	dir, err := os.MkdirTemp("", "redis") // not t.TempDir: the path of a socket must be short
	require.NoError(t, err)
	socket := filepath.Join(dir, "redis.sock")
	server := &redisServer{url: "unix://" + socket}
	server.start = func() {
		cmd := exec.Command(binary, "--port", "0", "--unixsocket", socket,
			"--save", "", "--appendonly", "no", "--dir", dir)
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		log := bufio.NewScanner(stdout)
		for log.Scan() && !strings.Contains(log.Text(), "eady to accept connections") {
		}
		require.NoError(t, log.Err())
		server.kill = sync.OnceFunc(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
	server.start()
	t.Cleanup(func() {
		server.kill()
		_ = os.RemoveAll(dir)
	})
	return server
}

func open(t *testing.T, server *redisServer) *redis.Client {
	t.Helper()
	options, err := redislimit.ParseURL(server.url)
	require.NoError(t, err)
	db := redis.NewClient(options)
	t.Cleanup(func() { _ = db.Close() })
	return db
}
