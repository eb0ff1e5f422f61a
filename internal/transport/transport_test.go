package transport

import (
	"context"
	"crypto/tls"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWaitsComeBeforeTheTokenAndTheTokenBeforeTheAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var steps []string
		tr := newTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			steps = append(steps, "base with "+req.Header.Get("Authorization"))
			deadline, ok := req.Context().Deadline()
			assert.True(t, ok)
			assert.Equal(t, time.Minute, time.Until(deadline), "waiting for a turn is no part of an attempt")
			return status(503)(req)
		}), func(cfg *Config) {
			cfg.Limiter = limiter(func(ctx context.Context) error {
				steps = append(steps, "limiter")
				time.Sleep(time.Hour)
				_, ok := ctx.Deadline()
				assert.False(t, ok)
				return nil
			})
		})
		result := patch(t.Context(), tr, attempts(2), func(r *Request) {
			r.Authorization = func(context.Context) (string, error) {
				steps = append(steps, "token")
				return "Bearer secret", nil
			}
		})
		assert.Equal(t, 2, result.Attempts)
		attempt := []string{"limiter", "token", "base with Bearer secret"}
		assert.Equal(t, append(attempt, attempt...), steps)
	})
}

// A pool has connections that somebody could close.
type pool struct {
	http.RoundTripper
	closed int
}

func (p *pool) CloseIdleConnections() { p.closed++ }

func TestFailuresDoNotEmptyThePoolOfConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := &pool{RoundTripper: failing(errOpaque)}
		patch(t.Context(), newTransport(base))

		base.RoundTripper = status(503)
		patch(t.Context(), newTransport(base))

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(1, cancel)
		patch(ctx, newTransport(base, func(cfg *Config) {
			cfg.Policy.BaseDelay, cfg.Policy.MaxDelay = time.Hour, time.Hour
		}))
		assert.ErrorIs(t, ctx.Err(), context.Canceled)
		assert.Zero(t, base.closed)

		newTransport(base).CloseIdleConnections()
		assert.Zero(t, base.closed, "the caller's pool is the caller's")
	})
}

func TestEvery2xxIsASuccess(t *testing.T) {
	t.Parallel()
	for code := 100; code < 600; code++ {
		assert.Equal(t, code/100 == 2, (&Response{StatusCode: code}).IsSuccess(), code)
	}
}

func TestOwnTransportIsACopyThatFitsOneHost(t *testing.T) {
	t.Parallel()
	tr := New(Config{})
	require.NotNil(t, tr.own)
	assert.Same(t, tr.own, tr.base)
	assert.True(t, tr.direct)
	assert.NotSame(t, http.DefaultTransport, tr.own)
	assert.NotNil(t, tr.own.Proxy)
	assert.Zero(t, tr.own.MaxIdleConns)
	assert.Equal(t, 1024, tr.own.MaxIdleConnsPerHost)
	assert.Positive(t, tr.own.IdleConnTimeout)
	assert.Positive(t, tr.own.TLSHandshakeTimeout)
	assert.Positive(t, tr.own.MaxResponseHeaderBytes)
	assert.Positive(t, tr.own.HTTP2.SendPingTimeout)
	assert.Positive(t, tr.own.HTTP2.PingTimeout)
	assert.LessOrEqual(t, tr.own.HTTP2.SendPingTimeout+tr.own.HTTP2.PingTimeout, 5*time.Second)
	standard := http.DefaultTransport.(*http.Transport)
	assert.Nil(t, standard.OnProxyConnectResponse)
	assert.NotEqual(t, 1024, standard.MaxIdleConnsPerHost)
}

func TestCallersTransportIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	given := &http.Transport{TLSClientConfig: &tls.Config{ServerName: "callers"}}
	tr := New(Config{Base: given})
	assert.Nil(t, tr.own)
	assert.Same(t, given, tr.base)
	assert.True(t, tr.direct)
	assert.Zero(t, given.MaxIdleConnsPerHost)
	assert.Nil(t, given.OnProxyConnectResponse)
	assert.False(t, New(Config{Base: wrapped(given)}).direct)
}

// Not parallel, because it replaces http.DefaultTransport.
func TestProgramsDefaultTransportIsKept(t *testing.T) {
	standard := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = standard })
	theirs := &pool{RoundTripper: status(200)}
	http.DefaultTransport = theirs
	tr := newTransport(nil)
	assert.Same(t, theirs, tr.base)
	tr.CloseIdleConnections()
	assert.Zero(t, theirs.closed)

	changed := standard.(*http.Transport).Clone()
	changed.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 7}
	http.DefaultTransport = changed
	tr = newTransport(nil)
	assert.Equal(t, 7, tr.own.HTTP2.MaxConcurrentStreams)
	assert.Zero(t, changed.HTTP2.PingTimeout)

	changed.HTTP2 = nil
	assert.Positive(t, newTransport(nil).own.HTTP2.PingTimeout)
}

func TestIdleConnectionsOfOurOwnAreClosed(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	server, address := listen(t, func(c *rawConn) {
		always(created)(c)
		close(gone)
	})
	tr := newTransport(nil)
	require.NoError(t, post(t.Context(), tr, to(t, address)).Err)
	tr.CloseIdleConnections()
	<-gone
	assert.Len(t, server.seen(), 1)
}
