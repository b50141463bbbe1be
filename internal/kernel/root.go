package kernel

import "math"

// hypot does not overflow on the way; it is +Inf with an infinity, whatever the
// other is.
func hypot(x, y float64) float64 {
	x, y = math.Abs(x), math.Abs(y)
	if math.IsInf(x, 0) || math.IsInf(y, 0) {
		return math.Inf(1)
	}
	x, y = max(x, y), min(x, y)
	scale := 1.0
	switch {
	case x > 0x1p500:
		scale = 0x1p600
	case x < 0x1p-500:
		scale = 0x1p-600
	}
	x, y = x/scale, y/scale
	return math.Sqrt(math.FMA(x, x, float64(y*y))) * scale
}

// cbrt takes two steps of Halley's from a third of the exponent, and one of
// Newton's with the exact cube.
func cbrt(x float64) float64 {
	m, e := math.Frexp(math.Abs(x))
	if !positive(m) {
		return x // zeros, infinities, NaN
	}
	shift := ((e % 3) + 3) % 3
	m, e = math.Ldexp(m, shift), e-shift
	y := math.Float64frombits(math.Float64bits(m)/3 + 715094163<<32)
	for range 2 {
		cube := float64(y * y * y)
		y *= (cube + 2*m) / (2*cube + m)
	}
	y2 := float64(y * y)
	y -= (math.FMA(y2, y, -m) + float64(math.FMA(y, y, -y2)*y)) / (3 * y2)
	return math.Copysign(math.Ldexp(y, e/3), x)
}
