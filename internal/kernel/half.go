package kernel

import (
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// HalfToFloat returns the value of h, exactly.
func HalfToFloat(h nd.Float16) float32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h>>10) & 0x1f
	frac := uint32(h & 0x3ff)
	switch {
	case exp == 0: // zero or subnormal: frac * 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(frac)*0x1p-24))
	case exp == 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// HalfFromFloat rounds f to half precision, to nearest, half to even, once.
// What is beyond 65504 after rounding becomes infinite.
func HalfFromFloat(f float64) nd.Float16 {
	bits := math.Float64bits(f)
	sign := nd.Float16(bits >> 48 & 0x8000)
	abs := math.Float64frombits(bits &^ (1 << 63))
	switch {
	case f != f:
		return sign | 0x7e00
	case abs >= 65520: // the middle of 65504 and the next power of two
		return sign | 0x7c00
	case abs < 0x1p-14: // subnormal: counts of 2^-24
		return sign | nd.Float16(math.RoundToEven(abs*0x1p24))
	}
	// The 42 lowest bits of the fraction go; a carry into the exponent is right.
	b := math.Float64bits(abs)
	b += 1<<41 - 1 + b>>42&1
	return sign | nd.Float16(b>>42-(1023-15)<<10)
}
