package transport

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"regexp"
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
	k := kindOf(err)
	f := failure{unsent: unsent, timeout: k.timeout}
	switch {
	case k.tls:
		f.unsent = f.unsent || !connection
	case k.op == "remote error" || k.op == "local error": // a TLS alert
	case k.dns != nil:
		f.unsent = true
		f.passing = !k.dns.IsNotFound && (k.dns.IsTemporary || k.dns.IsTimeout)
	default:
		f.unsent = f.unsent || k.op == "dial" || k.op == "proxyconnect" || k.op == "socks connect"
		f.passing = connection || k.timeout || k.broken
	}
	return f
}

// A kind is what is known of an error by the types and values in its tree.
type kind struct {
	op      string // of the outermost net.OpError
	dns     *net.DNSError
	errno   syscall.Errno
	tls     bool // no trusted TLS connection came to be
	closed  bool // the connection was closed in the middle
	broken  bool // closed, reset or refused
	timeout bool
	corrupt bool // compressed data that is none
	ended   *interruption
	own     *Timeout
}

func kindOf(err error) (k kind) {
	k.look(err)
	return k
}

// look goes through the tree of err once. errors.As would do as well, but costs a
// program more in size than all of this file.
func (k *kind) look(err error) {
	switch e := err.(type) {
	case *net.OpError:
		if k.op == "" {
			k.op = e.Op
		}
	case *net.DNSError:
		k.dns = e
	case syscall.Errno:
		k.errno = e
		switch e {
		case syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
			10061, 10054, 10053: // the first three as Windows numbers them
			k.broken = true
		}
	case tls.RecordHeaderError, *tls.CertificateVerificationError, x509.UnknownAuthorityError, x509.HostnameError, x509.CertificateInvalidError:
		k.tls = true
	case flate.CorruptInputError:
		k.corrupt = true
	case *interruption:
		k.ended = e
	case *Timeout:
		k.own = e
	}
	switch err {
	case io.EOF, io.ErrUnexpectedEOF:
		k.closed, k.broken = true, true
	case net.ErrClosed:
		k.broken = true
	case gzip.ErrHeader, gzip.ErrChecksum:
		k.corrupt = true
	}
	if e, ok := err.(net.Error); ok && e.Timeout() {
		k.timeout = true
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		k.look(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			k.look(err)
		}
	}
}

// A Timeout says that an attempt had no whole answer when its time was up. It is
// not the caller's deadline, and does not match context.DeadlineExceeded.
type Timeout struct{ After time.Duration }

func (t *Timeout) Error() string   { return "no answer within " + t.After.String() }
func (t *Timeout) Timeout() bool   { return true }
func (t *Timeout) Temporary() bool { return true }

// contextError says how the caller's context ended, with the cause where that is
// something else; nil while it has not.
func contextError(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		// A deadline can have struck elsewhere before the context's timer has.
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 0 {
			return nil
		}
		return context.DeadlineExceeded
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		return &interruption{err, cause}
	}
	return err
}

type interruption struct{ err, cause error }

func (i *interruption) Error() string   { return i.err.Error() + ": " + i.cause.Error() }
func (i *interruption) Unwrap() []error { return []error{i.err, i.cause} }

// places matches URLs, addresses and names of hosts.
var places = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+|\[[0-9a-f:.%]+\](:\d+)?|\b[\w.-]+:\d{1,5}\b|\b\d+\.\d+\.\d+\.\d+\b|\b([a-z0-9-]+\.)+[a-z]{2,}\b`)

// Describe says in a line what went wrong and names no host, port or URL; "" for
// nil.
func Describe(err error) string {
	k := kindOf(err)
	switch {
	case err == nil:
		return ""
	case k.ended != nil:
		return k.ended.err.Error() + ": " + Describe(k.ended.cause)
	case k.own != nil:
		return k.own.Error()
	case k.dns != nil && k.dns.IsNotFound:
		return "no such host"
	case k.dns != nil:
		return "DNS lookup failed"
	case k.tls:
		return "the server's certificate or TLS is not valid"
	case k.errno != 0:
		return k.errno.Error()
	case k.closed:
		return "the connection was closed before the whole answer had come"
	}
	return strings.Join(strings.Fields(places.ReplaceAllLiteralString(err.Error(), "(address)")), " ")
}
