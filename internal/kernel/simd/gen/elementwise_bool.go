package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// elementwiseBool writes what has bools for results or arguments: bytes 0 and 1.
func elementwiseBool() {
	for _, size := range []int{8, 4} {
		emitAll(comparisons(size))
		emitAll(predicates(size))
	}
	emitAll(logic())
	for _, size := range []int{1, 2, 4, 8} {
		emitAll([]routine{where(size)})
	}
}

// The predicates of float comparisons: false for NaN but for ne and unordered.
const (
	eq        = 0
	unordered = 3
	ne        = 4
	lt        = 17
	le        = 18
	ge        = 29
	gt        = 30
)

// compare returns a mask of the lanes where the predicate holds: a register of
// bits, or of lanes that are all ones or all zeros.
func (s *step) compare(predicate int, x, y vec) Op {
	if s.evex() {
		k := K()
		s.pick(VCMPPD, VCMPPS)(U8(predicate), y.AsZ(), x.AsZ(), k)
		return k
	}
	return s.do(s.pick(VCMPPD, VCMPPS), U8(predicate), y, x)
}

// blend is x where the mask is set, else y.
func (s *step) blend(mask Op, x, y vec) vec {
	if s.evex() {
		return s.do(s.pick(VBLENDMPD, VBLENDMPS), x, y, mask)
	}
	return s.do(four(s.blendv()), mask, x, y)
}

func (s *step) blendv() func(a, b, c, d Op) {
	if s.size == 8 {
		return VBLENDVPD
	}
	return VBLENDVPS
}

// trueByte is in every byte of the first constant of routines that make bools.
var trueByte = constant{1, 1}

// bools makes bytes of a mask: 1 where it is set.
func (s *step) bools(mask Op) vec {
	if s.evex() {
		r := s.register()
		VMOVDQU8_Z(s.view(s.consts[0], 1), mask, s.view(r, 1))
		return r
	}
	return s.at(s.lanes, s.lanes, three(VPAND), s.consts[0], s.narrowed(mask.(vec)))
}

// narrowed packs a mask's lanes into bytes, for AVX2.
func (s *step) narrowed(mask vec) vec {
	if s.size == 1 {
		return mask
	}
	r := s.register()
	x := r.AsX()
	if s.lanes == 1 {
		VMOVAPS(mask.AsX(), x)
	} else {
		VEXTRACTI128(U8(1), mask.AsY(), x)
		switch s.size {
		case 8: // the lower half of each
			VSHUFPS(U8(0x88), x, mask.AsX(), x)
		case 4:
			VPACKSSDW(x, mask.AsX(), x)
		case 2:
			VPACKSSWB(x, mask.AsX(), x)
		}
	}
	if s.size == 8 || s.lanes == 1 {
		VPACKSSDW(x, x, x)
	}
	if s.size > 2 || s.lanes == 1 {
		VPACKSSWB(x, x, x)
	}
	return r
}

// toBool makes a table entry with bools for results.
func toBool(size, nargs int, name, doc string, body func(s *step, x []vec) vec, consts ...constant) routine {
	return routine{name: name, doc: doc, args: []int{size, size}[:nargs], out: 1, body: body, heavy: true,
		consts: append([]constant{trueByte}, consts...)}
}

// relation is a comparison by its names and predicate.
type relation struct {
	name, sign string
	predicate  int
}

var relations = []relation{
	{"Equal", "==", eq}, {"NotEqual", "!=", ne},
	{"Less", "<", lt}, {"LessEqual", "<=", le}, {"Greater", ">", gt}, {"GreaterEqual", ">=", ge},
}

// comparisons lists those of floats.
func comparisons(size int) (table []routine) {
	for _, r := range relations {
		table = append(table, toBool(size, 2, r.name+floats[size], fmt.Sprintf("a[i] %s b[i]", r.sign),
			func(s *step, x []vec) vec { return s.bools(s.compare(r.predicate, x[0], x[1])) }))
	}
	return table
}

// predicates lists what is asked of one float.
func predicates(size int) []routine {
	magnitude := func(predicate int) func(s *step, x []vec) vec {
		return func(s *step, x []vec) vec {
			return s.bools(s.compare(predicate, s.and(x[0], s.consts[1]), s.consts[2]))
		}
	}
	return []routine{
		toBool(size, 1, "IsNaN"+floats[size], "whether a[i] is NaN",
			func(s *step, x []vec) vec { return s.bools(s.compare(unordered, x[0], x[0])) }),
		toBool(size, 1, "IsInf"+floats[size], "whether a[i] is an infinity", magnitude(eq), magnitudeBits(size), infinity(size)),
		toBool(size, 1, "IsFinite"+floats[size], "whether a[i] is neither NaN nor an infinity", magnitude(lt), magnitudeBits(size), infinity(size)),
	}
}

// logic lists operations of bools. Any byte but 0 is true: the lesser of it and 1 is
// the bool. In bytes 0 and 1, x &^ y is x > y.
func logic() []routine {
	and, or, xor, andNot := three(VPAND), three(VPOR), three(VPXOR), three(VPANDN)
	of := func(f, f512 instruction) func(s *step, x, y vec) vec {
		return func(s *step, x, y vec) vec {
			if s.evex() {
				return s.do(f512, y, x)
			}
			return s.do(f, y, x)
		}
	}
	intersect, unite, differ := of(and, VPANDQ), of(or, VPORQ), of(xor, VPXORQ)
	below := of(andNot, VPANDNQ) // it inverts the first
	above := func(s *step, x, y vec) vec { return below(s, y, x) }
	truth := func(s *step, x vec) vec { return s.do(VPMINUB, x, s.consts[0]) }
	binary := func(name, doc string, f func(s *step, x, y vec) vec, negate bool) routine {
		return toBool(1, 2, name, doc, func(s *step, x []vec) vec {
			r := f(s, truth(s, x[0]), truth(s, x[1]))
			if negate {
				return differ(s, r, s.consts[0])
			}
			return r
		})
	}
	return []routine{
		binary("AndBool", "a[i] && b[i]", intersect, false),
		binary("OrBool", "a[i] || b[i]", unite, false),
		binary("XorBool", "a[i] != b[i]", differ, false),
		binary("EqualBool", "a[i] == b[i]", differ, true),
		binary("LessBool", "!a[i] && b[i]", below, false),
		binary("LessEqualBool", "!a[i] || b[i]", above, true),
		binary("GreaterBool", "a[i] && !b[i]", above, false),
		binary("GreaterEqualBool", "a[i] || !b[i]", below, true),
		toBool(1, 1, "NotBool", "!a[i]", func(s *step, x []vec) vec { return differ(s, truth(s, x[0]), s.consts[0]) }),
	}
}

// where moves elements of a size.
func where(size int) routine {
	return routine{
		name: fmt.Sprint("Where", 8*size), doc: "b[i] where a[i] is not 0, else c[i]",
		args: []int{1, size, size}, out: size, heavy: true,
		consts: []constant{{1, 0}},
		body: func(s *step, x []vec) vec {
			if s.evex() {
				k := K()
				VPTESTMB(s.view(x[0], 1), s.view(x[0], 1), k)
				return s.do(bySize[instruction](size, VPBLENDMB, VPBLENDMW, VPBLENDMD, VPBLENDMQ), x[1], x[2], k)
			}
			isFalse := s.at(s.lanes, s.lanes, VPCMPEQB, s.consts[0], x[0])
			if size > 1 {
				isFalse = s.at(16, 32, bySize[instruction](size, nil, VPMOVSXBW, VPMOVSXBD, VPMOVSXBQ), isFalse)
			}
			return s.do(four(VPBLENDVB), isFalse, x[2], x[1])
		},
	}
}
