package exec

import "github.com/ndgrid/ndgrid/nd"

// operand is an array in memory as a task sees it: element (i, j, …) of the
// task's box lies at off + i*strides[0] + j*strides[1] + …, in elements.
type operand struct {
	buf     []byte
	off     int
	strides []int
}

// cStrides returns the strides, in elements, of a dense C-order array.
func cStrides(shape []int) []int {
	s := make([]int, len(shape))
	n := 1
	for k := len(shape) - 1; k >= 0; k-- {
		s[k] = n
		n *= shape[k]
	}
	return s
}

// size returns the number of elements of a shape that is known to be sound.
func size(shape []int) int { return nd.Box{Shape: shape}.Size() }

// dot returns the place of an index.
func dot(index, strides []int) int {
	n := 0
	for k, i := range index {
		n += i * strides[k]
	}
	return n
}

// copyStrided copies shape elements of itemsize bytes between two strided arrays.
func copyStrided(dst operand, src operand, shape []int, itemsize int) {
	if size(shape) == 0 {
		return
	}
	l := mergeAxes(shape, [][]int{dst.strides, src.strides})
	last := len(l.shape) - 1
	n, ds, ss := l.shape[last], l.strides[0][last], l.strides[1][last]
	index := make([]int, last)
	d, s := dst.off, src.off
	for {
		copyRun(dst.buf, d, ds, src.buf, s, ss, n, itemsize)
		k := last - 1
		for ; k >= 0; k-- {
			index[k]++
			d += l.strides[0][k]
			s += l.strides[1][k]
			if index[k] < l.shape[k] {
				break
			}
			d -= index[k] * l.strides[0][k]
			s -= index[k] * l.strides[1][k]
			index[k] = 0
		}
		if k < 0 {
			return
		}
	}
}

// copyRun copies n elements between two strided runs.
func copyRun(dst []byte, d, ds int, src []byte, s, ss, n, itemsize int) {
	if ds == 1 && ss == 1 {
		copy(dst[d*itemsize:(d+n)*itemsize], src[s*itemsize:(s+n)*itemsize])
		return
	}
	switch itemsize {
	case 1:
		copyElems[uint8](dst, d, ds, src, s, ss, n)
	case 2:
		copyElems[uint16](dst, d, ds, src, s, ss, n)
	case 4:
		copyElems[uint32](dst, d, ds, src, s, ss, n)
	case 8:
		copyElems[uint64](dst, d, ds, src, s, ss, n)
	case 16:
		copyElems[complex128](dst, d, ds, src, s, ss, n)
	default:
		for range n {
			copy(dst[d*itemsize:(d+1)*itemsize], src[s*itemsize:(s+1)*itemsize])
			d, s = d+ds, s+ss
		}
	}
}

func copyElems[T nd.Elem](dst []byte, d, ds int, src []byte, s, ss, n int) {
	a, b := nd.AsSlice[T](dst), nd.AsSlice[T](src)
	if ss == 0 {
		v := b[s]
		if ds == 1 {
			row := a[d : d+n]
			for i := range row {
				row[i] = v
			}
			return
		}
	}
	if ds == 1 {
		row := a[d : d+n]
		for i := range row {
			row[i] = b[s]
			s += ss
		}
		return
	}
	for range n {
		a[d] = b[s]
		d, s = d+ds, s+ss
	}
}

// loop is an iteration space with the strides of every operand along its axes.
type loop struct {
	shape   []int
	strides [][]int
}

// mergeAxes drops axes of length 1 and joins neighbours that every operand
// walks through as one; at least one axis remains.
func mergeAxes(shape []int, strides [][]int) loop {
	l := loop{strides: make([][]int, len(strides))}
	for k, n := range shape {
		if n == 1 {
			continue
		}
		joined := len(l.shape) > 0
		for o, s := range strides {
			joined = joined && l.strides[o][len(l.shape)-1] == s[k]*n
		}
		if joined {
			l.shape[len(l.shape)-1] *= n
			for o, s := range strides {
				l.strides[o][len(l.shape)-1] = s[k]
			}
			continue
		}
		l.shape = append(l.shape, n)
		for o, s := range strides {
			l.strides[o] = append(l.strides[o], s[k])
		}
	}
	if len(l.shape) == 0 {
		l.shape = []int{1}
		for o := range strides {
			l.strides[o] = []int{1}
		}
	}
	return l
}
