package nd

import (
	"iter"
	"slices"
)

// walk visits the elements of operands of one shape in C order, as runs along
// one axis: f gets where each operand's run begins, how far apart its elements
// are, and their number; it returns false to stop. Neighbouring axes that are
// one walk in every operand are merged first, so that contiguous operands make
// a single run.
func walk(f func(at, step []int, n int) bool, operands ...layout) {
	shape, steps := mergeAxes(operands)
	if slices.Contains(shape, 0) {
		return
	}
	at := make([]int, len(operands))
	for i, l := range operands {
		at[i] = l.offset
	}
	last := len(shape) - 1
	index := make([]int, last)
	for {
		if !f(at, steps[last], shape[last]) {
			return
		}
		k := last - 1
		for ; k >= 0; k-- {
			index[k]++
			for i := range at {
				at[i] += steps[k][i]
			}
			if index[k] < shape[k] {
				break
			}
			for i := range at {
				at[i] -= steps[k][i] * shape[k]
			}
			index[k] = 0
		}
		if k < 0 {
			return
		}
	}
}

// mergeAxes returns the lengths, at least one, of the operands' axes after
// merging, and for each the step of every operand.
func mergeAxes(operands []layout) (shape []int, steps [][]int) {
	for k, n := range operands[0].shape {
		if n == 1 {
			continue
		}
		step := make([]int, len(operands))
		for i, l := range operands {
			step[i] = l.strides[k]
		}
		if j := len(shape) - 1; j >= 0 {
			one := true
			for i := range step {
				one = one && steps[j][i] == step[i]*n
			}
			if one {
				shape[j], steps[j] = shape[j]*n, step
				continue
			}
		}
		shape, steps = append(shape, n), append(steps, step)
	}
	if shape == nil {
		return []int{1}, [][]int{make([]int, len(operands))}
	}
	return shape, steps
}

// cachePiece is the number of elements in two arrays that are in cache at once.
const cachePiece = 1 << 13

// copyElems copies the elements of src to those of dst, which has its shape.
// Where memory runs along different axes, the longest axis is halved until a
// piece stays in cache, whichever way it is read.
func copyElems[E any](dst []E, dl layout, src []E, sl layout) {
	if dl.size() > cachePiece && dl.fastAxis() != sl.fastAxis() {
		k := 0
		for i, n := range dl.shape {
			if n > dl.shape[k] {
				k = i
			}
		}
		n := dl.shape[k]
		copyElems(dst, dl.span(k, 0, n/2), src, sl.span(k, 0, n/2))
		copyElems(dst, dl.span(k, n/2, n-n/2), src, sl.span(k, n/2, n-n/2))
		return
	}
	walk(func(at, step []int, n int) bool {
		if n == 1 || (step[0] == 1 && step[1] == 1) {
			copy(dst[at[0]:at[0]+n], src[at[1]:at[1]+n])
			return true
		}
		d, s, dstep, sstep := at[0], at[1], step[0], step[1]
		for range n {
			dst[d] = src[s]
			d, s = d+dstep, s+sstep
		}
		return true
	}, dl, sl)
}

// fastAxis returns the axis whose neighbours are closest in memory, not
// counting those that are all the same element; -1 if there is none.
func (l layout) fastAxis() int {
	best, closest := -1, 0
	for k, n := range l.shape {
		step := max(l.strides[k], -l.strides[k])
		if n > 1 && step > 0 && (best < 0 || step <= closest) {
			best, closest = k, step
		}
	}
	return best
}

// Values ranges over the elements in C order.
func (a *Array[T]) Values() iter.Seq[T] {
	return func(yield func(T) bool) {
		walk(func(at, step []int, n int) bool {
			p, step1 := at[0], step[0]
			for range n {
				if !yield(a.data[p]) {
					return false
				}
				p += step1
			}
			return true
		}, a.lay)
	}
}

// All ranges over the elements in C order with their indices. The index slice
// is the same one every time: clone it to keep it.
func (a *Array[T]) All() iter.Seq2[[]int, T] {
	return func(yield func([]int, T) bool) {
		index := make([]int, len(a.lay.shape))
		for v := range a.Values() {
			if !yield(index, v) {
				return
			}
			for k := len(index) - 1; k >= 0; k-- {
				if index[k]++; index[k] < a.lay.shape[k] {
					break
				}
				index[k] = 0
			}
		}
	}
}

// Copy returns a copy in C order.
func (a *Array[T]) Copy() *Array[T] {
	c := like[T](a.dtype, a.lay.shape)
	copyElems(c.data, c.lay, a.data, a.lay)
	return c
}

// CopyF returns a copy in F order: the first axis is contiguous in memory.
func (a *Array[T]) CopyF() *Array[T] { return a.T().Copy().T() }

// Assign sets the elements to those of src, which is broadcast to the array's
// shape. The two may overlap. A shape that doesn't broadcast is ErrShape,
// another dtype (unit) ErrDType.
func (a *Array[T]) Assign(src *Array[T]) error {
	if src.dtype != a.dtype {
		return errf("Assign", ErrDType, "%v to an array of %v", src.dtype, a.dtype)
	}
	s, err := broadcastTo("Assign", src.lay, a.lay.shape)
	if err != nil {
		return err
	}
	if overlap(a, src) {
		c := src.Copy()
		src, s = c, c.lay.broadcast(a.lay.shape)
	}
	copyElems(a.data, a.lay, src.data, s)
	return nil
}

// Map returns the array of f of every element, in C order.
func Map[A, R Elem](a *Array[A], f func(A) R) *Array[R] {
	r := like[R](DTypeOf[R](), a.lay.shape)
	i := 0
	walk(func(at, step []int, n int) bool {
		for k := range n {
			r.data[i+k] = f(a.data[at[0]+k*step[0]])
		}
		i += n
		return true
	}, a.lay)
	return r
}
