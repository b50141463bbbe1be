// Command masking takes the mean of temperatures of which some are missing: a
// fill value stands for them, which becomes NaN and is left out.
package main

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	const fill = -999

	// snippet: masking
	raw := kelvin(fill)
	t := ufunc.Where(ufunc.Equal(raw, fill), raw.Scalar(math.NaN()), raw)
	mean, err := reduce.NaNMean(ufunc.Sub(t, 273.15)).Value(ctx)
	// end
	check(err)
	fmt.Println(raw)
	fmt.Printf("mean of all numbers   %.6f\n", value(ctx, ufunc.Sub(reduce.Mean(raw), 273.15)))
	fmt.Printf("mean of what is there %.6f\n", mean)

	// snippet: counting
	isMissing := ufunc.IsNaN(t)
	count, err := reduce.CountNonzero(isMissing).Value(ctx)
	// end
	check(err)
	fmt.Printf("missing               %d of %d\n", count, t.Size())

	// snippet: rows
	rows, err := reduce.NaNMax(t, reduce.Dim("lon")).Slice(nd.Span(0, 4)).Compute(ctx)
	// end
	check(err)
	fmt.Println("warmest of four rows ", rows)
}

// kelvin are temperatures, one in seven of which is missing.
func kelvin(fill float64) *chunkgrid.Array[float64] {
	return chunkgrid.FromFunc("", []int{180, 360}, nd.Sizes(45, 360), func(dst []float64, box nd.Box) {
		for i := range dst {
			n := (box.Start[0]+i/box.Shape[1])*360 + box.Start[1] + i%box.Shape[1]
			if dst[i] = 250 + float64(n*7919%1001)/16; n*31%7 == 3 {
				dst[i] = fill
			}
		}
	}).Named("lat", "lon")
}

func value(ctx context.Context, a *chunkgrid.Array[float64]) float64 {
	v, err := a.Value(ctx)
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
