package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

const burst = 20 // the documented one

// serve answers on s.addr until ctx ends. spideriqtest listens on a port of its
// own choice, so a proxy stands before it.
func serve(ctx context.Context, s settings, stdout io.Writer) error {
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	fake := spideriqtest.NewServer(spideriqtest.WithToken(s.token), spideriqtest.WithRateLimit(s.rateLimit, burst))
	defer fake.Close()
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 100} // what the client did not ask for, the fake should not see
	defer transport.CloseIdleConnections()
	server := &http.Server{Handler: proxy(fake.URL, transport, log.New(stdout, "", 0))}

	announce(stdout, "http://"+listener.Addr().String(), fake.Token)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err = <-served:
		return err
	case <-ctx.Done():
	}
	shutdown, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if server.Shutdown(shutdown) != nil {
		_ = server.Close()
	}
	<-served
	return nil
}

func announce(stdout io.Writer, origin, token string) {
	fmt.Fprintf(stdout, "SpiderIQ sandbox: %s/api/v1 (in memory; Ctrl-C ends it)\n", origin)
	fmt.Fprintf(stdout, "Token: %s\n", token)
	fmt.Fprintf(stdout, "Try: curl -X PATCH %s/api/v1/integrations/42 -H %s -H 'Content-Type: application/json' -d '{\"daily_limit\": 20000, \"minute_limit\": 200}'\n",
		origin, quoted("Authorization: Bearer "+token))
}

// quoted makes s one word for a shell.
func quoted(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// proxy hands requests on to target as they are, and logs one line for each.
func proxy(target string, transport http.RoundTripper, logger *log.Logger) http.Handler {
	host := strings.TrimPrefix(target, "http://")
	line := func(method string, u *url.URL, status int) {
		logger.Print(method, " ", u.EscapedPath(), " ", status)
	}
	return &httputil.ReverseProxy{
		Transport: transport,
		ErrorLog:  log.New(io.Discard, "", 0), // a client that went away is no news
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", host },
		ModifyResponse: func(resp *http.Response) error {
			line(resp.Request.Method, resp.Request.URL, resp.StatusCode)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
			line(r.Method, r.URL, http.StatusBadGateway)
			w.WriteHeader(http.StatusBadGateway)
		},
	}
}
