package transport

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const created = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"

// dialing returns net/http's own transport over connections in memory: each dial
// gives the server's end to the next of serve, the last one for ever.
func dialing(t *testing.T, serve ...func(net.Conn, *bufio.Reader)) *http.Transport {
	dials := 0
	rt := &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		next := serve[min(dials, len(serve)-1)]
		dials++
		go func() {
			defer far.Close()
			next(far, bufio.NewReader(far))
		}()
		return near, nil
	}}
	t.Cleanup(rt.CloseIdleConnections)
	return rt
}

// answers takes one request and sends text.
func answers(text string) func(net.Conn, *bufio.Reader) {
	return func(conn net.Conn, in *bufio.Reader) {
		if req, err := http.ReadRequest(in); err == nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_, _ = io.WriteString(conn, text)
		}
	}
}

func TestConnectionThatBreaks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		first    func(net.Conn, *bufio.Reader)
		repeat   bool
		attempts int
		status   int
		unknown  bool
	}{
		{"closed without an answer", answers(""), true, 2, 201, true},
		{"closed in the head", answers("HTTP/1.1 201 Cre"), true, 2, 201, true},
		{"closed in the body", answers("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{"), true, 2, 201, true},
		{"closed in a chunk", answers("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{"), true, 2, 201, true},
		{"no HTTP", answers("220 mail.test ESMTP\r\n"), true, 2, 201, true},
		{"closed without an answer, of what must not be repeated", answers(""), false, 1, 0, true},
		{"closed in the body, of what must not be repeated", answers("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{"), false, 1, 201, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				result := update(t.Context(), making(dialing(t, tt.first, answers(created)), nil), func(c *Call) { c.Repeat = tt.repeat })
				assert.Equal(t, tt.attempts, result.Attempts)
				assert.Equal(t, tt.status, result.Answer.StatusCode)
				assert.Equal(t, tt.attempts == 1, result.Err != nil)
				assert.Equal(t, tt.unknown, result.MayHaveApplied)
			})
		})
	}
}

// kept answers one request and keeps the connection until it is told to close.
func kept(closes <-chan struct{}) func(net.Conn, *bufio.Reader) {
	return func(conn net.Conn, in *bufio.Reader) {
		answers(created)(conn, in)
		<-closes
	}
}

func TestServerThatClosesAnIdleConnectionAsARequestGoesOut(t *testing.T) {
	t.Parallel()
	for _, repeat := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			closes := make(chan struct{})
			tr := making(dialing(t, kept(closes), answers(created)), nil)
			require.NoError(t, update(t.Context(), tr).Err)

			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(conn httptrace.GotConnInfo) {
				if conn.Reused {
					close(closes)
					synctest.Wait()
				}
			}})
			result := update(ctx, tr, func(c *Call) { c.Repeat = repeat })
			require.NoError(t, result.Err)
			assert.Equal(t, 2, result.Attempts)
			assert.False(t, result.MayHaveApplied)
		})
	}
}

func TestServerThatClosesAnIdleConnectionOnARequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answerOnce := func(conn net.Conn, in *bufio.Reader) {
			answers(created)(conn, in)
			answers("")(conn, in)
		}
		tr := making(dialing(t, answerOnce, answers(created)), nil)
		require.NoError(t, update(t.Context(), tr).Err)
		result := update(t.Context(), tr)
		require.NoError(t, result.Err)
		assert.Equal(t, 2, result.Attempts)
	})
}

func TestNothingIsAppliedWithoutAConnection(t *testing.T) {
	t.Parallel()
	blocks := func() error { time.Sleep(10 * time.Minute); return errOpaque }
	returns := func(err error) func() error { return func() error { return err } }
	tests := []struct {
		name     string
		dial     func() error
		leaves   time.Duration
		attempts int
	}{
		{"refused", returns(dial(errno(syscall.ECONNREFUSED))), 0, 3},
		{"no such host", returns(dial(&net.DNSError{IsNotFound: true})), 0, 1},
		{"DNS timeout", returns(dial(&net.DNSError{IsTimeout: true})), 0, 3},
		{"unknown", returns(errOpaque), 0, 1},
		{"attempt's time over", blocks, 0, 3},
		{"caller gone", blocks, time.Second, 1},
		{"caller gone in a later attempt", blocks, 90 * time.Second, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.leaves > 0 {
					time.AfterFunc(tt.leaves, cancel)
				}
				rt := &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return nil, tt.dial() }}
				began := time.Now()
				result := update(ctx, making(rt, nil), once)
				require.Error(t, result.Err)
				assert.Equal(t, tt.attempts, result.Attempts)
				assert.False(t, result.MayHaveApplied)
				if tt.leaves > 0 {
					assert.ErrorIs(t, result.Err, context.Canceled)
					assert.Equal(t, tt.leaves, time.Since(began))
				}
				time.Sleep(time.Hour) // net/http lets a dial outlive its request
			})
		})
	}
}
