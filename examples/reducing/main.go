// Command reducing computes means over one axis, the other, and both, and how
// far every value is from the mean of its column.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	. "github.com/ndgrid/ndgrid/reduce"
	. "github.com/ndgrid/ndgrid/ufunc"
)

func main() {
	log.SetFlags(0)
	days := chunkgrid.FromND(nd.Must(nd.FromInts([]int{
		14, 17, 15, 19, 22, 21, 18, 16, 13, 12, 15, 18, 20, 23, 24, 22, 19, 17, 17, 18, 20,
	})))

	// snippet: mean
	week := Cast[float64](days.Reshape(3, 7)).Named("week", "day")
	show("mean over both axes", Mean(week, Axis(0, 1)))
	show("mean of every day", Mean(week, Axis(0)))
	show("mean of every week", Mean(week, Dim("day")))
	// end

	// snippet: others
	show("warmest of every week", Max(week, Dim("day")))
	show("and on which day", ArgMax(week, Dim("day")))
	show("days above 20", CountNonzero(Greater(week, 20)))
	// end

	// snippet: zscore
	z := Div(Sub(week, Mean(week, Axis(0))), Std(week, Axis(0)))
	show("z-scores", RoundTo(z, 2))
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
