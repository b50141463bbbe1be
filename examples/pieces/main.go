// Command pieces sums an array of 1000 numbers in four chunks: by hand, offset by
// offset, and in one call; and draws what that call does.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
)

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	// snippet: array
	squares := make([]int64, 1000)
	for i := range squares {
		squares[i] = int64(i * i)
	}
	x := chunkgrid.FromND(nd.Must(nd.FromSlice(squares)), nd.Sizes(250))
	fmt.Println(x)
	// end
	fmt.Println()

	// snippet: offsets
	total := int64(0)
	for offset := 0; offset < 1000; offset += 250 {
		part, err := reduce.Sum(x.Slice(nd.Span(offset, offset+250))).Value(ctx)
		check(err)
		fmt.Printf("x[%d:%d] %d\n", offset, offset+250, part)
		total += part
	}
	fmt.Println("by offsets", total)
	// end
	fmt.Println()

	// snippet: call
	sum := reduce.Sum(x)
	v, err := sum.Value(ctx)
	check(err)
	fmt.Println("in one call", v)
	// end
	fmt.Println()

	// snippet: picture
	fmt.Print(chunkgrid.DOT(chunkgrid.Picture{Chunks: true}, sum)) // SVG draws it, with boxes from left to right
	// end
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
