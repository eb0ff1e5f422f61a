package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

var errTimeout = fmt.Errorf("no answer within 1s: %w", os.ErrDeadlineExceeded)

// An errOpaque error has no type and no text that anybody knows.
var errOpaque = errors.New("errOpaque")

func dial(err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 443}, Err: err}
}

func reading(err error) error { return &net.OpError{Op: "read", Net: "tcp", Err: err} }

func errno(e syscall.Errno) error { return os.NewSyscallError("connect", e) }

func TestFailuresAreClassifiedByType(t *testing.T) {
	t.Parallel()
	passing, lasting := failure{passing: true}, failure{}
	unsent := failure{unsent: true}
	notSentYet := failure{passing: true, unsent: true}
	tests := []struct {
		name string
		err  error
		want failure
	}{
		{"refused", dial(errno(syscall.ECONNREFUSED)), notSentYet},
		{"refused by a proxy", &net.OpError{Op: "proxyconnect", Net: "tcp", Err: dial(errno(syscall.ECONNREFUSED))}, notSentYet},
		{"no route", dial(errno(syscall.EHOSTUNREACH)), unsent},
		{"dial timeout", dial(os.ErrDeadlineExceeded), failure{passing: true, unsent: true, timeout: true}},
		{"reset", reading(errno(syscall.ECONNRESET)), passing},
		{"aborted", reading(errno(syscall.ECONNABORTED)), passing},
		{"broken pipe", &net.OpError{Op: "write", Net: "tcp", Err: errno(syscall.EPIPE)}, passing},
		{"closed", reading(net.ErrClosed), passing},
		{"EOF before an answer", io.EOF, passing},
		{"EOF in an answer", io.ErrUnexpectedEOF, passing},
		{"time of the attempt", errTimeout, failure{passing: true, timeout: true}},
		{"read timeout", reading(os.ErrDeadlineExceeded), failure{passing: true, timeout: true}},

		{"no such host", dial(&net.DNSError{Err: "no such host", Name: "api.test", IsNotFound: true}), unsent},
		{"no such host, of a resolver that calls it temporary", &net.DNSError{IsNotFound: true, IsTemporary: true}, unsent},
		{"temporary DNS failure", dial(&net.DNSError{IsTemporary: true}), notSentYet},
		{"DNS timeout", dial(&net.DNSError{IsTimeout: true}), failure{passing: true, unsent: true, timeout: true}},
		{"lasting DNS failure", dial(&net.DNSError{Err: "server misbehaving"}), unsent},

		{"unknown authority", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, unsent},
		{"bare unknown authority", x509.UnknownAuthorityError{}, unsent},
		{"wrong host", x509.HostnameError{Certificate: new(x509.Certificate)}, unsent},
		{"expired", x509.CertificateInvalidError{Reason: x509.Expired}, unsent},
		{"no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, unsent},
		{"TLS alert", &net.OpError{Op: "remote error", Err: tls.AlertError(116)}, lasting},
		{"own TLS alert", &net.OpError{Op: "local error", Err: tls.AlertError(40)}, lasting},
		{"unknown", errOpaque, lasting},
		{"text of a known one", errors.New("connection reset by peer: EOF: i/o timeout"), lasting},
		{"caller gone", context.Canceled, lasting},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, classify(tt.err, false, false))
			wrapped := fmt.Errorf("caller's own: %w", &url.Error{Op: "Patch", URL: "https://api.test", Err: tt.err})
			assert.Equal(t, tt.want, classify(wrapped, false, false), "wrapped")
		})
	}
}

func TestFailuresBehindASentRequest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name               string
		err                error
		connection, unsent bool
		want               failure
	}{
		{"anything of net/http", errOpaque, true, false, failure{passing: true}},
		{"anything before a request was written", errOpaque, false, true, failure{unsent: true}},
		{"time ran out before", errTimeout, false, true, failure{passing: true, unsent: true, timeout: true}},
		{"alert after the request", &net.OpError{Op: "remote error", Err: tls.AlertError(116)}, true, false, failure{}},
		{"certificate asked for late", x509.UnknownAuthorityError{}, true, false, failure{}},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, classify(tt.err, tt.connection, tt.unsent), tt.name)
	}
}

func TestDescribeNamesNoPlace(t *testing.T) {
	t.Parallel()
	assert.Empty(t, Describe(nil))
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"unknown", errOpaque, "errOpaque"},
		{"lines", errors.New("one\n\ttwo"), "one two"},
		{"time of the attempt", errTimeout, "no answer within 1s"},
		{"refused", &url.Error{Op: "Patch", URL: "https://api.test/x?q=1", Err: dial(errno(syscall.ECONNREFUSED))}, syscall.ECONNREFUSED.Error()},
		{"reset", reading(errno(syscall.ECONNRESET)), syscall.ECONNRESET.Error()},
		{"no such host", dial(&net.DNSError{Err: "no such host", Name: "api", Server: "10.0.0.1:53", IsNotFound: true}), "no such host"},
		{"DNS", dial(&net.DNSError{Err: "server misbehaving", Name: "api.test", Server: "10.0.0.1:53"}), "server misbehaving"},
		{"certificate", x509.HostnameError{Host: "api.test", Certificate: new(x509.Certificate)}, "the server's certificate or TLS is not valid"},
		{"EOF", io.EOF, "the connection was closed before the whole answer had come"},
		{"cut", fmt.Errorf("x: %w", io.ErrUnexpectedEOF), "the connection was closed before the whole answer had come"},
		{"net timeout", &url.Error{Op: "Get", URL: "https://api.test", Err: os.ErrDeadlineExceeded}, "timeout"},
		{"deadline", &url.Error{Op: "Get", URL: "https://api.test", Err: context.DeadlineExceeded}, context.DeadlineExceeded.Error()},
		{"cause", fmt.Errorf("%w: %w", context.Canceled, dial(errno(syscall.ECONNREFUSED))), "context canceled: dial tcp (address): connect: " + syscall.ECONNREFUSED.Error()},
		{"canceled by EOF", fmt.Errorf("%w: %w", context.Canceled, io.EOF), context.Canceled.Error() + ": " + io.EOF.Error()},
		{"deadline by EOF", fmt.Errorf("%w: %w", context.DeadlineExceeded, io.EOF), context.DeadlineExceeded.Error() + ": " + io.EOF.Error()},
		{"URL", errors.New(`Get "https://user:pass@api.test:8443/v1?token=x": bad`), " bad"},
		{"host", errors.New("cannot reach www.api.test today"), "cannot reach (address) today"},
		{"host and port", errors.New("no route to gateway:8443 today"), "no route to (address) today"},
		{"IPv4", errors.New("from 10.0.0.7 to 10.0.0.8:443"), "from (address) to (address)"},
		{"IPv6", errors.New("to [2001:db8::1]:443 and [::1]"), "to (address) and (address)"},
		{"no place", errors.New("http: invalid header field value at 3"), "http: invalid header field value at 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := Describe(tt.err)
			assert.Contains(t, text, tt.want)
			assert.NotRegexp(t, `\bapi\b|gateway|10\.|::1|443|http|user|token|\n`, strings.TrimPrefix(text, "http: "))
		})
	}
}

func TestContextErrorMatchesHowAndWhyItEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		assert.NoError(t, contextError(t.Context()))

		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(nil)
		assert.Equal(t, context.Canceled, contextError(ctx))

		ctx, cancel = context.WithCancelCause(t.Context())
		cancel(why)
		assert.ErrorIs(t, contextError(ctx), context.Canceled)
		assert.ErrorIs(t, contextError(ctx), why)

		ctx, stop := context.WithTimeoutCause(t.Context(), time.Second, why)
		defer stop()
		assert.NoError(t, contextError(ctx))
		time.Sleep(2 * time.Second)
		assert.ErrorIs(t, contextError(ctx), context.DeadlineExceeded)
		assert.ErrorIs(t, contextError(ctx), why)

		late := lateContext{t.Context(), time.Now()}
		assert.Equal(t, context.DeadlineExceeded, contextError(late), "the deadline has struck, its timer has not")
	})
}

type lateContext struct {
	context.Context
	at time.Time
}

func (c lateContext) Deadline() (time.Time, bool) { return c.at, true }
