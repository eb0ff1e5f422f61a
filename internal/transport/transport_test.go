package transport

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

var api = url.URL{Scheme: "https", Host: "api.test", Path: "/api/v1"}

// making returns a transport to api with a patience of a minute.
func making(base http.RoundTripper, change func(*Config)) *Transport {
	cfg := Config{
		API: &api, Base: base, Timeout: time.Minute, Final: func([]byte) bool { return false },
		Policy: Policy{MaxAttempts: 3, BaseDelay: time.Second, MaxDelay: time.Second, MaxRetryAfter: time.Minute},
	}
	if change != nil {
		change(&cfg)
	}
	return New(cfg)
}

// update makes an update through tr, changed in some ways.
func update(ctx context.Context, tr *Transport, changes ...func(*Call)) *Call {
	c := &Call{Method: http.MethodPatch, URL: api, Header: http.Header{"Accept": {"application/json"}}, Bearer: "Bearer secret", Body: []byte("{}"), Repeat: true}
	for _, change := range changes {
		change(c)
	}
	tr.Do(ctx, c)
	return c
}

// once makes a call one that must not be repeated when it may have been applied.
func once(c *Call) { c.Repeat = false }

func TestLayersStandInTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var steps []string
		tr := making(roundTripper(func(req *http.Request) (*http.Response, error) {
			steps = append(steps, "base with "+req.Header.Get("Authorization"))
			deadline, ok := req.Context().Deadline()
			assert.True(t, ok)
			assert.Equal(t, time.Minute, time.Until(deadline), "waiting for a turn is no part of an attempt")
			return &http.Response{StatusCode: 503, Request: req}, nil
		}), func(cfg *Config) {
			cfg.Limiter = limiter(func(ctx context.Context) error {
				steps = append(steps, "limiter")
				time.Sleep(time.Hour)
				_, ok := ctx.Deadline()
				assert.False(t, ok)
				return nil
			})
		})
		result := update(t.Context(), tr)
		assert.Equal(t, 3, result.Attempts)
		assert.Equal(t, []string{"limiter", "base with Bearer secret", "limiter", "base with Bearer secret",
			"limiter", "base with Bearer secret"}, steps)
	})
}

// A pool has connections that somebody could close.
type pool struct {
	http.RoundTripper
	emptied int
}

func (p *pool) CloseIdleConnections() { p.emptied++ }

func TestFailuresDoNotEmptyThePoolOfConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := &pool{RoundTripper: roundTripper(func(*http.Request) (*http.Response, error) { return nil, errOpaque })}
		update(t.Context(), making(base, nil))

		base.RoundTripper = roundTripper(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 503, Request: req}, nil
		})
		update(t.Context(), making(base, nil))

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(1, cancel)
		update(ctx, making(base, func(cfg *Config) { cfg.Policy.BaseDelay = time.Hour; cfg.Policy.MaxDelay = time.Hour }))
		assert.ErrorIs(t, ctx.Err(), context.Canceled)
		assert.Zero(t, base.emptied)
	})
}

func TestOwnTransportIsACopyThatFitsOneHost(t *testing.T) {
	t.Parallel()
	rt, standard := base(nil)
	own := rt.(*http.Transport)
	assert.True(t, standard)
	assert.NotSame(t, http.DefaultTransport, own)
	assert.NotNil(t, own.Proxy)
	assert.Zero(t, own.MaxIdleConns)
	assert.Equal(t, 1024, own.MaxIdleConnsPerHost)
	assert.Positive(t, own.IdleConnTimeout)
	assert.Positive(t, own.TLSHandshakeTimeout)
	assert.LessOrEqual(t, own.HTTP2.SendPingTimeout+own.HTTP2.PingTimeout, 5*time.Second)

	given := roundTripper(nil)
	rt, standard = base(given)
	assert.False(t, standard)
	assert.IsType(t, given, rt)

	theirs := new(http.Transport)
	rt, standard = base(theirs)
	assert.True(t, standard)
	assert.Same(t, theirs, rt)
	assert.Zero(t, theirs.MaxIdleConnsPerHost)
}

func TestAttemptNeedsAMomentBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.False(t, fits(ctx, 995*time.Millisecond))
		assert.True(t, fits(ctx, 995*time.Millisecond-1))
		assert.True(t, fits(t.Context(), time.Hour))
	})
}
