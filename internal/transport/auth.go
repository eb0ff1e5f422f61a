package transport

import (
	"net/http"
	"net/url"
)

// auth adds the token to requests to the API's own origin: the same scheme, host
// and port. A request to anywhere else goes out without it.
type auth struct {
	api  *url.URL
	next http.RoundTripper
}

func (a auth) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == a.api.Scheme && req.URL.Host == a.api.Host {
		req.Header["Authorization"] = []string{callOf(req.Context()).Bearer}
	}
	return a.next.RoundTrip(req)
}
