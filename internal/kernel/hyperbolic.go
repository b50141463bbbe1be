package kernel

import "math"

// sinh is its series near zero, where exponentials cancel.
func sinh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < 1:
		z := float64(x * x)
		s := 0.0
		for _, c := range sinSeries {
			s = math.Abs(c) + float64(z*s)
		}
		return x + float64(float64(x*z)*s)
	case a > 709:
		half := exp(a / 2)
		return math.Copysign(half/2*half, x)
	}
	e := exp(a)
	return math.Copysign((e-1/e)/2, x)
}

func cosh(x float64) float64 {
	a := math.Abs(x)
	if a > 709 {
		half := exp(a / 2)
		return half / 2 * half
	}
	e := exp(a)
	return (e + 1/e) / 2
}

func tanh(x float64) float64 {
	a := math.Abs(x)
	if a > 22 {
		return math.Copysign(1, x)
	}
	t := expm1(2 * a)
	return math.Copysign(t/(t+2), x)
}

func asinh(x float64) float64 {
	a := math.Abs(x)
	if a > 0x1p28 {
		return math.Copysign(log(a)+math.Ln2, x)
	}
	a2 := float64(a * a)
	return math.Copysign(log1p(a+a2/(1+math.Sqrt(1+a2))), x)
}

func acosh(x float64) float64 {
	switch {
	case x < 1:
		return math.NaN()
	case x > 0x1p28:
		return log(x) + math.Ln2
	}
	t := x - 1
	return log1p(t + math.Sqrt(2*t+float64(t*t)))
}

func atanh(x float64) float64 {
	a := math.Abs(x)
	return math.Copysign(log1p(2*a/(1-a))/2, x)
}
