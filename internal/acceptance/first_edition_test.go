// The tests of the first edition that the second one contradicts. They are deleted with it.

//go:build !second

package acceptance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// earlierStatus returns the status that the API reported before a call ended without a
// whole response; 0 when there was none.
func earlierStatus(err error) int {
	e, ok := errors.AsType[*spideriq.APIError](err)
	if !ok {
		return 0
	}
	return e.StatusCode
}

// assertArgumentError checks that err is the refusal of an argument.
func assertArgumentError(t *testing.T, err error) {
	t.Helper()
	assertPlain(t, err)
}

// proxyStatuses are outcomes with a status that only proxies answer.
func proxyStatuses() []outcome {
	var outcomes []outcome
	for _, status := range []int{408, 520, 522, 524, 529, 599} {
		outcomes = append(outcomes, outcome{fmt.Sprint(status), fakeapi.Respond(status, refusalBody), never, false})
	}
	return outcomes
}

// notLogged are texts that no log line has in it.
var notLogged = []string{"Bearer", "hidden", "groq", "spideriq.ai", "of-the-answer", "?"}

// A wrong token is refused in the same way where a source returns it.
func TestWrongTokenIsRefusedAndNotQuoted(t *testing.T) {
	t.Parallel()
	for _, token := range []string{
		"", " \n", "pas te", "pas\nte", "pas\x00te", "pas\x7fte", "pas\u00a0te", "pasté", "Bearer paste",
		"bearer\tpaste", "BEARER  paste", " Bearer paste",
	} {
		_, err := spideriq.NewClient(token)
		assertPlain(t, err)
		assert.ErrorContains(t, err, "token")
		assert.NotContains(t, err.Error(), "pas")
		assert.Equal(
			t, strings.Contains(strings.ToLower(token), "bearer"), strings.Contains(err.Error(), `"Bearer "`),
			err,
		)

		api := fakeapi.New(fakeapi.Respond(200, successBody))
		source := spideriq.WithTokenSource(func(context.Context) (string, error) { return token, nil })
		client, err := spideriq.NewClient("", withTransport(api), source)
		require.NoError(t, err)
		err = update(t.Context(), client)
		assertPlain(t, err)
		assert.NotContains(t, err.Error(), "pas")
		assert.Empty(t, api.Requests())
	}
}

func TestTokenSourceIsAskedOncePerCall(t *testing.T) {
	t.Parallel()
	type key struct{}
	asked, broken := 0, errors.New("vault is sealed")
	source := spideriq.WithTokenSource(func(ctx context.Context) (string, error) {
		assert.Equal(t, "caller's", ctx.Value(key{}))
		if asked++; asked == 3 {
			return "", broken
		}
		return "token-" + string(rune('0'+asked)), nil
	})
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client, err := spideriq.NewClient("", source, withTransport(api))
	require.NoError(t, err)
	assert.Zero(t, asked)
	ctx := context.WithValue(t.Context(), key{}, "caller's")
	for range 2 {
		require.NoError(t, update(ctx, client))
	}
	err = update(ctx, client)
	assertPlain(t, err)
	assert.ErrorIs(t, err, broken)
	require.Len(t, api.Requests(), 2)
	assert.Equal(t, "Bearer token-1", api.Requests()[0].Header.Get("Authorization"))
	assert.Equal(t, "Bearer token-2", api.Requests()[1].Header.Get("Authorization"))
}

// A pageWalk is what All is given, what it is answered, and what comes of it.
type pageWalk struct {
	params  spideriq.ListParams
	answers []fakeapi.Reply
	ids     []int // first and last
	queries []string
}

var pageWalks = map[string]pageWalk{
	"one short page": {
		spideriq.ListParams{}, []fakeapi.Reply{pagesOf(3)}, []int{1, 3}, []string{"limit=100"},
	},
	"none": {
		spideriq.ListParams{}, []fakeapi.Reply{pagesOf(0)}, []int{1, 0}, []string{"limit=100"},
	},
	"full page, then none": {
		spideriq.ListParams{}, []fakeapi.Reply{pagesOf(100)}, []int{1, 100},
		[]string{"limit=100", "limit=100&offset=100"},
	},
	"three pages": {
		spideriq.ListParams{}, []fakeapi.Reply{pagesOf(250)}, []int{1, 250},
		[]string{"limit=100", "limit=100&offset=100", "limit=100&offset=200"},
	},
	"caller's limit": {
		spideriq.ListParams{Limit: 2, ProviderName: "x"}, []fakeapi.Reply{pagesOf(3)}, []int{1, 3},
		[]string{"limit=2&provider_name=x", "limit=2&offset=2&provider_name=x"},
	},
	"caller's offset": {
		spideriq.ListParams{Limit: 2, Offset: 4}, []fakeapi.Reply{pagesOf(7)}, []int{5, 7},
		[]string{"limit=2&offset=4", "limit=2&offset=6"},
	},
	"limit above 100": {
		spideriq.ListParams{Limit: 500}, []fakeapi.Reply{pagesOf(101)}, []int{1, 101},
		[]string{"limit=100", "limit=100&offset=100"},
	},
	"offset ignored": {
		spideriq.ListParams{Limit: 3},
		[]fakeapi.Reply{pageOf(1, 3), pageOf(1, 3), fakeapi.Respond(508, `{}`)}, []int{1, 3},
		[]string{"limit=3", "limit=3&offset=3"},
	},
	"offset and limit, too": {
		spideriq.ListParams{Limit: 3},
		[]fakeapi.Reply{pageOf(1, 9), pageOf(1, 9), fakeapi.Respond(508, `{}`)}, []int{1, 9},
		[]string{"limit=3", "limit=3&offset=9"},
	},
	"rows moved to the next": {
		spideriq.ListParams{Limit: 3}, []fakeapi.Reply{pageOf(1, 3), pageOf(2, 4), pageOf(4, 5)},
		[]int{1, 5}, []string{"limit=3", "limit=3&offset=3", "limit=3&offset=6"},
	},
}

func TestAllWalksThePages(t *testing.T) {
	t.Parallel()
	for name, c := range pageWalks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := fakeapi.New(c.answers...)
			all := newClient(t, api).Integrations.All(t.Context(), c.params)
			assert.Empty(t, api.Requests(), "asked before the loop")
			for range 2 { // a sequence can be walked again
				var ids, want []int
				for row, err := range all {
					require.NoError(t, err)
					ids = append(ids, int(row.ID))
				}
				for id := c.ids[0]; id <= c.ids[1]; id++ {
					want = append(want, id)
				}
				assert.Equal(t, want, ids)
				var queries []string
				for _, sent := range api.Requests() {
					u, err := url.Parse(sent.URL)
					require.NoError(t, err)
					queries = append(queries, u.RawQuery)
				}
				assert.Equal(t, c.queries, queries)
				api.Restart(c.answers...)
			}
		})
	}
}

func TestAllStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	for stop, pages := range map[int]int{1: 1, 2: 1, 3: 2} {
		api := fakeapi.New(pagesOf(10))
		var ids []int64
		for row, err := range newClient(t, api).Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
			require.NoError(t, err)
			if ids = append(ids, row.ID); len(ids) == stop {
				break
			}
		}
		assert.Len(t, ids, stop)
		assert.Len(t, api.Requests(), pages)
	}
}

func TestAllYieldsItsErrorOnce(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(pageOf(1, 2), fakeapi.Respond(403, refusalBody))
	rows, errs := 0, 0
	for row, err := range newClient(t, api).Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
		if err == nil {
			rows++
			continue
		}
		errs++
		assert.Nil(t, row)
		assert.ErrorAs(t, err, new(*spideriq.ForbiddenError))
	}
	assert.Equal(t, []int{2, 1, 2}, []int{rows, errs, len(api.Requests())})
	for row, err := range newClient(t, api).Integrations.All(t.Context(), spideriq.ListParams{Limit: -1}) {
		assert.Nil(t, row)
		assertPlain(t, err)
	}
	assert.Len(t, api.Requests(), 2)
}

// A transport of the caller's may leave out of a response what net/http sets.
func TestErrorClassesAreDistinct(t *testing.T) {
	t.Parallel()
	cause := errors.New(`dial tcp 203.0.113.7:443: lookup api.internal.example: ` +
		`https://user@api.internal.example:8443/x?token=y`)
	response := func(r *http.Response) fakeapi.Reply {
		return func(*http.Request) (*http.Response, error) { return r, nil }
	}
	for name, c := range map[string]struct {
		answer fakeapi.Reply
		is     func(error) bool
	}{
		"refused":   {fakeapi.Respond(404, "{}"), asType[*spideriq.APIError]},
		"no answer": {fakeapi.Fail(cause), asType[*spideriq.TransportError]},
		"no sense": {
			fakeapi.Respond(200, "<html>", "Content-Type: text/html"), asType[*spideriq.InvalidResponseError],
		},
		"nil answer": {response(nil), asType[*spideriq.TransportError]},
		"nil body":   {response(&http.Response{StatusCode: 500}), asType[*spideriq.APIError]},
		"too short":  {response(&http.Response{StatusCode: 200, ContentLength: 9}), asType[*spideriq.TransportError]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := update(t.Context(), newClient(t, fakeapi.New(c.answer), oneAttempt))
			classes := 0
			for _, is := range []func(error) bool{
				asType[*spideriq.APIError], asType[*spideriq.TransportError],
				asType[*spideriq.InvalidResponseError],
			} {
				if is(err) {
					classes++
				}
			}
			assert.Equal(t, 1, classes)
			assert.True(t, c.is(err), "%T", err)
			assert.NotRegexp(t, `203\.0|internal|8443|:443|token=|user@`, err.Error())
			assert.Equal(t, name == "no answer", errors.Is(err, cause))
		})
	}
}

func TestErrorsAreLoggedInParts(t *testing.T) {
	t.Parallel()
	e := &spideriq.APIError{
		StatusCode:     429,
		Code:           "c",
		Message:        "m",
		Method:         "PATCH",
		Path:           "/integrations/42",
		RetryAfter:     time.Second,
		Attempts:       2,
		MayHaveApplied: true,
	}
	api := `{"method":"PATCH","path":"/integrations/42","status":429,"code":"c","message":"m",` +
		`"retry_after":1000000000,"attempts":2,"may_have_applied":true}`
	logged := map[error]string{
		&spideriq.TransportError{
			Method:         "PATCH",
			Path:           "/integrations/42",
			Attempts:       2,
			MayHaveApplied: true,
			Err:            io.EOF,
		}: `{"method":"PATCH","path":"/integrations/42",` +
			`"error":"the connection was closed before the whole answer had come",` +
			`"attempts":2,"may_have_applied":true}`,
		&spideriq.InvalidResponseError{
			StatusCode:  200,
			ContentType: "text/html",
			Method:      "PATCH",
			Path:        "/integrations/42",
			Attempts:    1,
			Err:         errors.New("the body is not JSON"),
		}: `{"method":"PATCH","path":"/integrations/42","status":200,"content_type":"text/html",` +
			`"error":"the body is not JSON","attempts":1}`,
	}
	for _, err := range errorFamily(e) {
		logged[err] = api
	}
	for err, want := range logged {
		var line bytes.Buffer
		slog.New(slog.NewJSONHandler(&line, nil)).Error("x", "error", err)
		_, got, _ := strings.Cut(strings.TrimSpace(line.String()), `"error":`)
		assert.Equal(t, want+"}", got)
	}
}

func TestNoTrustedConnectionNoRequest(t *testing.T) {
	t.Parallel()
	trusted := wireserver.StartTLS(t, wireserver.Always(wireserver.Answer(200, successBody)))
	plain := wireserver.Start(t, func(c *wireserver.Conn) {
		_, _ = c.In.ReadByte()
		c.Send(wireserver.Answer(400, "this is not HTTPS"))
	})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(trusted.URL, "https://"))
	require.NoError(t, err)
	for _, tt := range []struct {
		name, base string
		transport  http.RoundTripper
		server     *wireserver.Server
	}{
		{"unknown certificate", trusted.URL, nil, trusted},
		{"certificate for another host", "https://localhost:" + port, trusted.Transport(t), trusted},
		{"plain server", strings.Replace(plain.URL, "http:", "https:", 1), nil, plain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.server.Accepted()
			err := update(t.Context(), newClient(t, tt.transport, spideriq.WithBaseURL(tt.base)))
			broken := requireAs[*spideriq.TransportError](t, err)
			assert.Equal(t, 1, broken.Attempts)
			assert.False(t, broken.MayHaveApplied)
			assert.Equal(t, before+1, tt.server.Accepted())
			for _, place := range []string{"127.0.0.1", "localhost", port} {
				assert.NotContains(t, err.Error(), place)
			}
		})
	}
	assert.Empty(t, trusted.Requests())
}

// net/http reads the proxy once per process, and so this takes others.
func TestProxyFromTheEnvironment(t *testing.T) {
	t.Parallel()
	if os.Getenv(childVariable) != "" {
		client, err := spideriq.NewClientFromEnv(spideriq.WithInsecureHTTP())
		require.NoError(t, err)
		err = update(t.Context(), client, spideriq.WithMaxAttempts(1))
		if strings.Contains(client.String(), "https:") {
			require.IsType(t, (*spideriq.TransportError)(nil), err, "the proxy refuses CONNECT")
			assert.NotContains(t, err.Error(), "spideriq.invalid")
			return
		}
		require.NoError(t, err)
		return
	}
	for base, want := range map[string]string{
		"http://spideriq.invalid":  "PATCH http://spideriq.invalid/api/v1/integrations/42",
		"https://spideriq.invalid": "CONNECT spideriq.invalid:443",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			proxy := wireserver.Start(t, func(c *wireserver.Conn) {
				for r := c.Next(); r != nil; r = c.Next() {
					if r.Method == http.MethodConnect {
						c.Send(wireserver.Answer(403, ""))
						return
					}
					c.Send(wireserver.Answer(200, successBody))
				}
			})
			runAsChild(t, "TestProxyFromTheEnvironment", "SPIDERIQ_TOKEN="+fakeToken, "SPIDERIQ_API_URL="+base,
				"HTTP_PROXY="+proxy.URL, "HTTPS_PROXY="+proxy.URL, "NO_PROXY=", "no_proxy=")
			requests := proxy.Requests()
			require.Len(t, requests, 1)
			assert.Equal(t, want, requests[0].Method+" "+requests[0].RequestURI)
			assert.Equal(
				t, strings.HasPrefix(want, "PATCH"), requests[0].Header.Get("Authorization") != "",
				"a proxy that passes TLS on learns no token",
			)
		})
	}
}

func TestWrongBaseURLIsRefusedAndNotQuoted(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", "hunter2", "hunter2.example", "//hunter2.example", "/hunter2", "ftp://hunter2", "file:///hunter2",
		"https:hunter2", "https://", "https:///hunter2", "https://:8443",
		"https://hunter2:", "https://hunter2:0", "https://hunter2:65536", "https://hunter2:x",
		"https://user:hunter2@api.example", "https://hunter2@api.example", "https://api.example?hunter2",
		"https://api.example?", "https://api.example/#hunter2", "https://api.example/#",
		"https://api.example/%zz-hunter2", "https://api.example/\x00hunter2",
		"https://api.example/a/../hunter2", "https://api.example/%2e%2e/hunter2", "https://api.example/a//hunter2",
		"https://[::1/hunter2",
		"http://hunter2.example", "http://10.0.0.1", "http://localhost.hunter2.example",
		"http://127.0.0.1.hunter2.example",
	} {
		_, err := spideriq.NewClient(fakeToken, spideriq.WithBaseURL(raw))
		assertPlain(t, err)
		assert.ErrorContains(t, err, "base URL", raw)
		assert.NotContains(t, err.Error(), "hunter2", raw)
	}
}

// A list takes no more than its answer's length allows, whatever its rows are. It
// counts what the whole process allocates, so it is not parallel.
func TestHostileListsTakeLittleMemory(t *testing.T) {
	for endpoint, member := range map[string]string{
		"List":        `"integrations":`,
		"Health":      `"integrations":`,
		"SyncBilling": `"results":`,
	} {
		for _, c := range []struct{ head, repeated, tail string }{
			{"{" + member + "[", "0,", "0]}"},
			{"{" + member + "[", "{},", "{}]}"},
			{"{", member + "[],", member + "[]}"},
			{"{", member + `[{"id":1}],`, member + "[]}"},
		} {
			t.Run(endpoint+" of "+c.repeated, func(t *testing.T) {
				body := c.head + strings.Repeat(c.repeated, (4<<20-100)/len(c.repeated)) + c.tail
				client := newClient(t, fakeapi.New(fakeapi.Respond(200, body)))
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				err := endpoints[endpoint](t.Context(), client)
				runtime.ReadMemStats(&after)
				assert.False(t, asType[*spideriq.TransportError](err), "it has been read: %v", err)
				assert.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(500), "MiB")
			})
		}
	}
}

// emptySuccesses are those with no body, or with no list.
var emptySuccesses = map[string]senselessSuccess{
	"empty":  {fakeapi.Respond(200, ""), ""},
	"spaces": {fakeapi.Respond(200, " \n"), ""},
	"null list": {
		fakeapi.Respond(200, strings.Replace(successBody, "[]", "null", 1)),
		"Update Create Delete Health SyncBilling Do",
	},
}

// errorPages are recorded error pages of proxies.
var errorPages = []errorBody{
	{
		"html-502", "502 Bad Gateway: 502 Bad Gateway The upstream is away (may have been applied)",
		&spideriq.ServerError{}, "", "502 Bad Gateway The upstream is away", 0,
	},
	{
		"html-413", "413 Request Entity Too Large: 413 Request Entity Too Large", &spideriq.APIError{}, "",
		"413 Request Entity Too Large", 0,
	},
}
