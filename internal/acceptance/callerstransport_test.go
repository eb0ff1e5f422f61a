package acceptance_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// settings returns a copy of the exported fields of a struct, those of structs
// that it points to included, in a form that can be compared.
func exportedFields(v reflect.Value) map[string]any {
	fields := make(map[string]any)
	for f, value := range v.Fields() {
		switch {
		case !f.IsExported():
		case value.Kind() == reflect.Pointer && !value.IsNil() && value.Elem().Kind() == reflect.Struct:
			fields[f.Name] = exportedFields(value.Elem())
		case value.Kind() == reflect.Func:
			fields[f.Name] = value.Pointer()
		default:
			fields[f.Name] = fmt.Sprintf("%#v", value)
		}
	}
	return fields
}

func TestCallersClientIsOnlyRead(t *testing.T) {
	server := wireserver.Start(t, func(c *wireserver.Conn) {
		c.Next()
		c.Send(wireserver.Answer(503, "", "Connection: close"))
	})
	transport := &http.Transport{
		TLSClientConfig:    &tls.Config{ServerName: "callers"},
		HTTP2:              new(http.HTTP2Config),
		ProxyConnectHeader: http.Header{},
	}
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	callers := &http.Client{Transport: transport, Timeout: time.Minute, Jar: jar}
	standard := &http.Transport{Proxy: http.ProxyFromEnvironment} // no client has been made of it before
	defaultTransport(t, standard)
	// net/http itself completes the settings of a transport at its first use.
	_, _ = transport.Clone(), standard.Clone()
	all := func() []map[string]any {
		return []map[string]any{
			exportedFields(reflect.ValueOf(*callers)),
			exportedFields(reflect.ValueOf(transport).Elem()),
			exportedFields(reflect.ValueOf(*http.DefaultClient)),
			exportedFields(reflect.ValueOf(standard).Elem()),
		}
	}
	before := all()
	for _, hc := range []*http.Client{callers, {}, http.DefaultClient, {Transport: http.DefaultTransport}} {
		client := wireClient(t, server, spideriq.WithHTTPClient(hc), spideriq.WithAttemptTimeout(time.Second))
		require.IsType(t, (*spideriq.ServerError)(nil), update(t.Context(), client))
	}
	require.IsType(t, (*spideriq.ServerError)(nil), update(t.Context(), wireClient(t, server)))
	assert.Equal(t, before, all())
	assert.Same(t, standard, http.DefaultTransport)
}

func TestCallersProxyAndTLSSettingsStayInUse(t *testing.T) {
	t.Parallel()
	proxy := wireserver.StartTLS(t, wireserver.Always(wireserver.Answer(200, successBody)))
	transport := proxy.Transport(t) // trusts the proxy's certificate, which nothing else does
	through, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	transport.Proxy = http.ProxyURL(through)
	client := newClient(t, transport, spideriq.WithBaseURL("http://spideriq.invalid"), spideriq.WithInsecureHTTP())
	require.NoError(t, update(t.Context(), client))
	require.Len(t, proxy.Requests(), 1)
	assert.Equal(t, "http://spideriq.invalid/api/v1/integrations/42", proxy.Requests()[0].RequestURI)
}

// net/http calls a registered protocol before it looks for a connection, so that no trace
// shows what it sends.
func TestRegisteredProtocolMayHaveSentTheRequest(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Fail(&net.OpError{Op: "read", Err: syscall.ECONNRESET}))
	transport := &http.Transport{Protocols: new(http.Protocols)} // HTTP/2 would register the same protocol
	transport.Protocols.SetHTTP1(true)
	transport.RegisterProtocol("https", api)
	e := requireAs[*spideriq.TransportError](t, create(t.Context(), newClient(t, transport)))
	assert.Equal(t, 1, e.Attempts)
	assert.True(t, e.MayHaveApplied)
}
