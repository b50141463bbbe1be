package reduce_test

import (
	"context"
	"fmt"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
)

// What fell from one reading to the next.
func ExampleDiff() {
	level := chunkgrid.FromND(nd.Must(nd.FromSlice([]float32{3, 4, 4.5, 2})), nd.Sizes(2))
	fmt.Println(reduce.Diff(level, 1).Compute(context.Background()))
	// Output: [ 1.   0.5 -2.5] <nil>
}

// Rain since the first hour, whatever the chunks.
func ExampleCumSum() {
	rain := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{0, 1, 0.5, 2, 0, 0.25}, 3, 2)), nd.Sizes(1, 2)).Named("hour", "gauge")
	fmt.Println(reduce.CumSum(rain, reduce.Dim("hour")).Compute(context.Background()))
	// Output:
	// [[0.   1.  ]
	//  [0.5  3.  ]
	//  [0.5  3.25]] <nil>
}

func ExampleCumProd() {
	growth := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{2, 1.5, 0.5})))
	fmt.Println(reduce.CumProd(growth).Compute(context.Background()))
	// Output: [2.  3.  1.5] <nil>
}
