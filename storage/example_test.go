package storage_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

func Example() {
	ctx := context.Background()
	tmp, err := os.MkdirTemp("", "ndgrid")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(tmp)
	if err := save(ctx, filepath.Join(tmp, "air.zarr")); err != nil {
		fmt.Println(err)
		return
	}
	a, err := storage.OpenArray(ctx, filepath.Join(tmp, "air.zarr", "temp"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	m := a.Meta()
	units, err := storage.Attr[string](m.Attrs, "units")
	fmt.Println(m.DType, m.Shape, m.Dims, m.ReadGrid, m.Codecs, units, err)
	row := make([]float32, 3)
	err = storage.ReadBox(ctx, a, nd.Box{Start: []int{1, 0}, Shape: []int{1, 3}}, nd.AsBytes(row))
	fmt.Println(row, err)
	// Output:
	// float32 [2 3] [y x] (1, 3) [zstd 3] K <nil>
	// [4 5 6] <nil>
}

// save writes a store with one array.
func save(ctx context.Context, path string) error {
	g, err := storage.Create(ctx, path, nil)
	if err != nil {
		return err
	}
	defer g.Close()
	grid, err := nd.NewGrid([]int{2, 3}, []int{1, 3})
	if err != nil {
		return err
	}
	a, err := g.CreateArray(ctx, "temp", storage.Spec{
		DType: nd.Float32, Shape: []int{2, 3}, Chunks: grid, Dims: []string{"y", "x"}, Attrs: storage.Attrs{"units": "K"},
	})
	if err != nil {
		return err
	}
	defer a.Close()
	box := nd.Box{Start: []int{0, 0}, Shape: []int{2, 3}}
	if err := storage.WriteBox(ctx, a, box, nd.AsBytes([]float32{1, 2, 3, 4, 5, 6})); err != nil {
		return err
	}
	if err := a.Commit(ctx); err != nil {
		return err
	}
	return g.Commit(ctx)
}
