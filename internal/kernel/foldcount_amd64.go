//go:build amd64 && !purego

package kernel

import (
	"math/bits"
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// countRoutines count, in assembly, elements of one size that are not zero.
// Rows take the number of zeros from acc, integers as wide as an element.
type countRoutines struct {
	leaf func(x *byte, n int) int
	rows func(acc, x *byte, cols, rows, stride int)
}

// The countRoutines of each level, by the logarithm of an element's size.
var (
	countIntegers = [numLevels][]countRoutines{
		AVX2:   {{simd.CountUint8AVX2, simd.CountRowsUint8AVX2}, {simd.CountUint16AVX2, simd.CountRowsUint16AVX2}, {simd.CountUint32AVX2, simd.CountRowsUint32AVX2}, {simd.CountUint64AVX2, simd.CountRowsUint64AVX2}},
		AVX512: {{simd.CountUint8AVX512, simd.CountRowsUint8AVX512}, {simd.CountUint16AVX512, simd.CountRowsUint16AVX512}, {simd.CountUint32AVX512, simd.CountRowsUint32AVX512}, {simd.CountUint64AVX512, simd.CountRowsUint64AVX512}},
	}
	countFloats = [numLevels][]countRoutines{
		AVX2:   {2: {simd.CountFloat32AVX2, simd.CountRowsFloat32AVX2}, 3: {simd.CountFloat64AVX2, simd.CountRowsFloat64AVX2}},
		AVX512: {2: {simd.CountFloat32AVX512, simd.CountRowsFloat32AVX512}, 3: {simd.CountFloat64AVX512, simd.CountRowsFloat64AVX512}},
	}
)

// countsAt returns the counts of T, which has no parts, at a level.
func countsAt[T nd.Elem](l Level) counts[T] {
	var zero T
	size := int(unsafe.Sizeof(zero))
	plain := plainCounts(nonzero[T])
	if l == Plain {
		return plain
	}
	routines := countIntegers[l]
	if nd.DTypeOf[T]().IsFloat() {
		routines = countFloats[l]
	}
	r := routines[bits.Len(uint(size))-1]
	return counts[T]{
		func(x []T) int64 {
			if len(x)*size < fewest {
				return plain.leaf(x)
			}
			return int64(r.leaf(bytesOf(x), len(x)))
		},
		func(states []int64, x []T, rows, stride int) {
			whole := len(states) &^ (fewest/size - 1)
			plain.columns(states[whole:], x[whole:], rows, stride)
			if whole > 0 {
				s := states[:whole]
				clear(s)
				r.rows(bytesOf(s), bytesOf(x), whole, rows, stride)
				widenCounts(s, size, int64(rows))
			}
		},
	}
}

// bytesOf returns the memory of x.
func bytesOf[T any](x []T) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(x))) }

// widenCounts makes states of the integers of that size that lie one after the
// other in their memory, n added to each.
func widenCounts(states []int64, size int, n int64) {
	switch size {
	case 1:
		widen[int8](states, n)
	case 2:
		widen[int16](states, n)
	case 4:
		widen[int32](states, n)
	case 8:
		widen[int64](states, n)
	}
}

func widen[I nd.Integer](states []int64, n int64) {
	narrow := unsafe.Slice((*I)(unsafe.Pointer(bytesOf(states))), len(states))
	for c := len(states) - 1; c >= 0; c-- { // the states go over them, from the end
		states[c] = n + int64(narrow[c])
	}
}

// wideSumsInAssembly are the narrowSums and bigSums of each level and dtype.
var wideSumsInAssembly = [numLevels]map[nd.Kind]interface{ loops() any }{
	AVX2: {
		nd.KindInt8:   narrowSums[int8, int32]{simd.SumInt8AVX2, simd.SumRowsInt8AVX2},
		nd.KindInt16:  narrowSums[int16, int32]{simd.SumInt16AVX2, simd.SumRowsInt16AVX2},
		nd.KindInt32:  narrowSums[int32, int64]{simd.SumInt32AVX2, simd.SumRowsInt32AVX2},
		nd.KindUint8:  narrowSums[uint8, int32]{simd.SumUint8AVX2, simd.SumRowsUint8AVX2},
		nd.KindUint16: narrowSums[uint16, int32]{simd.SumUint16AVX2, simd.SumRowsUint16AVX2},
		nd.KindUint32: narrowSums[uint32, int64]{simd.SumUint32AVX2, simd.SumRowsUint32AVX2},
		nd.KindInt64:  bigSums[int64]{simd.SumInt64AVX2, simd.SumRowsInt64AVX2},
		nd.KindUint64: bigSums[uint64]{simd.SumUint64AVX2, simd.SumRowsUint64AVX2},
	},
	AVX512: {
		nd.KindInt8:   narrowSums[int8, int32]{simd.SumInt8AVX512, simd.SumRowsInt8AVX512},
		nd.KindInt16:  narrowSums[int16, int32]{simd.SumInt16AVX512, simd.SumRowsInt16AVX512},
		nd.KindInt32:  narrowSums[int32, int64]{simd.SumInt32AVX512, simd.SumRowsInt32AVX512},
		nd.KindUint8:  narrowSums[uint8, int32]{simd.SumUint8AVX512, simd.SumRowsUint8AVX512},
		nd.KindUint16: narrowSums[uint16, int32]{simd.SumUint16AVX512, simd.SumRowsUint16AVX512},
		nd.KindUint32: narrowSums[uint32, int64]{simd.SumUint32AVX512, simd.SumRowsUint32AVX512},
		nd.KindInt64:  bigSums[int64]{simd.SumInt64AVX512, simd.SumRowsInt64AVX512},
		nd.KindUint64: bigSums[uint64]{simd.SumUint64AVX512, simd.SumRowsUint64AVX512},
	},
}

// wideSumsAt returns the sums of T at a level.
func wideSumsAt[T nd.Integer](l Level) wideSums[T] {
	if r, ok := wideSumsInAssembly[l][nd.DTypeOf[T]().Kind()]; ok {
		return r.loops().(wideSums[T])
	}
	return plainWideSums[T]()
}

// narrowSums are the sums of integers of up to 32 bits in assembly, where A has
// the sum of a column.
type narrowSums[T, A nd.Integer] struct {
	leaf func(x *T, n int) int64
	rows func(acc *A, x *T, cols, rows, stride int)
}

func (r narrowSums[T, A]) loops() any {
	plain := plainWideSums[T]()
	var zero A
	return wideSums[T]{
		func(x []T) wide { return wideOf(r.leaf(unsafe.SliceData(x), len(x)), 0) },
		func(states []wide, x []T, rows, stride int) {
			whole := len(states) &^ (fewest/int(unsafe.Sizeof(zero)) - 1)
			plain.columns(states[whole:], x[whole:], rows, stride)
			if whole == 0 {
				return
			}
			acc := unsafe.Slice((*A)(unsafe.Pointer(bytesOf(states))), whole)
			clear(acc)
			r.rows(&acc[0], &x[0], whole, rows, stride)
			for c := whole - 1; c >= 0; c-- { // the states go over the sums, from the end
				states[c] = wideOf(int64(acc[c]), 0)
			}
		},
	}
}

// bigSums are the sums of integers of 64 bits in assembly, of their low and
// their high halves; of int64 these have 1<<31 added.
type bigSums[T nd.Integer] struct {
	leaf func(x *T, n int) (low, high uint64)
	rows func(low, high *uint64, x *T, cols, rows, stride int)
}

func (r bigSums[T]) loops() any {
	plain := plainWideSums[T]()
	var zero T
	added := int64(0)
	if zero-1 < 0 {
		added = 1 << 31
	}
	return wideSums[T]{
		func(x []T) wide {
			whole := len(x) &^ (fewest/8 - 1)
			low, high := r.leaf(unsafe.SliceData(x), whole)
			sum := wideOf(int64(low), int64(high)-int64(whole)*added)
			for _, v := range x[whole:] {
				sum = sum.plus(wideOfInteger(v))
			}
			return sum
		},
		func(states []wide, x []T, rows, stride int) {
			whole := len(states) &^ (fewest/8 - 1)
			plain.columns(states[whole:], x[whole:], rows, stride)
			bands[T](states[:whole], func(s []wide, _ []float64, c int) {
				n := len(s)
				parts := unsafe.Slice((*uint64)(unsafe.Pointer(bytesOf(s))), 2*n)
				r.rows(&parts[0], &parts[n], &x[c], n, rows, stride)
				var buf [2 * maxBand]uint64
				copy(buf[:], parts)
				low, high := buf[:n], buf[n:2*n]
				for i := range s {
					s[i] = wideOf(int64(low[i]), int64(high[i])-int64(rows)*added)
				}
			})
		},
	}
}
