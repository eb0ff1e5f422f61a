package acceptance_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// brokenAnswers are answers that net/http fails on without an error type of its own.
var brokenAnswers = map[string]string{
	"malformed status line": "hello\r\n\r\n",
	"malformed version":     "HTTP/x 200 OK\r\n\r\n",
	"malformed header":      "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
	"broken chunk":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"cut chunk":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{",
	"two lengths":           "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 9\r\n\r\n",
	"nothing":               "",
}

func TestBrokenConnectionIsTriedAgainAlsoBehindAMiddleware(t *testing.T) {
	t.Parallel()
	for name, answer := range brokenAnswers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, wrap := range []func(http.RoundTripper) http.RoundTripper{
				func(rt http.RoundTripper) http.RoundTripper { return rt },
				func(rt http.RoundTripper) http.RoundTripper { return middleware{rt, nil} },
			} {
				server := wireserver.Start(t, wireserver.Once(answer))
				client := wireClient(t, server, withTransport(wrap(server.Transport(t))))
				e := requireAs[*spideriq.TransportError](t, update(t.Context(), client))
				assert.Equal(t, 3, e.Attempts)
				assert.True(t, e.MayHaveApplied)

				e = requireAs[*spideriq.TransportError](t, create(t.Context(), client))
				assert.Equal(t, 1, e.Attempts)
				assert.True(t, e.MayHaveApplied)
			}
		})
	}
}

// serveHTTP2 starts a server that speaks HTTP/2 and returns a transport that reaches it.
func serveHTTP2(t *testing.T, handler http.HandlerFunc) (*httptest.Server, *http.Transport) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	transport := server.Client().Transport.(*http.Transport).Clone()
	transport.ForceAttemptHTTP2 = true
	t.Cleanup(transport.CloseIdleConnections)
	return server, transport
}

func TestResetStreamIsTriedAgainAlsoBehindAMiddleware(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	server, transport := serveHTTP2(t, func(_ http.ResponseWriter, r *http.Request) {
		assert.Equal(t, 2, r.ProtoMajor)
		requests.Add(1)
		panic(http.ErrAbortHandler) // resets the stream
	})
	quickly := spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Millisecond})
	for _, rt := range []http.RoundTripper{transport, middleware{transport, nil}} {
		client := newClient(t, rt, spideriq.WithBaseURL(server.URL), quickly)
		requests.Store(0)
		e := requireAs[*spideriq.TransportError](t, update(t.Context(), client))
		assert.Equal(t, 3, e.Attempts)
		assert.True(t, e.MayHaveApplied)
		assert.Equal(t, int64(3), requests.Load())

		requests.Store(0)
		e = requireAs[*spideriq.TransportError](
			t, create(t.Context(), client, spideriq.WithHeader("Idempotency-Key", "7b")),
		)
		assert.Equal(t, 1, e.Attempts)
		assert.True(t, e.MayHaveApplied)
		assert.Equal(t, int64(1), requests.Load(), "one request on the wire")
	}
}

// A server that is shut down tells HTTP/2 clients to go away; calls go on elsewhere.
func TestEveryCallWorksOverHTTP2(t *testing.T) {
	t.Parallel()
	server, transport := serveHTTP2(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path != "/api/v1/jobs" { // which has no body, and no length over HTTP/2
			assert.GreaterOrEqual(t, r.ContentLength, int64(0), "%s says its length", r.URL)
		}
		_, _ = io.WriteString(w, successBody)
	})
	client := newClient(t, transport, spideriq.WithBaseURL(server.URL))
	for name, call := range endpoints {
		assert.NoError(t, call(t.Context(), client), name)
	}
	assert.NoError(t, client.Do(t.Context(), "POST", "/jobs", nil, nil))
}

// An unknown failure of a transport that had no connection yet is not tried again.
func TestUnknownFailureBeforeAConnectionIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Fail(errors.New("no credentials for the gateway")))
	e := requireAs[*spideriq.TransportError](t, update(t.Context(), newClient(t, api)))
	assert.Equal(t, 1, e.Attempts)
	assert.Len(t, api.Requests(), 1)
}
