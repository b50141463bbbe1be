package kernel

import (
	"math"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// Lanes is the number of running sums in a leaf of Run. Element i is added to
// lane i%Lanes from zero on, then the lanes are added as a tree; this order is
// the definition of every floating-point sum and product.
const Lanes = 16

// tree folds the lanes: (0,8), (1,9) … (7,15), then (0,4) …, (0,2), (1,3), (0,1).
func tree[A any](l *[Lanes]A, f func(a, b A) A) A {
	for half := Lanes / 2; half > 0; half /= 2 {
		for i := range half {
			l[i] = f(l[i], l[i+half])
		}
	}
	return l[0]
}

func plus[A nd.Inexact](a, b A) A { return a + b }

// sumLeaf adds x in float64. The lanes are added in two passes of eight, which
// stay in registers.
func sumLeaf[T nd.Float](x []T) float64 {
	var l [Lanes]float64
	n := len(x) &^ (Lanes - 1)
	for h := 0; h < Lanes; h += 8 {
		var s0, s1, s2, s3, s4, s5, s6, s7 float64
		for i := h; i < n; i += Lanes {
			v := (*[8]T)(x[i : i+8])
			s0 += float64(v[0])
			s1 += float64(v[1])
			s2 += float64(v[2])
			s3 += float64(v[3])
			s4 += float64(v[4])
			s5 += float64(v[5])
			s6 += float64(v[6])
			s7 += float64(v[7])
		}
		*(*[8]float64)(l[h:]) = [8]float64{s0, s1, s2, s3, s4, s5, s6, s7}
	}
	for i, v := range x[n:] {
		l[i] += float64(v)
	}
	return tree(&l, plus)
}

// sumColumns adds each of the columns of the matrix x, whose rows are stride
// apart and end with x, from top to bottom; the sum of column c goes to
// dst[c*size].
func sumColumns[T nd.Float](dst []float64, size int, x []T, cols, stride int) {
	c := 0
	for ; c+8 <= cols; c += 8 {
		var s0, s1, s2, s3, s4, s5, s6, s7 float64
		for i := c; i < len(x); i += stride {
			v := (*[8]T)(x[i : i+8])
			s0 += float64(v[0])
			s1 += float64(v[1])
			s2 += float64(v[2])
			s3 += float64(v[3])
			s4 += float64(v[4])
			s5 += float64(v[5])
			s6 += float64(v[6])
			s7 += float64(v[7])
		}
		for k, s := range [8]float64{s0, s1, s2, s3, s4, s5, s6, s7} {
			dst[(c+k)*size] = s
		}
	}
	for ; c < cols; c++ {
		var s float64
		for i := c; i < len(x); i += stride {
			s += float64(x[i])
		}
		dst[c*size] = s
	}
}

// words returns the memory of states as float64s, shared.
func words[S any](states []S) []float64 {
	return view[float64](unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(states))), len(states)*int(unsafe.Sizeof(states[0]))))
}

// total is the state of mean.
type total[A nd.Inexact] struct {
	sum A
	n   int64
}

func (a total[A]) plus(b total[A]) total[A] { return total[A]{a.sum + b.sum, a.n + b.n} }

func addTotals[A nd.Inexact](a, b []total[A]) {
	for i, s := range b {
		a[i].sum += s.sum
		a[i].n += s.n
	}
}

// addAll adds b to a.
func addAll[A nd.Number](a, b []A) {
	a = a[:len(b)]
	for i, s := range b {
		a[i] += s
	}
}

// sums are the loops that add floats, in plain Go or in assembly. Those for
// columns set the states of the columns of a matrix with rows stride apart.
type sums[T nd.Float] struct {
	sum                       leaf[T, float64]
	nanTotal                  leaf[T, total[float64]]
	deviations, nanDeviations func(x []T, mean float64) float64 // their squares added, of a leaf
	sumColumns                func(states []float64, x []T, rows, stride int)
	momentColumns             func(states []moment, x []T, rows, stride int)
	nanSumColumns             func(states []float64, x []T, rows, stride int)
	nanTotalColumns           func(states []total[float64], x []T, rows, stride int)
	nanMomentColumns          func(states []moment, x []T, rows, stride int)
	add                       func(a, b []float64) // b to a
	mergeMoments              func(a, b []moment)
}

// plainSums are the definition of sums.
func plainSums[T nd.Float]() sums[T] {
	return sums[T]{
		leaf[T, float64]{one: sumLeaf[T]}, leaf[T, total[float64]]{one: nanTotal[T]}, deviationLeaf[T], nanDeviationLeaf[T],
		func(states []float64, x []T, _, stride int) { sumColumns(states, 1, x, len(states), stride) },
		momentColumns[T], nanSumColumns[T], nanTotalColumns[T], nanMomentColumns[T],
		addAll[float64], mergeMoments,
	}
}

// sumFoldings lists what is made of the sums of floats, which are accumulated in
// float64.
func sumFoldings[T nd.Float](s sums[T]) map[string]folding {
	sum := &fold[T, float64]{
		run:   leaves(s.sum, plus),
		rows:  func(states []float64, x []T, rows, stride, _ int) { s.sumColumns(states, x, rows, stride) },
		merge: s.add,
		ofSum: func(sum float64, _ int) float64 { return sum },
	}
	totals := &fold[T, total[float64]]{
		run: leaves(then(s.sum, func(x []T, sum float64) total[float64] { return total[float64]{sum, int64(len(x))} }), total[float64].plus),
		rows: func(states []total[float64], x []T, rows, stride, _ int) {
			sums := words(states)[:len(states)] // the states go over them, from the end
			s.sumColumns(sums, x, rows, stride)
			for i := len(states) - 1; i >= 0; i-- {
				states[i] = total[float64]{sums[i], int64(rows)}
			}
		},
		merge: addTotals[float64],
		ofSum: func(sum float64, n int) total[float64] { return total[float64]{sum, int64(n)} },
	}
	all := floatSums("", sum, totals, momentFold(s.moment(), s.momentColumns, s.mergeMoments))
	all["prod"] = plain(nd.DType{}, prodFold[T]())
	return all
}

func floatSums[T nd.Float](prefix string, sums *fold[T, float64], totals *fold[T, total[float64]], moments *fold[T, moment]) map[string]folding {
	return sumsOf[T](prefix, func(sum float64) T { return T(sum) }, func(sum, n float64) T { return T(sum / n) }, sums, totals, moments)
}

// sumsOf lists sum, mean, var and std of elements T, which are added as A and
// have variances F, made of three kinds of states, of which each holds what those
// before it do, bit by bit.
func sumsOf[F nd.Float, T, A nd.Inexact](prefix string, sum func(A) T, mean func(sum A, n float64) T,
	sums *fold[T, A], totals *fold[T, total[A]], spreads *fold[T, moments[A]]) map[string]folding {
	sums.finish = finishEach(sum)
	sums.wider = []Reducer{
		totals.ending(finishEach(func(s total[A]) T { return sum(s.sum) })),
		spreads.ending(finishEach(func(s moments[A]) T { return sum(s.sum) })),
	}
	totals.finish = finishEach(func(s total[A]) T { return mean(s.sum, float64(s.n)) })
	totals.wider = []Reducer{spreads.ending(finishEach(func(s moments[A]) T { return mean(s.sum, s.n) }))}
	spread := func(result func(variance float64) F) folding {
		return folding{nd.DTypeOf[F](), func(p Params) Reducer {
			ddof, _ := ddofOf(p) // checked by Result
			return spreads.ending(finishEach(func(s moments[A]) F { return result(s.variance(ddof)) }))
		}}
	}
	return map[string]folding{
		prefix + "sum":  plain(nd.DType{}, sums),
		prefix + "mean": plain(nd.DType{}, totals),
		prefix + "var":  spread(func(v float64) F { return F(v) }),
		prefix + "std":  spread(func(v float64) F { return F(math.Sqrt(v)) }),
	}
}

// prodFold multiplies floats in float64, in the order of sums.
func prodFold[T nd.Float]() *fold[T, float64] {
	return &fold[T, float64]{
		empty: 1,
		run: leaves(leaf[T, float64]{one: func(x []T) float64 {
			l := ones[float64]()
			n := len(x) &^ (Lanes - 1)
			for i := 0; i < n; i += Lanes {
				for j, v := range (*[Lanes]T)(x[i : i+Lanes]) {
					l[j] *= float64(v)
				}
			}
			for j, v := range x[n:] {
				l[j] *= float64(v)
			}
			return tree(&l, times)
		}}, times),
		rows: func(states []float64, x []T, rows, stride, _ int) {
			fill(states, 1)
			for r := range rows {
				for c, v := range x[r*stride:][:len(states)] {
					states[c] *= float64(v)
				}
			}
		},
		merge:  mergeEach(times),
		finish: finishEach(func(p float64) T { return T(p) }),
	}
}

func times(a, b float64) float64 { return a * b }

func ones[A nd.Inexact]() (l [Lanes]A) {
	fill(l[:], 1)
	return l
}
