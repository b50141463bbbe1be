package linalg_test

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/linalg"
	"github.com/ndgrid/ndgrid/nd"
)

// A product of chunked matrices is lazy, and computed chunk by chunk.
func Example() {
	a := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{1, 2, 3, 4, 5, 6}, 3, 2)), nd.Sizes(2, 2)).Named("station", "")
	gram := linalg.MatMul(a, a.T())
	fmt.Println(gram)
	fmt.Println(gram.Compute(context.Background()))
	// Output:
	// float64 (station 3, station 3)  chunks (2, 2), 4 chunks, 72 B, not computed
	// [[ 5. 11. 17.]
	//  [11. 25. 39.]
	//  [17. 39. 61.]] <nil>
}

// gonum's functions work on the array's own memory.
func ExampleToDense() {
	a := nd.Must(nd.FromSlice([]float64{4, 0, 0, 2}, 2, 2))
	m, err := linalg.ToDense(a)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mat.Trace(m))
	m.Scale(10, m)
	fmt.Println(a)
	// Output:
	// 6
	// [[40.  0.]
	//  [ 0. 20.]]
}
