package reduce

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

const (
	opHistogram = "histogram"
	opBincount  = "bincount"
)

// Histogram counts the elements of a in each bin, like numpy.histogram: bin i is
// from edges[i] to edges[i+1], of which the second belongs to the next bin, except
// in the last. Elements beyond the edges, NaN among them, are in no bin. Edges
// ascend; nd.Linspace(lo, hi, n+1) makes those of n bins of one width. The result
// has the shape (bins).
//
// The data are read once. A density is the counts divided by their sum and by the
// widths.
func Histogram[T nd.Real](a *chunkgrid.Array[T], edges []float64) *chunkgrid.Array[int64] {
	return binned[int64, float64](opHistogram, plan.Params{"edges": slices.Clone(edges)}, a)
}

// WeightedHistogram sums the weights of the elements in each bin: weights has the
// shape of a. See Histogram.
func WeightedHistogram[T nd.Real](a *chunkgrid.Array[T], weights *chunkgrid.Array[float64], edges []float64) *chunkgrid.Array[float64] {
	return binned[float64, float64](opHistogram, plan.Params{"edges": slices.Clone(edges)}, a, weights)
}

// Bincount counts how often each number from 0 to n-1 is in a, like
// numpy.bincount of an array of any shape. Another number is an error when
// computed. The result has the shape (n).
func Bincount[T nd.Integer](a *chunkgrid.Array[T], n int) *chunkgrid.Array[int64] {
	return binned[int64, int64](opBincount, plan.Params{"n": n}, a)
}

// WeightedBincount sums the weights of the elements that are 0, 1, … n-1: weights
// has the shape of a. See Bincount.
func WeightedBincount[T nd.Integer](a *chunkgrid.Array[T], weights *chunkgrid.Array[float64], n int) *chunkgrid.Array[float64] {
	return binned[float64, int64](opBincount, plan.Params{"n": n}, a, weights)
}

// binned sums the bins of all chunks, which are those of one chunk in a row each.
// C is what bins are found for.
func binned[R, C, T nd.Elem](op string, p plan.Params, a *chunkgrid.Array[T], weights ...chunkgrid.Any) *chunkgrid.Array[R] {
	args := []chunkgrid.Any{a}
	if to := nd.DTypeOf[C](); a.DType().Kind() != to.Kind() {
		args[0] = chunkgrid.Op[C]("cast", plan.Params{"to": to}, a)
	}
	return chunkgrid.Op[R]("sum", plan.Params{"axes": []int{0}}, chunkgrid.Op[R](op, p, append(args, weights...)...))
}

func init() {
	plan.RegisterBoxOp(&plan.BoxOp{Name: opHistogram, Infer: inferHistogram, Inputs: chunkInputs, Largest: plan.LargestChunks, Eval: evalHistogram, WholeChunks: true})
	plan.RegisterBoxOp(&plan.BoxOp{Name: opBincount, Infer: inferBincount, Inputs: chunkInputs, Largest: plan.LargestChunks, Eval: evalBincount, WholeChunks: true})
}

// chunkInputs takes the chunk that a row of bins is of.
func chunkInputs(n *plan.Node, box nd.Box) []nd.Box {
	g := n.Args[0].Grid
	if box.Size() == 0 {
		return slices.Repeat([]nd.Box{{Start: make([]int, g.NDim()), Shape: make([]int, g.NDim())}}, len(n.Args))
	}
	return slices.Repeat([]nd.Box{g.Box(g.Coord(box.Start[0]))}, len(n.Args))
}

func inferHistogram(p plan.Params, args []*plan.Node) (plan.Result, error) {
	edges, _ := p["edges"].([]float64)
	if err := kernel.CheckEdges(edges, 2); err != nil {
		return plan.Result{}, err
	}
	return inferBins(len(edges)-1, nd.Float64, args)
}

func inferBincount(p plan.Params, args []*plan.Node) (plan.Result, error) {
	n, ok := p["n"].(int)
	if !ok || n < 0 {
		return plan.Result{}, fmt.Errorf("%v bins, want 0 or more", p["n"])
	}
	return inferBins(n, nd.Int64, args)
}

// inferBins returns a row of n bins for every chunk.
func inferBins(n int, of nd.DType, args []*plan.Node) (r plan.Result, err error) {
	if len(args) == 0 || len(args) > 2 || args[0].DType != of {
		return r, fmt.Errorf("%d arguments, want an array of %v, and weights or not: %w", len(args), of, nd.ErrDType)
	}
	r = plan.Result{DType: nd.Int64, Shape: []int{args[0].Grid.Len(), n}, Dims: []string{"", "bin"}}
	if len(args) == 2 {
		if args[1].DType != nd.Float64 || !slices.Equal(args[0].Shape, args[1].Shape) {
			return r, fmt.Errorf("weights of %v and shape %v for shape %v: %w", args[1].DType, args[1].Shape, args[0].Shape, nd.ErrShape)
		}
		r.DType = nd.Float64
	}
	r.Grid, err = nd.NewGrid(r.Shape, []int{1, max(n, 1)})
	return r, err
}

func evalHistogram(n *plan.Node, _ nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	b := kernel.NewEdges(n.Params["edges"].([]float64))
	x := nd.AsSlice[float64](in[0])[:boxes[0].Size()]
	clear(dst)
	if len(in) == 1 {
		counts := nd.AsSlice[int64](dst)
		for _, v := range x {
			if i, ok := b.Bin(v); ok {
				counts[i]++
			}
		}
		return nil
	}
	sums, weights := nd.AsSlice[float64](dst), nd.AsSlice[float64](in[1])
	for k, v := range x {
		if i, ok := b.Bin(v); ok {
			sums[i] += weights[k]
		}
	}
	return nil
}

func evalBincount(n *plan.Node, _ nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	x := nd.AsSlice[int64](in[0])[:boxes[0].Size()]
	clear(dst)
	for i, v := range x {
		if v < 0 || v >= int64(n.Shape[1]) {
			return fmt.Errorf("bincount: element %d of the chunk at %v is %d, want 0 to %d: %w", i, boxes[0].Start, v, n.Shape[1]-1, nd.ErrIndex)
		}
	}
	if len(in) == 1 {
		counts := nd.AsSlice[int64](dst)
		for _, v := range x {
			counts[v]++
		}
		return nil
	}
	sums, weights := nd.AsSlice[float64](dst), nd.AsSlice[float64](in[1])
	for i, v := range x {
		sums[v] += weights[i]
	}
	return nil
}
