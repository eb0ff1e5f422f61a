//go:build unix

package spideriq_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// Each benchmark makes the same calls with this library and with its floor, in
// blocks that take turns, so that whatever else keeps the machine busy falls on
// both. What is reported as a multiple of the floor is the median over the turns.
// With many goroutines a turn takes seconds; this makes ten of them:
//
//	go test -run '^$' -bench Loopback -benchtime 10x

// BenchmarkUpdate is an update without a network.
func BenchmarkUpdate(b *testing.B) {
	againstBothFloors(b, updateAnswer, 1_000, calls.updateLimits)
}

// BenchmarkList is a page of 100 rows without a network.
func BenchmarkList(b *testing.B) {
	againstBothFloors(b, listAnswer, 20, calls.listPage)
}

// againstBothFloors compares a call with one that nothing bounds, and with one
// that is bounded, as this library's always are. http.Client's Timeout starts a
// goroutine for each call when the transport is not net/http's own: that floor is
// a high one here.
func againstBothFloors(b *testing.B, answer string, block int, call func(calls, context.Context) error) {
	for _, timeout := range []time.Duration{0, 30 * time.Second} {
		b.Run(fmt.Sprint("FloorTimeout=", timeout), func(b *testing.B) {
			floor := newFloor(spideriq.DefaultBaseURL, stub(answer), timeout)
			ours := newOurs(b, spideriq.WithHTTPClient(&http.Client{Transport: stub(answer)}))
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
			ours := newOurs(b, spideriq.WithBaseURL(server.url))
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
					ours := newOurs(b, spideriq.WithBaseURL(server.url))
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

// compare runs the two blocks in turn, the order reversed within each turn, and
// reports what a call of ours costs, as it is and against the floor.
func compare(b *testing.B, block int, floor, ours func() error) {
	var cpu, speed, allocs, bytes, ns []float64
	for b.Loop() {
		f, o := measure(b, floor), measure(b, ours)
		o, f = o.plus(measure(b, ours)), f.plus(measure(b, floor))
		n := float64(2 * block)
		cpu = append(cpu, float64(o.cpu)/float64(f.cpu))
		speed = append(speed, float64(f.wall)/float64(o.wall))
		allocs = append(allocs, (float64(o.allocs)-float64(f.allocs))/n)
		bytes = append(bytes, (float64(o.bytes)-float64(f.bytes))/n)
		ns = append(ns, float64(o.cpu)/n)
	}
	b.ReportMetric(0, "ns/op") // an op here is a turn, which says nothing
	b.ReportMetric(median(ns), "cpu-ns/call")
	b.ReportMetric(median(cpu), "x-floor-cpu")
	b.ReportMetric(median(speed), "x-floor-throughput")
	b.ReportMetric(median(allocs), "allocs-over-floor")
	b.ReportMetric(median(bytes), "B-over-floor")
}

// A cost is what a block took of this process.
type cost struct {
	wall, cpu     time.Duration
	allocs, bytes uint64
}

func (c cost) plus(d cost) cost {
	return cost{c.wall + d.wall, c.cpu + d.cpu, c.allocs + d.allocs, c.bytes + d.bytes}
}

// measure begins with a clean heap, so that a block pays for its own garbage only.
func measure(b *testing.B, block func() error) cost {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu, began := cpuTime(), time.Now()
	err := block()
	c := cost{wall: time.Since(began), cpu: cpuTime() - cpu}
	runtime.ReadMemStats(&after)
	require.NoError(b, err)
	c.allocs, c.bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	return c
}

func cpuTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // cannot fail with these arguments
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func median(of []float64) float64 {
	slices.Sort(of)
	return (of[(len(of)-1)/2] + of[len(of)/2]) / 2
}
