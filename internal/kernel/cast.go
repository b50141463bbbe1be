package kernel

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// casts holds the loops of cast by the kinds cast from and to.
var casts = map[nd.Kind]map[nd.Kind]Loop{
	nd.KindBool:       castsFromBool(),
	nd.KindInt8:       castsFromInteger[int8](),
	nd.KindInt16:      castsFromInteger[int16](),
	nd.KindInt32:      castsFromInteger[int32](),
	nd.KindInt64:      castsFromInteger[int64](),
	nd.KindUint8:      castsFromInteger[uint8](),
	nd.KindUint16:     castsFromInteger[uint16](),
	nd.KindUint32:     castsFromInteger[uint32](),
	nd.KindUint64:     castsFromInteger[uint64](),
	nd.KindFloat16:    castsFromHalf(),
	nd.KindFloat32:    castsFromFloat[float32](),
	nd.KindFloat64:    castsFromFloat[float64](),
	nd.KindComplex64:  castsFromComplex[complex64](),
	nd.KindComplex128: castsFromComplex[complex128](),
	nd.KindDatetime:   {nd.KindDatetime: castCopy, nd.KindInt64: castCopy},
	nd.KindTimedelta:  {nd.KindTimedelta: castCopy, nd.KindInt64: castCopy},
}

// fromTo are the kinds of a cast.
type fromTo struct{ from, to nd.Kind }

// fastCasts are the loops that take the place of those in casts.
var fastCasts faster[fromTo, Loop]

// castUfunc converts elements to the dtype in the parameter "to". Integers
// wrap; floats are truncated, and give the integer's minimum (0 for unsigned)
// where they are NaN or out of range; anything but zero is true.
func castUfunc() *Ufunc {
	return &Ufunc{
		Name:  "cast",
		NArgs: 1,
		Result: func(p Params, args []nd.DType) (nd.DType, error) {
			if err := checkCount("cast", 1, args); err != nil {
				return nd.DType{}, err
			}
			from := args[0]
			to, ok := p["to"].(nd.DType)
			switch {
			case !ok:
				return nd.DType{}, fmt.Errorf("cast: parameter to is %v, want a dtype", p["to"])
			case from.IsComplex() && (to.IsInteger() || to.IsFloat()):
				return nd.DType{}, fmt.Errorf("cast: %s to %s would lose the imaginary part; use real", from, to)
			case from.Kind() == nd.KindString:
				return nd.DType{}, fmt.Errorf("cast: %s to %s; chunkgrid.MapText and Factorize make numbers of text", from, to)
			case casts[from.Kind()][to.Kind()] == nil, isTime(from) && isTime(to) && from != to:
				return nd.DType{}, fmt.Errorf("cast: no loop from %s to %s", from, to)
			}
			return to, nil
		},
		Bind: func(p Params, args []nd.DType) Loop {
			from, to := args[0].Kind(), p["to"].(nd.DType).Kind()
			if loop, ok := fastCasts.find(fromTo{from, to}); ok {
				return loop
			}
			return casts[from][to]
		},
	}
}

// convert makes the loop of a conversion of one element.
func convert[A, R nd.Elem](f func(A) R) Loop { return each(f).loop }

// castCopy moves elements of 8 bytes.
var castCopy = unary(func(d, a []int64) { copy(d, a) }).loop

// castsFromInteger lists what integers are cast to.
func castsFromInteger[A nd.Integer]() map[nd.Kind]Loop {
	m := map[nd.Kind]Loop{
		nd.KindInt8: castPlain[A, int8](), nd.KindInt16: castPlain[A, int16](),
		nd.KindInt32: castPlain[A, int32](), nd.KindInt64: castPlain[A, int64](),
		nd.KindUint8: castPlain[A, uint8](), nd.KindUint16: castPlain[A, uint16](),
		nd.KindUint32: castPlain[A, uint32](), nd.KindUint64: castPlain[A, uint64](),
		nd.KindFloat32: castPlain[A, float32](), nd.KindFloat64: castPlain[A, float64](),
		nd.KindFloat16: convert(func(x A) nd.Float16 { return HalfFromFloat(float64(x)) }),
	}
	if nd.DTypeOf[A]() == nd.Int64 {
		m[nd.KindDatetime], m[nd.KindTimedelta] = castCopy, castCopy
	}
	return withWide[A](m)
}

// castsFromFloat lists what floats are cast to.
func castsFromFloat[A nd.Float]() map[nd.Kind]Loop {
	return withWide[A](map[nd.Kind]Loop{
		nd.KindInt8: castToInteger[A, int8](), nd.KindInt16: castToInteger[A, int16](),
		nd.KindInt32: castToInteger[A, int32](), nd.KindInt64: castToInteger[A, int64](),
		nd.KindUint8: castToInteger[A, uint8](), nd.KindUint16: castToInteger[A, uint16](),
		nd.KindUint32: castToInteger[A, uint32](), nd.KindUint64: castToInteger[A, uint64](),
		nd.KindFloat32: castPlain[A, float32](), nd.KindFloat64: castPlain[A, float64](),
		nd.KindFloat16: convert(func(x A) nd.Float16 { return HalfFromFloat(float64(x)) }),
	})
}

// withWide adds what all real numbers are cast to in the same way.
func withWide[A nd.Real](m map[nd.Kind]Loop) map[nd.Kind]Loop {
	m[nd.KindBool] = unary(func(dst []bool, a []A) {
		for i, x := range a {
			dst[i] = x != 0
		}
	}).loop
	m[nd.KindComplex64] = convert(func(x A) complex64 { return complex(float32(x), 0) })
	m[nd.KindComplex128] = convert(func(x A) complex128 { return complex(float64(x), 0) })
	return m
}

func castPlain[A nd.Real, R nd.Real]() Loop {
	return unary(func(dst []R, a []A) {
		for i, x := range a {
			dst[i] = R(x)
		}
	}).loop
}

// castToInteger truncates where the result is in range.
func castToInteger[A nd.Float, R nd.Integer]() Loop {
	lowest, below, above := integerRange[R]()
	return unary(func(dst []R, a []A) {
		for i, x := range a {
			r := lowest
			if x := float64(x); x > below && x < above {
				r = R(x)
			}
			dst[i] = r
		}
	}).loop
}

// integerRange returns the minimum of R, and the floats between which a float
// truncates into R, both excluded.
func integerRange[R nd.Integer]() (lowest R, below, above float64) {
	bits := 8 * unsafe.Sizeof(lowest)
	if ^R(0) > 0 {
		return 0, -1, float64(uint64(1)<<(bits-1)) * 2
	}
	above = float64(uint64(1) << (bits - 1))
	below = -above - 1
	if bits == 64 { // -2^63 is in range, and the next float below is not near
		below = math.Nextafter(-above, math.Inf(-1))
	}
	return R(1) << (bits - 1), below, above
}

// castsFromHalf lists what float16 is cast to.
func castsFromHalf() map[nd.Kind]Loop {
	return map[nd.Kind]Loop{
		nd.KindBool: convert(halfTrue),
		nd.KindInt8: castHalf[int8](), nd.KindInt16: castHalf[int16](), nd.KindInt32: castHalf[int32](), nd.KindInt64: castHalf[int64](),
		nd.KindUint8: castHalf[uint8](), nd.KindUint16: castHalf[uint16](), nd.KindUint32: castHalf[uint32](), nd.KindUint64: castHalf[uint64](),
		nd.KindFloat16:    unary(func(dst, a []nd.Float16) { copy(dst, a) }).loop,
		nd.KindFloat32:    convert(HalfToFloat),
		nd.KindFloat64:    convert(func(x nd.Float16) float64 { return float64(HalfToFloat(x)) }),
		nd.KindComplex64:  convert(func(x nd.Float16) complex64 { return complex(HalfToFloat(x), 0) }),
		nd.KindComplex128: convert(func(x nd.Float16) complex128 { return complex(float64(HalfToFloat(x)), 0) }),
	}
}

func castHalf[R nd.Integer]() Loop {
	lowest, below, above := integerRange[R]()
	return convert(func(x nd.Float16) R {
		if x := float64(HalfToFloat(x)); x > below && x < above {
			return R(x)
		}
		return lowest
	})
}

// castsFromBool lists what bools are cast to: 0 and 1.
func castsFromBool() map[nd.Kind]Loop {
	return map[nd.Kind]Loop{
		nd.KindBool: convert(func(x uint8) bool { return x != 0 }),
		nd.KindInt8: castBool[int8](1), nd.KindInt16: castBool[int16](1), nd.KindInt32: castBool[int32](1), nd.KindInt64: castBool[int64](1),
		nd.KindUint8: castBool[uint8](1), nd.KindUint16: castBool[uint16](1), nd.KindUint32: castBool[uint32](1), nd.KindUint64: castBool[uint64](1),
		nd.KindFloat16: castBool(HalfFromFloat(1)), nd.KindFloat32: castBool[float32](1), nd.KindFloat64: castBool[float64](1),
		nd.KindComplex64: castBool[complex64](1), nd.KindComplex128: castBool[complex128](1),
	}
}

func castBool[R nd.Elem](one R) Loop {
	return convert(func(x uint8) (r R) {
		if x != 0 {
			r = one
		}
		return r
	})
}

// castsFromComplex lists what complex numbers are cast to.
func castsFromComplex[A nd.Complex]() map[nd.Kind]Loop {
	return map[nd.Kind]Loop{
		nd.KindBool:       convert(func(x A) bool { return x != 0 }),
		nd.KindComplex64:  convert(func(x A) complex64 { return complex64(x) }),
		nd.KindComplex128: convert(func(x A) complex128 { return complex128(x) }),
	}
}
