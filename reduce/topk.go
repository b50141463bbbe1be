package reduce

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// TopK returns the k greatest elements along an axis, the greatest first, or for
// a negative k the -k least, the least first, as dask's topk. It is along the last
// axis unless Axis or Dim names one; that has the length |k| then. NaN is greater than
// all numbers, as where NumPy sorts, and -0 is below +0. A k of 0, and one beyond
// the length of the axis, is an error. One of just that length, or minus that
// length, gives all elements in order.
//
// The data are read once: every chunk is left with |k| elements or fewer, and
// these are joined and thinned out again until one chunk is left.
func TopK[T nd.Ordered](a *chunkgrid.Array[T], k int, opts ...Option) *chunkgrid.Array[T] {
	axis, err := topAxis(opTopK, a, k, opts)
	if err != nil || a.Err() != nil {
		return chunkgrid.Failed[T](opTopK, err, a)
	}
	values, _ := topK(zeroOrOne(a).MoveAxis(axis, -1), k, false)
	return values.MoveAxis(-1, axis)
}

// ArgTopK returns the indices of the k greatest elements along an axis, or for a
// negative k of the -k least, in the order of TopK: of equal ones the first comes
// first, and zeros of both signs are equal.
func ArgTopK[T nd.Ordered](a *chunkgrid.Array[T], k int, opts ...Option) *chunkgrid.Array[int64] {
	axis, err := topAxis(opArgTopK, a, k, opts)
	if err != nil || a.Err() != nil {
		return chunkgrid.Failed[int64](opArgTopK, err, a)
	}
	_, places := topK(zeroOrOne(a).MoveAxis(axis, -1), k, true)
	return places.MoveAxis(-1, axis)
}

const (
	opTopK    = "topk"
	opArgTopK = "argtopk"
)

// topAxis returns the axis that options name, or the last, of which k elements
// are wanted.
func topAxis(name string, a chunkgrid.Any, k int, opts []Option) (axis int, err error) {
	axis, ok, err := oneAxis(name, a, opts)
	if err == nil && !ok {
		axis, err = nd.NormAxis(name, -1, a.NDim())
	}
	if err != nil || a.Err() != nil {
		return 0, err
	}
	if n := a.Shape()[axis]; k == 0 || k > n || k < -n {
		return 0, fmt.Errorf("%d elements along axis %d of length %d, want 1 to %d of the greatest or -1 to -%d of the least: %w", k, axis, n, n, n, nd.ErrShape)
	}
	return axis, nil
}

// topK thins out every chunk along the last axis, again and again with what is
// left joined to longer ones, until there is one. The places of what is left come
// with it, where they are wanted.
func topK[T nd.Ordered](values *chunkgrid.Array[T], k int, arg bool) (*chunkgrid.Array[T], *chunkgrid.Array[int64]) {
	var places *chunkgrid.Array[int64]
	p := plan.Params{"k": k}
	for last := false; !last && values.Err() == nil; {
		if c, short := longer(values, max(k, -k)); short {
			values = values.Rechunk(c)
			if places != nil {
				places = places.Rechunk(c)
			}
		}
		last = values.NumChunks()[values.NDim()-1] <= 1
		switch {
		case arg && places != nil:
			places = chunkgrid.Op[int64](opArgTopK, p, values, places)
		case arg:
			places = chunkgrid.Op[int64](opArgTopK, p, values)
		}
		values = chunkgrid.Op[T](opTopK, p, values)
	}
	return values, places
}

// longer returns chunks for an array of which k elements along the last axis
// aren't half of a chunk or less: of about nd.DefaultChunkBytes, or of 2k.
func longer[T nd.Elem](a *chunkgrid.Array[T], k int) (c nd.Chunks, short bool) {
	chunk, last := a.Grid().MaxChunk(), a.NDim()-1
	if chunk[last] >= 2*k || a.NumChunks()[last] <= 1 {
		return c, false
	}
	item := a.DType().Size()
	chunk[last] = 2 * k
	narrow(chunk, last, item)
	chunk[last] = max(2*k, nd.DefaultChunkBytes/item/max(size(chunk[:last]), 1))
	for j := range chunk {
		chunk[j] = max(chunk[j], 1)
	}
	return nd.Sizes(chunk...), true
}

func init() {
	for _, name := range []string{opTopK, opArgTopK} {
		plan.RegisterBoxOp(&plan.BoxOp{Name: name, Inputs: topKInputs, Largest: plan.LargestChunks, Stage: topKStage, Eval: evalTopK, WholeChunks: true,
			Infer: func(p plan.Params, args []*plan.Node) (plan.Result, error) { return inferTopK(name, p, args) }})
	}
}

// inferTopK has what is left of every chunk along the last axis. Of argtopk a
// second argument says which indices the elements have; without it they are the
// places along the axis.
func inferTopK(name string, p plan.Params, args []*plan.Node) (plan.Result, error) {
	k, ok := p["k"].(int)
	if len(args) < 1 || len(args) > 2 || len(args) == 2 && (name == opTopK || !args[1].Grid.Equal(args[0].Grid) || args[1].DType != nd.Int64) ||
		args[0].NDim() == 0 || !ok || k == 0 || k == math.MinInt {
		return plan.Result{}, fmt.Errorf("%d arguments and parameters %v, want an array with an axis and k", len(args), p)
	}
	a := args[0]
	if dt := a.DType; !dt.IsInteger() && dt != nd.Bool && dt != nd.Float32 && dt != nd.Float64 {
		return plan.Result{}, fmt.Errorf("elements of %v have no order here: %w", dt, nd.ErrDType)
	}
	last := a.NDim() - 1
	left := make([]int, 0, a.Grid.NumChunks()[last])
	for n := range a.Grid.Sizes(last) {
		left = append(left, min(n, max(k, -k)))
	}
	axis, err := nd.NewGridSizes([][]int{left})
	if err != nil {
		return plan.Result{}, err
	}
	r := plan.Result{DType: a.DType, Dims: a.Dims}
	if name == opArgTopK {
		r.DType = nd.Int64
	}
	r.Grid, err = a.Grid.ReplaceAxis(last, axis)
	r.Shape = r.Grid.Shape()
	return r, err
}

// topKStage has chunks thinned out side by side, before one task takes what is
// left of all.
func topKStage(n *plan.Node) (grid nd.Grid, staged bool) {
	return n.Grid, n.Grid.NumChunks()[n.NDim()-1] > 1
}

func topKInputs(n *plan.Node, box nd.Box) []nd.Box {
	last := n.NDim() - 1
	lo, hi := 0, 0
	if box.Shape[last] > 0 {
		lo, hi = n.Args[0].Grid.Bounds(last, n.Grid.ChunkOf(last, box.Start[last]))
	}
	return slices.Repeat([]nd.Box{box.ReplaceAxis(last, lo, hi-lo)}, len(n.Args))
}

func evalTopK(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	last := box.NDim() - 1
	t := topRows{n: boxes[0].Shape[last], k: box.Shape[last], start: boxes[0].Start[last], least: n.Params["k"].(int) < 0}
	if n.Op == opArgTopK {
		t.places = nd.AsSlice[int64](dst)
		if len(in) == 2 {
			t.index = nd.AsSlice[int64](in[1])
		}
	}
	x := in[0][:boxes[0].Size()*n.Args[0].DType.Size()]
	switch n.Args[0].DType.Kind() {
	case nd.KindFloat32:
		keys := nd.AsSlice[int32](x)
		floatKeys(keys, nd.AsSlice[float32](x), math.MaxInt32, t.places != nil)
		topOf(t, keys, nd.AsSlice[int32](dst), func(key int32) int32 { return turned(key, math.MaxInt32) })
	case nd.KindFloat64:
		keys := nd.AsSlice[int64](x)
		floatKeys(keys, nd.AsSlice[float64](x), math.MaxInt64, t.places != nil)
		topOf(t, keys, nd.AsSlice[int64](dst), func(key int64) int64 { return turned(key, math.MaxInt64) })
	case nd.KindInt8:
		topOf(t, nd.AsSlice[int8](x), nd.AsSlice[int8](dst), nil)
	case nd.KindInt16:
		topOf(t, nd.AsSlice[int16](x), nd.AsSlice[int16](dst), nil)
	case nd.KindInt32:
		topOf(t, nd.AsSlice[int32](x), nd.AsSlice[int32](dst), nil)
	case nd.KindInt64:
		topOf(t, nd.AsSlice[int64](x), nd.AsSlice[int64](dst), nil)
	case nd.KindBool, nd.KindUint8:
		topOf(t, x, dst, nil)
	case nd.KindUint16:
		topOf(t, nd.AsSlice[uint16](x), nd.AsSlice[uint16](dst), nil)
	case nd.KindUint32:
		topOf(t, nd.AsSlice[uint32](x), nd.AsSlice[uint32](dst), nil)
	case nd.KindUint64:
		topOf(t, nd.AsSlice[uint64](x), nd.AsSlice[uint64](dst), nil)
	}
	return nil
}

// floatKeys puts numbers of the same order in the place of floats; NaN, all of
// them, has the greatest. Zeros are one where equal says so.
func floatKeys[K int32 | int64, F nd.Float](keys []K, x []F, greatest K, equal bool) {
	for i, v := range x {
		switch {
		case v != v:
			keys[i] = greatest
		case v == 0 && equal:
			keys[i] = 0
		default:
			keys[i] = turned(keys[i], greatest)
		}
	}
}

// turned makes a key of a float's bits, and the bits of a key: of negative ones
// all but the sign are turned round. That of NaN is a NaN.
func turned[K int32 | int64](bits, greatest K) K {
	if bits < 0 {
		return bits ^ greatest
	}
	return bits
}

// topRows is what rows of n elements, whose first is at a place along the axis,
// are thinned out to: the k greatest or least, or their places.
type topRows struct {
	n, k, start int
	least       bool
	places      []int64 // not nil: these are wanted
	index       []int64 // of the elements, if it isn't their place
}

// topOf thins out the rows of keys, which it changes, into dst or into places.
// bits is what a key stands for; nil: itself.
func topOf[K nd.Integer](t topRows, keys, dst []K, bits func(K) K) {
	if t.least { // turn the order round
		for i, v := range keys {
			keys[i] = ^v
		}
	}
	for r := range len(keys) / max(t.n, 1) {
		row := keys[r*t.n : (r+1)*t.n]
		if t.places == nil {
			largest(dst[r*t.k:(r+1)*t.k], t.n, func(i int) K { return row[i] }, cmp.Compare[K])
			continue
		}
		top := t.places[r*t.k : (r+1)*t.k]
		largest(top, t.n, func(i int) int64 { return int64(i) }, func(i, j int64) int {
			return cmp.Or(cmp.Compare(row[i], row[j]), cmp.Compare(j, i))
		})
		for i, at := range top {
			if top[i] = int64(t.start) + at; t.index != nil {
				top[i] = t.index[r*t.n+int(at)]
			}
		}
	}
	if t.places != nil {
		return
	}
	for i, v := range dst[:len(keys)/max(t.n, 1)*t.k] {
		if t.least {
			v = ^v
		}
		if bits != nil {
			v = bits(v)
		}
		dst[i] = v
	}
}

// largest fills dst with the largest of n elements, in descending order: a heap
// with the least of them on top meets one after the other.
func largest[E any](dst []E, n int, at func(int) E, compare func(a, b E) int) {
	for i := range dst {
		dst[i] = at(i)
	}
	slices.SortFunc(dst, compare)
	for i := len(dst); i < n; i++ {
		e := at(i)
		if compare(e, dst[0]) <= 0 {
			continue
		}
		top := 0
		for {
			child := 2*top + 1
			if child+1 < len(dst) && compare(dst[child+1], dst[child]) < 0 {
				child++
			}
			if child >= len(dst) || compare(dst[child], e) >= 0 {
				break
			}
			dst[top], top = dst[child], child
		}
		dst[top] = e
	}
	slices.SortFunc(dst, func(a, b E) int { return compare(b, a) })
}
