package transport

import (
	"cmp"
	"net/http"
	"time"
)

// base returns the innermost transport and whether it is net/http's own, whose
// errors behind a sent request are all failures of a connection. Without one given
// it is a transport for many concurrent calls to one host, or what a program has put
// in the place of http.DefaultTransport.
func base(given http.RoundTripper) (rt http.RoundTripper, standard bool) {
	rt = cmp.Or(given, http.DefaultTransport)
	t, standard := rt.(*http.Transport)
	if given != nil || !standard {
		return rt, standard
	}
	t = t.Clone()      // keeps the proxy and dial settings
	t.MaxIdleConns = 0 // no limit over all hosts: there is one
	t.MaxIdleConnsPerHost = 1024
	t.IdleConnTimeout = 90 * time.Second
	t.TLSHandshakeTimeout = 10 * time.Second
	t.MaxResponseHeaderBytes = 1 << 20
	// A connection that has gone dead without a word is noticed within 5 seconds.
	t.HTTP2 = cmp.Or(t.HTTP2, new(http.HTTP2Config))
	t.HTTP2.SendPingTimeout = 3 * time.Second
	t.HTTP2.PingTimeout = 2 * time.Second
	return t, true
}
