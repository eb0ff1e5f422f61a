//go:build race

package spideriq_test

// The race detector allocates too.
const raceDetector = true
