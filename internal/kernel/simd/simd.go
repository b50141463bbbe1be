// Package simd holds routines in assembly for amd64, one file per family,
// written by the generators in gen (`make generate`). A routine's name ends in
// the instructions it needs: AVX2 (with FMA), or AVX512 (F, DQ, BW and VL).
// Callers check for them, and keep a call under a millisecond: the runtime
// cannot preempt it. Package kernel has the loops whose results these repeat.
package simd
