//go:build cgo && !nohdf5

package hdf5_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/hdf5"
)

// Create writes a NetCDF-4 file that h5py, xarray and netCDF4 read.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "hdf5")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "t.nc")
	if err := write(ctx, file); err != nil {
		log.Fatal(err)
	}

	a, err := storage.OpenArray(ctx, file+"/temperature")
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	m := a.Meta()
	fmt.Println(m.Format, m.DType, m.Shape, m.Dims, m.Codecs, m.Attrs["units"])
	row := make([]float32, 3)
	if err := storage.ReadBox(ctx, a, nd.Box{Start: []int{1, 0}, Shape: []int{1, 3}}, nd.AsBytes(row)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(row)
	// Output:
	// NetCDF-4 (HDF5) float32 [2 3] [time x] [shuffle gzip 4] K
	// [4 5 6]
}

func write(ctx context.Context, file string) error {
	g, err := storage.Create(ctx, file, nil)
	if err != nil {
		return err
	}
	defer g.Close() // without Commit nothing appears
	a, err := g.CreateArray(ctx, "temperature", storage.Spec{
		DType: nd.Float32, Shape: []int{2, 3}, Dims: []string{"time", "x"},
		Codecs: []string{"shuffle", "gzip 4"}, Attrs: storage.Attrs{"units": "K"},
	})
	if err != nil {
		return err
	}
	if err := a.WriteChunk(ctx, []int{0, 0}, nd.AsBytes([]float32{1, 2, 3, 4, 5, 6})); err != nil {
		return err
	}
	if err := a.Commit(ctx); err != nil {
		return err
	}
	return g.Commit(ctx)
}

// A type that has no dtype here is still named.
func ExampleTyped() {
	a, err := storage.OpenArray(context.Background(), "testdata/types.h5/compound")
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	fmt.Println(a.(hdf5.Typed).StoredType(), a.Meta().Shape)
	// Output: compound{n int32, x float64} [1]
}
