package measure

import (
	"math"
	"slices"
)

// CPU returns nanoseconds of processor time per call.
func CPU(b Block) float64 { return float64(b.CPU) / float64(b.Calls) }

// Throughput returns calls per second.
func Throughput(b Block) float64 { return float64(b.Calls) / b.Wall.Seconds() }

// Allocs returns allocations per call.
func Allocs(b Block) float64 { return float64(b.Allocs) / float64(b.Calls) }

// Bytes returns allocated bytes per call.
func Bytes(b Block) float64 { return float64(b.Bytes) / float64(b.Calls) }

// Connections returns the connections that were opened in the block.
func Connections(b Block) float64 { return float64(b.Connections) }

// Percentile returns a function that returns the latency, in nanoseconds, which that part of
// the calls did not exceed.
func Percentile(part float64) func(Block) float64 {
	return func(b Block) float64 {
		n := len(b.Latencies)
		if n == 0 {
			return math.NaN()
		}
		return float64(b.Latencies[int(part*float64(n-1))])
	}
}

// Median returns the middle one of values.
func Median(values []float64) float64 {
	low, high := Quantile(values, 0.5), -Quantile(negated(values), 0.5)
	return (low + high) / 2
}

func negated(values []float64) []float64 {
	mirrored := make([]float64, len(values))
	for i, v := range values {
		mirrored[i] = -v
	}
	return mirrored
}

// Quantile returns the value that this part of values does not exceed, or NaN when there are
// none.
func Quantile(values []float64, part float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(part*float64(len(sorted)-1))]
}
