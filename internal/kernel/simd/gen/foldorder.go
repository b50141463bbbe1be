package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// foldorder emits least and greatest elements, and the places of elements. NaN
// wins, or is left out; -0 is below +0. Lanes need no order here: the result is
// the same in any.
func foldorder() {
	for _, dtype := range []string{"Float64", "Float32", "Int8", "Int16", "Int32", "Int64", "Uint8", "Uint16", "Uint32", "Uint64"} {
		for _, f := range folders(dtype, sizes[dtype], Mem{}) {
			f.overlap = !f.avx512
			for _, o := range []orderer{{folder: f}, {folder: f, greatest: true}} {
				o.leaf()
				o.rows()
				o.places()
			}
			find(f, "Find", "that are v")
			if dtype[0] == 'F' {
				for _, o := range []orderer{{folder: f, skip: true}, {folder: f, greatest: true, skip: true}} {
					o.leaf()
					o.rows()
				}
				find(f, "FindNaN", "that are NaN")
			}
		}
	}
}

// orderer writes the extremes of one dtype: the least or the greatest, NaN
// winning or left out.
type orderer struct {
	*folder
	greatest, skip bool
	nan, top       reg.VecVirtual // constants
}

func (o orderer) name() string {
	name := map[bool]string{false: "Min", true: "Max"}[o.greatest]
	if o.skip {
		return "NaN" + name
	}
	return name
}

func (o orderer) doc() string {
	doc := map[bool]string{false: "least", true: "greatest"}[o.greatest]
	switch {
	case o.skip:
		return doc + ", NaN left out: NaN where nothing else is;"
	case o.dtype[0] == 'F':
		return doc + " or NaN"
	}
	return doc
}

// like returns a new register as wide as v.
func like(v reg.VecVirtual) reg.VecVirtual {
	switch v.Size() {
	case 16:
		return XMM()
	case 32:
		return YMM()
	}
	return ZMM()
}

// wide returns the part of v that is as wide as another register.
func wide(v, as reg.VecVirtual) reg.VecVirtual {
	switch as.Size() {
	case 16:
		return v.AsX().(reg.VecVirtual)
	case 32:
		return v.AsY().(reg.VecVirtual)
	}
	return v
}

// ps returns the instruction for an element's size.
func (o orderer) ps(f8, f4 func(...Op)) func(...Op) {
	if o.size == 8 {
		return f8
	}
	return f4
}

// combine sets acc to the lesser or greater of itself and x, lane by lane. The
// registers are of any width.
func (o orderer) combine(x, acc reg.VecVirtual) {
	switch {
	case o.dtype[0] != 'F':
		o.combineIntegers(x, acc)
	case o.avx512:
		o.combineRange(x, acc)
	case o.skip:
		o.combineSkipping(x, acc)
	default:
		o.combineFloats(x, acc)
	}
}

// Predicates of comparisons.
const (
	whereEqual     = 0
	whereUnordered = 3
	whereOrdered   = 7
)

// combineRange uses VRANGE, which knows the order of zeros and takes a number
// rather than quiet NaN.
func (o orderer) combineRange(x, acc reg.VecVirtual) {
	cmp, choose, move := o.ps(VCMPPD, VCMPPS), o.ps(VRANGEPD, VRANGEPS), o.ps(VMOVAPD, VMOVAPS)
	which := U8(4) // the least, with its own sign
	if o.greatest {
		which = 5
	}
	k := K()
	if o.skip {
		cmp(U8(whereOrdered), x, x, k)
		choose(which, x, acc, k, acc)
		return
	}
	cmp(U8(whereUnordered), x, acc, k)
	choose(which, x, acc, acc)
	move(wide(o.nan, acc), k, acc)
}

// combineFloats takes the extreme in both orders of operands, which differ
// where one is NaN or both are zeros. Their bits are joined so that NaN and the
// right zero remain, as compilers of WebAssembly do it.
func (o orderer) combineFloats(x, acc reg.VecVirtual) {
	t := like(acc)
	if !o.greatest {
		least := o.ps(VMINPD, VMINPS)
		least(x, acc, t)
		least(acc, x, acc)
		o.ps(VORPD, VORPS)(t, acc, acc)
		return
	}
	greatest := o.ps(VMAXPD, VMAXPS)
	greatest(x, acc, t)
	greatest(acc, x, acc)
	o.ps(VXORPD, VXORPS)(t, acc, t)   // nothing; the sign of different zeros; bits of NaN
	o.ps(VORPD, VORPS)(t, acc, acc)   // the same; -0; NaN
	o.ps(VSUBPD, VSUBPS)(t, acc, acc) // the same; -0 - -0 = +0; NaN
}

// combineSkipping is combineFloats where both are numbers, and otherwise the
// number, if there is one.
func (o orderer) combineSkipping(x, acc reg.VecVirtual) {
	cmp, blend := o.ps(VCMPPD, VCMPPS), o.blends()
	old, was, is := like(acc), like(acc), like(acc)
	VMOVAPD(acc, old)
	cmp(U8(whereUnordered), old, old, was)
	cmp(U8(whereUnordered), x, x, is)
	o.combineFloats(x, acc)
	blend(is, old, acc, acc)
	blend(was, x, acc, acc)
}

func (o orderer) blends() func(mask, x, y, to Op) {
	if o.size == 8 {
		return VBLENDVPD
	}
	return VBLENDVPS
}

// combineIntegers has an instruction, but for 8 bytes only with AVX-512.
func (o orderer) combineIntegers(x, acc reg.VecVirtual) {
	if o.size == 8 && !o.avx512 {
		o.combineBig(x, acc)
		return
	}
	type pair struct{ least, greatest func(...Op) }
	p := map[string]pair{
		"Int8": {VPMINSB, VPMAXSB}, "Int16": {VPMINSW, VPMAXSW}, "Int32": {VPMINSD, VPMAXSD}, "Int64": {VPMINSQ, VPMAXSQ},
		"Uint8": {VPMINUB, VPMAXUB}, "Uint16": {VPMINUW, VPMAXUW}, "Uint32": {VPMINUD, VPMAXUD}, "Uint64": {VPMINUQ, VPMAXUQ},
	}[o.dtype]
	if o.greatest {
		p.greatest(x, acc, acc)
	} else {
		p.least(x, acc, acc)
	}
}

// combineBig compares integers of 8 bytes; those without sign as others, their
// top bits flipped.
func (o orderer) combineBig(x, acc reg.VecVirtual) {
	a, b := x, acc
	if o.dtype[0] == 'U' {
		a, b = like(acc), like(acc)
		VPXOR(wide(o.top, acc), x, a)
		VPXOR(wide(o.top, acc), acc, b)
	}
	wins := like(acc)
	if o.greatest {
		VPCMPGTQ(b, a, wins)
	} else {
		VPCMPGTQ(a, b, wins)
	}
	VBLENDVPD(wins, x, acc, acc)
}

// constants sets the registers that combine needs.
func (o *orderer) constants() {
	switch {
	case o.dtype[0] == 'F' && o.avx512:
		o.nan = o.vec()
		VPTERNLOGD(U8(0xff), o.nan, o.nan, o.nan)
	case o.dtype == "Uint64" && !o.avx512:
		o.top = o.vec()
		VPCMPEQD(o.top, o.top, o.top)
		VPSLLQ(U8(63), o.top, o.top)
	}
}

// broadcast fills v with the element at m.
func (o orderer) broadcast(m Mem, v Op) {
	map[int]func(...Op){1: VPBROADCASTB, 2: VPBROADCASTW, 4: VBROADCASTSS, 8: VPBROADCASTQ}[o.size](m, v)
}

// leaf writes the extreme of n elements.
func (o orderer) leaf() {
	o.begin(o.name(), "func(x *"+o.elem()+", n int) "+o.elem(), "returns the "+o.doc()+" of n > 0 elements.")
	o.constants()
	p, left := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	acc := o.vecs(4)
	first := o.vec() // stands for absent elements: it changes nothing
	if o.skip {
		VPCMPEQD(first.AsY(), first.AsY(), first.AsY())
		if o.avx512 {
			VPTERNLOGD(U8(0xff), first, first, first)
		}
	} else {
		o.broadcast(Mem{Base: p}, first)
	}
	for _, a := range acc {
		o.move(first, a)
	}
	x := func(m Mem) reg.VecVirtual {
		v := o.vec()
		o.move(m, v)
		return v
	}
	if o.dtype[0] == 'F' && !o.skip && !o.avx512 {
		o.quickly(p.(reg.GPVirtual), left.(reg.GPVirtual), acc)
	} else {
		o.streams(p.(reg.GPVirtual), left.(reg.GPVirtual), func(j int, a, b Mem) {
			o.combine(x(a), acc[j])
			o.combine(x(b), acc[j])
		}, func() {
			for _, pair := range [][2]int{{1, 0}, {3, 2}, {2, 0}} {
				o.combine(acc[pair[0]], acc[pair[1]])
			}
		})
	}
	SUBQ(I32(o.lanes()), left)
	JL(LabelRef("tail"))
	Label("one")
	o.combine(x(Mem{Base: p}), acc[0])
	ADDQ(I32(o.lanes()*o.size), p)
	SUBQ(I32(o.lanes()), left)
	JGE(LabelRef("one"))
	Label("tail")
	o.leafTail(p, left, first, acc[0])
	o.fold(acc[0])
	o.end()
}

// quickly is combineFloats of pairs of vectors, each with one instruction that
// is blind for NaN, and for the order of zeros. What it doesn't see is gathered
// beside: where an element was NaN; and the sign bit of all elements, for the
// greatest, or of any, for the least, which is that of a zero that is an extreme.
func (o orderer) quickly(p, left reg.GPVirtual, acc []reg.VecVirtual) {
	extreme, join := o.ps(VMINPD, VMINPS), o.ps(VORPD, VORPS)
	nans, signs := o.vec(), o.vec()
	o.zeros(nans, signs)
	if o.greatest {
		extreme, join = o.ps(VMAXPD, VMAXPS), o.ps(VANDPD, VANDPS)
		o.ones(signs)
	}
	o.streams(p, left, func(j int, a, b Mem) {
		x, y := o.vec(), o.vec()
		o.move(a, x)
		o.move(b, y)
		extreme(acc[j], x, acc[j]) // acc where both are zeros, or one is NaN
		extreme(acc[j], y, acc[j])
		join(x, signs, signs)
		join(y, signs, signs)
		o.ps(VCMPPD, VCMPPS)(U8(whereUnordered), y, x, x)
		VORPD(x, nans, nans)
	}, func() {
		zero, is := o.vec(), o.vec()
		for _, pair := range [][2]int{{1, 0}, {3, 2}, {2, 0}} {
			extreme(acc[pair[0]], acc[pair[1]], acc[pair[1]])
		}
		o.zeros(zero)
		o.ps(VCMPPD, VCMPPS)(U8(whereEqual), zero, acc[0], is)
		VANDNPD(acc[0], is, acc[0])
		o.ps(VPSRLQ, VPSRLD)(U8(8*o.size-1), signs, signs)
		o.ps(VPSLLQ, VPSLLD)(U8(8*o.size-1), signs, signs)
		VANDPD(signs, is, is)
		VORPD(is, acc[0], acc[0])
		VORPD(nans, acc[0], acc[0])
	})
}

func (o orderer) move(from, to Op) {
	if o.avx512 {
		VMOVDQU64(from, to)
	} else {
		VMOVDQU(from, to)
	}
}

// leafTail takes the elements left behind whole vectors; left counts them from
// -lanes on.
func (o orderer) leafTail(p, left reg.Register, first, acc reg.VecVirtual) {
	ADDQ(I32(o.lanes()), left)
	JZ(LabelRef("done"))
	if o.avx512 {
		o.tail(left.(reg.GPVirtual), 0)
		map[int]func(...Op){1: VMOVDQU8, 2: VMOVDQU16, 4: VMOVDQU32, 8: VMOVDQU64}[o.size](Mem{Base: p}, o.mask, first)
		o.mask = nil
		o.combine(first, acc)
		Label("done")
		return
	}
	v, n := o.vec(), GP64()
	CMPQ(Load(Param("n"), n), I8(o.lanes()))
	JL(LabelRef("few"))
	// The last vector takes some elements again.
	o.move(Mem{Base: p, Index: left, Scale: uint8(o.size), Disp: -32}, v)
	o.combine(v, acc)
	JMP(LabelRef("done"))
	Label("few")
	o.broadcast(Mem{Base: p}, v)
	o.combine(v, acc)
	ADDQ(I8(o.size), p)
	DECQ(left)
	JNZ(LabelRef("few"))
	Label("done")
}

// fold returns the extreme of the lanes of v.
func (o orderer) fold(v reg.VecVirtual) {
	if o.avx512 {
		high := YMM()
		VEXTRACTI64X4(U8(1), v, high)
		o.combine(high, v.AsY().(reg.VecVirtual))
	}
	high, low := XMM(), v.AsX().(reg.VecVirtual)
	VEXTRACTI128(U8(1), v.AsY(), high)
	o.combine(high, low)
	for n := 8; n >= o.size; n /= 2 {
		high := XMM()
		switch n {
		case 8:
			VPSHUFD(U8(0x4e), low, high)
		case 4:
			VPSHUFD(U8(0xb1), low, high)
		case 2:
			VPSRLD(U8(16), low, high)
		case 1:
			VPSRLW(U8(8), low, high)
		}
		o.combine(high, low)
	}
	if o.dtype[0] == 'F' {
		Store(low, ReturnIndex(0))
		return
	}
	r := GP64()
	VMOVQ(low, r)
	Store(map[int]reg.Register{1: r.As8(), 2: r.As16(), 4: r.As32(), 8: r}[o.size], ReturnIndex(0))
}

// rows writes the extremes of columns.
func (o orderer) rows() {
	doc := "sets acc, which has cols elements, to the " + o.doc() + " of each of them and of a column of x." + rowsDoc
	if o.overlap {
		doc += " There are 32 bytes of columns or more."
	}
	o.begin(o.name()+"Rows", "func(acc, x *"+o.elem()+", cols, rows, stride int)", doc)
	o.constants()
	acc, m := Load(Param("acc"), GP64()), newMatrix(o.size)
	m.fetch = below
	o.down("rows", m, func(m *matrix) {
		at, v, x := Mem{Base: acc, Index: m.i, Scale: uint8(o.size)}, o.vec(), o.vec()
		o.loadLanes(at, v)
		for r := range m.rowsAtOnce {
			o.prefetch(m, r)
			o.loadLanes(m.row(r), x)
			o.combine(x, v)
		}
		o.storeLanes(v, at)
	})
	o.end()
}

// loadLanes reads a vector of elements; lanes that are none get zero.
func (f *folder) loadLanes(m Mem, v reg.VecVirtual) {
	switch {
	case !f.avx512:
		VMOVDQU(m, v)
	case f.mask == nil:
		VMOVDQU64(m, v)
	default:
		map[int]func(...Op){1: zeroing(VMOVDQU8_Z), 2: zeroing(VMOVDQU16_Z), 4: zeroing(VMOVDQU32_Z), 8: zeroing(VMOVDQU64_Z)}[f.lane](m, f.mask, v)
	}
}

func zeroing(f func(m, k, v Op)) func(...Op) { return func(o ...Op) { f(o[0], o[1], o[2]) } }

// storeLanes writes the lanes of v that are elements.
func (f *folder) storeLanes(v reg.VecVirtual, m Mem) {
	switch {
	case !f.avx512:
		VMOVDQU(v, m)
	case f.mask == nil:
		VMOVDQU64(v, m)
	default:
		map[int]func(...Op){1: VMOVDQU8, 2: VMOVDQU16, 4: VMOVDQU32, 8: VMOVDQU64}[f.lane](v, f.mask, m)
	}
}

// find writes a search for the first of n elements.
func find(f *folder, what, doc string) {
	signature := "func(x *" + f.elem() + ", n int) int"
	if what == "Find" {
		signature = "func(x *" + f.elem() + ", n int, v " + f.elem() + ") int"
	}
	doc = "returns the place of the first of those of n elements " + doc + ", or n."
	if !f.avx512 {
		doc += " There are 32 bytes of elements or more."
	}
	f.begin(what, signature, doc)
	p, left, bits, v := Load(Param("x"), GP64()), Load(Param("n"), GP64()), GP64(), f.vec()
	if what == "Find" {
		at, err := Param("v").Resolve()
		if err != nil {
			panic(err)
		}
		orderer{folder: f}.broadcast(at.Addr, v)
	}
	bytes := f.lanes() * f.size
	SUBQ(I8(f.lanes()), left)
	JL(LabelRef("rest"))
	Label("whole")
	f.matches(Mem{Base: p}, v, bits, what)
	JNZ(LabelRef("found"))
	ADDQ(I8(bytes), p)
	SUBQ(I8(f.lanes()), left)
	JGE(LabelRef("whole"))
	Label("rest")
	f.lastMatches(p, left, v, bits, what)
	JNZ(LabelRef("found"))
	Store(Load(Param("n"), GP64()), ReturnIndex(0))
	f.end()
	Label("found")
	TZCNTQ(bits, bits)
	if !f.avx512 && f.size > 1 {
		SHRQ(U8(log2of(f.size)), bits)
	}
	x := Load(Param("x"), GP64())
	SUBQ(x, p)
	if f.size > 1 {
		SHRQ(U8(log2of(f.size)), p)
	}
	ADDQ(p, bits)
	Store(bits, ReturnIndex(0))
	f.end()
}

// lastMatches looks at what is left behind whole vectors; left counts it from
// -lanes on.
func (f *folder) lastMatches(p, left reg.Register, v reg.VecVirtual, bits reg.GPVirtual, what string) {
	if f.avx512 {
		ADDQ(I8(f.lanes()), left)
		f.tail(left.(reg.GPVirtual), 0)
	} else { // the last vector takes some elements again
		LEAQ(Mem{Base: p, Index: left, Scale: uint8(f.size)}, p)
	}
	f.matches(Mem{Base: p}, v, bits, what)
	f.mask = nil
}

// matches sets bits and the zero flag: a bit for each element that matches,
// with AVX2 one for each of its bytes.
func (f *folder) matches(m Mem, v reg.VecVirtual, bits reg.GPVirtual, what string) {
	x := f.vec()
	f.loadLanes(m, x)
	predicate, y := whereEqual, v
	if what != "Find" {
		predicate, y = whereUnordered, x
	}
	is := f.compare(x, y, predicate)
	if f.avx512 {
		KMOVQ(is, bits)
	} else {
		VPMOVMSKB(is, bits.As32())
	}
	TESTQ(bits, bits)
}

// compare returns the lanes where x and y are equal, or whatever else the
// predicate says of floats, in a mask register or in a vector.
func (f *folder) compare(x, y reg.VecVirtual, predicate int) reg.Register {
	floats := map[string]func(...Op){"Float64": VCMPPD, "Float32": VCMPPS}[f.dtype]
	switch {
	case f.avx512:
		k := K()
		if floats == nil {
			floats = map[int]func(...Op){1: VPCMPB, 2: VPCMPW, 4: VPCMPD, 8: VPCMPQ}[f.size]
		}
		if f.mask == nil {
			floats(U8(predicate), x, y, k)
		} else {
			floats(U8(predicate), x, y, f.mask, k)
		}
		return k
	case floats != nil:
		v := f.vec()
		floats(U8(predicate), x, y, v)
		return v
	}
	v := f.vec()
	map[int]func(...Op){1: VPCMPEQB, 2: VPCMPEQW, 4: VPCMPEQD, 8: VPCMPEQQ}[f.size](x, y, v)
	return v
}
