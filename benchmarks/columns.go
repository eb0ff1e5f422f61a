package main

import (
	"math"

	"github.com/spideriq/spideriq-go/benchmarks/internal/lineup"
	"github.com/spideriq/spideriq-go/benchmarks/internal/measure"
	"github.com/spideriq/spideriq-go/benchmarks/internal/report"
)

// A valued column knows what stands in it.
type valued struct {
	report.Column
	value func(measure.Result) float64
	ratio bool // 1 is what the floor has
}

const (
	columnCPU        = "CPU, × floor"
	columnThroughput = "throughput, × floor"
	columnRequests   = "requests per call in an outage"
)

var (
	cpu        = ratio(columnCPU, report.Less, measure.CPU)
	throughput = ratio(columnThroughput, report.More, measure.Throughput)
)

// The columns of the comparisons.
var (
	costs = []valued{
		cpu, quartile(0.25), quartile(0.75),
		absolute("µs CPU", "%.1f", report.Neither, 1e-3, measure.CPU),
		absolute("allocations", "%.0f", report.Less, 1, measure.Allocs),
		absolute("bytes", "%.0f", report.Less, 1, measure.Bytes),
	}
	speeds = []valued{
		cpu, quartile(0.25), quartile(0.75), throughput,
		absolute("calls per second", "%.0f", report.Neither, 1, measure.Throughput),
	}
	connected = append(speeds[:len(speeds):len(speeds)],
		ratio("connections, × floor", report.Less, measure.Connections),
		absolute("connections", "%.0f", report.Neither, 1, measure.Connections))
	latencies = []valued{
		ratio("p50, × floor", report.Less, measure.Percentile(0.5)),
		ratio("p99, × floor", report.Less, measure.Percentile(0.99)),
		absolute("p50, ms", "%.2f", report.Neither, 1e-6, measure.Percentile(0.5)),
		absolute("p99, ms", "%.2f", report.Neither, 1e-6, measure.Percentile(0.99)),
		cpu,
	}
)

// ratio is the median of what, as a multiple of the floor's.
func ratio(name string, better report.Better, what func(measure.Block) float64) valued {
	return valued{
		report.Column{Name: name, Format: "%.2f", Better: better},
		func(r measure.Result) float64 { return measure.Median(r.Ratios(what)) },
		true,
	}
}

// quartile is that quantile of the CPU ratio over the rounds, which shows how much they differ.
func quartile(part float64) valued {
	name := "lower quartile"
	if part > 0.5 {
		name = "upper quartile"
	}
	return valued{
		report.Column{Name: name, Format: "%.2f"},
		func(r measure.Result) float64 { return measure.Quantile(r.Ratios(measure.CPU), part) },
		false,
	}
}

// absolute is the median of what, in another unit.
func absolute(name, format string, better report.Better, unit float64, what func(measure.Block) float64) valued {
	return valued{
		report.Column{Name: name, Format: format, Better: better},
		func(r measure.Result) float64 { return unit * measure.Median(r.Each(what)) },
		false,
	}
}

// leastNoise is what two ratios must differ by, whatever the floor says of itself.
const leastNoise = 0.02

// noise returns how much the column differs from 1 where it should not: for the floor against
// itself.
func (v valued) noise(results []measure.Result) float64 {
	for _, r := range results {
		if v.ratio && r.Name == lineup.FloorAgain {
			return max(leastNoise, math.Abs(v.value(r)-1))
		}
	}
	return 0
}
