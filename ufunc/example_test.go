package ufunc_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// Anomalies of temperatures from the mean over time, in units of their
// standard deviation. Nothing is computed before Compute.
func Example() {
	kelvin := nd.Must(nd.FromSlice([]float32{280, 290, 284, 291, 288, 292}, 3, 2))
	t := chunkgrid.FromND(kelvin, nd.Sizes(2, 2)).Named("time", "station")
	celsius := ufunc.Sub(t, 273)
	score := ufunc.Div(ufunc.Sub(celsius, reduce.Mean(celsius, reduce.Dim("time"))), reduce.Std(celsius, reduce.Dim("time")))
	fmt.Println(score)
	v, err := score.Compute(context.Background())
	fmt.Println(v, err)
	// Output:
	// float32 (time 3, station 2)  chunks (2, 2), 2 chunks, 24 B, not computed
	// [[-1.2247448 -1.2247448]
	//  [ 0.         0.       ]
	//  [ 1.2247448  1.2247448]] <nil>
}

// A fill value becomes NaN, which the mean then leaves out.
func ExampleWhere() {
	raw := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{1, -999, 3})))
	t := ufunc.Where(ufunc.Equal(raw, -999), raw.Scalar(math.NaN()), raw)
	fmt.Println(reduce.NaNMean(t).Value(context.Background()))
	// Output: 2 <nil>
}

func ExampleCast() {
	counts := chunkgrid.FromND(nd.Must(nd.FromSlice([]int16{1, 2, 4})))
	fmt.Println(reduce.Mean(ufunc.Cast[float64](counts)).Value(context.Background()))
	fmt.Println(ufunc.Cast[uint8](ufunc.Mul(counts, -1)).Compute(context.Background()))
	// Output:
	// 2.3333333333333335 <nil>
	// [255 254 252] <nil>
}

func ExampleMap() {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{0, 90, 180})))
	compass := ufunc.Map(x, func(degrees float64) int8 { return int8(degrees / 45) })
	fmt.Println(compass.Compute(context.Background()))
	// Output: [0 2 4] <nil>
}

var fahrenheit = ufunc.Register("example.fahrenheit", func(c float32) float32 { return c*9/5 + 32 })

// A registered function is used like those of the package; plans with it can
// run in other processes.
func ExampleRegister() {
	c := chunkgrid.FromND(nd.Must(nd.FromSlice([]float32{-40, 0, 100})))
	fmt.Println(fahrenheit(c).Compute(context.Background()))
	// Output: [-40.  32. 212.] <nil>
}

func ExampleSub_error() {
	a := chunkgrid.FromND(nd.Must(nd.Zeros[float64](3, 4)))
	b := chunkgrid.FromND(nd.Must(nd.Zeros[float64](5)))
	fmt.Println(ufunc.Sub(a, b).Err())
	// Output: example_test.go:68: ufunc.Sub: shapes [3 4] and [5] do not broadcast: wrong shape
}

func ExampleRoundTo() {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{3.14159, 0.125, -27.1828})))
	fmt.Println(ufunc.RoundTo(x, 2).Compute(context.Background()))
	fmt.Println(ufunc.RoundTo(x, -1).Compute(context.Background()))
	// Output:
	// [  3.14   0.12 -27.18] <nil>
	// [  0.   0. -30.] <nil>
}

// Ages in groups: below 18, from 18, and from 65 on.
func ExampleDigitize() {
	ages := chunkgrid.FromND(nd.Must(nd.FromSlice([]int32{3, 18, 64, 65, 17})))
	fmt.Println(ufunc.Digitize(ages, []float64{18, 65}, false).Compute(context.Background()))
	// Output: [0 1 1 2 0] <nil>
}

// Temperatures of a sensor, from its table of voltages.
func ExampleInterp() {
	volts := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{0.5, 1.25, 3})))
	fmt.Println(ufunc.Interp(volts, []float64{0, 1, 2}, []float64{-20, 5, 40}).Compute(context.Background()))
	// Output: [-7.5  13.75 40.  ] <nil>
}
