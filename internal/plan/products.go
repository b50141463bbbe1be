package plan

import (
	"fmt"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

// OpProducts multiplies matrices a (m, k) and b (k, n) in parts: k is cut as in the
// heavier of them, and along a new first axis of the result are the products of its
// chunks, whose sum is that of the matrices.
const OpProducts = "products"

func init() {
	RegisterBoxOp(&BoxOp{Name: OpProducts, Infer: inferProducts, Inputs: productInputs, Largest: largestProduct, Eval: evalProducts,
		WholeChunks: true, Scratch: func(*Node) int { return kernel.PanelBytes }})
}

func inferProducts(_ Params, args []*Node) (r Result, err error) {
	if len(args) != 2 {
		return r, fmt.Errorf("%d arguments, want 2", len(args))
	}
	a, b := args[0], args[1]
	switch {
	case a.DType != b.DType || a.DType != nd.Float32 && a.DType != nd.Float64:
		return r, fmt.Errorf("%v and %v, want two of float32 or float64: %w", a.DType, b.DType, nd.ErrDType)
	case a.NDim() != 2 || b.NDim() != 2 || a.Shape[1] != b.Shape[0]:
		return r, fmt.Errorf("shapes %v and %v, want (m, k) and (k, n): %w", a.Shape, b.Shape, nd.ErrShape)
	}
	parts := ProductParts(a, b).NumChunks()[0]
	first, err := nd.NewGrid([]int{parts}, []int{1})
	if err != nil {
		return r, err
	}
	r = Result{DType: a.DType, Dims: []string{"", a.Dims[0], b.Dims[1]}}
	r.Grid, err = nd.JoinGrids(first, a.Grid.Axis(0), b.Grid.Axis(1))
	r.Shape = r.Grid.Shape()
	return r, err
}

// ProductParts is how OpProducts cuts the axis that matrices a and b share.
func ProductParts(a, b *Node) nd.Grid {
	if b.Weight > a.Weight || a.Free[1] {
		return b.Grid.Axis(0)
	}
	return a.Grid.Axis(1)
}

// productInputs are rows of a and columns of b, as far as a part goes.
func productInputs(n *Node, box nd.Box) []nd.Box {
	lo, hi := 0, 0
	if box.Shape[0] > 0 {
		lo, hi = ProductParts(n.Args[0], n.Args[1]).Bounds(0, box.Start[0])
	}
	return []nd.Box{
		{Start: []int{box.Start[1], lo}, Shape: []int{box.Shape[1], hi - lo}},
		{Start: []int{lo, box.Start[2]}, Shape: []int{hi - lo, box.Shape[2]}},
	}
}

func largestProduct(n *Node, shape []int) [][]int {
	k := ProductParts(n.Args[0], n.Args[1]).MaxChunk()[0]
	return [][]int{{shape[1], k}, {k, shape[2]}}
}

func evalProducts(n *Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	rows, cols, k := box.Shape[1], box.Shape[2], boxes[0].Shape[1]
	clear(dst)
	if n.DType == nd.Float32 {
		kernel.MatMul(nd.AsSlice[float32](dst), nd.AsSlice[float32](in[0]), nd.AsSlice[float32](in[1]), rows, cols, k, cols, k, cols)
	} else {
		kernel.MatMul(nd.AsSlice[float64](dst), nd.AsSlice[float64](in[0]), nd.AsSlice[float64](in[1]), rows, cols, k, cols, k, cols)
	}
	return nil
}
