package kernel

import (
	"fmt"
	"testing"

	"github.com/ndgrid/ndgrid/nd"
)

func TestSmoke(t *testing.T) {
	fmt.Println(Ufuncs(), Reductions())
	x := make([]float64, 1000)
	for i := range x {
		x[i] = float64(i)
	}
	for _, name := range []string{"sum", "mean", "std", "max", "argmax", "nanstd", "prod", "any"} {
		r, _ := LookupReduction(name)
		out, err := r.Result(nil, nd.Float64)
		red := r.Bind(nil, nd.Float64)
		st := make([]byte, red.StateSize())
		red.Init(st)
		red.Run(st, nd.AsBytes(x), 0)
		dst := make([]byte, 8)
		red.Finish(dst, st)
		fmt.Println(name, out, err, nd.AsSlice[float64](dst), nd.AsSlice[int64](dst))
	}
}
