package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// foldsum emits the sums of floats, of their squared deviations from the mean,
// and both without NaN. All are added in float64 in the order that package
// kernel defines: 16 lanes in a leaf, top to bottom in a column.
func foldsum() {
	masks := tailMasks()
	one := ConstData("one", F64(1))
	for _, f := range append(folders("Float64", 8, masks), folders("Float32", 8, masks)...) {
		s := summer{f, one}
		s.sum()
		s.sumLeaves()
		s.nanTotal()
		s.nanTotalLeaves()
		s.deviations("Deviations", false)
		s.deviations("NaNDeviations", true)
		s.sumRows()
		s.nanSumRows()
		s.nanTotalRows()
		s.momentRows()
		s.nanMomentRows()
	}
}

// summer writes the sums of one dtype.
type summer struct {
	*folder
	one Mem
}

func (s summer) broadcast(from Op) reg.VecVirtual {
	v := s.vec()
	VBROADCASTSD(from, v)
	return v
}

// add adds the vector at m.
func (s summer) add(m Mem, sum reg.VecVirtual) {
	if s.size == 8 && s.mask == nil {
		VADDPD(m, sum, sum)
		return
	}
	VADDPD(s.load(m), sum, sum) // absent lanes add zero: a running sum is never -0
}

// ordered returns the lanes of x that are elements and not NaN.
func (s summer) ordered(x reg.VecVirtual) reg.Register {
	if s.avx512 {
		k := K()
		if s.mask != nil {
			VCMPPD(U8(whereOrdered), x, x, s.mask, k)
		} else {
			VCMPPD(U8(whereOrdered), x, x, k)
		}
		return k
	}
	v := s.vec()
	VCMPPD(U8(whereOrdered), x, x, v)
	if s.mask != nil {
		VANDPD(s.mask, v, v)
	}
	return v
}

// addOrdered adds what is not NaN, and one to its count unless that is nil.
func (s summer) addOrdered(m Mem, sum, count, one reg.VecVirtual) {
	x := s.load(m)
	is := s.ordered(x)
	if s.avx512 {
		VADDPD(x, sum, is, sum)
		if count != nil {
			VADDPD(one, count, is, count)
		}
		return
	}
	VANDPD(is, x, x)
	VADDPD(x, sum, sum)
	if count != nil {
		VANDPD(is, one, x)
		VADDPD(x, count, count)
	}
}

// addDeviation adds the squares of the deviations from mean, where skip is set
// of what is not NaN.
func (s summer) addDeviation(m Mem, mean, sum reg.VecVirtual, skip bool) {
	d, x := s.vec(), s.load(m)
	is := s.mask
	if skip {
		is = s.ordered(x)
	}
	switch {
	case is == nil:
		VSUBPD(mean, x, d)
	case s.avx512:
		VSUBPD_Z(mean, x, is, d)
	default:
		VSUBPD(mean, x, d)
		VANDPD(is, d, d)
	}
	VMULPD(d, d, d)
	VADDPD(d, sum, sum)
}

// lanes16 returns 16 cleared lanes.
func (s summer) lanes16() []reg.VecVirtual {
	v := s.vecs(16 / s.lanes())
	s.zeros(v...)
	return v
}

func (s summer) sum() {
	s.begin("Sum", "func(x *"+s.elem()+", n int) float64", "returns the sum of n elements: 16 lanes, then their tree.")
	sum := s.lanes16()
	s.sweep("sum", func(j int, m Mem) { s.add(m, sum[j]) })
	Store(s.tree(sum).AsX(), ReturnIndex(0))
	s.end()
}

func (s summer) sumLeaves() {
	s.beginFrame("SumLeaves", "func(x *"+s.elem()+", apart int) (sums [4]float64)",
		"returns the sums of 4 leaves of 1024 elements that begin so many elements apart.", 0)
	sum := s.vecs(16 / s.lanes())
	s.sideBySide(sum, func(j int, m Mem) { s.add(m, sum[j]) }, func(leaf int) {
		Store(s.tree(sum).AsX(), Return("sums").Index(leaf))
	})
	s.end()
}

// stretch is the bytes of a leaf that sideBySide takes at a time: the processor
// executes instructions of several ahead.
const stretch = 256

// sideBySide runs body for the vectors of 4 leaves of 1024 elements, in groups of
// 16 as sweep does, a stretch of each leaf in turn: memory answers four streams
// faster than one. The running values of a leaf, zero at first, are in acc while
// it has its turn, else on the stack. It runs done with those of each leaf.
func (s summer) sideBySide(acc []reg.VecVirtual, body func(j int, m Mem), done func(leaf int)) {
	running := AllocLocal(4 * 128 * len(acc) * s.lanes() / 16)
	at := func(base Mem, i int) Mem { return base.Offset(8 * s.lanes() * i) }
	s.zeros(acc[0])
	for i := range 4 * len(acc) {
		VMOVUPD(acc[0], at(running, i))
	}
	p, parts, lanes := Load(Param("x"), GP64()), GP64(), GP64()
	apart, leaf, q := Load(Param("apart"), GP64()), GP64(), GP64()
	const leafElems = 1024
	SHLQ(U8(log2of(s.size)), apart)
	SUBQ(I32(stretch), apart)
	MOVQ(U32(leafElems*s.size/stretch), parts)
	Label("part")
	LEAQ(running, lanes)
	MOVQ(p, q)
	MOVQ(U32(4), leaf)
	Label("leaf")
	for i, v := range acc {
		VMOVUPD(at(Mem{Base: lanes}, i), v)
	}
	for range stretch / (16 * s.size) {
		for j := range 16 / s.lanes() {
			body(j, Mem{Base: q, Disp: j * s.lanes() * s.size})
		}
		ADDQ(I32(16*s.size), q)
	}
	for i, v := range acc {
		VMOVUPD(v, at(Mem{Base: lanes}, i))
	}
	ADDQ(apart, q)
	ADDQ(U32(8*s.lanes()*len(acc)), lanes)
	DECQ(leaf)
	JNZ(LabelRef("leaf"))
	ADDQ(U32(stretch), p)
	DECQ(parts)
	JNZ(LabelRef("part"))
	for leaf := range 4 {
		for i, v := range acc {
			VMOVUPD(at(running, leaf*len(acc)+i), v)
		}
		done(leaf)
	}
}

func (s summer) nanTotal() {
	s.begin("NaNTotal", "func(x *"+s.elem()+", n int) (sum, count float64)",
		"returns the sum and the number of those of n elements that are not NaN, in the order of Sum.")
	sums, counts, one := s.lanes16(), s.lanes16(), s.broadcast(s.one)
	s.sweep("sum", func(j int, m Mem) { s.addOrdered(m, sums[j], counts[j], one) })
	Store(s.tree(sums).AsX(), Return("sum"))
	Store(s.tree(counts).AsX(), Return("count"))
	s.end()
}

func (s summer) nanTotalLeaves() {
	s.beginFrame("NaNTotalLeaves", "func(x *"+s.elem()+", apart int) (sums, counts [4]float64)", "is SumLeaves of what is not NaN, and the numbers of these.", 0)
	n := 16 / s.lanes()
	acc, one := s.vecs(2*n), s.broadcast(s.one)
	s.sideBySide(acc, func(j int, m Mem) { s.addOrdered(m, acc[j], acc[n+j], one) }, func(leaf int) {
		Store(s.tree(acc[:n]).AsX(), Return("sums").Index(leaf))
		Store(s.tree(acc[n:]).AsX(), Return("counts").Index(leaf))
	})
	s.end()
}

// deviations writes the sum of squared deviations from a mean; skip leaves out NaN.
func (s summer) deviations(name string, skip bool) {
	doc := "returns the sum of the squared deviations of n elements from mean, in the order of Sum."
	if skip {
		doc = "is Deviations of those elements that are not NaN."
	}
	s.begin(name, "func(x *"+s.elem()+", n int, mean float64) float64", doc)
	mean, err := Param("mean").Resolve()
	if err != nil {
		panic(err)
	}
	m2, center := s.lanes16(), s.broadcast(mean.Addr)
	s.sweep("deviations", func(j int, m Mem) { s.addDeviation(m, center, m2[j], skip) })
	Store(s.tree(m2).AsX(), ReturnIndex(0))
	s.end()
}

// running gives f the running values at a column of the array at base.
func (s summer) running(m *matrix, base reg.Register, f func(v reg.VecVirtual)) {
	v := s.vec()
	s.load8(m.float64s(base), v)
	f(v)
	s.store8(v, m.float64s(base))
}

func (s summer) rowsSignature(accs string) string {
	return "func(" + accs + " *float64, x *" + s.elem() + ", cols, rows, stride int)"
}

const rowsDoc = " Row r starts at element r*stride of x."

func (s summer) sumRows() {
	s.begin("SumRows", s.rowsSignature("sum"), "adds rows of x to sum, which has cols elements."+rowsDoc)
	sum, m := Load(Param("sum"), GP64()), newMatrix(s.size)
	m.fetch = below
	s.down("sum", m, func(m *matrix) {
		s.running(m, sum, func(v reg.VecVirtual) {
			for r := range m.rowsAtOnce {
				s.prefetch(m, r)
				s.add(m.row(r), v)
			}
		})
	})
	s.end()
}

func (s summer) nanSumRows() {
	s.begin("NaNSumRows", s.rowsSignature("sum"), "is SumRows of what is not NaN.")
	sum, m := Load(Param("sum"), GP64()), newMatrix(s.size)
	m.fetch = below
	s.down("sum", m, func(m *matrix) {
		s.running(m, sum, func(v reg.VecVirtual) {
			for r := range m.rowsAtOnce {
				s.prefetch(m, r)
				s.addOrdered(m.row(r), v, nil, nil)
			}
		})
	})
	s.end()
}

func (s summer) nanTotalRows() {
	s.begin("NaNTotalRows", s.rowsSignature("sum, count"), "adds what is not NaN in rows of x to sum, and its number to count; both have cols elements."+rowsDoc)
	m := newMatrix(s.size)
	m.fetch = beside
	s.totalsDown(m)
	s.end()
}

// totalsDown is totals of columns.
func (s summer) totalsDown(m *matrix) {
	sum, count, one := Load(Param("sum"), GP64()), Load(Param("count"), GP64()), s.broadcast(s.one)
	s.down("sum", m, func(m *matrix) {
		s.running(m, sum, func(v reg.VecVirtual) {
			s.running(m, count, func(n reg.VecVirtual) {
				for r := range m.rowsAtOnce {
					s.prefetch(m, r)
					s.addOrdered(m.row(r), v, n, one)
				}
			})
		})
	})
}

func (s summer) momentRows() {
	s.begin("MomentRows", s.rowsSignature("sum, m2"),
		"sets sum to the sums of cols columns of x, and m2 to the sums of their squared deviations from the mean; both are zero before."+rowsDoc+
			" It reads x twice: a band of few columns lies in a cache the second time, and each time half of the band beside it is fetched ahead.")
	m := newMatrix(s.size)
	m.fetch, m.share = beside, [2]int{0, 4}
	sum := Load(Param("sum"), GP64())
	s.down("sum", m, func(m *matrix) {
		s.running(m, sum, func(v reg.VecVirtual) {
			for r := range m.rowsAtOnce {
				s.prefetch(m, r)
				s.add(m.row(r), v)
			}
		})
	})
	rows := XMM()
	VXORPD(rows, rows, rows)
	VCVTSI2SDQ(Load(Param("rows"), GP64()), rows, rows)
	n := s.broadcast(rows)
	s.deviationsDown(m, false, func(*matrix) reg.VecVirtual { return n })
	s.end()
}

func (s summer) nanMomentRows() {
	s.begin("NaNMomentRows", s.rowsSignature("count, sum, m2"),
		"is MomentRows of what is not NaN, and its number. The mean of none is zero.")
	m := newMatrix(s.size)
	m.fetch, m.share = beside, [2]int{0, 4}
	s.totalsDown(m)
	count, one := Load(Param("count"), GP64()), s.broadcast(s.one)
	s.deviationsDown(m, true, func(m *matrix) reg.VecVirtual {
		n := s.vec()
		s.load8(m.float64s(count), n)
		VMAXPD(one, n, n)
		return n
	})
	s.end()
}

// deviationsDown is deviations of columns; number returns that of a vector of columns'
// elements.
func (s summer) deviationsDown(m *matrix, skip bool, number func(m *matrix) reg.VecVirtual) {
	sum, m2 := Load(Param("sum"), GP64()), Load(Param("m2"), GP64())
	m.fetch, m.share = beside, [2]int{4, 8}
	s.down("deviations", m, func(m *matrix) {
		mean := s.vec()
		s.load8(m.float64s(sum), mean)
		VDIVPD(number(m), mean, mean)
		s.running(m, m2, func(v reg.VecVirtual) {
			for r := range m.rowsAtOnce {
				s.prefetch(m, r)
				s.addDeviation(m.row(r), mean, v, skip)
			}
		})
	})
}
