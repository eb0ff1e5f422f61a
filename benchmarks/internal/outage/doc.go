// Package outage counts what a server gets from one client of each contestant while it fails.
// The clients are real. The time is that of [testing/synctest], which works in tests only, so
// the simulation is a test: the benchmarks run it with the name of a file for its results in
// the environment variable BENCHMARKS_OUTAGE.
package outage

// Variable is the environment variable that names the file for the results.
const Variable = "BENCHMARKS_OUTAGE"

// A Result is what one client of a contestant sent.
type Result struct {
	Name string

	// During a total outage: one call a second, each answered 503.
	OutageRequests float64 // per call, as long as the outage lasted

	// While each tenth request fails with a 503.
	FailuresRequests  float64 // per call
	FailuresSucceeded float64 // part of the calls
}
