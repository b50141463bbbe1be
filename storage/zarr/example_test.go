package zarr_test

import (
	"context"
	"fmt"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// Any Store can hold a hierarchy; this one lies in memory.
func Example() {
	ctx := context.Background()
	store := mem.NewStore()
	spec := storage.Spec{DType: nd.Int16, Shape: []int{2, 3}, Codecs: []string{"gzip 5"}, Order: "F", Dims: []string{"y", "x"}}
	a, err := zarr.CreateArrayStore(ctx, store, "maps/height", spec, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	if err := a.WriteChunk(ctx, []int{0, 0}, nd.AsBytes([]int16{1, 2, 3, 4, 5, 6})); err != nil {
		fmt.Println(err)
		return
	}
	if err := a.Commit(ctx); err != nil {
		fmt.Println(err)
		return
	}
	r, _, err := zarr.OpenStore(ctx, store, "maps/height")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	fmt.Println(r.Meta().Format, r.Meta().DType, r.Meta().Shape, r.Meta().Dims, r.Meta().Codecs)
	chunk := make([]int16, 6)
	present, err := r.ReadChunk(ctx, []int{0, 0}, nd.AsBytes(chunk))
	fmt.Println(chunk, present, err)
	// Output:
	// Zarr v3 int16 [2 3] [y x] [transpose (1, 0) gzip 5]
	// [1 2 3 4 5 6] true <nil>
}

func ExampleFillJSON() {
	v, err := zarr.FillJSON(nd.Uint64, nd.AsBytes([]uint64{1<<64 - 1}))
	fmt.Println(v, err)
	// Output: 18446744073709551615 <nil>
}
