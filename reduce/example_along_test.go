package reduce_test

import (
	"context"
	"fmt"
	"math"

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

// The two hottest days of each station, and when they were.
func ExampleTopK() {
	t := chunkgrid.FromND(nd.Must(nd.FromSlice([]float32{12, 19, 17, 22, 15, 21, 16, 18}, 4, 2)), nd.Sizes(2, 2)).Named("day", "station")
	fmt.Println(reduce.TopK(t, 2, reduce.Dim("day")).Compute(context.Background()))
	fmt.Println(reduce.ArgTopK(t, 2, reduce.Dim("day")).Compute(context.Background()))
	// Output:
	// [[17. 22.]
	//  [16. 21.]] <nil>
	// [[1 1]
	//  [3 2]] <nil>
}

// A negative k is for the least.
func ExampleArgTopK() {
	distance := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{3, 0.5, 2, 0.5})))
	fmt.Println(reduce.ArgTopK(distance, -3).Compute(context.Background()))
	// Output: [1 3 2] <nil>
}

func ExampleCumProd() {
	growth := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{2, 1.5, 0.5})))
	fmt.Println(reduce.CumProd(growth).Compute(context.Background()))
	// Output: [2.  3.  1.5] <nil>
}

// The mean of three days in a row. Pad first for windows that reach beyond the ends.
func ExampleWindow() {
	t := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{12, 15, 18, 21, 15, 12}, 6)), nd.Sizes(4)).Named("day")
	fmt.Println(reduce.Mean(t, reduce.Dim("day"), reduce.Window(3)).Compute(context.Background()))
	padded := chunkgrid.Pad(t, []int{1}, chunkgrid.Filled(math.NaN()))
	fmt.Println(reduce.NaNMean(padded, reduce.Dim("day"), reduce.Window(3)).Compute(context.Background()))
	// Output:
	// [15. 18. 18. 16.] <nil>
	// [13.5 15.  18.  18.  16.  13.5] <nil>
}

// The correlation of height and weight of five people, who are rows.
func ExampleCorrCoef() {
	people := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{1.6, 55, 1.7, 68, 1.75, 66, 1.8, 80, 1.9, 83}, 5, 2)), nd.Sizes(2, 2))
	r, err := reduce.CorrCoef(people, reduce.Axis(0)).Compute(context.Background())
	fmt.Printf("%.3f %v\n", r.At(0, 1), err)
	// Output: 0.948 <nil>
}

// The speed of something whose places were read at uneven times.
func ExampleGradient() {
	t := []float64{0, 1, 3, 4, 8}
	place := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{0, 1, 9, 16, 64})), nd.Sizes(2)) // t squared
	fmt.Println(reduce.Gradient(place, t, reduce.EdgeOrder(2)).Compute(context.Background()))
	// Output: [ 0.  2.  6.  8. 16.] <nil>
}
