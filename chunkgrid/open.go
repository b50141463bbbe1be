package chunkgrid

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Open returns the stored array at url, "store.zarr/group/array" or
// "file.nc/array", whose dtype must be that of T: otherwise it fails and names
// both, and the Cast to write. The program must import the format's driver
// (storage/std, storage/hdf5). Options: Decode, DriverOptions.
//
// Nothing but metadata is read. The file is closed when no array uses it any more.
// What is replaced meanwhile is storage.ErrChanged, as far as the driver can see it: see
// packages hdf5 and zarr.
func Open[T nd.Elem](ctx context.Context, url string, opts ...Option) (*Array[T], error) {
	want := nd.DTypeOf[T]()
	isTime := want.Kind() == nd.KindDatetime || want.Kind() == nd.KindTimedelta
	a, err := OpenAny(ctx, url, append(slices.Clip(opts), func(c *config) { c.numbers = !isTime })...)
	if err != nil {
		return nil, err
	}
	if a.DType().Kind() != want.Kind() {
		if configure(opts).decode && !isTime {
			return castTo[T](a), nil
		}
		return nil, fmt.Errorf("open %s: the stored array is %v, not %v; use %s: %w", url, a.DType(), want, instead(a, want), nd.ErrDType)
	}
	return As[T](a), nil
}

// instead says how to open an array that isn't of the dtype wanted.
func instead(a Any, want nd.DType) string {
	var attrs storage.Attrs
	if src, ok := a.plan().Leaf.(storage.Array); ok {
		attrs = src.Meta().Attrs
	}
	_, isTime := sinceOf(attrs)
	switch {
	case a.DType().Kind() == nd.KindString:
		return "OpenAny, and Texts, MapText or Factorize"
	case !a.DType().Computable():
		return "OpenAny"
	case want.Kind() == nd.KindDatetime && isTime, want.Kind() == nd.KindTimedelta && isTime:
		return fmt.Sprintf("the option Decode, its numbers are %v", attrs["units"])
	case packed(attrs):
		return "the option Decode, its numbers are packed (scale_factor, add_offset)"
	}
	return fmt.Sprintf("OpenAny and ufunc.Cast[%v]", want)
}

func packed(a storage.Attrs) bool { return a["scale_factor"] != nil || a["add_offset"] != nil }

// OpenAny is Open with the dtype found in the file; As narrows the result.
func OpenAny(ctx context.Context, url string, opts ...Option) (Any, error) {
	c := configure(opts)
	src, err := storage.OpenArray(ctx, url, c.driver)
	if err != nil {
		return nil, err
	}
	n := plan.Source(src)
	if n.Err != nil {
		return nil, n.Err
	}
	runtime.AddCleanup(n, func(s storage.Array) { _ = s.Close() }, src)
	if c.decode {
		d, err := decode(wrap(n), src.Meta(), c.numbers)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", url, err)
		}
		return d, nil
	}
	return wrap(n), nil
}

// From returns an opened stored array, whose dtype must be that of T, as a lazy
// one. The caller closes src when nothing computes from it any more.
func From[T nd.Elem](src storage.Array) (*Array[T], error) {
	a, err := FromAny(src)
	if err != nil {
		return nil, err
	}
	t := As[T](a)
	return t, t.Err()
}

// FromAny is From for any dtype.
func FromAny(src storage.Array) (Any, error) {
	n := plan.Source(src)
	return wrap(n), n.Err
}

// FromND returns an array in memory as a lazy one, cut into chunks (nd.Auto
// without any). Its memory is shared, and must not change until everything made
// from it is computed; an array that is not C-contiguous is copied.
func FromND[T nd.Elem](a *nd.Array[T], c ...nd.Chunks) *Array[T] {
	if a == nil {
		return of[T](plan.Fail("chunkgrid.FromND", errNil))
	}
	return of[T](fromMemory("chunkgrid.FromND", a, c))
}

// FromDyn is FromND for an array whose dtype is known at run time only.
func FromDyn(a nd.Dyn, c ...nd.Chunks) Any { return wrap(fromMemory("chunkgrid.FromDyn", a, c)) }

func fromMemory(op string, a nd.Dyn, c []nd.Chunks) *plan.Node {
	if plan.IsNil(a) || !a.DType().Valid() { // or the zero nd.Array
		return plan.Fail(op, errNil)
	}
	chunks := rows(a.Shape(), a.DType().Size())
	if len(c) > 0 {
		chunks = c[0]
	}
	g, err := chunks.Grid(a.Shape(), a.DType().Size())
	if err != nil {
		return plan.Fail(op, err)
	}
	return plan.ND(a, g)
}

// rows cuts memory in C order into chunks of about nd.DefaultChunkBytes that
// lie in one piece.
func rows(shape []int, item int) nd.Chunks {
	lengths := make([]int, len(shape))
	left := max(nd.DefaultChunkBytes/max(item, 1), 1)
	for k := len(shape) - 1; k >= 0; k-- {
		n := max(shape[k], 1)
		pieces := (n-1)/left + 1
		lengths[k] = (n-1)/pieces + 1
		left = max(left/n, 1)
	}
	return nd.Sizes(lengths...)
}

// Full returns an array whose elements are all v. It takes no memory.
func Full[T nd.Elem](v T, shape []int, c nd.Chunks) *Array[T] {
	g, err := c.Grid(shape, nd.DTypeOf[T]().Size())
	if err != nil {
		return of[T](plan.Fail("chunkgrid.Full", err))
	}
	return of[T](plan.Full(nd.DTypeOf[T](), nd.AsBytes([]T{v}), g))
}

// Arange returns start, start+step, … up to but without stop, as NumPy's arange.
func Arange[T nd.Real](start, stop, step T, c nd.Chunks) *Array[T] {
	n, err := arangeLen(start, stop, step)
	if err != nil {
		return of[T](plan.Fail("chunkgrid.Arange", err))
	}
	g, err := c.Grid([]int{n}, nd.DTypeOf[T]().Size())
	if err != nil {
		return of[T](plan.Fail("chunkgrid.Arange", err))
	}
	delta := T(start+step) - start // what NumPy steps by
	return of[T](plan.Arange(nd.DTypeOf[T](), float64(start), float64(delta), int(start), int(step), g))
}

func arangeLen[T nd.Real](start, stop, step T) (int, error) {
	if step == 0 || step != step || start != start || stop != stop {
		return 0, fmt.Errorf("from %v to %v in steps of %v: %w", start, stop, step, nd.ErrShape)
	}
	if (stop-start > 0) != (step > 0) && nd.DTypeOf[T]().IsFloat() {
		return 0, nil
	}
	if !nd.DTypeOf[T]().IsFloat() {
		// Distances of up to 2^64-1, whatever the sign of the numbers.
		way, by := uint64(stop)-uint64(start), uint64(step)
		if step < 0 {
			way, by = -way, -by
		}
		if start == stop || (start < stop) != (step > 0) {
			return 0, nil
		}
		n := (way-1)/by + 1
		if n > 1<<62 {
			return 0, fmt.Errorf("from %v to %v in steps of %v: %w", start, stop, step, nd.ErrOverflow)
		}
		return int(n), nil
	}
	n := math.Ceil((float64(stop) - float64(start)) / float64(step))
	if n > 1<<53 {
		return 0, fmt.Errorf("from %v to %v in steps of %v: %w", start, stop, step, nd.ErrOverflow)
	}
	return max(int(n), 0), nil
}

// FromFunc returns an array computed from its indices: fn fills dst, C order,
// with the elements of box. It must be safe for concurrent use and give an
// element the same value whatever the box. A function with a name can run in
// another process that has made an array with the same name and function; with
// "" it runs in this one only.
func FromFunc[T nd.Elem](name string, shape []int, c nd.Chunks, fn func(dst []T, box nd.Box)) *Array[T] {
	g, err := c.Grid(shape, nd.DTypeOf[T]().Size())
	if err != nil {
		return of[T](plan.Fail("chunkgrid.FromFunc", err))
	}
	gen := plan.Generator(func(dst []byte, box nd.Box) { fn(nd.AsSlice[T](dst)[:box.Size()], box) })
	return of[T](plan.Func(name, gen, nd.DTypeOf[T](), g))
}
