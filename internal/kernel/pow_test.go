package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ndgrid/ndgrid/nd"
)

// TestPowSpecial: the powers that C99 and IEEE 754 name, at every level and in
// every lane, and whole powers that are numbers.
func TestPowSpecial(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	cases := [][3]float64{
		{0, 3, 0}, {zero, 3, zero}, {zero, 4, 0}, {0, 2.5, 0}, {zero, 2.5, 0},
		{0, -3, inf}, {zero, -3, -inf}, {zero, -4, inf}, {0, -inf, inf}, {zero, inf, 0},
		{-1, inf, 1}, {-1, -inf, 1}, {1, inf, 1}, {1, nan, 1}, {nan, 0, 1}, {nan, zero, 1}, {inf, 0, 1}, {0, 0, 1},
		{nan, 1, nan}, {2, nan, nan}, {-1, nan, nan}, {nan, inf, nan}, {-2, 0.5, nan}, {-8, 1. / 3, nan}, {-inf, 0.5, inf},
		{0.5, inf, 0}, {0.5, -inf, inf}, {2, inf, inf}, {2, -inf, 0}, {-2, inf, inf}, {-0.5, inf, 0},
		{inf, 2.5, inf}, {inf, -1, 0}, {-inf, 3, -inf}, {-inf, 2, inf}, {-inf, -3, zero}, {-inf, -2, 0},
		{3, 2, 9}, {-3, 3, -27}, {-3, 4, 81}, {10, 9, 1e9}, {2, -3, 0.125}, {-2, -3, -0.125}, {7, 1, 7}, {-7, -1, -1. / 7},
		{9, 0.5, 3}, {0.25, -0.5, 2}, {1e300, 10, inf}, {-1e30, 101, -inf}, {1e30, -101, 0}, {-1e30, -101, zero}, {0.5, 1e300, 0},
	}
	atLevels(t, func(t *testing.T, _ Level) {
		for _, c := range cases {
			checkPow[float64](t, c)
			checkPow[float32](t, [3]float64{float64(float32(c[0])), float64(float32(c[1])), float64(float32(c[2]))})
		}
		for _, c := range [][3]float64{{2, -1074, 0x1p-1074}, {2, 1023, 0x1p1023}, {0x1p-1074, 0.5, 0x1p-537}, {-0x1p-1074, 1, -0x1p-1074}, {0x1p-537, 2, 0x1p-1074}} {
			checkPow[float64](t, c)
		}
	})
}

// checkPow raises among other numbers, in each lane of a vector in turn.
func checkPow[T nd.Float](t *testing.T, c [3]float64) {
	if float64(T(c[0])) != c[0] && c[0] == c[0] {
		return
	}
	dtype := nd.DTypeOf[T]()
	const n = 19
	for lane := range n {
		x, y := make([]T, n), make([]T, n)
		for i := range x {
			x[i], y[i] = T(i+2), 1
		}
		x[lane], y[lane] = T(c[0]), T(c[1])
		got := call[T](t, "pow", nil, n, []nd.DType{dtype, dtype}, nd.AsBytes(x), nd.AsBytes(y))
		assert.True(t, near(c[2], float64(got[lane]), 0), "%v^%v is %v, want %v, lane %d", c[0], c[1], got[lane], c[2], lane)
		for i := range x {
			if i != lane {
				assert.Equal(t, x[i], got[i], "beside %v^%v", c[0], c[1])
			}
		}
	}
}

// TestSquares: an exponent of 2 is a product, as a scalar and in an array.
func TestSquares(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	f64 := []nd.DType{nd.Float64, nd.Float64}
	atLevels(t, func(t *testing.T, _ Level) {
		x, twos := make([]float64, 1000), make([]float64, 1000)
		want := make([]float64, len(x))
		for i := range x {
			x[i], twos[i] = rng.NormFloat64(), 2
			want[i] = x[i] * x[i]
		}
		assert.Equal(t, want, call[float64](t, "pow", nil, len(x), f64, nd.AsBytes(x), nd.AsBytes(twos)))
		assert.Equal(t, want, call[float64](t, "pow", nil, len(x), f64, nd.AsBytes(x), nd.AsBytes(twos[:1])))
	})
}

// TestHyperbolicSpecial: zeros keep their sign, infinities and NaN are what
// C99 says, and results overflow where they should.
func TestHyperbolicSpecial(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	x := []float64{0, zero, inf, -inf, nan, 710, -711, 5e-324, -5e-324, 1e-300, 1e300, 20, 1, 2, 3, 4, 5}
	want := map[string][]float64{
		"tanh":  {0, zero, 1, -1, nan, 1, -1, 5e-324, -5e-324, 1e-300, 1, 1},
		"sinh":  {0, zero, inf, -inf, nan, 1.1169973830808555e308, -inf, 5e-324, -5e-324, 1e-300, inf},
		"asinh": {0, zero, inf, -inf, nan, 7.258412646528284, -7.259820104902117, 5e-324, -5e-324, 1e-300, 691.4686750787737},
		"acosh": {nan, nan, inf, nan, nan, 7.258411654661591, nan, nan, nan, nan, 691.4686750787737, 3.6882538673612966, 0},
		"atanh": {0, zero, nan, nan, nan, nan, nan, 5e-324, -5e-324, 1e-300, nan, nan, inf},
		"cosh":  {1, 1, inf, inf, nan, 1.1169973830808555e308, inf, 1, 1, 1, inf},
	}
	atLevels(t, func(t *testing.T, _ Level) {
		for name, w := range want {
			got := call[float64](t, name, nil, len(x), []nd.DType{nd.Float64}, nd.AsBytes(x))
			for i := range w {
				assert.True(t, near(w[i], got[i], 0), "%s(%v) is %v, want %v", name, x[i], got[i], w[i])
			}
		}
	})
}

// TestComplexLarge: where e to the power x overflows and the result doesn't.
func TestComplexLarge(t *testing.T) {
	half, c, s := math.Exp(709)*(math.E/2), math.Cos(1), math.Sin(1) // of e to the power 710
	for name, w := range map[string][2]complex128{
		"sinh": {complex(half*c, half*s), complex(-half*c, half*s)},
		"cosh": {complex(half*c, half*s), complex(half*c, -half*s)},
		"sin":  {complex(half*s, half*c), complex(half*s, -half*c)},
		"cos":  {complex(half*c, -half*s), complex(half*c, half*s)},
		"exp":  {complex(half*math.Cos(0.75)*2, half*math.Sin(0.75)*2), 0},
	} {
		z := []complex128{710 + 1i, -710 + 1i}
		switch name {
		case "sin", "cos":
			z = []complex128{1 + 710i, 1 - 710i}
		case "exp":
			z = []complex128{710 + 0.75i, -800 + 0.75i}
		}
		got := call[complex128](t, name, nil, 2, []nd.DType{nd.Complex128}, nd.AsBytes(z))
		for i := range w {
			assert.InEpsilon(t, 1+real(w[i])/half, 1+real(got[i])/half, 1e-13, "%s(%v) is %v, want %v", name, z[i], got[i], w[i])
			assert.InEpsilon(t, 1+imag(w[i])/half, 1+imag(got[i])/half, 1e-13, "%s(%v) is %v, want %v", name, z[i], got[i], w[i])
		}
	}
}
