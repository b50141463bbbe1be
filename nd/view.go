package nd

import "slices"

// Order is the order of elements in memory, or the order in which reshaping
// reads and places them.
type Order byte

// The orders.
const (
	C Order = 'C' // the last index changes fastest
	F Order = 'F' // the first index changes fastest
)

// String returns "C" or "F".
func (o Order) String() string { return string(rune(o)) }

func (a *Array[T]) with(l layout) *Array[T] { return &Array[T]{a.dtype, l, a.data} }

// Slice returns a view of the elements that the ranges pick, see ResolveRanges.
// It shares memory.
func (a *Array[T]) Slice(r ...Range) (*Array[T], error) {
	views, err := ResolveRanges(a.lay.shape, r)
	if err != nil {
		return nil, err
	}
	return a.with(a.lay.slice(views)), nil
}

// SliceText is Slice with ranges as ParseRange reads them: "0::2, -1".
func (a *Array[T]) SliceText(text string) (*Array[T], error) {
	r, err := ParseRange(text)
	if err != nil {
		return nil, err
	}
	return a.Slice(r...)
}

// View is Slice for arrays whose dtype is known at run time only.
func (a *Array[T]) View(r ...Range) (Dyn, error) {
	v, err := a.Slice(r...)
	if err != nil {
		return nil, err // a nil interface, not a nil array in one
	}
	return v, nil
}

// Reshape returns the elements, read in C order, in another shape; one length
// may be -1. It shares memory where strides can express the result (always if
// the array is contiguous), otherwise it is a copy. A shape of another number
// of elements is ErrShape.
func (a *Array[T]) Reshape(shape ...int) (*Array[T], error) {
	to, err := ReshapeShape(a.lay.size(), a.lay.shape, shape)
	if err != nil {
		return nil, err
	}
	return a.reshape(to), nil
}

func (a *Array[T]) reshape(to []int) *Array[T] {
	if l, ok := a.lay.reshape(to); ok {
		return a.with(l)
	}
	c := a.Copy()
	return c.with(cLayout(to))
}

// ReshapeF is Reshape with elements read and placed in F order.
func (a *Array[T]) ReshapeF(shape ...int) (*Array[T], error) {
	to, err := ReshapeShape(a.lay.size(), a.lay.shape, shape)
	if err != nil {
		return nil, reop("ReshapeF", err)
	}
	slices.Reverse(to)
	return a.T().reshape(to).T(), nil
}

// Ravel returns the elements in C order as a 1-d array. It shares memory where
// a stride can express the result, otherwise it is a copy.
func (a *Array[T]) Ravel() *Array[T] { return a.reshape([]int{a.lay.size()}) }

// RavelF returns the elements in F order, otherwise like Ravel.
func (a *Array[T]) RavelF() *Array[T] { return a.T().Ravel() }

// Flatten returns a copy of the elements in C order as a 1-d array.
func (a *Array[T]) Flatten() *Array[T] { return a.Copy().Ravel() }

// FlattenF returns a copy of the elements in F order as a 1-d array.
func (a *Array[T]) FlattenF() *Array[T] { return a.T().Flatten() }

// T returns the array with its axes in reverse order. It shares memory.
func (a *Array[T]) T() *Array[T] { return a.with(a.lay.reversed()) }

// Transpose returns the array with axis axes[k] as its k-th, all of them being
// named; without axes it is T. It shares memory.
func (a *Array[T]) Transpose(axes ...int) (*Array[T], error) {
	if len(axes) == 0 {
		return a.T(), nil
	}
	perm, err := NormAxes("Transpose", axes, a.NDim())
	if err != nil {
		return nil, err
	}
	if len(perm) != a.NDim() {
		return nil, errf("Transpose", ErrAxis, "axes %v of an array with %d axes", axes, a.NDim())
	}
	return a.with(a.lay.permute(perm)), nil
}

// SwapAxes returns the array with two axes exchanged. It shares memory.
func (a *Array[T]) SwapAxes(i, j int) (*Array[T], error) {
	i, err := NormAxis("SwapAxes", i, a.NDim())
	if err != nil {
		return nil, err
	}
	if j, err = NormAxis("SwapAxes", j, a.NDim()); err != nil {
		return nil, err
	}
	perm := identity(a.NDim())
	perm[i], perm[j] = j, i
	return a.with(a.lay.permute(perm)), nil
}

// MoveAxis returns the array with axis from at place to, the others staying in
// order. It shares memory.
func (a *Array[T]) MoveAxis(from, to int) (*Array[T], error) {
	from, err := NormAxis("MoveAxis", from, a.NDim())
	if err != nil {
		return nil, err
	}
	if to, err = NormAxis("MoveAxis", to, a.NDim()); err != nil {
		return nil, err
	}
	perm := slices.Delete(identity(a.NDim()), from, from+1)
	return a.with(a.lay.permute(slices.Insert(perm, to, from))), nil
}

func identity(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	return p
}

// Squeeze returns the array without the given axes, which must have length 1;
// without axes, all axes of length 1 go. It shares memory.
func (a *Array[T]) Squeeze(axes ...int) (*Array[T], error) {
	drop, err := NormAxes("Squeeze", axes, a.NDim())
	if err != nil {
		return nil, err
	}
	var l layout
	l.offset = a.lay.offset
	for k, n := range a.lay.shape {
		named := slices.Contains(drop, k)
		if named && n != 1 {
			return nil, errf("Squeeze", ErrShape, "axis %d of shape %v has length %d, not 1", k, a.lay.shape, n)
		}
		if named || (len(axes) == 0 && n == 1) {
			continue
		}
		l.shape, l.strides = append(l.shape, n), append(l.strides, a.lay.strides[k])
	}
	return a.with(l), nil
}

// ExpandDims returns the array with new axes of length 1 at the given places of
// the result. It shares memory.
func (a *Array[T]) ExpandDims(axes ...int) (*Array[T], error) {
	ndim := a.NDim() + len(axes)
	fresh, err := NormAxes("ExpandDims", axes, ndim)
	if err != nil {
		return nil, err
	}
	l := layout{make([]int, ndim), make([]int, ndim), a.lay.offset}
	k := 0
	for i := range ndim {
		if slices.Contains(fresh, i) {
			l.shape[i] = 1
			continue
		}
		l.shape[i], l.strides[i] = a.lay.shape[k], a.lay.strides[k]
		k++
	}
	return a.with(l), nil
}

// BroadcastTo returns the array stretched to a shape by NumPy's rules. It
// shares memory, and many of its elements are the same one: writing to the
// result is seldom right.
func (a *Array[T]) BroadcastTo(shape ...int) (*Array[T], error) {
	l, err := broadcastTo("BroadcastTo", a.lay, shape)
	if err != nil {
		return nil, err
	}
	if _, err := newLayout("BroadcastTo", shape, a.dtype.Size()); err != nil {
		return nil, err
	}
	return a.with(l), nil
}

func broadcastTo(op string, l layout, shape []int) (layout, error) {
	got, err := BroadcastShapes(l.shape, shape)
	if err != nil || !slices.Equal(got, shape) {
		return layout{}, errf(op, ErrShape, "shape %v does not broadcast to %v", l.shape, shape)
	}
	return l.broadcast(shape), nil
}

// Take returns a copy of the elements at the given indices along an axis, in
// their order. Negative indices count from the end; one outside the axis is
// ErrIndex.
func (a *Array[T]) Take(axis int, index []int) (*Array[T], error) {
	axis, err := NormAxis("Take", axis, a.NDim())
	if err != nil {
		return nil, err
	}
	shape := a.Shape()
	n := shape[axis]
	shape[axis] = len(index)
	r, err := newArray[T]("Take", a.dtype, shape)
	if err != nil {
		return nil, err
	}
	for to, from := range index {
		if from < -n || from >= n {
			return nil, errf("Take", ErrIndex, "index %d along axis %d of shape %v", from, axis, a.lay.shape)
		}
		if from < 0 {
			from += n
		}
		copyElems(r.data, r.lay.span(axis, to, 1), a.data, a.lay.span(axis, from, 1))
	}
	return r, nil
}

// span is the layout of n indices from start along an axis.
func (l layout) span(axis, start, n int) layout {
	v := layout{slices.Clone(l.shape), l.strides, l.offset + start*l.strides[axis]}
	v.shape[axis] = n
	return v
}

// Concatenate returns the arrays laid end to end along an existing axis, a
// copy. Their dtypes and all other axes must be the same; at least one array
// is needed.
func Concatenate[T Elem](axis int, arrays ...*Array[T]) (*Array[T], error) {
	if len(arrays) == 0 {
		return nil, errf("Concatenate", ErrShape, "no arrays")
	}
	first := arrays[0]
	axis, err := NormAxis("Concatenate", axis, first.NDim())
	if err != nil {
		return nil, err
	}
	shape := first.Shape()
	shape[axis] = 0
	for i, a := range arrays {
		if a.dtype != first.dtype {
			return nil, errf("Concatenate", ErrDType, "array 0 is %v, array %d is %v", first.dtype, i, a.dtype)
		}
		if !sameBut(a.lay.shape, first.lay.shape, axis) {
			return nil, errf("Concatenate", ErrShape, "shapes %v and %v differ in more than axis %d", first.lay.shape, a.lay.shape, axis)
		}
		if shape[axis] += a.lay.shape[axis]; shape[axis] < 0 {
			return nil, errf("Concatenate", ErrOverflow, "axis %d gets too long", axis)
		}
	}
	r, err := newArray[T]("Concatenate", first.dtype, shape)
	if err != nil {
		return nil, err
	}
	at := 0
	for _, a := range arrays {
		n := a.lay.shape[axis]
		copyElems(r.data, r.lay.span(axis, at, n), a.data, a.lay)
		at += n
	}
	return r, nil
}

// sameBut reports whether two shapes are the same apart from one axis.
func sameBut(a, b []int, axis int) bool {
	return len(a) == len(b) && slices.Equal(a[:axis], b[:axis]) && slices.Equal(a[axis+1:], b[axis+1:])
}

// Stack returns the arrays side by side along a new axis of the result, a copy.
// Their dtypes and shapes must be the same; at least one array is needed.
func Stack[T Elem](axis int, arrays ...*Array[T]) (*Array[T], error) {
	if len(arrays) == 0 {
		return nil, errf("Stack", ErrShape, "no arrays")
	}
	wide := make([]*Array[T], len(arrays))
	for i, a := range arrays {
		if !slices.Equal(a.lay.shape, arrays[0].lay.shape) {
			return nil, errf("Stack", ErrShape, "shapes %v and %v differ", arrays[0].lay.shape, a.lay.shape)
		}
		var err error
		if wide[i], err = a.ExpandDims(axis); err != nil {
			return nil, reop("Stack", err)
		}
	}
	r, err := Concatenate(axis, wide...)
	if err != nil {
		return nil, reop("Stack", err)
	}
	return r, nil
}
