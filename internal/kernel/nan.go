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
			run: func(x []T, _ int) float64 { return nanTotal(x).sum },
			rows: func(states []float64, x []T, rows, _ int) {
				if hasNaN(x) {
					var buf [Tile]T
					x = replaceNaN(&buf, x, func(int) T { return 0 })
				}
				sumColumns(states, 1, x, rows)
			},
			merge:  plus[float64],
			finish: finishEach(func(s float64) T { return T(s) }),
		}),
		"nanmean": plain(nd.DType{}, &fold[T, total[float64]]{
			run:    func(x []T, _ int) total[float64] { return nanTotal(x) },
			rows:   nanTotalColumns[T],
			merge:  addTotals[float64],
			finish: finishEach(func(s total[float64]) T { return T(s.sum / float64(s.n)) }),
		}),
		"nanmin": plain(nd.DType{}, extremeFold(nan, nanLeaf(minLeaf[T], fmin[T]), fmin[T])),
		"nanmax": plain(nd.DType{}, extremeFold(nan, nanLeaf(maxLeaf[T], fmax[T]), fmax[T])),
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

func hasNaN[T nd.Float](x []T) bool {
	for _, v := range x {
		if v != v {
			return true
		}
	}
	return false
}

// replaceNaN copies x to buf with by(i) for each NaN at i.
func replaceNaN[T nd.Float](buf *[Tile]T, x []T, by func(i int) T) []T {
	for i, v := range x {
		if v != v {
			v = by(i)
		}
		buf[i] = v
	}
	return buf[:len(x)]
}

// nanLeaf makes a leaf function of one for leaves without NaN.
func nanLeaf[T nd.Float](leaf func([]T) T, f func(a, b T) T) func([]T) T {
	return func(x []T) T {
		if !hasNaN(x) {
			return leaf(x)
		}
		m := x[0]
		for _, v := range x[1:] {
			m = f(m, v)
		}
		return m
	}
}

func nanTotal[T nd.Float](x []T) total[float64] {
	if !hasNaN(x) {
		return total[float64]{sumLeaf(x), int64(len(x))}
	}
	var buf [Tile]T
	n := len(x)
	x = replaceNaN(&buf, x, func(int) T { n--; return 0 })
	return total[float64]{sumLeaf(x), int64(n)}
}

func nanTotalColumns[T nd.Float](states []total[float64], x []T, rows, _ int) {
	fill(states, total[float64]{n: int64(rows)})
	if hasNaN(x) {
		var buf [Tile]T
		x = replaceNaN(&buf, x, func(i int) T { states[i%len(states)].n--; return 0 })
	}
	sumColumns(words(states), 2, x, rows)
}

func nanMomentLeaf[T nd.Float](x []T) moment {
	if !hasNaN(x) {
		return momentLeaf(x)
	}
	t := nanTotal(x)
	if t.n == 0 {
		return moment{}
	}
	mean := t.sum / float64(t.n)
	return moment{float64(t.n), mean, nanDeviation(x, mean)}
}

// nanDeviation is deviationLeaf, with 0 for the deviation of NaN.
func nanDeviation[T nd.Float](x []T, mean float64) float64 {
	var buf [Tile]float64
	for i, v := range x {
		buf[i] = float64(v)
		if v != v {
			buf[i] = mean
		}
	}
	return deviationLeaf(buf[:len(x)], mean)
}

func nanMomentColumns[T nd.Float](states []moment, x []T, rows int) {
	if !hasNaN(x) {
		momentColumns(states, x, rows)
		return
	}
	clear(states)
	var buf [Tile]float64
	cols := len(states)
	for i, v := range x {
		if v == v {
			states[i%cols].n++
			buf[i] = float64(v)
		}
	}
	sumColumns(words(states)[1:], 3, buf[:len(x)], rows)
	for c := range states {
		if states[c].n > 0 {
			states[c].mean /= states[c].n
		}
	}
	for i, v := range x {
		if v != v {
			buf[i] = states[i%cols].mean
		}
	}
	deviationColumns(states, buf[:len(x)])
}
