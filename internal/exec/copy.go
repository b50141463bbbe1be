package exec

import (
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

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

// dense returns the bytes of shape elements, where these follow each other in C
// order.
func (o operand) dense(shape []int, item int) (buf []byte, ok bool) {
	n := size(shape)
	if l := mergeAxes(shape, [][]int{o.strides}); n == 0 || len(l.shape) > 1 || l.strides[0][0] != 1 {
		return nil, false
	}
	return o.buf[o.off*item:][:n*item], true
}

// copyStrided copies shape elements of itemsize bytes between two strided
// arrays, past the caches if stream says so.
func copyStrided(dst operand, src operand, shape []int, itemsize int, stream bool) {
	if size(shape) == 0 {
		return
	}
	l := mergeAxes(shape, [][]int{dst.strides, src.strides})
	last := len(l.shape) - 1
	ds, ss := l.strides[0], l.strides[1]
	// The axes a call copies: the last, or the two that are side by side in one
	// of the arrays each.
	inner := func(d, s int) {
		if stream && ds[last] == 1 && ss[last] == 1 {
			n := l.shape[last] * itemsize
			copyLong(dst.buf[d*itemsize:][:n], src.buf[s*itemsize:][:n])
			return
		}
		if stream && ds[last] == 1 && ss[last] == 2 && (itemsize == 4 || itemsize == 8) {
			kernel.CopySecondStream(dst.buf[d*itemsize:][:l.shape[last]*itemsize], src.buf[s*itemsize:], itemsize)
			return
		}
		copyRun(dst.buf, d, ds[last], src.buf, s, ss[last], l.shape[last], itemsize)
	}
	outer := slices.Clone(l.shape)
	if r, c, ok := l.transposed(); ok && itemsize&(itemsize-1) == 0 && itemsize <= 16 {
		inner = func(d, s int) {
			kernel.Transpose(dst.buf[d*itemsize:], src.buf[s*itemsize:], l.shape[r], l.shape[c], ds[c], ss[r], itemsize, stream)
		}
		outer[r], outer[c] = 1, 1
	} else {
		outer[last] = 1
	}
	for i := range nd.WholeBox(outer).Indices() {
		inner(dst.off+dot(i, ds), src.off+dot(i, ss))
	}
	if stream {
		kernel.Fence()
	}
}

// copyLong copies bytes past the caches, in calls that are not too long.
func copyLong(dst, src []byte) {
	const most = 1 << 20
	for len(dst) > 0 {
		n := min(most, len(dst))
		kernel.CopyStream(dst[:n], src[:n])
		dst, src = dst[n:], src[n:]
	}
}

// transposed finds the axis r along which a copy's destination lies side by
// side, and the axis c along which its source does, if they are two, long
// enough to be worth it.
func (l loop) transposed() (r, c int, ok bool) {
	r, c = slices.Index(l.strides[0], 1), slices.Index(l.strides[1], 1)
	if r < 0 || c < 0 || r == c {
		return r, c, false
	}
	return r, c, l.strides[0][c] > 0 && l.strides[1][r] > 0 && l.shape[r] >= 4 && l.shape[c] >= 4
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
