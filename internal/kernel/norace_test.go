//go:build !race

package kernel

// lengthStep is how far apart the lengths are that tests try.
const lengthStep = 1
