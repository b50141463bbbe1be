// Command neighbours smooths a field by the mean of 3×3 places, whose chunks need
// the edges of those beside them, and counts its values in bins.
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
	x := field()

	// snippet: overlap
	smooth := chunkgrid.MapOverlap(x, []int{1, 1}, chunkgrid.Reflect, func(c *nd.Array[float64]) (*nd.Array[float64], error) {
		rows, columns := c.Shape()[0]-2, c.Shape()[1]-2 // of the chunk itself
		out, err := nd.Zeros[float64](rows, columns)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			for j := range columns {
				sum := 0.0
				for k := range 9 {
					sum += c.At(i+k/3, j+k%3)
				}
				out.Data()[i*columns+j] = sum / 9
			}
		}
		return out, nil
	})
	// end
	fmt.Println(smooth)
	corner, err := smooth.SliceText(":2, :3").Compute(ctx)
	check(err)
	fmt.Printf("corner %.6f\n", corner.Data())
	spread, err := reduce.Std(ufunc.Sub(x, smooth)).Value(ctx)
	check(err)
	fmt.Printf("spread of what was smoothed away %.6f\n", spread)
	fmt.Println()

	// snippet: histogram
	edges := nd.Must(nd.Linspace(0.0, 125, 6)).Data()
	for _, a := range []*chunkgrid.Array[float64]{x, smooth} {
		counts, err := reduce.Histogram(a, edges).Compute(ctx)
		check(err)
		fmt.Println(edges, counts.Data())
	}
	// end
}

// field has values from 0 to 125, in chunks of 100×150.
func field() *chunkgrid.Array[float64] {
	return chunkgrid.FromFunc("", []int{300, 450}, nd.Sizes(100, 150), func(dst []float64, box nd.Box) {
		for i := range dst {
			row, column := box.Start[0]+i/box.Shape[1], box.Start[1]+i%box.Shape[1]
			dst[i] = float64((row*450+column)*7919%1001) / 8
		}
	})
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
