package codec

import (
	"fmt"
	"math"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// numpyTypes reads two parameters that are dtypes: what enters the codec, by
// default the elements there are, and what leaves it, by default the same.
func (p Params) numpyTypes(in data, plain, stored string) (from, to word, err error) {
	if from, err = p.word(plain, word{in.DType, in.swapped}); err == nil {
		to, err = p.word(stored, from)
	}
	return from, to, err
}

// bindDelta stores differences between neighbours, the first element as it is.
func bindDelta(p Params, in data) (codec, data, error) {
	plain, stored, err := p.numpyTypes(in, "dtype", "astype")
	if err == nil {
		err = p.check("dtype", "astype")
	}
	if err != nil {
		return nil, in, err
	}
	var enc, dec func() func([]byte) error
	switch plain.dtype.Kind() {
	case nd.KindInt8, nd.KindUint8: // both signs wrap alike
		enc, dec = differences[uint8], sums[uint8]
	case nd.KindInt16, nd.KindUint16:
		enc, dec = differences[uint16], sums[uint16]
	case nd.KindInt32, nd.KindUint32:
		enc, dec = differences[uint32], sums[uint32]
	case nd.KindInt64, nd.KindUint64, nd.KindDatetime, nd.KindTimedelta:
		enc, dec = differences[uint64], sums[uint64]
	case nd.KindFloat16:
		enc, dec = halfDifferences, halfSums
	case nd.KindFloat32:
		enc, dec = differences[float32], sums[float32]
	case nd.KindFloat64:
		enc, dec = differences[float64], sums[float64]
	case nd.KindComplex64:
		enc, dec = differences[complex64], sums[complex64]
	case nd.KindComplex128:
		enc, dec = differences[complex128], sums[complex128]
	default:
		return nil, in, fmt.Errorf("%w: differences of %s", storage.ErrUnsupported, plain.dtype)
	}
	return bindNumbers(in, plain, stored, steps{plain.dtype, enc}, steps{plain.dtype, dec})
}

func differences[T nd.Number]() func([]byte) error {
	var last T
	first := true
	return func(part []byte) error {
		x := nd.AsSlice[T](part)
		if first { // minus zero stays what it is
			last, x, first = x[0], x[1:], false
		}
		for i, v := range x {
			x[i], last = v-last, v
		}
		return nil
	}
}

func sums[T nd.Number]() func([]byte) error {
	var last T
	first := true
	return func(part []byte) error {
		x := nd.AsSlice[T](part)
		if first {
			last, x, first = x[0], x[1:], false
		}
		for i, v := range x {
			last += v
			x[i] = last
		}
		return nil
	}
}

func halfDifferences() func([]byte) error {
	var last float32
	first := true
	return func(part []byte) error {
		x := nd.AsSlice[nd.Float16](part)
		if first {
			last, x, first = kernel.HalfToFloat(x[0]), x[1:], false
		}
		for i, h := range x {
			v := kernel.HalfToFloat(h)
			x[i], last = kernel.HalfFromFloat(float64(v-last)), v
		}
		return nil
	}
}

func halfSums() func([]byte) error {
	var last float32
	first := true
	return func(part []byte) error {
		x := nd.AsSlice[nd.Float16](part)
		if first {
			last, x, first = kernel.HalfToFloat(x[0]), x[1:], false
		}
		for i, h := range x {
			x[i] = kernel.HalfFromFloat(float64(last + kernel.HalfToFloat(h)))
			last = kernel.HalfToFloat(x[i])
		}
		return nil
	}
}

// eachFloat returns steps for floats: f is applied to each element in the
// arithmetic of dtype, which float16 has by rounding every result; integers are
// computed in float64.
func eachFloat(d nd.DType, f32 func(float32) float32, f64 func(float64) float64) steps {
	if d == nd.Float32 || d == nd.Half {
		return steps{nd.Float32, func() func([]byte) error { return each(f32) }}
	}
	return steps{nd.Float64, func() func([]byte) error { return each(f64) }}
}

func each[T nd.Float](f func(T) T) func([]byte) error {
	return func(part []byte) error {
		x := nd.AsSlice[T](part)
		for i, v := range x {
			x[i] = f(v)
		}
		return nil
	}
}

// rounding returns what rounds the results of float32 to those of a dtype.
func rounding(d nd.DType) func(float32) float32 {
	if d == nd.Half {
		return func(x float32) float32 { return kernel.HalfToFloat(kernel.HalfFromFloat(float64(x))) }
	}
	return func(x float32) float32 { return x }
}

// bindFixedScaleOffset stores (x - offset) * scale, rounded.
func bindFixedScaleOffset(p Params, in data) (codec, data, error) {
	plain, stored, err := p.numpyTypes(in, "dtype", "astype")
	var offset, scale float64
	if err == nil {
		offset, err = p.number("offset", 0)
	}
	if err == nil {
		scale, err = p.number("scale", 1)
	}
	if err == nil {
		err = p.check("dtype", "astype", "offset", "scale")
	}
	switch {
	case err != nil:
		return nil, in, err
	case scale == 0:
		return nil, in, fmt.Errorf("scale 0 can't be undone")
	case plain.dtype.IsComplex() || stored.dtype.IsComplex():
		return nil, in, fmt.Errorf("%w: scale and offset of %s, stored as %s", storage.ErrUnsupported, plain.dtype, stored.dtype)
	}
	r := rounding(plain.dtype)
	o, s := r(float32(offset)), r(float32(scale))
	enc := eachFloat(plain.dtype,
		func(x float32) float32 { return float32(math.RoundToEven(float64(r(r(x-o) * s)))) },
		func(x float64) float64 { return math.RoundToEven((x - offset) * scale) })
	q := rounding(stored.dtype)
	po, ps := q(float32(offset)), q(float32(scale))
	dec := eachFloat(stored.dtype,
		func(x float32) float32 { return q(q(x/ps) + po) },
		func(x float64) float64 { return x/scale + offset })
	return bindNumbers(in, plain, stored, enc, dec)
}

// bindQuantize rounds to a power of two that keeps so many decimal digits; the
// decoder only casts.
func bindQuantize(p Params, in data) (codec, data, error) {
	plain, stored, err := p.numpyTypes(in, "dtype", "astype")
	digits := 0
	if err == nil {
		digits, err = p.int("digits", 0, -300, 300)
	}
	if err == nil {
		err = p.check("dtype", "astype", "digits")
	}
	switch {
	case err != nil:
		return nil, in, err
	case !plain.dtype.IsFloat() || !stored.dtype.IsFloat():
		return nil, in, fmt.Errorf("%s, stored as %s, are no floats", plain.dtype, stored.dtype)
	}
	scale := math.Exp2(math.Ceil(float64(digits) * math.Log2(10)))
	r := rounding(plain.dtype)
	s := r(float32(scale))
	enc := eachFloat(plain.dtype,
		func(x float32) float32 { return r(float32(math.RoundToEven(float64(r(s*x)))) / s) },
		func(x float64) float64 { return math.RoundToEven(scale*x) / scale })
	return bindNumbers(in, plain, stored, enc, steps{})
}

// bindAsType stores another dtype.
func bindAsType(p Params, in data) (codec, data, error) {
	plain, stored, err := p.numpyTypes(in, "decode_dtype", "encode_dtype")
	if err == nil {
		err = p.check("decode_dtype", "encode_dtype")
	}
	if err != nil {
		return nil, in, err
	}
	return bindNumbers(in, plain, stored, steps{}, steps{})
}

// bindBitRound keeps so many bits of the fraction of floats, the last of them
// rounded to even; there is nothing to decode.
func bindBitRound(p Params, in data) (codec, data, error) {
	keep, err := p.int("keepbits", -1, 0, 52)
	if err == nil {
		err = p.check("keepbits")
	}
	if err == nil && keep < 0 {
		err = fmt.Errorf("keepbits is missing")
	}
	if err != nil {
		return nil, in, err
	}
	w := word{in.DType, in.swapped}
	var start func() func([]byte) error
	switch in.DType {
	case nd.Half:
		start, err = roundBits[uint16](10 - keep)
	case nd.Float32, nd.Complex64:
		start, err = roundBits[uint32](23 - keep)
	case nd.Float64, nd.Complex128:
		start, err = roundBits[uint64](52 - keep)
	default:
		start = func() func([]byte) error {
			return func([]byte) error { return fmt.Errorf("%w: rounding bits of %s", storage.ErrUnsupported, w.dtype) }
		}
	}
	if err != nil {
		return nil, in, fmt.Errorf("keepbits %d for %s", keep, w.dtype)
	}
	return bindNumbers(in, w, w, steps{start: start}, steps{})
}

// roundBits returns the steps that round drop bits away.
func roundBits[T uint16 | uint32 | uint64](drop int) (func() func([]byte) error, error) {
	switch {
	case drop < 0:
		return nil, fmt.Errorf("more bits than there are")
	case drop == 0:
		return nil, nil
	}
	half, mask := T(1)<<(drop-1)-1, ^T(0)<<drop
	return func() func([]byte) error {
		return func(part []byte) error {
			x := nd.AsSlice[T](part)
			for i, v := range x {
				x[i] = (v + half + v>>drop&1) & mask
			}
			return nil
		}
	}, nil
}
