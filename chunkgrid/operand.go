package chunkgrid

import (
	"fmt"
	"math"
	"math/big"
	"reflect"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Operand lists what may stand beside an *Array[T] in an operation: another
// one, a small array in memory, or a Go number, which must be a value that T holds.
type Operand[T nd.Elem] interface {
	*Array[T] | *nd.Array[T] | bool |
		int | int8 | int16 | int32 | int64 | uint | uint8 | uint16 | uint32 | uint64 |
		float32 | float64 | complex64 | complex128 | nd.Float16 | nd.Datetime | nd.Timedelta
}

// OperandOf returns what stands beside an array as an array; a single time has
// that array's unit. A number that T can't hold (2.5 in an int16, 300 in an int8)
// is the result's error.
func OperandOf[T nd.Elem, B Operand[T]](beside Any, b B) *Array[T] {
	switch x := any(b).(type) {
	case *Array[T]:
		return of[T](x.plan())
	case *nd.Array[T]:
		return FromND(x)
	}
	v, ok := any(b).(T)
	if !ok {
		if v, ok = convert[T](any(b)); !ok {
			return of[T](plan.Fail("constant", fmt.Errorf("%v holds no %v; Cast the array or the number: %w", nd.DTypeOf[T](), any(b), nd.ErrDType)))
		}
	}
	return constant(v, inUnit(nd.DTypeOf[T](), beside.DType()))
}

// Constant returns v as a 0-d array, which broadcasts against any other.
func Constant[T nd.Elem](v T) *Array[T] { return constant(v, nd.DTypeOf[T]()) }

func constant[T nd.Elem](v T, dt nd.DType) *Array[T] {
	return of[T](plan.Full(dt, nd.AsBytes([]T{v}), nd.Grid{}))
}

// convert returns the value of T that equals the number x, if there is one. Floats
// may round: 0.1 is a float32 for users, though not the same number; whole
// numbers may not.
func convert[T nd.Elem](x any) (v T, ok bool) {
	n, ok := numberOf(x)
	if !ok {
		return v, false
	}
	var im bool
	switch p := any(&v).(type) {
	case *float32:
		*p, ok = part[float32](n, n.re)
		return v, ok && n.im == 0
	case *float64:
		*p, ok = part[float64](n, n.re)
		return v, ok && n.im == 0
	case *complex64:
		var z [2]float32
		z[0], ok = part[float32](n, n.re)
		z[1], im = part[float32](number{}, n.im)
		*p = complex(z[0], z[1])
		return v, ok && im
	case *complex128:
		re, ok := part[float64](n, n.re)
		*p = complex(re, n.im)
		return v, ok
	}
	i := n.whole
	if i == nil {
		if n.im != 0 || n.re != math.Trunc(n.re) || math.IsInf(n.re, 0) {
			return v, false
		}
		i, _ = big.NewFloat(n.re).Int(nil)
	}
	return v, setInteger(&v, i)
}

// number is a Go number: whole if it is of a type of whole numbers.
type number struct {
	whole  *big.Int
	re, im float64
}

// numberOf returns a Go number. Bools and times are none.
func numberOf(x any) (n number, ok bool) {
	v := reflect.ValueOf(x)
	switch x := x.(type) {
	case bool, nd.Datetime, nd.Timedelta:
		return n, false
	case nd.Float16:
		return number{re: float64(x.Float32())}, true
	}
	switch {
	case v.CanInt():
		n.whole = big.NewInt(v.Int())
	case v.CanUint():
		n.whole = new(big.Int).SetUint64(v.Uint())
	case v.CanFloat():
		n.re = v.Float()
	case v.CanComplex():
		n.re, n.im = real(v.Complex()), imag(v.Complex())
	default:
		return n, false
	}
	return n, true
}

// part returns a number that is whole, or else re, as a float.
func part[F nd.Float](n number, re float64) (v F, ok bool) {
	if n.whole == nil {
		v = F(re)
		return v, math.IsInf(float64(v), 0) == math.IsInf(re, 0)
	}
	f, _ := new(big.Float).SetInt(n.whole).Float64()
	v = F(f)
	i, _ := big.NewFloat(float64(v)).Int(nil)
	return v, i.Cmp(n.whole) == 0
}

// setInteger sets an integer of any width if i is one of its values.
func setInteger[T nd.Elem](v *T, i *big.Int) bool {
	switch p := any(v).(type) {
	case *int8:
		return setSigned(p, i)
	case *int16:
		return setSigned(p, i)
	case *int32:
		return setSigned(p, i)
	case *int64:
		return setSigned(p, i)
	case *nd.Datetime:
		return setSigned(p, i)
	case *nd.Timedelta:
		return setSigned(p, i)
	case *uint8:
		return setUnsigned(p, i)
	case *uint16:
		return setUnsigned(p, i)
	case *uint32:
		return setUnsigned(p, i)
	case *uint64:
		return setUnsigned(p, i)
	}
	return false
}

func setSigned[T int8 | int16 | int32 | int64 | nd.Datetime | nd.Timedelta](p *T, i *big.Int) bool {
	*p = T(i.Int64())
	return i.IsInt64() && int64(*p) == i.Int64()
}

func setUnsigned[T uint8 | uint16 | uint32 | uint64](p *T, i *big.Int) bool {
	*p = T(i.Uint64())
	return i.IsUint64() && uint64(*p) == i.Uint64()
}
