package conformance

import (
	"math"
	"math/rand/v2"

	"github.com/ndgrid/ndgrid/nd"
)

// taste says what random elements are like.
type taste int

const (
	wild  taste = iota // all bit patterns, and the edges of the dtype often
	small              // numbers of a few digits, no edges
	near1              // so near to ±1 that long products neither over- nor underflow
)

// dtypes are those with elements that can be computed.
var dtypes = []nd.DType{
	nd.Bool, nd.Int8, nd.Int16, nd.Int32, nd.Int64, nd.Uint8, nd.Uint16, nd.Uint32, nd.Uint64,
	nd.Half, nd.Float32, nd.Float64, nd.Complex64, nd.Complex128,
	nd.Datetime64("D"), nd.Datetime64("10us"), nd.Timedelta64("D"), nd.Timedelta64("10us"),
}

// elements returns the bytes of n random elements.
func elements(r *rand.Rand, dt nd.DType, n int, t taste) []byte {
	b := nd.MakeBytes(n * dt.Size())
	switch dt.Kind() {
	case nd.KindBool:
		fill(b, func() byte { return byte(r.IntN(2)) })
	case nd.KindInt8, nd.KindUint8:
		fill(b, func() byte { return byte(integer(r, t, 8, dt.IsSigned())) })
	case nd.KindInt16, nd.KindUint16:
		fill(nd.AsSlice[uint16](b), func() uint16 { return uint16(integer(r, t, 16, dt.IsSigned())) })
	case nd.KindInt32, nd.KindUint32:
		fill(nd.AsSlice[uint32](b), func() uint32 { return uint32(integer(r, t, 32, dt.IsSigned())) })
	case nd.KindInt64, nd.KindUint64, nd.KindDatetime, nd.KindTimedelta:
		fill(nd.AsSlice[uint64](b), func() uint64 { return integer(r, t, 64, !(dt == nd.Uint64)) })
	case nd.KindFloat16:
		fill(nd.AsSlice[uint16](b), func() uint16 { return half(r, t) })
	case nd.KindFloat32:
		fill(nd.AsSlice[float32](b), func() float32 { return float32Of(r, t) })
	case nd.KindFloat64:
		fill(nd.AsSlice[float64](b), func() float64 { return float64Of(r, t) })
	case nd.KindComplex64:
		fill(nd.AsSlice[float32](b), func() float32 { return float32Of(r, t) * partOf(t) })
	case nd.KindComplex128:
		fill(nd.AsSlice[float64](b), func() float64 { return float64Of(r, t) * float64(partOf(t)) })
	}
	return b
}

// partOf is the size of a part of a complex number beside that of a real one:
// those near 1 have a modulus near 1.
func partOf(t taste) float32 {
	if t == near1 {
		return math.Sqrt2 / 2
	}
	return 1
}

func fill[T any](s []T, f func() T) {
	for i := range s {
		s[i] = f()
	}
}

// integer returns the low bits of an integer of that many bits.
func integer(r *rand.Rand, t taste, bits int, signed bool) uint64 {
	switch {
	case t == near1:
		return uint64(1 + r.IntN(2)*r.IntN(2)*r.IntN(2))
	case t == small && signed:
		return uint64(r.IntN(15) - 7)
	case t == small:
		return uint64(r.IntN(8))
	}
	switch r.IntN(8) {
	case 0: // the ends of the range, its middle, and around zero
		ends := []uint64{0, 1, 2, math.MaxUint64, 1 << (bits - 1), 1<<(bits-1) - 1, 1<<(bits-1) + 1, 10, 60, uint64(bits), uint64(bits) - 1}
		return ends[r.IntN(len(ends))]
	case 1, 2, 3:
		return uint64(r.IntN(25) - 5)
	}
	return r.Uint64() >> r.IntN(64)
}

func half(r *rand.Rand, t taste) uint16 {
	if t == wild {
		return uint16(r.Uint32())
	}
	return uint16(15+r.IntN(2))<<10 | uint16(r.Uint32()&0x83ff)
}

// edges64 and edges32 are the floats where functions bend: zeros, infinities,
// subnormals, ends of the range, and what exponentials and conversions to
// integers reach last.
var (
	edges64 = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 1.5, 2.5, math.Inf(1), math.Inf(-1), math.NaN(),
		math.SmallestNonzeroFloat64, -0x1p-1030, 0x1p-1022, math.MaxFloat64, -math.MaxFloat64, 0x1p63, -0x1p63, 0x1p64, 127.5, -128.5, 255.9,
		65519.9, 65520, 709.5, -745, math.Pi, math.Pi / 2, 0x1p-27, 1 - 0x1p-53, 1 + 0x1p-52, 0x1p53 + 2, 1e22, -1e300, 1e-300}
	edges32 = []float32{0, float32(math.Copysign(0, -1)), 1, -1, 0.5, -0.5, 1.5, 2.5, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
		math.SmallestNonzeroFloat32, -0x1p-130, 0x1p-126, math.MaxFloat32, -math.MaxFloat32, 0x1p31, -0x1p31, 0x1p63, 0x1p64, 127.5, -128.5, 255.9,
		65519, 65520, 88.7, -104, math.Pi, math.Pi / 2, 0x1p-12, 1 - 0x1p-24, 1 + 0x1p-23, 0x1p24 + 2, 1e10, -1e30, 1e-30}
)

func float64Of(r *rand.Rand, t taste) float64 {
	if t != wild {
		return tame(r, t)
	}
	switch r.IntN(8) {
	case 0:
		return edges64[r.IntN(len(edges64))]
	case 1:
		return math.Float64frombits(r.Uint64())
	case 2:
		return float64(r.IntN(41)-20) / 2
	case 3:
		return math.Ldexp(r.NormFloat64(), r.IntN(80)-40)
	}
	return r.NormFloat64() * 3
}

func float32Of(r *rand.Rand, t taste) float32 {
	if t != wild {
		return float32(tame(r, t))
	}
	switch r.IntN(8) {
	case 0:
		return edges32[r.IntN(len(edges32))]
	case 1:
		return math.Float32frombits(r.Uint32())
	case 2:
		return float32(r.IntN(41)-20) / 2
	case 3:
		return float32(math.Ldexp(r.NormFloat64(), r.IntN(80)-40))
	}
	return float32(r.NormFloat64() * 3)
}

func tame(r *rand.Rand, t taste) float64 {
	if t == near1 {
		return (1 - 2*float64(r.IntN(2))) * (1 + r.NormFloat64()/64)
	}
	return r.NormFloat64() * 3
}
