package random_test

import (
	"context"
	"fmt"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/random"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// An array of a seed is the same in any chunks, and nothing of it is stored.
func Example() {
	ctx := context.Background()
	x := random.Normal[float64](42, []int{5_000, 200}, nd.Sizes(1000, 200))
	y := random.Normal[float64](42, []int{5_000, 200}, nd.Sizes(-1, 13))
	fmt.Println(x)
	fmt.Println(reduce.All(ufunc.Equal(x, y)).Value(ctx))
	fmt.Println(x.SliceText("4999, -3:").Compute(ctx))
	// Output:
	// float64 (5000, 200)  chunks (1000, 200), 5 chunks, 7.6 MiB, not computed
	// true <nil>
	// [ 0.20217012 -0.03131252  0.27204695] <nil>
}

// The share of random points in a square that lie in its circle is pi/4.
func ExampleUniform() {
	p := random.Uniform[float64](1, []int{2, 1_000_000}, nd.Sizes(2, 100_000))
	inside := ufunc.Less(reduce.Sum(ufunc.Mul(p, p), reduce.Axis(0)), 1)
	n, err := reduce.CountNonzero(inside).Value(context.Background())
	fmt.Printf("%.3f %v\n", 4*float64(n)/1e6, err)
	// Output: 3.142 <nil>
}

// A thousand throws of a die.
func ExampleIntegers() {
	die := random.Integers[int64](7, 1, 7, []int{1000}, nd.Auto)
	fmt.Println(die.SliceText(":12").Compute(context.Background()))
	// Output: [2 3 5 4 5 4 6 5 4 3 3 1] <nil>
}
