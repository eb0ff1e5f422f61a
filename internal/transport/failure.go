package transport

import (
	"compress/flate"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// A failure is what the error of an attempt means for the next attempt.
type failure struct {
	temporary bool // another attempt may succeed
	unsent    bool // the API cannot have acted on this attempt
	timeout   bool
}

// classify judges the error of an attempt by its type and by what the trace saw of the
// attempt, never by its text. own is whether the base transport is that of newBase.
func classify(err error, seen *trace, own bool) failure {
	return failure{
		temporary: isTemporary(err, seen.gotConn.Load()),
		unsent:    isUnsent(err, seen, own),
		timeout:   isTimeout(err),
	}
}

// isTemporary reports whether another attempt may succeed. connected is whether
// net/http had a connection. If it had, an unknown error is a failure of that connection
// and temporary. If it had none, an unknown error is not temporary.
func isTemporary(err error, connected bool) bool {
	if isTLSFailure(err) {
		return false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound && (dns.IsTemporary || dns.IsTimeout)
	}
	if proxy, ok := errors.AsType[*proxyError](err); ok {
		return proxy.isTemporary()
	}
	return connected || isTimeout(err) || isBrokenConnection(err)
}

// isUnsent reports whether the API cannot have acted on the attempt. No server acts on a
// request before its whole head has arrived, so an attempt is unsent until a head was
// written. A base transport of a caller that has looked for no connection may send requests
// in a way that no trace shows, also an [http.Transport] with a registered protocol. Only an
// error of dialing then proves that nothing was sent.
func isUnsent(err error, seen *trace, own bool) bool {
	if seen.headsWritten.Load() > 0 {
		return false
	}
	return own || seen.getConn.Load() || isDialFailure(err)
}

// isDialFailure reports whether no connection to the API came to be.
func isDialFailure(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*proxyError](err); ok {
		return true
	}
	switch networkOp(err) {
	case "dial", "proxyconnect", "socks connect":
		return true
	}
	return false
}

// isTLSFailure reports whether the two sides did not agree on a trusted TLS connection. An
// alert counts as well when it comes later: in TLS 1.3 a server refuses the certificate of
// a client after the handshake.
func isTLSFailure(err error) bool {
	switch networkOp(err) {
	case "remote error", "local error": // crypto/tls marks the alerts of TLS so
		return true
	}
	return isType[tls.RecordHeaderError](err) ||
		isType[*tls.CertificateVerificationError](err) ||
		isType[x509.UnknownAuthorityError](err) ||
		isType[x509.HostnameError](err) ||
		isType[x509.CertificateInvalidError](err)
}

// isTimeout reports whether err is a timeout: of the attempt, of the network or of the
// base transport.
func isTimeout(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	network, ok := errors.AsType[net.Error](err)
	return ok && network.Timeout()
}

// brokenConnection are errors of a connection, which the next attempt does not use, and
// of a network that may work again in a moment.
var brokenConnection = []error{
	io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
	syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
	syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN, syscall.EADDRNOTAVAIL,

	// The same on Windows, where package syscall gives its constants other numbers than
	// those that the system returns.
	syscall.Errno(10049), // WSAEADDRNOTAVAIL
	syscall.Errno(10050), // WSAENETDOWN
	syscall.Errno(10051), // WSAENETUNREACH
	syscall.Errno(10053), // WSAECONNABORTED
	syscall.Errno(10054), // WSAECONNRESET
	syscall.Errno(10060), // WSAETIMEDOUT
	syscall.Errno(10061), // WSAECONNREFUSED
	syscall.Errno(10064), // WSAEHOSTDOWN
	syscall.Errno(10065), // WSAEHOSTUNREACH
}

func isBrokenConnection(err error) bool {
	for _, broken := range brokenConnection {
		if errors.Is(err, broken) {
			return true
		}
	}
	return false
}

// isCorrupt reports whether err is that of data that cannot be decompressed.
func isCorrupt(err error) bool {
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || isType[flate.CorruptInputError](err)
}

// networkOp returns the operation of the outermost network error in err, or "".
func networkOp(err error) string {
	network, ok := errors.AsType[*net.OpError](err)
	if !ok {
		return ""
	}
	return network.Op
}

// isType reports whether err is, or wraps, an error of type E.
func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
