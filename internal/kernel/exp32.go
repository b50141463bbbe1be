package kernel

import "math"

// b^x of float32 is 2^k * b^r, where k is the whole number next to x*log2(b), and
// b^r a polynomial in what is left. The same operations in the same order are
// the assembly of package simd.

// exponential32 is what b^x is made of. Assembly knows the order of its fields.
type exponential32 struct {
	log2        lanes32    // log2(b)
	shift       lanes32    // nearest32
	hi, lo      lanes32    // 1/log2(b) in two parts: x - k*hi - k*lo is r
	one         lanes32    //
	c           [6]lanes32 // b^r = 1 + c0*r + c1*r^2 + …
	limit       lanes32    // |x| from which on b^x may be subnormal or infinite
	magnitude   lanes32    // the bits of |x|
	least, most lanes32    // b^x is 0 and infinite at and beyond these
	bound       lanes32    // of |r|, for AVX-512
}

// newExponential32 fills the fields that are always the same.
func newExponential32(e exponential32) *exponential32 {
	e.shift, e.one, e.magnitude, e.bound = all32(nearest32), all32(1), allBits32(1<<31-1), e.hi
	return &e
}

// The polynomials are of simd/gen/coefficients/float32.py.
var (
	baseE32 = newExponential32(exponential32{
		log2: all32(0x1.715476p+0), hi: all32(0x1.62e43p-1), lo: all32(-0x1.05c61p-29),
		limit: all32(86.5), least: all32(-104), most: all32(89),
		c: [6]lanes32{
			all32(1), all32(0x1.fffffcp-2), all32(0x1.555492p-3), all32(0x1.5558b4p-5), all32(0x1.12399ep-7), all32(0x1.6a492ep-10),
		},
	})
	baseTwo32 = newExponential32(exponential32{
		log2: all32(1), hi: all32(1), lo: all32(0),
		limit: all32(125), least: all32(-151), most: all32(129),
		c: [6]lanes32{
			all32(0x1.62e43p-1), all32(0x1.ebfbdcp-3), all32(0x1.c6af7ap-5), all32(0x1.3b2ddap-7), all32(0x1.5f0976p-10), all32(0x1.4172a6p-13),
		},
	})
)

// of returns b^x.
func (e *exponential32) of(x float32) float32 {
	x = min(max(x, e.least[0]), e.most[0])
	t := fma32(x, e.log2[0], nearest32)
	n := t - nearest32
	r := fma32(-n, e.lo[0], fma32(-n, e.hi[0], x))
	q := fma32(r, polynomial32(e.c[1:], r, r*r), e.c[0][0])
	y := fma32(r, q, 1)
	k := int32(math.Float32bits(t)) - int32(math.Float32bits(nearest32))
	return float32(float64(y) * math.Float64frombits(uint64(k+1023)<<52))
}

func expFloat32(x float32) float32 { return baseE32.of(x) }

func exp2Float32(x float32) float32 { return baseTwo32.of(x) }
