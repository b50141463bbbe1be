package nd_test

import (
	"fmt"

	"github.com/ndgrid/ndgrid/nd"
)

func Example() {
	days := nd.Must(nd.Arange[float64](0, 21, 1))
	weeks := nd.Must(days.Reshape(3, 7))
	fmt.Println(weeks)
	fmt.Println(nd.Must(weeks.SliceText("0::2, ::3")))
	fmt.Println(nd.Must(weeks.Slice(nd.At(-1), nd.From(4).By(-2))))
	// Output:
	// [[ 0.  1.  2.  3.  4.  5.  6.]
	//  [ 7.  8.  9. 10. 11. 12. 13.]
	//  [14. 15. 16. 17. 18. 19. 20.]]
	// [[ 0.  3.  6.]
	//  [14. 17. 20.]]
	// [18. 16. 14.]
}

func ExampleArray_ReshapeF() {
	a := nd.Must(nd.FromInts([]int{0, 1, 2, 3, 4, 5}))
	fmt.Println(nd.Must(a.ReshapeF(2, 3)))
	// Output:
	// [[0 2 4]
	//  [1 3 5]]
}

func ExampleArray_Assign() {
	a := nd.Must(nd.Zeros[int32](3, 4))
	inner := nd.Must(a.Slice(nd.From(1), nd.Span(1, 3))) // shares memory
	if err := inner.Assign(nd.Must(nd.FromSlice([]int32{7, 8}))); err != nil {
		fmt.Println(err)
	}
	fmt.Println(a)
	// Output:
	// [[0 0 0 0]
	//  [0 7 8 0]
	//  [0 7 8 0]]
}

func ExampleArray_WithDType() {
	a := nd.Must(nd.FromSlice([]nd.Datetime{0, 31, 59}))
	fmt.Println(nd.Must(a.WithDType(nd.Datetime64("D"))))
	// Output: ['1970-01-01' '1970-02-01' '1970-03-01']
}

func ExampleConcatenate() {
	a := nd.Must(nd.Full[uint8](1, 2, 2))
	b := nd.Must(nd.Full[uint8](2, 2, 1))
	fmt.Println(nd.Must(nd.Concatenate(1, a, b)))
	_, err := nd.Concatenate(0, a, b)
	fmt.Println(err)
	// Output:
	// [[1 1 2]
	//  [1 1 2]]
	// nd.Concatenate: shapes [2 2] and [2 1] differ in more than axis 0
}

func ExampleAs() {
	var d nd.Dyn = nd.Must(nd.NewDyn(nd.Float32, []int{2}))
	if a, err := nd.As[float32](d); err == nil {
		a.Set(1.5, 0)
	}
	fmt.Println(d.DType(), d)
	// Output: float32 [1.5 0. ]
}

func ExampleParseChunks() {
	c := nd.Must(nd.ParseChunks("366, auto"))
	g := nd.Must(c.Grid([]int{14610, 4000}, 8))
	fmt.Println(g, g.Len(), "chunks")
	// Output: (366, 4000) 40 chunks
}

func ExampleGrid_ViewAxis() {
	g := nd.Must(nd.NewGrid([]int{100}, []int{30}))
	every7th := g.ViewAxis(0, 99, -7, 15)
	fmt.Println(every7th, every7th.NumChunks())
	// Output: (2 4 4 …) [4]
}
