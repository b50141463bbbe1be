package kernel

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// typed is the loop of one operation for one dtype of its arguments, all of
// which have the same.
type typed struct {
	nargs int
	out   nd.DType // the zero DType stands for that of the arguments
	loop  Loop
}

// opSet holds the operations of one dtype, by name.
type opSet map[string]typed

// loops is the transposed table: a set of operations is listed once per
// constraint, the dtypes are listed once here.
var loops = map[nd.Kind]opSet{
	nd.KindBool:       boolOps(),
	nd.KindInt8:       join(numberOps[int8](), realOps[int8](), integerOps[int8](), signedOps[int8]()),
	nd.KindInt16:      join(numberOps[int16](), realOps[int16](), integerOps[int16](), signedOps[int16]()),
	nd.KindInt32:      join(numberOps[int32](), realOps[int32](), integerOps[int32](), signedOps[int32]()),
	nd.KindInt64:      join(numberOps[int64](), realOps[int64](), integerOps[int64](), signedOps[int64]()),
	nd.KindUint8:      join(numberOps[uint8](), realOps[uint8](), integerOps[uint8](), unsignedOps[uint8]()),
	nd.KindUint16:     join(numberOps[uint16](), realOps[uint16](), integerOps[uint16](), unsignedOps[uint16]()),
	nd.KindUint32:     join(numberOps[uint32](), realOps[uint32](), integerOps[uint32](), unsignedOps[uint32]()),
	nd.KindUint64:     join(numberOps[uint64](), realOps[uint64](), integerOps[uint64](), unsignedOps[uint64]()),
	nd.KindFloat16:    halfOps(),
	nd.KindFloat32:    join(numberOps[float32](), realOps[float32](), floatOps[float32](), functionOps[float32](), functions32()),
	nd.KindFloat64:    join(numberOps[float64](), realOps[float64](), floatOps[float64](), functionOps[float64]()),
	nd.KindComplex64:  join(numberOps[complex64](), complexOps[float32, complex64]()),
	nd.KindComplex128: join(numberOps[complex128](), complexOps[float64, complex128]()),
	nd.KindDatetime:   timeOps[nd.Datetime](),
	nd.KindTimedelta:  join(timeOps[nd.Timedelta](), timedeltaOps()),
}

// join makes one set of several; where two have an operation, the later wins.
func join(sets ...opSet) opSet {
	all := opSet{}
	for _, s := range sets {
		for name, t := range s {
			all[name] = t
		}
	}
	return all
}

// Every operation in loops becomes a Ufunc, then come those whose arguments
// differ in dtype or that have parameters.
func init() {
	for _, set := range loops {
		for name, t := range set {
			ufuncs[name] = uniform(name, t.nargs)
		}
	}
	others := []*Ufunc{withTimes(ufuncs["add"]), withTimes(ufuncs["sub"]), whereUfunc(), castUfunc(), iscloseUfunc()}
	for _, u := range append(others, lookups()...) {
		ufuncs[u.Name] = u
	}
	for _, r := range allReductions() {
		reductions[r.Name] = r
	}
}

// uniform returns the operation of that name in loops: all its arguments have
// the same dtype.
func uniform(name string, nargs int) *Ufunc {
	return &Ufunc{
		Name:  name,
		NArgs: nargs,
		Result: func(_ Params, args []nd.DType) (nd.DType, error) {
			if err := checkCount(name, nargs, args); err != nil {
				return nd.DType{}, err
			}
			t, ok := loops[args[0].Kind()][name]
			if !ok || !allSame(args) {
				return nd.DType{}, noLoop(name, args...)
			}
			if t.out.Valid() {
				return t.out, nil
			}
			return args[0], nil
		},
		Bind: func(_ Params, args []nd.DType) Loop { return loopOf(args[0].Kind(), name) },
	}
}

func allSame(dtypes []nd.DType) bool {
	for _, d := range dtypes[1:] {
		if d != dtypes[0] {
			return false
		}
	}
	return true
}

func checkCount(name string, want int, args []nd.DType) error {
	if len(args) != want {
		return fmt.Errorf("%s: %d arguments, want %d", name, len(args), want)
	}
	return nil
}

// noLoop is the error for dtypes an operation doesn't have.
func noLoop(name string, args ...nd.DType) error {
	names := make([]string, len(args))
	for i, d := range args {
		names[i] = d.String()
	}
	return fmt.Errorf("%s: no loop for %s; Cast first", name, strings.Join(names, " and "))
}

// view returns the memory of b as values of type S, shared, not copied. b is
// aligned for S, and S has no pointers.
func view[S any](b []byte) []S {
	var s S
	return unsafe.Slice((*S)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(s)))
}

// outOf is the dtype of R, or the zero DType where that is the argument's.
func outOf[A, R nd.Elem]() nd.DType {
	if a, r := nd.DTypeOf[A](), nd.DTypeOf[R](); a != r {
		return r
	}
	return nd.DType{}
}

// unary makes a table entry of a loop over elements; f is given as many
// elements as dst has.
func unary[A, R nd.Elem](f func(dst []R, a []A)) typed {
	return typed{1, outOf[A, R](), func(dst []byte, args [][]byte) {
		switch d, a := view[R](dst), view[A](args[0]); {
		case len(a) == len(d):
			f(d, a)
		case len(d) > 0:
			f(d[:1], a)
			fill(d[1:], d[0])
		}
	}}
}

// binary makes a table entry of a loop over elements; f is given as many
// elements as dst has in one argument at least, and in the other as many or one.
func binary[A, R nd.Elem](f func(dst []R, a, b []A)) typed {
	return typed{2, outOf[A, R](), func(dst []byte, args [][]byte) {
		switch d, a, b := view[R](dst), view[A](args[0]), view[A](args[1]); {
		case max(len(a), len(b)) == len(d):
			f(d, a, b)
		case len(d) > 0:
			f(d[:1], a, b)
			fill(d[1:], d[0])
		}
	}}
}

func fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// each is the loop of a function of one element.
func each[A, R nd.Elem](f func(A) R) typed {
	return unary(func(dst []R, a []A) {
		for i, x := range a {
			dst[i] = f(x)
		}
	})
}

// each2 is the loop of a function of two elements.
func each2[A, R nd.Elem](f func(x, y A) R) typed {
	return binary(func(dst []R, a, b []A) { apply2(f, dst, a, b) })
}

// apply2 calls f for the elements of a and b, of which one may be a scalar.
func apply2[A, B, R any](f func(A, B) R, dst []R, a []A, b []B) {
	switch n := len(dst); {
	case len(a) < n:
		x := a[0]
		for i, y := range b[:n] {
			dst[i] = f(x, y)
		}
	case len(b) < n:
		y := b[0]
		for i, x := range a[:n] {
			dst[i] = f(x, y)
		}
	default:
		b = b[:n]
		for i, x := range a[:n] {
			dst[i] = f(x, b[i])
		}
	}
}
