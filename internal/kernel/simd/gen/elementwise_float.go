package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// floats are the dtypes of floats, by their bytes.
var floats = map[int]string{8: "Float64", 4: "Float32"}

// elementwise writes the arithmetic of floats, and what rounds and orders them.
func elementwise() {
	for _, size := range []int{8, 4} {
		emitAll(arithmetic(size))
		emitAll(rounding(size))
		emitAll(ordering(size))
	}
}

// elementwiseFused writes pairs of operations.
func elementwiseFused() {
	emitAll(fused(8))
	emitAll(fused(4))
}

// ofFloats makes a table entry.
func ofFloats(size, nargs int, name, doc string, body func(s *step, x []vec) vec, consts ...constant) routine {
	return routine{name: name + floats[size], doc: doc, args: []int{size, size, size}[:nargs], out: size, body: body, consts: consts}
}

// signBit has the sign of a float of so many bytes set, and nothing else.
func signBit(size int) constant { return constant{size, 1 << (8*size - 1)} }

// magnitudeBits has all but the sign set.
func magnitudeBits(size int) constant { return constant{size, 1<<(8*size-1) - 1} }

// one is 1.0, and infinity is positive.
func one(size int) constant {
	return constant{size, map[int]uint64{8: 0x3ff << 52, 4: 0x7f << 23}[size]}
}

func infinity(size int) constant {
	return constant{size, map[int]uint64{8: 0x7ff << 52, 4: 0xff << 23}[size]}
}

// What bodies are made of.
func (s *step) add(x, y vec) vec { return s.do(s.pick(VADDPD, VADDPS), y, x) }
func (s *step) sub(x, y vec) vec { return s.do(s.pick(VSUBPD, VSUBPS), y, x) }
func (s *step) mul(x, y vec) vec { return s.do(s.pick(VMULPD, VMULPS), y, x) }
func (s *step) div(x, y vec) vec { return s.do(s.pick(VDIVPD, VDIVPS), y, x) }
func (s *step) sqrt(x vec) vec   { return s.do(s.pick(VSQRTPD, VSQRTPS), x) }
func (s *step) and(x, y vec) vec { return s.do(s.pick(VANDPD, VANDPS), y, x) }
func (s *step) or(x, y vec) vec  { return s.do(s.pick(VORPD, VORPS), y, x) }
func (s *step) xor(x, y vec) vec { return s.do(s.pick(VXORPD, VXORPS), y, x) }

// arithmetic lists what has loops whose stores go past the caches.
func arithmetic(size int) []routine {
	return streaming(
		ofFloats(size, 2, "Add", "a[i] + b[i]", func(s *step, x []vec) vec { return s.add(x[0], x[1]) }),
		ofFloats(size, 2, "Sub", "a[i] - b[i]", func(s *step, x []vec) vec { return s.sub(x[0], x[1]) }),
		ofFloats(size, 2, "Mul", "a[i] * b[i]", func(s *step, x []vec) vec { return s.mul(x[0], x[1]) }),
		ofFloats(size, 2, "Div", "a[i] / b[i]", func(s *step, x []vec) vec { return s.div(x[0], x[1]) }),
		ofFloats(size, 1, "Square", "a[i]²", func(s *step, x []vec) vec { return s.mul(x[0], x[0]) }),
		ofFloats(size, 1, "Sqrt", "√a[i]", func(s *step, x []vec) vec { return s.sqrt(x[0]) }),
		ofFloats(size, 1, "Neg", "-a[i]", func(s *step, x []vec) vec { return s.xor(x[0], s.consts[0]) }, signBit(size)),
		ofFloats(size, 1, "Abs", "|a[i]|", func(s *step, x []vec) vec { return s.and(x[0], s.consts[0]) }, magnitudeBits(size)),
	)
}

// fused lists pairs, each result of which is rounded as if it were stored.
func fused(size int) []routine {
	return streaming(
		ofFloats(size, 3, "MulAdd", "a[i]*b[i] + c[i], rounded twice",
			func(s *step, x []vec) vec { return s.add(s.mul(x[0], x[1]), x[2]) }),
		ofFloats(size, 3, "MulSub", "a[i]*b[i] - c[i], rounded twice",
			func(s *step, x []vec) vec { return s.sub(s.mul(x[0], x[1]), x[2]) }),
		ofFloats(size, 3, "SubMul", "(a[i] - b[i]) * c[i]",
			func(s *step, x []vec) vec { return s.mul(s.sub(x[0], x[1]), x[2]) }),
		ofFloats(size, 3, "SubDiv", "(a[i] - b[i]) / c[i]",
			func(s *step, x []vec) vec { return s.div(s.sub(x[0], x[1]), x[2]) }),
		ofFloats(size, 2, "SquareAdd", "a[i]² + b[i], rounded twice",
			func(s *step, x []vec) vec { return s.add(s.mul(x[0], x[0]), x[1]) }),
		ofFloats(size, 2, "SumSquares", "a[i]² + b[i]², each rounded",
			func(s *step, x []vec) vec { return s.sumSquares(x) }),
		ofFloats(size, 2, "HypotPlain", "√(a[i]² + b[i]²), each rounded",
			func(s *step, x []vec) vec { return s.sqrt(s.sumSquares(x)) }),
		ofFloats(size, 2, "SubSquare", "(a[i] - b[i])²",
			func(s *step, x []vec) vec { d := s.sub(x[0], x[1]); return s.mul(d, d) }),
		ofFloats(size, 2, "AddSqrt", "√(a[i] + b[i])",
			func(s *step, x []vec) vec { return s.sqrt(s.add(x[0], x[1])) }),
	)
}

func (s *step) sumSquares(x []vec) vec { return s.add(s.mul(x[0], x[0]), s.mul(x[1], x[1])) }

// streaming gives the routines such loops.
func streaming(table ...routine) []routine {
	for i := range table {
		table[i].stream = true
	}
	return table
}

// rounding lists what makes whole numbers.
func rounding(size int) []routine {
	const exact = 8 // no exception where the result differs
	to := func(mode int) func(s *step, x []vec) vec {
		return func(s *step, x []vec) vec {
			if s.evex() {
				return s.do(s.pick(VRNDSCALEPD, VRNDSCALEPS), U8(mode|exact), x[0])
			}
			return s.do(s.pick(three(VROUNDPD), three(VROUNDPS)), U8(mode|exact), x[0])
		}
	}
	return []routine{
		ofFloats(size, 1, "Round", "a[i] rounded to the nearest whole number, half to even", to(0)),
		ofFloats(size, 1, "Floor", "⌊a[i]⌋", to(1)),
		ofFloats(size, 1, "Ceil", "⌈a[i]⌉", to(2)),
		ofFloats(size, 1, "Trunc", "a[i] rounded toward zero", to(3)),
	}
}

// ordering lists what compares and returns one of what it compared. The
// instructions for the lesser and the greater return the second operand where
// either is NaN or both are zero; what they return for the other order has the
// rest of what is to be known.
func ordering(size int) []routine {
	return []routine{
		ofFloats(size, 2, "Minimum", "the lesser of a[i] and b[i], -0 below +0, NaN where either is NaN",
			func(s *step, x []vec) vec { return s.minimum(x[0], x[1]) }),
		ofFloats(size, 2, "Maximum", "the greater of a[i] and b[i], +0 above -0, NaN where either is NaN",
			func(s *step, x []vec) vec { return s.maximum(x[0], x[1]) }),
		ofFloats(size, 2, "Fmin", "the lesser of a[i] and b[i], -0 below +0, the other where one is NaN",
			func(s *step, x []vec) vec { return s.number(x, s.minimum(x[0], x[1])) }),
		ofFloats(size, 2, "Fmax", "the greater of a[i] and b[i], +0 above -0, the other where one is NaN",
			func(s *step, x []vec) vec { return s.number(x, s.greater(x[0], x[1])) }),
		ofFloats(size, 3, "Clip", "a[i] where it lies between b[i] and c[i], else the nearer; NaN where any is NaN",
			func(s *step, x []vec) vec { return s.minimum(s.maximum(x[0], x[1]), x[2]) }),
		ofFloats(size, 1, "Sign", "-1, 0 or 1 for the sign of a[i], NaN where it is NaN",
			func(s *step, x []vec) vec {
				zero := s.consts[2]
				r := s.or(s.and(x[0], s.consts[0]), s.consts[1])
				r = s.blend(s.compare(eq, x[0], zero), zero, r)
				return s.blend(s.compare(unordered, x[0], x[0]), x[0], r)
			}, signBit(size), one(size), constant{size, 0}),
	}
}

// minimum has all bits of two results: the sign of the one that is -0, and of
// NaN so many that it is one.
func (s *step) minimum(x, y vec) vec {
	f := s.pick(VMINPD, VMINPS)
	return s.or(s.do(f, y, x), s.do(f, x, y))
}

// greater is the maximum of two numbers: without the sign where one is +0.
func (s *step) greater(x, y vec) vec {
	f := s.pick(VMAXPD, VMAXPS)
	return s.and(s.do(f, y, x), s.do(f, x, y))
}

func (s *step) maximum(x, y vec) vec {
	return s.blend(s.compare(unordered, x, y), s.add(x, y), s.greater(x, y))
}

// number is r where both x are numbers, and the other where one is NaN.
func (s *step) number(x []vec, r vec) vec {
	r = s.blend(s.compare(unordered, x[1], x[1]), x[0], r)
	return s.blend(s.compare(unordered, x[0], x[0]), x[1], r)
}
