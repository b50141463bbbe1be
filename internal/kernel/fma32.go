package kernel

import "math"

// nearest32 is what rounds a number to a whole one: added to it and taken from the
// sum again.
const nearest32 = 0x1.8p23

// lanes32 is lanes of float32, all32 all of them.
type lanes32 [16]float32

func all32(x float32) (l lanes32) {
	for i := range l {
		l[i] = x
	}
	return l
}

// allBits32 is all of a number with these bits.
func allBits32(b uint32) lanes32 { return all32(math.Float32frombits(b)) }

// fma32 is x*y + z rounded once, to float32. In float64 the product is exact, and
// the sum is rounded to float32 as the exact one is, unless it lies half way
// between two numbers, or its last places are those of a subnormal number.
func fma32(x, y, z float32) float32 {
	product := float64(float64(x) * float64(y))
	sum := product + float64(z)
	if math.Float64bits(sum)<<35 == 1<<63 || math.Abs(sum) < 0x1p-126 {
		return roundSum(product, float64(z))
	}
	return float32(sum)
}

// roundSum is the exact x+y rounded once, to float32: to float64 it is rounded so
// that the last bit is 1 if anything was lost.
//
//go:noinline // so that fma32 is inlined
func roundSum(x, y float64) float32 {
	sum, rest := sum2(x, y)
	b := math.Float64bits(sum)
	if rest != 0 && b&1 == 0 {
		if (rest > 0) == (sum > 0) {
			b++
		} else {
			b--
		}
	}
	return float32(math.Float64frombits(b))
}

// polynomial32 is c[0] + c[1]*x + …, in the order of polynomial.
func polynomial32(c []lanes32, x, square float32) float32 {
	var p float32
	for i := (len(c) - 1) &^ 1; i >= 0; i -= 2 {
		terms := c[i][0]
		if i+1 < len(c) {
			terms = fma32(c[i+1][0], x, terms)
		}
		p = fma32(p, square, terms)
	}
	return p
}
