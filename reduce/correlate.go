package reduce

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Correlate returns the sums of neighbours along an axis, the last unless Axis or Dim
// names one, that are multiplied by weights: element i of the result is
// weights[0]*a[i] + weights[1]*a[i+1] + …, as NumPy's correlate in its mode "valid", so
// that the axis gets len(weights)-1 shorter. It is for filters, one axis after the
// other where they are products; a convolution has the weights in reverse. For elements
// beyond the ends correlate Pad's result. It is computed in float64, in the order of the
// weights.
func Correlate[T nd.Float](a *chunkgrid.Array[T], weights []float64, opts ...Option) *chunkgrid.Array[T] {
	k, ok, err := oneAxis(opCorrelate, a, opts)
	if err == nil && !ok {
		k, err = nd.NormAxis(opCorrelate, -1, a.NDim())
	}
	if err != nil || a.Err() != nil {
		return chunkgrid.Failed[T](opCorrelate, err, a)
	}
	return castTo[T](chunkgrid.Op[float64](opCorrelate, plan.Params{"axis": k, "weights": slices.Clone(weights)}, inFloat64(a)))
}

// opCorrelate is the box operation: sums of neighbours along axis "axis", times "weights".
const opCorrelate = "correlate"

func init() {
	plan.RegisterBoxOp(&plan.BoxOp{Name: opCorrelate, Infer: inferCorrelate, Eval: evalCorrelate,
		Inputs: func(n *plan.Node, box nd.Box) []nd.Box {
			return neighbours(box, n.Params["axis"].(int), len(n.Params["weights"].([]float64)))
		}})
}

func inferCorrelate(p plan.Params, args []*plan.Node) (r plan.Result, err error) {
	k, isAxis := p["axis"].(int)
	w, isWeights := p["weights"].([]float64)
	if len(args) != 1 || !isAxis || !isWeights || k < 0 || k >= args[0].NDim() || args[0].DType != nd.Float64 {
		return r, fmt.Errorf("%d arguments and parameters %v, want an array of float64, an axis and weights", len(args), p)
	}
	if n := args[0].Shape[k]; len(w) < 1 || len(w) > n {
		return r, fmt.Errorf("%d weights along axis %d of length %d: %w", len(w), k, n, nd.ErrShape)
	}
	return shortened(args[0], k, len(w))
}

func evalCorrelate(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	k, weights := n.Params["axis"].(int), n.Params["weights"].([]float64)
	row := size(box.Shape[k+1:])
	given, made := boxes[0].Shape[k]*row, box.Shape[k]*row
	times, plus := loopOf("mul"), loopOf("add")
	out, x, product := nd.AsSlice[float64](dst), nd.AsSlice[float64](in[0]), make([]float64, kernel.Tile)
	for range size(box.Shape[:k]) {
		for at := 0; at < made; at += kernel.Tile {
			sum := out[at:min(at+kernel.Tile, made)]
			term := product[:len(sum)]
			for j := range weights {
				args := [][]byte{nd.AsBytes(x[at+j*row:][:len(sum)]), nd.AsBytes(weights[j : j+1])}
				if j == 0 {
					times(nd.AsBytes(sum), args)
					continue
				}
				times(nd.AsBytes(term), args)
				plus(nd.AsBytes(sum), [][]byte{nd.AsBytes(sum), nd.AsBytes(term)})
			}
		}
		out, x = out[made:], x[given:]
	}
	return nil
}

// loopOf returns the loop of an operation on two arguments of float64.
func loopOf(name string) kernel.Loop {
	u, _ := kernel.LookupUfunc(name)
	return u.Bind(nil, []nd.DType{nd.Float64, nd.Float64})
}
