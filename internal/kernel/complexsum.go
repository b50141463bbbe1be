package kernel

import "github.com/ndgrid/ndgrid/nd"

// complexSums lists what is made of the sums of complex numbers C, which are
// accumulated in complex128. Like NumPy's var and std are real: the mean squared
// distance from the mean, and its root.
func complexSums[F nd.Float, C nd.Complex]() map[string]folding {
	sum := leaf[C, complex128]{one: complexSumLeaf[C]}
	sums := &fold[C, complex128]{
		run:   leaves(sum, plus),
		rows:  func(states []complex128, x []C, rows, stride, _ int) { complexSumColumns(states, x, rows, stride) },
		merge: addAll[complex128],
	}
	totals := &fold[C, total[complex128]]{
		run: leaves(then(sum, func(x []C, sum complex128) total[complex128] {
			return total[complex128]{sum, int64(len(x))}
		}), total[complex128].plus),
		rows: func(states []total[complex128], x []C, rows, stride, _ int) {
			for c := range states {
				states[c] = total[complex128]{0, int64(rows)}
				for i := c; i < len(x); i += stride {
					states[c].sum += complex128(x[i])
				}
			}
		},
		merge: addTotals[complex128],
	}
	spreads := &fold[C, moments[complex128]]{
		run:   leaves(then(sum, complexMoment[C]), mergeComplexMoment),
		rows:  complexMomentColumns[C],
		merge: mergeEach(mergeComplexMoment),
	}
	all := sumsOf[F]("", func(sum complex128) C { return C(sum) }, func(sum complex128, n float64) C { return C(divReal(sum, n)) }, sums, totals, spreads)
	all["prod"] = plain(nd.DType{}, complexProdFold[C]())
	return all
}

func complexSumLeaf[C nd.Complex](x []C) complex128 {
	var l [Lanes]complex128
	for i, v := range x {
		l[i%Lanes] += complex128(v)
	}
	return tree(&l, plus)
}

func complexSumColumns[C nd.Complex](states []complex128, x []C, rows, stride int) {
	clear(states)
	for r := range rows {
		for c, v := range x[r*stride:][:len(states)] {
			states[c] += complex128(v)
		}
	}
}

// complexProdFold is prodFold of complex numbers.
func complexProdFold[C nd.Complex]() *fold[C, complex128] {
	return &fold[C, complex128]{
		empty: 1,
		run: leaves(leaf[C, complex128]{one: func(x []C) complex128 {
			l := ones[complex128]()
			for i, v := range x {
				l[i%Lanes] = mulComplex128(l[i%Lanes], complex128(v))
			}
			return tree(&l, mulComplex128)
		}}, mulComplex128),
		rows: func(states []complex128, x []C, rows, stride, _ int) {
			fill(states, 1)
			for r := range rows {
				for c, v := range x[r*stride:][:len(states)] {
					states[c] = mulComplex128(states[c], complex128(v))
				}
			}
		},
		merge:  mergeEach(mulComplex128),
		finish: finishEach(func(p complex128) C { return C(p) }),
	}
}

func mulComplex128(a, b complex128) complex128 {
	return complex(mulComplex(real(a), imag(a), real(b), imag(b)))
}

// complexMoment is the moments of a leaf that adds up to sum.
func complexMoment[C nd.Complex](x []C, sum complex128) moments[complex128] {
	n := float64(len(x))
	mean := divReal(sum, n)
	var l [Lanes]float64
	for i, v := range x {
		l[i%Lanes] += distance2(complex128(v), mean)
	}
	return moments[complex128]{n, sum, tree(&l, plus)}
}

func complexMomentColumns[C nd.Complex](states []moments[complex128], x []C, rows, stride, _ int) {
	for c := range states {
		s := moments[complex128]{n: float64(rows)}
		for i := c; i < len(x); i += stride {
			s.sum += complex128(x[i])
		}
		mean := divReal(s.sum, s.n)
		for i := c; i < len(x); i += stride {
			s.m2 += distance2(complex128(x[i]), mean)
		}
		states[c] = s
	}
}

// mergeComplexMoment merges the parts: their squared deviations add up to squared distances.
func mergeComplexMoment(a, b moments[complex128]) moments[complex128] {
	re := mergeMoment(moment{a.n, real(a.sum), a.m2}, moment{b.n, real(b.sum), b.m2})
	im := mergeMoment(moment{a.n, imag(a.sum), 0}, moment{b.n, imag(b.sum), 0})
	return moments[complex128]{re.n, complex(re.sum, im.sum), re.m2 + im.m2}
}

// divReal divides by a real number, part by part.
func divReal(z complex128, by float64) complex128 { return complex(real(z)/by, imag(z)/by) }

// distance2 is the squared distance of two numbers.
func distance2(a, b complex128) float64 {
	d := a - b
	return float64(real(d)*real(d)) + float64(imag(d)*imag(d))
}
