package npy

import (
	"iter"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// chunkBytes is about how many bytes a chunk of an array read from a file has:
// a few rows.
const chunkBytes = 2 << 20

// diskOrder returns v, one entry per axis, with the axis first that varies
// slowest in the file.
func (h *header) diskOrder(v []int) []int {
	v = slices.Clone(v)
	if h.fortran {
		slices.Reverse(v)
	}
	return v
}

// rowGrid cuts an array into chunks that are contiguous in the file.
func rowGrid(h *header) nd.Grid {
	chunk := h.diskOrder(h.shape)
	room := max(1, chunkBytes/h.dtype.Size())
	for k := len(chunk) - 1; k >= 0; k-- {
		chunk[k] = max(1, min(chunk[k], room))
		room /= chunk[k]
	}
	return nd.Must(nd.NewGrid(h.shape, h.diskOrder(chunk))) // the shape was checked with the header
}

// runs says where the elements of a box are in the file: runs of n contiguous
// bytes at the offsets, ascending. gap is the number of bytes between most of
// them. One after the other they are the box in disk order.
func (h *header) runs(box nd.Box) (n int, gap int64, offs iter.Seq[int64]) {
	shape, start, count := h.diskOrder(h.shape), h.diskOrder(box.Start), h.diskOrder(box.Shape)
	stride := make([]int64, len(shape))
	step, first := int64(h.dtype.Size()), h.offset
	for k := len(shape) - 1; k >= 0; k-- {
		stride[k] = step
		first += int64(start[k]) * step
		step *= int64(shape[k])
	}
	n = h.dtype.Size()
	k := len(shape)
	for k > 0 && stride[k-1] == int64(n) {
		k--
		n *= count[k]
	}
	if k > 0 {
		gap = stride[k-1] - int64(n)
	}
	return n, gap, func(yield func(int64) bool) {
		if box.Size() == 0 {
			return
		}
		index, off := make([]int, k), first
		for {
			if !yield(off) {
				return
			}
			j := k - 1
			for ; j >= 0; j-- {
				index[j]++
				off += stride[j]
				if index[j] < count[j] {
					break
				}
				off -= stride[j] * int64(count[j])
				index[j] = 0
			}
			if j < 0 {
				return
			}
		}
	}
}

// reverseAxes copies the elements of src, C order of shape, to dst, C order of
// the shape backwards: what turns F order into C order and back.
func reverseAxes(dst, src []byte, shape []int, size int) {
	switch size {
	case 1:
		reverse[uint8](dst, src, shape)
	case 2:
		reverse[uint16](dst, src, shape)
	case 4:
		reverse[uint32](dst, src, shape)
	case 8:
		reverse[uint64](dst, src, shape)
	case 16:
		reverse[complex128](dst, src, shape)
	default:
		strips(shape, func(d, s, n, step int) {
			for i := range n {
				copy(dst[(d+i)*size:(d+i+1)*size], src[(s+i*step)*size:])
			}
		})
	}
}

func reverse[T nd.Elem](dst, src []byte, shape []int) {
	to, from := nd.AsSlice[T](dst), nd.AsSlice[T](src)
	strips(shape, func(d, s, n, step int) {
		for i := range n {
			to[d+i] = from[s+i*step]
		}
	})
}

// strip is how many elements are moved at a time: the cache lines of as many
// rows fit the L1 cache together.
const strip = 32

// strips calls do with pieces of the first axis: n elements at d, d+1, … of the
// destination of reverseAxes, at s, s+step, … of its source. Pieces that share
// cache lines follow each other.
func strips(shape []int, do func(d, s, n, step int)) {
	last := len(shape) - 1
	size := nd.Box{Shape: shape}.Size()
	if last < 1 || size == 0 {
		do(0, 0, size, 1)
		return
	}
	middle := shape[1:last]
	step := size / shape[0]      // from row to row of the source
	across := size / shape[last] // from column to column of the destination
	index := make([]int, len(middle))
	for {
		s, d := 0, 0
		for k := range middle {
			s = s*middle[k] + index[k]
		}
		for k := len(middle) - 1; k >= 0; k-- {
			d = d*middle[k] + index[k]
		}
		s, d = s*shape[last], d*shape[0]
		for r := 0; r < shape[0]; r += strip {
			for c := range shape[last] {
				do(d+c*across+r, s+r*step+c, min(strip, shape[0]-r), step)
			}
		}
		k := len(middle) - 1
		for ; k >= 0; k-- {
			if index[k]++; index[k] < middle[k] {
				break
			}
			index[k] = 0
		}
		if k < 0 {
			return
		}
	}
}

// normalize turns elements as they lie in the file into native ones: byte
// order, and bools that are 0 or 1.
func (h *header) normalize(b []byte) {
	switch {
	case h.swapped():
		swap(b, h.dtype.WordSize())
	case h.dtype == nd.Bool:
		for i, v := range b {
			if v > 1 {
				b[i] = 1
			}
		}
	}
}

// swap reverses the bytes of every word of size bytes.
func swap(b []byte, size int) {
	for ; len(b) >= size; b = b[size:] {
		slices.Reverse(b[:size])
	}
}
