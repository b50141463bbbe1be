package kernel

import (
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// nanFoldings lists the reductions that leave NaN out. An element that is NaN
// keeps its place in the leaf and adds nothing, so without NaN the result is
// that of the plain reduction, bit by bit.
func nanFoldings[T nd.Float]() map[string]folding {
	nan := T(math.NaN())
	return map[string]folding{
		"nansum": plain(nd.DType{}, &fold[T, float64]{
			run:    func(x []T, _ int) float64 { return nanTotal(x).sum },
			rows:   nanSumColumns[T],
			merge:  plus[float64],
			finish: finishEach(func(s float64) T { return T(s) }),
		}),
		"nanmean": plain(nd.DType{}, &fold[T, total[float64]]{
			run:    func(x []T, _ int) total[float64] { return nanTotal(x) },
			rows:   nanTotalColumns[T],
			merge:  addTotals[float64],
			finish: finishEach(func(s total[float64]) T { return T(s.sum / float64(s.n)) }),
		}),
		"nanmin": plain(nd.DType{}, extremeFold(nan, nanLeaf(minLeaf[T], fmin[T]), nanColumns(minColumns[T], fmin[T]), fmin[T])),
		"nanmax": plain(nd.DType{}, extremeFold(nan, nanLeaf(maxLeaf[T], fmax[T]), nanColumns(maxColumns[T], fmax[T]), fmax[T])),
		"nanvar": momentFolding(nanMomentLeaf[T], nanMomentColumns[T], func(v float64) T { return T(v) }),
		"nanstd": momentFolding(nanMomentLeaf[T], nanMomentColumns[T], func(v float64) T { return T(math.Sqrt(v)) }),
	}
}

// fmin is the lesser of two numbers, the other where one is NaN.
func fmin[T nd.Float](x, y T) T {
	switch {
	case x != x:
		return y
	case y != y:
		return x
	}
	return min(x, y)
}

// fmax is the greater of two numbers, the other where one is NaN.
func fmax[T nd.Float](x, y T) T {
	switch {
	case x != x:
		return y
	case y != y:
		return x
	}
	return max(x, y)
}

// replaceNaN copies x to buf with by(i) for each NaN at i.
func replaceNaN[T nd.Float](buf []float64, x []T, by func(i int) float64) {
	for i, v := range x {
		buf[i] = float64(v)
		if v != v {
			buf[i] = by(i)
		}
	}
}

// nanLeaf makes a leaf function of one for leaves without NaN.
func nanLeaf[T nd.Float](leaf func([]T) T, f func(a, b T) T) func([]T) T {
	return func(x []T) T {
		m := leaf(x)
		if m != m {
			for _, v := range x {
				m = f(m, v)
			}
		}
		return m
	}
}

// nanColumns does for columns what nanLeaf does for leaves.
func nanColumns[T nd.Float](columns func([]extreme[T], []T), f func(a, b T) T) func([]extreme[T], []T) {
	return func(states []extreme[T], x []T) {
		columns(states, x)
		for c := range states {
			if m := &states[c].value; *m != *m {
				for i := c; i < len(x); i += len(states) {
					*m = f(*m, x[i])
				}
			}
		}
	}
}

// nanTotal counts and adds what is not NaN. Where the plain sum is not NaN
// there was none.
func nanTotal[T nd.Float](x []T) total[float64] {
	if s := sumLeaf(x); s == s {
		return total[float64]{s, int64(len(x))}
	}
	var buf [Tile]float64
	n := len(x)
	replaceNaN(buf[:], x, func(int) float64 { n--; return 0 })
	return total[float64]{sumLeaf(buf[:len(x)]), int64(n)}
}

func nanSumColumns[T nd.Float](states []float64, x []T, rows, first int) {
	var totals [Tile]total[float64]
	nanTotalColumns(totals[:len(states)], x, rows, first)
	for i := range states {
		states[i] = totals[i].sum
	}
}

func nanTotalColumns[T nd.Float](states []total[float64], x []T, rows, _ int) {
	sumColumns(words(states), 2, x, rows)
	sums := 0.0
	for i := range states {
		states[i].n = int64(rows)
		sums += states[i].sum
	}
	if sums == sums {
		return
	}
	var buf [Tile]float64
	replaceNaN(buf[:], x, func(i int) float64 { states[i%len(states)].n--; return 0 })
	sumColumns(words(states), 2, buf[:len(x)], rows)
}

func nanMomentLeaf[T nd.Float](x []T) moment {
	if m := momentLeaf(x); m.mean == m.mean {
		return m
	}
	t := nanTotal(x)
	if t.n == 0 {
		return moment{}
	}
	mean := t.sum / float64(t.n)
	var buf [Tile]float64
	replaceNaN(buf[:], x, func(int) float64 { return mean })
	return moment{float64(t.n), mean, deviationLeaf(buf[:len(x)], mean)}
}

func nanMomentColumns[T nd.Float](states []moment, x []T, rows int) {
	momentColumns(states, x, rows)
	means := 0.0
	for _, s := range states {
		means += s.mean
	}
	if means == means {
		return
	}
	for c := range states {
		states[c] = moment{n: float64(rows)}
	}
	var buf [Tile]float64
	cols := len(states)
	replaceNaN(buf[:], x, func(i int) float64 { states[i%cols].n--; return 0 })
	sumColumns(words(states)[1:], 3, buf[:len(x)], rows)
	for c := range states {
		if states[c].n > 0 {
			states[c].mean /= states[c].n
		}
	}
	replaceNaN(buf[:], x, func(i int) float64 { return states[i%cols].mean })
	deviationColumns(states, buf[:len(x)])
}
