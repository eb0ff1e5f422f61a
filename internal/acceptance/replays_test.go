package acceptance_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// keyedHeaders are headers that make net/http send a request again by itself.
var keyedHeaders = []string{"Idempotency-Key", "X-Idempotency-Key"}

// A middleware changes each request on its way to the next RoundTripper.
type middleware struct {
	next   http.RoundTripper
	change func(*http.Request)
}

func (m middleware) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	if m.change != nil {
		m.change(req)
	}
	return m.next.RoundTrip(req)
}

// answerOneThenCut serves one request on each connection and closes it after the head and
// the body of the next one, without an answer.
func answerOneThenCut(c *wireserver.Conn) {
	if c.Next() == nil {
		return
	}
	c.Send(wireserver.Answer(200, successBody))
	c.Next()
}

// countOf returns how many requests had that method.
func countOf(requests []*wireserver.Request, method string) int {
	n := 0
	for _, r := range requests {
		if r.Method == method {
			n++
		}
	}
	return n
}

func TestCreateWithAnIdempotencyKeyIsOneRequestOnTheWire(t *testing.T) {
	t.Parallel()
	for _, header := range keyedHeaders {
		addKey := func(req *http.Request) { req.Header.Set(header, "7b0e") }
		for name, c := range map[string]struct {
			opts func(*wireserver.Server) []spideriq.Option
			call []spideriq.RequestOption
		}{
			"of the call": {
				func(*wireserver.Server) []spideriq.Option { return nil },
				[]spideriq.RequestOption{spideriq.WithHeader(header, "7b0e")},
			},
			"of the client": {
				func(*wireserver.Server) []spideriq.Option {
					return []spideriq.Option{spideriq.WithHeader(header, "7b0e")}
				}, nil,
			},
			"of a middleware": {
				func(s *wireserver.Server) []spideriq.Option {
					return []spideriq.Option{withTransport(middleware{s.Transport(t), addKey})}
				}, nil,
			},
		} {
			t.Run(header+" "+name, func(t *testing.T) {
				t.Parallel()
				server := wireserver.Start(t, answerOneThenCut)
				client := wireClient(t, server, c.opts(server)...)
				require.NoError(t, list(t.Context(), client), "the connection is kept from now on")
				e := requireAs[*spideriq.TransportError](t, create(t.Context(), client, c.call...))
				assert.Equal(t, 1, e.Attempts)
				assert.True(t, e.MayHaveApplied)
				assert.Equal(t, 1, countOf(server.Requests(), "POST"))
			})
		}
	}
}

func TestDeleteThatNetHTTPSentTwiceMayHaveApplied(t *testing.T) {
	t.Parallel()
	for _, header := range keyedHeaders {
		for _, second := range []string{
			wireserver.Answer(404, refusalBody), wireserver.Answer(200, refusalBody), wireserver.Answer(200, "<html>"),
		} {
			server := wireserver.Start(t, func(c *wireserver.Conn) {
				if c.Number == 1 {
					answerOneThenCut(c)
					return
				}
				wireserver.Always(second)(c)
			})
			client := wireClient(t, server)
			require.NoError(t, list(t.Context(), client))
			err := remove(t.Context(), client, spideriq.WithHeader(header, "7b0e"), spideriq.WithMaxAttempts(1))
			assert.True(t, spideriq.MayHaveApplied(err), "%d requests: %v", countOf(server.Requests(), "DELETE"), err)
		}
	}
}

// A connection that the server closed while it was idle is no reason to fail: nothing was
// written. Create must survive it as it did when net/http could send it again.
func TestCreateOnAConnectionThatWasClosedIdleSucceeds(t *testing.T) {
	t.Parallel()
	server := wireserver.Start(t, wireserver.Once(wireserver.Answer(200, successBody)))
	client := wireClient(t, server)
	succeeded := 0
	for range 20 {
		err := create(t.Context(), client)
		if err == nil {
			succeeded++
			continue
		}
		assert.True(t, spideriq.MayHaveApplied(err), "the race was lost after the head was written")
	}
	assert.Greater(t, succeeded, 10)
	assert.LessOrEqual(t, countOf(server.Requests(), "POST"), 20)
}

func TestCreateWithoutABodySaysItsLength(t *testing.T) {
	t.Parallel()
	server := wireserver.Start(t, wireserver.Always(wireserver.Answer(200, successBody)))
	client := wireClient(t, server)
	require.NoError(t, client.Do(t.Context(), "POST", "/jobs", nil, nil))
	require.NoError(t, syncBilling(t.Context(), client))
	for _, r := range server.Requests() {
		assert.Equal(t, "0", r.Header.Get("Content-Length"), "%s %s", r.Method, r.URL)
		assert.Empty(t, r.TransferEncoding)
	}
}

// A retryingTransport is a caller's transport that tries again by itself: first where the
// request goes, then with second, whose error is what the client sees.
type retryingTransport struct {
	first  http.RoundTripper
	second http.RoundTripper
}

func (r retryingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.first.RoundTrip(req.Clone(req.Context()))
	if err == nil {
		return resp, nil
	}
	return r.second.RoundTrip(req)
}

// neverSent are failures that by themselves say that nothing was sent.
var neverSent = map[string]error{
	"dial":        fakeapi.ErrRefused,
	"DNS":         &net.DNSError{Name: "spideriq.invalid", IsNotFound: true},
	"proxy":       &net.OpError{Op: "proxyconnect", Net: "tcp", Err: fakeapi.ErrRefused},
	"certificate": &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
}

// The transport's first request was applied and its response was lost. The attempt
// counts as sent, although the error is that of a later request that was not sent.
func TestCreateBehindATransportThatRetriesIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, failure := range neverSent {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := wireserver.Start(t, func(c *wireserver.Conn) { c.Next() })
			rt := retryingTransport{server.Transport(t), fakeapi.Fail(failure)}
			e := requireAs[*spideriq.TransportError](t, create(t.Context(), wireClient(t, server, withTransport(rt))))
			assert.Equal(t, 1, e.Attempts)
			assert.True(t, e.MayHaveApplied)
			assert.Len(t, server.Requests(), 1)
		})
	}
}

// The same, with a real dial that fails.
func TestDialThatFailsAfterALostAnswerMayHaveApplied(t *testing.T) {
	t.Parallel()
	server := wireserver.Start(t, func(c *wireserver.Conn) { c.Next() })
	elsewhere := middleware{server.Transport(t), func(req *http.Request) { req.URL.Host = "127.0.0.1:1" }}
	rt := retryingTransport{server.Transport(t), elsewhere}
	for _, call := range []endpoint{create, update, remove} {
		err := call(t.Context(), wireClient(t, server, withTransport(rt)), spideriq.WithMaxAttempts(1))
		assert.True(t, spideriq.MayHaveApplied(err), err)
	}
}
