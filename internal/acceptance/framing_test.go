package acceptance_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// What an answer comes to by its framing.
const (
	whole   = iota
	invalid // it arrives whole and makes no sense
	broken
)

func TestAnswersByFraming(t *testing.T) {
	t.Parallel()
	zipped := wireserver.Gzip(successBody)
	badSum := []byte(zipped)
	badSum[len(badSum)-8]++
	for _, tt := range []struct {
		name string
		want int
		rest string // of the answer, behind the status line
	}{
		{"length", whole, wireserver.Length(successBody)},
		{"until the connection closes", whole, "\r\n" + successBody},
		{"said to close", whole, "Connection: close\r\n" + wireserver.Length(successBody)},
		{"chunked", whole, wireserver.Chunked(successBody) + "0\r\n\r\n"},
		{"trailers", whole, "Trailer: X-Sum\r\n" + wireserver.Chunked(successBody) + "0\r\nX-Sum: 1\r\n\r\n"},
		{"gzip", whole, "Content-Encoding: gzip\r\n" + wireserver.Length(zipped)},
		{
			"bytes behind the length", whole,
			"Connection: close\r\n" + wireserver.Length(successBody) + "HTTP/1.1 500 No\r\n\r\n",
		},

		{"empty", invalid, wireserver.Length("")},
		{"nested too deeply", invalid, wireserver.Length(strings.Repeat(`{"integration":`, 200_000))},
		{"gzip that is none", invalid, "Content-Encoding: gzip\r\n" + wireserver.Length(successBody)},
		{"gzip with a wrong sum", invalid, "Content-Encoding: gzip\r\n" + wireserver.Length(string(badSum))},
		{"too long", invalid, wireserver.Length(strings.Repeat("x", 5<<20))},

		{"short of its length", broken, wireserver.Length(successBody + "}")[:len(wireserver.Length(successBody))]},
		{"nothing of its length", broken, "Content-Length: 111\r\n\r\n"},
		{"gzip short of its length", broken, "Content-Encoding: gzip\r\nContent-Length: 999\r\n\r\n" + zipped},
		{"no last chunk", broken, wireserver.Chunked(successBody)},
		{"cut in a chunk", broken, wireserver.Chunked(successBody)[:60]},
		{"chunk without a length", broken, "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + successBody},
	} {
		for _, status := range []int{200, 404, 503} {
			t.Run(fmt.Sprintf("%d %s", status, tt.name), func(t *testing.T) {
				t.Parallel()
				server := wireserver.Pipe(wireserver.Once(fmt.Sprintf("HTTP/1.1 %d Status\r\n%s", status, tt.rest)))
				var info spideriq.ResponseInfo
				err := update(t.Context(), wireClient(t, server), spideriq.WithResponseInfo(&info))

				attempts := 1
				if status == 503 || tt.want == broken {
					attempts = 3
				}
				assert.Len(t, server.Requests(), attempts)
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
		if status == 200 {
			assert.Zero(t, earlierStatus(err))
		} else {
			assert.Equal(t, status, earlierStatus(err), "the status of a broken answer is not lost")
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

var plainSuccess = wireserver.Answer(200, successBody)

// An oddAnswer is one that a server may send, or should not.
type oddAnswer struct {
	name   string
	answer string
	want   error // its type counts
	status int   // 0: there is none to tell
}

var oddAnswers = []oddAnswer{
	{
		"interim answers",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + plainSuccess, nil, 200,
	},
	{"HTTP/1.0", "HTTP/1.0" + plainSuccess[len("HTTP/1.1"):], nil, 200},
	{"no reason", strings.Replace(plainSuccess, " OK", "", 1), nil, 200},
	{"201", wireserver.Answer(201, successBody), nil, 201},
	{"204", "HTTP/1.1 204 No Content\r\n\r\n", (*spideriq.InvalidResponseError)(nil), 204},
	{"a status that nobody knows", wireserver.Answer(799, successBody), (*spideriq.APIError)(nil), 799},
	{
		"only interim answers", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100_000),
		(*spideriq.TransportError)(nil), 0,
	},
	{"no answer", "", (*spideriq.TransportError)(nil), 0},
	{"no status line", "hello\r\n\r\n", (*spideriq.TransportError)(nil), 0},
	{
		"a status of four digits", "HTTP/1.1 2000 OK\r\n" + wireserver.Length(successBody),
		(*spideriq.TransportError)(nil), 0,
	},
	{"an unknown version", "HTTP/x" + plainSuccess[len("HTTP/1"):], (*spideriq.TransportError)(nil), 0},
	{"cut headers", plainSuccess[:30], (*spideriq.TransportError)(nil), 0},
	{"a header without a name", wireserver.Answer(200, successBody, ": x"), (*spideriq.TransportError)(nil), 0},
	{"two lengths", wireserver.Answer(200, successBody, "Content-Length: 7"), (*spideriq.TransportError)(nil), 0},
	{
		"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + successBody,
		(*spideriq.TransportError)(nil), 0,
	},
	{
		"an unknown coding", wireserver.Answer(200, successBody, "Transfer-Encoding: rot13"),
		(*spideriq.TransportError)(nil), 0,
	},
	{
		"2 MiB of headers",
		wireserver.Answer(
			200, successBody, strings.Repeat("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", 2<<10)+"X: y",
		),
		(*spideriq.TransportError)(nil), 0,
	},
}

func TestOddAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range oddAnswers {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := wireserver.Start(t, wireserver.Once(tt.answer))
			var info spideriq.ResponseInfo
			err := update(
				t.Context(), wireClient(t, server), spideriq.WithMaxAttempts(1),
				spideriq.WithResponseInfo(&info),
			)
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
	server := wireserver.Start(t, func(c *wireserver.Conn) {
		if c.Next(); c.Number == 1 {
			c.Send(wireserver.Answer(200, successBody)[:90])
			return
		}
		c.Send(wireserver.Answer(0, successBody))
	})
	err := update(t.Context(), wireClient(t, server))
	assert.Equal(t, 3, requireAs[*spideriq.TransportError](t, err).Attempts)
}

func TestEveryBodyIsClosed(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		wireserver.Answer(200, successBody),
		wireserver.Answer(200, successBody)[:90],
		wireserver.Answer(200, strings.Repeat("x", 5<<20)),
		wireserver.Answer(404, successBody),
		wireserver.Answer(503, "", "Retry-After: 3600"),
		wireserver.Answer(302, "", "Location: /"),
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
	} {
		server := wireserver.Pipe(wireserver.Once(answer))
		api := fakeapi.New(server.Transport(t).RoundTrip)
		_ = health(t.Context(), wireClient(t, server, withTransport(api)))
		assert.NotEmpty(t, server.Requests())
		assert.Zero(t, api.OpenBodies())
	}
}

func TestBrokenAnswerIsFollowedByAnotherAttempt(t *testing.T) {
	t.Parallel()
	for name, breakOff := range map[string]func(*wireserver.Conn){
		"closed": func(*wireserver.Conn) {},
		"reset":  (*wireserver.Conn).Reset,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := wireserver.Start(t, func(c *wireserver.Conn) {
				if c.Next(); c.Number == 1 {
					c.Send(wireserver.Answer(200, successBody)[:90])
					breakOff(c)
					return
				}
				c.Send(wireserver.Answer(200, successBody))
			})
			var info spideriq.ResponseInfo
			require.NoError(t, update(t.Context(), wireClient(t, server), spideriq.WithResponseInfo(&info)))
			assert.Equal(t, 2, info.Attempts)
			requests := server.Requests()
			require.Len(t, requests, 2)
			assert.Equal(t, requests[0].Content, requests[1].Content)
			assert.Equal(t, requests[0].Header, requests[1].Header)
		})
	}
}
