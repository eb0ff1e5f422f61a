package acceptance_test

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

func TestStalledAnswerEndsWithItsAttempt(t *testing.T) {
	t.Parallel()
	drip := func(c *wireserver.Conn) {
		for {
			if _, err := io.WriteString(c, "x"); err != nil {
				return
			}
			time.Sleep(10 * time.Second)
		}
	}
	for _, tt := range []struct {
		name, begun string
		then        func(*wireserver.Conn)
		status      int // of the response that broke off; 0 for a 2xx and without a head
	}{
		{"before the answer", "", (*wireserver.Conn).Linger, 0},
		{"in the headers", "HTTP/1.1 404 Not Found\r\nContent-Ty", (*wireserver.Conn).Linger, 0},
		{"behind an interim answer", "HTTP/1.1 100 Continue\r\n\r\n", (*wireserver.Conn).Linger, 0},
		{"before the body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", (*wireserver.Conn).Linger, 0},
		{"in a body", "HTTP/1.1 200 OK\r\n\r\n" + successBody, (*wireserver.Conn).Linger, 0},
		{"in a chunk", "HTTP/1.1 200 OK\r\n" + wireserver.Chunked(successBody)[:60], (*wireserver.Conn).Linger, 0},
		{"in an error body", wireserver.Answer(404, successBody)[:60], (*wireserver.Conn).Linger, 404},
		{
			"in compression",
			"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + wireserver.Gzip(successBody)[:15],
			(*wireserver.Conn).Linger, 0,
		},
		{"dripping headers", "HTTP/1.1 200 OK\r\nX-Filler: ", drip, 0},
		{"dripping body", "HTTP/1.1 200 OK\r\n\r\n", drip, 0},
		{"dripping error body", "HTTP/1.1 503 Service Unavailable\r\n\r\n", drip, 503},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := wireserver.Pipe(func(c *wireserver.Conn) {
					c.Next()
					c.Send(tt.begun)
					tt.then(c)
				})
				client := wireClient(t, server)
				began := time.Now()
				err := update(t.Context(), client, spideriq.WithMaxAttempts(1))

				assert.Equal(t, 30*time.Second, time.Since(began))
				assert.True(t, requireAs[*spideriq.TransportError](t, err).MayHaveApplied)
				assert.True(t, requireAs[net.Error](t, err).Timeout())
				assert.Equal(t, tt.status, earlierStatus(err))
				server.Wait() // the connection was closed
			})
		})
	}
}

func TestSwitchedProtocolIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := wireserver.Pipe(func(c *wireserver.Conn) {
			c.Next()
			c.Send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello")
			c.Linger()
		})
		began := time.Now()
		err := update(t.Context(), wireClient(t, server))
		require.IsType(t, (*spideriq.APIError)(nil), err)
		assert.Equal(t, 101, requireAs[*spideriq.APIError](t, err).StatusCode)
		assert.Zero(t, time.Since(began))
		server.Wait()
	})
}

// It counts what the whole process allocates, so it is not parallel.
func TestHugeBodiesAreNotTakenIn(t *testing.T) {
	zeros := bytes.Repeat([]byte{0}, 1<<20)
	bomb := strings.Repeat(wireserver.Gzip(string(zeros)), 200) // gzip members in a row are one stream
	require.Less(t, len(bomb), 512<<10)

	for _, tt := range []struct{ name, head, body string }{
		{"gzip bomb", "Content-Encoding: gzip\r\n", bomb},
		{
			"gzip bomb in chunks", "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
			"32000\r\n" + bomb[:0x32000],
		},
		{"endless", "", ""},
		{"8 EiB announced", "Content-Length: 9223372036854775807\r\n", ""},
	} {
		for status, want := range map[string]error{
			"200 OK":          (*spideriq.InvalidResponseError)(nil),
			"404 Not Found":   (*spideriq.NotFoundError)(nil),
			"502 Bad Gateway": (*spideriq.ServerError)(nil),
		} {
			t.Run(status+" "+tt.name, func(t *testing.T) {
				server := wireserver.Start(t, func(c *wireserver.Conn) {
					c.Next()
					c.Send("HTTP/1.1 " + status + "\r\n" + tt.head + "\r\n" + tt.body)
					for i := 0; i < 64 && tt.body == ""; i++ {
						_, _ = c.Write(zeros)
					}
				})
				client := wireClient(t, server)
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
