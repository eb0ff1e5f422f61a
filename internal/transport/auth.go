package transport

import (
	"net/http"
	"net/url"
	"strings"
)

// auth adds the token to requests to the API's own origin. A request to anywhere
// else goes out without it.
type auth struct {
	api  *url.URL
	next http.RoundTripper
}

func (a auth) RoundTrip(req *http.Request) (*http.Response, error) {
	if sameOrigin(a.api, req.URL) {
		req.Header["Authorization"] = callOf(req).wire.values[3:4:4]
	}
	return a.next.RoundTrip(req)
}

// sameOrigin compares scheme, host and port, as RFC 6454 does.
func sameOrigin(a, b *url.URL) bool {
	if a.Scheme == b.Scheme && a.Host == b.Host {
		return true // the usual case, without taking hosts apart
	}
	return strings.EqualFold(a.Scheme, b.Scheme) &&
		strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "https") {
		return "443"
	}
	return "80"
}
