package acceptance_test

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// proxyStatuses are outcomes with a status that proxies answer when they do not know what
// became of a request. Those that a CDN uses for a failed origin are repeated.
func proxyStatuses() []outcome {
	var outcomes []outcome
	for _, status := range []int{408, 525, 529, 530, 598, 599} {
		outcomes = append(outcomes, outcome{fmt.Sprint(status), fakeapi.Respond(status, refusalBody), never, true})
	}
	for _, status := range []int{520, 521, 522, 523, 524} {
		outcomes = append(outcomes, outcome{fmt.Sprint(status), fakeapi.Respond(status, refusalBody), safely, true})
	}
	for _, value := range []string{"False", " FALSE "} {
		answer := fakeapi.Respond(503, refusalBody, "X-Should-Retry: "+value)
		outcomes = append(outcomes, outcome{"503 told not to by " + value, answer, never, false})
	}
	return outcomes
}

// unreachable are failures in which nothing can have been sent, by type.
var unreachable = []error{
	&net.OpError{Op: "dial", Net: "tcp", Err: syscall.EHOSTUNREACH},
	&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH},
	&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETDOWN},
	&net.OpError{Op: "dial", Net: "tcp", Err: syscall.EADDRNOTAVAIL},
	&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)},
	&net.OpError{Op: "proxyconnect", Net: "tcp", Err: fakeapi.ErrRefused},
}

func TestUnreachableHostIsTriedAgainAlsoForCreate(t *testing.T) {
	t.Parallel()
	for _, failure := range unreachable {
		synctest.Test(t, func(t *testing.T) {
			for name, call := range endpoints {
				api := fakeapi.New(fakeapi.Fail(failure), fakeapi.Fail(failure), fakeapi.Respond(200, successBody))
				assert.NoError(t, call(t.Context(), newClient(t, api)), "%s after %v", name, failure)
			}
			err := create(t.Context(), newClient(t, fakeapi.New(fakeapi.Fail(failure))))
			attempts, mayHaveApplied := outcomeOf(err)
			assert.Equal(t, 3, attempts)
			assert.False(t, mayHaveApplied)
		})
	}
}

// viaProxy makes clients with a transport of their own use a proxy. Not for parallel
// tests.
func viaProxy(t *testing.T, proxy *wireserver.Server) {
	t.Helper()
	address, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	defaultTransport(t, &http.Transport{Proxy: http.ProxyURL(address)})
}

func TestProxyThatFailsToConnectIsTriedAgainAlsoForCreate(t *testing.T) {
	for _, status := range []int{502, 503, 504} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			proxy := wireserver.Start(t, wireserver.Once(wireserver.Answer(status, "")))
			viaProxy(t, proxy)
			client := wireClient(t, proxy, spideriq.WithBaseURL("https://spideriq.invalid"))
			e := requireAs[*spideriq.TransportError](t, create(t.Context(), client))
			assert.Equal(t, 3, e.Attempts)
			assert.False(t, e.MayHaveApplied)
			assert.Len(t, proxy.Requests(), 3)
			for _, r := range proxy.Requests() {
				assert.Equal(t, "CONNECT", r.Method)
				assert.Empty(t, r.Header.Get("Authorization"))
			}
			assert.Contains(t, e.Error(), fmt.Sprint(status))
		})
	}
}

func TestProxyThatRefusesIsNotAskedAgain(t *testing.T) {
	for _, status := range []int{403, 407} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			proxy := wireserver.Start(t, wireserver.Once(wireserver.Answer(status, "")))
			viaProxy(t, proxy)
			client := wireClient(t, proxy, spideriq.WithBaseURL("https://spideriq.invalid"))
			e := requireAs[*spideriq.TransportError](t, update(t.Context(), client))
			assert.Equal(t, 1, e.Attempts)
			assert.False(t, e.MayHaveApplied)
			assert.Len(t, proxy.Requests(), 1)
			assert.Contains(t, e.Error(), fmt.Sprint(status))
		})
	}
}

// net/http returns the answer to CONNECT as text only, and the client does not classify
// errors by text.
func TestCallersTransportIsNotAskedAgainAfterARefusedConnect(t *testing.T) {
	t.Parallel()
	proxy := wireserver.Start(t, wireserver.Once(wireserver.Answer(503, "")))
	address, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	callers := &http.Transport{Proxy: http.ProxyURL(address)}
	client := wireClient(t, proxy, withTransport(callers), spideriq.WithBaseURL("https://spideriq.invalid"))
	e := requireAs[*spideriq.TransportError](t, update(t.Context(), client))
	assert.Equal(t, 1, e.Attempts)
	assert.Len(t, proxy.Requests(), 1)
}

// net/http reads the proxy once per process, and so this test starts others.
func TestProxyFromTheEnvironment(t *testing.T) {
	t.Parallel()
	if os.Getenv(childVariable) != "" {
		client, err := spideriq.NewClientFromEnv(spideriq.WithInsecureHTTP())
		require.NoError(t, err)
		err = update(t.Context(), client, spideriq.WithMaxAttempts(1))
		if strings.Contains(client.String(), "https:") {
			require.IsType(t, (*spideriq.TransportError)(nil), err, "the proxy refuses CONNECT")
			assert.Contains(t, err.Error(), "403")
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
			proxy := wireserver.Start(t, refuseConnect)
			runAsChild(
				t, "TestProxyFromTheEnvironment", "SPIDERIQ_TOKEN="+fakeToken, "SPIDERIQ_API_URL="+base,
				"HTTP_PROXY="+proxy.URL, "HTTPS_PROXY="+proxy.URL, "NO_PROXY=", "no_proxy=",
			)
			requests := proxy.Requests()
			require.Len(t, requests, 1)
			assert.Equal(t, want, requests[0].Method+" "+requests[0].RequestURI)
			hasToken := requests[0].Header.Get("Authorization") != ""
			assert.Equal(t, strings.HasPrefix(want, "PATCH"), hasToken, "a proxy that passes TLS on learns no token")
		})
	}
}

// refuseConnect is a proxy that answers 403 to CONNECT and a success to anything else.
func refuseConnect(c *wireserver.Conn) {
	for r := c.Next(); r != nil; r = c.Next() {
		if r.Method == http.MethodConnect {
			c.Send(wireserver.Answer(403, ""))
			return
		}
		c.Send(wireserver.Answer(200, successBody))
	}
}
