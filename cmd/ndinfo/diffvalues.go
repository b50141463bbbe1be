package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/ufunc"
)

// unlike is how many values of two arrays differ, and the place, in C order,
// where they do most.
type unlike struct{ count, at int64 }

// values compares the values of two arrays of one shape.
func (d *differ) values(ctx context.Context, name string, a, b storage.Array) error {
	u, err := d.unlike(ctx, a, b)
	if err != nil || u.count == 0 {
		return err
	}
	shape := a.Meta().Shape
	box := nd.Box{Start: make([]int, len(shape)), Shape: make([]int, len(shape))}
	for k, at := len(shape)-1, int(u.at); k >= 0; k-- {
		box.Start[k], box.Shape[k] = at%shape[k], 1
		at /= shape[k]
	}
	x, textA, err := oneValue(ctx, a, box)
	if err != nil {
		return err
	}
	y, textB, err := oneValue(ctx, b, box)
	if err != nil {
		return err
	}
	f := difference{Name: name, What: "values", A: exact{x}, B: exact{y}, Count: u.count, Of: int64(nd.Box{Shape: shape}.Size()), Index: box.Start}
	f.text = fmt.Sprintf("values: %s of %s differ, most at %v: %s / %s", spaced(f.Count), spaced(f.Of), box.Start, textA, textB)
	d.found(f)
	return nil
}

// oneValue reads a box of one element.
func oneValue(ctx context.Context, a storage.Array, box nd.Box) (any, string, error) {
	dt := a.Meta().DType
	if dt.Size() == 0 {
		s, err := storage.ReadStrings(ctx, a, box)
		if err != nil {
			return nil, "", err
		}
		return s[0], attrText(s[0], false), nil
	}
	e, err := readBox(ctx, a, box)
	if err != nil {
		return nil, "", err
	}
	v := e.Item(make([]int, e.NDim())...)
	return v, valueText(dt, v), nil
}

// unlike counts the values that differ.
func (d *differ) unlike(ctx context.Context, a, b storage.Array) (unlike, error) {
	ta, tb := a.Meta().DType, b.Meta().DType
	compare := comparison(ta, tb)
	_, text := storage.As[storage.StringReader](a)
	switch {
	case compare != nil:
	case ta != tb:
		return unlike{}, nil // that is told of, and there is no telling which values are equal
	case ta.Size() > 0:
		return d.unlikeChunks(ctx, a, b, unlikeBytes)
	case text:
		return d.unlikeChunks(ctx, a, b, unlikeStrings)
	default:
		return unlike{}, fmt.Errorf("%w: elements of type %s can't be compared", storage.ErrUnsupported, typeText(a))
	}
	x, err := chunkgrid.FromAny(a)
	if err != nil {
		return unlike{}, err
	}
	y, err := chunkgrid.FromAny(b)
	if err != nil {
		return unlike{}, err
	}
	bar := newProgress(d.stderr)
	defer bar.stop()
	all := &batch{}
	finish := compare(d, x, y, all)
	if _, err := chunkgrid.Run(ctx, all.outs, chunkgrid.Memory(d.memory), chunkgrid.OnEvent(bar.event)); err != nil {
		return unlike{}, err
	}
	return finish(), nil
}

// A comparer puts what it needs into a batch, and returns what reads the result
// after the run.
type comparer = func(d *differ, x, y chunkgrid.Any, b *batch) func() unlike

// comparison returns how values of two dtypes are compared: in the dtype of
// both, or one that holds them. nil: not as numbers.
func comparison(a, b nd.DType) comparer {
	switch {
	case a == b:
		return comparers[a.Kind()]
	case wholeInInt64(a) && wholeInInt64(b):
		return compareReal[int64]
	case isReal(a) && isReal(b):
		return compareReal[float64]
	case (isReal(a) || a.IsComplex()) && (isReal(b) || b.IsComplex()):
		return compareComplex
	}
	return nil
}

func wholeInInt64(dt nd.DType) bool {
	return dt == nd.Bool || dt.IsInteger() && (dt.IsSigned() || dt.Size() < 8)
}

func isReal(dt nd.DType) bool { return dt == nd.Bool || dt.IsInteger() || dt.IsFloat() }

var comparers = map[nd.Kind]comparer{
	nd.KindBool: compareReal[uint8],
	nd.KindInt8: compareReal[int8], nd.KindInt16: compareReal[int16], nd.KindInt32: compareReal[int32], nd.KindInt64: compareReal[int64],
	nd.KindUint8: compareReal[uint8], nd.KindUint16: compareReal[uint16], nd.KindUint32: compareReal[uint32], nd.KindUint64: compareReal[uint64],
	nd.KindFloat16: compareReal[float32], nd.KindFloat32: compareReal[float32], nd.KindFloat64: compareReal[float64],
	nd.KindComplex64: compareComplex, nd.KindComplex128: compareComplex,
	nd.KindDatetime: compareReal[int64], nd.KindTimedelta: compareReal[int64],
}

// operand is an array as T, without the names of its axes, which may differ.
func operand[T nd.Elem](a chunkgrid.Any) *chunkgrid.Array[T] {
	x := ufunc.Cast[T](a)
	return x.Named(make([]string, x.NDim())...)
}

func compareReal[T nd.Real](d *differ, a, b chunkgrid.Any, all *batch) func() unlike {
	x, y := operand[T](a), operand[T](b)
	return wantUnlike(all, unequal(d, x, y), ufunc.Abs(ufunc.Sub(ufunc.Cast[float64](x), ufunc.Cast[float64](y))))
}

func compareComplex(d *differ, a, b chunkgrid.Any, all *batch) func() unlike {
	x, y := operand[complex128](a), operand[complex128](b)
	return wantUnlike(all, unequal(d, x, y), ufunc.Modulus[float64](ufunc.Sub(x, y)))
}

// unequal says where values differ: exactly, unless tolerances were given.
func unequal[T nd.Number](d *differ, x, y *chunkgrid.Array[T]) *chunkgrid.Array[bool] {
	if d.rtol > 0 || d.atol > 0 {
		return ufunc.LogicalNot(ufunc.IsClose(x, y, d.rtol, d.atol, ufunc.EqualNaN))
	}
	bothNaN := ufunc.LogicalAnd(ufunc.IsNaN(x), ufunc.IsNaN(y))
	return ufunc.LogicalAnd(ufunc.NotEqual(x, y), ufunc.LogicalNot(bothNaN))
}

// wantUnlike has counted where values differ, and searched for the largest gap:
// a number and NaN are infinitely far apart.
func wantUnlike(all *batch, differ *chunkgrid.Array[bool], gap *chunkgrid.Array[float64]) func() unlike {
	gap = ufunc.Where(ufunc.IsNaN(gap), gap.Scalar(math.Inf(1)), gap)
	gap = ufunc.Where(differ, gap, -1.0)
	count, at := want(all, reduce.CountNonzero(differ)), want(all, reduce.ArgMax(gap))
	return func() unlike { return unlike{count(), at()} }
}

// unlikeChunks compares what no arithmetic is for, chunk by chunk of a. The
// place is that of the first difference.
func (d *differ) unlikeChunks(ctx context.Context, a, b storage.Array, compare func(ctx context.Context, a, b storage.Array, box nd.Box) ([]bool, error)) (unlike, error) {
	m := a.Meta()
	n := 2 * (nd.Box{Shape: m.ReadGrid.MaxChunk()}).Size() * max(m.DType.Size(), 1)
	if n > d.memory {
		return unlike{}, fmt.Errorf("comparing two chunks takes %s, --memory is %s", nd.FormatBytes(n), nd.FormatBytes(d.memory))
	}
	together := 1
	if storage.IsRemoteArray(a) || storage.IsRemoteArray(b) {
		together = min(storage.InFlight, d.memory/max(n, 1))
	}
	u := unlike{at: math.MaxInt64}
	for from := 0; from < m.ReadGrid.Len(); from += together {
		type result struct {
			different []bool
			err       error
		}
		results := make([]result, min(together, m.ReadGrid.Len()-from))
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() {
				r := &results[i]
				r.different, r.err = compare(ctx, a, b, m.ReadGrid.Box(m.ReadGrid.Coord(from+i)))
			})
		}
		wg.Wait()
		for i, r := range results {
			if r.err != nil {
				return u, r.err
			}
			u.add(m, m.ReadGrid.Box(m.ReadGrid.Coord(from+i)), r.different)
		}
	}
	return u, nil
}

// add counts the elements of a box that differ.
func (u *unlike) add(m *storage.Meta, box nd.Box, different []bool) {
	for j, yes := range different {
		if !yes {
			continue
		}
		u.count++
		at, rest := 0, len(different)
		for k, n := range box.Shape {
			rest /= n
			at = at*m.Shape[k] + box.Start[k] + j/rest%n
		}
		u.at = min(u.at, int64(at))
	}
}

// unlikeBytes says which elements of a box differ in their bytes.
func unlikeBytes(ctx context.Context, a, b storage.Array, box nd.Box) ([]bool, error) {
	x, err := readBox(ctx, a, box)
	if err != nil {
		return nil, err
	}
	y, err := readBox(ctx, b, box)
	if err != nil {
		return nil, err
	}
	different, size := make([]bool, x.Size()), x.DType().Size()
	for i := range different {
		different[i] = !bytes.Equal(x.Bytes()[i*size:][:size], y.Bytes()[i*size:][:size])
	}
	return different, nil
}

// unlikeStrings says which elements of a box are other texts.
func unlikeStrings(ctx context.Context, a, b storage.Array, box nd.Box) ([]bool, error) {
	x, err := storage.ReadStrings(ctx, a, box)
	if err != nil {
		return nil, err
	}
	y, err := storage.ReadStrings(ctx, b, box)
	if err != nil {
		return nil, err
	}
	different := make([]bool, len(x))
	for i := range different {
		different[i] = x[i] != y[i]
	}
	return different, nil
}
