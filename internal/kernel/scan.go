package kernel

import (
	"fmt"
	"math/big"

	"github.com/ndgrid/ndgrid/nd"
)

// Scan sets dst to running totals: x and dst have rows of so many elements each,
// in C order, and a row of dst is the one before with that of x added or
// multiplied. before is the row before the first, nil where there is none. A
// total of integers that the dtype doesn't hold is an error.
type Scan func(dst, x, before []byte, row int) error

// LookupScan returns the loop of "cumsum" or "cumprod" for a dtype.
func LookupScan(name string, dt nd.DType) (Scan, error) {
	s, ok := scans[opOf{dt.Kind(), name}]
	if !ok {
		return nil, fmt.Errorf("%s: no loop for %s; Cast first", name, dt)
	}
	return s, nil
}

var scans = map[opOf]Scan{}

func init() {
	scanIntegers[int8]()
	scanIntegers[int16]()
	scanIntegers[int32]()
	scanIntegers[int64]()
	scanIntegers[uint8]()
	scanIntegers[uint16]()
	scanIntegers[uint32]()
	scanIntegers[uint64]()
	scanInexact[float32](func(a, b float32) float32 { return a * b })
	scanInexact[float64](func(a, b float64) float64 { return a * b })
	scanInexact[complex64](func(a, b complex64) complex64 {
		return complex(mulComplex(real(a), imag(a), real(b), imag(b)))
	})
	scanInexact[complex128](mulComplex128)
}

func scanInexact[T nd.Inexact](mul func(a, b T) T) {
	kind := nd.DTypeOf[T]().Kind()
	scans[opOf{kind, "cumsum"}] = scan(func(a, b T) (T, error) { return a + b, nil })
	scans[opOf{kind, "cumprod"}] = scan(func(a, b T) (T, error) { return mul(a, b), nil })
}

func scanIntegers[T nd.Integer]() {
	kind := nd.DTypeOf[T]().Kind()
	scans[opOf{kind, "cumsum"}] = scan(func(a, b T) (T, error) {
		s := a + b
		if (b >= 0) != (s >= a) {
			v := bigInt(a)
			return 0, beyond[T]("cumsum", v.Add(v, bigInt(b)))
		}
		return s, nil
	})
	scans[opOf{kind, "cumprod"}] = scan(func(a, b T) (T, error) {
		p := a * b
		if a != 0 && p/a != b || a < 0 && b < 0 && p < 0 {
			v := bigInt(a)
			return 0, beyond[T]("cumprod", v.Mul(v, bigInt(b)))
		}
		return p, nil
	})
}

func bigInt[T nd.Integer](v T) *big.Int {
	if v < 0 {
		return big.NewInt(int64(v))
	}
	return new(big.Int).SetUint64(uint64(v))
}

func beyond[T nd.Integer](name string, v *big.Int) error {
	return tooBig[T](name, v.String(), v.IsInt64())
}

func scan[T nd.Number](op func(a, b T) (T, error)) Scan {
	return func(dst, x, before []byte, row int) (err error) {
		d, v, last := view[T](dst), view[T](x), view[T](before)
		if row == 1 && len(last) == 0 && len(v) > 0 {
			d[0], d, v, last = v[0], d[1:], v[1:], v[:1]
		}
		if row == 1 && len(v) > 0 { // the total stays in a register
			total := last[0]
			for i, e := range v {
				if total, err = op(total, e); err != nil {
					return err
				}
				d[i] = total
			}
			return nil
		}
		for ; len(v) > 0; d, v = d[row:], v[row:] {
			if len(last) == 0 {
				copy(d[:row], v)
			} else {
				for i, e := range v[:row] {
					if d[i], err = op(last[i], e); err != nil {
						return err
					}
				}
			}
			last = d[:row]
		}
		return nil
	}
}
