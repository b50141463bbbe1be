package nd

import (
	"math/bits"
	"slices"
)

// maxBytes is the most memory an array in memory may span. It keeps a hostile
// shape an error where make would panic.
const maxBytes = 1 << 43

// layout says where the elements of an array lie in one slice: element i of
// axis k is strides[k]*i further than element 0. All views are arithmetic on
// it. Layouts are immutable.
type layout struct {
	shape, strides []int // in elements
	offset         int   // of the element whose indices are all 0
}

// cLayout is the layout of a freshly allocated array in C order.
func cLayout(shape []int) layout { return layout{shape, CStrides(shape), 0} }

// newLayout checks that elements of itemsize bytes in that shape fit in memory.
func newLayout(op string, shape []int, itemsize int) (layout, error) {
	n, err := SizeOf(shape)
	if err == nil && n > maxBytes/max(itemsize, 1) {
		err = errf(op, ErrOverflow, "shape %v of %d-byte elements is more than memory can hold", shape, itemsize)
	}
	if err != nil {
		return layout{}, reop(op, err)
	}
	return cLayout(slices.Clone(shape)), nil
}

// reop gives an error of a helper the name of the function that was called.
func reop(op string, err error) error {
	if e, ok := err.(*Error); ok {
		return &Error{Op: op, Msg: e.Msg, Err: e.Err}
	}
	return err
}

func (l layout) size() int {
	n := 1
	for _, s := range l.shape {
		n *= s
	}
	return n
}

// extent returns the half-open range of the slice that the elements lie in.
func (l layout) extent() (lo, hi int) {
	lo, hi = l.offset, l.offset
	for k, n := range l.shape {
		if n == 0 {
			return l.offset, l.offset
		}
		if d := (n - 1) * l.strides[k]; d > 0 {
			hi += d
		} else {
			lo += d
		}
	}
	return lo, hi + 1
}

// contiguous reports whether the elements lie in C order without gaps.
func (l layout) contiguous() bool {
	if slices.Contains(l.shape, 0) {
		return true
	}
	want := 1
	for k := len(l.shape) - 1; k >= 0; k-- {
		if l.shape[k] != 1 && l.strides[k] != want {
			return false
		}
		want *= l.shape[k]
	}
	return true
}

// slice is the layout of the elements that views pick, see ResolveRanges.
func (l layout) slice(views []AxisView) layout {
	v := layout{make([]int, 0, len(views)), make([]int, 0, len(views)), l.offset}
	for _, a := range views {
		stride := 0
		if a.Axis >= 0 {
			v.offset += a.Start * l.strides[a.Axis]
			stride = a.Step * l.strides[a.Axis]
		}
		if !a.Drop {
			v.shape = append(v.shape, a.N)
			v.strides = append(v.strides, stride)
		}
	}
	return v
}

// permute is the layout with axis perm[k] as its k-th.
func (l layout) permute(perm []int) layout {
	v := layout{make([]int, len(perm)), make([]int, len(perm)), l.offset}
	for k, p := range perm {
		v.shape[k], v.strides[k] = l.shape[p], l.strides[p]
	}
	return v
}

// reversed is the layout with its axes in reverse order.
func (l layout) reversed() layout {
	v := layout{slices.Clone(l.shape), slices.Clone(l.strides), l.offset}
	slices.Reverse(v.shape)
	slices.Reverse(v.strides)
	return v
}

// broadcast is the layout seen with a shape it broadcasts to: new and
// stretched axes have stride 0.
func (l layout) broadcast(shape []int) layout {
	v := layout{slices.Clone(shape), make([]int, len(shape)), l.offset}
	d := len(shape) - len(l.shape)
	for k, n := range l.shape {
		if n == shape[d+k] {
			v.strides[d+k] = l.strides[k]
		}
	}
	return v
}

// reshape is the layout with another shape of as many elements, in C order, if
// strides can express it. Axes are matched in the smallest groups of equal
// products; a group works when its old axes are one walk.
func (l layout) reshape(to []int) (layout, bool) {
	v := layout{slices.Clone(to), CStrides(to), l.offset}
	if l.size() == 0 {
		return v, true
	}
	var dims, strides []int
	for k, n := range l.shape {
		if n != 1 {
			dims, strides = append(dims, n), append(strides, l.strides[k])
		}
	}
	j := 0 // next new axis
	for i := 0; i < len(dims); {
		j0 := j
		p, q := dims[i], to[j]
		i, j = i+1, j+1
		for p != q {
			if p < q {
				if strides[i-1] != strides[i]*dims[i] {
					return layout{}, false
				}
				p *= dims[i]
				i++
			} else {
				q *= to[j]
				j++
			}
		}
		step := strides[i-1]
		for k := j - 1; k >= j0; k-- {
			v.strides[k] = step
			step *= to[k]
		}
	}
	return v, true
}

// CStrides returns the strides, in elements, of an array of that shape in C
// order. Axes of length 0 count as 1.
func CStrides(shape []int) []int {
	s := make([]int, len(shape))
	n := 1
	for k := len(shape) - 1; k >= 0; k-- {
		s[k] = n
		n *= max(shape[k], 1)
	}
	return s
}

// ReshapeShape returns the shape that to stands for: the same number of
// elements as from, which has size of them. One length may be -1: it is what
// the others leave. A shape that doesn't fit is ErrShape.
func ReshapeShape(size int, from, to []int) ([]int, error) {
	out := slices.Clone(to)
	free := -1
	for k, n := range out {
		switch {
		case n == -1 && free < 0:
			free, out[k] = k, 1
		case n < 0:
			return nil, errf("Reshape", ErrShape, "shape %v: lengths must not be negative, but for a single -1", to)
		}
	}
	n, err := SizeOf(out)
	if err != nil {
		return nil, reop("Reshape", err)
	}
	switch {
	case free >= 0 && (n == 0 || size%n != 0):
		return nil, errf("Reshape", ErrShape, "shape %v has %d elements, which %v does not divide", from, size, to)
	case free >= 0:
		out[free] = size / n
	case n != size:
		return nil, errf("Reshape", ErrShape, "shape %v has %d elements, %v has %d", from, size, to, n)
	}
	return out, nil
}

// BroadcastShapes returns the shape all the given ones broadcast to. Shapes are
// aligned at their last axes; along each axis lengths are equal or 1. No shapes
// at all give the 0-d shape.
func BroadcastShapes(shapes ...[]int) ([]int, error) {
	ndim := 0
	for _, s := range shapes {
		ndim = max(ndim, len(s))
	}
	out := make([]int, ndim)
	for k := range out {
		out[k] = 1
	}
	var widest []int // the shape that set the last length, for the message
	for _, s := range shapes {
		d := ndim - len(s)
		for k, n := range s {
			switch {
			case n == out[d+k] || n == 1:
			case out[d+k] == 1:
				out[d+k], widest = n, s
			default:
				for _, t := range shapes { // the first one that s clashes with
					if e := ndim - len(t); d+k >= e && t[d+k-e] == out[d+k] {
						widest = t
						break
					}
				}
				return nil, errf("BroadcastShapes", ErrShape, "shapes %v and %v do not broadcast", widest, s)
			}
		}
	}
	return out, nil
}

// NormAxis returns axis counted from the front: -1 is the last of ndim axes.
// op names the caller in the error, ErrAxis.
func NormAxis(op string, axis, ndim int) (int, error) {
	if axis < -ndim || axis >= ndim {
		return 0, errf(op, ErrAxis, "axis %d of an array with %d axes", axis, ndim)
	}
	if axis < 0 {
		axis += ndim
	}
	return axis, nil
}

// NormAxes is NormAxis for several axes, which must differ.
func NormAxes(op string, axes []int, ndim int) ([]int, error) {
	out := make([]int, len(axes))
	for i, a := range axes {
		n, err := NormAxis(op, a, ndim)
		if err != nil {
			return nil, err
		}
		if slices.Contains(out[:i], n) {
			return nil, errf(op, ErrAxis, "axis %d is given twice in %v", n, axes)
		}
		out[i] = n
	}
	return out, nil
}

// checkStrided checks that a layout stays within n elements of memory.
func checkStrided(op string, l layout, n int) error {
	size, err := SizeOf(l.shape)
	if err != nil {
		return reop(op, err)
	}
	if len(l.shape) != len(l.strides) {
		return errf(op, ErrShape, "%d strides for the %d axes of shape %v", len(l.strides), len(l.shape), l.shape)
	}
	outside := errf(op, ErrIndex, "shape %v, strides %v, offset %d reach outside %d elements", l.shape, l.strides, l.offset, n)
	if l.offset < 0 || l.offset > n || (size > 0 && l.offset == n) {
		return outside
	}
	if size == 0 {
		return nil
	}
	up, down := uint64(n-1-l.offset), uint64(l.offset) // room that is left on either side
	for k, s := range l.strides {
		room, step := &up, uint64(s)
		if s < 0 {
			room, step = &down, -uint64(s)
		}
		hi, lo := bits.Mul64(step, uint64(l.shape[k]-1))
		if hi != 0 || lo > *room {
			return outside
		}
		*room -= lo
	}
	return nil
}
