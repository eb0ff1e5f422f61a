package transport

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// keying adds an Idempotency-Key below the client, as middleware does.
func keying(base http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		req = req.Clone(req.Context())
		req.Header.Set("Idempotency-Key", "x")
		return base.RoundTrip(req)
	})
}

// cutSecond answers the first request of a connection, reads the second and hangs up.
func cutSecond(c *rawConn) {
	if c.next() != nil {
		c.send(created)
		c.next()
	}
}

func TestCallThatMustNotBeRepeatedIsOneRequestOnTheWire(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		wrap    func(http.RoundTripper) http.RoundTripper
		changes []func(*Request)
	}{
		{"without a key", nil, nil},
		{"with a key", nil, []func(*Request){withHeader("Idempotency-Key")}},
		{"with the other key", nil, []func(*Request){withHeader("X-Idempotency-Key")}},
		{"with a key of middleware", keying, nil},
		{"without a body, with a key", nil, []func(*Request){noBody, withHeader("Idempotency-Key")}},
		{"without a body, with a key of middleware", keying, []func(*Request){noBody}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, base := piped(t, firstThen(cutSecond, always(created)))
				var rt http.RoundTripper = base
				if tt.wrap != nil {
					rt = tt.wrap(base)
				}
				tr := newTransport(rt)
				require.NoError(t, post(t.Context(), tr, tt.changes...).Err)

				result := post(t.Context(), tr, tt.changes...)
				require.Error(t, result.Err)
				assert.Equal(t, 1, result.Attempts)
				assert.True(t, result.MayHaveApplied)
				assert.Len(t, server.seen(), 2, "one of each call")
			})
		})
	}
}

func TestWriteThatNetHTTPSendsTwiceMayHaveApplied(t *testing.T) {
	t.Parallel()
	for _, second := range []string{notFound, created} { // the body of a 201 may say that it failed
		synctest.Test(t, func(t *testing.T) {
			server, base := piped(t, firstThen(cutSecond, always(second)))
			tr := newTransport(base)
			require.NoError(t, patch(t.Context(), tr, noBody).Err)

			result := call(t.Context(), tr, http.MethodDelete, idempotent, noBody, withHeader("Idempotency-Key"))
			require.NoError(t, result.Err)
			assert.Equal(t, 1, result.Attempts)
			assert.Len(t, server.seen(), 3, "net/http has sent it again by itself")
			assert.True(t, result.MayHaveApplied)
		})
	}
}

func TestRequestWithoutABodySendsItsLength(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		method     string
		idempotent bool
		length     []string
	}{
		{"create", http.MethodPost, false, []string{"0"}},
		{"update", http.MethodPatch, true, []string{"0"}},
		{"read", http.MethodGet, true, nil},
		{"delete", http.MethodDelete, true, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, base := piped(t, always(created))
				for _, body := range [][]byte{nil, {}} {
					result := call(t.Context(), newTransport(base), tt.method, func(r *Request) {
						r.Idempotent, r.Body = tt.idempotent, body
					})
					require.NoError(t, result.Err)
				}
				require.Len(t, server.seen(), 2)
				for _, req := range server.seen() {
					assert.Equal(t, tt.length, req.Header["Content-Length"])
					assert.Empty(t, req.TransferEncoding)
				}
			})
		})
	}
}

// A transport that replaces an empty body must not send the length of it twice.
func TestMiddlewareMayReplaceAnEmptyBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, base := piped(t, always(created))
		emptying := roundTripper(func(req *http.Request) (*http.Response, error) {
			req.Body = http.NoBody
			return base.RoundTrip(req)
		})
		require.NoError(t, post(t.Context(), newTransport(emptying), noBody).Err)
		require.NoError(t, post(t.Context(), newTransport(wrapped(base)), noBody).Err)
		require.Len(t, server.seen(), 2)
		assert.Equal(t, []string{"0"}, server.seen()[0].Header["Content-Length"])
		assert.Equal(t, []string{"chunked"}, server.seen()[1].TransferEncoding)
	})
}
