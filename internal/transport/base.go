package transport

import (
	"net/http"
	"time"
)

// base returns the innermost transport and whether it is net/http's own, whose
// errors behind a sent request are all failures of a connection.
func base(given http.RoundTripper) (rt http.RoundTripper, standard bool) {
	if given == nil {
		given = tuned()
	}
	_, standard = given.(*http.Transport)
	return given, standard
}

// tuned returns a transport for many concurrent calls to one host. A program that
// has put something else in the place of http.DefaultTransport gets that.
func tuned() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t := standard.Clone() // keeps the proxy and dial settings
	t.MaxIdleConns = 0    // no limit over all hosts: there is one
	t.MaxIdleConnsPerHost = 1024
	t.IdleConnTimeout = 90 * time.Second
	t.TLSHandshakeTimeout = 10 * time.Second
	t.MaxResponseHeaderBytes = 1 << 20
	if t.HTTP2 == nil {
		t.HTTP2 = new(http.HTTP2Config)
	}
	// A connection that has gone dead without a word is noticed within 5 seconds.
	t.HTTP2.SendPingTimeout = 3 * time.Second
	t.HTTP2.PingTimeout = 2 * time.Second
	return t
}
