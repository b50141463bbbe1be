package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// foldcount emits what reduces integers exactly: counts of elements that are
// not zero, and sums of integers.
func foldcount() {
	for _, dtype := range []string{"Float64", "Float32", "Uint8", "Uint16", "Uint32", "Uint64"} {
		for _, f := range folders(dtype, sizes[dtype], Mem{}) {
			f.overlap = !f.avx512
			count(f)
			countRows(f)
		}
	}
	for _, dtype := range []string{"Int8", "Int16", "Int32", "Uint8", "Uint16", "Uint32"} {
		lane := 4
		if sizes[dtype] == 4 {
			lane = 8
		}
		for _, f := range folders(dtype, lane, Mem{}) {
			f.overlap = !f.avx512
			adder{f}.leaf()
			adder{f}.rows()
		}
	}
	for _, dtype := range []string{"Int64", "Uint64"} {
		for _, f := range folders(dtype, 8, Mem{}) {
			f.overlap = !f.avx512
			newHalves(f).leaf()
			newHalves(f).rows()
		}
	}
}

const multiple = " A whole number of vectors of 32 bytes makes up a row."

// count writes the count of elements that are not zero: all but the zeros.
func count(f *folder) {
	doc := "returns how many of n elements are not zero."
	if !f.avx512 {
		doc += " There are 32 bytes of elements or more."
	}
	f.begin("Count", "func(x *byte, n int) int", doc)
	p, left, zeros, v := Load(Param("x"), GP64()), Load(Param("n"), GP64()), GP64(), f.vec()
	f.zeros(v)
	XORQ(zeros, zeros)
	bytes := f.lanes() * f.size
	group := func(j int) {
		bits := GP64()
		f.matches(Mem{Base: p, Disp: j * bytes}, v, bits, "Find")
		POPCNTQ(bits, bits)
		ADDQ(bits, zeros)
	}
	SUBQ(I32(4*f.lanes()), left)
	JL(LabelRef("rest"))
	Label("four")
	for j := range 4 {
		group(j)
	}
	ADDQ(I32(4*bytes), p)
	SUBQ(I32(4*f.lanes()), left)
	JGE(LabelRef("four"))
	Label("rest")
	ADDQ(I32(3*f.lanes()), left)
	JL(LabelRef("tail"))
	Label("one")
	group(0)
	ADDQ(I32(bytes), p)
	SUBQ(I32(f.lanes()), left)
	JGE(LabelRef("one"))
	Label("tail")
	countTail(f, p, left, v, zeros)
	n := Load(Param("n"), GP64())
	if !f.avx512 && f.size > 1 {
		SHRQ(U8(log2of(f.size)), zeros) // bytes were counted
	}
	SUBQ(zeros, n)
	Store(n, ReturnIndex(0))
	f.end()
}

// countTail counts what is left behind whole vectors; left counts it from
// -lanes on.
func countTail(f *folder, p, left reg.Register, v reg.VecVirtual, zeros reg.GPVirtual) {
	bits := GP64()
	if f.avx512 {
		ADDQ(I32(f.lanes()), left)
		f.tail(left.(reg.GPVirtual), 0)
		f.matches(Mem{Base: p}, v, bits, "Find")
		f.mask = nil
	} else { // of the last 32 bytes those that were not counted
		f.matches(Mem{Base: p, Index: left, Scale: uint8(f.size)}, v, bits, "Find")
		NEGQ(left)
		if f.size > 1 {
			SHLQ(U8(log2of(f.size)), left)
		}
		MOVQ(left, reg.RCX)
		SHRQ(reg.CL, bits)
	}
	POPCNTQ(bits, bits)
	ADDQ(bits, zeros)
}

// countRows writes the counts of columns.
func countRows(f *folder) {
	doc := "takes one from acc, which has cols integers as wide as an element, for each zero in their columns of x." + rowsDoc
	if f.overlap {
		doc += multiple
	}
	f.begin("CountRows", "func(acc, x *byte, cols, rows, stride int)", doc)
	acc, m, zero, less := Load(Param("acc"), GP64()), newMatrix(f.size), f.vec(), f.vec()
	m.fetch = below
	f.zeros(zero)
	if f.avx512 {
		VPTERNLOGD(U8(0xff), less, less, less)
	}
	add := map[int]func(...Op){1: VPADDB, 2: VPADDW, 4: VPADDD, 8: VPADDQ}[f.size]
	f.down("rows", m, func(m *matrix) {
		at, v := Mem{Base: acc, Index: m.i, Scale: uint8(f.size)}, f.vec()
		f.loadLanes(at, v)
		for r := range m.rowsAtOnce {
			f.prefetch(m, r)
			x := f.vec()
			f.loadLanes(m.row(r), x)
			if is := f.compare(x, zero, whereEqual); f.avx512 {
				add(less, v, is, v)
			} else {
				add(is, v, v)
			}
		}
		f.storeLanes(v, at)
	})
	f.end()
}

// adder writes sums of integers of up to 4 bytes, in lanes twice as wide or
// more, where as many as a call may have do not overflow.
type adder struct{ *folder }

// load reads elements into lanes.
func (a adder) load(m Mem, v reg.VecVirtual) {
	i := map[string]func(...Op){
		"Int8": VPMOVSXBD, "Int16": VPMOVSXWD, "Int32": VPMOVSXDQ, "Uint8": VPMOVZXBD, "Uint16": VPMOVZXWD, "Uint32": VPMOVZXDQ,
	}[a.dtype]
	z := map[string]func(m, k, v Op){
		"Int8": VPMOVSXBD_Z, "Int16": VPMOVSXWD_Z, "Int32": VPMOVSXDQ_Z, "Uint8": VPMOVZXBD_Z, "Uint16": VPMOVZXWD_Z, "Uint32": VPMOVZXDQ_Z,
	}[a.dtype]
	if a.mask != nil {
		z(m, a.mask, v)
		return
	}
	i(m, v)
}

func (a adder) add(x, sum Op) {
	if a.lane == 4 {
		VPADDD(x, sum, sum)
	} else {
		VPADDQ(x, sum, sum)
	}
}

func (a adder) leaf() {
	a.begin("Sum", "func(x *"+a.elem()+", n int) int64", "returns the sum of n elements; n is at most 1<<20.")
	p, left, sum, rest := Load(Param("x"), GP64()), Load(Param("n"), GP64()), a.vecs(4), GP64()
	a.zeros(sum...)
	XORQ(rest, rest)
	bytes := a.lanes() * a.size
	next := func(j int) {
		v := a.vec()
		a.load(Mem{Base: p, Disp: j * bytes}, v)
		a.add(v, sum[j])
	}
	SUBQ(I32(4*a.lanes()), left)
	JL(LabelRef("rest"))
	Label("four")
	for j := range 4 {
		next(j)
	}
	ADDQ(I32(4*bytes), p)
	SUBQ(I32(4*a.lanes()), left)
	JGE(LabelRef("four"))
	Label("rest")
	ADDQ(I32(3*a.lanes()), left)
	JL(LabelRef("tail"))
	Label("one")
	next(0)
	ADDQ(I32(bytes), p)
	SUBQ(I32(a.lanes()), left)
	JGE(LabelRef("one"))
	Label("tail")
	ADDQ(I32(a.lanes()), left)
	if a.avx512 {
		a.tail(left.(reg.GPVirtual), 0)
		next(0)
		a.mask = nil
	} else {
		a.singles(p, left, rest)
	}
	for _, pair := range [][2]int{{1, 0}, {3, 2}, {2, 0}} {
		a.add(sum[pair[0]], sum[pair[1]])
	}
	ADDQ(a.total(sum[0]), rest)
	Store(rest, ReturnIndex(0))
	a.end()
}

// singles adds left elements one by one.
func (a adder) singles(p, left, sum reg.Register) {
	x := GP64()
	TESTQ(left, left)
	JZ(LabelRef("done"))
	Label("single")
	switch m := (Mem{Base: p}); a.dtype {
	case "Int8":
		MOVBQSX(m, x)
	case "Int16":
		MOVWQSX(m, x)
	case "Int32":
		MOVLQSX(m, x)
	case "Uint8":
		MOVBQZX(m, x)
	case "Uint16":
		MOVWQZX(m, x)
	case "Uint32":
		MOVL(m, x.As32())
	case "Int64", "Uint64":
		MOVQ(m, x)
	}
	ADDQ(x, sum)
	ADDQ(U8(a.size), p)
	DECQ(left)
	JNZ(LabelRef("single"))
	Label("done")
}

// total adds the lanes of v, widened first.
func (f *folder) total(v reg.VecVirtual) reg.GPVirtual {
	sum, high := v, f.vec()
	if f.avx512 {
		if f.lane == 4 {
			VEXTRACTI64X4(U8(1), v, high.AsY())
			VPMOVSXDQ(high.AsY(), high)
			VPMOVSXDQ(v.AsY(), v)
			VPADDQ(high, v, v)
		}
		VEXTRACTI64X4(U8(1), v, high.AsY())
		VPADDQ(high.AsY(), v.AsY(), v.AsY())
	} else if f.lane == 4 {
		VEXTRACTI128(U8(1), v, high.AsX())
		VPMOVSXDQ(high.AsX(), high)
		VPMOVSXDQ(v.AsX(), v)
		VPADDQ(high, v, v)
	}
	VEXTRACTI128(U8(1), sum.AsY(), high.AsX())
	VPADDQ(high.AsX(), sum.AsX(), sum.AsX())
	VPSHUFD(U8(0x4e), sum.AsX(), high.AsX())
	VPADDQ(high.AsX(), sum.AsX(), sum.AsX())
	r := GP64()
	VMOVQ(sum.AsX(), r)
	return r
}

// rows writes the sums of columns.
func (a adder) rows() {
	acc := map[int]string{4: "int32", 8: "int64"}[a.lane]
	doc := "adds rows of x to acc, which has cols elements." + rowsDoc
	if a.overlap {
		doc += multiple[:len(multiple)-1] + " once widened."
	}
	a.begin("SumRows", "func(acc *"+acc+", x *"+a.elem()+", cols, rows, stride int)", doc)
	base, m := Load(Param("acc"), GP64()), newMatrix(a.size)
	m.fetch = below
	a.down("rows", m, func(m *matrix) {
		at, v, x := Mem{Base: base, Index: m.i, Scale: uint8(a.lane)}, a.vec(), a.vec()
		a.loadLanes(at, v)
		for r := range m.rowsAtOnce {
			a.prefetch(m, r)
			a.load(m.row(r), x)
			a.add(x, v)
		}
		a.storeLanes(v, at)
	})
	a.end()
}

// halves writes sums of integers of 8 bytes, the low and the high half by
// themselves. High halves are without sign: where elements have one, its bit is
// flipped first.
type halves struct {
	*folder
	low, sign reg.VecVirtual // constants
}

func newHalves(f *folder) *halves { return &halves{folder: f} }

const halvesDoc = "Low are the sums of x mod 2^32, high those of the rest, shifted down"

func (h *halves) doc() string {
	if h.dtype == "Int64" {
		return halvesDoc + ", of x with its top bit flipped."
	}
	return halvesDoc + "."
}

func (h *halves) constants() {
	h.low, h.sign = h.vec(), h.vec()
	ones := func(v reg.VecVirtual) {
		if h.avx512 {
			VPTERNLOGD(U8(0xff), v, v, v)
		} else {
			VPCMPEQD(v, v, v)
		}
	}
	ones(h.low)
	VPSRLQ(U8(32), h.low, h.low)
	if h.dtype == "Int64" {
		ones(h.sign)
		VPSLLQ(U8(63), h.sign, h.sign)
	}
}

// add adds the vector at m, of which lanes that are none add nothing.
func (h *halves) add(m Mem, low, high reg.VecVirtual) {
	x, t := h.vec(), h.vec()
	h.loadLanes(m, x)
	switch {
	case h.avx512 && h.mask != nil && h.dtype == "Int64":
		VPXORQ_Z(h.sign, x, h.mask, x)
		VPANDQ(h.low, x, t)
	case h.avx512:
		if h.dtype == "Int64" {
			VPXORQ(h.sign, x, x)
		}
		VPANDQ(h.low, x, t)
	default:
		if h.dtype == "Int64" {
			VPXOR(h.sign, x, x)
		}
		VPAND(h.low, x, t)
	}
	VPADDQ(t, low, low)
	VPSRLQ(U8(32), x, x)
	VPADDQ(x, high, high)
}

func (h *halves) leaf() {
	doc := "adds n elements. " + h.doc()
	if h.overlap {
		doc += " A whole number of vectors of 32 bytes makes up x."
	}
	h.begin("Sum", "func(x *"+h.elem()+", n int) (low, high uint64)", doc)
	h.constants()
	p, left, low, high := Load(Param("x"), GP64()), Load(Param("n"), GP64()), h.vecs(2), h.vecs(2)
	h.zeros(append(low, high...)...)
	bytes := h.lanes() * h.size
	SUBQ(U8(2*h.lanes()), left)
	JL(LabelRef("rest"))
	Label("two")
	for j := range 2 {
		h.add(Mem{Base: p, Disp: j * bytes}, low[j], high[j])
	}
	ADDQ(U8(2*bytes), p)
	SUBQ(U8(2*h.lanes()), left)
	JGE(LabelRef("two"))
	Label("rest")
	ADDQ(U8(h.lanes()), left)
	JL(LabelRef("tail"))
	h.add(Mem{Base: p}, low[0], high[0])
	ADDQ(U8(bytes), p)
	SUBQ(U8(h.lanes()), left)
	Label("tail")
	if h.avx512 {
		ADDQ(U8(h.lanes()), left)
		h.tail(left.(reg.GPVirtual), 0)
		h.add(Mem{Base: p}, low[0], high[0])
		h.mask = nil
	}
	VPADDQ(low[1], low[0], low[0])
	VPADDQ(high[1], high[0], high[0])
	Store(h.total(low[0]), Return("low"))
	Store(h.total(high[0]), Return("high"))
	h.end()
}

func (h *halves) rows() {
	doc := "adds rows of x to low and high, which have cols elements. " + h.doc() + rowsDoc
	if h.overlap {
		doc += multiple
	}
	h.begin("SumRows", "func(low, high *uint64, x *"+h.elem()+", cols, rows, stride int)", doc)
	h.constants()
	low, high, m := Load(Param("low"), GP64()), Load(Param("high"), GP64()), newMatrix(h.size)
	m.fetch = beside
	h.down("rows", m, func(m *matrix) {
		l, u := h.vec(), h.vec()
		h.loadLanes(m.float64s(low), l)
		h.loadLanes(m.float64s(high), u)
		for r := range m.rowsAtOnce {
			h.prefetch(m, r)
			h.add(m.row(r), l, u)
		}
		h.storeLanes(l, m.float64s(low))
		h.storeLanes(u, m.float64s(high))
	})
	h.end()
}
