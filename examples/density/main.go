// Command density estimates how the values of an array are distributed: the counts
// of a histogram by the number of elements and the widths of the bins.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	x := rain()
	fmt.Println(x)

	// snippet: density
	edges := []float64{0, 0.5, 1, 2, 4, 8, 16, 32}
	counts := ufunc.Cast[float64](reduce.Histogram(x, edges))
	widths := reduce.Diff(chunkgrid.FromND(nd.Must(nd.FromSlice(edges))), 1)
	density := ufunc.Div(counts, ufunc.Mul(reduce.Sum(counts), widths))
	area := reduce.Sum(ufunc.Mul(density, widths))
	// end

	values, err := density.Compute(ctx)
	check(err)
	for i, v := range values.Data() {
		fmt.Printf("%4g to %-4g %.10f\n", edges[i], edges[i+1], v)
	}
	whole, err := area.Value(ctx)
	check(err)
	fmt.Printf("area %.10f\n", whole)
}

// rain has many small values, few large ones, and some beyond the last bin.
func rain() *chunkgrid.Array[float64] {
	return chunkgrid.FromFunc("", []int{400, 500}, nd.Sizes(100, 250), func(dst []float64, box nd.Box) {
		for i := range dst {
			row, column := box.Start[0]+i/box.Shape[1], box.Start[1]+i%box.Shape[1]
			u := float64((row*500+column)*7919%1000) / 1000
			dst[i] = 40 * u * u * u * u
		}
	})
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
