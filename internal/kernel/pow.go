package kernel

import "math"

// pow is within 0.6 units of the last place; special values are C99's.
func pow(x, y float64) float64 {
	a := math.Abs(x)
	whole := y == math.Trunc(y)
	if !(a > 0 && a <= math.MaxFloat64 && math.Abs(y) <= math.MaxFloat64) || a == 1 || x < 0 && !whole {
		return math.Pow(x, y)
	}
	hi, lo := logParts(a)
	p := float64(y * hi)
	var r float64
	switch {
	case p > 710:
		r = math.Inf(1)
	case p > -746:
		r = expSum(p, math.FMA(y, hi, -p)+float64(y*lo))
	}
	if x < 0 && y/2 != math.Trunc(y/2) {
		return -r
	}
	return r
}
