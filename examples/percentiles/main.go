// Command percentiles takes percentiles along time, applies a Go function to every
// chunk, and goes through the results one chunk at a time.
package main

import (
	"context"
	"fmt"
	"log"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
)

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	x := rain()
	fmt.Println(x)

	// snippet: percentiles
	p := reduce.Quantile(x, []float64{.05, .5, .95}, reduce.Dim("time"))
	// end
	fmt.Println(p)
	v, err := p.SliceText(":, 0, :4").Compute(ctx)
	check(err)
	fmt.Println(v)

	// snippet: function
	wet := chunkgrid.MapChunks(x, func(c *nd.Array[float64]) (*nd.Array[float32], error) {
		out, err := nd.Zeros[float32](c.Shape()...)
		if err != nil {
			return nil, err
		}
		for i, mm := range c.Data() {
			out.Data()[i] = float32(math.Min(mm, 40)) // a gauge that runs over at 40 mm
		}
		return out, nil
	})
	// end
	mean, err := reduce.Mean(wet).Value(ctx)
	check(err)
	fmt.Printf("mean of the gauges %.5f\n", mean)

	// snippet: each
	type line struct {
		box  nd.Box
		full int
	}
	var lines []line
	for c, err := range wet.Each(ctx) { // one at a time, the next are being computed
		check(err)
		full := 0
		for _, mm := range c.Data.Data() {
			if mm == 40 {
				full++
			}
		}
		lines = append(lines, line{c.Box, full})
	}
	// end
	slices.SortFunc(lines, func(a, b line) int { return slices.Compare(a.box.Start, b.box.Start) })
	for _, l := range lines {
		fmt.Printf("from %v, shape %v: %d full gauges\n", l.box.Start, l.box.Shape, l.full)
	}
}

// rain is a number of millimetres for each of 1000 days and 12 × 20 places.
func rain() *chunkgrid.Array[float64] {
	return chunkgrid.FromFunc("", []int{1000, 12, 20}, nd.Sizes(500, 12, 10), func(dst []float64, box nd.Box) {
		for i := range dst {
			t, y, x := box.Start[0]+i/(box.Shape[1]*box.Shape[2]), box.Start[1]+i/box.Shape[2]%box.Shape[1], box.Start[2]+i%box.Shape[2]
			n := (t*12+y)*20 + x
			dst[i] = float64(n*7919%10007) * float64(t%40+1) / 8192
		}
	}).Named("time", "y", "x")
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
