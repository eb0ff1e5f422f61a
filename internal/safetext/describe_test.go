package safetext

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var address = &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 443}

func refused() error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: address, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

func TestDescriptionsOfErrors(t *testing.T) {
	t.Parallel()
	noHost := &net.DNSError{Err: "no such host", Name: "api.internal", Server: "10.0.0.1:53", IsNotFound: true}
	canceled := fmt.Errorf("%w: %w", context.Canceled, io.EOF)
	late := fmt.Errorf("%w: %w", context.DeadlineExceeded, io.EOF)
	reading := &net.OpError{Op: "read", Net: "tcp", Addr: address, Err: io.EOF}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"nothing", nil, ""},
		{"lines", errors.New("one\n\ttwo"), "one two"},
		{"address", refused(), refused().Error()},
		{"host", noHost, noHost.Error()},
		{"context", context.Canceled, context.Canceled.Error()},
		{"cause of a cancellation", canceled, canceled.Error()},
		{"cause of a deadline", late, late.Error()},
		{"end of file", io.EOF, closedEarly},
		{"end of file in a body", io.ErrUnexpectedEOF, closedEarly},
		{"end of file at an address", reading, strings.TrimSuffix(reading.Error(), io.EOF.Error()) + closedEarly},
		{
			"end of file of a URL",
			&url.Error{Op: "Patch", URL: "https://api.test/x?q=1", Err: io.EOF},
			(&url.Error{Op: "Patch", URL: "https://api.test/x", Err: errors.New(closedEarly)}).Error(),
		},
		{"end of file without its words", &noText{text: "cut", err: io.ErrUnexpectedEOF}, "cut: " + closedEarly},
		{
			"timeout",
			fmt.Errorf("no answer within 1s: %w", os.ErrDeadlineExceeded),
			"no answer within 1s: " + os.ErrDeadlineExceeded.Error(),
		},
		{"no text", errors.New(" \n"), fmt.Sprintf("%T", errors.New(""))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, Describe(tt.err))
		})
	}
	assert.Contains(t, Describe(refused()), "10.1.2.3:443")
	assert.Contains(t, Describe(noHost), "api.internal")
}

// A noText has none of the words of what it wraps.
type noText struct {
	text string
	err  error
}

func (e *noText) Error() string { return e.text }
func (e *noText) Unwrap() error { return e.err }

func TestURLsAreShownWithoutUserAndQuery(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{
			"user, password and query",
			"PATCH https://user:pw@host:8443/p?secret giving up after 3 attempt(s)",
			"PATCH https://host:8443/p giving up after 3 attempt(s)",
		},
		{"quoted", `Get "https://user:pw@host/p?a=b c&token=x": bad`, `Get "https://host/p": bad`},
		{
			"quotes inside of quotes",
			`Get "https://host/p?a=\"secret\"": parse "https://u:p@host/": bad`,
			`Get "https://host/p": parse "https://host/": bad`,
		},
		{"behind other quotes", `"a" and "https://host/p?b c"`, `"a" and "https://host/p"`},
		{"sentence in quotes", `said "see https://u:p@host/p?x for help"`, `said "see https://host/p for help"`},
		{"quote never closed", `Get "https://user:pw@host/p?x: bad`, `Get "https://host/p: bad`},
		{"fragment", "at https://host/p#secret, and on", "at https://host/p, and on"},
		{"several", "https://a@h1/?x http://b@h2 (https://h3?y)", "https://h1/ http://h2 (https://h3)"},
		{"URL in a URL", "https://h1/https://u:p@h2/x?u=https://c:d@h3", "https://h1/https://h2/x"},
		{"@ in a path", "https://host/@scope/x@v1", "https://host/@scope/x@v1"},
		{"no host", "open file:///home/me@work/x", "open file:///home/me@work/x"},
		{"IPv6", "https://u:p@[::1]:8443/p?x", "https://[::1]:8443/p"},
		{"slash in a password", "https://user:p/w@host/x", "https://…"},
		{"question mark in a password", "https://user:p?w@host/x", "https://…"},
		{"no scheme", "bad proxy user:pw@proxy:8080", "bad proxy proxy:8080"},
		{"no scheme, quoted", `bad proxy "user:pw@proxy:8080"`, `bad proxy "proxy:8080"`},
		{"path alone", `no route for /integrations/42?token=x`, `no route for /integrations/42`},
		{"nothing of the kind", `is it #1? ask me@example.test`, `is it #1? ask me@example.test`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, Describe(errors.New(tt.text)))
		})
	}
}

func TestReasonOfACertificateIsTold(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	_, err := (&http.Transport{}).RoundTrip(httptest.NewRequest(http.MethodGet, server.URL, nil))
	require.ErrorAs(t, err, new(x509.UnknownAuthorityError))
	assert.Contains(t, Describe(err), x509.UnknownAuthorityError{}.Error())

	expired := x509.CertificateInvalidError{Cert: new(x509.Certificate), Reason: x509.Expired}
	assert.Contains(t, Describe(&tls.CertificateVerificationError{Err: expired}), strings.TrimSpace(expired.Error()))
	wrong := x509.HostnameError{Host: "api.internal", Certificate: &x509.Certificate{DNSNames: []string{"other.test"}}}
	assert.Contains(t, Describe(wrong), "api.internal")
	assert.Contains(t, Describe(wrong), "other.test")
}

func TestDescriptionIsBoundedAndRedactedBeforeItIsCut(t *testing.T) {
	t.Parallel()
	const secret = "sk-or-v1-0b5e77aa31"
	r := NewRedactor(secret)
	for before := 480; before < 520; before++ {
		err := errors.New(strings.Repeat("x", before) + " " + secret + strings.Repeat("é", 1<<16))
		text := r.Describe(err)
		assert.LessOrEqual(t, len(text), 512)
		assert.NotContains(t, text, "sk-o", before)
		assert.Contains(t, text, "…")
	}
	assert.Equal(t, "sent [redacted] away", r.Describe(errors.New("sent "+secret+" away")))
	inURL := errors.New(`sent to "https://` + secret + `.test/?` + secret + `"`)
	assert.Equal(t, `sent to "https://[redacted].test/"`, r.Describe(inURL))
	assert.LessOrEqual(t, len(Describe(errors.New(strings.Repeat("é", 1<<19)))), 512)
}

func TestHostileTextsOfErrorsAreDescribedInLinearTime(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"a://", `"`, `\"`, "@", "?", `"://`, "a:b@", "a ", `"a://"`, "%5C", "/?"} {
		requireLinear(t, piece, func(text string) { Describe(errors.New(text)) })
	}
}
