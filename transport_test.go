package spideriq_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

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
				_, _ = io.WriteString(w, good)
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
		client := newClient(t, nil, spideriq.WithBaseURL("https://127.0.0.1"))
		require.NoError(t, update(t.Context(), client))
		require.Equal(t, int64(1), dials.Load())

		dead.Store(true)
		began := time.Now()
		attempt := func() error { return update(t.Context(), client, spideriq.WithMaxAttempts(1)) }
		failed := 0
		for err := attempt(); err != nil; err = attempt() {
			require.IsType(t, (*spideriq.TransportError)(nil), err)
			failed++
		}
		assert.LessOrEqual(t, failed, 2)
		assert.LessOrEqual(t, time.Since(began), 5*time.Second)

		dead.Store(true)
		began = time.Now()
		require.NoError(t, update(t.Context(), client), "another attempt gets a new connection")
		assert.Less(t, time.Since(began), 6*time.Second)
		assert.Equal(t, int64(3), dials.Load())
	})
}

func TestOwnTransportBoundsHandshakeAndIdleTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mute := pipeWire((*wireConn).linger)
		defaultTransport(t, &http.Transport{DialContext: mute.dial})
		client := newClient(t, nil, spideriq.WithBaseURL("https://127.0.0.1"))
		began := time.Now()
		err := update(t.Context(), client, spideriq.WithMaxAttempts(1))
		assert.False(t, requireAs[*spideriq.TransportError](t, err).MayHaveApplied)
		assert.Equal(t, 10*time.Second, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) {
		server := pipeWire(wireAlways(wireAnswer(200, good)))
		defaultTransport(t, &http.Transport{DialContext: server.dial})
		began := time.Now()
		require.NoError(t, update(t.Context(), server.client(t, over(nil))))
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
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	callers := &http.Client{Transport: transport, Timeout: time.Minute, Jar: jar}
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
		require.IsType(t, (*spideriq.ServerError)(nil), update(t.Context(), client))
	}
	require.IsType(t, (*spideriq.ServerError)(nil), update(t.Context(), server.client(t)))
	assert.Equal(t, before, all())
	assert.Same(t, standard, http.DefaultTransport)
}

func TestWrappedDefaultTransportIsUsed(t *testing.T) {
	server := serveWire(t, wireAlways(wireAnswer(200, good)))
	inner, asked := server.transport(t), 0
	defaultTransport(t, reply(func(req *http.Request) (*http.Response, error) {
		asked++
		return inner.RoundTrip(req)
	}))
	require.NoError(t, update(t.Context(), server.client(t)))
	assert.Equal(t, 1, asked)
}

// net/http reads the proxy once per process, and so this takes others.
func TestProxyFromTheEnvironment(t *testing.T) {
	t.Parallel()
	if os.Getenv(child) != "" {
		client, err := spideriq.NewClientFromEnv(spideriq.WithInsecureHTTP())
		require.NoError(t, err)
		err = update(t.Context(), client, spideriq.WithMaxAttempts(1))
		if strings.Contains(client.String(), "https:") {
			require.IsType(t, (*spideriq.TransportError)(nil), err, "the proxy refuses CONNECT")
			assert.NotContains(t, err.Error(), "spideriq.invalid")
			return
		}
		require.NoError(t, err)
		return
	}
	for base, want := range map[string]string{
		"http://spideriq.invalid":  "PATCH http://spideriq.invalid/api/v1/integrations/42",
		"https://spideriq.invalid": "CONNECT spideriq.invalid:443",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			proxy := serveWire(t, func(c *wireConn) {
				for r := c.next(); r != nil; r = c.next() {
					if r.Method == http.MethodConnect {
						c.send(wireAnswer(403, ""))
						return
					}
					c.send(wireAnswer(200, good))
				}
			})
			runAsChild(t, "TestProxyFromTheEnvironment", "SPIDERIQ_TOKEN="+fakeToken, "SPIDERIQ_API_URL="+base,
				"HTTP_PROXY="+proxy.url, "HTTPS_PROXY="+proxy.url, "NO_PROXY=", "no_proxy=")
			requests := proxy.seen()
			require.Len(t, requests, 1)
			assert.Equal(t, want, requests[0].Method+" "+requests[0].RequestURI)
			assert.Equal(t, strings.HasPrefix(want, "PATCH"), requests[0].Header.Get("Authorization") != "", "a proxy that passes TLS on learns no token")
		})
	}
}

func TestCallersProxyAndTLSSettingsStayInUse(t *testing.T) {
	t.Parallel()
	proxy := serveWireTLS(t, wireAlways(wireAnswer(200, good)))
	transport := proxy.transport(t) // trusts the proxy's certificate, which nothing else does
	through, err := url.Parse(proxy.url)
	require.NoError(t, err)
	transport.Proxy = http.ProxyURL(through)
	client := newClient(t, transport, spideriq.WithBaseURL("http://spideriq.invalid"), spideriq.WithInsecureHTTP())
	require.NoError(t, update(t.Context(), client))
	require.Len(t, proxy.seen(), 1)
	assert.Equal(t, "http://spideriq.invalid/api/v1/integrations/42", proxy.seen()[0].RequestURI)
}

func TestNoTrustedConnectionNoRequest(t *testing.T) {
	t.Parallel()
	trusted := serveWireTLS(t, wireAlways(wireAnswer(200, good)))
	plain := serveWire(t, func(c *wireConn) {
		_, _ = c.in.ReadByte()
		c.send(wireAnswer(400, "this is not HTTPS"))
	})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(trusted.url, "https://"))
	require.NoError(t, err)
	for _, tt := range []struct {
		name, base string
		transport  http.RoundTripper
		server     *wireServer
	}{
		{"unknown certificate", trusted.url, nil, trusted},
		{"certificate for another host", "https://localhost:" + port, trusted.transport(t), trusted},
		{"plain server", strings.Replace(plain.url, "http:", "https:", 1), nil, plain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.server.accepted.Load()
			err := update(t.Context(), newClient(t, tt.transport, spideriq.WithBaseURL(tt.base)))
			broken := requireAs[*spideriq.TransportError](t, err)
			assert.Equal(t, 1, broken.Attempts)
			assert.False(t, broken.MayHaveApplied)
			assert.Equal(t, before+1, tt.server.accepted.Load())
			for _, place := range []string{"127.0.0.1", "localhost", port} {
				assert.NotContains(t, err.Error(), place)
			}
		})
	}
	assert.Empty(t, trusted.seen())
}
