package nd

import (
	"fmt"
	"math"
	"slices"
	"unsafe"
)

// Array is an N-dimensional array in memory: a header of dtype, shape, strides
// and offset over a slice of elements. Headers never change. Views (Slice,
// Transpose, Reshape where possible, …) are new headers over the same
// elements, so that Set and Assign through one are seen through all. The zero
// Array has no elements to show; arrays come from the constructors.
//
// Arrays may be read by several goroutines at once; writes need the same care
// as writes to a slice.
type Array[T Elem] struct {
	dtype DType
	lay   layout
	data  []T
}

// Must returns v and panics if err is not nil: for literals and tests, where an
// error is a mistake in the program.
func Must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// newArray returns an array of zeros, in C order, that has dtype dt.
func newArray[T Elem](op string, dt DType, shape []int) (*Array[T], error) {
	l, err := newLayout(op, shape, dt.Size())
	if err != nil {
		return nil, err
	}
	return &Array[T]{dt, l, zeros[T](l.size())}, nil
}

// like returns an array of zeros of a shape that is known to fit in memory.
func like[T Elem](dt DType, shape []int) *Array[T] {
	l := cLayout(slices.Clone(shape))
	return &Array[T]{dt, l, zeros[T](l.size())}
}

// Zeros returns an array of zeros in C order. No lengths make a 0-d array. A
// shape too big for memory is ErrOverflow, a negative length ErrShape.
func Zeros[T Elem](shape ...int) (*Array[T], error) {
	return newArray[T]("Zeros", DTypeOf[T](), shape)
}

// Full returns an array with all elements v.
func Full[T Elem](v T, shape ...int) (*Array[T], error) {
	a, err := newArray[T]("Full", DTypeOf[T](), shape)
	if err != nil {
		return nil, err
	}
	for i := range a.data {
		a.data[i] = v
	}
	return a, nil
}

// Arange returns the 1-d array start, start+step, … up to but without stop. A
// step of 0 and a count that isn't finite are ErrShape. Floats are computed as
// start + i*step, as NumPy does.
func Arange[T Real](start, stop, step T) (*Array[T], error) {
	n, ok := arangeLen(start, stop, step)
	if !ok {
		return nil, errf("Arange", ErrShape, "from %v to %v in steps of %v is no finite number of elements", start, stop, step)
	}
	a, err := newArray[T]("Arange", DTypeOf[T](), []int{n})
	if err != nil {
		return nil, err
	}
	delta := T(start+step) - start
	for i := range a.data {
		a.data[i] = start + T(T(i)*delta) // no fused multiply-add
	}
	return a, nil
}

func arangeLen[T Real](start, stop, step T) (int, bool) {
	if T(1)/T(2) != 0 { // a float
		n := math.Ceil((float64(stop) - float64(start)) / float64(step))
		if !(n < maxBytes) || step == 0 {
			return 0, false
		}
		return int(max(n, 0)), true
	}
	// Differences of integers are exact modulo 2^64 and known not to be negative.
	var n uint64
	switch {
	case step == 0:
		return 0, false
	case step > 0 && start < stop:
		n = (uint64(stop)-uint64(start)-1)/uint64(step) + 1
	case step < 0 && start > stop:
		n = (uint64(start)-uint64(stop)-1)/-uint64(step) + 1
	}
	return int(min(n, maxBytes+1)), true
}

// Linspace returns n evenly spaced numbers from start to stop, both included.
// They are computed in float64, as NumPy does. A negative n is ErrShape.
func Linspace[T Float](start, stop T, n int) (*Array[T], error) {
	a, err := newArray[T]("Linspace", DTypeOf[T](), []int{n})
	if err != nil {
		return nil, err
	}
	lo, hi, div := float64(start), float64(stop), float64(max(n-1, 1))
	step := (hi - lo) / div
	for i := range a.data {
		x := float64(i) * step
		if step == 0 {
			x = float64(i) / div * (hi - lo)
		}
		a.data[i] = T(float64(x) + lo)
	}
	if n > 1 {
		a.data[n-1] = stop
	}
	return a, nil
}

// FromSlice returns the array of that shape, in C order, over the memory of
// data: shared, not copied. No shape means 1-d; where a shape at hand may be
// 0-d, use FromStrided with CStrides, or Reshape. A shape of another number of
// elements is ErrShape.
func FromSlice[T Elem](data []T, shape ...int) (*Array[T], error) {
	if len(shape) == 0 {
		shape = []int{len(data)}
	}
	return fromSlice("FromSlice", DTypeOf[T](), data, shape)
}

func fromSlice[T Elem](op string, dt DType, data []T, shape []int) (*Array[T], error) {
	n, err := SizeOf(shape)
	if err == nil && n != len(data) {
		err = errf(op, ErrShape, "shape %v has %d elements, the data %d", shape, n, len(data))
	}
	if err != nil {
		return nil, reop(op, err)
	}
	return &Array[T]{dt, cLayout(slices.Clone(shape)), data}, nil
}

// FromInts returns an int64 array with the values of data, which is copied.
// Otherwise it is like FromSlice.
func FromInts(data []int, shape ...int) (*Array[int64], error) {
	c := make([]int64, len(data))
	for i, v := range data {
		c[i] = int64(v)
	}
	return FromSlice(c, shape...)
}

// Ints returns the elements in C order as what Take, and reduce.By, want: places, numbers
// of groups. It is the inverse of FromInts.
func Ints(a *Array[int64]) []int {
	ints := make([]int, 0, a.Size())
	for v := range a.Values() {
		ints = append(ints, int(v))
	}
	return ints
}

// Scalar returns the 0-d array that holds v.
func Scalar[T Elem](v T) *Array[T] {
	return &Array[T]{DTypeOf[T](), layout{}, []T{v}}
}

// FromStrided returns an array over the memory of data, shared, not copied:
// element i, j, … is data[offset + i*strides[0] + j*strides[1] + …]. Elements
// may share memory. Those outside data are ErrIndex.
func FromStrided[T Elem](data []T, shape, strides []int, offset int) (*Array[T], error) {
	l := layout{slices.Clone(shape), slices.Clone(strides), offset}
	if err := checkStrided("FromStrided", l, len(data)); err != nil {
		return nil, err
	}
	if _, err := newLayout("FromStrided", shape, DTypeOf[T]().Size()); err != nil {
		return nil, err
	}
	return &Array[T]{DTypeOf[T](), l, data}, nil
}

// WithDType returns the array, sharing its elements, with a dtype of the same
// kind: this is how Datetime and Timedelta elements get their unit. Another
// kind or an unknown unit is ErrDType.
func (a *Array[T]) WithDType(dt DType) (*Array[T], error) {
	if dt.kind != a.dtype.kind {
		return nil, errf("WithDType", ErrDType, "%v elements cannot be seen as %v", a.dtype, dt)
	}
	if err := dt.checkUnit("WithDType"); err != nil {
		return nil, err
	}
	return &Array[T]{dt, a.lay, a.data}, nil
}

// DType returns the type of the elements.
func (a *Array[T]) DType() DType { return a.dtype }

// Shape returns the lengths of the axes, a copy.
func (a *Array[T]) Shape() []int { return append([]int{}, a.lay.shape...) }

// Strides returns how many elements further in memory the next index along
// each axis lies, a copy.
func (a *Array[T]) Strides() []int { return append([]int{}, a.lay.strides...) }

// NDim returns the number of axes.
func (a *Array[T]) NDim() int { return len(a.lay.shape) }

// Size returns the number of elements.
func (a *Array[T]) Size() int { return a.lay.size() }

// NBytes returns the bytes of all elements, whether or not they share memory.
func (a *Array[T]) NBytes() int { return a.lay.size() * a.dtype.Size() }

// IsContiguous reports whether the elements lie in C order without gaps.
func (a *Array[T]) IsContiguous() bool { return a.lay.contiguous() }

// Data returns the elements in C order: the array's own memory if it is
// contiguous, otherwise a copy.
func (a *Array[T]) Data() []T {
	if !a.lay.contiguous() {
		return a.Copy().data
	}
	n := a.lay.size()
	if n == 0 { // the offset means nothing then
		return a.data[:0:0]
	}
	return a.data[a.lay.offset : a.lay.offset+n : a.lay.offset+n]
}

// Memory returns the slice the array lies in and where in it the element with
// all indices 0 is; with Strides it says where every element is.
func (a *Array[T]) Memory() (data []T, offset int) { return a.data, a.lay.offset }

// Bytes returns the bytes of the elements in C order, native byte order: the
// array's own memory if it is contiguous, otherwise a copy.
func (a *Array[T]) Bytes() []byte { return AsBytes(a.Data()) }

// SharesMemory reports whether the stretches of memory that the elements of a
// and b lie in overlap.
func (a *Array[T]) SharesMemory(b Dyn) bool { return overlap(a, b) }

func (a *Array[T]) extent() (lo, hi uintptr) {
	var v T
	p, size := uintptr(unsafe.Pointer(unsafe.SliceData(a.data))), unsafe.Sizeof(v)
	l, h := a.lay.extent()
	return p + uintptr(l)*size, p + uintptr(h)*size
}

// At returns an element. Negative indices count from the end of their axis. It
// panics, as indexing a slice does, if an index is out of range or there is
// not exactly one per axis.
func (a *Array[T]) At(index ...int) T { return a.data[a.lay.at(index)] }

// Set changes an element; indices are as for At.
func (a *Array[T]) Set(v T, index ...int) { a.data[a.lay.at(index)] = v }

// Item returns an element as a Go value of type T; indices are as for At.
func (a *Array[T]) Item(index ...int) any { return a.At(index...) }

// at returns where an element is.
func (l *layout) at(index []int) int {
	if len(index) != len(l.shape) {
		panic(fmt.Sprintf("nd: %d indices for an array of shape %v", len(index), l.shape))
	}
	o := l.offset
	for k, i := range index {
		n := l.shape[k]
		if i < 0 {
			i += n
		}
		if uint(i) >= uint(n) {
			panic(fmt.Sprintf("nd: index %d out of range along axis %d of shape %v", index[k], k, l.shape))
		}
		o += i * l.strides[k]
	}
	return o
}
