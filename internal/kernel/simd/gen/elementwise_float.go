package main

import (
	. "github.com/mmcloughlin/avo/build"
)

// floats are the dtypes of the arithmetic tables.
var floats = []struct {
	name string
	size int
}{{"Float64", 8}, {"Float32", 4}}

// elementwise writes the arithmetic of floats.
func elementwise() {
	for _, f := range floats {
		emitAll(arithmetic(f.name, f.size))
	}
}

// signBit has the sign of a float of so many bytes set, and nothing else.
func signBit(size int) constant { return constant{size, 1 << (8*size - 1)} }

// magnitudeBits has all but the sign set.
func magnitudeBits(size int) constant { return constant{size, 1<<(8*size-1) - 1} }

// The operations of bodies.
func (s *step) add(x, y vec) vec { return s.do(s.pick(VADDPD, VADDPS), y, x) }
func (s *step) sub(x, y vec) vec { return s.do(s.pick(VSUBPD, VSUBPS), y, x) }
func (s *step) mul(x, y vec) vec { return s.do(s.pick(VMULPD, VMULPS), y, x) }
func (s *step) div(x, y vec) vec { return s.do(s.pick(VDIVPD, VDIVPS), y, x) }
func (s *step) sqrt(x vec) vec   { return s.do(s.pick(VSQRTPD, VSQRTPS), x) }
func (s *step) and(x, y vec) vec { return s.do(s.pick(VANDPD, VANDPS), y, x) }
func (s *step) or(x, y vec) vec  { return s.do(s.pick(VORPD, VORPS), y, x) }
func (s *step) xor(x, y vec) vec { return s.do(s.pick(VXORPD, VXORPS), y, x) }

// arithmetic lists what streams.
func arithmetic(dtype string, size int) []routine {
	one, two := []int{size}, []int{size, size}
	return []routine{
		{name: "Add" + dtype, doc: "a[i] + b[i]", args: two, out: size, stream: true,
			body: func(s *step, x []vec) vec { return s.add(x[0], x[1]) }},
		{name: "Sub" + dtype, doc: "a[i] - b[i]", args: two, out: size, stream: true,
			body: func(s *step, x []vec) vec { return s.sub(x[0], x[1]) }},
		{name: "Mul" + dtype, doc: "a[i] * b[i]", args: two, out: size, stream: true,
			body: func(s *step, x []vec) vec { return s.mul(x[0], x[1]) }},
		{name: "Div" + dtype, doc: "a[i] / b[i]", args: two, out: size, stream: true,
			body: func(s *step, x []vec) vec { return s.div(x[0], x[1]) }},
		{name: "Square" + dtype, doc: "a[i] * a[i]", args: one, out: size, stream: true,
			body: func(s *step, x []vec) vec { return s.mul(x[0], x[0]) }},
		{name: "Sqrt" + dtype, doc: "√a[i]", args: one, out: size, stream: true,
			body: func(s *step, x []vec) vec { return s.sqrt(x[0]) }},
		{name: "Neg" + dtype, doc: "-a[i]", args: one, out: size, stream: true, consts: []constant{signBit(size)},
			body: func(s *step, x []vec) vec { return s.xor(x[0], s.consts[0]) }},
		{name: "Abs" + dtype, doc: "|a[i]|", args: one, out: size, stream: true, consts: []constant{magnitudeBits(size)},
			body: func(s *step, x []vec) vec { return s.and(x[0], s.consts[0]) }},
	}
}
