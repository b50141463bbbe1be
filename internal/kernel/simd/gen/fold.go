package main

import (
	"strings"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// passRows is the number of rows that a pass over the columns of a matrix
// takes: enough streams from memory, and few loads and stores of the running
// values, which lie in the L1 cache.
const passRows = 8

// folder writes routines that reduce elements of one type with the
// instructions of one level.
type folder struct {
	dtype   string // as in the names of routines
	size    int    // bytes of an element in memory
	lane    int    // bytes of one in a register
	avx512  bool
	overlap bool // no masks: the last vector of a row of columns takes some again

	// Of the tail being written: the lanes that are elements. Nil for whole
	// vectors. AVX-512 has a mask register, AVX2 vectors of ones and zeros for
	// lanes of 8 and of 4 bytes.
	mask, mask4 reg.Register
	masks       Mem // 16 ones and 16 zeros of 4 bytes
}

// folders are those of both levels for a dtype.
func folders(dtype string, lane int, masks Mem) []*folder {
	size := sizes[dtype]
	return []*folder{{dtype: dtype, size: size, lane: lane, masks: masks}, {dtype: dtype, size: size, lane: lane, avx512: true}}
}

// sizes are the bytes of elements.
var sizes = map[string]int{
	"Float64": 8, "Float32": 4, "Int8": 1, "Int16": 2, "Int32": 4, "Int64": 8, "Uint8": 1, "Uint16": 2, "Uint32": 4, "Uint64": 8,
}

// tailMasks emits the table that AVX2 takes the masks of tails from.
func tailMasks() Mem {
	m := GLOBL("tailmasks", RODATA|NOPTR)
	for i := range 32 {
		DATA(4*i, U32(uint32(int32(i-16)>>31)))
	}
	return m
}

// begin starts a routine, named by what it does, the dtype and the level.
func (f *folder) begin(what, signature, doc string) {
	f.beginFrame(what, signature, doc, NOSPLIT)
}

// beginFrame is begin for a routine that may have a frame on the stack, if the
// attribute isn't NOSPLIT.
func (f *folder) beginFrame(what, signature, doc string, attribute attr.Attribute) {
	name := what + f.dtype + map[bool]string{false: "AVX2", true: "AVX512"}[f.avx512]
	TEXT(name, attribute, signature)
	Pragma("noescape")
	Doc(name + " " + doc)
}

// end leaves a routine.
func (f *folder) end() {
	VZEROUPPER()
	RET()
}

// elem is the Go type of an element in memory.
func (f *folder) elem() string { return strings.ToLower(f.dtype) }

// lanes is the number of lanes of a vector.
func (f *folder) lanes() int {
	if f.avx512 {
		return 64 / f.lane
	}
	return 32 / f.lane
}

func (f *folder) vec() reg.VecVirtual {
	if f.avx512 {
		return ZMM()
	}
	return YMM()
}

func (f *folder) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = f.vec()
	}
	return v
}

// zeros clears registers.
func (f *folder) zeros(v ...reg.VecVirtual) {
	for _, r := range v {
		VXORPD(r.AsY(), r.AsY(), r.AsY()) // the rest of a ZMM register too
	}
}

// tail sets the masks for the vector that starts at lane from of a group of
// lanes, the first left of which are elements; left is below 64, and below 16
// for AVX2, which has masks for lanes of 8 and 4 bytes only.
func (f *folder) tail(left reg.GPVirtual, from int) {
	if f.avx512 {
		bits, k := GP64(), K()
		XORQ(bits, bits)
		BTSQ(left, bits)
		DECQ(bits)
		if from > 0 {
			SHRQ(U8(from), bits)
		}
		KMOVQ(bits, k)
		f.mask = k
		return
	}
	at, back, four, eight := GP64(), GP64(), XMM(), YMM()
	LEAQ(f.masks.Offset(64+4*from), at)
	MOVQ(left, back)
	SHLQ(U8(2), back)
	SUBQ(back, at)
	VMOVDQU(Mem{Base: at}, four)
	VPMOVSXDQ(four, eight)
	f.mask, f.mask4 = eight, four
}

// load reads a vector of elements as float64s; lanes that are none get zero.
func (f *folder) load(m Mem) reg.VecVirtual {
	v := f.vec()
	switch {
	case f.size == 8:
		f.load8(m, v)
	case f.mask == nil:
		VCVTPS2PD(m, v)
	case f.avx512:
		VCVTPS2PD_Z(m, f.mask, v)
	default:
		narrow := XMM()
		VMASKMOVPS(m, f.mask4, narrow)
		VCVTPS2PD(narrow, v)
	}
	return v
}

// load8 reads a vector of float64s; lanes that are none get zero.
func (f *folder) load8(m Mem, v reg.VecVirtual) {
	switch {
	case f.mask == nil:
		VMOVUPD(m, v)
	case f.avx512:
		VMOVUPD_Z(m, f.mask, v)
	default:
		VMASKMOVPD(m, f.mask, v)
	}
}

// store8 writes the lanes of v that are elements.
func (f *folder) store8(v reg.VecVirtual, m Mem) {
	switch {
	case f.mask == nil:
		VMOVUPD(v, m)
	case f.avx512:
		VMOVUPD(v, f.mask, m)
	default:
		VMASKMOVPD(v, f.mask, m)
	}
}

// sweep runs body for the vectors of the n elements at x in groups of 16; j
// counts the vectors of a group.
func (f *folder) sweep(label string, body func(j int, m Mem)) {
	p, left := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	group := func(rest bool) {
		for j := range 16 / f.lanes() {
			if rest {
				f.tail(left.(reg.GPVirtual), j*f.lanes())
			}
			body(j, Mem{Base: p, Disp: j * f.lanes() * f.size})
		}
	}
	SUBQ(U8(16), left)
	JL(LabelRef(label + "_rest"))
	Label(label + "_whole")
	group(false)
	ADDQ(U8(16*f.size), p)
	SUBQ(U8(16), left)
	JGE(LabelRef(label + "_whole"))
	Label(label + "_rest")
	ADDQ(U8(16), left)
	JZ(LabelRef(label + "_end"))
	group(true)
	f.mask, f.mask4 = nil, nil
	Label(label + "_end")
}

// manyBytes is from how many bytes on streams are worth their while: shorter
// stretches end before the hardware has seen that they are read in order.
const manyBytes = 32 << 10

// streams runs body for pairs of vectors of the left elements at p, four pairs
// at a time; if they are many, from four places far apart, for memory answers
// four streams faster than one. Then it runs done, unless there was no pair, and
// leaves p and left at the elements that remain, less than eight vectors.
func (f *folder) streams(p, left reg.GPVirtual, body func(j int, a, b Mem), done func()) {
	vector := f.lanes() * f.size
	times, apart, apart3, step, end := GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(left, times)
	SHRQ(U8(log2of(8*f.lanes())), times)
	JZ(LabelRef("rest"))
	MOVQ(times, end)
	SHLQ(U8(log2of(8*vector)), end)
	ADDQ(p, end)
	MOVQ(U32(2*vector), apart)
	MOVQ(U32(8*vector), step)
	CMPQ(times, I32(manyBytes/(8*vector)))
	JL(LabelRef("eight"))
	MOVQ(apart, step)
	IMULQ(times, apart)
	Label("eight")
	LEAQ(Mem{Base: apart, Index: apart, Scale: 2}, apart3)
	Label("eight_next")
	for j, m := range []Mem{{Base: p}, {Base: p, Index: apart, Scale: 1}, {Base: p, Index: apart, Scale: 2}, {Base: p, Index: apart3, Scale: 1}} {
		body(j, m, m.Offset(vector))
	}
	ADDQ(step, p)
	DECQ(times)
	JNZ(LabelRef("eight_next"))
	MOVQ(end, p)
	ANDQ(I32(8*f.lanes()-1), left)
	done()
	Label("rest")
}

// tree adds the 16 lanes of a group as the sum's definition has it: those half
// of their number apart, again and again. It returns the sum.
func (f *folder) tree(v []reg.VecVirtual) reg.VecVirtual {
	for n := len(v); n > 1; n /= 2 {
		for j := range n / 2 {
			VADDPD(v[j+n/2], v[j], v[j])
		}
	}
	s, high := v[0], YMM()
	if f.avx512 {
		VEXTRACTF64X4(U8(1), s, high)
		VADDPD(high, s.AsY(), s.AsY())
	}
	VEXTRACTF128(U8(1), s.AsY(), high.AsX())
	VADDPD(high.AsX(), s.AsX(), s.AsX())
	VUNPCKHPD(s.AsX(), s.AsX(), high.AsX())
	VADDSD(high.AsX(), s.AsX(), s.AsX())
	return s
}

// fetch says what a walk down a matrix fetches into the caches ahead of its
// passes: caches by themselves see the start of a row too late.
type fetch int

const (
	nowhere fetch = iota
	beside        // the same rows of as many columns to the right
	below         // the next rows, and from the last pass the first rows to the right
)

// matrix are the addresses in a walk down the rows of a matrix.
type matrix struct {
	p          reg.GPVirtual // the place in the first row of a pass
	i          reg.GPVirtual // the column
	s          [8]reg.GPVirtual
	size       int
	fetch      fetch
	ahead      reg.GPVirtual // the place to fetch from
	share      [2]int        // fetch only for these rows of a pass, from and to
	rowsAtOnce int
	next       func() // called after each pass, unless nil
}

// row is the place in row r of a pass.
func (m *matrix) row(r int) Mem { return m.from(m.p, r) }

func (m *matrix) from(base reg.GPVirtual, r int) Mem {
	switch r {
	case 0:
		return Mem{Base: base}
	case 2, 4:
		return Mem{Base: base, Index: m.s[1], Scale: uint8(r)}
	case 6:
		return Mem{Base: base, Index: m.s[3], Scale: 2}
	}
	return Mem{Base: base, Index: m.s[r], Scale: 1}
}

// fetches says that this pass fetches ahead.
func (m *matrix) fetches() bool { return m.fetch != nowhere && m.rowsAtOnce == passRows }

// aim sets the place where a pass at top begins to fetch ahead; left is the
// number of rows behind it.
func (m *matrix) aim(label string, top, left reg.GPVirtual) {
	if m.fetch == nowhere {
		return
	}
	m.ahead = GP64()
	cols := Load(Param("cols"), GP64())
	if m.fetch == below {
		LEAQ(Mem{Base: top, Index: m.s[1], Scale: passRows}, m.ahead)
		TESTQ(left, left)
		JNZ(LabelRef(label + "_aimed"))
		top = GP64()
		Load(Param("x"), top)
	}
	LEAQ(Mem{Base: top, Index: cols, Scale: uint8(m.size)}, m.ahead)
	if m.fetch == below {
		Label(label + "_aimed")
	}
}

// prefetch fetches what row r of a later pass will read, into the L2 cache.
func (f *folder) prefetch(m *matrix, r int) {
	all := m.share == [2]int{}
	if m.fetches() && f.mask == nil && (all || m.share[0] <= r && r < m.share[1]) {
		PREFETCHT1(m.from(m.ahead, r))
	}
}

// float64s is the place of this column in an array of float64s.
func (m *matrix) float64s(base reg.Register) Mem { return Mem{Base: base, Index: m.i, Scale: 8} }

// newMatrix reads the parameter stride.
func newMatrix(size int) *matrix {
	m := &matrix{p: GP64(), i: GP64(), size: size}
	for _, k := range []int{1, 3, 5, 7} {
		m.s[k] = GP64()
	}
	Load(Param("stride"), m.s[1])
	if size > 1 {
		SHLQ(U8(log2of(size)), m.s[1])
	}
	LEAQ(Mem{Base: m.s[1], Index: m.s[1], Scale: 2}, m.s[3])
	LEAQ(Mem{Base: m.s[1], Index: m.s[1], Scale: 4}, m.s[5])
	LEAQ(Mem{Base: m.s[3], Index: m.s[1], Scale: 4}, m.s[7])
	return m
}

// down runs body for all columns and rows of the matrix that the parameters x,
// cols, rows and stride describe: rows a few at a time, vector by vector.
func (f *folder) down(label string, m *matrix, body func(m *matrix)) {
	top, left := GP64(), GP64()
	Load(Param("x"), top)
	Load(Param("rows"), left)
	SUBQ(U8(passRows), left)
	JL(LabelRef(label + "_rest"))
	Label(label + "_pass")
	m.rowsAtOnce = passRows
	m.aim(label, top, left)
	f.across(label+"_pass", m, top, body)
	if m.next != nil {
		m.next()
	}
	LEAQ(Mem{Base: top, Index: m.s[1], Scale: passRows}, top)
	SUBQ(U8(passRows), left)
	JGE(LabelRef(label + "_pass"))
	Label(label + "_rest")
	ADDQ(U8(passRows), left)
	JZ(LabelRef(label + "_end"))
	Label(label + "_row")
	m.rowsAtOnce = 1
	f.across(label+"_row", m, top, body)
	if m.next != nil {
		m.next()
	}
	ADDQ(m.s[1], top)
	DECQ(left)
	JNZ(LabelRef(label + "_row"))
	Label(label + "_end")
}

// across runs body for the vectors of a row of columns.
func (f *folder) across(label string, m *matrix, top reg.GPVirtual, body func(m *matrix)) {
	left := GP64()
	Load(Param("cols"), left)
	if top != nil {
		MOVQ(top, m.p)
	}
	XORQ(m.i, m.i)
	SUBQ(U8(f.lanes()), left)
	JL(LabelRef(label + "_cols_rest"))
	Label(label + "_cols")
	body(m)
	ADDQ(U8(f.lanes()), m.i)
	if top != nil {
		ADDQ(U8(f.lanes()*f.size), m.p)
	}
	if m.fetches() {
		ADDQ(U8(f.lanes()*f.size), m.ahead)
	}
	SUBQ(U8(f.lanes()), left)
	JGE(LabelRef(label + "_cols"))
	Label(label + "_cols_rest")
	if f.overlap { // left is -lanes, or less by how much the last vector steps back
		CMPQ(left, I8(-f.lanes()))
		JE(LabelRef(label + "_cols_end"))
		ADDQ(left, m.i)
		LEAQ(Mem{Base: m.p, Index: left, Scale: uint8(f.size)}, m.p)
		body(m)
	} else {
		ADDQ(U8(f.lanes()), left)
		JZ(LabelRef(label + "_cols_end"))
		f.tail(left, 0)
		body(m)
		f.mask, f.mask4 = nil, nil
	}
	Label(label + "_cols_end")
}

func log2of(n int) (k int) {
	for ; n > 1; n /= 2 {
		k++
	}
	return k
}
