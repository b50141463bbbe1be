// Command reshaping lays 21 days of temperatures out as weeks, in C and in F
// order, and turns, flattens, repeats and stacks them.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

func main() {
	log.SetFlags(0)
	days := chunkgrid.FromND(nd.Must(nd.FromInts([]int{
		14, 17, 15, 19, 22, 21, 18, 16, 13, 12, 15, 18, 20, 23, 24, 22, 19, 17, 17, 18, 20,
	})))

	// snippet: reshape
	weeks := days.Reshape(3, 7) // a row is a week
	show("reshape(3, 7)", weeks)
	show("reshape(7, 3), order F", days.ReshapeF(7, 3)) // a column is a week
	show("reshape(7, 3), order C", days.Reshape(7, -1)) // -1: whatever is left
	// end

	// snippet: transpose
	show("transpose", weeks.Transpose())
	show("flatten", weeks.Flatten())
	show("flatten, order F", weeks.FlattenF()) // all Mondays, all Tuesdays …
	// end

	// snippet: join
	weekend := weeks.Slice(nd.All, nd.From(5))
	show("repeat each of [:, 5:] twice along axis 1", weekend.Repeat(1, 2))
	show("stack Saturdays, Sundays", chunkgrid.Stack(0, weeks.Slice(nd.All, nd.At(5)), weeks.Slice(nd.All, nd.At(6))))
	show("concatenate [:, :1], [:, 5:]", chunkgrid.Concatenate(1, weeks.Slice(nd.All, nd.To(1)), weekend))
	// end
}

// show computes an array and prints it below its name.
func show(name string, a chunkgrid.Any) {
	v, err := chunkgrid.ComputeDyn(context.Background(), a)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n%v\n\n", name, v)
}
