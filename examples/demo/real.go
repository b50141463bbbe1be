package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/csv"
)

// weather loads the four numeric columns of a CSV file, as numpy.loadtxt would,
// and computes their standard deviations in chunks.
func weather(ctx context.Context, path string) error {
	data, err := csv.Load[float64](ctx, path, csv.Options{UseCols: []int{1, 2, 3, 4}, SkipRows: 1})
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Println("no", path, "here: skipped")
		return nil
	}
	if err != nil {
		return err
	}
	x := chunkgrid.FromND(data, nd.Sizes(366, 2))
	fmt.Println("weather", x)
	std, err := reduce.Std(x, reduce.Axis(0)).Compute(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("std of precipitation, temp_max, temp_min, wind: %v\n\n", std)
	return nil
}

// basins counts the grid points of each ocean basin at the surface of a
// NetCDF-4 file.
func basins(ctx context.Context, path string) error {
	basin, err := chunkgrid.Open[int8](ctx, path+"/basin")
	switch {
	case errors.Is(err, storage.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		fmt.Println("no", path, "here: skipped")
		return nil
	case errors.Is(err, storage.ErrUnsupported):
		fmt.Println(err)
		return nil
	case err != nil:
		return err
	}
	fmt.Println("basin", basin)
	decoded, err := chunkgrid.Open[float32](ctx, path+"/basin", chunkgrid.Decode())
	if err != nil {
		return err
	}
	depth, err := reduce.NaNMean(decoded, reduce.Dim("Y", "X")).Compute(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("mean basin code by depth: %v\n", depth)
	return nil
}
