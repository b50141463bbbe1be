package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The widths of integers. What is the same for signed and unsigned ones bears
// the name of the former: AddInt32.
var widths = []int{1, 2, 4, 8}

// elementwiseInteger writes the operations of integers with integers for results.
func elementwiseInteger() {
	for _, size := range widths {
		emitAll(integerArithmetic(size))
		emitAll(integerExtremes(size, true))
		emitAll(integerExtremes(size, false))
	}
}

// elementwiseRelation writes the comparisons of integers.
func elementwiseRelation() {
	for _, size := range widths {
		emitAll(integerRelations(size, true))
		emitAll(integerRelations(size, false))
	}
}

// integerName is the dtype's: Int32, Uint8.
func integerName(size int, signed bool) string {
	if signed {
		return fmt.Sprint("Int", 8*size)
	}
	return fmt.Sprint("Uint", 8*size)
}

// ofIntegers makes a table entry.
func ofIntegers(size, nargs int, name, doc string, body func(s *step, x []vec) vec, consts ...constant) routine {
	return routine{name: name + integerName(size, true), doc: doc, args: []int{size, size}[:nargs], out: size, body: body, consts: consts}
}

// integerArithmetic lists what wraps, and what works on bits. Bytes have no
// instruction for products.
func integerArithmetic(size int) []routine {
	zero, ones := constant{size, 0}, constant{size, 1<<(8*size-1)<<1 - 1}
	table := []routine{
		ofIntegers(size, 2, "Add", "a[i] + b[i]", func(s *step, x []vec) vec { return s.plus(x[0], x[1]) }),
		ofIntegers(size, 2, "Sub", "a[i] - b[i]", func(s *step, x []vec) vec { return s.minus(x[0], x[1]) }),
		ofIntegers(size, 1, "Neg", "-a[i]", func(s *step, x []vec) vec { return s.minus(s.consts[0], x[0]) }, zero),
		ofIntegers(size, 1, "Abs", "|a[i]|", func(s *step, x []vec) vec { return s.integerAbs(x[0]) }, zero),
		ofIntegers(size, 2, "And", "a[i] & b[i]", func(s *step, x []vec) vec { return s.bitAnd(x[0], x[1]) }),
		ofIntegers(size, 2, "Or", "a[i] | b[i]", func(s *step, x []vec) vec { return s.bitOr(x[0], x[1]) }),
		ofIntegers(size, 2, "Xor", "a[i] ^ b[i]", func(s *step, x []vec) vec { return s.bitXor(x[0], x[1]) }),
		ofIntegers(size, 1, "Invert", "^a[i]", func(s *step, x []vec) vec { return s.bitXor(x[0], s.consts[0]) }, ones),
	}
	if size > 1 {
		table = append(table,
			ofIntegers(size, 2, "Mul", "a[i] * b[i]", func(s *step, x []vec) vec { return s.times(x[0], x[1]) }),
			ofIntegers(size, 1, "Square", "a[i]²", func(s *step, x []vec) vec { return s.times(x[0], x[0]) }))
	}
	return table
}

func (s *step) plus(x, y vec) vec {
	return s.do(bySize[instruction](s.size, VPADDB, VPADDW, VPADDD, VPADDQ), y, x)
}

func (s *step) minus(x, y vec) vec {
	return s.do(bySize[instruction](s.size, VPSUBB, VPSUBW, VPSUBD, VPSUBQ), y, x)
}

// bitwise works on the bits of whole registers.
func (s *step) bitwise(f func(a, b, c Op), f512 instruction, x, y vec) vec {
	if s.evex() {
		return s.do(f512, y, x)
	}
	return s.do(three(f), y, x)
}

func (s *step) bitAnd(x, y vec) vec { return s.bitwise(VPAND, VPANDQ, x, y) }
func (s *step) bitOr(x, y vec) vec  { return s.bitwise(VPOR, VPORQ, x, y) }
func (s *step) bitXor(x, y vec) vec { return s.bitwise(VPXOR, VPXORQ, x, y) }

// times is the lower half of the product. AVX2 makes that of 8 bytes of those of
// 4: the lower ones' whole, and the sum of the crossed ones above it.
func (s *step) times(x, y vec) vec {
	if s.size < 8 || s.evex() {
		return s.do(bySize[instruction](s.size, nil, VPMULLW, VPMULLD, VPMULLQ), y, x)
	}
	crossed := s.do(VPMULLD, s.do(VPSHUFD, U8(0xb1), y), x)
	sum := s.do(VPADDD, s.do(VPSRLQ, U8(32), crossed), crossed)
	return s.do(VPADDQ, s.do(VPSLLQ, U8(32), sum), s.do(VPMULUDQ, y, x))
}

// integerAbs is the minimum for the minimum.
func (s *step) integerAbs(x vec) vec {
	if s.size == 8 && !s.evex() {
		negative := s.do(VPCMPGTQ, x, s.consts[0])
		return s.minus(s.bitXor(x, negative), negative)
	}
	return s.do(bySize[instruction](s.size, VPABSB, VPABSW, VPABSD, VPABSQ), x)
}

// integerExtremes lists the lesser and the greater of two.
func integerExtremes(size int, signed bool) []routine {
	least := bySize[instruction](size, VPMINUB, VPMINUW, VPMINUD, VPMINUQ)
	greatest := bySize[instruction](size, VPMAXUB, VPMAXUW, VPMAXUD, VPMAXUQ)
	if signed {
		least = bySize[instruction](size, VPMINSB, VPMINSW, VPMINSD, VPMINSQ)
		greatest = bySize[instruction](size, VPMAXSB, VPMAXSW, VPMAXSD, VPMAXSQ)
	}
	sign := signBit(size)
	return []routine{
		{name: "Minimum" + integerName(size, signed), doc: "the lesser of a[i] and b[i]", args: []int{size, size}, out: size, consts: []constant{sign},
			body: func(s *step, x []vec) vec {
				if size == 8 && !s.evex() {
					return s.do(four(VBLENDVPD), s.above(x[0], x[1], s.consts[0], signed), x[1], x[0])
				}
				return s.do(least, x[1], x[0])
			}},
		{name: "Maximum" + integerName(size, signed), doc: "the greater of a[i] and b[i]", args: []int{size, size}, out: size, consts: []constant{sign},
			body: func(s *step, x []vec) vec {
				if size == 8 && !s.evex() {
					return s.do(four(VBLENDVPD), s.above(x[0], x[1], s.consts[0], signed), x[0], x[1])
				}
				return s.do(greatest, x[1], x[0])
			}},
	}
}

// above is AVX2's mask of the lanes where x > y. Unsigned ones compare as signed
// ones do without the sign's bit.
func (s *step) above(x, y, sign vec, signed bool) vec {
	if !signed {
		x, y = s.bitXor(x, sign), s.bitXor(y, sign)
	}
	return s.do(bySize[instruction](s.size, VPCMPGTB, VPCMPGTW, VPCMPGTD, VPCMPGTQ), y, x)
}

// The predicates of integer comparisons for AVX-512.
var integerPredicates = map[int]int{eq: 0, lt: 1, le: 2, ne: 4, ge: 5, gt: 6}

// integerRelations lists the comparisons; those for equality under the name of
// signed integers alone.
func integerRelations(size int, signed bool) (table []routine) {
	compare := bySize[instruction](size, VPCMPUB, VPCMPUW, VPCMPUD, VPCMPUQ)
	if signed {
		compare = bySize[instruction](size, VPCMPB, VPCMPW, VPCMPD, VPCMPQ)
	}
	for _, r := range relations {
		if !signed && (r.predicate == eq || r.predicate == ne) {
			continue
		}
		body := func(s *step, x []vec) vec {
			if s.evex() {
				k := K()
				compare(U8(integerPredicates[r.predicate]), x[1].AsZ(), x[0].AsZ(), k)
				return s.bools(k)
			}
			return s.integerRelation(r.predicate, x[0], x[1], signed)
		}
		table = append(table, toBool(size, 2, r.name+integerName(size, signed), fmt.Sprintf("a[i] %s b[i]", r.sign), body, signBit(size)))
	}
	return table
}

// integerRelation is a comparison for AVX2, which has two of the six.
func (s *step) integerRelation(predicate int, x, y vec, signed bool) vec {
	var mask vec
	switch predicate {
	case eq, ne:
		mask = s.do(bySize[instruction](s.size, VPCMPEQB, VPCMPEQW, VPCMPEQD, VPCMPEQQ), y, x)
	case gt, le:
		mask = s.above(x, y, s.consts[1], signed)
	case lt, ge:
		mask = s.above(y, x, s.consts[1], signed)
	}
	bools := s.bools(mask)
	if predicate == ne || predicate == le || predicate == ge {
		return s.at(s.lanes, s.lanes, three(VPXOR), s.consts[0], bools)
	}
	return bools
}
