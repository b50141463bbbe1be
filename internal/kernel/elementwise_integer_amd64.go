//go:build amd64 && !purego

package kernel

import (
	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// signedness says which integers a routine is for.
type signedness int

const (
	signed signedness = iota
	unsigned
	anySign
)

// integerRow are the routines of an operation for 1, 2, 4 and 8 bytes.
type integerRow struct {
	name  string
	nargs int
	sign  signedness
	f     [4]byLevel
}

// kinds returns those of a width that a row is for, by the logarithm of their bytes.
func (s signedness) kinds(log int) []nd.Kind {
	kinds := []nd.Kind{
		[]nd.Kind{nd.KindInt8, nd.KindInt16, nd.KindInt32, nd.KindInt64}[log],
		[]nd.Kind{nd.KindUint8, nd.KindUint16, nd.KindUint32, nd.KindUint64}[log],
	}
	if s == anySign {
		return kinds
	}
	return kinds[s : s+1]
}

// integerOperations have integers for results. Bytes have no products.
var integerOperations = []integerRow{
	{"add", 2, anySign, [4]byLevel{
		both(simd.AddInt8AVX2, simd.AddInt8AVX512), both(simd.AddInt16AVX2, simd.AddInt16AVX512),
		both(simd.AddInt32AVX2, simd.AddInt32AVX512), both(simd.AddInt64AVX2, simd.AddInt64AVX512),
	}},
	{"sub", 2, anySign, [4]byLevel{
		both(simd.SubInt8AVX2, simd.SubInt8AVX512), both(simd.SubInt16AVX2, simd.SubInt16AVX512),
		both(simd.SubInt32AVX2, simd.SubInt32AVX512), both(simd.SubInt64AVX2, simd.SubInt64AVX512),
	}},
	{"neg", 1, anySign, [4]byLevel{
		both(simd.NegInt8AVX2, simd.NegInt8AVX512), both(simd.NegInt16AVX2, simd.NegInt16AVX512),
		both(simd.NegInt32AVX2, simd.NegInt32AVX512), both(simd.NegInt64AVX2, simd.NegInt64AVX512),
	}},
	{"bit_and", 2, anySign, [4]byLevel{
		both(simd.AndInt8AVX2, simd.AndInt8AVX512), both(simd.AndInt16AVX2, simd.AndInt16AVX512),
		both(simd.AndInt32AVX2, simd.AndInt32AVX512), both(simd.AndInt64AVX2, simd.AndInt64AVX512),
	}},
	{"bit_or", 2, anySign, [4]byLevel{
		both(simd.OrInt8AVX2, simd.OrInt8AVX512), both(simd.OrInt16AVX2, simd.OrInt16AVX512),
		both(simd.OrInt32AVX2, simd.OrInt32AVX512), both(simd.OrInt64AVX2, simd.OrInt64AVX512),
	}},
	{"bit_xor", 2, anySign, [4]byLevel{
		both(simd.XorInt8AVX2, simd.XorInt8AVX512), both(simd.XorInt16AVX2, simd.XorInt16AVX512),
		both(simd.XorInt32AVX2, simd.XorInt32AVX512), both(simd.XorInt64AVX2, simd.XorInt64AVX512),
	}},
	{"invert", 1, anySign, [4]byLevel{
		both(simd.InvertInt8AVX2, simd.InvertInt8AVX512), both(simd.InvertInt16AVX2, simd.InvertInt16AVX512),
		both(simd.InvertInt32AVX2, simd.InvertInt32AVX512), both(simd.InvertInt64AVX2, simd.InvertInt64AVX512),
	}},
	{"mul", 2, anySign, [4]byLevel{
		{}, both(simd.MulInt16AVX2, simd.MulInt16AVX512),
		both(simd.MulInt32AVX2, simd.MulInt32AVX512), both(simd.MulInt64AVX2, simd.MulInt64AVX512),
	}},
	{"square", 1, anySign, [4]byLevel{
		{}, both(simd.SquareInt16AVX2, simd.SquareInt16AVX512),
		both(simd.SquareInt32AVX2, simd.SquareInt32AVX512), both(simd.SquareInt64AVX2, simd.SquareInt64AVX512),
	}},
	{"abs", 1, signed, [4]byLevel{
		both(simd.AbsInt8AVX2, simd.AbsInt8AVX512), both(simd.AbsInt16AVX2, simd.AbsInt16AVX512),
		both(simd.AbsInt32AVX2, simd.AbsInt32AVX512), both(simd.AbsInt64AVX2, simd.AbsInt64AVX512),
	}},
	{"minimum", 2, signed, [4]byLevel{
		both(simd.MinimumInt8AVX2, simd.MinimumInt8AVX512), both(simd.MinimumInt16AVX2, simd.MinimumInt16AVX512),
		both(simd.MinimumInt32AVX2, simd.MinimumInt32AVX512), both(simd.MinimumInt64AVX2, simd.MinimumInt64AVX512),
	}},
	{"minimum", 2, unsigned, [4]byLevel{
		both(simd.MinimumUint8AVX2, simd.MinimumUint8AVX512), both(simd.MinimumUint16AVX2, simd.MinimumUint16AVX512),
		both(simd.MinimumUint32AVX2, simd.MinimumUint32AVX512), both(simd.MinimumUint64AVX2, simd.MinimumUint64AVX512),
	}},
	{"maximum", 2, signed, [4]byLevel{
		both(simd.MaximumInt8AVX2, simd.MaximumInt8AVX512), both(simd.MaximumInt16AVX2, simd.MaximumInt16AVX512),
		both(simd.MaximumInt32AVX2, simd.MaximumInt32AVX512), both(simd.MaximumInt64AVX2, simd.MaximumInt64AVX512),
	}},
	{"maximum", 2, unsigned, [4]byLevel{
		both(simd.MaximumUint8AVX2, simd.MaximumUint8AVX512), both(simd.MaximumUint16AVX2, simd.MaximumUint16AVX512),
		both(simd.MaximumUint32AVX2, simd.MaximumUint32AVX512), both(simd.MaximumUint64AVX2, simd.MaximumUint64AVX512),
	}},
}

// integerComparisons have bools for results.
var integerComparisons = []integerRow{
	{"equal", 2, anySign, [4]byLevel{
		both(simd.EqualInt8AVX2, simd.EqualInt8AVX512), both(simd.EqualInt16AVX2, simd.EqualInt16AVX512),
		both(simd.EqualInt32AVX2, simd.EqualInt32AVX512), both(simd.EqualInt64AVX2, simd.EqualInt64AVX512),
	}},
	{"not_equal", 2, anySign, [4]byLevel{
		both(simd.NotEqualInt8AVX2, simd.NotEqualInt8AVX512), both(simd.NotEqualInt16AVX2, simd.NotEqualInt16AVX512),
		both(simd.NotEqualInt32AVX2, simd.NotEqualInt32AVX512), both(simd.NotEqualInt64AVX2, simd.NotEqualInt64AVX512),
	}},
	{"less", 2, signed, [4]byLevel{
		both(simd.LessInt8AVX2, simd.LessInt8AVX512), both(simd.LessInt16AVX2, simd.LessInt16AVX512),
		both(simd.LessInt32AVX2, simd.LessInt32AVX512), both(simd.LessInt64AVX2, simd.LessInt64AVX512),
	}},
	{"less", 2, unsigned, [4]byLevel{
		both(simd.LessUint8AVX2, simd.LessUint8AVX512), both(simd.LessUint16AVX2, simd.LessUint16AVX512),
		both(simd.LessUint32AVX2, simd.LessUint32AVX512), both(simd.LessUint64AVX2, simd.LessUint64AVX512),
	}},
	{"less_equal", 2, signed, [4]byLevel{
		both(simd.LessEqualInt8AVX2, simd.LessEqualInt8AVX512), both(simd.LessEqualInt16AVX2, simd.LessEqualInt16AVX512),
		both(simd.LessEqualInt32AVX2, simd.LessEqualInt32AVX512), both(simd.LessEqualInt64AVX2, simd.LessEqualInt64AVX512),
	}},
	{"less_equal", 2, unsigned, [4]byLevel{
		both(simd.LessEqualUint8AVX2, simd.LessEqualUint8AVX512), both(simd.LessEqualUint16AVX2, simd.LessEqualUint16AVX512),
		both(simd.LessEqualUint32AVX2, simd.LessEqualUint32AVX512), both(simd.LessEqualUint64AVX2, simd.LessEqualUint64AVX512),
	}},
	{"greater", 2, signed, [4]byLevel{
		both(simd.GreaterInt8AVX2, simd.GreaterInt8AVX512), both(simd.GreaterInt16AVX2, simd.GreaterInt16AVX512),
		both(simd.GreaterInt32AVX2, simd.GreaterInt32AVX512), both(simd.GreaterInt64AVX2, simd.GreaterInt64AVX512),
	}},
	{"greater", 2, unsigned, [4]byLevel{
		both(simd.GreaterUint8AVX2, simd.GreaterUint8AVX512), both(simd.GreaterUint16AVX2, simd.GreaterUint16AVX512),
		both(simd.GreaterUint32AVX2, simd.GreaterUint32AVX512), both(simd.GreaterUint64AVX2, simd.GreaterUint64AVX512),
	}},
	{"greater_equal", 2, signed, [4]byLevel{
		both(simd.GreaterEqualInt8AVX2, simd.GreaterEqualInt8AVX512), both(simd.GreaterEqualInt16AVX2, simd.GreaterEqualInt16AVX512),
		both(simd.GreaterEqualInt32AVX2, simd.GreaterEqualInt32AVX512), both(simd.GreaterEqualInt64AVX2, simd.GreaterEqualInt64AVX512),
	}},
	{"greater_equal", 2, unsigned, [4]byLevel{
		both(simd.GreaterEqualUint8AVX2, simd.GreaterEqualUint8AVX512), both(simd.GreaterEqualUint16AVX2, simd.GreaterEqualUint16AVX512),
		both(simd.GreaterEqualUint32AVX2, simd.GreaterEqualUint32AVX512), both(simd.GreaterEqualUint64AVX2, simd.GreaterEqualUint64AVX512),
	}},
}

func init() {
	accelerateIntegers := func(op integerRow, out func(size int) int) {
		for log, routines := range op.f {
			for _, k := range op.sign.kinds(log) {
				for l, f := range routines {
					if f != nil {
						accelerate(Level(l), k, op.name, assembled(f, 0, out(1<<log), same(1<<log, op.nargs)...))
					}
				}
			}
		}
	}
	for _, op := range integerOperations {
		accelerateIntegers(op, func(size int) int { return size })
	}
	for _, op := range integerComparisons {
		accelerateIntegers(op, func(int) int { return 1 })
	}
}
