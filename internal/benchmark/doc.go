// Package benchmark measures what a call costs beside its floor, the same call written by
// hand with net/http and encoding/json. It has no code of its own: the benchmarks and the
// test of the allocations are in its test files.
//
//	go test -run '^$' -bench . ./internal/benchmark
package benchmark
