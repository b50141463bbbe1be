package kernel

import "github.com/ndgrid/ndgrid/nd"

// moments is the state of var and std: the number of elements, their sum, and the
// sum of their squared distances from the mean.
type moments[A nd.Inexact] struct {
	n   float64
	sum A
	m2  float64
}

type moment = moments[float64]

func mean(a moment) float64 { return a.sum / a.n }

// variance is m2/(n-ddof). Where that is not positive it is NaN or +Inf, as 0/0
// or x/0 gives it.
func (a moments[A]) variance(ddof float64) float64 { return a.m2 / max(a.n-ddof, 0) }

// mergeMoment is Chan's formula.
func mergeMoment(a, b moment) moment {
	if a.n == 0 {
		return b
	}
	if b.n == 0 {
		return a
	}
	n := a.n + b.n
	delta := mean(b) - mean(a)
	return moment{n, a.sum + b.sum, a.m2 + b.m2 + float64(float64(float64(delta*(b.n/n))*delta)*a.n)}
}

// mergeMoments is mergeMoment of many states.
var mergeMoments = mergeEach(mergeMoment)

func momentFold[T nd.Float](l leaf[T, moment], columns func(states []moment, x []T, rows, stride int), merge func(a, b []moment)) *fold[T, moment] {
	return &fold[T, moment]{
		run:   leaves(l, mergeMoment),
		rows:  func(states []moment, x []T, rows, stride, _ int) { columns(states, x, rows, stride) },
		merge: merge,
	}
}

// moment passes over x twice: it lies in a cache the second time.
func (s sums[T]) moment() leaf[T, moment] {
	return then(s.sum, func(x []T, sum float64) moment {
		n := float64(len(x))
		return moment{n, sum, s.deviations(x, sum/n)}
	})
}

// deviationLeaf adds the squares of x-mean, in the order of sumLeaf.
func deviationLeaf[T nd.Float](x []T, mean float64) float64 {
	var l [Lanes]float64
	n := len(x) &^ (Lanes - 1)
	for h := 0; h < Lanes; h += 4 {
		var s0, s1, s2, s3 float64
		for i := h; i < n; i += Lanes {
			v := (*[4]T)(x[i : i+4])
			d0, d1, d2, d3 := float64(v[0])-mean, float64(v[1])-mean, float64(v[2])-mean, float64(v[3])-mean
			s0 += float64(d0 * d0)
			s1 += float64(d1 * d1)
			s2 += float64(d2 * d2)
			s3 += float64(d3 * d3)
		}
		*(*[4]float64)(l[h:]) = [4]float64{s0, s1, s2, s3}
	}
	for i, v := range x[n:] {
		d := float64(v) - mean
		l[i] += float64(d * d)
	}
	return tree(&l, plus)
}

// momentColumns does for each column what moment does for a leaf, from top
// to bottom.
func momentColumns[T nd.Float](states []moment, x []T, rows, stride int) {
	clear(states)
	sumColumns(words(states)[1:], 3, x, len(states), stride)
	for c := range states {
		states[c].n = float64(rows)
	}
	deviationColumns(states, x, stride)
}

// deviationColumns adds the squared deviations of each column from its mean.
func deviationColumns[T nd.Float](states []moment, x []T, stride int) {
	cols := len(states)
	c := 0
	for ; c+4 <= cols; c += 4 {
		s := (*[4]moment)(states[c : c+4])
		m0, m1, m2, m3 := mean(s[0]), mean(s[1]), mean(s[2]), mean(s[3])
		var s0, s1, s2, s3 float64
		for i := c; i < len(x); i += stride {
			v := (*[4]T)(x[i : i+4])
			d0, d1, d2, d3 := float64(v[0])-m0, float64(v[1])-m1, float64(v[2])-m2, float64(v[3])-m3
			s0 += float64(d0 * d0)
			s1 += float64(d1 * d1)
			s2 += float64(d2 * d2)
			s3 += float64(d3 * d3)
		}
		s[0].m2, s[1].m2, s[2].m2, s[3].m2 = s0, s1, s2, s3
	}
	for ; c < cols; c++ {
		m := mean(states[c])
		for i := c; i < len(x); i += stride {
			d := float64(x[i]) - m
			states[c].m2 += float64(d * d)
		}
	}
}
