package conformance

import (
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
)

// What counts elements by their value, or sums the weights of a second argument.
const (
	opHistogram = "histogram"
	opBincount  = "bincount"
)

// hasBins reports whether elements of a dtype are counted.
func hasBins(op string, dt nd.DType) bool {
	return dt.IsInteger() || op == opHistogram && (dt == nd.Float32 || dt == nd.Float64)
}

// bins returns a call that counts the elements of value v, or false where it has none.
func (b *builder) bins(op string, v int) (c call, ok bool, err error) {
	r := b.r
	if !hasBins(op, b.nodes[v].DType) {
		return c, false, nil
	}
	c = call{Op: op, Params: plan.Params{}}
	switch {
	case op == opHistogram:
		c.Params["edges"] = b.edges()
	case r.IntN(4) == 0: // most elements are beyond the bins, which is an error
		c.Params["n"] = r.IntN(9)
	default:
		c.Params["n"] = 256
		if v, err = b.call(call{Op: "cast", Args: []int{v}, Params: plan.Params{"to": nd.Uint8}}); err != nil {
			return c, false, err
		}
	}
	c.Args = []int{v}
	if r.IntN(2) == 0 {
		weights, err := b.input(nd.Float64, b.nodes[v].Shape)
		if err != nil {
			return c, false, err
		}
		c.Args = append(c.Args, weights)
	}
	return c, true, nil
}

// edges returns those of random bins, or of some of one width.
func (b *builder) edges() []float64 {
	n := 2 + b.r.IntN(12)
	if b.r.IntN(2) == 0 {
		return nd.Must(nd.Linspace(b.r.NormFloat64()-3, b.r.NormFloat64()+3, n)).Data()
	}
	edges := b.finite(n)
	slices.Sort(edges)
	return edges
}

// finite returns n numbers that JSON can say; it knows no -0 either.
func (b *builder) finite(n int) []float64 {
	v := nd.AsSlice[float64](elements(b.r, nd.Float64, n, b.taste))
	for i, e := range v {
		if e-e != 0 || e == 0 {
			v[i] = float64(i)
		}
	}
	return v
}

// binsNode is the plan of a call that counts: a row of bins for every chunk, summed.
func (c call) binsNode(args []*plan.Node) *plan.Node {
	return plan.Op("sum", plan.Params{"axes": []int{0}}, plan.Op(c.Op, c.Params, args...))
}

// count calls the function that a user would.
func count(c call, args []chunkgrid.Any) chunkgrid.Any {
	switch a := args[0].(type) {
	case *chunkgrid.Array[int8]:
		return countIntegers(c, a, args[1:])
	case *chunkgrid.Array[int16]:
		return countIntegers(c, a, args[1:])
	case *chunkgrid.Array[int32]:
		return countIntegers(c, a, args[1:])
	case *chunkgrid.Array[int64]:
		return countIntegers(c, a, args[1:])
	case *chunkgrid.Array[uint8]:
		return countIntegers(c, a, args[1:])
	case *chunkgrid.Array[uint16]:
		return countIntegers(c, a, args[1:])
	case *chunkgrid.Array[uint32]:
		return countIntegers(c, a, args[1:])
	case *chunkgrid.Array[uint64]:
		return countIntegers(c, a, args[1:])
	case *chunkgrid.Array[float32]:
		return histogram(c, a, args[1:])
	}
	return histogram(c, chunkgrid.As[float64](args[0]), args[1:])
}

func countIntegers[T nd.Integer](c call, a *chunkgrid.Array[T], weights []chunkgrid.Any) chunkgrid.Any {
	switch {
	case c.Op == opHistogram:
		return histogram(c, a, weights)
	case len(weights) == 0:
		return reduce.Bincount(a, c.int("n"))
	}
	return reduce.WeightedBincount(a, chunkgrid.As[float64](weights[0]), c.int("n"))
}

func histogram[T nd.Real](c call, a *chunkgrid.Array[T], weights []chunkgrid.Any) chunkgrid.Any {
	edges := c.Params["edges"].([]float64)
	if len(weights) == 0 {
		return reduce.Histogram(a, edges)
	}
	return reduce.WeightedHistogram(a, chunkgrid.As[float64](weights[0]), edges)
}
