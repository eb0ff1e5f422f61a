package acceptance_test

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

func TestCutBehindTheRequest(t *testing.T) {
	t.Parallel()
	server := wireserver.Start(t, func(c *wireserver.Conn) {
		if c.Next(); c.Number%2 == 0 {
			c.Send(wireserver.Answer(200, successBody, "Connection: close"))
		}
	})
	client := wireClient(t, server)

	err := update(t.Context(), client, spideriq.WithMaxAttempts(1))
	assert.True(t, requireAs[*spideriq.TransportError](t, err).MayHaveApplied)
	require.NoError(t, update(t.Context(), client), "that was the second connection")

	var info spideriq.ResponseInfo
	require.NoError(t, update(t.Context(), client, spideriq.WithResponseInfo(&info)))
	assert.Equal(t, 2, info.Attempts)

	err = create(t.Context(), client)
	assert.True(t, requireAs[*spideriq.TransportError](t, err).MayHaveApplied)
	assert.Len(t, server.Requests(), 5, "a create that may have been applied is not repeated")
}

func TestKeptConnectionClosedAsAnUpdateGoesOut(t *testing.T) {
	t.Parallel()
	for name, handle := range map[string]func(*wireserver.Conn){
		"as the request arrives": func(c *wireserver.Conn) {
			c.Next()
			c.Send(wireserver.Answer(200, successBody))
			_, _ = c.In.ReadByte()
			c.Reset()
		},
		"at about that time": wireserver.Once(wireserver.Answer(200, successBody)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := wireserver.Start(t, handle)
			client := wireClient(t, server)
			for range 100 {
				require.NoError(t, update(t.Context(), client))
			}
			assert.Equal(t, int64(100), server.Accepted())
			assert.Len(t, server.Requests(), 100)
		})
	}
}

func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100<<10)
	for _, tt := range []struct {
		name    string
		answers []string // in turn
	}{
		{"after successes", []string{wireserver.Answer(200, successBody)}},
		{"after refusals", []string{wireserver.Answer(404, refusalBody), wireserver.Answer(400, "")}},
		{
			"after long error bodies",
			[]string{
				wireserver.Answer(500, long),
				"HTTP/1.1 502 No\r\nTransfer-Encoding: chunked\r\n\r\n19000\r\n" + long + "\r\n0\r\n\r\n",
			},
		},
		{
			"after retries",
			[]string{wireserver.Answer(503, long), wireserver.Answer(503, ""), wireserver.Answer(200, successBody)},
		},
		{
			"after 429 with a wait",
			[]string{wireserver.Answer(429, "", "Retry-After: 0"), wireserver.Answer(200, successBody)},
		},
		{"after 429 without a wait", []string{wireserver.Answer(429, long), wireserver.Answer(200, successBody)}},
		{"after a redirect", []string{wireserver.Answer(307, "", "Location: /"), wireserver.Answer(200, successBody)}},
		{
			"after nonsense",
			[]string{
				wireserver.Answer(200, "null"),
				wireserver.Answer(200, wireserver.Gzip(successBody)[:40], "Content-Encoding: gzip"),
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := wireserver.Start(t, wireserver.Always(tt.answers...))
			client := wireClient(t, server)
			for range 12 {
				_ = update(t.Context(), client)
			}
			assert.GreaterOrEqual(t, len(server.Requests()), 12)
			assert.Equal(t, int64(1), server.Accepted())
		})
	}
}

// meeting makes so many handlers wait for each other.
func rendezvous(n int) (arrive func()) {
	var all sync.WaitGroup
	all.Add(n)
	return func() { all.Done(); all.Wait() }
}

// onWarning is a log handler that runs at warnings, such as before a wait.
type onWarning func()

func (f onWarning) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

func (f onWarning) Handle(context.Context, slog.Record) error { f(); return nil }

func (f onWarning) WithAttrs([]slog.Attr) slog.Handler { return f }

func (f onWarning) WithGroup(string) slog.Handler { return f }

func TestFailedCallLeavesTheConnectionsOfOthersAlone(t *testing.T) {
	t.Parallel()
	const others = 8
	arrive := []func(){rendezvous(others), rendezvous(others)}
	server := wireserver.Start(t, func(c *wireserver.Conn) {
		for r := c.Next(); r != nil; r = c.Next() {
			if strings.HasSuffix(r.URL.Path, "/health") {
				c.Send(wireserver.Answer(503, "", "Retry-After: 30"))
				continue
			}
			arrive[len(r.URL.Query())]()
			c.Send(wireserver.Answer(200, successBody))
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	client := wireClient(t, server, spideriq.WithLogger(slog.New(onWarning(cancel))))
	atOnce := func(opts ...spideriq.RequestOption) {
		var calls sync.WaitGroup
		for range others {
			calls.Go(func() { assert.NoError(t, list(t.Context(), client, opts...)) })
		}
		calls.Wait()
	}
	atOnce()
	require.IsType(t, (*spideriq.ServerError)(nil), health(ctx, client, spideriq.WithMaxAttempts(1)))
	require.ErrorIs(t, health(ctx, client), context.Canceled, "before its second attempt")
	atOnce(spideriq.WithQuery(struct{ Again bool }{true}))
	assert.Equal(t, int64(others), server.Accepted())
}

// A counted connection counts the writes to it.
type countedConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c countedConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

func TestHeadAndBodyLeaveInOneWrite(t *testing.T) {
	t.Parallel()
	server := wireserver.Start(t, wireserver.Always(wireserver.Answer(200, successBody)))
	var writes atomic.Int64
	transport := server.Transport(t)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return countedConn{conn, &writes}, err
	}
	client := wireClient(t, server, withTransport(transport))
	for name, call := range endpoints {
		before := writes.Load()
		require.NoError(t, call(t.Context(), client), name)
		assert.Equal(t, int64(1), writes.Load()-before, name)
	}
	for _, r := range server.Requests() {
		assert.Equal(t, int64(len(r.Content)), r.ContentLength, r.Method)
		assert.Empty(t, r.TransferEncoding)
	}
}
