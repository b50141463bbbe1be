package kernel

import (
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// nanSumFoldings lists the sums that leave NaN out. An element that is NaN
// keeps its place in the leaf and adds nothing, so without NaN the result is
// that of the plain reduction, bit by bit.
func nanSumFoldings[T nd.Float](s sums[T]) map[string]folding {
	return floatSums("nan", &fold[T, float64]{
		run:   leaves(then(s.nanTotal, func(_ []T, t total[float64]) float64 { return t.sum }), plus),
		rows:  func(states []float64, x []T, rows, stride, _ int) { s.nanSumColumns(states, x, rows, stride) },
		merge: s.add,
	}, &fold[T, total[float64]]{
		run:   leaves(s.nanTotal, total[float64].plus),
		rows:  func(states []total[float64], x []T, rows, stride, _ int) { s.nanTotalColumns(states, x, rows, stride) },
		merge: addTotals[float64],
	}, momentFold(s.nanMoment(), s.nanMomentColumns, s.mergeMoments))
}

// nanExtremeFoldings lists the extremes of what is not NaN.
func nanExtremeFoldings[T nd.Float](o orders[T]) map[string]folding {
	nan := T(math.NaN())
	return map[string]folding{
		"nanmin": plain(nd.DType{}, extremeFold(nan, o.nanMin)),
		"nanmax": plain(nd.DType{}, extremeFold(nan, o.nanMax)),
	}
}

// fmin is the lesser of two numbers, the other where one is NaN.
func fmin[T nd.Real](x, y T) T {
	switch {
	case x != x:
		return y
	case y != y:
		return x
	}
	return min(x, y)
}

// fmax is the greater of two numbers, the other where one is NaN.
func fmax[T nd.Real](x, y T) T {
	switch {
	case x != x:
		return y
	case y != y:
		return x
	}
	return max(x, y)
}

// nanExtremes makes the loops that leave NaN out, by f, of those that don't.
func nanExtremes[T nd.Real](leaf func([]T) T, columns func([]extreme[T], []T, int, int), f func(a, b T) T) extremes[T] {
	return extremes[T]{
		leaf: func(x []T) T {
			m := leaf(x)
			if m != m {
				for _, v := range x {
					m = f(m, v)
				}
			}
			return m
		},
		columns: func(states []extreme[T], x []T, rows, stride int) {
			columns(states, x, rows, stride)
			for c := range states {
				if m := &states[c].value; *m != *m {
					for i := c; i < len(x); i += stride {
						*m = f(*m, x[i])
					}
				}
			}
		},
		merge: mergeEach(func(a, b extreme[T]) extreme[T] { return extreme[T]{value: f(a.value, b.value)} }),
	}
}

// nanTotal counts and adds what is not NaN. Where the plain sum is not NaN
// there was none.
func nanTotal[T nd.Float](x []T) total[float64] {
	if s := sumLeaf(x); s == s {
		return total[float64]{s, int64(len(x))}
	}
	var l [Lanes]float64
	n := int64(0)
	for i, v := range x {
		if v == v {
			l[i%Lanes] += float64(v)
			n++
		}
	}
	return total[float64]{tree(&l, plus), n}
}

func nanSumColumns[T nd.Float](states []float64, x []T, rows, stride int) {
	clear(states)
	for r := range rows {
		for c, v := range x[r*stride:][:len(states)] {
			if v == v {
				states[c] += float64(v)
			}
		}
	}
}

func nanTotalColumns[T nd.Float](states []total[float64], x []T, rows, stride int) {
	clear(states)
	for r := range rows {
		for c, v := range x[r*stride:][:len(states)] {
			if v == v {
				states[c].sum += float64(v)
				states[c].n++
			}
		}
	}
}

// nanMoment is moment of what is not NaN.
func (s sums[T]) nanMoment() leaf[T, moment] {
	return then(s.nanTotal, func(x []T, t total[float64]) moment {
		m := moment{n: float64(t.n), sum: t.sum}
		m.m2 = s.nanDeviations(x, m.sum/max(m.n, 1))
		return m
	})
}

// nanDeviationLeaf is deviationLeaf of what is not NaN.
func nanDeviationLeaf[T nd.Float](x []T, mean float64) float64 {
	var l [Lanes]float64
	for i, v := range x {
		if v == v {
			d := float64(v) - mean
			l[i%Lanes] += float64(d * d)
		}
	}
	return tree(&l, plus)
}

func nanMomentColumns[T nd.Float](states []moment, x []T, rows, stride int) {
	clear(states)
	for r := range rows {
		for c, v := range x[r*stride:][:len(states)] {
			if v == v {
				states[c].sum += float64(v)
				states[c].n++
			}
		}
	}
	for c := range states {
		s := &states[c]
		mean := s.sum / max(s.n, 1)
		for i := c; i < len(x); i += stride {
			if v := x[i]; v == v {
				d := float64(v) - mean
				s.m2 += float64(d * d)
			}
		}
	}
}
