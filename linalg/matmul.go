package linalg

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Dot returns the product of vectors and matrices: of two 1-d arrays the 0-d
// inner product, of a 2-d and a 1-d one, either way, a 1-d array, of two 2-d
// ones what MatMul returns. More axes are for MatMul.
func Dot[T nd.Float](a, b *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	if na, nb := a.NDim(), b.NDim(); na < 1 || na > 2 || nb < 1 || nb > 2 {
		return chunkgrid.Failed[T](opName, fmt.Errorf("shapes %v and %v, want 1 or 2 axes each: %w", a.Shape(), b.Shape(), nd.ErrShape), a, b)
	}
	left, right := a, b
	var vectors []int
	if a.NDim() == 1 {
		left, vectors = a.ExpandDims(0), append(vectors, -2)
	}
	if b.NDim() == 1 {
		right, vectors = b.ExpandDims(-1), append(vectors, -1)
	}
	c := product(a.Shape(), b.Shape(), left, right)
	if len(vectors) > 0 {
		c = c.Squeeze(vectors...)
	}
	return c
}

// MatMul returns the matrix product along the last two axes of a (…, m, k) and
// b (…, k, n), a shape (…, m, n). Leading axes broadcast, as in NumPy; for
// vectors see Dot. Rows keep a's dimension name and chunks, columns b's.
//
// A chunk of the result is computed at once from k whole columns and rows of
// the operands, so that its row panel and its column panel must fit in Memory.
// An element is the sum of its products in the order of k, accumulated in T with
// a fused multiply-add for each: its bits depend on its row and its column
// alone, not on chunks, workers or the machine.
//
// Where k is so long that a panel takes more than nd.DefaultChunkBytes, and the
// result so much smaller than the operands that it may be kept for each chunk along
// k, as of a tall matrix and its transpose, it is computed for each of these
// and added up, in float64. Then there is no panel, and bits depend on how k is cut.
func MatMul[T nd.Float](a, b *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	if a.NDim() < 2 || b.NDim() < 2 {
		return chunkgrid.Failed[T](opName, fmt.Errorf("shapes %v and %v, want 2 axes or more each; vectors are for Dot: %w", a.Shape(), b.Shape(), nd.ErrShape), a, b)
	}
	return product(a.Shape(), b.Shape(), a, b)
}

// product makes the array of a's and b's product, both with two axes or more.
// shapeA and shapeB are what the user gave, for errors.
func product[T nd.Float](shapeA, shapeB []int, a, b *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	fail := func(err error) *chunkgrid.Array[T] { return chunkgrid.Failed[T](opName, err, a, b) }
	if a.Err() != nil || b.Err() != nil {
		return fail(nil)
	}
	la, lb := a.NDim()-2, b.NDim()-2
	m, n, k := a.Shape()[la], b.Shape()[lb+1], a.Shape()[la+1]
	if kb := b.Shape()[lb]; k != kb {
		return fail(fmt.Errorf("shapes %v and %v: rows of length %d and columns of length %d: %w", shapeA, shapeB, k, kb, nd.ErrShape))
	}
	batch, err := nd.BroadcastShapes(a.Shape()[:la], b.Shape()[:lb])
	if err != nil {
		return fail(fmt.Errorf("the leading axes of shapes %v and %v do not broadcast: %w", shapeA, shapeB, nd.ErrShape))
	}
	if inParts(a, b) {
		return chunkgrid.Op[T]("sum", plan.Params{"axes": []int{0}}, chunkgrid.Op[T](plan.OpProducts, nil, a, b))
	}
	return chunkgrid.Op[T](opName, nil, a.BroadcastTo(slices.Concat(batch, []int{m, k})...), b.BroadcastTo(slices.Concat(batch, []int{k, n})...))
}

// inParts reports whether two matrices are multiplied for each chunk along the axis
// they share, and the products added up.
func inParts[T nd.Float](a, b *chunkgrid.Array[T]) bool {
	if a.NDim() != 2 || b.NDim() != 2 {
		return false
	}
	m, n, k := a.Shape()[0], b.Shape()[1], a.Shape()[1]
	panel := max(a.Grid().MaxChunk()[0], b.Grid().MaxChunk()[1]) * k * a.DType().Size()
	chunks := max(a.NumChunks()[1], b.NumChunks()[0])
	return panel > nd.DefaultChunkBytes && chunks > 1 && chunks*m*n <= k*(m+n)/4
}

// opName is the name of the box operation that multiplies. Its arguments are a
// (…, m, k) and b (…, k, n) with the same leading axes.
const opName = "matmul"

func init() {
	plan.RegisterBoxOp(&plan.BoxOp{Name: opName, Infer: infer, Inputs: inputs, Eval: eval, WholeChunks: true, Scratch: func(*plan.Node) int { return kernel.PanelBytes }})
}

// infer checks what product has seen to, for plans that come from elsewhere.
func infer(_ plan.Params, args []*plan.Node) (plan.Result, error) {
	if len(args) != 2 {
		return plan.Result{}, fmt.Errorf("%d arguments, want 2", len(args))
	}
	a, b := args[0], args[1]
	l := a.NDim() - 2
	switch {
	case a.DType != b.DType || (a.DType != nd.Float32 && a.DType != nd.Float64):
		return plan.Result{}, fmt.Errorf("%v and %v, want two of float32 or float64: %w", a.DType, b.DType, nd.ErrDType)
	case l < 0 || b.NDim() != a.NDim() || !slices.Equal(a.Shape[:l], b.Shape[:l]) || a.Shape[l+1] != b.Shape[l]:
		return plan.Result{}, fmt.Errorf("shapes %v and %v, want (…, m, k) and (…, k, n): %w", a.Shape, b.Shape, nd.ErrShape)
	}
	r := plan.Result{DType: a.DType, Shape: slices.Clone(a.Shape), Dims: slices.Clone(a.Dims)}
	axes := make([]nd.Grid, l+2)
	for j := range l {
		axes[j] = a.Grid.Axis(j)
		if a.Free[j] {
			axes[j] = b.Grid.Axis(j)
		}
		if r.Dims[j] == "" {
			r.Dims[j] = b.Dims[j]
		}
	}
	axes[l], axes[l+1] = a.Grid.Axis(l), b.Grid.Axis(l+1)
	r.Shape[l+1], r.Dims[l+1] = b.Shape[l+1], b.Dims[l+1]
	grid, err := nd.JoinGrids(axes...)
	r.Grid = grid
	return r, err
}

// inputs returns the row panel and the column panel of a box.
func inputs(n *plan.Node, box nd.Box) []nd.Box {
	l := box.NDim() - 2
	k := n.Args[0].Shape[l+1]
	return []nd.Box{box.ReplaceAxis(l+1, 0, k), box.ReplaceAxis(l, 0, k)}
}

func eval(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	l := box.NDim() - 2
	rows, cols, k := box.Shape[l], box.Shape[l+1], boxes[0].Shape[l+1]
	clear(dst)
	if n.DType == nd.Float32 {
		multiply(nd.AsSlice[float32](dst), nd.AsSlice[float32](in[0]), nd.AsSlice[float32](in[1]), rows, cols, k)
	} else {
		multiply(nd.AsSlice[float64](dst), nd.AsSlice[float64](in[0]), nd.AsSlice[float64](in[1]), rows, cols, k)
	}
	return nil
}

// multiply adds to each of the matrices in dst (rows, cols) the product of
// those in a (rows, k) and b (k, cols).
func multiply[T nd.Float](dst, a, b []T, rows, cols, k int) {
	for len(dst) > 0 {
		kernel.MatMul(dst, a, b, rows, cols, k, cols, k, cols)
		dst, a, b = dst[rows*cols:], a[rows*k:], b[k*cols:]
	}
}
