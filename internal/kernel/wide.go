package kernel

import (
	"fmt"
	"math/big"
	"math/bits"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// wide is a 128-bit two's complement integer, the state of sums of integers:
// exact for any number of elements.
type wide struct {
	lo uint64
	hi int64
}

func (a wide) plus(b wide) wide {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	return wide{lo, a.hi + b.hi + int64(carry)}
}

// wideOf returns high*2^32 + low.
func wideOf(low, high int64) wide {
	return wide{uint64(low), low >> 63}.plus(wide{uint64(high) << 32, high >> 32})
}

func (a wide) big() *big.Int {
	v := new(big.Int).Lsh(big.NewInt(a.hi), 64)
	return v.Add(v, new(big.Int).SetUint64(a.lo))
}

// wideSums are the loops that add integers, in plain Go or in assembly.
type wideSums[T nd.Integer] struct {
	leaf    func(x []T) wide
	columns func(states []wide, x []T, rows, stride int)
}

// plainWideSums adds those of up to 32 bits in 64 bits, and those of 64 in two
// parts of 32 bits.
func plainWideSums[T nd.Integer]() wideSums[T] {
	var zero T
	leaf, column := sumNarrow[T], columnNarrow[T]
	if unsafe.Sizeof(zero) == 8 {
		leaf, column = sumHalves[T], columnHalves[T]
	}
	return wideSums[T]{leaf, func(states []wide, x []T, _, stride int) {
		for c := range states {
			states[c] = column(x[c:], stride)
		}
	}}
}

func addWide(a, b []wide) {
	a = a[:len(b)]
	for i, s := range b {
		a[i] = a[i].plus(s)
	}
}

// wideSum adds integers exactly.
func wideSum[T nd.Integer](s wideSums[T]) *fold[T, wide] {
	return &fold[T, wide]{
		run:   func(x []T, _ int) wide { return s.leaf(x) },
		rows:  func(states []wide, x []T, rows, stride, _ int) { s.columns(states, x, rows, stride) },
		merge: addWide,
		finish: func(dst []byte, states []wide) error {
			d := view[T](dst)
			for i, s := range states {
				d[i] = T(s.lo)
				if wideOfInteger(d[i]) != s {
					return tooBig[T]("sum", s.big().String(), s == wideOfInteger(int64(s.lo)))
				}
			}
			return nil
		},
	}
}

func sumNarrow[T nd.Integer](x []T) wide {
	var s0, s1, s2, s3 int64
	n := len(x) &^ 3
	for i := 0; i < n; i += 4 {
		v := (*[4]T)(x[i : i+4])
		s0 += int64(v[0])
		s1 += int64(v[1])
		s2 += int64(v[2])
		s3 += int64(v[3])
	}
	for _, v := range x[n:] {
		s0 += int64(v)
	}
	return wideOf(s0+s1+s2+s3, 0)
}

func columnNarrow[T nd.Integer](x []T, stride int) wide {
	var s int64
	for i := 0; i < len(x); i += stride {
		s += int64(x[i])
	}
	return wideOf(s, 0)
}

func sumHalves[T nd.Integer](x []T) wide {
	var l0, l1, h0, h1 int64
	n := len(x) &^ 1
	for i := 0; i < n; i += 2 {
		v := (*[2]T)(x[i : i+2])
		l0, h0 = l0+lower(v[0]), h0+upper(v[0])
		l1, h1 = l1+lower(v[1]), h1+upper(v[1])
	}
	for _, v := range x[n:] {
		l0, h0 = l0+lower(v), h0+upper(v)
	}
	return wideOf(l0+l1, h0+h1)
}

func columnHalves[T nd.Integer](x []T, stride int) wide {
	var l, h int64
	for i := 0; i < len(x); i += stride {
		l, h = l+lower(x[i]), h+upper(x[i])
	}
	return wideOf(l, h)
}

// lower and upper are the parts of 32 bits: v = upper*2^32 + lower.
func lower[T nd.Integer](v T) int64 { return int64(uint32(v)) }

func upper[T nd.Integer](v T) int64 {
	half := 32 // a variable: T may be narrower, though it never is here
	return int64(v >> half)
}

// wideOfInteger extends the sign of v, if T has one.
func wideOfInteger[T nd.Integer](v T) wide {
	if v < 0 {
		return wide{uint64(v), -1}
	}
	return wide{uint64(v), 0}
}

// tooBig is the error for a result that is not a T, naming a dtype that takes
// it.
func tooBig[T nd.Integer](name, value string, inInt64 bool) error {
	wider := nd.Float64
	if inInt64 {
		wider = nd.Int64
	}
	return fmt.Errorf("%s is %s, which %s does not hold; Cast to %s first", name, value, nd.DTypeOf[T](), wider)
}

// product is an exact product of integers: mag, or beyond 64 bits where over.
type product struct {
	mag       uint64
	neg, over bool
	_         [6]byte
}

func (a product) times(b product) product {
	if a.isZero() || b.isZero() {
		return product{}
	}
	high, low := bits.Mul64(a.mag, b.mag)
	return product{mag: low, neg: a.neg != b.neg, over: a.over || b.over || high != 0}
}

func (a product) isZero() bool { return a.mag == 0 && !a.over }

// productOf multiplies the elements of x that are stride apart.
func productOf[T nd.Integer](x []T, stride int) product {
	p := product{mag: 1}
	for i := 0; i < len(x); i += stride {
		v := x[i]
		if v == 0 {
			return product{}
		}
		m := uint64(v)
		if v < 0 {
			m = -m
			p.neg = !p.neg
		}
		high, low := bits.Mul64(p.mag, m)
		p.mag = low
		p.over = p.over || high != 0
	}
	return p
}

// wideProd multiplies integers; what goes beyond 64 bits is an error unless a
// factor is zero.
func wideProd[T nd.Integer]() *fold[T, product] {
	return &fold[T, product]{
		empty: product{mag: 1},
		run:   func(x []T, _ int) product { return productOf(x, 1) },
		rows: func(states []product, x []T, _, stride, _ int) {
			for c := range states {
				states[c] = productOf(x[c:], stride)
			}
		},
		merge: mergeEach(product.times),
		finish: func(dst []byte, states []product) error {
			d := view[T](dst)
			for i, p := range states {
				v := p.mag
				if p.neg {
					v = -v
				}
				d[i] = T(v)
				if p.over || (d[i] < 0) != p.neg || uint64(d[i]) != v {
					return tooBig[T]("prod", p.String(), !p.over && (int64(v) < 0) == p.neg)
				}
			}
			return nil
		},
	}
}

func (a product) String() string {
	sign := ""
	if a.neg {
		sign = "-"
	}
	if a.over {
		return sign + "2^64 or beyond"
	}
	return fmt.Sprintf("%s%d", sign, a.mag)
}
