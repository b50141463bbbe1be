package reduce

import (
	"fmt"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Quantile returns, along a new first axis, the values below which the shares q
// of the elements lie, 0 the least and 1 the greatest: exact, and by
// the method "linear" unless Method says otherwise. It is along one axis, or
// without Axis and Dim of all elements. Where there is a NaN the result is NaN.
// An empty axis, and a q outside 0..1, is an error.
//
// All elements along the axis are needed at once: an array that is cut along it
// is rechunked, to chunks of about nd.DefaultChunkBytes. float32 is interpolated
// in float64.
func Quantile[T nd.Float](a *chunkgrid.Array[T], q []float64, opts ...Option) *chunkgrid.Array[T] {
	return quantile(a, q, methodLinear, false, opts)
}

// NaNQuantile returns the quantiles of the elements that are not NaN, NaN where there
// are none; see Quantile.
func NaNQuantile[T nd.Float](a *chunkgrid.Array[T], q []float64, opts ...Option) *chunkgrid.Array[T] {
	return quantile(a, q, methodLinear, true, opts)
}

// Median returns the middle element in the order of size, of an even number the
// mean of the two in the middle; see Quantile.
func Median[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return middle(a, false, opts)
}

// NaNMedian returns the median of the elements that are not NaN, NaN where there are
// none; see Quantile.
func NaNMedian[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return middle(a, true, opts)
}

func middle[T nd.Float](a *chunkgrid.Array[T], skip bool, opts []Option) *chunkgrid.Array[T] {
	m := quantile(a, []float64{0.5}, methodMedian, skip, opts)
	if m.Err() != nil {
		return m
	}
	return m.Squeeze(0)
}

// Method says where Quantile looks among the elements, and what it makes of a place
// between two, as NumPy's argument of that name: "linear", "lower", "higher",
// "midpoint", "nearest" (of two as near the one at an even place), and "hazen",
// "weibull", "median_unbiased", "normal_unbiased", "interpolated_inverted_cdf" and
// "inverted_cdf".
func Method(name string) Option { return func(o *options) { o.method = name } }

// opQuantile is the box operation: quantiles along the last axis of its argument.
const opQuantile = "quantile"

const (
	methodLinear = "linear"
	methodMedian = "median"
)

// method is one of computing quantiles: the place of share q among n elements, which
// is cut to those there are, and what is made of the elements a and b beside it, at
// the share t of the way from a, which is at an even place or not.
type method struct {
	at   func(n, q float64) float64
	pick func(a, b, t float64, even bool) float64
}

var methods = map[string]method{
	methodLinear: {ends, interpolate},
	methodMedian: {ends, func(a, b, _ float64, _ bool) float64 { return (a + b) / 2 }},
	"lower":      {ends, func(a, _, _ float64, _ bool) float64 { return a }},
	"higher":     {ends, upper},
	"midpoint":   {ends, func(a, b, _ float64, _ bool) float64 { return interpolate(a, b, 0.5, false) }},
	"nearest": {ends, func(a, b, t float64, even bool) float64 {
		if t < 0.5 || t == 0.5 && even {
			return a
		}
		return b
	}},
	"inverted_cdf":              {within(0, 1), upper},
	"interpolated_inverted_cdf": {within(0, 1), interpolate},
	"hazen":                     {within(0.5, 0.5), interpolate},
	"weibull":                   {within(0, 0), interpolate},
	"median_unbiased":           {within(1./3, 1./3), interpolate},
	"normal_unbiased":           {within(3./8, 3./8), interpolate},
}

// ends has the first element for 0 and the last for 1.
func ends(n, q float64) float64 { return float64(q * (n - 1)) }

// within has places that begin and end between or beyond elements: alpha and beta
// are those of Hyndman and Fan.
func within(alpha, beta float64) func(n, q float64) float64 {
	slope := 1 - alpha - beta
	return func(n, q float64) float64 { return float64(n*q) + (alpha + float64(q*slope)) - 1 }
}

func upper(_, b, _ float64, _ bool) float64 { return b }

// interpolate goes from the nearer end, as NumPy does: so it is monotonic in t.
func interpolate(a, b, t float64, _ bool) float64 {
	if t >= 0.5 {
		return b - float64((b-a)*(1-t))
	}
	return a + float64((b-a)*t)
}

// quantile makes the array; skip leaves NaN out.
func quantile[T nd.Float](a *chunkgrid.Array[T], q []float64, method string, skip bool, opts []Option) *chunkgrid.Array[T] {
	o := collect(opts)
	fail := func(err error) *chunkgrid.Array[T] { return chunkgrid.Failed[T](opQuantile, err, a) }
	if a.Err() != nil {
		return fail(nil)
	}
	switch {
	case o.ddof != nil:
		return fail(errDDof)
	case o.by != nil:
		return fail(errBy)
	case o.window != nil:
		return fail(errWindow)
	case o.edge != 0:
		return fail(errEdge)
	case o.method != "" && method == methodMedian:
		return fail(errMethod)
	case o.method != "":
		method = o.method
	}
	ndim := a.NDim()
	axes, err := o.resolve(a.Dims())
	switch {
	case err != nil:
		return fail(err)
	case !o.some:
		a, axes = a.Flatten(), []int{0}
	case len(axes) != 1:
		return fail(fmt.Errorf("axes %v, want one, or neither Axis nor Dim for all elements: %w", axes, nd.ErrAxis))
	}
	k, err := nd.NormAxis(opQuantile, axes[0], a.NDim())
	if err != nil {
		return fail(err)
	}
	r := chunkgrid.Op[T](opQuantile, plan.Params{"q": slices.Clone(q), "method": method, "skip": skip}, whole(a, k).MoveAxis(k, -1))
	if !o.keepdims || r.Err() != nil {
		return r
	}
	if o.some {
		return r.ExpandDims(k + 1)
	}
	kept := make([]int, ndim)
	for i := range kept {
		kept[i] = i + 1
	}
	return r.ExpandDims(kept...)
}

// whole returns a with axis k in one chunk; the other chunks get smaller until
// one has about nd.DefaultChunkBytes.
func whole[T nd.Elem](a *chunkgrid.Array[T], k int) *chunkgrid.Array[T] {
	chunk := a.Grid().MaxChunk()
	chunk[k] = a.Shape()[k]
	narrow(chunk, k, a.DType().Size())
	for j := range chunk {
		chunk[j] = max(chunk[j], 1)
	}
	return a.Rechunk(nd.Sizes(chunk...))
}

// narrow halves the longest axis of a chunk but k until it has about
// nd.DefaultChunkBytes.
func narrow(chunk []int, k, item int) {
	for size(chunk)*item > nd.DefaultChunkBytes {
		longest := -1
		for j, n := range chunk {
			if j != k && n > 1 && (longest < 0 || n > chunk[longest]) {
				longest = j
			}
		}
		if longest < 0 {
			return
		}
		chunk[longest] = (chunk[longest] + 1) / 2
	}
}

func init() {
	plan.RegisterBoxOp(&plan.BoxOp{Name: opQuantile, Infer: inferQuantile, Eval: evalQuantile,
		Inputs: func(n *plan.Node, box nd.Box) []nd.Box {
			length := n.Args[0].Shape[n.NDim()-1]
			return []nd.Box{{Start: append(slices.Clone(box.Start[1:]), 0), Shape: append(slices.Clone(box.Shape[1:]), length)}}
		}})
}

func inferQuantile(p plan.Params, args []*plan.Node) (plan.Result, error) {
	q, ok := p["q"].([]float64)
	method, named := p["method"].(string)
	if len(args) != 1 || args[0].NDim() == 0 || !ok || !named {
		return plan.Result{}, fmt.Errorf("%d arguments and parameters %v, want an array with an axis, q and method", len(args), p)
	}
	a := args[0]
	last := a.NDim() - 1
	if _, ok := methods[method]; !ok {
		return plan.Result{}, fmt.Errorf("unknown method %q, there are linear, lower, higher, midpoint, nearest and those of the documentation of Method", method)
	}
	for _, v := range q {
		if !(v >= 0 && v <= 1) {
			return plan.Result{}, fmt.Errorf("quantile %v is not from 0 to 1", v)
		}
	}
	switch {
	case a.DType != nd.Float32 && a.DType != nd.Float64:
		return plan.Result{}, fmt.Errorf("%v, want float32 or float64: %w", a.DType, nd.ErrDType)
	case a.Shape[last] == 0:
		return plan.Result{}, fmt.Errorf("shape %v: nothing has no quantiles: %w", a.Shape, nd.ErrShape)
	}
	axes := make([]nd.Grid, last+1)
	first, err := nd.NewGrid([]int{len(q)}, []int{max(len(q), 1)})
	if err != nil {
		return plan.Result{}, err
	}
	axes[0] = first
	for j := range last {
		axes[j+1] = a.Grid.Axis(j)
	}
	g, err := nd.JoinGrids(axes...)
	return plan.Result{DType: a.DType, Shape: g.Shape(), Dims: append([]string{""}, a.Dims[:last]...), Grid: g}, err
}

func evalQuantile(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	m, length := methods[n.Params["method"].(string)], boxes[0].Shape[box.NDim()-1]
	w := &wanted{at: m.at, q: n.Params["q"].([]float64)[box.Start[0]:box.Stop(0)]}
	skip, _ := n.Params["skip"].(bool)
	if n.DType == nd.Float32 {
		quantiles(nd.AsSlice[float32](dst), nd.AsSlice[float32](in[0])[:boxes[0].Size()], w, length, skip, m.pick)
	} else {
		quantiles(nd.AsSlice[float64](dst), nd.AsSlice[float64](in[0])[:boxes[0].Size()], w, length, skip, m.pick)
	}
	return nil
}

// quantiles orders every row of x, which is the task's own, as far as needed, and
// sets dst, C order of (quantile, row), to what pick makes of it.
func quantiles[T nd.Float](dst, x []T, w *wanted, length int, skip bool, pick func(a, b, t float64, even bool) float64) {
	rows := len(x) / length
	isNaN := func(v T) bool { return v != v }
	for r := range rows {
		row := x[r*length : (r+1)*length]
		if nan := slices.IndexFunc(row, isNaN); nan >= 0 {
			first := row[nan]
			if skip {
				row = slices.DeleteFunc(row, isNaN)
			}
			if !skip || len(row) == 0 {
				for i := range w.q {
					dst[i*rows+r] = first
				}
				continue
			}
		}
		w.of(len(row))
		selectAll(row, w.ks)
		for i, p := range w.places {
			v := row[p.k]
			if p.t > 0 && row[p.k+1] != v {
				v = T(pick(float64(v), float64(row[p.k+1]), p.t, p.k%2 == 0))
			}
			dst[i*rows+r] = v
		}
	}
}

// wanted says where the quantiles q lie in rows of a length.
type wanted struct {
	at     func(n, q float64) float64
	q      []float64
	length int
	places []place
	ks     []int // what of a row must be in order
}

// place is where a quantile lies in an ordered row: the share t of the way from
// element k to the next.
type place struct {
	k int
	t float64
}

// of finds the places in rows of another length.
func (w *wanted) of(length int) {
	if length == w.length {
		return
	}
	w.length, w.places, w.ks = length, w.places[:0], w.ks[:0]
	for _, share := range w.q {
		k, t := math.Modf(max(0, min(w.at(float64(length), share), float64(length-1))))
		w.places = append(w.places, place{int(k), t})
		w.ks = append(w.ks, int(k), min(int(k)+1, length-1))
	}
	slices.Sort(w.ks)
	w.ks = slices.Compact(w.ks)
}
