package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// A sandbox is the program, running in the test.
type sandbox struct {
	url   string // with /api/v1
	token string
	curl  string // the line to paste
	stop  func() (code int, log []string)
}

// start runs the program on a free port and reads what it prints at the start.
func start(t *testing.T, args ...string) sandbox {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	t.Cleanup(interrupt)
	reader, stdout := io.Pipe()
	exit := make(chan int, 1)
	go func() {
		var stderr bytes.Buffer
		code := run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), stdout, &stderr)
		assert.Empty(t, stderr.String())
		_ = stdout.Close()
		exit <- code
	}()
	lines := bufio.NewScanner(reader)
	next := func(prefix string) string {
		require.True(t, lines.Scan())
		line, ok := strings.CutPrefix(lines.Text(), prefix)
		require.True(t, ok, lines.Text())
		return line
	}
	var s sandbox
	s.url, _, _ = strings.Cut(next("SpiderIQ sandbox: "), " ")
	s.token = next("Token: ")
	s.curl = next("Try: ")
	var log []string
	logged := make(chan struct{})
	go func() {
		defer close(logged)
		for lines.Scan() {
			log = append(log, lines.Text())
		}
	}()
	s.stop = func() (int, []string) {
		interrupt()
		<-logged
		return <-exit, log
	}
	return s
}

func (s sandbox) send(t *testing.T, method, path, token, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(answer)
}

// The four requests of the API's page, with another host and token. Each of them
// changes something.
func TestDocumentedRequests(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range []struct{ body, shows string }{
		{"{\n\"daily_limit\": 20000,\n\"minute_limit\": 200\n}",
			`"daily_limit":20000,"daily_count":1247,"minute_limit":200,`},
		{"{\n\"is_active\": false\n}", `"is_active":false,`},
		{"{\n\"spend_limit_amount\": 1000.00,\n\"spend_limit_period\": \"monthly\",\n" +
			"\"spend_limit_action\": \"block\"\n}",
			`"spend_limit_amount":1000.00,"spend_limit_period":"monthly","spend_limit_action":"block",`},
		{"{\n\"is_primary\": true\n}", `"is_primary":true,"priority":10,`},
	} {
		_, before := s.send(t, "GET", "/integrations", s.token, "")
		assert.NotContains(t, before, c.shows)
		resp, answer := s.send(t, "PATCH", "/integrations/42", s.token, c.body)
		assert.Equal(t, 200, resp.StatusCode)
		assert.Contains(t, answer, c.shows)
	}
	code, log := s.stop()
	assert.Equal(t, 0, code)
	list, patch := "GET /api/v1/integrations 200", "PATCH /api/v1/integrations/42 200"
	assert.Equal(t, []string{list, patch, list, patch, list, patch, list, patch}, log)
}

// The line after "Try:" changes both limits when it is the first request.
func TestTheLineToTryChangesSomething(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, body, found := strings.Cut(s.curl, " -d ")
	require.True(t, found)
	_, before := s.send(t, "GET", "/integrations", s.token, "")
	assert.Contains(t, before, `"daily_limit":10000,"daily_count":1247,"minute_limit":100,`)
	_, after := s.send(t, "PATCH", "/integrations/42", s.token, strings.Trim(body, "'"))
	assert.Contains(t, after, `"daily_limit":20000,"daily_count":1247,"minute_limit":200,`)
	s.stop()
}

// Nobody can connect to an address that means all interfaces.
func TestPrintedAddressWorks(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "localhost:0"} {
		t.Run(addr, func(t *testing.T) {
			t.Parallel()
			s := start(t, "-addr", addr)
			assert.Regexp(t, `^http://(127\.0\.0\.1|\[::1\]):[1-9]\d*/api/v1$`, s.url)
			resp, _ := s.send(t, "GET", "/integrations", s.token, "")
			assert.Equal(t, 200, resp.StatusCode)
			s.stop()
		})
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	all4, all6, loopback4 := net.IPv4zero, net.IPv6unspecified, net.IPv4(127, 0, 0, 1)
	for name, c := range map[string]struct {
		wanted    string
		listening net.TCPAddr
		want      string
	}{
		"one interface":     {"127.0.0.1:8091", net.TCPAddr{IP: loopback4, Port: 8091}, "http://127.0.0.1:8091"},
		"name":              {"localhost:8091", net.TCPAddr{IP: net.IPv6loopback, Port: 8091}, "http://[::1]:8091"},
		"all":               {":8091", net.TCPAddr{IP: all6, Port: 8091}, "http://127.0.0.1:8091"},
		"all of IPv4":       {"0.0.0.0:8091", net.TCPAddr{IP: all6, Port: 8091}, "http://127.0.0.1:8091"},
		"all, IPv4 only":    {"0.0.0.0:8091", net.TCPAddr{IP: all4, Port: 8091}, "http://127.0.0.1:8091"},
		"all of IPv6":       {"[::]:8091", net.TCPAddr{IP: all6, Port: 8091}, "http://[::1]:8091"},
		"IPv6, but no IPv6": {"[::]:8091", net.TCPAddr{IP: all4, Port: 8091}, "http://127.0.0.1:8091"},
		"zone": {
			"[fe80::1%eth0]:8091",
			net.TCPAddr{IP: net.ParseIP("fe80::1"), Port: 8091, Zone: "eth0"},
			"http://[fe80::1%25eth0]:8091",
		},
	} {
		assert.Equal(t, c.want, origin(c.wanted, &c.listening), name)
	}
}

func TestShellWord(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "http://127.0.0.1:8089/x", shellWord("http://127.0.0.1:8089/x"))
	assert.Equal(t, "'http://[::1]:8089/x'", shellWord("http://[::1]:8089/x"))
	assert.Equal(t, `'it'\''s'`, shellWord("it's"))
	assert.Equal(t, "'$HOME'", shellWord("$HOME"))
}

func TestRequestsAreHandedOnAsTheyAre(t *testing.T) {
	t.Parallel()
	s := start(t)
	resp, answer := s.send(t, "GET", "/integrations?limit=1&provider_name=groq", s.token, "")
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	assert.JSONEq(t, `{"success": true, "integrations": []}`, answer)
	for path, status := range map[string]int{
		"/integrations/7":         404,
		"/integrations/42":        401,
		"/integrations/":          501,
		"//integrations":          501,
		"/integrations/4%32":      501,
		"/integrations/8?x=%zz;y": 501,
	} {
		token := s.token
		if status == 401 {
			token = "secret_of_another"
		}
		resp, _ := s.send(t, "DELETE", path, token, "")
		assert.Equal(t, status, resp.StatusCode, path)
	}
	_, log := s.stop()
	assert.ElementsMatch(t, []string{
		"GET /api/v1/integrations 200",
		"DELETE /api/v1/integrations/7 404",
		"DELETE /api/v1/integrations/42 401",
		"DELETE /api/v1/integrations/ 501",
		"DELETE /api/v1//integrations 501",
		"DELETE /api/v1/integrations/4%32 501",
		"DELETE /api/v1/integrations/8 501",
	}, log, "and neither a token nor a query")
}

func TestFlags(t *testing.T) {
	t.Parallel()
	s := start(t, "-token", "it's_fake", "-rate-limit", "100")
	assert.Equal(t, "it's_fake", s.token)
	assert.Equal(t, "curl -X PATCH "+s.url+`/integrations/42`+
		` -H 'Authorization: Bearer it'\''s_fake' -H 'Content-Type: application/json'`+
		` -d '{"daily_limit": 20000, "minute_limit": 200}'`, s.curl)
	for left := 19; left >= 0; left-- {
		resp, _ := s.send(t, "GET", "/integrations", "it's_fake", "")
		require.Equal(t, 200, resp.StatusCode)
		require.Equal(t, strconv.Itoa(left), resp.Header.Get("X-RateLimit-Remaining"))
		require.Equal(t, "100", resp.Header.Get("X-RateLimit-Limit"))
	}
	code, _ := s.stop()
	assert.Equal(t, 0, code)
}

func TestWrongFlags(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		names string
	}{
		"unknown flag":        {[]string{"-port", "80"}, "-port"},
		"argument":            {[]string{"-rate-limit", "5", "serve"}, "serve"},
		"no value":            {[]string{"-addr"}, "-addr"},
		"address":             {[]string{"-addr", "127.0.0.1"}, "-addr"},
		"port":                {[]string{"-addr", "127.0.0.1:99999"}, "-addr"},
		"empty token":         {[]string{"-token", ""}, "-token"},
		"token with a space":  {[]string{"-token", "Bearer x"}, "-token"},
		"token with a break":  {[]string{"-token", "x\ny"}, "-token"},
		"rate limit":          {[]string{"-rate-limit", "fast"}, "-rate-limit"},
		"negative rate limit": {[]string{"-rate-limit", "-1"}, "-rate-limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, 2, run(t.Context(), c.args, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), "sandbox: ")
			assert.Contains(t, stderr.String(), c.names)
			assert.NotContains(t, stderr.String(), "Bearer", "a token is not shown")
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"-h"}, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "-rate-limit requests")
	assert.Empty(t, stderr.String())
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 1, run(t.Context(), []string{"-addr", taken.Addr().String()}, &stdout, &stderr))
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), taken.Addr().String())
	assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
}
