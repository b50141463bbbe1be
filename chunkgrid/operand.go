package chunkgrid

import (
	"fmt"
	"math"
	"math/big"

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

// OperandOf returns an operand as an array. A number that T can't hold (2.5 in
// an int16, 300 in an int8) is the array's error.
func OperandOf[T nd.Elem, B Operand[T]](b B) *Array[T] {
	switch x := any(b).(type) {
	case *Array[T]:
		return of[T](x.plan())
	case *nd.Array[T]:
		return FromND(x)
	case T:
		return Constant(x)
	}
	v, err := convert[T](any(b))
	if err != nil {
		return of[T](plan.Fail("constant", err))
	}
	return Constant(v)
}

// Constant returns v as a 0-d array, which broadcasts against any other.
func Constant[T nd.Elem](v T) *Array[T] {
	return of[T](plan.Full(nd.DTypeOf[T](), nd.AsBytes([]T{v}), nd.Grid{}))
}

// convert returns the value of T that equals the number x. Floats may round:
// 0.1 is a float32 for users, though not the same number; whole numbers may not.
func convert[T nd.Elem](x any) (T, error) {
	var v T
	refuse := fmt.Errorf("%v holds no %v; Cast the array or the number: %w", nd.DTypeOf[T](), x, nd.ErrDType)
	if _, ok := x.(bool); ok {
		return v, refuse
	}
	if isNaN(x) {
		switch p := any(&v).(type) {
		case *float32:
			*p = float32(math.NaN())
			return v, nil
		case *float64:
			*p = math.NaN()
			return v, nil
		}
		return v, refuse
	}
	z, exact := number(x)
	re, im := z[0], z[1]
	switch p := any(&v).(type) {
	case *float32:
		f, _ := re.Float64()
		*p = float32(f)
		if im.Sign() != 0 || (exact && big.NewFloat(float64(*p)).Cmp(re) != 0) || (math.IsInf(float64(*p), 0) && !math.IsInf(f, 0)) {
			return v, refuse
		}
		return v, nil
	case *float64:
		f, _ := re.Float64()
		*p = f
		if im.Sign() != 0 || (exact && big.NewFloat(f).Cmp(re) != 0) {
			return v, refuse
		}
		return v, nil
	case *complex64:
		a, _ := re.Float32()
		b, _ := im.Float32()
		*p = complex(a, b)
		return v, nil
	case *complex128:
		a, _ := re.Float64()
		b, _ := im.Float64()
		*p = complex(a, b)
		return v, nil
	case *bool, *nd.Float16:
		return v, refuse
	}
	if im.Sign() != 0 || !re.IsInt() {
		return v, refuse
	}
	i, _ := re.Int(nil)
	if setInteger(&v, i) {
		return v, nil
	}
	return v, refuse
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

// isNaN reports whether a Go number is or contains NaN.
func isNaN(x any) bool {
	switch v := x.(type) {
	case float32:
		return v != v
	case float64:
		return v != v
	case complex64:
		return v != v
	case complex128:
		return v != v
	}
	return false
}

// number returns the parts of a Go number that is not NaN; exact is true for
// whole-number types, whose value a result must have to the last digit.
func number(x any) (parts [2]*big.Float, exact bool) {
	zero, fromFloat := new(big.Float), big.NewFloat
	fromInt := func(i int64) *big.Float { return new(big.Float).SetPrec(64).SetInt64(i) }
	fromUint := func(u uint64) *big.Float { return new(big.Float).SetPrec(64).SetUint64(u) }
	switch v := x.(type) {
	case int:
		return [2]*big.Float{fromInt(int64(v)), zero}, true
	case int8:
		return [2]*big.Float{fromInt(int64(v)), zero}, true
	case int16:
		return [2]*big.Float{fromInt(int64(v)), zero}, true
	case int32:
		return [2]*big.Float{fromInt(int64(v)), zero}, true
	case int64:
		return [2]*big.Float{fromInt(v), zero}, true
	case uint:
		return [2]*big.Float{fromUint(uint64(v)), zero}, true
	case uint8:
		return [2]*big.Float{fromUint(uint64(v)), zero}, true
	case uint16:
		return [2]*big.Float{fromUint(uint64(v)), zero}, true
	case uint32:
		return [2]*big.Float{fromUint(uint64(v)), zero}, true
	case uint64:
		return [2]*big.Float{fromUint(v), zero}, true
	case float32:
		return [2]*big.Float{fromFloat(float64(v)), zero}, false
	case float64:
		return [2]*big.Float{fromFloat(v), zero}, false
	case complex64:
		return [2]*big.Float{fromFloat(float64(real(v))), fromFloat(float64(imag(v)))}, false
	case complex128:
		return [2]*big.Float{fromFloat(real(v)), fromFloat(imag(v))}, false
	}
	return [2]*big.Float{zero, zero}, true
}
