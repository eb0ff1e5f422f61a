package transport

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Settings of the transport that newBase makes.
const (
	idlePerHost         = 1024
	idleTimeout         = 90 * time.Second
	tlsHandshakeTimeout = 10 * time.Second
	maxHeaderBytes      = 1 << 20

	// A connection that is silent for pingAfter is tested by an HTTP/2 ping, and closed
	// when no response comes within pingTimeout: 5 seconds after the last sign of life.
	pingAfter   = 3 * time.Second
	pingTimeout = 2 * time.Second
)

// newBase returns a transport for many concurrent calls to one host. It keeps the proxy,
// dial and TLS settings of http.DefaultTransport. When a program has replaced
// http.DefaultTransport by another type, newBase returns that, and own is nil.
func newBase() (base http.RoundTripper, own *http.Transport) {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport, nil
	}
	own = standard.Clone()
	own.MaxIdleConns = 0 // no limit over all hosts, because there is one host
	own.MaxIdleConnsPerHost = idlePerHost
	own.IdleConnTimeout = idleTimeout
	own.TLSHandshakeTimeout = tlsHandshakeTimeout
	own.MaxResponseHeaderBytes = maxHeaderBytes
	if own.HTTP2 == nil {
		own.HTTP2 = new(http.HTTP2Config)
	}
	own.HTTP2.SendPingTimeout = pingAfter
	own.HTTP2.PingTimeout = pingTimeout
	own.OnProxyConnectResponse = checkProxyConnect(own.OnProxyConnectResponse)
	return own, own
}

// onProxyConnect is the type of [http.Transport.OnProxyConnectResponse].
type onProxyConnect = func(context.Context, *url.URL, *http.Request, *http.Response) error

// checkProxyConnect returns a hook that turns a proxy's refusal to open a tunnel into
// a [proxyError]. net/http itself reports the refusal as text only. The hook calls
// next first, unless that is nil.
func checkProxyConnect(next onProxyConnect) onProxyConnect {
	return func(ctx context.Context, proxy *url.URL, req *http.Request, resp *http.Response) error {
		if next != nil {
			if err := next(ctx, proxy, req, resp); err != nil {
				return err
			}
		}
		if resp.StatusCode != http.StatusOK {
			return &proxyError{status: resp.StatusCode}
		}
		return nil
	}
}

// A proxyError is a proxy's refusal to open a tunnel. Nothing has been sent to the API.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy answered CONNECT with %d %s", e.status, http.StatusText(e.status))
}

// isTemporary reports whether the proxy could not reach the API just now.
func (e *proxyError) isTemporary() bool {
	switch e.status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}
