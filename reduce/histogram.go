package reduce

import (
	"fmt"
	"iter"
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
	return binned[int64](opHistogram, plan.Params{"edges": slices.Clone(edges)}, a)
}

// WeightedHistogram sums the weights of the elements in each bin: weights has the
// shape of a. See Histogram.
func WeightedHistogram[T nd.Real](a *chunkgrid.Array[T], weights *chunkgrid.Array[float64], edges []float64) *chunkgrid.Array[float64] {
	return binned[float64](opHistogram, plan.Params{"edges": slices.Clone(edges)}, a, weights)
}

// Bincount counts how often each number from 0 to n-1 is in a, like
// numpy.bincount of an array of any shape. Another number is an error when
// computed. The result has the shape (n).
func Bincount[T nd.Integer](a *chunkgrid.Array[T], n int) *chunkgrid.Array[int64] {
	return binned[int64](opBincount, plan.Params{"n": n}, a)
}

// WeightedBincount sums the weights of the elements that are 0, 1, … n-1: weights
// has the shape of a. See Bincount.
func WeightedBincount[T nd.Integer](a *chunkgrid.Array[T], weights *chunkgrid.Array[float64], n int) *chunkgrid.Array[float64] {
	return binned[float64](opBincount, plan.Params{"n": n}, a, weights)
}

// binned sums the bins of all chunks, which are those of one chunk in a row each.
func binned[R, T nd.Elem](op string, p plan.Params, a *chunkgrid.Array[T], weights ...chunkgrid.Any) *chunkgrid.Array[R] {
	return chunkgrid.Op[R]("sum", plan.Params{"axes": []int{0}}, chunkgrid.Op[R](op, p, append([]chunkgrid.Any{a}, weights...)...))
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
	return inferBins(len(edges)-1, func(d nd.DType) bool { return d.IsInteger() || d.IsFloat() }, args)
}

func inferBincount(p plan.Params, args []*plan.Node) (plan.Result, error) {
	n, ok := p["n"].(int)
	if !ok || n < 0 {
		return plan.Result{}, fmt.Errorf("%v bins, want 0 or more", p["n"])
	}
	return inferBins(n, nd.DType.IsInteger, args)
}

// inferBins returns a row of n bins for every chunk.
func inferBins(n int, isOf func(nd.DType) bool, args []*plan.Node) (r plan.Result, err error) {
	if len(args) == 0 || len(args) > 2 {
		return r, fmt.Errorf("%d arguments, want an array, and weights or not: %w", len(args), nd.ErrShape)
	}
	if !isOf(args[0].DType) {
		return r, fmt.Errorf("an array of %v has no bins: %w", args[0].DType, nd.ErrDType)
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
	clear(dst)
	for first, x := range tiles[float64](n.Args[0].DType, in[0], boxes[0].Size()) {
		if len(in) == 1 {
			counts := nd.AsSlice[int64](dst)
			for _, v := range x {
				if i, ok := b.Bin(v); ok {
					counts[i]++
				}
			}
			continue
		}
		sums, weights := nd.AsSlice[float64](dst), nd.AsSlice[float64](in[1])[first:]
		for k, v := range x {
			if i, ok := b.Bin(v); ok {
				sums[i] += weights[k]
			}
		}
	}
	return nil
}

func evalBincount(n *plan.Node, _ nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	clear(dst)
	for first, x := range tiles[int64](n.Args[0].DType, in[0], boxes[0].Size()) {
		for i, v := range x {
			if v < 0 || v >= int64(n.Shape[1]) {
				return fmt.Errorf("bincount: element %d of the chunk at %v is %d, want 0 to %d: %w", first+i, boxes[0].Start, v, n.Shape[1]-1, nd.ErrIndex)
			}
		}
		if len(in) == 1 {
			counts := nd.AsSlice[int64](dst)
			for _, v := range x {
				counts[v]++
			}
			continue
		}
		sums, weights := nd.AsSlice[float64](dst), nd.AsSlice[float64](in[1])[first:]
		for k, v := range x {
			sums[v] += weights[k]
		}
	}
	return nil
}

// tiles ranges over the n elements of a chunk as C, a tile at a time, with the number of
// the first one. Bytes of a whole chunk would take eight times their memory.
func tiles[C nd.Elem](dt nd.DType, chunk []byte, n int) iter.Seq2[int, []C] {
	to := nd.DTypeOf[C]()
	if dt == to {
		return func(yield func(int, []C) bool) { yield(0, nd.AsSlice[C](chunk)[:n]) }
	}
	u, _ := kernel.LookupUfunc("cast")
	loop := u.Bind(kernel.Params{"to": to}, []nd.DType{dt})
	return func(yield func(int, []C) bool) {
		tile := make([]C, kernel.Tile)
		for first := 0; first < n; first += kernel.Tile {
			x := tile[:min(kernel.Tile, n-first)]
			loop(nd.AsBytes(x), [][]byte{chunk[first*dt.Size():][:len(x)*dt.Size()]})
			if !yield(first, x) {
				return
			}
		}
	}
}
