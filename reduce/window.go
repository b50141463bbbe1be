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
// The bits of an element depend on those of its window alone: leaves of 8 are
// merged as a tree, so that a sum is as exact as one by pairs. Windows share these
// leaves and what they are merged to, so that time grows with the logarithm of
// the length (places, of ArgMin and ArgMax, with the length). A chunk is computed from the
// n-1 elements behind it, too, so that chunks should be longer than windows.
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

func init() {
	plan.RegisterBoxOp(&plan.BoxOp{Name: opWindow, Infer: inferWindow, Eval: evalWindow,
		Inputs: func(n *plan.Node, box nd.Box) []nd.Box {
			return neighbours(box, n.Params["axis"].(int), n.Params["length"].(int))
		},
		Scratch: func(n *plan.Node) int { return newWindows(n, size(n.Shape[n.Params["axis"].(int)+1:])).bytes() }})
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
	if r, err = shortened(a, k, n); err != nil {
		return r, err
	}
	r.DType, err = red.Result(p, a.DType)
	return r, err
}

// shortened is the result of what makes one element of each n neighbours along an axis.
func shortened(a *plan.Node, k, n int) (r plan.Result, err error) {
	r = plan.Result{DType: a.DType, Shape: slices.Clone(a.Shape), Dims: a.Dims}
	r.Shape[k] -= n - 1
	r.Grid, err = a.Grid.ReplaceAxis(k, a.Grid.ViewAxis(k, 0, 1, r.Shape[k]))
	return r, err
}

// neighbours are those of which a box is made, n of each of its elements.
func neighbours(box nd.Box, k, n int) []nd.Box {
	if box.Shape[k] > 0 {
		box = box.ReplaceAxis(k, box.Start[k], box.Shape[k]+n-1)
	}
	return []nd.Box{box}
}

// windowLeaf is how many elements the leaves of windows have that are longer than two
// of them; a shorter one is a leaf. It is part of the definition of the result.
const windowLeaf = 8

// windowCols is how many windows are folded side by side at most.
const windowCols = kernel.Tile / 4

// evalWindow folds windows side by side, as columns of a matrix whose rows are the
// first elements of the windows, the second ones, and so on. Where rows across the
// axis are long, it goes down a strip of them before it turns to the next, which so
// stays in the cache.
func evalWindow(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	k := n.Params["axis"].(int)
	row := size(box.Shape[k+1:])
	w := newWindows(n, row)
	w.rows = max(min(w.rows, box.Shape[k]), 1)
	w.allocate()
	given, made := boxes[0].Shape[k]*row, box.Shape[k]*row // in a slab: of one index before the axis
	for slab := range size(box.Shape[:k]) {
		for c := 0; c < row; c += w.width {
			for i := 0; i < box.Shape[k]; i += w.rows {
				at := i*row + c
				if err := w.fold(dst, in[0], slab*made+at, slab*given+at, min(w.rows, box.Shape[k]-i), min(w.width, row-c)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// windows folds windows of length elements, which are row elements apart. They
// are cut into leaves of leaf elements and what is left.
type windows struct {
	kernel.Reducer
	length, row, item, result int
	leaf, leaves, rest        int
	width, rows               int // of the strips that are folded at once
	states, sums, part, apart []byte
}

// stripStates is how many states of leaves of a strip are in use at a time, about,
// where windows aren't longer.
const stripStates = 4096

func newWindows(n *plan.Node, row int) *windows {
	a := n.Args[0].DType
	red, _ := kernel.LookupReduction(n.Params["reduction"].(string))
	w := &windows{Reducer: red.Bind(n.Params, a), length: n.Params["length"].(int), row: row, item: a.Size(), result: n.DType.Size()}
	if w.leaf = w.length; w.leaf > 2*windowLeaf {
		w.leaf = windowLeaf
	}
	w.leaves, w.rest = w.length/w.leaf, w.length%w.leaf
	w.width = max(min(row, windowCols, max(8, stripStates/max(w.span(), 1))), 1)
	w.rows = max(w.span(), stripStates/w.width)
	return w
}

// span is how far the last whole leaf of a window is from the first.
func (w *windows) span() int { return (w.leaves - 1) * w.leaf }

// bytes is the most that allocate takes, for narrower rows too.
func (w *windows) bytes() int {
	span := w.width * w.span()
	return (2*max(span, stripStates)+span+windowCols)*w.StateSize() + 2*windowLeaf*windowCols*w.item
}

func (w *windows) allocate() {
	w.states, w.sums = nd.MakeBytes(w.width*(w.rows+w.span())*w.StateSize()), nd.MakeBytes(w.width*w.rows*w.StateSize())
	w.part, w.apart = nd.MakeBytes(windowCols*w.StateSize()), nd.MakeBytes(2*windowLeaf*windowCols*w.item)
}

// fold makes results from place to on of the windows from place from on, of so many
// rows and columns.
func (w *windows) fold(dst, x []byte, to, from, rows, cols int) error {
	n := rows * cols * w.StateSize()
	sums := w.sums[:n]
	if _, places := w.Reducer.(kernel.Placer); places {
		for first := 0; first < w.length; first += w.leaf {
			w.fill(sums, x, from+first*w.row, min(w.leaf, w.length-first), rows, cols, first, first > 0)
		}
	} else {
		w.merged(sums, x, from, rows, cols)
		if w.rest > 0 {
			first := w.leaves * w.leaf
			w.fill(sums, x, from+first*w.row, w.rest, rows, cols, first, true)
		}
	}
	if cols == w.row {
		return w.Finish(dst[to*w.result:(to+rows*cols)*w.result], sums)
	}
	for r := range rows {
		at := to + r*w.row
		if err := w.Finish(dst[at*w.result:(at+cols)*w.result], sums[r*cols*w.StateSize():][:cols*w.StateSize()]); err != nil {
			return err
		}
	}
	return nil
}

// merged sets sums to the states of the whole leaves of windows: those of 1, 2, 4 …
// leaves are made of each other, and a window's of these.
func (w *windows) merged(sums, x []byte, from, rows, cols int) {
	if w.leaves == 1 {
		w.fill(sums, x, from, w.leaf, rows, cols, 0, false)
		return
	}
	apart := w.leaf * cols * w.StateSize() // from the state of a leaf to that of the next one
	states := w.states[:len(sums)+(w.leaves-1)*apart]
	w.fill(states, x, from, w.leaf, rows+w.span(), cols, 0, false)
	for have, n := 0, 1; ; n *= 2 { // have leaves are in sums, n in each of states
		if w.leaves&n > 0 {
			if next := states[have*apart:][:len(sums)]; have == 0 {
				copy(sums, next)
			} else {
				w.Merge(sums, next)
			}
			have += n
		}
		if have == w.leaves {
			return
		}
		left := states[:len(states)-n*apart]
		w.Merge(left, states[n*apart:])
		states = left
	}
}

// fill sets states, or merges them with, those of leaves of m elements that begin at
// place from of x, one for each of so many rows and columns. first is the place of
// their first elements in the window.
func (w *windows) fill(states, x []byte, from, m, rows, cols, first int, merge bool) {
	if cols == w.row { // all that follows each other
		rows, cols = 1, rows*cols
	}
	for r := range rows {
		for c := 0; c < cols; c += windowCols {
			n := min(windowCols, cols-c)
			leaf, stride := w.apartRows(x[(from+r*w.row+c)*w.item:], m, n)
			s := states[(r*cols+c)*w.StateSize():][:n*w.StateSize()]
			if !merge {
				w.Rows(s, leaf, m, stride, first)
				continue
			}
			part := w.part[:len(s)]
			w.Rows(part, leaf, m, stride, first)
			w.Merge(s, part)
		}
	}
}

// apartRows returns m rows of n elements as Rows takes them: those that overlap in memory are
// copied apart.
func (w *windows) apartRows(x []byte, m, n int) (rows []byte, stride int) {
	if w.row >= n || m == 1 {
		return x, max(w.row, n)
	}
	for r := range m {
		copy(w.apart[r*n*w.item:(r+1)*n*w.item], x[r*w.row*w.item:])
	}
	return w.apart, n
}
