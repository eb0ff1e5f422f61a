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
	"unicode"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

const (
	burst           = 20 // documented
	shutdownTimeout = time.Second
)

// serve answers on s.addr until ctx ends. The fake itself listens on a port that it
// chooses, so a proxy with the wanted address passes requests on to it, in memory.
func serve(ctx context.Context, s settings, stdout io.Writer) error {
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	fake := spideriqtest.NewServer(spideriqtest.WithToken(s.token), spideriqtest.WithRateLimit(s.rateLimit, burst))
	defer fake.Close()
	fake.Add(firstIntegration())
	server := &http.Server{Handler: newProxy(fake, log.New(stdout, "", 0))}

	announce(stdout, origin(s.addr, listener.Addr()), fake.Token)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	shutdown, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(shutdown); err != nil {
		_ = server.Close()
	}
	<-served
	return nil
}

// firstIntegration is the integration of the API's documentation before the requests
// that are shown there: each of them changes something.
func firstIntegration() spideriq.Integration {
	at := time.Date(2026, 2, 26, 15, 0, 0, 0, time.UTC)
	return spideriq.Integration{
		ID:               42,
		ProviderName:     spideriq.ProviderOpenRouter,
		KeyLabel:         "Production OpenRouter",
		IsActive:         true,
		DailyLimit:       new(10000),
		DailyCount:       1247,
		MinuteLimit:      new(100),
		MinuteCount:      3,
		SpendLimitAmount: new(spideriq.Amount("500.00")),
		SpendLimitPeriod: spideriq.SpendLimitPeriodDaily,
		SpendLimitAction: spideriq.SpendLimitActionWarn,
		KeyPreview:       map[string]string{"api_key": "sk-o...123"},
		CreatedAt:        &at,
		UpdatedAt:        at,
	}
}

// origin returns the URL at which this machine reaches the listener. An address that
// means all interfaces is none to connect to: it is replaced with the loopback
// address of its kind, IPv6 only when the user asked for that.
func origin(wanted string, listening net.Addr) string {
	host, port, err := net.SplitHostPort(listening.String())
	if err != nil { // not an address of TCP
		return "http://" + listening.String()
	}
	ip := net.ParseIP(host)
	switch {
	case ip == nil || !ip.IsUnspecified():
		// An address of one interface, perhaps with a zone, which ParseIP does not read.
	case ip.To4() == nil && strings.HasPrefix(wanted, "["):
		host = "::1"
	default:
		host = "127.0.0.1"
	}
	u := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}
	return u.String()
}

// announce prints where the sandbox is and a request that changes something.
func announce(stdout io.Writer, origin, token string) {
	fmt.Fprintf(stdout, "SpiderIQ sandbox: %s/api/v1 (in memory; Ctrl-C ends it)\n", origin)
	fmt.Fprintf(stdout, "Token: %s\n", token)
	fmt.Fprintf(stdout, "Try: curl -X PATCH %s -H %s -H %s -d %s\n",
		shellWord(origin+"/api/v1/integrations/42"),
		shellWord("Authorization: Bearer "+token),
		shellWord("Content-Type: application/json"),
		shellWord(`{"daily_limit": 20000, "minute_limit": 200}`))
}

// shellWord quotes s where a shell would not take it as it is. An IPv6 address has
// brackets, which some shells expand.
func shellWord(s string) string {
	if !strings.ContainsFunc(s, needsQuotes) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func needsQuotes(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(":/.-_", r)
}

// newProxy passes requests on to fake as they are and logs one line for each.
func newProxy(fake *spideriqtest.Server, logger *log.Logger) http.Handler {
	host := strings.TrimPrefix(fake.URL, "http://")
	logRequest := func(r *http.Request, status int) {
		logger.Print(r.Method, " ", r.URL.EscapedPath(), " ", status)
	}
	return &httputil.ReverseProxy{
		Transport: fake.Transport(),
		ErrorLog:  log.New(io.Discard, "", 0), // a client that has gone is not worth a line
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme = "http"
			r.Out.URL.Host = host
			r.Out.URL.RawQuery = r.In.URL.RawQuery // ReverseProxy drops what it cannot parse
		},
		ModifyResponse: func(resp *http.Response) error {
			logRequest(resp.Request, resp.StatusCode)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
			logRequest(r, http.StatusBadGateway)
			w.WriteHeader(http.StatusBadGateway)
		},
	}
}
