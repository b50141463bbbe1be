//go:build 386 || arm || mips || mipsle || mips64 || ppc64 || s390x

package nd

// Sizes and bounds are 64-bit ints, and elements in memory are the little-endian
// bytes that stores hold: elsewhere this doesn't compile, rather than be wrong.
var _ = ndgrid_is_for_64_bit_little_endian_platforms
