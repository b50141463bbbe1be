package reduce

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Cov returns the covariances of the rows of an array with two axes, as NumPy's cov:
// a row is a variable, and along the last axis, or the one that Axis or Dim names,
// are its observations. The result has the shape (variables, variables). DDof is 1
// unless it is given. What is computed in float64 is rounded to T at the end.
//
// The data are read twice, for the means and for the products of what differs from
// them. These are added up for each chunk and then chunk by chunk, so that there
// may be more observations than fit into memory; the chunks are rechunked to all
// variables and at least as many observations, as far as nd.DefaultChunkBytes go.
func Cov[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return castTo[T](covariances("cov", a, opts))
}

// CorrCoef returns the correlation coefficients of the rows of an array with two
// axes, as NumPy's corrcoef: their covariances divided by both standard deviations,
// and no further than 1 from 0. See Cov; DDof makes no difference.
func CorrCoef[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	op := chunkgrid.Op[float64]
	c := covariances("corrcoef", a, opts)
	if c.Err() != nil {
		return castTo[T](c)
	}
	n := c.Shape()[0]
	own := chunkgrid.Op[bool]("cast", plan.Params{"to": nd.Bool}, chunkgrid.Eye[int8](n, n, 0, nd.Auto))
	zero := chunkgrid.Constant(0.0)
	deviation := op("sqrt", nil, op("sum", plan.Params{"axes": []int{1}}, op("where", nil, own, c, zero)))
	c = op("div", nil, op("div", nil, c, deviation.ExpandDims(1)), deviation)
	return castTo[T](op("clip", nil, c, chunkgrid.Constant(-1.0), chunkgrid.Constant(1.0)))
}

// inFloat64 is a in float64, and castTo an array in float64 as T.
func inFloat64[T nd.Elem](a *chunkgrid.Array[T]) *chunkgrid.Array[float64] {
	if nd.DTypeOf[T]() == nd.Float64 {
		return chunkgrid.As[float64](a)
	}
	return chunkgrid.Op[float64]("cast", plan.Params{"to": nd.Float64}, a)
}

func castTo[T nd.Float](a *chunkgrid.Array[float64]) *chunkgrid.Array[T] {
	if nd.DTypeOf[T]() == nd.Float64 {
		return chunkgrid.As[T](a)
	}
	return chunkgrid.Op[T]("cast", plan.Params{"to": nd.DTypeOf[T]()}, a)
}

// covariances are those of the axis that options don't name.
func covariances[T nd.Float](name string, a *chunkgrid.Array[T], opts []Option) *chunkgrid.Array[float64] {
	op := chunkgrid.Op[float64]
	ddof := 1.0
	if o := collect(opts); o.ddof != nil {
		ddof = *o.ddof
		opts = append(slices.Clone(opts), func(o *options) { o.ddof = nil })
	}
	k, ok, err := oneAxis(name, a, opts)
	if err == nil && a.Err() == nil && a.NDim() != 2 {
		err = fmt.Errorf("shape %v, want two axes, of variables and of observations: %w", a.Shape(), nd.ErrShape)
	}
	if err != nil || a.Err() != nil {
		return chunkgrid.Failed[float64](name, err, a)
	}
	if !ok {
		k = 1
	}
	x := inFloat64(a.MoveAxis(k, 1))
	x = x.Rechunk(observed(x))
	n := x.Shape()[1]
	off := op("sub", nil, x, op("mean", plan.Params{"axes": []int{1}, "keepdims": true}, x))
	sums := op("sum", plan.Params{"axes": []int{0}}, op(plan.OpProducts, nil, off, off.T()))
	return op("div", nil, sums, chunkgrid.Constant(max(float64(n)-ddof, 0)))
}

// observed returns chunks of all variables, and of at least as many observations:
// so the products of chunks take no more than the chunks.
func observed(x *chunkgrid.Array[float64]) nd.Chunks {
	shape, chunk := x.Shape(), x.Grid().MaxChunk()
	most := nd.DefaultChunkBytes / 8 / max(shape[0], 1)
	chunk[0], chunk[1] = shape[0], max(min(chunk[1], most), min(shape[0], shape[1]))
	narrow(chunk, 1, 8)
	return nd.Sizes(max(chunk[0], 1), max(chunk[1], 1))
}
