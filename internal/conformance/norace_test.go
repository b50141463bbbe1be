//go:build !race

package conformance

// raceDetector says that the race detector makes everything many times slower.
const raceDetector = false
