//go:build !race

package benchmark_test

const raceDetector = false
