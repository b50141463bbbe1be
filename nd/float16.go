package nd

import "math"

// Float32 returns the value of h, exactly.
func (h Float16) Float32() float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&1023
	switch exp {
	case 0: // zero and subnormal: frac units of 2^-24
		return math.Float32frombits(math.Float32bits(float32(frac)*0x1p-24) | sign)
	case 31: // infinity and NaN
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}

// NewFloat16 returns the half-precision number closest to v, the even one of
// two. What is too large becomes infinite; NaN stays NaN.
func NewFloat16(v float32) Float16 {
	b := math.Float32bits(v)
	sign, b := Float16(b>>16)&0x8000, b&^(1<<31)
	switch {
	case b > 0xff<<23: // NaN: keep the upper bits, and one of them set
		return sign | 0x7e00 | Float16(b>>13)&0x3ff
	case b >= 0x477ff000: // 65520 and above
		return sign | 0x7c00
	case b < 0x38800000: // below 2^-14: count units of 2^-24; the sum rounds to even
		return sign | Float16(math.Float32bits(math.Float32frombits(b)+0.5)-math.Float32bits(0.5))
	}
	b += 0xfff + b>>13&1 // round to even
	return sign | Float16((b-(127-15)<<23)>>13)
}
