package reduce_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// The spread around the mean of every station. The mean, the anomaly and its
// standard deviation read the data chunk by chunk; only the results are in
// memory.
func Example() {
	ctx := context.Background()
	t := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{7, 17, 12, 20, 17, 23}, 3, 2)), nd.Sizes(1, 2)).Named("time", "station")
	mean := reduce.Mean(t, reduce.Dim("time"))
	anomaly := ufunc.Sub(t, mean)
	fmt.Println(mean.Compute(ctx))
	fmt.Println(reduce.Std(anomaly, reduce.Axis(0), reduce.DDof(1)).Compute(ctx))
	fmt.Println(reduce.Max(ufunc.Abs(anomaly)).Value(ctx))
	// Output:
	// [12. 20.] <nil>
	// [5. 3.] <nil>
	// 5 <nil>
}

func ExampleKeepDims() {
	counts := chunkgrid.FromND(nd.Must(nd.FromSlice([]float32{1, 3, 2, 2}, 2, 2)))
	share := ufunc.Div(counts, reduce.Sum(counts, reduce.Axis(1), reduce.KeepDims()))
	fmt.Println(share.Compute(context.Background()))
	// Output:
	// [[0.25 0.75]
	//  [0.5  0.5 ]] <nil>
}

// Along several axes the index counts through them in C order.
func ExampleArgMax() {
	a := chunkgrid.FromND(nd.Must(nd.FromSlice([]int32{3, 9, 4, 9, 1, 0}, 2, 3)))
	fmt.Println(reduce.ArgMax(a).Value(context.Background()))
	fmt.Println(reduce.ArgMax(a, reduce.Axis(0)).Compute(context.Background()))
	// Output:
	// 1 <nil>
	// [1 0 0] <nil>
}

// Sums of integers are exact or an error, never a wrapped number.
func ExampleSum() {
	a := chunkgrid.FromND(nd.Must(nd.FromSlice([]int8{100, 100})))
	_, err := reduce.Sum(a).Value(context.Background())
	fmt.Println(err != nil)
	fmt.Println(reduce.Sum(ufunc.Cast[int64](a)).Value(context.Background()))
	// Output:
	// true
	// 200 <nil>
}

// Percentiles along time, exact, at every place.
func ExampleQuantile() {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{5, 10, 1, 20, 3, 40, 2, 30, 4, 50}, 5, 2)), nd.Sizes(2, 1)).Named("time", "x")
	p := reduce.Quantile(x, []float64{0.05, 0.5, 0.95}, reduce.Dim("time"))
	fmt.Println(p.Compute(context.Background()))
	// Output:
	// [[ 1.2 12. ]
	//  [ 3.  30. ]
	//  [ 4.8 48. ]] <nil>
}

// What is missing, as NaN, is left out.
func ExampleNaNMedian() {
	nan := math.NaN()
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{5, nan, 1, nan, 3, 40, 2, nan, 4, 50}, 5, 2))).Named("time", "x")
	fmt.Println(reduce.NaNMedian(x, reduce.Dim("time")).Compute(context.Background()))
	// Output: [ 3. 45.] <nil>
}

// The mean of each season, and how far each month is from it.
func ExampleBy() {
	months := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{1, 2, 3, 4, 5, 6, 7, 8}, 8))).Named("time")
	season := []int{0, 0, 1, 1, 1, 0, 0, 0} // of each month
	mean := reduce.Mean(months, reduce.Dim("time"), reduce.By(season, 2))
	fmt.Println(mean.Compute(context.Background()))
	fmt.Println(ufunc.Sub(months, mean.Take(0, season)).Compute(context.Background()))
	// Output:
	// [4.8 4. ] <nil>
	// [-3.8 -2.8 -1.   0.   1.   1.2  2.2  3.2] <nil>
}

func ExampleHistogram() {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{0.5, 1, 1.5, 2, 3, 7})))
	edges := nd.Must(nd.Linspace(0.0, 3, 4))
	fmt.Println(edges)
	fmt.Println(reduce.Histogram(x, edges.Data()).Compute(context.Background()))
	// Output:
	// [0. 1. 2. 3.]
	// [1 2 2] <nil>
}

func ExampleBincount() {
	month := chunkgrid.FromND(nd.Must(nd.FromSlice([]int8{0, 2, 2, 1, 2})))
	fmt.Println(reduce.Bincount(month, 4).Compute(context.Background()))
	// Output: [1 1 3 0] <nil>
}
