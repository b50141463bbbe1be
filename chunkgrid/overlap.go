package chunkgrid

import (
	"fmt"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Boundary says what lies beyond the ends of an axis; the names are dask's.
type Boundary struct {
	name string
	// stretch is where elements i, i+step, … are found again: count of them, from
	// place at of n on.
	stretch func(i, n int) (at, step, count int)
	fill    []byte // or what all is, an element of
	dtype   nd.DType
}

var (
	// NoBoundary has nothing there.
	NoBoundary = Boundary{name: "none"}
	// Reflect has the elements in reverse, c b a | a b c | c b a (numpy.pad:
	// "symmetric").
	Reflect = Boundary{name: "reflect", stretch: func(i, n int) (at, step, count int) {
		if i = mod(i, 2*n); i < n {
			return i, 1, n - i
		}
		return 2*n - 1 - i, -1, 2*n - i
	}}
	// Periodic has the elements of the other end (numpy.pad: "wrap").
	Periodic = Boundary{name: "periodic", stretch: func(i, n int) (at, step, count int) {
		i = mod(i, n)
		return i, 1, n - i
	}}
	// Nearest has the last element again and again (numpy.pad: "edge").
	Nearest = Boundary{name: "nearest", stretch: func(i, n int) (at, step, count int) {
		if i < 0 {
			return 0, 0, -i
		}
		return n - 1, 0, math.MaxInt
	}}
)

// Filled is a boundary of which every element is v, a time in the array's unit.
func Filled[T nd.Elem](v T) Boundary {
	return Boundary{name: "constant", fill: nd.AsBytes([]T{v}), dtype: nd.DTypeOf[T]()}
}

func mod(i, n int) int { return (i%n + n) % n }

// maxTurns is how many times an axis is laid end to end at most: each is a node.
const maxTurns = 1 << 12

// Pad returns a with depth[k] more elements at both ends of axis k.
func Pad[T nd.Elem](a *Array[T], depth []int, b Boundary) *Array[T] {
	const name = "chunkgrid.Pad"
	if err := checkDepth(a, depth); err != nil {
		return Failed[T](name, err, a)
	}
	for k, d := range depth {
		n := a.Shape()[k]
		switch {
		case d == 0 || b.stretch == nil && b.fill == nil:
		case b.fill != nil:
			if b.dtype.Kind() != a.DType().Kind() {
				return Failed[T](name, fmt.Errorf("a boundary of %v for elements of %v: %w", b.dtype, a.DType(), nd.ErrDType), a)
			}
			shape := slices.Clone(a.Shape())
			shape[k] = d
			more := of[T](plan.Full(a.DType(), b.fill, nd.Grid{})).BroadcastTo(shape...)
			a = Concatenate(k, more, a, more)
		case n == 0:
			return Failed[T](name, fmt.Errorf("axis %d has no element for the boundary %q: %w", k, b.name, nd.ErrShape), a)
		case n > 1 && d/n > maxTurns && b.name != Nearest.name:
			return Failed[T](name, fmt.Errorf("depth %d is more than %d times the length %d of axis %d: %w", d, maxTurns, n, k, nd.ErrShape), a)
		default:
			parts := append(beyond(a, k, -d, 0, b), a)
			a = Concatenate(k, append(parts, beyond(a, k, n, n+d, b)...)...)
		}
	}
	return a
}

// beyond returns what b has at indices lo to hi of axis k, beyond its ends: views of
// stretches of the axis, forwards or backwards, or of one element again and again.
func beyond[T nd.Elem](a *Array[T], k, lo, hi int, b Boundary) (parts []*Array[T]) {
	for lo < hi {
		at, step, n := 0, 0, hi-lo // of a single element
		if length := a.Shape()[k]; length > 1 {
			at, step, n = b.stretch(lo, length)
		}
		n = min(n, hi-lo)
		v := plan.Identity(slices.Clone(a.Shape()))
		v.Shape[k], v.Maps[k] = n, plan.AxisMap{Out: k, Offset: at, Stride: step}
		if step == 0 {
			v.Maps[k].Out = -1
		}
		parts = append(parts, of[T](plan.NewView(a.plan(), v)))
		lo += n
	}
	return parts
}

func checkDepth(a Any, depth []int) error {
	if len(depth) != len(a.Shape()) {
		return fmt.Errorf("depth %v for shape %v: %w", depth, a.Shape(), nd.ErrAxis)
	}
	for k, d := range depth {
		if d < 0 || d > 1<<31-1 {
			return fmt.Errorf("depth %d along axis %d, want 0 to 2^31-1: %w", d, k, nd.ErrShape)
		}
	}
	return nil
}

// MapOverlap returns f applied to every chunk of a with the elements around it:
// depth[k] of them on both sides along axis k, and b where a ends. With NoBoundary
// chunks at the ends get less. f returns the chunk's own part, or as much as it
// was given, of which the part is taken. Otherwise it is as for MapChunks.
//
//	// the mean of each element and its two neighbours
//	chunkgrid.MapOverlap(x, []int{1}, chunkgrid.Nearest, func(c *nd.Array[float64]) (*nd.Array[float64], error) { … })
func MapOverlap[A, R nd.Elem](a *Array[A], depth []int, b Boundary, f func(chunk *nd.Array[A]) (*nd.Array[R], error)) *Array[R] {
	const name = "chunkgrid.MapOverlap"
	if err := checkDepth(a, depth); err != nil {
		return Failed[R](name, err, a)
	}
	depth = slices.Clone(depth)
	around := Pad(a, depth, b)
	if err := around.Err(); err != nil {
		return Failed[R](name, err, around)
	}
	shape, padded := a.Shape(), around.Shape()
	largest := a.Grid().MaxChunk() // that of a chunk amid others: the first is given less where nothing is beyond the ends
	for k, n := range largest {
		largest[k] = min(n+2*depth[k], padded[k])
	}
	op := onChunks[R]{grid: a.Grid(), dims: around.Dims(), f: apply1(f), largest: largest,
		inputs: func(chunk nd.Box) []nd.Box {
			box, _ := surround(chunk, shape, padded, depth)
			return []nd.Box{box}
		},
		own: func(chunk nd.Box) []nd.Range {
			_, part := surround(chunk, shape, padded, depth)
			return part
		}}.op()
	return of[R](plan.Box(op, nil, around.plan()))
}

// surround returns the box of the padded array that has a box of the array and
// what is around it, and where the box is in that.
func surround(box nd.Box, shape, padded, depth []int) (around nd.Box, part []nd.Range) {
	around = nd.Box{Start: slices.Clone(box.Start), Shape: slices.Clone(box.Shape)}
	part = make([]nd.Range, len(depth))
	for k, d := range depth {
		before := d
		if padded[k] == shape[k] { // nothing beyond the ends
			before = min(d, box.Start[k])
			around.Start[k] -= before
			d = min(d, shape[k]-box.Stop(k))
		}
		around.Shape[k] += before + d
		part[k] = nd.Span(before, before+box.Shape[k])
	}
	return around, part
}
