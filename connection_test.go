package spideriq_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
)

func TestCutBehindTheRequest(t *testing.T) {
	t.Parallel()
	server := serveWire(t, func(c *wireConn) {
		if c.next(); c.number%2 == 0 {
			c.send(wireAnswer(200, wireBody, "Connection: close"))
		}
	})
	client := server.client(t)

	err := wireUpdate(t, client, spideriq.WithMaxAttempts(1))
	require.IsType(t, (*spideriq.TransportError)(nil), err)
	assert.True(t, err.(*spideriq.TransportError).MayHaveApplied)
	require.NoError(t, wireUpdate(t, client), "that was the second connection")

	var info spideriq.ResponseInfo
	require.NoError(t, wireUpdate(t, client, spideriq.WithResponseInfo(&info)))
	assert.Equal(t, 2, info.Attempts)

	err = wireCalls["Create"](t.Context(), client)
	require.IsType(t, (*spideriq.TransportError)(nil), err)
	assert.True(t, err.(*spideriq.TransportError).MayHaveApplied)
	assert.Len(t, server.seen(), 5, "a create that may have been applied is not repeated")
}

func TestKeptConnectionClosedAsAnUpdateGoesOut(t *testing.T) {
	t.Parallel()
	for name, handle := range map[string]func(*wireConn){
		"as the request arrives": func(c *wireConn) {
			c.next()
			c.send(wireAnswer(200, wireBody))
			_, _ = c.in.ReadByte()
			c.reset()
		},
		"at about that time": wireOnce(wireAnswer(200, wireBody)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveWire(t, handle)
			client := server.client(t)
			for range 100 {
				require.NoError(t, wireUpdate(t, client))
			}
			assert.Equal(t, int64(100), server.accepted.Load())
			assert.Len(t, server.seen(), 100)
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
		{"after successes", []string{wireAnswer(200, wireBody)}},
		{"after refusals", []string{wireAnswer(404, `{"error":"no"}`), wireAnswer(400, "")}},
		{"after long error bodies", []string{wireAnswer(500, long), "HTTP/1.1 502 No\r\nTransfer-Encoding: chunked\r\n\r\n19000\r\n" + long + "\r\n0\r\n\r\n"}},
		{"after retries", []string{wireAnswer(503, long), wireAnswer(503, ""), wireAnswer(200, wireBody)}},
		{"after 429 with a wait", []string{wireAnswer(429, "", "Retry-After: 0"), wireAnswer(200, wireBody)}},
		{"after 429 without a wait", []string{wireAnswer(429, long), wireAnswer(200, wireBody)}},
		{"after a redirect", []string{moved(307, "/"), wireAnswer(200, wireBody)}},
		{"after nonsense", []string{wireAnswer(200, "null"), wireAnswer(200, wireGzip(wireBody)[:40], "Content-Encoding: gzip")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := serveWire(t, func(c *wireConn) {
				for i := 0; c.next() != nil; i++ {
					c.send(tt.answers[i%len(tt.answers)])
				}
			})
			client := server.client(t)
			for range 12 {
				_ = wireUpdate(t, client)
			}
			assert.GreaterOrEqual(t, len(server.seen()), 12)
			assert.Equal(t, int64(1), server.accepted.Load())
		})
	}
}

// meeting makes so many handlers wait for each other.
func meeting(n int) (arrive func()) {
	var all sync.WaitGroup
	all.Add(n)
	return func() { all.Done(); all.Wait() }
}

// onWarning is a log handler that runs at warnings, such as before a wait.
type onWarning func()

func (f onWarning) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (f onWarning) Handle(context.Context, slog.Record) error    { f(); return nil }
func (f onWarning) WithAttrs([]slog.Attr) slog.Handler           { return f }
func (f onWarning) WithGroup(string) slog.Handler                { return f }

func TestFailedCallLeavesTheConnectionsOfOthersAlone(t *testing.T) {
	t.Parallel()
	const others = 8
	arrive := []func(){meeting(others), meeting(others)}
	server := serveWire(t, func(c *wireConn) {
		for r := c.next(); r != nil; r = c.next() {
			switch id := r.URL.Path[len("/api/v1/integrations"):]; id {
			case "/health":
				c.send(wireAnswer(503, "", "Retry-After: 30"))
			default:
				arrive[len(r.URL.Query())]()
				c.send(wireAnswer(200, wireBody))
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	client := server.client(t, spideriq.WithLogger(slog.New(onWarning(cancel))))
	atOnce := func(params spideriq.ListParams) {
		var calls sync.WaitGroup
		for range others {
			calls.Go(func() {
				_, err := client.Integrations.List(t.Context(), params)
				assert.NoError(t, err)
			})
		}
		calls.Wait()
	}
	atOnce(spideriq.ListParams{})
	_, err := client.Integrations.Health(ctx, spideriq.WithMaxAttempts(1))
	require.IsType(t, (*spideriq.ServerError)(nil), err)
	_, err = client.Integrations.Health(ctx)
	require.ErrorIs(t, err, context.Canceled, "before its second attempt")
	atOnce(spideriq.ListParams{Limit: 1})
	assert.Equal(t, int64(others), server.accepted.Load())
}

func TestConnectionsUnderLoad(t *testing.T) {
	for _, tt := range []struct {
		name          string
		workers, most int64
		failing       int64 // one of so many requests
	}{
		{"50 workers, 10 % failures", 50, 100, 10},
		{"100 workers, no failures", 100, 110, 1 << 30},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opened := connectionsFor(t, tt.workers, tt.failing)
			// net/http gives up a connection when the machine stands still for 50 ms
			// behind a write, so a bad count is taken again.
			for again := 0; again < 5 && opened > tt.most; again++ {
				opened = connectionsFor(t, tt.workers, tt.failing)
			}
			assert.LessOrEqual(t, opened, tt.most)
		})
	}
}

// connectionsFor counts the connections that 2,000 calls open.
func connectionsFor(t *testing.T, workers, failing int64) int64 {
	const calls = 2000
	arrive := meeting(int(workers))
	var requests atomic.Int64
	server := serveWire(t, func(c *wireConn) {
		for c.next() != nil {
			n := requests.Add(1)
			if n <= workers {
				arrive() // all workers are at it before the first is done
			}
			if n%failing == 0 {
				c.send(wireAnswer(503, `{"error":"busy"}`))
				continue
			}
			c.send(wireAnswer(200, wireBody))
		}
	})
	client := server.client(t, spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: 1}))
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for range calls / workers {
				if err := wireUpdate(t, client); err != nil {
					assert.IsType(t, (*spideriq.ServerError)(nil), err)
				}
			}
		})
	}
	running.Wait()
	assert.Equal(t, int64(calls), requests.Load())
	return server.accepted.Load()
}

// defaultTransport puts rt in the place of http.DefaultTransport, which clients
// with a transport of their own start from. Not for parallel tests.
func defaultTransport(t *testing.T, rt http.RoundTripper) {
	before := http.DefaultTransport
	http.DefaultTransport = rt
	t.Cleanup(func() { http.DefaultTransport = before })
}

// A pipeListener hands the far ends of pipes to a server.
type pipeListener chan net.Conn

func (l pipeListener) Accept() (net.Conn, error) {
	if conn, ok := <-l; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (l pipeListener) Close() error   { close(l); return nil }
func (l pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// A hole is a connection that, once dead, swallows what is written and stays open.
type hole struct {
	net.Conn
	dead *atomic.Bool
}

func (h hole) Write(b []byte) (int, error) {
	if h.dead.Load() {
		return len(b), nil
	}
	return h.Conn.Write(b)
}

func TestDeadHTTP2ConnectionIsFoundInFiveSeconds(t *testing.T) {
	lender := serveWireTLS(t, wireOnce(""))
	synctest.Test(t, func(t *testing.T) {
		var dials atomic.Int64
		var dead *atomic.Bool // of the latest connection
		listener := make(pipeListener)
		server := &http.Server{
			TLSConfig: lender.tls,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, 2, r.ProtoMajor)
				_, _ = io.WriteString(w, wireBody)
			}),
		}
		var served sync.WaitGroup
		served.Go(func() { _ = server.ServeTLS(listener, "", "") })
		defer func() { _ = server.Close(); served.Wait() }()

		defaultTransport(t, &http.Transport{
			ForceAttemptHTTP2: true,
			TLSClientConfig:   &tls.Config{RootCAs: lender.roots},
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				here, there := net.Pipe()
				listener <- there
				dials.Add(1)
				dead = new(atomic.Bool)
				return hole{here, dead}, nil
			},
		})
		client, err := spideriq.NewClient(wireToken, spideriq.WithBaseURL("https://127.0.0.1"))
		require.NoError(t, err)
		require.NoError(t, wireUpdate(t, client))
		require.Equal(t, int64(1), dials.Load())

		dead.Store(true)
		began := time.Now()
		failed := 0
		for err := wireUpdate(t, client, spideriq.WithMaxAttempts(1)); err != nil; err = wireUpdate(t, client, spideriq.WithMaxAttempts(1)) {
			require.IsType(t, (*spideriq.TransportError)(nil), err)
			failed++
		}
		assert.LessOrEqual(t, failed, 2)
		assert.LessOrEqual(t, time.Since(began), 5*time.Second)

		dead.Store(true)
		began = time.Now()
		require.NoError(t, wireUpdate(t, client), "another attempt gets a new connection")
		assert.Less(t, time.Since(began), 6*time.Second)
		assert.Equal(t, int64(3), dials.Load())
	})
}

func TestOwnTransportBoundsHandshakeAndIdleTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mute := pipeWire((*wireConn).linger)
		defaultTransport(t, &http.Transport{DialContext: mute.dial})
		client, err := spideriq.NewClient(wireToken, spideriq.WithBaseURL("https://127.0.0.1"))
		require.NoError(t, err)
		began := time.Now()
		err = wireUpdate(t, client, spideriq.WithMaxAttempts(1))
		require.IsType(t, (*spideriq.TransportError)(nil), err)
		assert.False(t, err.(*spideriq.TransportError).MayHaveApplied)
		assert.Equal(t, 10*time.Second, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) {
		server := pipeWire(wireAlways(wireAnswer(200, wireBody)))
		defaultTransport(t, &http.Transport{DialContext: server.dial})
		began := time.Now()
		require.NoError(t, wireUpdate(t, server.client(t, spideriq.WithHTTPClient(new(http.Client)))))
		server.handlers.Wait() // until the client closes the connection
		assert.Equal(t, 90*time.Second, time.Since(began))
	})
}

// settings returns a copy of the exported fields of a struct, those of structs
// that it points to included, in a form that can be compared.
func settings(v reflect.Value) map[string]any {
	fields := make(map[string]any)
	for f, value := range v.Fields() {
		switch {
		case !f.IsExported():
		case value.Kind() == reflect.Pointer && !value.IsNil() && value.Elem().Kind() == reflect.Struct:
			fields[f.Name] = settings(value.Elem())
		case value.Kind() == reflect.Func:
			fields[f.Name] = value.Pointer()
		default:
			fields[f.Name] = fmt.Sprintf("%#v", value)
		}
	}
	return fields
}

func TestCallersClientIsOnlyRead(t *testing.T) {
	server := serveWire(t, func(c *wireConn) {
		c.next()
		c.send(wireAnswer(503, ""))
	})
	transport := &http.Transport{TLSClientConfig: &tls.Config{ServerName: "callers"}, HTTP2: new(http.HTTP2Config), ProxyConnectHeader: http.Header{}}
	callers := &http.Client{Transport: transport, Timeout: time.Minute, Jar: &fullJar{t}}
	standard := &http.Transport{Proxy: http.ProxyFromEnvironment} // no client has been made of it before
	defaultTransport(t, standard)
	// net/http itself completes the settings of a transport at its first use.
	_, _ = transport.Clone(), standard.Clone()
	all := func() []map[string]any {
		return []map[string]any{settings(reflect.ValueOf(*callers)), settings(reflect.ValueOf(transport).Elem()),
			settings(reflect.ValueOf(*http.DefaultClient)), settings(reflect.ValueOf(standard).Elem())}
	}
	before := all()
	for _, hc := range []*http.Client{callers, {}, http.DefaultClient, {Transport: http.DefaultTransport}} {
		client := server.client(t, spideriq.WithHTTPClient(hc), spideriq.WithAttemptTimeout(time.Second))
		require.IsType(t, (*spideriq.ServerError)(nil), wireUpdate(t, client))
	}
	require.IsType(t, (*spideriq.ServerError)(nil), wireUpdate(t, server.client(t)))
	assert.Equal(t, before, all())
	assert.Same(t, standard, http.DefaultTransport)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestWrappedDefaultTransportIsUsed(t *testing.T) {
	server := serveWire(t, wireAlways(wireAnswer(200, wireBody)))
	inner, asked := server.transport(t), 0
	defaultTransport(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		asked++
		return inner.RoundTrip(req)
	}))
	require.NoError(t, wireUpdate(t, server.client(t)))
	assert.Equal(t, 1, asked)
}

// It counts goroutines, so it is not parallel.
func TestNothingIsLeftRunning(t *testing.T) {
	for name, stall := range map[string]func(*wireConn){
		"before the answer": func(*wireConn) {},
		"in the body":       func(c *wireConn) { c.send(wireAnswer(200, wireBody)[:90]) },
		"in an error body":  func(c *wireConn) { c.send("HTTP/1.1 503 Busy\r\n\r\nx") },
		"before the next attempt": func(c *wireConn) {
			c.send(wireAnswer(503, "", "Connection: close"))
		},
	} {
		t.Run("cancelled "+name, func(t *testing.T) {
			reached := make(chan bool, 1)
			server := serveWire(t, func(c *wireConn) {
				c.next()
				stall(c)
				reached <- true
				c.linger()
			})
			leak := goleak.IgnoreCurrent()
			client := server.client(t, spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Hour, MaxDelay: time.Hour}))
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-reached; cancel() }()
			_, err := client.Integrations.Update(ctx, 42, spideriq.UpdateParams{})
			require.ErrorIs(t, err, context.Canceled)
			goleak.VerifyNone(t, leak)
		})
	}
	t.Run("idle connections closed", func(t *testing.T) {
		server := serveWire(t, func(c *wireConn) {
			for i := 0; c.next() != nil; i++ {
				c.send(wireAnswer([]int{200, 503, 404}[i%3], wireBody))
			}
		})
		leak := goleak.IgnoreCurrent()
		transport := server.transport(t)
		client := server.client(t, spideriq.WithHTTPClient(&http.Client{Transport: transport}))
		for range 10 {
			_ = wireUpdate(t, client)
		}
		transport.CloseIdleConnections()
		goleak.VerifyNone(t, leak)
	})
	t.Run("clients that made no call", func(t *testing.T) {
		leak := goleak.IgnoreCurrent()
		for range 100 {
			_, err := spideriq.NewClient(wireToken)
			require.NoError(t, err)
		}
		goleak.VerifyNone(t, leak)
	})
}

func TestOneClientForAThousandGoroutines(t *testing.T) {
	t.Parallel()
	server := pipeWire(wireAlways(wireAnswer(200, wireBody)))
	client := server.client(t)
	shared := make([]spideriq.RequestOption, 0, 8) // with room, so that an append would write to it
	shared = append(shared, spideriq.WithHeader("X-Shared", "1"), spideriq.WithQuery(struct {
		Page int `url:"page"`
	}{7}))
	var calls sync.WaitGroup
	for range 1000 / len(wireCalls) {
		for name, call := range wireCalls {
			calls.Go(func() { assert.NoError(t, call(t.Context(), client, shared...), name) })
		}
	}
	calls.Go(func() { _ = fmt.Sprintf("%+v", client) })
	calls.Wait()
	for _, r := range server.seen() {
		assert.Equal(t, []string{"1"}, r.Header.Values("X-Shared"))
		assert.Equal(t, "page=7", r.URL.RawQuery)
	}
}

// A counted connection counts the writes to it.
type counted struct {
	net.Conn
	writes *atomic.Int64
}

func (c counted) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

func TestHeadAndBodyLeaveInOneWrite(t *testing.T) {
	t.Parallel()
	server := serveWire(t, wireAlways(wireAnswer(200, wireBody)))
	var writes atomic.Int64
	transport := server.transport(t)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return counted{conn, &writes}, err
	}
	client := server.client(t, spideriq.WithHTTPClient(&http.Client{Transport: transport}))
	for name, call := range wireCalls {
		before := writes.Load()
		require.NoError(t, call(t.Context(), client), name)
		assert.Equal(t, int64(1), writes.Load()-before, name)
	}
	for _, r := range server.seen() {
		assert.Equal(t, int64(len(r.body)), r.ContentLength, r.Method)
		assert.Empty(t, r.TransferEncoding)
	}
}

// Without it, a transport that finds its connection gone after the body has been
// written has no way to write it again.
func TestBodyCanBeSentAgain(t *testing.T) {
	t.Parallel()
	server := pipeWire(wireAlways(wireAnswer(200, wireBody)))
	inner := server.transport(t)
	client := server.client(t, spideriq.WithHTTPClient(&http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		for range 2 {
			body, err := req.GetBody()
			require.NoError(t, err)
			text, err := io.ReadAll(body)
			require.NoError(t, err)
			assert.Equal(t, `{"daily_limit":20000}`, string(text))
		}
		return inner.RoundTrip(req)
	})}))
	require.NoError(t, wireUpdate(t, client))
}
