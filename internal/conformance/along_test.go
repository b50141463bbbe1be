package conformance

import (
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/linalg"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
)

// The operations along an axis that are made of several nodes, and products of
// vectors and matrices.
const (
	opCumSum   = "cumsum"
	opCumProd  = "cumprod"
	opDiff     = "diff"
	opQuantile = "quantile"
	opMatMul   = "matmul"
	opWindow   = "window"
	opGradient = "gradient"
	opCov      = "cov"
)

var alongs = []string{opCumSum, opCumProd, opDiff, opQuantile, opMatMul, opWindow, opGradient, opCov}

// goesAlong reports whether an operation takes elements of a dtype.
func goesAlong(op string, dt nd.DType) bool {
	float := dt == nd.Float32 || dt == nd.Float64
	return float || op == opWindow && dt.IsInteger() || (op == opCumSum || op == opCumProd || op == opDiff) && (dt.IsInteger() || dt.IsComplex())
}

// along returns a call of value v along a random axis, or false where it has none.
func (b *builder) along(op string, v int) (c call, ok bool, err error) {
	n, r := b.nodes[v], b.r
	c = call{Op: op, Args: []int{v}, Params: plan.Params{}}
	if n.NDim() == 0 || !goesAlong(op, n.DType) {
		return c, false, nil
	}
	if op == opMatMul {
		other, err := b.input(n.DType, b.factor(n.Shape))
		c.Args = append(c.Args, other)
		return c, err == nil && b.accepts(c), err
	}
	k := r.IntN(n.NDim())
	c.Params["axis"] = k
	switch op {
	case opGradient:
		x := []float64{r.Float64() + 0.25}
		for r.IntN(2) == 0 && len(x) < n.Shape[k] {
			for len(x) < n.Shape[k] {
				x = append(x, x[len(x)-1]+0.25+r.Float64())
			}
		}
		c.Params["x"], c.Params["edge"] = x, 1+r.IntN(2)
	case opCov:
		c.Params["ddof"] = float64(r.IntN(2))
		if n.NDim() != 2 {
			return c, false, nil
		}
	case opWindow:
		names := kernel.Reductions()
		name := names[r.IntN(len(names))]
		if strings.HasSuffix(name, "prod") { // their tolerance holds where nothing over- or underflows
			name = "sum"
		}
		c.Params["reduction"], c.Params["length"], c.Params["ddof"] = name, 1+r.IntN(max(n.Shape[c.int("axis")], 1)), float64(r.IntN(2))
	case opDiff:
		c.Params["n"] = r.IntN(4)
	case opQuantile:
		q := make([]float64, r.IntN(4))
		for i := range q {
			q[i] = []float64{0, 1, 0.5, 0.25, r.Float64()}[r.IntN(5)]
		}
		c.Params["q"], c.Params["method"] = q, []string{"linear", "lower", "higher", "midpoint", "nearest"}[r.IntN(5)]
	}
	return c, b.accepts(c), nil
}

// factor returns a shape by which one of that shape can be multiplied.
func (b *builder) factor(shape []int) []int {
	r, last := b.r, len(shape)-1
	if last <= 1 && r.IntN(3) == 0 {
		return shape[last:]
	}
	lead := []int{}
	if last > 0 {
		lead = b.partner(shape[:last-1])
	}
	return append(slices.Clone(lead), shape[last], 1+r.IntN(9))
}

// alongNode is the plan of a call along an axis.
func (c call) alongNode(args []*plan.Node) *plan.Node {
	a := args[0]
	if c.Op == opMatMul {
		return productNode(a, args[1])
	}
	k := c.int("axis")
	switch c.Op {
	case opWindow, opGradient:
		return plan.Op(c.Op, c.Params, a)
	case opCov:
		return c.covNode(a)
	case opDiff:
		for range c.int("n") {
			part := func(lo, hi int) *plan.Node {
				ranges := slices.Repeat([]nd.Range{nd.From(0)}, a.NDim())
				ranges[k] = nd.Span(lo, max(hi, lo))
				return plan.Slice(a, ranges)
			}
			a = plan.Ufunc("sub", nil, part(1, a.Shape[k]), part(0, a.Shape[k]-1))
		}
		return a
	case opQuantile:
		whole := nd.Must(a.Grid.ReplaceAxis(k, nd.Must(nd.NewGrid(a.Shape[k:k+1], []int{max(a.Shape[k], 1)}))))
		return plan.Op(c.Op, plan.Params{"q": c.Params["q"], "method": c.Params["method"]},
			plan.Transpose(plan.Rechunk(a, whole), append(slices.Delete(identity(a.NDim()), k, k+1), k)))
	}
	if a.Grid.NumChunks()[k] > 1 {
		args = append(args, plan.Op(c.Op+"_carry", c.Params, a))
	}
	return plan.Op(c.Op, c.Params, args...)
}

// covNode is the plan of covariances.
func (c call) covNode(a *plan.Node) *plan.Node {
	k := c.int("axis")
	x := plan.Transpose(plan.Op("cast", plan.Params{"to": nd.Float64}, a), []int{1 - k, k})
	off := plan.Ufunc("sub", nil, x, plan.Op("mean", plan.Params{"axes": []int{1}, "keepdims": true}, x))
	n, err := nd.DynFromBytes(nd.Float64, nil, nd.AsBytes([]float64{max(float64(x.Shape[1])-c.Params["ddof"].(float64), 0)}))
	if err != nil {
		return plan.Fail(opCov, err, a)
	}
	sums := plan.Op("sum", plan.Params{"axes": []int{0}}, plan.Op(plan.OpProducts, nil, off, plan.Transpose(off, []int{1, 0})))
	return plan.Op("cast", plan.Params{"to": a.DType}, plan.Ufunc("div", nil, sums, plan.ND(n, nd.Grid{})))
}

// productNode is the plan of a product of vectors and matrices.
func productNode(a, b *plan.Node) *plan.Node {
	var vectors []int
	if b.NDim() == 1 {
		b, vectors = plan.ExpandDims(b, []int{1}), append(vectors, 1)
	}
	if a.NDim() == 1 {
		a, vectors = plan.ExpandDims(a, []int{0}), append(vectors, 0)
	}
	la, lb := a.NDim()-2, b.NDim()-2
	lead, err := nd.BroadcastShapes(a.Shape[:la], b.Shape[:lb])
	if err != nil {
		return plan.Fail(opMatMul, err, a, b)
	}
	wide := func(n *plan.Node, l int) *plan.Node { return plan.BroadcastTo(n, slices.Concat(lead, n.Shape[l:])) }
	return plan.Squeeze(plan.Op(opMatMul, nil, wide(a, la), wide(b, lb)), append([]int{}, vectors...))
}

// along calls the function that a user would.
func along(c call, args []chunkgrid.Any) chunkgrid.Any {
	switch a := args[0].(type) {
	case *chunkgrid.Array[int8]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[int16]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[int32]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[int64]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[uint8]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[uint16]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[uint32]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[uint64]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[complex64]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[complex128]:
		return alongNumbers(c, a)
	case *chunkgrid.Array[float32]:
		return alongFloats(c, a, args[1:])
	}
	return alongFloats(c, chunkgrid.As[float64](args[0]), args[1:])
}

func alongNumbers[T nd.Number](c call, a *chunkgrid.Array[T]) chunkgrid.Any {
	axis := reduce.Axis(c.int("axis") - a.NDim())
	switch c.Op {
	case opCumSum:
		return reduce.CumSum(a, axis)
	case opCumProd:
		return reduce.CumProd(a, axis)
	}
	return reduce.Diff(a, c.int("n"), axis)
}

func alongFloats[T nd.Float](c call, a *chunkgrid.Array[T], others []chunkgrid.Any) chunkgrid.Any {
	switch {
	case c.Op == opGradient:
		return reduce.Gradient(a, c.Params["x"].([]float64), reduce.Axis(c.int("axis")), reduce.EdgeOrder(c.int("edge")))
	case c.Op == opCov:
		return reduce.Cov(a, reduce.Axis(c.int("axis")), reduce.DDof(c.Params["ddof"].(float64)))
	case c.Op == opQuantile:
		return reduce.Quantile(a, c.Params["q"].([]float64), reduce.Axis(c.int("axis")), reduce.Method(c.Params["method"].(string)))
	case c.Op != opMatMul:
		return alongNumbers(c, a)
	}
	b := chunkgrid.As[T](others[0])
	if a.NDim() == 1 || b.NDim() == 1 {
		return linalg.Dot(a, b)
	}
	return linalg.MatMul(a, b)
}
