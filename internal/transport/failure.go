package transport

import (
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
// from net/http itself after it had written a request, where all that can fail is
// the connection; unsent, that a request was not written.
func classify(err error, connection, unsent bool) failure {
	f := failure{unsent: unsent}
	var op *net.OpError
	var dns *net.DNSError
	var netErr net.Error
	f.timeout = errors.As(err, &netErr) && netErr.Timeout()
	isOp := errors.As(err, &op)
	switch {
	case isTLS(err):
		f.unsent = f.unsent || !connection
	case isOp && (op.Op == "remote error" || op.Op == "local error"): // a TLS alert
	case errors.As(err, &dns):
		f.unsent = true
		f.passing = !dns.IsNotFound && (dns.IsTemporary || dns.IsTimeout)
	default:
		f.unsent = f.unsent || isOp && (op.Op == "dial" || op.Op == "proxyconnect" || op.Op == "socks connect")
		f.passing = connection || f.timeout || isOneOf(err, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
			syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE)
	}
	return f
}

// isTLS says whether err means that no trusted TLS connection came to be.
func isTLS(err error) bool {
	return isType[tls.RecordHeaderError](err) || isType[*tls.CertificateVerificationError](err) ||
		isType[x509.UnknownAuthorityError](err) || isType[x509.HostnameError](err) || isType[x509.CertificateInvalidError](err)
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func isOneOf(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
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

var places = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+|\[[0-9a-f:.%]+\](:\d+)?|\b[\w.-]+:\d{1,5}\b|\b\d+\.\d+\.\d+\.\d+\b|\b([a-z0-9-]+\.)+[a-z]{2,}\b`)

// Describe says in a line what went wrong and names no host, port or URL; "" for
// nil.
func Describe(err error) string {
	var (
		ended   *interruption
		timeout *Timeout
		op      *net.OpError
		dns     *net.DNSError
		errno   syscall.Errno
		netErr  net.Error
	)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &ended):
		return ended.err.Error() + ": " + Describe(ended.cause)
	case errors.As(err, &timeout):
		return timeout.Error()
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host"
	case errors.As(err, &dns):
		return "DNS lookup failed"
	case isTLS(err):
		return "the server's certificate or TLS is not valid"
	case errors.As(err, &op) && op.Err != nil:
		return op.Op + ": " + Describe(op.Err)
	case errors.As(err, &errno):
		return errno.Error()
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before the whole answer had come"
	case errors.As(err, &netErr) && netErr.Timeout() && !errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return strings.Join(strings.Fields(places.ReplaceAllString(err.Error(), "(address)")), " ")
}
