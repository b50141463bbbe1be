//go:build amd64 && !purego

package kernel

import (
	"math"
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// ordersInAssembly are the orderRoutines of each level and dtype.
var ordersInAssembly = [numLevels]map[nd.Kind]any{
	AVX2: {
		nd.KindFloat64: orderRoutines[float64]{
			extremeRoutines[float64]{simd.MinFloat64AVX2, simd.MinRowsFloat64AVX2, placeRoutine[float64, int64](simd.MinPlaceRowsFloat64AVX2)},
			extremeRoutines[float64]{simd.MaxFloat64AVX2, simd.MaxRowsFloat64AVX2, placeRoutine[float64, int64](simd.MaxPlaceRowsFloat64AVX2)},
			extremeRoutines[float64]{simd.NaNMinFloat64AVX2, simd.NaNMinRowsFloat64AVX2, nil},
			extremeRoutines[float64]{simd.NaNMaxFloat64AVX2, simd.NaNMaxRowsFloat64AVX2, nil},
			simd.FindFloat64AVX2, simd.FindNaNFloat64AVX2,
		},
		nd.KindFloat32: orderRoutines[float32]{
			extremeRoutines[float32]{simd.MinFloat32AVX2, simd.MinRowsFloat32AVX2, placeRoutine[float32, int32](simd.MinPlaceRowsFloat32AVX2)},
			extremeRoutines[float32]{simd.MaxFloat32AVX2, simd.MaxRowsFloat32AVX2, placeRoutine[float32, int32](simd.MaxPlaceRowsFloat32AVX2)},
			extremeRoutines[float32]{simd.NaNMinFloat32AVX2, simd.NaNMinRowsFloat32AVX2, nil},
			extremeRoutines[float32]{simd.NaNMaxFloat32AVX2, simd.NaNMaxRowsFloat32AVX2, nil},
			simd.FindFloat32AVX2, simd.FindNaNFloat32AVX2,
		},
		nd.KindInt8: orderRoutines[int8]{
			min:  extremeRoutines[int8]{simd.MinInt8AVX2, simd.MinRowsInt8AVX2, placeRoutine[int8, int8](simd.MinPlaceRowsInt8AVX2)},
			max:  extremeRoutines[int8]{simd.MaxInt8AVX2, simd.MaxRowsInt8AVX2, placeRoutine[int8, int8](simd.MaxPlaceRowsInt8AVX2)},
			find: simd.FindInt8AVX2,
		},
		nd.KindInt16: orderRoutines[int16]{
			min:  extremeRoutines[int16]{simd.MinInt16AVX2, simd.MinRowsInt16AVX2, placeRoutine[int16, int16](simd.MinPlaceRowsInt16AVX2)},
			max:  extremeRoutines[int16]{simd.MaxInt16AVX2, simd.MaxRowsInt16AVX2, placeRoutine[int16, int16](simd.MaxPlaceRowsInt16AVX2)},
			find: simd.FindInt16AVX2,
		},
		nd.KindInt32: orderRoutines[int32]{
			min:  extremeRoutines[int32]{simd.MinInt32AVX2, simd.MinRowsInt32AVX2, placeRoutine[int32, int32](simd.MinPlaceRowsInt32AVX2)},
			max:  extremeRoutines[int32]{simd.MaxInt32AVX2, simd.MaxRowsInt32AVX2, placeRoutine[int32, int32](simd.MaxPlaceRowsInt32AVX2)},
			find: simd.FindInt32AVX2,
		},
		nd.KindInt64: orderRoutines[int64]{
			min:  extremeRoutines[int64]{simd.MinInt64AVX2, simd.MinRowsInt64AVX2, placeRoutine[int64, int64](simd.MinPlaceRowsInt64AVX2)},
			max:  extremeRoutines[int64]{simd.MaxInt64AVX2, simd.MaxRowsInt64AVX2, placeRoutine[int64, int64](simd.MaxPlaceRowsInt64AVX2)},
			find: simd.FindInt64AVX2,
		},
		nd.KindUint8: orderRoutines[uint8]{
			min:  extremeRoutines[uint8]{simd.MinUint8AVX2, simd.MinRowsUint8AVX2, placeRoutine[uint8, int8](simd.MinPlaceRowsUint8AVX2)},
			max:  extremeRoutines[uint8]{simd.MaxUint8AVX2, simd.MaxRowsUint8AVX2, placeRoutine[uint8, int8](simd.MaxPlaceRowsUint8AVX2)},
			find: simd.FindUint8AVX2,
		},
		nd.KindUint16: orderRoutines[uint16]{
			min:  extremeRoutines[uint16]{simd.MinUint16AVX2, simd.MinRowsUint16AVX2, placeRoutine[uint16, int16](simd.MinPlaceRowsUint16AVX2)},
			max:  extremeRoutines[uint16]{simd.MaxUint16AVX2, simd.MaxRowsUint16AVX2, placeRoutine[uint16, int16](simd.MaxPlaceRowsUint16AVX2)},
			find: simd.FindUint16AVX2,
		},
		nd.KindUint32: orderRoutines[uint32]{
			min:  extremeRoutines[uint32]{simd.MinUint32AVX2, simd.MinRowsUint32AVX2, placeRoutine[uint32, int32](simd.MinPlaceRowsUint32AVX2)},
			max:  extremeRoutines[uint32]{simd.MaxUint32AVX2, simd.MaxRowsUint32AVX2, placeRoutine[uint32, int32](simd.MaxPlaceRowsUint32AVX2)},
			find: simd.FindUint32AVX2,
		},
		nd.KindUint64: orderRoutines[uint64]{
			min:  extremeRoutines[uint64]{simd.MinUint64AVX2, simd.MinRowsUint64AVX2, placeRoutine[uint64, int64](simd.MinPlaceRowsUint64AVX2)},
			max:  extremeRoutines[uint64]{simd.MaxUint64AVX2, simd.MaxRowsUint64AVX2, placeRoutine[uint64, int64](simd.MaxPlaceRowsUint64AVX2)},
			find: simd.FindUint64AVX2,
		},
	},
	AVX512: {
		nd.KindFloat64: orderRoutines[float64]{
			extremeRoutines[float64]{simd.MinFloat64AVX512, simd.MinRowsFloat64AVX512, placeRoutine[float64, int64](simd.MinPlaceRowsFloat64AVX512)},
			extremeRoutines[float64]{simd.MaxFloat64AVX512, simd.MaxRowsFloat64AVX512, placeRoutine[float64, int64](simd.MaxPlaceRowsFloat64AVX512)},
			extremeRoutines[float64]{simd.NaNMinFloat64AVX512, simd.NaNMinRowsFloat64AVX512, nil},
			extremeRoutines[float64]{simd.NaNMaxFloat64AVX512, simd.NaNMaxRowsFloat64AVX512, nil},
			simd.FindFloat64AVX512, simd.FindNaNFloat64AVX512,
		},
		nd.KindFloat32: orderRoutines[float32]{
			extremeRoutines[float32]{simd.MinFloat32AVX512, simd.MinRowsFloat32AVX512, placeRoutine[float32, int32](simd.MinPlaceRowsFloat32AVX512)},
			extremeRoutines[float32]{simd.MaxFloat32AVX512, simd.MaxRowsFloat32AVX512, placeRoutine[float32, int32](simd.MaxPlaceRowsFloat32AVX512)},
			extremeRoutines[float32]{simd.NaNMinFloat32AVX512, simd.NaNMinRowsFloat32AVX512, nil},
			extremeRoutines[float32]{simd.NaNMaxFloat32AVX512, simd.NaNMaxRowsFloat32AVX512, nil},
			simd.FindFloat32AVX512, simd.FindNaNFloat32AVX512,
		},
		nd.KindInt8: orderRoutines[int8]{
			min:  extremeRoutines[int8]{simd.MinInt8AVX512, simd.MinRowsInt8AVX512, placeRoutine[int8, int8](simd.MinPlaceRowsInt8AVX512)},
			max:  extremeRoutines[int8]{simd.MaxInt8AVX512, simd.MaxRowsInt8AVX512, placeRoutine[int8, int8](simd.MaxPlaceRowsInt8AVX512)},
			find: simd.FindInt8AVX512,
		},
		nd.KindInt16: orderRoutines[int16]{
			min:  extremeRoutines[int16]{simd.MinInt16AVX512, simd.MinRowsInt16AVX512, placeRoutine[int16, int16](simd.MinPlaceRowsInt16AVX512)},
			max:  extremeRoutines[int16]{simd.MaxInt16AVX512, simd.MaxRowsInt16AVX512, placeRoutine[int16, int16](simd.MaxPlaceRowsInt16AVX512)},
			find: simd.FindInt16AVX512,
		},
		nd.KindInt32: orderRoutines[int32]{
			min:  extremeRoutines[int32]{simd.MinInt32AVX512, simd.MinRowsInt32AVX512, placeRoutine[int32, int32](simd.MinPlaceRowsInt32AVX512)},
			max:  extremeRoutines[int32]{simd.MaxInt32AVX512, simd.MaxRowsInt32AVX512, placeRoutine[int32, int32](simd.MaxPlaceRowsInt32AVX512)},
			find: simd.FindInt32AVX512,
		},
		nd.KindInt64: orderRoutines[int64]{
			min:  extremeRoutines[int64]{simd.MinInt64AVX512, simd.MinRowsInt64AVX512, placeRoutine[int64, int64](simd.MinPlaceRowsInt64AVX512)},
			max:  extremeRoutines[int64]{simd.MaxInt64AVX512, simd.MaxRowsInt64AVX512, placeRoutine[int64, int64](simd.MaxPlaceRowsInt64AVX512)},
			find: simd.FindInt64AVX512,
		},
		nd.KindUint8: orderRoutines[uint8]{
			min:  extremeRoutines[uint8]{simd.MinUint8AVX512, simd.MinRowsUint8AVX512, placeRoutine[uint8, int8](simd.MinPlaceRowsUint8AVX512)},
			max:  extremeRoutines[uint8]{simd.MaxUint8AVX512, simd.MaxRowsUint8AVX512, placeRoutine[uint8, int8](simd.MaxPlaceRowsUint8AVX512)},
			find: simd.FindUint8AVX512,
		},
		nd.KindUint16: orderRoutines[uint16]{
			min:  extremeRoutines[uint16]{simd.MinUint16AVX512, simd.MinRowsUint16AVX512, placeRoutine[uint16, int16](simd.MinPlaceRowsUint16AVX512)},
			max:  extremeRoutines[uint16]{simd.MaxUint16AVX512, simd.MaxRowsUint16AVX512, placeRoutine[uint16, int16](simd.MaxPlaceRowsUint16AVX512)},
			find: simd.FindUint16AVX512,
		},
		nd.KindUint32: orderRoutines[uint32]{
			min:  extremeRoutines[uint32]{simd.MinUint32AVX512, simd.MinRowsUint32AVX512, placeRoutine[uint32, int32](simd.MinPlaceRowsUint32AVX512)},
			max:  extremeRoutines[uint32]{simd.MaxUint32AVX512, simd.MaxRowsUint32AVX512, placeRoutine[uint32, int32](simd.MaxPlaceRowsUint32AVX512)},
			find: simd.FindUint32AVX512,
		},
		nd.KindUint64: orderRoutines[uint64]{
			min:  extremeRoutines[uint64]{simd.MinUint64AVX512, simd.MinRowsUint64AVX512, placeRoutine[uint64, int64](simd.MinPlaceRowsUint64AVX512)},
			max:  extremeRoutines[uint64]{simd.MaxUint64AVX512, simd.MaxRowsUint64AVX512, placeRoutine[uint64, int64](simd.MaxPlaceRowsUint64AVX512)},
			find: simd.FindUint64AVX512,
		},
	},
}

// ordersAt returns the orders of T at a level.
func ordersAt[T nd.Real](l Level) orders[T] {
	if r, ok := ordersInAssembly[l][nd.DTypeOf[T]().Kind()].(orderRoutines[T]); ok {
		return r.orders()
	}
	return plainOrders[T]()
}

// orderRoutines are the orders of a dtype in assembly.
type orderRoutines[T nd.Real] struct {
	min, max, nanMin, nanMax extremeRoutines[T]
	find                     func(x *T, n int, v T) int
	findNaN                  func(x *T, n int) int
}

// extremeRoutines are the extremes of a dtype in assembly.
type extremeRoutines[T nd.Real] struct {
	leaf   func(x *T, n int) T
	rows   func(acc, x *T, cols, rows, stride int)
	places func(states []placed[T], x []T, rows, stride int)
}

// fewest is the number of bytes that routines with vectors of AVX2 need where
// they have no masks.
const fewest = 32

// orders returns the routines as loops.
func (r orderRoutines[T]) orders() orders[T] {
	p := plainOrders[T]()
	return orders[T]{
		r.min.extremes(p.min, false), r.max.extremes(p.max, false), r.nanMin.extremes(p.nanMin, true), r.nanMax.extremes(p.nanMax, true),
		func(x []T, v T) int {
			switch {
			case len(x)*int(unsafe.Sizeof(v)) < fewest:
				return p.find(x, v)
			case v != v:
				return r.findNaN(unsafe.SliceData(x), len(x))
			}
			return r.find(unsafe.SliceData(x), len(x), v)
		},
	}
}

// extremes returns the routines as loops, those of few elements as p has them;
// skip says that they leave NaN out.
func (r extremeRoutines[T]) extremes(p extremes[T], skip bool) extremes[T] {
	var zero T
	perState := 8 / int(unsafe.Sizeof(zero))
	return extremes[T]{
		leaf: func(x []T) T { return r.leaf(unsafe.SliceData(x), len(x)) },
		columns: func(states []extreme[T], x []T, rows, stride int) {
			cols := len(states)
			if cols*int(unsafe.Sizeof(zero)) < fewest {
				p.columns(states, x, rows, stride)
				return
			}
			acc := elements(states)[:cols]
			if skip {
				fill(acc, T(math.NaN())) // of floats alone
			} else {
				copy(acc, x)
			}
			r.rows(&acc[0], &x[0], cols, rows, stride)
			if perState > 1 {
				for c := cols - 1; c >= 0; c-- { // the states go over acc, from the end
					states[c].value = acc[c]
				}
			}
		},
		places: func(states []placed[T], x []T, rows, stride int) {
			bands[T](states, func(s []placed[T], _ []float64, c int) {
				places := r.places
				if len(s)*int(unsafe.Sizeof(zero)) < fewest {
					places = p.places
				}
				places(s, x[c:], rows, stride)
			})
		},
		merge: func(a, b []extreme[T]) {
			if len(b)*8 < fewest {
				p.merge(a, b)
				return
			}
			r.rows(&a[0].value, &b[0].value, len(b)*perState, 1, 0) // what lies between them too
		},
	}
}

// elements returns the memory of states as elements.
func elements[T nd.Real](states []extreme[T]) []T {
	return unsafe.Slice(&states[0].value, len(states)*8/int(unsafe.Sizeof(states[0].value)))
}

// placeRoutine makes a loop, for a band of columns, of a routine that finds
// their extremes and the first rows that have them; I is an integer as wide as
// T.
func placeRoutine[T nd.Real, I nd.Integer](routine func(best *T, place *I, x *T, cols, rows, stride int)) func([]placed[T], []T, int, int) {
	return func(states []placed[T], x []T, rows, stride int) {
		n := len(states)
		parts := words(states)
		best, place := (*T)(unsafe.Pointer(&parts[0])), (*I)(unsafe.Pointer(&parts[n]))
		copy(unsafe.Slice(best, n), x)
		routine(best, place, &x[0], n, rows, stride)
		var buf [2 * maxBand]float64
		copy(buf[:], parts)
		values, places := unsafe.Slice((*T)(unsafe.Pointer(&buf[0])), n), unsafe.Slice((*I)(unsafe.Pointer(&buf[n])), n)
		for i := range states {
			states[i] = placed[T]{values[i], int64(places[i])}
		}
	}
}
