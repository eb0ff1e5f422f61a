package spideriq_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spideriq/spideriq-go"
)

// FuzzErrorBody gives any status and body, with the token where the body says
// TOKEN, and looks at what comes out as the error.
func FuzzErrorBody(f *testing.F) {
	for _, seed := range []struct {
		status int
		body   string
	}{
		{404, `{"success": false, "error": "Integration not found"}`},
		{401, `{"detail": {"error": "token_expired", "message": "TOKEN"}}`},
		{422, `{"detail": [{"loc": ["body", 0, {"x": null}], "msg": "TOKEN", "type": 5, "input": {}}, 1, null]}`},
		{400, `{"error": {"message": "{'a': {'message': \"TOKEN\"}, 'code': 'x\\'y'}"}}`},
		{429, `{"reason_code": "x_y", "retry_after_seconds": 9999999999999}`},
		{200, `{"success": false, "success": null}`},
		{200, `{"integration": {"id": 1, "key_preview": {"TOKEN": []}, "updated_at": "x"}}`},
		{302, ``}, {503, "\uFEFF"}, {502, "<html><!-- TOKEN --><p>TOKEN\x00\x1b[0m\u2028</p><script>"}, {500, "plain\r\nTOKEN"}, {413, "<"}, {500, "\xff\xfe{"}, {500, `"TOKEN"`}, {500, `[[[[`},
	} {
		f.Add(seed.status, []byte(seed.body))
	}
	oneLine := func(s string) bool {
		return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		status = 200 + int(uint(status)%400)
		text := strings.ReplaceAll(string(body), "TOKEN", fakeToken)
		api := replying(answer(status, text))
		err := update(t.Context(), api.client(t, once))
		if api.open.Load() != 0 {
			t.Error("the body is not closed")
		}
		if err == nil {
			if status >= 300 || !json.Valid([]byte(strings.TrimPrefix(text, "\uFEFF"))) {
				t.Errorf("a %d of %q is a success", status, text)
			}
			return
		}
		if s := err.Error(); !oneLine(s) || len(s) > 1200 || strings.Contains(s, fakeToken) {
			t.Errorf("text of %d bytes: %.1300q", len(s), s)
		}
		e, ok := errors.AsType[*spideriq.APIError](err)
		switch {
		case !ok && (status >= 300 || !asType[*spideriq.InvalidResponseError](err)):
			t.Errorf("a %d is a %T", status, err)
		case ok && (e.StatusCode != status || len(e.Message) > 512 || len(e.Code) > 128 || !oneLine(e.Message) || !oneLine(e.Code) || e.RetryAfter < 0):
			t.Errorf("%+v", *e)
		}
	})
}

// FuzzTimestamp takes any string for a time. It never fails the call, and what
// RFC 3339 allows is read exactly.
func FuzzTimestamp(f *testing.F) {
	for _, text := range []string{"2026-02-26T15:30:00Z", "2026-02-26 15:30:00", "2026-02-26T15:30:00.123456789+14:00", "2026-02-26T15:30:00+0000", "2026-02-26 15:30:00 +00:00",
		"0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-02-30T00:00:00Z", "2026-02-26T15:30:00,5Z", "", "now", "2026-02-26\xffT", "1772119800", "２０２６-02-26T15:30:00Z"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := replying(answer(200, `{"integration": {"id": 1, "updated_at": `+string(quoted)+`, "created_at": `+string(quoted)+`, "key_label": "kept"}}`)).
			client(t).Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
		if err != nil || got.KeyLabel != "kept" {
			t.Fatalf("%q: %+v %v", text, got, err)
		}
		want, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "T", 1))
		if err != nil && !got.UpdatedAt.IsZero() {
			want, err = time.Parse(time.RFC3339, got.UpdatedAt.Format(time.RFC3339Nano)) // one of the other forms
		}
		if err == nil && !got.UpdatedAt.Equal(want) {
			t.Errorf("%q: %v, not %v", text, got.UpdatedAt, want)
		}
		if got.UpdatedAt.IsZero() != (got.CreatedAt == nil) {
			t.Errorf("%q: %v beside %v", text, got.UpdatedAt, got.CreatedAt)
		}
	})
}

// FuzzRetryAfter gives any headers about waiting. The wait that the error tells is
// never negative, and that of a number is exact or the longest there is.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range [][3]string{
		{"17", "", ""}, {" 17 ", "", ""}, {"0", "", ""}, {"-1", "", ""}, {"+1", "", ""}, {"1.5", "", ""}, {"1e9", "", ""}, {"9223372037", "", ""}, {"99999999999999999999", "", ""}, {"１７", "", ""},
		{"Thu, 26 Feb 2026 15:30:17 GMT", "Thu, 26 Feb 2026 15:30:00 GMT", ""}, {"Thursday, 26-Feb-26 15:30:17 GMT", "Thu, 26 Feb 2026 15:30:00 GMT", ""}, {"Thu Feb 26 15:30:17 2026", "Thu, 26 Feb 2026 15:30:00 GMT", ""},
		{"Thu, 26 Feb 1926 15:30:17 GMT", "", ""}, {"Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", ""}, {"soon", "", "1772119860"}, {"", "Thu, 26 Feb 2026 15:30:00 GMT", "1772119860"},
		{"", "", "99999999999999999999"}, {"", "x", "-5"}, {"", "", "1.5"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	digits := regexp.MustCompile(`\A[0-9]+\z`)
	f.Fuzz(func(t *testing.T, after, date, reset string) {
		api := replying(answer(429, `{"error": "slow down"}`, "Retry-After: "+after, "Date: "+date, "X-Ratelimit-Reset: "+reset))
		err := update(t.Context(), api.client(t, once))
		e, ok := errors.AsType[*spideriq.RateLimitError](err)
		if !ok || len(api.requests()) != 1 {
			t.Fatalf("%d requests: %v", len(api.requests()), err)
		}
		if e.RetryAfter < 0 {
			t.Errorf("a wait of %v", e.RetryAfter)
		}
		if after = strings.TrimSpace(after); digits.MatchString(after) {
			seconds, err := strconv.ParseInt(after, 10, 64)
			exact := err == nil && seconds <= math.MaxInt64/int64(time.Second)
			if exact && e.RetryAfter != time.Duration(seconds)*time.Second || !exact && e.RetryAfter < 290*365*24*time.Hour {
				t.Errorf("%q is a wait of %v", after, e.RetryAfter)
			}
		}
	})
}

// leaves says whether p, unescaped once or more often, has a way out of where it
// begins.
func leaves(p string) bool {
	for range 10 {
		slashed := strings.ReplaceAll(p, `\`, "/")
		if path.Clean("/"+slashed) != strings.TrimRight(slashed, "/") || strings.Contains(slashed, "//") {
			return true
		}
		next, err := url.PathUnescape(p)
		if err != nil || next == p {
			return false
		}
		p = next
	}
	return false
}

// FuzzBaseURL either refuses a base URL without quoting its password, or sends to
// the host in it, under its path, over https or to this machine.
func FuzzBaseURL(f *testing.F) {
	for _, raw := range []string{"https://api.example", "https://api.example/v1/", "http://127.0.0.1:8080", "http://[::1]/", "http://localhost", "http://api.example", "https://user:hunter2@api.example/", "https://hunter2@api.example",
		"https://api.example/a%2Fb/%2e%2e", "https://api.example/a b/%20", "//api.example", "https:api.example", "HTTPS://API.EXAMPLE:443", "https://api.example:99999", "https://[fe80::1%25eth0]/", "https://api.example?hunter2#x",
		"https://@api.example", "https://api.example\\@hunter2", "http://0x7f.1/", "http://127.1", "https://api.example/..;/x", "https://ünïcode.example"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		api := replying(answer(200, good))
		client, err := spideriq.NewClient(fakeToken, spideriq.WithBaseURL(raw), over(api))
		given, parseErr := url.Parse(strings.TrimSpace(raw))
		if err != nil {
			if parseErr == nil && given.User != nil && len(given.User.String()) > 6 && strings.Contains(err.Error(), given.User.String()) {
				t.Errorf("%q is quoted: %v", raw, err)
			}
			return
		}
		if parseErr == nil && strings.Contains(given.Host, "%") {
			t.Skip("net/url does not read every zone of an address that it prints")
		}
		if err := update(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		sent, err := url.Parse(api.requests()[0].URL)
		if err != nil || parseErr != nil {
			t.Fatalf("%q: %v %v", raw, err, parseErr)
		}
		if sent.User != nil || sent.RawQuery != "" || sent.Fragment != "" || sent.Host != given.Host || !strings.HasSuffix(sent.EscapedPath(), "/integrations/42") || leaves(sent.EscapedPath()) {
			t.Errorf("%q goes to %s", raw, sent)
		}
		ip, err := netip.ParseAddr(sent.Hostname())
		if loopback := err == nil && ip.IsLoopback() || strings.EqualFold(sent.Hostname(), "localhost"); sent.Scheme != "https" && !loopback {
			t.Errorf("%q goes out in clear: %s", raw, sent)
		}
	})
}

// FuzzDoPath either refuses a path without a request, or sends to the API's host,
// under its base.
func FuzzDoPath(f *testing.F) {
	for _, p := range []string{"/integrations/42", "/a b", "/a%20b", "/a%2Fb", "/a%2Fb c", "/..", "/%2e%2e/x", "/%252e%252e", "/a/%5c..%5cb", `/a\..\b`, "//evil.example", "https://evil.example/x", "/a?b", "/a#b", "/%", "/%zz", "/\x00", "/\u2028",
		"/a/", "/.", "/...", "/..;/x", "/%E0%80%AE", "/%c0%ae%c0%ae/x", "/ä", "/\xff", "/@evil.example", "/:80", "", "/;a=..", "/%25%32%65%25%32%65/x"} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, p string) {
		api := replying(answer(200, `{}`))
		err := api.client(t).Do(t.Context(), "GET", p, nil, nil)
		if err != nil {
			if len(api.requests()) != 0 || asType[*spideriq.TransportError](err) || len(err.Error()) > 700 || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("%q: %d requests, %v", p, len(api.requests()), err)
			}
			return
		}
		sent, err := url.Parse(api.requests()[0].URL)
		if err != nil {
			t.Fatal(err)
		}
		if sent.Scheme != "https" || sent.Host != "spideriq.ai" || sent.User != nil || sent.RawQuery != "" || sent.ForceQuery || sent.Fragment != "" ||
			!strings.HasPrefix(sent.EscapedPath(), "/api/v1/") || leaves(sent.EscapedPath()) || strings.ContainsFunc(sent.Path, unicode.IsControl) {
			t.Errorf("%q goes to %s", p, sent)
		}
		once, err := url.PathUnescape(p)
		if err != nil || sent.Path != "/api/v1"+once {
			t.Errorf("%q becomes %q", p, sent.Path)
		}
	})
}
