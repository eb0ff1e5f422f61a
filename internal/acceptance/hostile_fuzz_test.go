package acceptance_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// FuzzHostileServer lets a server answer with any bytes at all.
func FuzzHostileServer(f *testing.F) {
	for _, answer := range []string{
		wireserver.Answer(200, successBody),
		"HTTP/1.1 200 OK\r\n" + wireserver.Chunked(successBody) + "0\r\nX-Sum: 1\r\n\r\n",
		wireserver.Answer(200, wireserver.Gzip(successBody), "Content-Encoding: gzip"),
		"HTTP/1.1 103 Early Hints\r\n\r\n" + wireserver.Answer(201, "\uFEFF"+successBody, "Connection: close"),
		wireserver.Answer(302, "", "Location: http://localhost/"),
		wireserver.Answer(404, `{"success":false,"error":"Integration not found"}`),
		wireserver.Answer(
			422,
			`{"detail":[{"loc":["body","daily_limit"],"msg":"`+fakeToken+`","type":"int_parsing","input":1}]}`,
		),
		wireserver.Answer(429, `{"reason_code":"x","retry_after_seconds":60}`, "Retry-After: 99999999999999999999"),
		wireserver.Answer(502, "<html><style>b</style>"+fakeToken+"</html>", "Content-Type: text/html"),
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello",
	} {
		f.Add([]byte(answer))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		server := wireserver.Pipe(wireserver.Once(string(answer)))
		const timeout = 10 * time.Second
		transport := server.Transport(t)
		transport.DisableKeepAlives = true // no call meets what another one left unread
		client := wireClient(t, server, withTransport(transport), spideriq.WithAttemptTimeout(timeout))
		want := readReference(answer)
		for name, call := range endpoints {
			var info spideriq.ResponseInfo
			began := time.Now()
			err := call(t.Context(), client, spideriq.WithMaxAttempts(1), spideriq.WithResponseInfo(&info))
			require.Less(t, time.Since(began), timeout, "%s: the server had closed the connection", name)
			require.True(
				t, info.StatusCode == 0 || info.StatusCode == want.status, "%s: status %d", name,
				info.StatusCode,
			)
			if err == nil {
				require.True(t, want.success(name), "%s took this for a success", name)
				continue
			}
			requireDocumented(t, err, info, fakeToken)
			if name == "Create" {
				requireDocumented(t, err, info, fakeCredentials["api_key"])
			}
		}
		server.Wait()
	})
}

// requireDocumented checks the type and text of an error, which must not tell the
// secret that was sent.
func requireDocumented(t *testing.T, err error, info spideriq.ResponseInfo, sent string) {
	t.Helper()
	switch e := err.(type) {
	case *spideriq.TransportError:
		require.Error(t, e.Err)
	case *spideriq.InvalidResponseError:
		require.Error(t, e.Err)
		require.Equal(t, 2, e.StatusCode/100)
		require.Equal(t, info.StatusCode, e.StatusCode)
	case *spideriq.APIError, *spideriq.BadRequestError, *spideriq.UnauthorizedError, *spideriq.ForbiddenError,
		*spideriq.NotFoundError, *spideriq.RateLimitError, *spideriq.ServerError:
		api, _ := errors.AsType[*spideriq.APIError](err)
		require.Equal(t, info.StatusCode, api.StatusCode)
		require.GreaterOrEqual(t, api.RetryAfter, time.Duration(0))
	default:
		require.Fail(t, "an error of no documented type", "%T: %v", err, err)
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprint(slog.AnyValue(err).Resolve())} {
		require.NotContains(t, text, sent)
	}
	require.NotContains(t, err.Error(), "\n")
	require.Less(t, len(err.Error()), 2048)
}

// An alone is what net/http and encoding/json by themselves make of an answer.
type reference struct {
	status int
	body   []byte // nil unless it came whole
}

func readReference(answer []byte) (a reference) {
	in := bufio.NewReader(bytes.NewReader(answer))
	for {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return a
		}
		if resp.StatusCode/100 == 1 && resp.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		a.status = resp.StatusCode
		var body io.Reader = resp.Body
		if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
			body, err = gzip.NewReader(resp.Body)
			if errors.Is(err, io.EOF) {
				a.body = []byte{} // net/http takes nothing at all for an empty body
				return a
			}
			if err != nil {
				return a
			}
		}
		text, err := io.ReadAll(io.LimitReader(body, 4<<20+1))
		if err == nil && len(text) <= 4<<20 {
			a.body = bytes.TrimPrefix(text, []byte("\uFEFF"))
		}
		return a
	}
}

// success reports whether the call of that name may take a for a success.
func (a reference) success(name string) bool {
	isEmpty := a.body != nil && len(bytes.TrimSpace(a.body)) == 0
	if a.status/100 == 2 && name == "Delete" && (isEmpty || a.status == http.StatusNoContent) {
		return true
	}
	var members struct{ Success, Integration, Integrations json.RawMessage }
	if a.status/100 != 2 || json.Unmarshal(a.body, &members) != nil || string(members.Success) == "false" {
		return false
	}
	switch name {
	case "Update", "Create":
		return strings.HasPrefix(string(members.Integration), "{")
	case "List":
		list := string(members.Integrations)
		return strings.HasPrefix(list, "[") || list == "null"
	}
	return true
}
