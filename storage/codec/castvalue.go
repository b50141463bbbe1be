package codec

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Pair says that one element is stored as another: their bytes.
type Pair struct{ From, To []byte }

// bindCastValue is array→array: the same values as another dtype. Its parameters
// are those of the specification, with dtypes and elements in place of their
// JSON: data_type is an nd.DType, encode and decode of scalar_map are []Pair, and
// dtype is the nd.DType they were read for.
func bindCastValue(p Params, in data) (codec, data, error) {
	stored, err := p.bound(in, "data_type", "rounding", "out_of_range", "encode", "decode")
	if err != nil {
		return nil, in, err
	}
	rounding, err := p.string("rounding")
	if err != nil {
		return nil, in, err
	}
	outside, err := p.string("out_of_range")
	if err != nil {
		return nil, in, err
	}
	round, ok := roundings[rounding]
	switch {
	case !ok:
		return nil, in, fmt.Errorf("rounding %q", rounding)
	case !slices.Contains([]string{"", "error", "clamp", "wrap"}, outside):
		return nil, in, fmt.Errorf("out_of_range %q", outside)
	case !isReal(in.DType) || !isReal(stored):
		return nil, in, fmt.Errorf("%w: casting %s to %s", storage.ErrUnsupported, in.DType, stored)
	}
	c := castValue{enc: valueCast{in.DType, stored, round, outside, nil}, dec: valueCast{stored, in.DType, round, outside, nil}}
	c.enc.pairs, _ = p["encode"].([]Pair)
	c.dec.pairs, _ = p["decode"].([]Pair)
	out := in
	out.DType, out.Size = stored, in.Size/in.DType.Size()*stored.Size()
	return &c, out, nil
}

// bound checks the names of parameters that were read for a dtype, and that it is
// the one that enters. It returns data_type, or that one.
func (p Params) bound(in data, known ...string) (nd.DType, error) {
	if err := p.check(append(known, "dtype")...); err != nil {
		return in.DType, err
	}
	if !in.Array {
		return in.DType, fmt.Errorf("bytes enter where an array should")
	}
	if d, _ := p["dtype"].(nd.DType); d != in.DType {
		return in.DType, fmt.Errorf("%w: behind a codec that makes %s of %s", storage.ErrUnsupported, in.DType, d)
	}
	if d, ok := p["data_type"].(nd.DType); ok {
		return d, nil
	}
	return in.DType, nil
}

func isReal(d nd.DType) bool { return d.IsInteger() || d.IsFloat() }

type castValue struct{ enc, dec valueCast }

func (c *castValue) Encode(dst, src []byte) ([]byte, error) { return c.enc.apply(dst, src) }
func (c *castValue) Decode(dst, src []byte) ([]byte, error) { return c.dec.apply(dst, src) }
func (c *castValue) Cost() (encode, decode int)             { return 0, 0 }

// valueCast casts elements one by one.
type valueCast struct {
	from, to nd.DType
	round    func(float64) float64 // to a whole number
	outside  string                // what happens to values the dtype hasn't got
	pairs    []Pair                // elements with a value of their own
}

func (c *valueCast) apply(dst, src []byte) ([]byte, error) {
	from, to := c.from.Size(), c.to.Size()
	if len(src)%from != 0 {
		return dst, corrupt("%d bytes are no whole number of %s", len(src), c.from)
	}
	n, at := len(src)/from, len(dst)
	dst = slices.Grow(dst, n*to)[:at+n*to]
	for i := range n {
		v, out := load(c.from, src[i*from:]), dst[at+i*to:at+(i+1)*to]
		if k := c.mapped(v); k >= 0 {
			copy(out, c.pairs[k].To)
			continue
		}
		v, ok := c.cast(v)
		if !ok {
			return dst[:at], corrupt("element %d, %v, is no %s", i, v, c.to)
		}
		v.store(c.to, out)
	}
	return dst, nil
}

// mapped returns the first of the pairs that a value is in, or -1. All NaNs are
// the same there.
func (c *valueCast) mapped(v real) int {
	return slices.IndexFunc(c.pairs, func(p Pair) bool {
		x := load(c.from, p.From)
		return x == v || math.IsNaN(x.f) && math.IsNaN(v.f)
	})
}

// real is a number: f where it is a float, otherwise the two's complement u.
type real struct {
	float, negative bool // negative: the integer
	f               float64
	u               uint64
}

func (v real) String() string {
	switch {
	case v.float:
		return fmt.Sprint(v.f)
	case v.negative:
		return fmt.Sprint(int64(v.u))
	}
	return fmt.Sprint(v.u)
}

func load(d nd.DType, b []byte) real {
	u := (&packBits{size: d.Size()}).load(b)
	switch d.Kind() {
	case nd.KindFloat16:
		return real{float: true, f: float64(kernel.HalfToFloat(nd.Float16(u)))}
	case nd.KindFloat32:
		return real{float: true, f: float64(math.Float32frombits(uint32(u)))}
	case nd.KindFloat64:
		return real{float: true, f: math.Float64frombits(u)}
	}
	if d.IsSigned() {
		i := int64(u<<(64-8*d.Size())) >> (64 - 8*d.Size())
		return real{negative: i < 0, u: uint64(i)}
	}
	return real{u: u}
}

func (v real) store(d nd.DType, b []byte) {
	u := v.u
	switch d.Kind() {
	case nd.KindFloat16:
		u = uint64(kernel.HalfFromFloat(v.f))
	case nd.KindFloat32:
		u = uint64(math.Float32bits(float32(v.f)))
	case nd.KindFloat64:
		u = math.Float64bits(v.f)
	}
	(&packBits{size: d.Size()}).store(b, u)
}

// cast returns the value that the dtype has for v; false where it has none.
func (c *valueCast) cast(v real) (real, bool) {
	if c.to.IsFloat() {
		return c.toFloat(v)
	}
	clamped := func(negative bool) (real, bool) {
		lo, hi := limits(c.to)
		if negative {
			return lo, c.outside == "clamp"
		}
		return hi, c.outside == "clamp"
	}
	if v.float {
		f := c.round(v.f)
		switch {
		case math.IsNaN(f):
			return v, false
		case math.IsInf(f, 0) || (f < -1<<63 || f >= 1<<64) && c.outside != "wrap":
			if r, ok := clamped(f < 0); ok {
				return r, true
			}
			return v, false
		}
		m := math.Mod(f, 1<<64)
		x := real{negative: m < 0, u: uint64(math.Abs(m))}
		if m < 0 {
			x.u = -x.u
		}
		if f < -1<<63 || f >= 1<<64 {
			return x, true // wrapped
		}
		v = x
	}
	lo, hi := limits(c.to)
	inside := v.u <= hi.u
	if v.negative {
		inside = lo.negative && int64(v.u) >= int64(lo.u)
	}
	if inside || c.outside == "wrap" {
		return v, true // store takes the low bits
	}
	if r, ok := clamped(v.negative); ok {
		return r, true
	}
	return v, false
}

// limits are the least and the greatest integer of a dtype.
func limits(d nd.DType) (lo, hi real) {
	n := 8 * d.Size()
	if d.IsSigned() {
		return real{negative: true, u: ^uint64(0) << (n - 1)}, real{u: 1<<(n-1) - 1}
	}
	return real{}, real{u: ^uint64(0) >> (64 - n)}
}

// toFloat rounds a number to those that a dtype of floats has.
func (c *valueCast) toFloat(v real) (real, bool) {
	digits, least, most := 53, -1074, math.MaxFloat64
	switch c.to.Kind() {
	case nd.KindFloat16:
		digits, least, most = 11, -24, 65504
	case nd.KindFloat32:
		digits, least, most = 24, -149, math.MaxFloat32
	}
	r := real{float: true, f: v.f}
	switch {
	case !v.float:
		r.f = c.wholeFloat(v, digits)
	case math.IsNaN(v.f) || math.IsInf(v.f, 0) || v.f == 0 || digits == 53:
		return r, true
	default: // a whole number of the distance between neighbours
		_, exp := math.Frexp(v.f)
		unit := max(exp-digits, least)
		r.f = math.Ldexp(c.round(math.Ldexp(v.f, -unit)), unit)
	}
	if math.Abs(r.f) > most {
		if c.outside != "clamp" {
			return v, false
		}
		r.f = math.Copysign(most, r.f)
	}
	return r, true
}

// wholeFloat rounds an integer to a float of so many binary digits.
func (c *valueCast) wholeFloat(v real, digits int) float64 {
	size, sign := v.u, 1.0
	if v.negative {
		size, sign = -v.u, -1
	}
	drop := bits.Len64(size) - digits
	if drop <= 0 {
		return sign * float64(size)
	}
	// What is dropped decides: nothing, less than a half, a half, or more. Beside
	// the lowest bit that stays, quarters say as much.
	rest, half := size&(1<<drop-1), uint64(1)<<(drop-1)
	part := 0.0
	switch {
	case rest == half:
		part = 0.5
	case rest > half:
		part = 0.75
	case rest > 0:
		part = 0.25
	}
	kept := size >> drop
	low := float64(sign * float64(kept&1))
	up := c.round(low+float64(sign*part)) - low
	return math.Ldexp(float64(sign*float64(kept))+up, drop)
}

var roundings = map[string]func(float64) float64{
	"": math.RoundToEven, "nearest-even": math.RoundToEven, "nearest-away": math.Round,
	"towards-zero": math.Trunc, "towards-positive": math.Ceil, "towards-negative": math.Floor,
}

// bindScaleOffset is array→array: (x - offset) * scale, in the arithmetic of the
// dtype. Its parameters are bytes of elements, and dtype is what they were read
// for.
func bindScaleOffset(p Params, in data) (codec, data, error) {
	d, err := p.bound(in, "offset", "scale")
	if err != nil {
		return nil, in, err
	}
	if !isReal(d) {
		return nil, in, fmt.Errorf("%w: scale and offset of %s", storage.ErrUnsupported, d)
	}
	offset, scale := real{float: d.IsFloat()}, real{float: d.IsFloat(), f: 1, u: 1}
	if b, ok := p["offset"].([]byte); ok {
		offset = load(d, b)
	}
	if b, ok := p["scale"].([]byte); ok {
		scale = load(d, b)
	}
	w := word{dtype: d}
	if d.IsFloat() {
		if scale.f == 0 {
			return nil, in, fmt.Errorf("scale 0 can't be undone")
		}
		r := rounding(d)
		o, s := float32(offset.f), float32(scale.f)
		enc := eachFloat(d, func(x float32) float32 { return r(r(x-o) * s) }, func(x float64) float64 { return (x - offset.f) * scale.f })
		dec := eachFloat(d, func(x float32) float32 { return r(r(x/s) + o) }, func(x float64) float64 { return x/scale.f + offset.f })
		return bindNumbers(in, w, w, enc, dec)
	}
	if scale.u == 0 {
		return nil, in, fmt.Errorf("scale 0 can't be undone")
	}
	eachInt := func(f func(x real) (uint64, bool)) steps {
		return steps{start: func() func([]byte) error {
			return func(part []byte) error {
				for n := d.Size(); len(part) > 0; part = part[n:] {
					x := load(d, part)
					u, ok := f(x)
					if !ok {
						return corrupt("%v is no multiple of the scale %v", x, scale)
					}
					real{u: u}.store(d, part[:n])
				}
				return nil
			}
		}}
	}
	enc := eachInt(func(x real) (uint64, bool) { return (x.u - offset.u) * scale.u, true })
	dec := eachInt(func(x real) (uint64, bool) {
		if d.IsSigned() {
			return uint64(int64(x.u)/int64(scale.u)) + offset.u, int64(x.u)%int64(scale.u) == 0
		}
		return x.u/scale.u + offset.u, x.u%scale.u == 0
	})
	return bindNumbers(in, w, w, enc, dec)
}
