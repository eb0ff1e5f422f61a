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
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

var errTimeout = fmt.Errorf("no response within 1s: %w", os.ErrDeadlineExceeded)

func TestFailuresAreClassifiedByType(t *testing.T) {
	t.Parallel()
	temporary, lasting := failure{temporary: true}, failure{}
	unsent := failure{unsent: true}
	unsentTemporary := failure{temporary: true, unsent: true}
	dialTimeout := failure{temporary: true, unsent: true, timeout: true}
	refused := dialError(errno(syscall.ECONNREFUSED))
	tests := []struct {
		name string
		err  error
		want failure
	}{
		{"refused", refused, unsentTemporary},
		{"proxy that refuses", &net.OpError{Op: "proxyconnect", Net: "tcp", Err: refused}, unsentTemporary},
		{"SOCKS proxy", &net.OpError{Op: "socks connect", Err: errOpaque}, unsent},
		{"proxy that cannot reach the API", &proxyError{status: 503}, unsentTemporary},
		{"proxy that wants a password", &proxyError{status: 407}, unsent},
		{"dial timeout", dialError(os.ErrDeadlineExceeded), dialTimeout},
		{"reset", readError(errno(syscall.ECONNRESET)), temporary},
		{"aborted", readError(errno(syscall.ECONNABORTED)), temporary},
		{"broken pipe", &net.OpError{Op: "write", Net: "tcp", Err: errno(syscall.EPIPE)}, temporary},
		{"closed", readError(net.ErrClosed), temporary},
		{"EOF before a response", io.EOF, temporary},
		{"EOF in a response", io.ErrUnexpectedEOF, temporary},
		{"time of the attempt", errTimeout, failure{temporary: true, timeout: true}},
		{"read timeout", readError(os.ErrDeadlineExceeded), failure{temporary: true, timeout: true}},

		{"no such host", dialError(&net.DNSError{Err: "no such host", Name: "api.test", IsNotFound: true}), unsent},
		{"no such host that is called temporary", &net.DNSError{IsNotFound: true, IsTemporary: true}, unsent},
		{"temporary DNS failure", dialError(&net.DNSError{IsTemporary: true}), unsentTemporary},
		{"DNS timeout", dialError(&net.DNSError{IsTimeout: true}), dialTimeout},
		{"lasting DNS failure", dialError(&net.DNSError{Err: "server misbehaving"}), unsent},

		{"unknown authority", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, lasting},
		{"bare unknown authority", x509.UnknownAuthorityError{}, lasting},
		{"wrong host", x509.HostnameError{Certificate: new(x509.Certificate)}, lasting},
		{"expired", x509.CertificateInvalidError{Reason: x509.Expired}, lasting},
		{"no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, lasting},
		{"TLS alert", &net.OpError{Op: "remote error", Err: tls.AlertError(116)}, lasting},
		{"own TLS alert", &net.OpError{Op: "local error", Err: tls.AlertError(40)}, lasting},
		{"unknown", errOpaque, lasting},
		{"text of a known one", errors.New("connection reset by peer: EOF: i/o timeout"), lasting},
		{"caller gone", context.Canceled, lasting},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, classify(tt.err, new(trace), false))
			wrapped := fmt.Errorf("caller's own: %w", &url.Error{Op: "Patch", URL: "https://api.test", Err: tt.err})
			assert.Equal(t, tt.want, classify(wrapped, new(trace), false), "wrapped")
		})
	}
}

func TestNetworksThatMayComeBack(t *testing.T) {
	t.Parallel()
	for _, number := range []syscall.Errno{
		syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN, syscall.EADDRNOTAVAIL,
		10049, 10050, 10051, 10053, 10054, 10060, 10061, 10064, 10065, // Windows
	} {
		f := classify(dialError(errno(number)), new(trace), false)
		assert.True(t, f.temporary, number)
		assert.True(t, f.unsent, number)
	}
}

// traceOf returns a trace that has seen these things.
func traceOf(asked, connected bool, heads int32) *trace {
	seen := new(trace)
	seen.getConn.Store(asked)
	seen.gotConn.Store(connected)
	seen.headsWritten.Store(heads)
	return seen
}

func TestTraceDecidesWhatWasSent(t *testing.T) {
	t.Parallel()
	refused := dialError(errno(syscall.ECONNREFUSED))
	alert := &net.OpError{Op: "remote error", Err: tls.AlertError(116)}
	unsentTimeout := failure{temporary: true, unsent: true, timeout: true}
	tests := []struct {
		name string
		err  error
		seen *trace
		want failure
	}{
		{"unknown, behind a connection", errOpaque, traceOf(true, true, 1), failure{temporary: true}},
		{"unknown, not written", errOpaque, traceOf(true, true, 0), failure{temporary: true, unsent: true}},
		{"unknown, without a connection", errOpaque, traceOf(true, false, 0), failure{unsent: true}},
		{"unknown, without a trace", errOpaque, traceOf(false, false, 0), failure{}},
		{"time ran out before", errTimeout, traceOf(true, false, 0), unsentTimeout},
		{"certificate", x509.UnknownAuthorityError{}, traceOf(true, false, 0), failure{unsent: true}},
		{"no TLS, behind a connection", tls.RecordHeaderError{}, traceOf(true, true, 0), failure{unsent: true}},
		{"certificate, behind a connection", &tls.CertificateVerificationError{Err: errOpaque}, traceOf(true, true, 0),
			failure{unsent: true}},
		{"authority, behind a connection", x509.UnknownAuthorityError{}, traceOf(true, true, 0), failure{unsent: true}},
		{"host, behind a connection", x509.HostnameError{}, traceOf(true, true, 0), failure{unsent: true}},
		{"expired, behind a connection", x509.CertificateInvalidError{}, traceOf(true, true, 0), failure{unsent: true}},
		{"alert after the request", alert, traceOf(true, true, 1), failure{}},
		{"certificate, after an earlier request", x509.UnknownAuthorityError{}, traceOf(true, true, 1), failure{}},
		{"refused, after an earlier request", refused, traceOf(true, true, 1), failure{temporary: true}},
		{"no such host, after an earlier request", &net.DNSError{IsNotFound: true}, traceOf(true, true, 1), failure{}},
		{"proxy, after an earlier request", &proxyError{status: 503}, traceOf(true, true, 1), failure{temporary: true}},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, classify(tt.err, tt.seen, false), tt.name)
	}
}
