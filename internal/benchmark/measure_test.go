//go:build unix

package benchmark_test

import (
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

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
	b.ReportMetric(0, "ns/op") // hides the time of an op, which is a turn of many calls here
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
