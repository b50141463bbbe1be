package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// integerOps lists what all integers have besides realOps.
func integerOps[T nd.Integer]() opSet {
	identity := unary(func(dst, a []T) { copy(dst, a) })
	always := func(v bool) typed { return unary(func(dst []bool, _ []T) { fill(dst, v) }) }
	return opSet{
		"floor": identity, "ceil": identity, "trunc": identity, "round": identity,
		"isnan": always(false), "isinf": always(false), "isfinite": always(true),

		"bit_and":     each2(func(x, y T) T { return x & y }),
		"bit_or":      each2(func(x, y T) T { return x | y }),
		"bit_xor":     each2(func(x, y T) T { return x ^ y }),
		"invert":      each(func(x T) T { return ^x }),
		"shift_left":  each2(func(x, y T) T { return x << shiftCount(y) }),
		"shift_right": each2(func(x, y T) T { return x >> shiftCount(y) }),
		"pow":         each2(intPow[T]),
	}
}

// signedOps lists what differs for signed integers.
func signedOps[T int8 | int16 | int32 | int64]() opSet {
	return opSet{
		"abs": unary(func(dst, a []T) {
			for i, x := range a {
				m := x >> (8*unsafe.Sizeof(x) - 1) // all ones where x < 0
				dst[i] = (x ^ m) - m
			}
		}),
		"floor_divide": each2(func(x, y T) T {
			if y == 0 {
				return 0
			}
			q := x / y
			if q*y != x && (x < 0) != (y < 0) {
				q--
			}
			return q
		}),
		"remainder": each2(func(x, y T) T {
			if y == 0 {
				return 0
			}
			m := x % y
			if m != 0 && (m < 0) != (y < 0) {
				m += y
			}
			return m
		}),
	}
}

// unsignedOps lists what differs for unsigned integers.
func unsignedOps[T uint8 | uint16 | uint32 | uint64]() opSet {
	return opSet{
		"abs": unary(func(dst, a []T) { copy(dst, a) }),
		"floor_divide": each2(func(x, y T) T {
			if y == 0 {
				return 0
			}
			return x / y
		}),
		"remainder": each2(func(x, y T) T {
			if y == 0 {
				return 0
			}
			return x % y
		}),
	}
}

// shiftCount makes a count of bits that Go shifts by as NumPy does: all bits
// leave where it is the width or more, or negative.
func shiftCount[T nd.Integer](y T) uint64 { return uint64(int64(y)) }

// intPow is x**y with integers, wrapping as mul does. For y < 0 it is 1/x**-y
// rounded toward zero: 0 unless x is 1 or -1; 0 for x = 0.
func intPow[T nd.Integer](x, y T) T {
	if y < 0 {
		switch {
		case x == 1:
			return 1
		case x == T(0)-1 && y&1 == 0:
			return 1
		case x == T(0)-1:
			return x
		}
		return 0
	}
	p := T(1)
	for ; y > 0; y >>= 1 {
		if y&1 != 0 {
			p *= x
		}
		x *= x
	}
	return p
}

// logicalOps lists the logical operations of a dtype: zeros are false,
// everything else is true.
func logicalOps[A nd.Elem](isTrue func(A) bool) opSet {
	return opSet{
		"logical_and": each2(func(x, y A) bool { return isTrue(x) && isTrue(y) }),
		"logical_or":  each2(func(x, y A) bool { return isTrue(x) || isTrue(y) }),
		"logical_xor": each2(func(x, y A) bool { return isTrue(x) != isTrue(y) }),
		"logical_not": each(func(x A) bool { return !isTrue(x) }),
	}
}

// boolOps lists what bools have; false < true. The loops read bytes: what a
// file holds may be other than 0 and 1.
func boolOps() opSet {
	and := each2(func(x, y uint8) bool { return x != 0 && y != 0 })
	or := each2(func(x, y uint8) bool { return x|y != 0 })
	xor := each2(func(x, y uint8) bool { return (x != 0) != (y != 0) })
	not := each(func(x uint8) bool { return x == 0 })
	return opSet{
		"logical_and": and, "logical_or": or, "logical_xor": xor, "logical_not": not,
		"bit_and": and, "bit_or": or, "bit_xor": xor, "invert": not,
		"minimum": and, "maximum": or,
		"equal":         each2(func(x, y uint8) bool { return (x == 0) == (y == 0) }),
		"not_equal":     xor,
		"less":          each2(func(x, y uint8) bool { return x == 0 && y != 0 }),
		"less_equal":    each2(func(x, y uint8) bool { return x == 0 || y != 0 }),
		"greater":       each2(func(x, y uint8) bool { return x != 0 && y == 0 }),
		"greater_equal": each2(func(x, y uint8) bool { return x != 0 || y == 0 }),
	}
}

// halfOps lists what float16 has: only what needs no arithmetic. All else is
// cast first.
func halfOps() opSet {
	return logicalOps(halfTrue)
}

// halfTrue reports whether x is neither zero.
func halfTrue(x nd.Float16) bool { return x&0x7fff != 0 }
