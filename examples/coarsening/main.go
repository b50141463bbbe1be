// Command coarsening makes a grid four times as coarse, by means weighted by area
// of what isn't missing. A reshape that splits axes on the edges of chunks moves
// nothing.
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

const nt, nlat, nlon = 12, 96, 144

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	x, area := field(), areas()

	// snippet: coarsening
	b := x.Reshape(nt, nlat/4, 4, nlon/4, 4)
	weights := area.Reshape(nlat/4, 4, 1, 1)
	present := ufunc.Where(ufunc.IsNaN(b), weights.Scalar(0), weights) // no weight where there is no value
	coarse := ufunc.Div(reduce.NaNSum(ufunc.Mul(b, weights), reduce.Axis(2, 4)), reduce.Sum(present, reduce.Axis(2, 4)))
	// end
	fmt.Println(x)
	fmt.Println(b)
	fmt.Println(coarse)

	// snippet: explain
	how, err := coarse.Explain(chunkgrid.Memory(64 << 20))
	check(err)
	for _, s := range how.Stages {
		fmt.Printf("%s: %d tasks\n", s.Name, s.Tasks)
	}
	// end

	corner, err := coarse.SliceText("0, :3, :4").Compute(ctx)
	check(err)
	for i := range 3 {
		fmt.Printf("%.6f\n", corner.Data()[4*i:4*i+4])
	}
	mean, err := reduce.Mean(coarse).Value(ctx)
	check(err)
	fmt.Printf("mean %.9f\n", mean)
}

// field is a value for each month and place, one in eleven missing.
func field() *chunkgrid.Array[float64] {
	return chunkgrid.FromFunc("", []int{nt, nlat, nlon}, nd.Sizes(6, 48, 72), func(dst []float64, box nd.Box) {
		for i := range dst {
			t, lat, lon := box.Start[0]+i/(box.Shape[1]*box.Shape[2]), box.Start[1]+i/box.Shape[2]%box.Shape[1], box.Start[2]+i%box.Shape[2]
			n := (t*nlat+lat)*nlon + lon
			if dst[i] = float64(n*7919%1001) / 8; n*5%11 == 0 {
				dst[i] = math.NaN()
			}
		}
	})
}

// areas are the relative areas of cells at the latitudes.
func areas() *chunkgrid.Array[float64] {
	lat := ufunc.Add(ufunc.Mul(chunkgrid.Arange[float64](0, nlat, 1, nd.Sizes(48)), 180.0/nlat), -90+90.0/nlat)
	return ufunc.Cos(ufunc.Mul(lat, math.Pi/180))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
