package nd

import (
	"math/cmplx"
	"slices"
)

// ArrayEqual reports whether two arrays have the same dtype, shape and
// elements. As in Go, NaN differs from everything and 0 equals -0; NaT is like
// NaN.
func ArrayEqual[T Elem](a, b *Array[T]) bool {
	if a.dtype != b.dtype || !slices.Equal(a.lay.shape, b.lay.shape) {
		return false
	}
	switch a := any(a).(type) {
	case *Array[Float16]:
		return allPairs(a, any(b).(*Array[Float16]), func(x, y Float16) bool { return x.Float32() == y.Float32() })
	case *Array[Datetime]:
		return allPairs(a, any(b).(*Array[Datetime]), func(x, y Datetime) bool { return x == y && x != nat })
	case *Array[Timedelta]:
		return allPairs(a, any(b).(*Array[Timedelta]), func(x, y Timedelta) bool { return x == y && x != nat })
	}
	return allPairs(a, b, func(x, y T) bool { return x == y })
}

// AllClose reports whether all elements of a are close to those of b by
// NumPy's rule: |a-b| <= atol + rtol*|b|. Infinities are close to themselves
// only, and so is NaN if equalNaN says so. The shapes are broadcast; where they
// don't, the arrays aren't close.
func AllClose[T Inexact](a, b *Array[T], rtol, atol float64, equalNaN bool) bool {
	shape, err := BroadcastShapes(a.lay.shape, b.lay.shape)
	if err != nil {
		return false
	}
	a, b = a.with(a.lay.broadcast(shape)), b.with(b.lay.broadcast(shape))
	return allPairs(a, b, func(x, y T) bool {
		p, q := toComplex(x), toComplex(y)
		switch {
		case p == q:
			return true
		case cmplx.IsInf(q): // but not an infinite tolerance
			return false
		case p != p || q != q:
			return equalNaN && p != p && q != q
		}
		return cmplx.Abs(p-q) <= atol+float64(rtol*cmplx.Abs(q))
	})
}

func toComplex[T Inexact](v T) complex128 {
	switch v := any(v).(type) {
	case float32:
		return complex(float64(v), 0)
	case float64:
		return complex(v, 0)
	case complex64:
		return complex128(v)
	case complex128:
		return v
	}
	return 0
}

// allPairs reports whether f holds for every pair of elements of arrays of one
// shape.
func allPairs[T Elem](a, b *Array[T], f func(x, y T) bool) bool {
	all := true
	walk(func(at, step []int, n int) bool {
		p, q := at[0], at[1]
		for range n {
			if !f(a.data[p], b.data[q]) {
				all = false
				return false
			}
			p, q = p+step[0], q+step[1]
		}
		return true
	}, a.lay, b.lay)
	return all
}
