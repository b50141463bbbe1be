package nd

import (
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"slices"
)

// Box is a rectangular region of an index space: Shape[i] indices from
// Start[i] along axis i. A 0-d Box holds one element.
type Box struct {
	Start, Shape []int
}

// NDim returns the number of axes.
func (b Box) NDim() int { return len(b.Shape) }

// Size returns the number of elements.
func (b Box) Size() int {
	n := 1
	for _, s := range b.Shape {
		n *= s
	}
	return n
}

// Stop returns the end (exclusive) along axis i.
func (b Box) Stop(i int) int { return b.Start[i] + b.Shape[i] }

// ReplaceAxis returns the box that has n indices from start on along axis k.
func (b Box) ReplaceAxis(k, start, n int) Box {
	b = Box{slices.Clone(b.Start), slices.Clone(b.Shape)}
	b.Start[k], b.Shape[k] = start, n
	return b
}

// WholeBox returns the box of all elements of an array of a shape, which it keeps.
func WholeBox(shape []int) Box { return Box{make([]int, len(shape)), shape} }

// Indices ranges over the indices of the elements, C order. An index is good
// until the next one.
func (b Box) Indices() iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		index := slices.Clone(b.Start)
		for range b.Size() {
			if !yield(index) {
				return
			}
			for k := len(index) - 1; k >= 0; k-- {
				if index[k]++; index[k] < b.Stop(k) {
					break
				}
				index[k] = b.Start[k]
			}
		}
	}
}

// String writes the box as an index: "[0:10, 5:6]".
func (b Box) String() string {
	s := "["
	for i := range b.Shape {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%d:%d", b.Start[i], b.Stop(i))
	}
	return s + "]"
}

// Errors that callers may test for with errors.Is.
var (
	ErrShape    = errors.New("wrong shape")
	ErrAxis     = errors.New("wrong axis")
	ErrIndex    = errors.New("index out of range")
	ErrDType    = errors.New("wrong dtype")
	ErrChunks   = errors.New("wrong chunks")
	ErrOverflow = errors.New("size overflows")
	ErrSyntax   = errors.New("syntax error")
)

// Error is what functions of this package return: the operation and why it
// failed, with the shapes and numbers in the text.
type Error struct {
	Op  string // "reshape"
	Msg string // "shape [3 4] has 12 elements, [5 -1] does not divide them"
	Err error  // one of the Err… values, or what a deeper layer said
}

func (e *Error) Error() string { return "nd." + e.Op + ": " + e.Msg }

// Unwrap returns the class of the error.
func (e *Error) Unwrap() error { return e.Err }

func errf(op string, class error, format string, args ...any) error {
	return &Error{Op: op, Msg: fmt.Sprintf(format, args...), Err: class}
}

// SizeOf returns the number of elements of a shape. Negative lengths and
// products beyond int are errors; a zero length anywhere gives 0 unless the
// other lengths alone overflow.
func SizeOf(shape []int) (int, error) {
	n := uint64(1)
	zero := false
	for _, s := range shape {
		if s < 0 {
			return 0, errf("SizeOf", ErrShape, "shape %v has a negative length", shape)
		}
		if s == 0 {
			zero = true
			continue
		}
		hi, lo := bits.Mul64(n, uint64(s))
		if hi != 0 || lo > 1<<62 {
			return 0, errf("SizeOf", ErrOverflow, "shape %v has more than 2^62 elements", shape)
		}
		n = lo
	}
	if zero {
		return 0, nil
	}
	return int(n), nil
}
