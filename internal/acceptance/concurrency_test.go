package acceptance_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

func TestConnectionsUnderLoad(t *testing.T) {
	for _, tt := range []struct {
		name          string
		workers, most int64
		failing       int64 // one of so many requests
	}{
		{"50 workers, 10 % failures", 50, 100, 10},
		{"100 workers, no failures", 100, 110, 1 << 30},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opened := connectionsFor(t, tt.workers, tt.failing)
			// net/http gives up a connection when the machine stands still for 50 ms
			// behind a write, so a bad count is taken again.
			for again := 0; again < 5 && opened > tt.most; again++ {
				opened = connectionsFor(t, tt.workers, tt.failing)
			}
			assert.LessOrEqual(t, opened, tt.most)
		})
	}
}

// connectionsFor counts the connections that 2,000 calls open.
func connectionsFor(t *testing.T, workers, failing int64) int64 {
	const calls = 2000
	arrive := rendezvous(int(workers))
	var requests atomic.Int64
	server := wireserver.Start(t, func(c *wireserver.Conn) {
		for c.Next() != nil {
			n := requests.Add(1)
			if n <= workers {
				arrive() // all workers are at it before the first is done
			}
			if n%failing == 0 {
				c.Send(wireserver.Answer(503, refusalBody))
				continue
			}
			c.Send(wireserver.Answer(200, successBody))
		}
	})
	client := wireClient(t, server, oneAttempt)
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for range calls / workers {
				if err := update(t.Context(), client); err != nil {
					assert.IsType(t, (*spideriq.ServerError)(nil), err)
				}
			}
		})
	}
	running.Wait()
	assert.Equal(t, int64(calls), requests.Load())
	return server.Accepted()
}

// It counts goroutines, so it is not parallel.
func TestNothingIsLeftRunning(t *testing.T) {
	for name, stall := range map[string]func(*wireserver.Conn){
		"before the answer": func(*wireserver.Conn) {},
		"in the body":       func(c *wireserver.Conn) { c.Send(wireserver.Answer(200, successBody)[:90]) },
		"in an error body":  func(c *wireserver.Conn) { c.Send("HTTP/1.1 503 Busy\r\n\r\nx") },
		"before the next attempt": func(c *wireserver.Conn) {
			c.Send(wireserver.Answer(503, "", "Connection: close"))
		},
	} {
		t.Run("cancelled "+name, func(t *testing.T) {
			reached := make(chan bool, 1)
			server := wireserver.Start(t, func(c *wireserver.Conn) {
				c.Next()
				stall(c)
				reached <- true
				c.Linger()
			})
			leak := goleak.IgnoreCurrent()
			client := wireClient(
				t, server,
				spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Hour, MaxDelay: time.Hour}),
			)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-reached; cancel() }()
			require.ErrorIs(t, update(ctx, client), context.Canceled)
			goleak.VerifyNone(t, leak)
		})
	}
	t.Run("idle connections closed", func(t *testing.T) {
		server := wireserver.Start(
			t,
			wireserver.Always(
				wireserver.Answer(200, successBody), wireserver.Answer(503, refusalBody),
				wireserver.Answer(404, refusalBody),
			),
		)
		leak := goleak.IgnoreCurrent()
		transport := server.Transport(t)
		client := wireClient(t, server, withTransport(transport))
		for range 10 {
			_ = update(t.Context(), client)
		}
		transport.CloseIdleConnections()
		goleak.VerifyNone(t, leak)
	})
}

func TestOneClientForAThousandGoroutines(t *testing.T) {
	t.Parallel()
	server := wireserver.Pipe(wireserver.Always(wireserver.Answer(200, successBody)))
	client := wireClient(t, server)
	shared := make([]spideriq.RequestOption, 0, 8) // with room, so that an append would write to it
	shared = append(shared, spideriq.WithHeader("X-Shared", "1"), spideriq.WithQuery(struct{ Page int }{7}))
	var calls sync.WaitGroup
	for range 1 + 1000/len(endpoints) {
		for name, call := range endpoints {
			calls.Go(func() { assert.NoError(t, call(t.Context(), client, shared...), name) })
		}
	}
	calls.Go(func() { _ = fmt.Sprintf("%+v", client) })
	calls.Wait()
	for _, r := range server.Requests() {
		assert.Equal(t, []string{"1"}, r.Header.Values("X-Shared"))
		assert.Equal(t, "Page=7", r.URL.RawQuery)
	}
}
