package acceptance_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

func TestTextOfAFailedConnectionNamesTheAddress(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close()) // nobody listens there now
	client := newClient(t, nil, spideriq.WithBaseURL("http://"+address), oneAttempt)
	assert.ErrorContains(t, update(t.Context(), client), address)
}

func TestTextOfAFailedLookUpNamesTheHost(t *testing.T) {
	t.Parallel()
	failure := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{
		Err: "no such host", Name: "api.spideriq.invalid", Server: "192.0.2.53:53", IsNotFound: true,
	}}
	err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Fail(failure))))
	assert.ErrorContains(t, err, "api.spideriq.invalid")
	assert.ErrorContains(t, err, "192.0.2.53:53")
}

func TestTextOfAFailureHasNoUserInfoAndNoQuery(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{
		errors.New(`PATCH https://user:pass-word@api.example:8443/x?key=hidden-value giving up after 3 attempt(s)`),
		&url.Error{Op: "Patch", URL: "https://user:pass-word@api.example:8443/x?key=hidden-value", Err: io.EOF},
		fmt.Errorf("proxy https://user:pass-word@api.example:8443#hidden-value: %w", io.EOF),
	} {
		err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Fail(cause)), oneAttempt))
		assert.ErrorIs(t, err, cause)
		for _, text := range []string{err.Error(), fmt.Sprint(slog.AnyValue(err).Resolve())} {
			assert.NotContains(t, text, "pass-word")
			assert.NotContains(t, text, "hidden-value")
		}
	}
}

// expiredCertificate makes the server's certificate look expired, by the client's clock.
func expiredCertificate(t *testing.T, server *wireserver.Server) *http.Transport {
	transport := server.Transport(t)
	transport.TLSClientConfig.Time = func() time.Time { return time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC) }
	return transport
}

func TestTextOfACertificateProblemSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	server := wireserver.StartTLS(t, wireserver.Always(wireserver.Answer(200, successBody)))
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "https://"))
	require.NoError(t, err)
	texts := make(map[string]bool)
	for _, tt := range []struct {
		name, base string
		transport  http.RoundTripper
		reason     func(error) (string, bool)
	}{
		{"unknown authority", server.URL, nil, reasonOf[x509.UnknownAuthorityError]},
		{"another name", "https://localhost:" + port, server.Transport(t), reasonOf[x509.HostnameError]},
		{"expired", server.URL, expiredCertificate(t, server), reasonOf[x509.CertificateInvalidError]},
	} {
		accepted := server.Accepted()
		err := update(t.Context(), newClient(t, tt.transport, spideriq.WithBaseURL(tt.base)))
		e := requireAs[*spideriq.TransportError](t, err)
		assert.Equal(t, 1, e.Attempts, tt.name)
		assert.False(t, e.MayHaveApplied, tt.name)
		assert.Equal(t, accepted+1, server.Accepted(), tt.name)
		reason, ok := tt.reason(err)
		require.True(t, ok, "%s: %v", tt.name, err)
		assert.Contains(t, err.Error(), reason, tt.name)
		texts[err.Error()] = true
	}
	assert.Len(t, texts, 3, "each problem has a text of its own")
	assert.Empty(t, server.Requests(), "nothing is sent to a server that is not trusted")
}

// reasonOf returns the text of the error of type E in err.
func reasonOf[E error](err error) (string, bool) {
	e, ok := errors.AsType[E](err)
	if !ok {
		return "", false
	}
	return e.Error(), true
}

func TestPlainServerIsNotTakenForATLSServer(t *testing.T) {
	t.Parallel()
	server := wireserver.Start(t, func(c *wireserver.Conn) {
		_, _ = c.In.ReadByte()
		c.Send(wireserver.Answer(400, "this is not HTTPS"))
	})
	base := strings.Replace(server.URL, "http:", "https:", 1)
	e := requireAs[*spideriq.TransportError](t, update(t.Context(), newClient(t, nil, spideriq.WithBaseURL(base))))
	assert.Equal(t, 1, e.Attempts)
	assert.False(t, e.MayHaveApplied)
	assert.Equal(t, int64(1), server.Accepted())
}

func TestRedirectSaysWhereItPointsAndThatItIsNotFollowed(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://app.spideriq.example/login?next=hidden#top":        "app.spideriq.example/login",
		"https://user:hidden@app.spideriq.example/login":            "app.spideriq.example/login",
		"/api/v2/integrations/42?token=hidden":                      "/api/v2/integrations/42",
		"//cdn.spideriq.example/x":                                  "cdn.spideriq.example/x",
		"https://app.spideriq.example/" + strings.Repeat("a", 9000): "app.spideriq.example/",
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			answer := fakeapi.Respond(status, "", "Location: "+location)
			err := update(t.Context(), newClient(t, fakeapi.New(answer)))
			assert.Contains(t, err.Error(), want)
			assert.Contains(t, err.Error(), "not followed")
			assert.NotContains(t, err.Error(), "hidden")
			assert.Less(t, len(err.Error()), 2048)
		}
	}
}

func TestRedirectWithABrokenLocationIsOneBoundedLine(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"http://[::1", "/%zz", "ht tp://x", "\x00", "https://user:hidden@[::1"} {
		answer := fakeapi.Respond(302, "", "Location: "+location)
		err := update(t.Context(), newClient(t, fakeapi.New(answer)))
		e := requireAs[*spideriq.APIError](t, err)
		assert.Equal(t, 302, e.StatusCode)
		assert.NotContains(t, err.Error(), "hidden")
		assert.NotContains(t, err.Error(), "\x00")
	}
}

func TestErrorOfATokenSourceIsOneLine(t *testing.T) {
	t.Parallel()
	cause := errors.New("vault is sealed:\n\tunseal it\r\nfirst " + strings.Repeat("x", 1<<20))
	source := spideriq.WithTokenSource(func(context.Context) (string, error) { return "", cause })
	client, err := spideriq.NewClient("", source, withTransport(fakeapi.New(fakeapi.Respond(200, successBody))))
	require.NoError(t, err)
	err = update(t.Context(), client)
	assert.ErrorIs(t, err, cause)
	assert.Contains(t, err.Error(), "vault is sealed: unseal it first")
	assert.NotContains(t, err.Error(), "\n")
	assert.Less(t, len(err.Error()), 1024)
}
