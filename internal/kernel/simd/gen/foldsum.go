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
		s.nanTotal()
		s.moment()
		s.nanMoment()
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

func (s summer) nanTotal() {
	s.begin("NaNTotal", "func(x *"+s.elem()+", n int) (sum, count float64)",
		"returns the sum and the number of those of n elements that are not NaN, in the order of Sum.")
	sum, count := s.totals()
	Store(sum.AsX(), Return("sum"))
	Store(count.AsX(), Return("count"))
	s.end()
}

// totals adds and counts what is not NaN.
func (s summer) totals() (sum, count reg.VecVirtual) {
	sums, counts, one := s.lanes16(), s.lanes16(), s.broadcast(s.one)
	s.sweep("sum", func(j int, m Mem) { s.addOrdered(m, sums[j], counts[j], one) })
	return s.tree(sums), s.tree(counts)
}

func (s summer) moment() {
	s.begin("Moment", "func(x *"+s.elem()+", n int) (mean, m2 float64)",
		"returns the mean of n elements and the sum of their squared deviations from it, both in the order of Sum. It reads x twice.")
	sums := s.lanes16()
	s.sweep("sum", func(j int, m Mem) { s.add(m, sums[j]) })
	sum, n := s.tree(sums), XMM()
	VXORPD(n, n, n)
	VCVTSI2SDQ(Load(Param("n"), GP64()), n, n)
	VDIVSD(n, sum.AsX(), sum.AsX())
	s.deviations(sum, false)
	s.end()
}

func (s summer) nanMoment() {
	s.begin("NaNMoment", "func(x *"+s.elem()+", n int) (count, mean, m2 float64)",
		"is Moment of those of n elements that are not NaN, and their number. The mean of none is zero.")
	sum, count := s.totals()
	Store(count.AsX(), Return("count"))
	VMAXSD(s.one, count.AsX(), count.AsX())
	VDIVSD(count.AsX(), sum.AsX(), sum.AsX())
	s.deviations(sum, true)
	s.end()
}

// deviations returns the mean and the sum of squared deviations from it.
func (s summer) deviations(mean reg.VecVirtual, skip bool) {
	Store(mean.AsX(), Return("mean"))
	m2, center := s.lanes16(), s.broadcast(mean.AsX())
	s.sweep("deviations", func(j int, m Mem) { s.addDeviation(m, center, m2[j], skip) })
	Store(s.tree(m2).AsX(), Return("m2"))
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
	s.totalsDown(m, "sum")
	s.end()
}

// totalsDown is totals of columns.
func (s summer) totalsDown(m *matrix, sums string) {
	sum, count, one := Load(Param(sums), GP64()), Load(Param("count"), GP64()), s.broadcast(s.one)
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
	s.begin("MomentRows", s.rowsSignature("mean, m2"),
		"sets mean to the means of cols columns of x, and m2 to the sums of their squared deviations from it; both are zero before."+rowsDoc+
			" It reads x twice: a band of few columns lies in the L1 cache the second time, and the band beside it is fetched ahead.")
	m := newMatrix(s.size)
	sum := Load(Param("mean"), GP64())
	s.down("sum", m, func(m *matrix) {
		s.running(m, sum, func(v reg.VecVirtual) {
			for r := range m.rowsAtOnce {
				s.add(m.row(r), v)
			}
		})
	})
	n := XMM()
	VXORPD(n, n, n)
	VCVTSI2SDQ(Load(Param("rows"), GP64()), n, n)
	by := s.broadcast(n)
	s.across("mean", m, nil, func(m *matrix) {
		s.running(m, sum, func(v reg.VecVirtual) { VDIVPD(by, v, v) })
	})
	s.deviationsDown(m, false)
	s.end()
}

func (s summer) nanMomentRows() {
	s.begin("NaNMomentRows", s.rowsSignature("count, mean, m2"),
		"is MomentRows of what is not NaN, and its number. The mean of none is zero.")
	m := newMatrix(s.size)
	s.totalsDown(m, "mean")
	sum, count, one := Load(Param("mean"), GP64()), Load(Param("count"), GP64()), s.broadcast(s.one)
	s.across("mean", m, nil, func(m *matrix) {
		s.running(m, sum, func(v reg.VecVirtual) {
			n := s.vec()
			s.load8(m.float64s(count), n)
			VMAXPD(one, n, n)
			VDIVPD(n, v, v)
		})
	})
	s.deviationsDown(m, true)
	s.end()
}

// deviationsDown is deviations of columns.
func (s summer) deviationsDown(m *matrix, skip bool) {
	mean, m2 := Load(Param("mean"), GP64()), Load(Param("m2"), GP64())
	m.fetch = beside
	s.down("deviations", m, func(m *matrix) {
		center := s.vec()
		s.load8(m.float64s(mean), center)
		s.running(m, m2, func(v reg.VecVirtual) {
			for r := range m.rowsAtOnce {
				s.prefetch(m, r)
				s.addDeviation(m.row(r), center, v, skip)
			}
		})
	})
}
