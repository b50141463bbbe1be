//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// sumsInAssembly are the sumRoutines of each level and dtype.
var sumsInAssembly = [numLevels]map[nd.Kind]any{
	AVX2: {
		nd.KindFloat64: sumRoutines[float64]{
			simd.SumFloat64AVX2, simd.SumLeavesFloat64AVX2, simd.NaNTotalFloat64AVX2, simd.NaNTotalLeavesFloat64AVX2, simd.DeviationsFloat64AVX2, simd.NaNDeviationsFloat64AVX2,
			simd.SumRowsFloat64AVX2, simd.NaNSumRowsFloat64AVX2,
			simd.NaNTotalRowsFloat64AVX2, simd.MomentRowsFloat64AVX2, simd.NaNMomentRowsFloat64AVX2,
		},
		nd.KindFloat32: sumRoutines[float32]{
			simd.SumFloat32AVX2, simd.SumLeavesFloat32AVX2, simd.NaNTotalFloat32AVX2, simd.NaNTotalLeavesFloat32AVX2, simd.DeviationsFloat32AVX2, simd.NaNDeviationsFloat32AVX2,
			simd.SumRowsFloat32AVX2, simd.NaNSumRowsFloat32AVX2,
			simd.NaNTotalRowsFloat32AVX2, simd.MomentRowsFloat32AVX2, simd.NaNMomentRowsFloat32AVX2,
		},
	},
	AVX512: {
		nd.KindFloat64: sumRoutines[float64]{
			simd.SumFloat64AVX512, simd.SumLeavesFloat64AVX512, simd.NaNTotalFloat64AVX512, simd.NaNTotalLeavesFloat64AVX512, simd.DeviationsFloat64AVX512, simd.NaNDeviationsFloat64AVX512,
			simd.SumRowsFloat64AVX512, simd.NaNSumRowsFloat64AVX512,
			simd.NaNTotalRowsFloat64AVX512, simd.MomentRowsFloat64AVX512, simd.NaNMomentRowsFloat64AVX512,
		},
		nd.KindFloat32: sumRoutines[float32]{
			simd.SumFloat32AVX512, simd.SumLeavesFloat32AVX512, simd.NaNTotalFloat32AVX512, simd.NaNTotalLeavesFloat32AVX512, simd.DeviationsFloat32AVX512, simd.NaNDeviationsFloat32AVX512,
			simd.SumRowsFloat32AVX512, simd.NaNSumRowsFloat32AVX512,
			simd.NaNTotalRowsFloat32AVX512, simd.MomentRowsFloat32AVX512, simd.NaNMomentRowsFloat32AVX512,
		},
	},
}

// sumsAt returns the sums of T at a level.
func sumsAt[T nd.Float](l Level) sums[T] {
	if r, ok := sumsInAssembly[l][nd.DTypeOf[T]().Kind()].(sumRoutines[T]); ok {
		return r.sums()
	}
	return plainSums[T]()
}

// sumRoutines are the sums of a dtype in assembly.
type sumRoutines[T nd.Float] struct {
	sum                       func(x *T, n int) float64
	sumLeaves                 func(x *T, apart int) [4]float64
	nanTotal                  func(x *T, n int) (sum, count float64)
	nanTotalLeaves            func(x *T, apart int) (sums, counts [4]float64)
	deviations, nanDeviations func(x *T, n int, mean float64) float64
	sumRows, nanSumRows       func(sum *float64, x *T, cols, rows, stride int)
	nanTotalRows              func(sum, count *float64, x *T, cols, rows, stride int)
	momentRows                func(sum, m2 *float64, x *T, cols, rows, stride int)
	nanMomentRows             func(count, sum, m2 *float64, x *T, cols, rows, stride int)
}

// sums returns the routines as loops.
func (r sumRoutines[T]) sums() sums[T] {
	return sums[T]{
		sum: leaf[T, float64]{
			func(x []T) float64 { return r.sum(unsafe.SliceData(x), len(x)) },
			func(x []T, apart int) [4]float64 {
				return r.sumLeaves(unsafe.SliceData(x[:3*apart+Tile]), apart)
			},
		},
		nanTotal: leaf[T, total[float64]]{
			func(x []T) total[float64] {
				sum, count := r.nanTotal(unsafe.SliceData(x), len(x))
				return total[float64]{sum, int64(count)}
			},
			func(x []T, apart int) (t [4]total[float64]) {
				sums, counts := r.nanTotalLeaves(unsafe.SliceData(x[:3*apart+Tile]), apart)
				for i := range t {
					t[i] = total[float64]{sums[i], int64(counts[i])}
				}
				return t
			},
		},
		deviations:       func(x []T, mean float64) float64 { return r.deviations(unsafe.SliceData(x), len(x), mean) },
		nanDeviations:    func(x []T, mean float64) float64 { return r.nanDeviations(unsafe.SliceData(x), len(x), mean) },
		sumColumns:       addRows(r.sumRows),
		nanSumColumns:    addRows(r.nanSumRows),
		nanTotalColumns:  r.nanTotalColumns,
		momentColumns:    r.momentColumns,
		nanMomentColumns: r.nanMomentColumns,
		add:              addFloat64s,
		mergeMoments:     mergeMomentsAVX2,
	}
}

// addFloat64s is addAll.
func addFloat64s(a, b []float64) {
	p := (*byte)(unsafe.Pointer(unsafe.SliceData(a)))
	simd.AddFloat64AVX2(p, p, (*byte)(unsafe.Pointer(unsafe.SliceData(b))), nil, len(b), 0)
}

// mergeMomentsAVX2 is mergeMoments.
func mergeMomentsAVX2(a, b []moment) {
	n := len(b) &^ 3
	if n > 0 {
		simd.MergeMomentsAVX2(&a[0].n, &b[0].n, n)
	}
	mergeMoments(a[n:], b[n:])
}

func addRows[T nd.Float](rows func(sum *float64, x *T, cols, rows, stride int)) func([]float64, []T, int, int) {
	return func(states []float64, x []T, n, stride int) {
		clear(states)
		rows(unsafe.SliceData(states), unsafe.SliceData(x), len(states), n, stride)
	}
}

// maxBand is the largest number of columns in a band.
const maxBand = 128

// bands calls f for the states of each band of columns of a matrix of T, and
// for its place in a row. A band of a leaf's rows lies in the caches for
// routines that read it twice. A routine keeps the parts of its states in arrays
// of their own, which lie in the memory of the states until they are put
// together.
func bands[T nd.Real, S any](states []S, f func(s []S, parts []float64, c int)) {
	var zero T
	width := min(1024/int(unsafe.Sizeof(zero)), maxBand)
	for c := 0; c < len(states); c += width {
		s := states[c:min(c+width, len(states))]
		parts := words(s)
		clear(parts)
		f(s, parts, c)
	}
}

func (r sumRoutines[T]) nanTotalColumns(states []total[float64], x []T, rows, stride int) {
	bands[T](states, func(s []total[float64], parts []float64, c int) {
		n := len(s)
		r.nanTotalRows(&parts[0], &parts[n], &x[c], n, rows, stride)
		var buf [2 * maxBand]float64
		copy(buf[:], parts)
		sums, counts := buf[:n], buf[n:2*n]
		for i := range s {
			s[i] = total[float64]{sums[i], int64(counts[i])}
		}
	})
}

func (r sumRoutines[T]) momentColumns(states []moment, x []T, rows, stride int) {
	bands[T](states, func(s []moment, parts []float64, c int) {
		n := len(s)
		r.momentRows(&parts[n], &parts[2*n], &x[c], n, rows, stride)
		fill(parts[:n], float64(rows))
		joinMoments(s, parts)
	})
}

func (r sumRoutines[T]) nanMomentColumns(states []moment, x []T, rows, stride int) {
	bands[T](states, func(s []moment, parts []float64, c int) {
		n := len(s)
		r.nanMomentRows(&parts[0], &parts[n], &parts[2*n], &x[c], n, rows, stride)
		joinMoments(s, parts)
	})
}

// joinMoments makes states of their parts, which lie in the same memory.
func joinMoments(s []moment, parts []float64) {
	var buf [3 * maxBand]float64
	copy(buf[:], parts)
	n := len(s)
	counts, sums, m2s := buf[:n], buf[n:2*n], buf[2*n:3*n]
	done := n &^ 3
	if done > 0 {
		simd.JoinMomentsAVX2(&s[0].n, &counts[0], &sums[0], &m2s[0], done)
	}
	for i := done; i < n; i++ {
		s[i] = moment{counts[i], sums[i], m2s[i]}
	}
}
