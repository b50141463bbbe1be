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

// wideSum adds integers exactly. Within a leaf those of up to 32 bits are added
// in 64 bits, and those of 64 in two parts of 32 bits.
func wideSum[T nd.Integer]() *fold[T, wide] {
	var zero T
	run := func(x []T) wide {
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
	if half := 32; unsafe.Sizeof(zero) == 8 {
		run = func(x []T) wide {
			var l0, l1, h0, h1 int64
			n := len(x) &^ 1
			for i := 0; i < n; i += 2 {
				v := (*[2]T)(x[i : i+2])
				l0 += int64(uint32(v[0]))
				h0 += int64(v[0] >> half)
				l1 += int64(uint32(v[1]))
				h1 += int64(v[1] >> half)
			}
			for _, v := range x[n:] {
				l0 += int64(uint32(v))
				h0 += int64(v >> half)
			}
			return wideOf(l0+l1, h0+h1)
		}
	}
	return &fold[T, wide]{
		run: func(x []T, _ int) wide { return run(x) },
		rows: func(states []wide, x []T, rows, _ int) {
			clear(states)
			for r := range rows {
				for c, v := range x[r*len(states):][:len(states)] {
					states[c] = states[c].plus(wideOfInteger(v))
				}
			}
		},
		merge: wide.plus,
		finish: func(dst []byte, states []wide) error {
			d := view[T](dst)
			for i, s := range states {
				d[i] = T(s.lo)
				if wideOfInteger(d[i]) != s {
					return tooBig[T]("sum", s.big().String())
				}
			}
			return nil
		},
	}
}

// wideOfInteger extends the sign of v, if T has one.
func wideOfInteger[T nd.Integer](v T) wide {
	if v < 0 {
		return wide{uint64(v), -1}
	}
	return wide{uint64(v), 0}
}

// tooBig is the error for a result that is not a T, naming a dtype that takes
// more.
func tooBig[T nd.Integer](name, value string) error {
	dtype := nd.DTypeOf[T]()
	wider := nd.Int64
	if dtype.Size() == 8 {
		wider = nd.Float64
	}
	return fmt.Errorf("%s is %s, which %s does not hold; Cast to %s first", name, value, dtype, wider)
}

// product is an exact product of integers: mag, or beyond 64 bits where over.
type product struct {
	mag       uint64
	neg, over bool
	_         [6]byte
}

func (a product) times(b product) product {
	high, low := bits.Mul64(a.mag, b.mag)
	p := product{mag: low, neg: a.neg != b.neg, over: a.over || b.over || high != 0}
	if a.isZero() || b.isZero() {
		return product{}
	}
	return p
}

func (a product) isZero() bool { return a.mag == 0 && !a.over }

// wideProd multiplies integers; what goes beyond 64 bits is an error unless a
// factor is zero.
func wideProd[T nd.Integer]() *fold[T, product] {
	f := lanesFold(product{mag: 1}, func(x T) product {
		if x < 0 {
			return product{mag: -uint64(x), neg: true}
		}
		return product{mag: uint64(x)}
	}, product.times, func(product) T { return 0 })
	f.finish = func(dst []byte, states []product) error {
		d := view[T](dst)
		for i, p := range states {
			v := p.mag
			if p.neg {
				v = -v
			}
			d[i] = T(v)
			if p.over || (d[i] < 0) != p.neg || uint64(d[i]) != v {
				return tooBig[T]("prod", p.String())
			}
		}
		return nil
	}
	return f
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
