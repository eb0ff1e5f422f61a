//go:build race

package benchmark_test

// The race detector allocates too.
const raceDetector = true
