package transport

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptrace"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConnectionThatBreaks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		first  string // what the server sends before it hangs up
		status int    // of the head that has arrived
	}{
		{"without a response", "", 0},
		{"in the head", "HTTP/1.1 201 Cre", 0},
		{"in the body", "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{", 201},
		{"in a chunk", "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{", 201},
		{"in a chunk's length", "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}", 201},
		{"with what is not HTTP", "220 mail.test ESMTP\r\n", 0},
		{"with a malformed status line", "HTTP/1.1 2000 OK\r\n\r\n", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, wrap := range []func(http.RoundTripper) http.RoundTripper{bare, wrapped} {
					_, base := piped(t, firstThen(once(tt.first), always(created)))
					result := patch(t.Context(), newTransport(wrap(base)))
					require.NoError(t, result.Err)
					assert.Equal(t, 2, result.Attempts)
					assert.Equal(t, 201, result.Response.StatusCode)
					assert.True(t, result.MayHaveApplied)

					_, base = piped(t, once(tt.first))
					assert.Equal(t, 3, patch(t.Context(), newTransport(wrap(base))).Attempts)

					result = post(t.Context(), newTransport(wrap(base)))
					require.Error(t, result.Err)
					assert.Equal(t, 1, result.Attempts)
					assert.True(t, result.MayHaveApplied)
					assert.Equal(t, tt.status != 0, result.Response != nil)
				}
			})
		})
	}
}

func TestServerThatClosesAnIdleConnectionFailsNoCall(t *testing.T) {
	t.Parallel()
	closing := make(chan struct{})
	tests := []struct {
		name     string
		trace    func(info httptrace.GotConnInfo)
		attempts int
	}{
		{"long before", nil, 1},
		{"as the request goes out", func(info httptrace.GotConnInfo) {
			if info.Reused {
				close(closing)
				synctest.Wait()
			}
		}, 2},
	}
	for _, tt := range tests {
		for _, send := range []func(context.Context, *Transport, ...func(*Request)) Result{patch, post} {
			synctest.Test(t, func(t *testing.T) {
				closing = make(chan struct{})
				_, base := piped(t, firstThen(func(c *rawConn) {
					c.next()
					c.send(created)
					<-closing
				}, always(created)))
				tr := newTransport(base)
				require.NoError(t, send(t.Context(), tr).Err)

				ctx := t.Context()
				if tt.trace == nil {
					close(closing)
					synctest.Wait()
				} else {
					ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: tt.trace})
				}
				result := send(ctx, tr)
				require.NoError(t, result.Err, tt.name)
				assert.Equal(t, tt.attempts, result.Attempts, tt.name)
				assert.False(t, result.MayHaveApplied, tt.name)
			})
		}
	}
}

func TestServerThatClosesAConnectionOnARequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, base := piped(t, firstThen(cutSecond, always(created)))
		tr := newTransport(base)
		require.NoError(t, patch(t.Context(), tr).Err)
		result := patch(t.Context(), tr)
		require.NoError(t, result.Err)
		assert.Equal(t, 2, result.Attempts)
		assert.True(t, result.MayHaveApplied)
	})
}

// A retrying transport sends a request again by itself, over another transport.
func retrying(first, second http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		again := req.Clone(req.Context())
		if resp, err := first.RoundTrip(req); err == nil {
			return resp, nil
		}
		return second.RoundTrip(again)
	})
}

func TestAttemptThatOnceWroteItsHeadIsSentWhateverItsLastErrorIs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		last error
	}{
		{"refused", dialError(errno(syscall.ECONNREFUSED))},
		{"no such host", &net.DNSError{IsNotFound: true}},
		{"temporary DNS failure", &net.DNSError{IsTemporary: true}},
		{"proxy", &net.OpError{Op: "proxyconnect", Err: errno(syscall.ECONNREFUSED)}},
		{"proxy's answer", &proxyError{status: 502}},
		{"certificate", x509.UnknownAuthorityError{}},
		{"no route", dialError(errno(syscall.EHOSTUNREACH))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, base := piped(t, once(""))
				broken := dialing(func() error { return tt.last })
				result := post(t.Context(), newTransport(retrying(base, broken)))
				assert.ErrorIs(t, result.Err, tt.last)
				assert.Equal(t, 1, result.Attempts)
				assert.True(t, result.MayHaveApplied)
				assert.Len(t, server.seen(), 1)
			})
		})
	}
}

// dialing returns net/http's own transport that cannot dial.
func dialing(fail func() error) *http.Transport {
	return &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, fail()
	}}
}

func TestNothingIsAppliedWithoutAConnection(t *testing.T) {
	t.Parallel()
	blocks := func() error { time.Sleep(10 * time.Minute); return errOpaque }
	returns := func(err error) func() error { return func() error { return err } }
	tests := []struct {
		name     string
		dial     func() error
		leaves   time.Duration
		attempts int
	}{
		{"refused", returns(dialError(errno(syscall.ECONNREFUSED))), 0, 3},
		{"network down", returns(dialError(errno(syscall.ENETDOWN))), 0, 3},
		{"no such host", returns(dialError(&net.DNSError{IsNotFound: true})), 0, 1},
		{"DNS timeout", returns(dialError(&net.DNSError{IsTimeout: true})), 0, 3},
		{"certificate", returns(x509.UnknownAuthorityError{}), 0, 1},
		{"unknown", returns(errOpaque), 0, 1},
		{"attempt's time over", blocks, 0, 3},
		{"caller gone", blocks, time.Second, 1},
		{"caller gone in a later attempt", blocks, 90 * time.Second, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.leaves > 0 {
					time.AfterFunc(tt.leaves, cancel)
				}
				base := dialing(tt.dial)
				began := time.Now()
				result := post(ctx, newTransport(base))
				require.Error(t, result.Err)
				assert.Equal(t, tt.attempts, result.Attempts)
				assert.False(t, result.MayHaveApplied)
				if tt.leaves > 0 {
					assert.ErrorIs(t, result.Err, context.Canceled)
					assert.Equal(t, tt.leaves, time.Since(began))
				}
				time.Sleep(time.Hour) // net/http lets a dial outlive its request
			})
		})
	}
}
