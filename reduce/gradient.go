package reduce

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Gradient returns the derivative along an axis, the last unless Axis or Dim names
// one, as NumPy's gradient: from both neighbours of an element, to second order
// wherever it lies between them, and at the ends of the axis from the one neighbour
// there is, or to second order too with EdgeOrder(2). x has the coordinates of the
// elements along the axis; of elements that are equally far apart the distance
// will do, []float64{0.5}.
func Gradient[T nd.Float](a *chunkgrid.Array[T], x []float64, opts ...Option) *chunkgrid.Array[T] {
	o := collect(opts)
	opts = append(slices.Clone(opts), func(o *options) { o.edge = 0 })
	k, err := axisAt(opGradient, a, x, opts)
	if err != nil || a.Err() != nil {
		return chunkgrid.Failed[T](opGradient, err, a)
	}
	return chunkgrid.Op[T](opGradient, plan.Params{"axis": k, "x": slices.Clone(x), "edge": max(o.edge, 1)}, a)
}

// EdgeOrder says to which order Gradient goes at the ends of an axis, 1 or 2.
func EdgeOrder(order int) Option { return func(o *options) { o.edge = order } }

// Trapezoid returns the integral along an axis, the last unless Axis or Dim names
// one, by the trapezoidal rule, as NumPy's trapezoid. x is as for Gradient. It is a
// weighted sum in float64.
func Trapezoid[T nd.Float](a *chunkgrid.Array[T], x []float64, opts ...Option) *chunkgrid.Array[T] {
	const name = "trapezoid"
	keep := collect(opts).keepdims
	opts = append(slices.Clone(opts), func(o *options) { o.keepdims = false })
	k, err := axisAt(name, a, x, opts)
	if err != nil || a.Err() != nil {
		return chunkgrid.Failed[T](name, err, a)
	}
	n := a.Shape()[k]
	if n == 1 { // without extent, and so even of an infinity 0
		n = 0
		a = a.Slice(append(slices.Repeat([]nd.Range{nd.All}, k), nd.To(0))...)
	}
	weights := trapezoids(x, n)
	for range a.NDim() - 1 - k {
		weights = weights.ExpandDims(-1)
	}
	op := chunkgrid.Op[float64]
	return castTo[T](op("sum", plan.Params{"axes": []int{k}, "keepdims": keep}, op("mul", nil, inFloat64(a), weights)))
}

// maxWeights is how many weights are a list, which is the fastest, where they could be
// told in short.
const maxWeights = 1 << 20

// trapezoids returns the weights of n elements: half the distances to both neighbours.
func trapezoids(x []float64, n int) *chunkgrid.Array[float64] {
	if len(x) == 1 && n > maxWeights {
		half := float64(x[0] / 2)
		end := chunkgrid.Full(half, []int{1}, nd.Auto)
		return chunkgrid.Concatenate(0, end, chunkgrid.Full(half+half, []int{n - 2}, nd.Auto), end)
	}
	w := make([]float64, n)
	for i := range n - 1 {
		half := float64(distance(x, i) / 2)
		w[i], w[i+1] = w[i]+half, half
	}
	return chunkgrid.FromND(nd.Must(nd.FromSlice(w)))
}

// axisAt returns the axis that options name, or the last, whose elements have
// coordinates x.
func axisAt(name string, a chunkgrid.Any, x []float64, opts []Option) (k int, err error) {
	k, ok, err := oneAxis(name, a, opts)
	if err == nil && !ok {
		k, err = nd.NormAxis(name, -1, len(a.Shape()))
	}
	if err != nil || a.Err() != nil {
		return 0, err
	}
	if n := a.Shape()[k]; len(x) != 1 && len(x) != n {
		return 0, fmt.Errorf("%d coordinates along axis %d of length %d, want as many, or 1 for a distance: %w", len(x), k, n, nd.ErrShape)
	}
	return k, nil
}

// distance is that from element i to the next.
func distance(x []float64, i int) float64 {
	if len(x) == 1 {
		return x[0]
	}
	return x[i+1] - x[i]
}

// opGradient is the box operation: derivatives along axis "axis" at coordinates "x",
// to order "edge" at the ends.
const opGradient = "gradient"

func init() {
	plan.RegisterBoxOp(&plan.BoxOp{Name: opGradient, Infer: inferGradient, Inputs: gradientInputs, Eval: evalGradient,
		Largest: func(n *plan.Node, shape []int) [][]int {
			k, most := n.Params["axis"].(int), slices.Clone(shape)
			if most[k] > 0 {
				most[k] = min(most[k]+2, n.Shape[k])
				most[k] = max(most[k], n.Params["edge"].(int)+1)
			}
			return [][]int{most}
		}})
}

func inferGradient(p plan.Params, args []*plan.Node) (r plan.Result, err error) {
	k, isAxis := p["axis"].(int)
	x, isX := p["x"].([]float64)
	edge, isEdge := p["edge"].(int)
	if len(args) != 1 || !isAxis || !isX || !isEdge || k < 0 || k >= args[0].NDim() {
		return r, fmt.Errorf("%d arguments and parameters %v, want an array, an axis, coordinates and an order", len(args), p)
	}
	a := args[0]
	switch {
	case a.DType != nd.Float32 && a.DType != nd.Float64:
		return r, fmt.Errorf("%v, want float32 or float64: %w", a.DType, nd.ErrDType)
	case edge != 1 && edge != 2:
		return r, fmt.Errorf("order %d at the ends, want 1 or 2", edge)
	case a.Shape[k] < edge+1:
		return r, fmt.Errorf("axis %d has length %d, want %d or more for order %d at its ends: %w", k, a.Shape[k], edge+1, edge, nd.ErrShape)
	case len(x) != 1 && len(x) != a.Shape[k]:
		return r, fmt.Errorf("%d coordinates along axis %d of length %d: %w", len(x), k, a.Shape[k], nd.ErrShape)
	}
	return plan.Result{DType: a.DType, Shape: a.Shape, Dims: a.Dims, Grid: a.Grid}, nil
}

// gradientInputs are a box and its neighbours along the axis; at the ends as many as
// the order there wants.
func gradientInputs(n *plan.Node, box nd.Box) []nd.Box {
	k, length, edge := n.Params["axis"].(int), n.Shape[n.Params["axis"].(int)], n.Params["edge"].(int)
	if box.Shape[k] == 0 {
		return []nd.Box{box}
	}
	lo, hi := max(box.Start[k]-1, 0), min(box.Stop(k)+1, length)
	if lo == 0 {
		hi = max(hi, edge+1)
	}
	if hi == length {
		lo = min(lo, length-edge-1)
	}
	return []nd.Box{box.ReplaceAxis(k, lo, hi-lo)}
}

func evalGradient(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	g := slope{axis: n.Params["axis"].(int), x: n.Params["x"].([]float64), edge: n.Params["edge"].(int), length: n.Shape[n.Params["axis"].(int)]}
	if n.DType == nd.Float32 {
		gradient(g, nd.AsSlice[float32](dst), nd.AsSlice[float32](in[0]), box, boxes[0])
	} else {
		gradient(g, nd.AsSlice[float64](dst), nd.AsSlice[float64](in[0]), box, boxes[0])
	}
	return nil
}

// slope says how derivatives along an axis of a length are computed.
type slope struct {
	axis, edge, length int
	x                  []float64
}

// gradient sets dst, which is box, to the derivatives of f, which is from.
func gradient[T nd.Float](g slope, dst, f []T, box, from nd.Box) {
	row := size(box.Shape[g.axis+1:])
	given, made := from.Shape[g.axis]*row, box.Shape[g.axis]*row
	for range size(box.Shape[:g.axis]) {
		for i, n := 0, 0; i < box.Shape[g.axis]; i += n {
			at := box.Start[g.axis] + i
			first, c := g.of(at)
			if n = 1; len(g.x) == 1 && at > 0 { // all between the ends are alike
				n = max(min(box.Shape[g.axis]-i, g.length-1-at), 1)
			}
			derive(dst[i*row:(i+n)*row], f[(first-from.Start[g.axis])*row:], row, c)
		}
		dst, f = dst[made:], f[given:]
	}
}

// coefficients make a derivative of three elements: of the first and another, far
// apart, or of all.
type coefficients struct {
	other   int // 0: all
	far     float64
	a, b, c float64
}

// of returns those at index i, and the first of the elements they are for.
func (g slope) of(i int) (first int, c coefficients) {
	last := g.length - 1
	switch {
	case i > 0 && i < last:
		h, k := distance(g.x, i-1), distance(g.x, i)
		if h == k {
			return i - 1, coefficients{other: 2, far: 2 * h}
		}
		return i - 1, coefficients{a: -k / (h * (h + k)), b: (k - h) / (h * k), c: h / (k * (h + k))}
	case g.edge == 1:
		first = max(i-1, 0)
		return first, coefficients{other: 1, far: distance(g.x, first)}
	case i == 0:
		h, k := distance(g.x, 0), distance(g.x, 1)
		return 0, coefficients{a: -(2*h + k) / (h * (h + k)), b: (h + k) / (h * k), c: -h / (k * (h + k))}
	}
	h, k := distance(g.x, last-2), distance(g.x, last-1)
	return last - 2, coefficients{a: k / (h * (h + k)), b: -(k + h) / (h * k), c: (2*k + h) / (k * (h + k))}
}

// derive sets dst to the derivatives of elements of f that are a row apart.
func derive[T nd.Float](dst, f []T, row int, c coefficients) {
	if c.other > 0 {
		other, far := f[c.other*row:], T(c.far)
		for i, v := range f[:len(dst)] {
			dst[i] = (other[i] - v) / far
		}
		return
	}
	second, third := f[row:], f[2*row:]
	wa, wb, wc := T(c.a), T(c.b), T(c.c)
	for i, v := range f[:len(dst)] {
		dst[i] = T(T(wa*v)+T(wb*second[i])) + T(wc*third[i])
	}
}
