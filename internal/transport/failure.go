package transport

import (
	"cmp"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A failure is what the error of an attempt means for the next one.
type failure struct {
	passing bool // another attempt may succeed
	unsent  bool // no server can have acted on this one
	timeout bool
}

// classify judges by type, never by text. connection says that the error came
// from net/http itself when it had a connection, where that is all that can fail;
// unsent, that no request was written.
func classify(err error, connection, unsent bool) failure {
	seen := facts{}.with(err)
	f := failure{unsent: unsent, timeout: seen.timeout}
	switch {
	case seen.tls:
		f.unsent = unsent || !connection
	case seen.op == "remote error" || seen.op == "local error": // a TLS alert
	case seen.dns != nil:
		f.unsent = true
		f.passing = !seen.dns.IsNotFound && (seen.dns.IsTemporary || seen.dns.IsTimeout)
	default:
		f.unsent = unsent || seen.op == "dial" || seen.op == "proxyconnect" || seen.op == "socks connect"
		f.passing = connection || seen.timeout || seen.broken
	}
	return f
}

// broken are the errors of connections that another attempt does not share. The
// numbers are those of Windows.
var broken = []error{
	syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
	syscall.Errno(10061), syscall.Errno(10054), syscall.Errno(10053),
	io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
}

// facts are what an error, and all that it wraps, tell.
type facts struct {
	op      string // of the outermost network operation
	dns     *net.DNSError
	tls     bool // no trusted TLS connection came to be
	corrupt bool // what should be compressed data is none

	broken, timeout bool
}

// with adds the facts of err.
func (f facts) with(err error) facts {
	timeout, ok := err.(net.Error)
	f.timeout = f.timeout || ok && timeout.Timeout()
	f.broken = f.broken || slices.Contains(broken, err)
	f.corrupt = f.corrupt || err == gzip.ErrHeader || err == gzip.ErrChecksum
	switch e := err.(type) {
	case *net.OpError:
		f.op = cmp.Or(f.op, e.Op)
	case *net.DNSError:
		f.dns = e
	case tls.RecordHeaderError, *tls.CertificateVerificationError, x509.UnknownAuthorityError, x509.HostnameError, x509.CertificateInvalidError:
		f.tls = true
	case flate.CorruptInputError:
		f.corrupt = true
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return f.with(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			f = f.with(err)
		}
	}
	return f
}

// contextError says how the caller's context ended, with the cause where that is
// something else; nil while it has not.
func contextError(ctx context.Context) error {
	err := ctx.Err()
	if deadline, ok := ctx.Deadline(); ok && err == nil && time.Until(deadline) <= 0 {
		return context.DeadlineExceeded // which has struck elsewhere before the context's timer has
	}
	if err == nil || errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return fmt.Errorf("%w: %w", err, context.Cause(ctx))
}

// places matches URLs, addresses and names of hosts.
var places = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+|\blookup \S+|\[[0-9a-f:.%]+\](:\d+)?|\b[\w.-]+:\d{1,5}\b|\b\d+\.\d+\.\d+\.\d+\b|\b([a-z0-9-]+\.)+[a-z]{2,}\b`)

// Describe says in a line what went wrong and names no host, port or URL; "" for
// nil.
func Describe(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded): // whatever the caller gave as the cause
	case facts{}.with(err).tls:
		return "the server's certificate or TLS is not valid"
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before the whole answer had come"
	}
	return strings.Join(strings.Fields(places.ReplaceAllLiteralString(err.Error(), "(address)")), " ")
}
