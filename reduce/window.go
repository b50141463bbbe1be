package reduce

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Window reduces each n neighbours along one axis by themselves, as a running mean
// does and as NumPy's sliding_window_view: element i of the result is of the
// elements i to i+n-1, so that the axis keeps its name and gets n-1 shorter;
// KeepDims changes nothing. A window longer than the axis is an error. Quantile
// and Median have no windows.
//
// For windows that reach beyond the ends reduce Pad's result, with NaNMean and its
// kin of a boundary that is NaN: of windows around each element
//
//	padded := chunkgrid.Pad(x, []int{3}, chunkgrid.Filled(math.NaN()))
//	smooth := reduce.NaNMean(padded, reduce.Window(7)) // as long as x
//
// The bits of an element depend on those of its window alone. Each is computed
// from all n, without a copy of them; and a chunk from the n-1 elements behind it,
// too, so that chunks should be longer than windows.
func Window(n int) Option { return func(o *options) { o.window = &n } }

// opWindow is the box operation: the reduction of that name of each "length"
// elements along axis "axis"; other parameters are the reduction's.
const opWindow = "window"

// windowed makes the array of a reduction of windows.
func windowed[R, T nd.Elem](name string, a *chunkgrid.Array[T], axes []int, length int, p plan.Params) *chunkgrid.Array[R] {
	k, err := onlyAxis("Window", name, a, axes)
	if err != nil {
		return chunkgrid.Failed[R](name, err, a)
	}
	delete(p, "axes")
	delete(p, "keepdims")
	p["reduction"], p["axis"], p["length"] = name, k, length
	return chunkgrid.Op[R](opWindow, p, a)
}

// windowScratch is what windows have: states of 32 bytes, elements of 16 at most.
const windowScratch = 2*windowCols*32 + kernel.LeafRows*windowCols*16

func init() {
	plan.RegisterBoxOp(&plan.BoxOp{Name: opWindow, Infer: inferWindow, Inputs: windowInputs, Eval: evalWindow, Scratch: windowScratch})
}

func inferWindow(p plan.Params, args []*plan.Node) (r plan.Result, err error) {
	name, _ := p["reduction"].(string)
	k, isAxis := p["axis"].(int)
	n, isLength := p["length"].(int)
	red, known := kernel.LookupReduction(name)
	if len(args) != 1 || !known || !isLength || !isAxis || k < 0 || k >= args[0].NDim() {
		return r, fmt.Errorf("%d arguments and parameters %v, want an array, a reduction, an axis and a length", len(args), p)
	}
	a := args[0]
	if n < 1 || n > a.Shape[k] {
		return r, fmt.Errorf("a window of %d along axis %d of length %d: %w", n, k, a.Shape[k], nd.ErrShape)
	}
	r = plan.Result{Shape: slices.Clone(a.Shape), Dims: a.Dims}
	r.Shape[k] -= n - 1
	if r.DType, err = red.Result(p, a.DType); err != nil {
		return r, err
	}
	r.Grid, err = a.Grid.ReplaceAxis(k, a.Grid.ViewAxis(k, 0, 1, r.Shape[k]))
	return r, err
}

// windowInputs are the windows of a box, which end behind it.
func windowInputs(n *plan.Node, box nd.Box) []nd.Box {
	k := n.Params["axis"].(int)
	if box.Shape[k] == 0 {
		return []nd.Box{box}
	}
	return []nd.Box{box.ReplaceAxis(k, box.Start[k], box.Shape[k]+n.Params["length"].(int)-1)}
}

// windowCols is how many windows are folded side by side.
const windowCols = kernel.Tile / 4

// evalWindow folds windows side by side, as columns of a matrix whose rows are the
// first elements of the windows, the second ones, and so on. Where rows across the
// axis are long, it goes down a strip of them before it turns to the next, which so
// stays in the cache.
func evalWindow(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	k := n.Params["axis"].(int)
	row := size(box.Shape[k+1:])
	given, made := boxes[0].Shape[k]*row, box.Shape[k]*row // in a slab: of one index before the axis
	w := newWindows(n, row)
	rows, cols := 1, made
	if row >= windowCols {
		rows, cols = box.Shape[k], row
	}
	for slab := range size(box.Shape[:k]) {
		for c := 0; c < cols; c += windowCols {
			for i := range rows {
				at := i*row + c
				if err := w.fold(dst, in[0], slab*made+at, slab*given+at, min(windowCols, cols-c)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// windows folds windows of length elements, which are row elements apart.
type windows struct {
	kernel.Reducer
	length, row, item, result int
	states, leaf, apart       []byte
}

func newWindows(n *plan.Node, row int) *windows {
	a := n.Args[0].DType
	red, _ := kernel.LookupReduction(n.Params["reduction"].(string))
	w := &windows{Reducer: red.Bind(n.Params, a), length: n.Params["length"].(int), row: row, item: a.Size(), result: n.DType.Size()}
	w.states, w.leaf = nd.MakeBytes(windowCols*w.StateSize()), nd.MakeBytes(windowCols*w.StateSize())
	w.apart = nd.MakeBytes(kernel.LeafRows * windowCols * w.item)
	return w
}

// fold makes n results from place to on of the windows from place from on: leaves
// of kernel.LeafRows elements, merged one after the other.
func (w *windows) fold(dst, x []byte, to, from, n int) error {
	states, leaf := w.states[:n*w.StateSize()], w.leaf[:n*w.StateSize()]
	for first := 0; first < w.length; first += kernel.LeafRows {
		m := min(kernel.LeafRows, w.length-first)
		rows, stride := w.rows(x[(from+first*w.row)*w.item:], m, n)
		if first == 0 {
			w.Rows(states, rows, m, stride, 0)
			continue
		}
		w.Rows(leaf, rows, m, stride, first)
		w.Merge(states, leaf)
	}
	return w.Finish(dst[to*w.result:(to+n)*w.result], states)
}

// rows returns m rows of n elements as Rows takes them: those that overlap in memory are
// copied apart.
func (w *windows) rows(x []byte, m, n int) (rows []byte, stride int) {
	if w.row >= n || m == 1 {
		return x, max(w.row, n)
	}
	for r := range m {
		copy(w.apart[r*n*w.item:(r+1)*n*w.item], x[r*w.row*w.item:])
	}
	return w.apart, n
}
