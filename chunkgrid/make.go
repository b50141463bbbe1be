package chunkgrid

import (
	"fmt"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Linspace returns n numbers evenly spaced from start to stop, both included,
// as NumPy's linspace: computed in float64, the last one exactly stop.
func Linspace[T nd.Float](start, stop T, n int, c nd.Chunks) *Array[T] {
	const op = "chunkgrid.Linspace"
	if n < 0 {
		return of[T](plan.Fail(op, fmt.Errorf("%d numbers: %w", n, nd.ErrShape)))
	}
	g, err := c.Grid([]int{n}, nd.DTypeOf[T]().Size())
	if err != nil {
		return of[T](plan.Fail(op, err))
	}
	first, last := float64(start), float64(stop)
	step := (last - first) / float64(max(n-1, 1))
	x := plan.Arange(nd.Float64, first, step, 0, 0, g)
	if n > 1 {
		isLast := plan.Ufunc("equal", nil, indices(g), Constant(int64(n-1)).plan())
		x = plan.Ufunc("where", nil, isLast, Constant(last).plan(), x)
	}
	return castTo[T](of[float64](x))
}

// Eye returns a (rows, cols) array with ones on a diagonal and zeros elsewhere:
// the main one for k = 0, those above it for positive, below it for negative k.
func Eye[T nd.Number](rows, cols, k int, c nd.Chunks) *Array[T] {
	g, err := c.Grid([]int{rows, cols}, nd.DTypeOf[T]().Size())
	if err != nil {
		return of[T](plan.Fail("chunkgrid.Eye", err))
	}
	return castTo[T](of[bool](diagonal(g, k)))
}

// Diag returns a matrix with the 1-d array v on its main diagonal and zeros
// elsewhere; rows and columns are cut as v is.
func Diag[T nd.Number](v *Array[T]) *Array[T] {
	n := v.plan()
	if n.Err == nil && n.NDim() != 1 {
		return of[T](plan.Fail("chunkgrid.Diag", fmt.Errorf("shape %v, want one axis: %w", n.Shape, nd.ErrShape), n))
	}
	if n.Err != nil {
		return of[T](n)
	}
	g, err := nd.JoinGrids(n.Grid, n.Grid)
	if err != nil {
		return of[T](plan.Fail("chunkgrid.Diag", err, n))
	}
	var zero T
	return of[T](plan.Ufunc("where", nil, diagonal(g, 0), n, Constant(zero).plan()))
}

// indices returns 0, 1, 2, … along a 1-d grid.
func indices(g nd.Grid) *plan.Node { return plan.Arange(nd.Int64, 0, 0, 0, 1, g) }

// diagonal returns where column - row is k, on a 2-d grid.
func diagonal(g nd.Grid, k int) *plan.Node {
	rows := plan.ExpandDims(indices(g.Axis(0)), []int{1})
	return plan.Ufunc("equal", nil, indices(g.Axis(1)), plan.Ufunc("add", nil, rows, Constant(int64(k)).plan()))
}

// Meshgrid returns, for 1-d arrays that are the coordinates along the axes of a
// grid, arrays of the grid's shape with the coordinates of its points, as NumPy's
// meshgrid with indexing="ij": the i-th varies along axis i only. They are views.
func Meshgrid[T nd.Elem](axes ...*Array[T]) []*Array[T] {
	points := nodes(axes)
	shape := make([]int, len(points))
	for i, n := range points {
		if n.Err == nil && n.NDim() != 1 {
			points[i] = plan.Fail("chunkgrid.Meshgrid", fmt.Errorf("axis %d has shape %v, want one axis: %w", i, n.Shape, nd.ErrShape), n)
		} else {
			shape[i] = n.Size()
		}
	}
	grids := make([]*Array[T], len(points))
	for i, n := range points {
		for j := range points {
			if j != i {
				n = plan.ExpandDims(n, []int{j})
			}
		}
		grids[i] = of[T](plan.BroadcastTo(n, shape))
	}
	return grids
}
