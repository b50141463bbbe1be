package reduce

import (
	"fmt"
	"iter"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// CumSum returns the running sums along an axis, or without Axis and Dim those of
// all elements in C order, as NumPy's cumsum: one element is added after the
// other in the elements' own dtype, so that the bits are NumPy's whatever the
// chunks. A sum of integers that T does not hold is an error when computed, which
// names the value and the Cast. Bools are Cast first.
//
// An array that is cut along the axis is read twice: once for the sum before
// every chunk, by one worker for all chunks that lie along the axis, and once
// for the result. Where the sums before all chunks of one column of them take more
// than a quarter of nd.DefaultChunkBytes, it is rechunked to longer chunks.
func CumSum[T nd.Number](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return scan("cumsum", a, opts)
}

// CumProd returns the running products along an axis; see CumSum.
func CumProd[T nd.Number](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return scan("cumprod", a, opts)
}

func scan[T nd.Number](name string, a *chunkgrid.Array[T], opts []Option) *chunkgrid.Array[T] {
	k, ok, err := oneAxis(name, a, opts)
	if err != nil || a.Err() != nil {
		return chunkgrid.Failed[T](name, err, a)
	}
	if !ok {
		a = a.Flatten()
	}
	p := plan.Params{"axis": k}
	a = lengthened(a, k)
	if a.NumChunks()[k] <= 1 {
		return chunkgrid.Op[T](name, p, a)
	}
	return chunkgrid.Op[T](name, p, a, chunkgrid.Op[T](name+carrySuffix, p, a))
}

// lengthened returns a with chunks so long along axis k, and so narrow across it,
// that a row of each of those along it fits into a quarter of
// nd.DefaultChunkBytes, of which a task has several copies.
func lengthened[T nd.Elem](a *chunkgrid.Array[T], k int) *chunkgrid.Array[T] {
	chunk, length, item, n := a.Grid().MaxChunk(), a.Shape()[k], a.DType().Size(), a.NumChunks()[k]
	long := func() bool { return n > 1 && size(chunk)/chunk[k]*n*item > nd.DefaultChunkBytes/4 }
	if !long() {
		return a
	}
	for long() {
		chunk[k] = min(2*chunk[k], length)
		narrow(chunk, k, item)
		n = (length + chunk[k] - 1) / chunk[k]
	}
	return a.Rechunk(nd.Sizes(chunk...))
}

// carrySuffix ends the name of the operation that has the totals before chunks.
const carrySuffix = "_carry"

func init() {
	for _, name := range []string{"cumsum", "cumprod"} {
		plan.RegisterBoxOp(&plan.BoxOp{Name: name, Inputs: scanInputs, Eval: evalScan, WholeChunks: true,
			Infer: func(p plan.Params, args []*plan.Node) (plan.Result, error) { return inferScan(name, p, args) }})
		plan.RegisterBoxOp(&plan.BoxOp{Name: name + carrySuffix, Inputs: carryInputs, Largest: plan.LargestChunks, Steps: carrySteps, Stage: carryStage, Eval: evalCarry,
			Infer: func(p plan.Params, args []*plan.Node) (plan.Result, error) { return inferCarry(name, p, args) }})
	}
}

// scanAxis checks the first of at most so many arguments of a scan and returns
// the axis.
func scanAxis(name string, p plan.Params, args []*plan.Node, most int) (k int, err error) {
	k, ok := p["axis"].(int)
	if len(args) < 1 || len(args) > most || !ok || k < 0 || k >= args[0].NDim() {
		return 0, fmt.Errorf("%d arguments and parameters %v, want an array and an axis", len(args), p)
	}
	_, err = kernel.LookupScan(name, args[0].DType)
	return k, err
}

// inferScan takes an array and, where that is cut along the axis, the totals
// after each of its chunks there but the last.
func inferScan(name string, p plan.Params, args []*plan.Node) (plan.Result, error) {
	k, err := scanAxis(name, p, args, 2)
	if err != nil {
		return plan.Result{}, err
	}
	a := args[0]
	if carries := a.Grid.NumChunks()[k] - 1; carries > 0 {
		if len(args) < 2 || args[1].DType != a.DType || args[1].NDim() != a.NDim() || args[1].Shape[k] != carries {
			return plan.Result{}, fmt.Errorf("an array of %d chunks along axis %d without the totals of each: %w", carries+1, k, nd.ErrShape)
		}
	}
	return plan.Result{DType: a.DType, Shape: a.Shape, Dims: a.Dims, Grid: a.Grid}, nil
}

// scanInputs are a chunk and the totals after the one before it; the first
// chunk's are not looked at.
func scanInputs(n *plan.Node, box nd.Box) []nd.Box {
	if len(n.Args) == 1 {
		return []nd.Box{box}
	}
	k := n.Params["axis"].(int)
	return []nd.Box{box, box.ReplaceAxis(k, max(n.Grid.ChunkOf(k, box.Start[k])-1, 0), 1)}
}

func evalScan(n *plan.Node, box nd.Box, dst []byte, in [][]byte, _ []nd.Box) error {
	k, item := n.Params["axis"].(int), n.DType.Size()
	loop, err := kernel.LookupScan(n.Op, n.DType)
	if err != nil {
		return err
	}
	row := size(box.Shape[k+1:])
	part := box.Shape[k] * row * item
	for i := range size(box.Shape[:k]) {
		var before []byte
		if box.Start[k] > 0 {
			before = in[1][i*row*item : (i+1)*row*item]
		}
		if err := loop(dst[i*part:(i+1)*part], in[0][i*part:(i+1)*part], before, row); err != nil {
			return err
		}
	}
	return nil
}

// inferCarry has the totals after every chunk along the axis but the last.
func inferCarry(name string, p plan.Params, args []*plan.Node) (plan.Result, error) {
	k, err := scanAxis(name, p, args, 1)
	if err != nil {
		return plan.Result{}, err
	}
	a := args[0]
	g, err := replaced(a.Grid, k, max(a.Grid.NumChunks()[k]-1, 0), 1)
	return plan.Result{DType: a.DType, Shape: g.Shape(), Dims: a.Dims, Grid: g}, err
}

// replaced returns a grid with an axis of another length and chunk size.
func replaced(g nd.Grid, k, length, chunk int) (nd.Grid, error) {
	axis, err := nd.NewGrid([]int{length}, []int{chunk})
	if err != nil {
		return nd.Grid{}, err
	}
	return g.ReplaceAxis(k, axis)
}

// carryStage has all chunks along the axis in one box.
func carryStage(n *plan.Node) (grid nd.Grid, staged bool) {
	k := n.Params["axis"].(int)
	return nd.Must(replaced(n.Grid, k, n.Shape[k], max(n.Shape[k], 1))), true
}

func carryInputs(n *plan.Node, box nd.Box) []nd.Box {
	k := n.Params["axis"].(int)
	_, hi := n.Args[0].Grid.Bounds(k, max(box.Stop(k)-1, 0))
	return []nd.Box{box.ReplaceAxis(k, 0, hi)}
}

func carrySteps(n *plan.Node, box nd.Box) iter.Seq[nd.Box] {
	k := n.Params["axis"].(int)
	return func(yield func(nd.Box) bool) {
		for c := range box.Stop(k) {
			lo, hi := n.Args[0].Grid.Bounds(k, c)
			if !yield(box.ReplaceAxis(k, lo, hi-lo)) {
				return
			}
		}
	}
}

// evalCarry scans a chunk in its own place and keeps the last row. Of chunks
// before the box the totals wait in its first row.
func evalCarry(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	k, item, b := n.Params["axis"].(int), n.DType.Size(), boxes[0]
	loop, err := kernel.LookupScan(n.Op[:len(n.Op)-len(carrySuffix)], n.DType)
	if err != nil {
		return err
	}
	row := size(box.Shape[k+1:]) * item
	c := n.Args[0].Grid.ChunkOf(k, b.Start[k]) - box.Start[k] // its row
	part := b.Shape[k] * row
	for i := range size(box.Shape[:k]) {
		totals := dst[i*box.Shape[k]*row:]
		var before []byte
		if b.Start[k] > 0 {
			before = totals[max(c-1, 0)*row:][:row]
		}
		x := in[0][i*part : (i+1)*part]
		if err := loop(x, x, before, row/item); err != nil {
			return err
		}
		copy(totals[max(c, 0)*row:], x[part-row:])
	}
	return nil
}

func size(shape []int) int { return nd.Box{Shape: shape}.Size() }
