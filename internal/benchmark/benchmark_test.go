//go:build unix

package benchmark_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spideriq/spideriq-go"
)

// BenchmarkUpdate is an update without a network.
func BenchmarkUpdate(b *testing.B) {
	againstBothFloors(b, updateAnswer, 1_000, caller.updateLimits)
}

// BenchmarkList is a page of 100 rows without a network.
func BenchmarkList(b *testing.B) {
	againstBothFloors(b, listAnswer, 20, caller.listPage)
}

// againstBothFloors compares a call with one that nothing bounds, and with one
// that is bounded, as this library's always are. http.Client's Timeout starts a
// goroutine for each call when the transport is not net/http's own: that floor is
// a high one here.
func againstBothFloors(b *testing.B, answer string, block int, call func(caller, context.Context) error) {
	for _, timeout := range []time.Duration{0, 30 * time.Second} {
		b.Run(fmt.Sprint("FloorTimeout=", timeout), func(b *testing.B) {
			floor := newFloor(spideriq.DefaultBaseURL, fixedAnswer(answer), timeout)
			ours := newLibrary(b, spideriq.WithHTTPClient(&http.Client{Transport: fixedAnswer(answer)}))
			compare(b, block,
				func() error { return sequentially(block, func() error { return call(floor, b.Context()) }) },
				func() error { return sequentially(block, func() error { return call(ours, b.Context()) }) })
		})
	}
}

// BenchmarkLoopback is an update with default settings; the server is another
// process.
func BenchmarkLoopback(b *testing.B) {
	server := startServer(b)
	for _, timeout := range []time.Duration{0, 30 * time.Second} {
		b.Run(fmt.Sprint("Sequential/FloorTimeout=", timeout), func(b *testing.B) {
			const block = 250
			floor := newFloor(server.url, nil, timeout)
			ours := newLibrary(b, spideriq.WithBaseURL(server.url))
			compare(b, block,
				func() error { return sequentially(block, func() error { return floor.updateLimits(b.Context()) }) },
				func() error { return sequentially(block, func() error { return ours.updateLimits(b.Context()) }) })
		})
	}
	// Here each block begins without a connection, and those it opens are counted.
	for _, goroutines := range []int{64, 512} {
		b.Run(fmt.Sprint("Goroutines=", goroutines), func(b *testing.B) {
			const block = 20_000
			var byFloor, byOurs int
			compare(b, block,
				func() error {
					floor := newFloor(server.url, nil, 0)
					err := concurrently(goroutines, block, func() error { return floor.updateLimits(b.Context()) })
					byFloor += server.connections(b)
					return err
				},
				func() error {
					ours := newLibrary(b, spideriq.WithBaseURL(server.url))
					err := concurrently(goroutines, block, func() error { return ours.updateLimits(b.Context()) })
					byOurs += server.connections(b)
					return err
				})
			b.ReportMetric(float64(byOurs)/float64(byFloor), "x-floor-connections")
			b.ReportMetric(float64(byOurs)/float64(2*b.N), "connections")
		})
	}
}

func sequentially(n int, call func() error) error {
	for range n {
		if err := call(); err != nil {
			return err
		}
	}
	return nil
}

func concurrently(goroutines, n int, call func() error) error {
	var left atomic.Int64
	left.Store(int64(n))
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := call(); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}
