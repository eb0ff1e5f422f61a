package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAttemptHasADeadlineOfItsOwn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		caller time.Duration
		took   time.Duration
		is     error
	}{
		{"shorter than the caller's", time.Minute, 10 * time.Second, os.ErrDeadlineExceeded},
		{"longer than the caller's", time.Second, time.Second, context.DeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeoutCause(t.Context(), tt.caller, errWhy)
				defer cancel()
				tr := newTransport(reply(hanging))
				began := time.Now()
				result := patch(ctx, tr, attempts(1), func(r *Request) { r.AttemptTimeout = 10 * time.Second })
				assert.Equal(t, tt.took, time.Since(began))
				assert.ErrorIs(t, result.Err, tt.is)
				callers := tt.is == context.DeadlineExceeded
				assert.Equal(t, callers, errors.Is(result.Err, context.DeadlineExceeded))
				assert.Equal(t, callers, errors.Is(result.Err, errWhy))
				if !callers {
					assert.ErrorContains(t, result.Err, tt.took.String())
				}
				assert.Equal(t, 1, result.Attempts)
				assert.True(t, result.MayHaveApplied)
			})
		})
	}
}

func TestAttemptsAreEqualWhateverATransportDoesToARequest(t *testing.T) {
	t.Parallel()
	replaces := func(req *http.Request) {
		for key, values := range req.Header {
			req.Header[key] = append(values, "another")
		}
		req.Header.Set("Authorization", "Bearer other")
		req.Header.Del("Accept")
		*req.URL = *req.URL.JoinPath("other")
		req.URL.RawQuery, req.Method, req.Host = "changed", "GET", "other.test"
		req.ContentLength, req.Body, req.GetBody = 1, nil, nil
	}
	overwrites := func(req *http.Request) {
		for _, values := range req.Header {
			values[0] = "changed"
		}
	}
	for name, vandal := range map[string]func(*http.Request){"replaces": replaces, "overwrites": overwrites} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				base := roundTripper(func(req *http.Request) (*http.Response, error) {
					requests++
					assertWholePatch(t, req)
					vandal(req)
					return status(503)(req)
				})
				header := http.Header{"Accept": {"application/json"}}
				patch(t.Context(), newTransport(base), func(r *Request) { r.Header = header })
				assert.Equal(t, 3, requests)
				assert.Equal(t, http.Header{"Accept": {"application/json"}}, header)
				assert.Equal(t, "https://api.test/api/v1", apiURL.String())
			})
		})
	}
}

// assertWholePatch asserts that req is what patch sends, also when it is sent again by
// net/http.
func assertWholePatch(t *testing.T, req *http.Request) {
	t.Helper()
	assert.Equal(t, http.MethodPatch, req.Method)
	assert.Equal(t, "https://api.test/api/v1", req.URL.String())
	assert.Equal(t, "api.test", req.Host)
	assert.Equal(t, "HTTP/1.1", req.Proto)
	assert.Equal(t, header("Accept", "application/json", "Authorization", "Bearer secret"), req.Header)
	assert.EqualValues(t, 2, req.ContentLength)
	again, err := req.GetBody()
	require.NoError(t, err)
	for _, body := range []io.Reader{req.Body, again} {
		text, err := io.ReadAll(body)
		assert.NoError(t, err)
		assert.Equal(t, "{}", string(text))
	}
}

func TestRequestWithoutHeaders(t *testing.T) {
	t.Parallel()
	result := patch(t.Context(), newTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
		assert.Equal(t, header("Authorization", "Bearer secret"), req.Header)
		return status(200)(req)
	})), func(r *Request) { r.Header = nil })
	assert.NoError(t, result.Err)
}

// A countedConn counts the writes to a connection.
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
	synctest.Test(t, func(t *testing.T) {
		server, base := piped(t, always(created))
		var writes atomic.Int64
		dial := base.DialTLSContext
		base.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			return countedConn{conn, &writes}, err
		}
		tr := newTransport(base)
		for _, change := range []func(*Request){func(*Request) {}, noBody} {
			require.NoError(t, patch(t.Context(), tr, change).Err)
			require.NoError(t, post(t.Context(), tr, change).Err)
		}
		assert.EqualValues(t, 4, writes.Load())
		for i, length := range []int64{2, 2, 0, 0} {
			assert.Equal(t, length, server.seen()[i].ContentLength)
		}
	})
}

func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{"https://other.test/", "/x", "::", "http://[", ""} {
			for _, body := range []func(*Request){func(*Request) {}, noBody} {
				base := scripted(status(code, "Location", location))
				result := patch(t.Context(), newTransport(base), body)
				require.NoError(t, result.Err)
				assert.Equal(t, code, result.Response.StatusCode)
				assert.Equal(t, location, result.Response.Header.Get("Location"))
				assert.Equal(t, 1, base.requests())
			}
		}
	}
}

func TestLogIsToldOfEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(req *http.Request) (*http.Response, error) {
			time.Sleep(3 * time.Second)
			return status(503, "Retry-After", "7")(req)
		}
		base := scripted(slow, failing(io.EOF), status(404))
		var told []Attempt
		result := patch(t.Context(), newTransport(base), func(r *Request) {
			r.Log = func(a Attempt) { told = append(told, a) }
		})
		require.NoError(t, result.Err)
		require.Len(t, told, 3)
		for i := range told {
			assert.Equal(t, i+1, told[i].Number)
			assert.Equal(t, result.Authorizations, []string{told[i].Authorization})
			told[i].Authorization = ""
		}
		wait := base.sent[1].Sub(base.sent[0]) - 3*time.Second
		assert.Equal(t, Attempt{Number: 1, StatusCode: 503, Duration: 3 * time.Second, Wait: wait}, told[0])
		assert.Equal(t, Attempt{Number: 2, Err: io.EOF, Wait: base.sent[2].Sub(base.sent[1])}, told[1])
		assert.Equal(t, Attempt{Number: 3, StatusCode: 404}, told[2])
	})
}

func TestLogIsNotToldOfAnAttemptThatWasNotMade(t *testing.T) {
	t.Parallel()
	tr := newTransport(scripted(status(200)), func(cfg *Config) {
		cfg.Limiter = limiter(func(context.Context) error { return errOpaque })
	})
	result := patch(t.Context(), tr, func(r *Request) { r.Log = func(Attempt) { t.Error("logged") } })
	assert.Equal(t, errOpaque, result.Err)
}
