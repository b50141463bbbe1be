package chunkgrid_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/ufunc"
)

// An expression is built at once and computed chunk by chunk.
func Example() {
	ctx := context.Background()
	week := nd.Must(nd.Must(nd.Arange[float64](0, 21, 1)).Reshape(3, 7))
	x := chunkgrid.FromND(week, nd.Sizes(2, 4))
	fmt.Println(x)

	z := ufunc.Div(ufunc.Sub(x, reduce.Mean(x, reduce.Axis(0))), reduce.Std(x, reduce.Axis(0)))
	v, err := z.SliceText("0::2, ::3").Compute(ctx, chunkgrid.Memory(64<<20))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v)
	// Output:
	// float64 (3, 7)  chunks (2, 4), 4 chunks, 168 B, not computed
	// [[-1.22474487 -1.22474487 -1.22474487]
	//  [ 1.22474487  1.22474487  1.22474487]]
}

// Run computes several results in one pass over what they share.
func ExampleRun() {
	x := chunkgrid.Arange[float64](0, 1e6, 1, nd.Sizes(100_000))
	mean, highest := nd.Scalar(0.0), nd.Scalar(0.0)
	_, err := chunkgrid.Run(context.Background(), []chunkgrid.Out{reduce.Mean(x).Into(mean), reduce.Max(x).Into(highest)})
	fmt.Println(mean, highest, err)
	// Output: 499999.5 999999.0 <nil>
}

// Save writes a store, and with Extend adds what is computed from it.
func ExampleExtend() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	url := filepath.Join(dir, "sst.zarr")
	err = chunkgrid.Save(ctx, url, chunkgrid.Vars{"celsius": chunkgrid.Arange(0.0, 4, 1, nd.Sizes(2)).Named("x")})
	fmt.Println(err)
	celsius, err := chunkgrid.Open[float64](ctx, url+"/celsius")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = chunkgrid.Save(ctx, url, chunkgrid.Vars{"kelvin": ufunc.Add(celsius, 273.15)}, chunkgrid.Extend(),
		chunkgrid.Attrs("kelvin", storage.Attrs{"units": "K"}))
	fmt.Println(err)
	kelvin, err := chunkgrid.Open[float64](ctx, url+"/kelvin")
	fmt.Println(kelvin, err)
	// Output:
	// <nil>
	// <nil>
	// float64 (x 4)  chunks (2), 2 chunks, 32 B, not computed <nil>
}

// DOT shows an expression as a graph of operations; SVG draws it.
func ExampleDOT() {
	x := chunkgrid.Full(2.0, []int{4, 6}, nd.Sizes(2, 6)).Named("y", "x")
	fmt.Println(strings.Contains(chunkgrid.DOT(chunkgrid.Picture{}, reduce.Sum(x, reduce.Dim("y"))), "sum over y"))
	// Output: true
}

// Coordinates along the axes of a grid become arrays of its shape.
func ExampleMeshgrid() {
	y, x := chunkgrid.Linspace(-90., 90, 3, nd.Auto), chunkgrid.Linspace(0., 1.5, 4, nd.Auto)
	g := chunkgrid.Meshgrid(y, x)
	fmt.Println(ufunc.Add(g[0], g[1]).Compute(context.Background()))
	// Output:
	// [[-90.  -89.5 -89.  -88.5]
	//  [  0.    0.5   1.    1.5]
	//  [ 90.   90.5  91.   91.5]] <nil>
}

// A matrix of zeros with a vector on its diagonal takes no memory until it is computed.
func ExampleDiag() {
	v := chunkgrid.Arange[int32](1, 4, 1, nd.Sizes(2))
	fmt.Println(chunkgrid.Diag(v).Compute(context.Background()))
	fmt.Println(chunkgrid.Eye[int32](2, 4, 1, nd.Auto).Compute(context.Background()))
	// Output:
	// [[1 0 0]
	//  [0 2 0]
	//  [0 0 3]] <nil>
	// [[0 1 0 0]
	//  [0 0 1 0]] <nil>
}

// The mean of every element and its neighbours; beyond the ends lies the last
// element again.
func ExampleMapOverlap() {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{0, 3, 6, 0, 0, 12})), nd.Sizes(2))
	smooth := chunkgrid.MapOverlap(x, []int{1}, chunkgrid.Nearest, func(c *nd.Array[float64]) (*nd.Array[float64], error) {
		r := make([]float64, c.Size()-2)
		for i := range r {
			r[i] = (c.At(i) + c.At(i+1) + c.At(i+2)) / 3
		}
		return nd.FromSlice(r)
	})
	fmt.Println(smooth.Compute(context.Background()))
	// Output: [1. 3. 3. 2. 4. 8.] <nil>
}

func ExamplePad() {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]int32{1, 2, 3})))
	fmt.Println(chunkgrid.Pad(x, []int{2}, chunkgrid.Reflect).Compute(context.Background()))
	fmt.Println(chunkgrid.Pad(x, []int{1}, chunkgrid.Filled(int32(0))).Compute(context.Background()))
	// Output:
	// [2 1 1 2 3 3 2] <nil>
	// [0 1 2 3 0] <nil>
}

// The greatest element of every chunk: an array of one element for each.
func ExampleMapChunks() {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{3, 1, 4, 1, 5, 9, 2, 6}, 2, 4)), nd.Sizes(1, 2))
	grid := nd.Must(nd.NewGrid(x.NumChunks(), []int{1, 1}))
	peaks := chunkgrid.MapChunks(x, func(c *nd.Array[float64]) (*nd.Array[float64], error) {
		return nd.FromSlice([]float64{slices.Max(c.Data())}, 1, 1)
	}, grid)
	fmt.Println(peaks.Compute(context.Background()))
	// Output:
	// [[3. 4.]
	//  [9. 6.]] <nil>
}

// The chunks of two arrays, of two dtypes.
func ExampleMapChunks2() {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{3, 1, 4, 1})), nd.Sizes(2))
	valid := chunkgrid.FromND(nd.Must(nd.FromSlice([]bool{true, false, true, true})))
	kept := chunkgrid.MapChunks2(x, valid, func(c *nd.Array[float64], valid *nd.Array[bool]) (*nd.Array[float64], error) {
		c = c.Copy()
		for i, ok := range valid.Data() {
			if !ok {
				c.Data()[i] = -1
			}
		}
		return c, nil
	})
	fmt.Println(kept.Compute(context.Background()))
	// Output: [ 3. -1.  4.  1.] <nil>
}

// The half of the globe behind the date line comes first.
func ExampleArray_Roll() {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{0, 90, 180, 270})), nd.Sizes(2)).Named("lon")
	fmt.Println(x.Roll(0, 2).Compute(context.Background()))
	fmt.Println(x.Flip().Compute(context.Background()))
	// Output:
	// [180. 270.   0.  90.] <nil>
	// [270. 180.  90.   0.] <nil>
}
