//go:build !race

package spideriq_test

const raceDetector = false
