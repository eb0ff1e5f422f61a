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
	var op string // of the outermost one
	var dns *net.DNSError
	f := failure{unsent: unsent}
	anyIn(err, func(err error) bool {
		switch e := err.(type) {
		case *net.OpError:
			op = cmp.Or(op, e.Op)
		case *net.DNSError:
			dns = e
		}
		timeout, ok := err.(net.Error)
		f.timeout = f.timeout || ok && timeout.Timeout()
		return false
	})
	switch {
	case isTLS(err):
		f.unsent = unsent || !connection
	case op == "remote error" || op == "local error": // a TLS alert
	case dns != nil:
		f.unsent = true
		f.passing = !dns.IsNotFound && (dns.IsTemporary || dns.IsTimeout)
	default:
		f.unsent = unsent || op == "dial" || op == "proxyconnect" || op == "socks connect"
		f.passing = connection || f.timeout || isAny(err, broken...)
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

// anyIn says whether err, or an error that it wraps, is one of a kind.
func anyIn(err error, kind func(error) bool) bool {
	if err == nil || kind(err) {
		return err != nil
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return anyIn(e.Unwrap(), kind)
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), func(err error) bool { return anyIn(err, kind) })
	}
	return false
}

func isAny(err error, targets ...error) bool {
	return anyIn(err, func(err error) bool { return slices.Contains(targets, err) })
}

// isTLS says that no trusted TLS connection came to be.
func isTLS(err error) bool {
	return anyIn(err, func(err error) bool {
		switch err.(type) {
		case tls.RecordHeaderError, *tls.CertificateVerificationError, x509.UnknownAuthorityError, x509.HostnameError, x509.CertificateInvalidError:
			return true
		}
		return false
	})
}

// isCorrupt says that what should be compressed data is none.
func isCorrupt(err error) bool {
	return anyIn(err, func(err error) bool {
		_, corrupt := err.(flate.CorruptInputError)
		return corrupt || err == gzip.ErrHeader || err == gzip.ErrChecksum
	})
}

// contextError says how the caller's context ended, with the cause where that is
// something else; nil while it has not.
func contextError(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		// A deadline can have struck elsewhere before the context's timer has.
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= 0 {
			return context.DeadlineExceeded
		}
		return nil
	}
	if cause := context.Cause(ctx); !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

// places matches URLs, addresses and names of hosts.
var places = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+|\blookup \S+|\[[0-9a-f:.%]+\](:\d+)?|\b[\w.-]+:\d{1,5}\b|\b\d+\.\d+\.\d+\.\d+\b|\b([a-z0-9-]+\.)+[a-z]{2,}\b`)

// Describe says in a line what went wrong and names no host, port or URL; "" for
// nil.
func Describe(err error) string {
	switch {
	case err == nil:
		return ""
	case isAny(err, context.Canceled, context.DeadlineExceeded): // whatever the caller gave as the cause
	case isTLS(err):
		return "the server's certificate or TLS is not valid"
	case isAny(err, io.EOF, io.ErrUnexpectedEOF):
		return "the connection was closed before the whole answer had come"
	}
	return strings.Join(strings.Fields(places.ReplaceAllLiteralString(err.Error(), "(address)")), " ")
}
