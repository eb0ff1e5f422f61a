package spideriq_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

func TestStalledAnswerEndsWithItsAttempt(t *testing.T) {
	t.Parallel()
	drip := func(c *wireConn) {
		for {
			if _, err := io.WriteString(c, "x"); err != nil {
				return
			}
			time.Sleep(10 * time.Second)
		}
	}
	for _, tt := range []struct {
		name, begun string
		then        func(*wireConn)
		status      int // of the API error inside
	}{
		{"before the answer", "", (*wireConn).linger, 0},
		{"in the headers", "HTTP/1.1 404 Not Found\r\nContent-Ty", (*wireConn).linger, 0},
		{"behind an interim answer", "HTTP/1.1 100 Continue\r\n\r\n", (*wireConn).linger, 0},
		{"before the body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", (*wireConn).linger, 0},
		{"in a body", "HTTP/1.1 200 OK\r\n\r\n" + good, (*wireConn).linger, 0},
		{"in a chunk", "HTTP/1.1 200 OK\r\n" + wireChunked(good)[:60], (*wireConn).linger, 0},
		{"in an error body", wireAnswer(404, good)[:60], (*wireConn).linger, 404},
		{"in compression", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + wireGzip(good)[:15], (*wireConn).linger, 0},
		{"dripping headers", "HTTP/1.1 200 OK\r\nX-Filler: ", drip, 0},
		{"dripping body", "HTTP/1.1 200 OK\r\n\r\n", drip, 0},
		{"dripping error body", "HTTP/1.1 503 Service Unavailable\r\n\r\n", drip, 503},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := pipeWire(func(c *wireConn) {
					c.next()
					c.send(tt.begun)
					tt.then(c)
				})
				client := server.client(t)
				began := time.Now()
				err := update(t.Context(), client, spideriq.WithMaxAttempts(1))

				assert.Equal(t, 30*time.Second, time.Since(began))
				assert.True(t, requireAs[*spideriq.TransportError](t, err).MayHaveApplied)
				assert.True(t, requireAs[net.Error](t, err).Timeout())
				api, ok := errors.AsType[*spideriq.APIError](err)
				require.Equal(t, tt.status != 0, ok)
				if ok {
					assert.Equal(t, tt.status, api.StatusCode)
				}
				server.handlers.Wait() // the connection was closed
			})
		})
	}
}

func TestSwitchedProtocolIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := pipeWire(func(c *wireConn) {
			c.next()
			c.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello")
			c.linger()
		})
		began := time.Now()
		err := update(t.Context(), server.client(t))
		require.IsType(t, (*spideriq.APIError)(nil), err)
		assert.Equal(t, 101, requireAs[*spideriq.APIError](t, err).StatusCode)
		assert.Zero(t, time.Since(began))
		server.handlers.Wait()
	})
}

// It counts what the whole process allocates, so it is not parallel.
func TestHugeBodiesAreNotTakenIn(t *testing.T) {
	zeros := bytes.Repeat([]byte{0}, 1<<20)
	bomb := strings.Repeat(wireGzip(string(zeros)), 200) // gzip members in a row are one stream
	require.Less(t, len(bomb), 512<<10)

	for _, tt := range []struct{ name, head, body string }{
		{"gzip bomb", "Content-Encoding: gzip\r\n", bomb},
		{"gzip bomb in chunks", "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "32000\r\n" + bomb[:0x32000]},
		{"endless", "", ""},
		{"8 EiB announced", "Content-Length: 9223372036854775807\r\n", ""},
	} {
		for status, want := range map[string]error{
			"200 OK":          (*spideriq.InvalidResponseError)(nil),
			"404 Not Found":   (*spideriq.NotFoundError)(nil),
			"502 Bad Gateway": (*spideriq.ServerError)(nil),
		} {
			t.Run(status+" "+tt.name, func(t *testing.T) {
				server := serveWire(t, func(c *wireConn) {
					c.next()
					c.send("HTTP/1.1 " + status + "\r\n" + tt.head + "\r\n" + tt.body)
					for i := 0; i < 64 && tt.body == ""; i++ {
						_, _ = c.Write(zeros)
					}
				})
				client := server.client(t)
				var info spideriq.ResponseInfo
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				err := update(t.Context(), client, spideriq.WithMaxAttempts(1), spideriq.WithResponseInfo(&info))
				runtime.ReadMemStats(&after)

				require.IsType(t, want, err)
				assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
				assert.Equal(t, status[:3], strconv.Itoa(info.StatusCode))
				assert.Zero(t, len(info.Body))
			})
		}
	}
}

// A list takes no more than its answer's length allows, whatever its rows are. It
// counts what the whole process allocates, so it is not parallel.
func TestHostileListsTakeLittleMemory(t *testing.T) {
	for endpoint, member := range map[string]string{"List": `"integrations":`, "Health": `"integrations":`, "SyncBilling": `"results":`} {
		for _, c := range []struct{ head, repeated, tail string }{
			{"{" + member + "[", "0,", "0]}"},
			{"{" + member + "[", "{},", "{}]}"},
			{"{", member + "[],", member + "[]}"},
			{"{", member + `[{"id":1}],`, member + "[]}"},
		} {
			t.Run(endpoint+" of "+c.repeated, func(t *testing.T) {
				body := c.head + strings.Repeat(c.repeated, (4<<20-100)/len(c.repeated)) + c.tail
				client := replying(answer(200, body)).client(t)
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

// FuzzHostileServer lets a server answer with any bytes at all.
func FuzzHostileServer(f *testing.F) {
	for _, answer := range []string{
		wireAnswer(200, good),
		"HTTP/1.1 200 OK\r\n" + wireChunked(good) + "0\r\nX-Sum: 1\r\n\r\n",
		wireAnswer(200, wireGzip(good), "Content-Encoding: gzip"),
		"HTTP/1.1 103 Early Hints\r\n\r\n" + wireAnswer(201, "\uFEFF"+good, "Connection: close"),
		wireAnswer(302, "", "Location: http://localhost/"),
		wireAnswer(404, `{"success":false,"error":"Integration not found"}`),
		wireAnswer(422, `{"detail":[{"loc":["body","daily_limit"],"msg":"`+fakeToken+`","type":"int_parsing","input":1}]}`),
		wireAnswer(429, `{"reason_code":"x","retry_after_seconds":60}`, "Retry-After: 99999999999999999999"),
		wireAnswer(502, "<html><style>b</style>"+fakeToken+"</html>", "Content-Type: text/html"),
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello",
	} {
		f.Add([]byte(answer))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		server := pipeWire(wireOnce(string(answer)))
		const timeout = 10 * time.Second
		transport := server.transport(t)
		transport.DisableKeepAlives = true // no call meets what another one left unread
		client := server.client(t, over(transport), spideriq.WithAttemptTimeout(timeout))
		want := readAlone(answer)
		for name, call := range endpoints {
			var info spideriq.ResponseInfo
			began := time.Now()
			err := call(t.Context(), client, spideriq.WithMaxAttempts(1), spideriq.WithResponseInfo(&info))
			require.Less(t, time.Since(began), timeout, "%s: the server had closed the connection", name)
			require.True(t, info.StatusCode == 0 || info.StatusCode == want.status, "%s: status %d", name, info.StatusCode)
			if err == nil {
				require.True(t, want.success(name), "%s took this for a success", name)
				continue
			}
			requireDocumented(t, err, info, fakeToken)
			if name == "Create" {
				requireDocumented(t, err, info, fakeCredentials["api_key"])
			}
		}
		server.handlers.Wait()
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
type alone struct {
	status int
	body   []byte // nil unless it came whole
}

func readAlone(answer []byte) (a alone) {
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
			if body, err = gzip.NewReader(body); err != nil {
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

// success says whether the call of that name may have taken a for one.
func (a alone) success(name string) bool {
	if a.status == http.StatusNoContent && name == "Delete" {
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
		return strings.HasPrefix(string(members.Integrations), "[")
	}
	return true
}
