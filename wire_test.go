package spideriq_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// What an answer comes to by its framing.
const (
	whole   = iota
	invalid // it arrives whole and makes no sense
	broken
)

func TestAnswersByFraming(t *testing.T) {
	t.Parallel()
	zipped := wireGzip(good)
	badSum := []byte(zipped)
	badSum[len(badSum)-8]++
	for _, tt := range []struct {
		name string
		want int
		rest string // of the answer, behind the status line
	}{
		{"length", whole, wireLength(good)},
		{"until the connection closes", whole, "\r\n" + good},
		{"said to close", whole, "Connection: close\r\n" + wireLength(good)},
		{"chunked", whole, wireChunked(good) + "0\r\n\r\n"},
		{"trailers", whole, "Trailer: X-Sum\r\n" + wireChunked(good) + "0\r\nX-Sum: 1\r\n\r\n"},
		{"gzip", whole, "Content-Encoding: gzip\r\n" + wireLength(zipped)},
		{"bytes behind the length", whole, "Connection: close\r\n" + wireLength(good) + "HTTP/1.1 500 No\r\n\r\n"},

		{"empty", invalid, wireLength("")},
		{"nested too deeply", invalid, wireLength(strings.Repeat(`{"integration":`, 200_000))},
		{"gzip that is none", invalid, "Content-Encoding: gzip\r\n" + wireLength(good)},
		{"gzip with a wrong sum", invalid, "Content-Encoding: gzip\r\n" + wireLength(string(badSum))},
		{"too long", invalid, wireLength(strings.Repeat("x", 5<<20))},

		{"short of its length", broken, wireLength(good + "}")[:len(wireLength(good))]},
		{"nothing of its length", broken, "Content-Length: 111\r\n\r\n"},
		{"gzip short of its length", broken, "Content-Encoding: gzip\r\nContent-Length: 999\r\n\r\n" + zipped},
		{"no last chunk", broken, wireChunked(good)},
		{"cut in a chunk", broken, wireChunked(good)[:60]},
		{"chunk without a length", broken, "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + good},
	} {
		for _, status := range []int{200, 404, 503} {
			t.Run(fmt.Sprintf("%d %s", status, tt.name), func(t *testing.T) {
				t.Parallel()
				server := pipeWire(wireOnce(fmt.Sprintf("HTTP/1.1 %d Status\r\n%s", status, tt.rest)))
				var info spideriq.ResponseInfo
				err := update(t.Context(), server.client(t), spideriq.WithResponseInfo(&info))

				attempts := 1
				if status == 503 || tt.want == broken {
					attempts = 3
				}
				assert.Len(t, server.seen(), attempts)
				assert.Equal(t, attempts, info.Attempts)
				assert.Equal(t, status, info.StatusCode)
				assertFramed(t, err, status, tt.want)
			})
		}
	}
}

func assertFramed(t *testing.T, err error, status, framing int) {
	t.Helper()
	switch {
	case framing == broken:
		assert.True(t, requireAs[*spideriq.TransportError](t, err).MayHaveApplied)
		api, ok := errors.AsType[*spideriq.APIError](err)
		require.Equal(t, status != 200, ok, "the status of a broken answer is not lost")
		if ok {
			assert.Equal(t, status, api.StatusCode)
		}
	case status == 404:
		assert.IsType(t, (*spideriq.NotFoundError)(nil), err)
	case status == 503:
		assert.IsType(t, (*spideriq.ServerError)(nil), err)
	case framing == invalid:
		assert.Equal(t, 200, requireAs[*spideriq.InvalidResponseError](t, err).StatusCode)
	default:
		assert.NoError(t, err)
	}
}

func TestOddAnswers(t *testing.T) {
	t.Parallel()
	ok := wireAnswer(200, good)
	for _, tt := range []struct {
		name   string
		answer string
		want   error // its type counts
		status int   // 0: there is none to tell
	}{
		{"interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok, nil, 200},
		{"HTTP/1.0", "HTTP/1.0" + ok[len("HTTP/1.1"):], nil, 200},
		{"no reason", strings.Replace(ok, " OK", "", 1), nil, 200},
		{"201", wireAnswer(201, good), nil, 201},
		{"204", "HTTP/1.1 204 No Content\r\n\r\n", (*spideriq.InvalidResponseError)(nil), 204},
		{"a status that nobody knows", wireAnswer(799, good), (*spideriq.APIError)(nil), 799},
		{"only interim answers", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100_000), (*spideriq.TransportError)(nil), 0},
		{"no answer", "", (*spideriq.TransportError)(nil), 0},
		{"no status line", "hello\r\n\r\n", (*spideriq.TransportError)(nil), 0},
		{"a status of four digits", "HTTP/1.1 2000 OK\r\n" + wireLength(good), (*spideriq.TransportError)(nil), 0},
		{"an unknown version", "HTTP/x" + ok[len("HTTP/1"):], (*spideriq.TransportError)(nil), 0},
		{"cut headers", ok[:30], (*spideriq.TransportError)(nil), 0},
		{"a header without a name", wireAnswer(200, good, ": x"), (*spideriq.TransportError)(nil), 0},
		{"two lengths", wireAnswer(200, good, "Content-Length: 7"), (*spideriq.TransportError)(nil), 0},
		{"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + good, (*spideriq.TransportError)(nil), 0},
		{"an unknown coding", wireAnswer(200, good, "Transfer-Encoding: rot13"), (*spideriq.TransportError)(nil), 0},
		{"2 MiB of headers", wireAnswer(200, good, strings.Repeat("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", 2<<10)+"X: y"), (*spideriq.TransportError)(nil), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := serveWire(t, wireOnce(tt.answer))
			var info spideriq.ResponseInfo
			err := update(t.Context(), server.client(t), spideriq.WithMaxAttempts(1), spideriq.WithResponseInfo(&info))
			require.IsType(t, tt.want, err)
			assert.Equal(t, tt.status, info.StatusCode)
			if broken, ok := errors.AsType[*spideriq.TransportError](err); ok {
				assert.True(t, broken.MayHaveApplied)
			}
		})
	}
}

func TestStatusBelow100IsNoAnswer(t *testing.T) {
	t.Parallel()
	server := serveWire(t, func(c *wireConn) {
		if c.next(); c.number == 1 {
			c.send(wireAnswer(200, good)[:90])
			return
		}
		c.send(wireAnswer(0, good))
	})
	err := update(t.Context(), server.client(t))
	assert.Equal(t, 3, requireAs[*spideriq.TransportError](t, err).Attempts)
}

func TestEveryBodyIsClosed(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		wireAnswer(200, good),
		wireAnswer(200, good)[:90],
		wireAnswer(200, strings.Repeat("x", 5<<20)),
		wireAnswer(404, good),
		wireAnswer(503, "", "Retry-After: 3600"),
		wireAnswer(302, "", "Location: /"),
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
	} {
		server := pipeWire(wireOnce(answer))
		api := replying(server.transport(t).RoundTrip)
		_ = health(t.Context(), server.client(t, over(api)))
		assert.NotEmpty(t, server.seen())
		assert.Zero(t, api.open.Load())
	}
}

func TestDeleteNeedsNoBody(t *testing.T) {
	t.Parallel()
	server := serveWire(t, wireAlways("HTTP/1.1 204 No Content\r\n\r\n"))
	require.NoError(t, remove(t.Context(), server.client(t)))
}

func TestBrokenAnswerIsFollowedByAnotherAttempt(t *testing.T) {
	t.Parallel()
	for name, breakOff := range map[string]func(*wireConn){
		"closed": func(*wireConn) {},
		"reset":  (*wireConn).reset,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveWire(t, func(c *wireConn) {
				if c.next(); c.number == 1 {
					c.send(wireAnswer(200, good)[:90])
					breakOff(c)
					return
				}
				c.send(wireAnswer(200, good))
			})
			var info spideriq.ResponseInfo
			require.NoError(t, update(t.Context(), server.client(t), spideriq.WithResponseInfo(&info)))
			assert.Equal(t, 2, info.Attempts)
			requests := server.seen()
			require.Len(t, requests, 2)
			assert.Equal(t, requests[0].body, requests[1].body)
			assert.Equal(t, requests[0].Header, requests[1].Header)
		})
	}
}
