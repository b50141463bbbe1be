package kernel

import "math"

// hypot does not overflow on the way; it is +Inf with an infinity, whatever the
// other is.
func hypot(x, y float64) float64 {
	x, y = math.Abs(x), math.Abs(y)
	if x > math.MaxFloat64 || y > math.MaxFloat64 {
		return math.Inf(1)
	}
	x, y = max(x, y), min(x, y)
	down, up := 1.0, 1.0 // powers of two, so that x and y times down have squares
	switch {
	case x > 0x1p500:
		down, up = 0x1p-600, 0x1p600
	case x < 0x1p-500:
		down, up = 0x1p600, 0x1p-600
	}
	x, y = float64(x*down), float64(y*down)
	return math.Sqrt(math.FMA(x, x, float64(y*y))) * up
}

// hypotFloat32 is hypot for float32, whose squares are exact in float64.
func hypotFloat32(x, y float32) float32 {
	x64, y64 := math.Abs(float64(x)), math.Abs(float64(y))
	if x64 > math.MaxFloat64 || y64 > math.MaxFloat64 {
		return float32(math.Inf(1))
	}
	return float32(math.Sqrt(math.FMA(x64, x64, float64(y64*y64))))
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
