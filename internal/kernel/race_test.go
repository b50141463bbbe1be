//go:build race

package kernel

// lengthStep is how far apart the lengths are that tests try: to the race
// detector they all look alike, and it makes loops in Go many times slower.
const lengthStep = 37
