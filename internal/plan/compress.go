package plan

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// OpCompress keeps the indices along an axis at which a 1-d mask is true. Its
// parameters say how many those are, which only reading the mask can tell:
// "from" lists the chunks of the argument with any, "counts" how many each has.
const OpCompress = "compress"

// Compress returns the indices of arg along axis k at which mask is true, counts
// of them in every chunk. The mask is cut as the argument, whose chunks along k
// are of one size. A chunk of the result is what is left of one of the argument's.
func Compress(arg, mask *Node, k int, counts []int) *Node {
	from, some := []int{}, []int{}
	for c, n := range counts {
		if n > 0 {
			from, some = append(from, c), append(some, n)
		}
	}
	return Op(OpCompress, Params{"axis": k, "from": from, "counts": some}, arg, mask)
}

func init() {
	RegisterBoxOp(&BoxOp{Name: OpCompress, Infer: inferCompress, Inputs: compressInputs, Eval: evalCompress, WholeChunks: true})
}

func inferCompress(p Params, args []*Node) (Result, error) {
	k, axis := p["axis"].(int)
	from, chunks := p["from"].([]int)
	counts, counted := p["counts"].([]int)
	if len(args) != 2 || !axis || !chunks || !counted || len(from) != len(counts) || k < 0 || k >= args[0].NDim() {
		return Result{}, fmt.Errorf("%d arguments and parameters %v, want an array, a mask, axis, from and counts", len(args), p)
	}
	a, mask := args[0], args[1]
	if mask.DType != nd.Bool || mask.NDim() != 1 || !a.Grid.EqualAxis(k, mask.Grid, 0) {
		return Result{}, fmt.Errorf("a mask of %v and shape %v for axis %d of shape %v: %w", mask.DType, mask.Shape, k, a.Shape, nd.ErrShape)
	}
	last := -1
	for i, c := range from {
		if c <= last || c >= a.Grid.NumChunks()[k] {
			return Result{}, fmt.Errorf("chunk %d of %d along axis %d: %w", c, a.Grid.NumChunks()[k], k, nd.ErrIndex)
		}
		if lo, hi := a.Grid.Bounds(k, c); counts[i] < 1 || counts[i] > hi-lo {
			return Result{}, fmt.Errorf("%d elements of chunk %d, which has %d: %w", counts[i], c, hi-lo, nd.ErrShape)
		}
		last = c
	}
	kept, err := nd.NewGridSizes([][]int{counts})
	if err != nil {
		return Result{}, err
	}
	g, err := a.Grid.ReplaceAxis(k, kept)
	return Result{DType: a.DType, Shape: g.Shape(), Dims: slices.Clone(a.Dims), Grid: g}, err
}

// compressInputs takes the place of a box along the axis from where it begins:
// it is a chunk's, and only what it costs is asked of larger ones.
func compressInputs(n *Node, box nd.Box) []nd.Box {
	k := n.Params["axis"].(int)
	lo, hi := 0, 0
	if from := n.Params["from"].([]int); len(from) > 0 {
		lo, hi = n.Args[0].Grid.Bounds(k, from[n.Grid.ChunkOf(k, box.Start[k])])
	}
	return []nd.Box{box.ReplaceAxis(k, lo, hi-lo), {Start: []int{lo}, Shape: []int{hi - lo}}}
}

func evalCompress(n *Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	k, row := n.Params["axis"].(int), n.DType.Size()
	for _, m := range box.Shape[k+1:] {
		row *= m
	}
	mask := in[1][:boxes[1].Size()]
	found := len(mask) - bytes.Count(mask, []byte{0}) // files may have other trues than 1
	if found != box.Shape[k] {
		return fmt.Errorf("compress: the mask is true %d times from index %d to %d of axis %d, it was %d times when it was counted", found, boxes[1].Start[0], boxes[1].Stop(0), k, box.Shape[k])
	}
	for src := in[0][:boxes[0].Size()*n.DType.Size()]; len(src) > 0; src = src[len(mask)*row:] {
		for i, keep := range mask {
			if keep != 0 {
				dst = dst[copy(dst[:row], src[i*row:]):]
			}
		}
	}
	return nil
}
