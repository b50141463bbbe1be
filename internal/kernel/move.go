package kernel

import "unsafe"

// tiler transposes matrices of elements of one size whose sides are multiples
// of side. Strides are in bytes.
type tiler struct {
	side   int
	tiles  func(dst, src *byte, rows, cols, dstStride, srcStride int)
	stream func(dst, src *byte, rows, cols, dstStride, srcStride int) // around the cache
}

// tilers are the routines in assembly by level, and by the logarithm of an
// element's size.
var tilers [numLevels][5]tiler

// line is the bytes of a cache line, which is written around the cache as a whole.
const line = 64

// blockRows and blockCols are the sides, in bytes, of what is transposed at once:
// two lines of each column are written one after the other, and rows, of which
// there are few enough for the ways of the cache and the TLB even where they
// lie a power of two apart, are read for a stretch.
const blockRows, blockCols = 128, 1024

// Transpose moves element (r, c) of the matrix src to (c, r) of dst:
// dst[c*dstStride+r] = src[r*srcStride+c] for r < rows and c < cols, strides in
// elements, which have 1, 2, 4, 8 or 16 bytes and are aligned. Where stream is
// true, dst is large and not read soon: it is written around the cache as far as
// its lines fill, and others see it after Fence. dst and src must not overlap.
func Transpose(dst, src []byte, rows, cols, dstStride, srcStride, size int, stream bool) {
	switch size {
	case 1:
		transpose[uint8](dst, src, rows, cols, dstStride, srcStride, 0, stream)
	case 2:
		transpose[uint16](dst, src, rows, cols, dstStride, srcStride, 1, stream)
	case 4:
		transpose[uint32](dst, src, rows, cols, dstStride, srcStride, 2, stream)
	case 8:
		transpose[uint64](dst, src, rows, cols, dstStride, srcStride, 3, stream)
	case 16:
		transpose[[2]uint64](dst, src, rows, cols, dstStride, srcStride, 4, stream)
	default:
		panic("kernel: no transposition of such elements")
	}
}

// transpose is Transpose of elements of 1<<shift bytes. What whole tiles don't
// cover, a frame, is left to the plain loop.
func transpose[T any](dst, src []byte, rows, cols, ds, ss, shift int, stream bool) {
	if rows <= 0 || cols <= 0 {
		return
	}
	size := 1 << shift
	d, s := view[T](dst), view[T](src)
	_, _ = d[(cols-1)*ds+rows-1], s[(rows-1)*ss+cols-1]
	var t tiler
	for l := level; l > Plain && (t.tiles == nil || min(rows, cols) < t.side); l-- {
		t = tilers[l][shift] // of a lower level where tiles are too large
	}
	if t.tiles == nil || min(rows, cols) < t.side {
		transposePlain(d, s, rows, cols, ds, ss)
		return
	}
	tiles, unit, head := t.tiles, t.side, 0
	if stream && ds*size%line == 0 {
		// Rows before the first whole line of dst.
		head = int(-uintptr(unsafe.Pointer(unsafe.SliceData(dst)))%line) / size
		unit = max(unit, line/size)
		tiles = t.stream
	}
	if rows-head < unit {
		head = rows
	}
	inner, whole := head+(rows-head)/unit*unit, cols/t.side*t.side
	transposePlain(d, s, head, cols, ds, ss)
	br, bc := max(unit, blockRows/size), max(t.side, blockCols/size)
	for r := head; r < inner; r += br {
		for c := 0; c < whole; c += bc {
			tiles(&dst[(c*ds+r)*size], &src[(r*ss+c)*size], min(br, inner-r), min(bc, whole-c), ds*size, ss*size)
		}
	}
	if whole < cols && head < inner {
		transposePlain(d[whole*ds+head:], s[head*ss+whole:], inner-head, cols-whole, ds, ss)
	}
	if inner < rows {
		transposePlain(d[inner:], s[inner*ss:], rows-inner, cols, ds, ss)
	}
}

// transposePlain is the definition. It goes through tiles of 32×32, so that
// what it reads and writes of their lines stays in the cache.
func transposePlain[T any](dst, src []T, rows, cols, ds, ss int) {
	const tile = 32
	for r0 := 0; r0 < rows; r0 += tile {
		n := min(tile, rows-r0)
		for c0 := 0; c0 < cols; c0 += tile {
			for c := c0; c < min(c0+tile, cols); c++ {
				column := dst[c*ds+r0:][:n]
				at := r0*ss + c
				for r := range column {
					column[r] = src[at]
					at += ss
				}
			}
		}
	}
}
