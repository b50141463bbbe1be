// Command hdf5mean writes the same numbers to an HDF5 file in 1, 2, 4 and 8
// chunks, and times the mean of each dataset.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/random"
	"github.com/ndgrid/ndgrid/reduce"
	_ "github.com/ndgrid/ndgrid/storage/hdf5"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "hdf5mean")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	// snippet: write
	file := filepath.Join(dir, "random.h5")
	x := random.Uniform[float64](42, []int{2048, 512}, nd.Auto) // not computed, stored nowhere
	err = chunkgrid.Save(ctx, file, chunkgrid.Vars{
		"in1": x.Rechunk(nd.Sizes(2048, 512)),
		"in2": x.Rechunk(nd.Sizes(1024, 512)),
		"in4": x.Rechunk(nd.Sizes(512, 512)),
		"in8": x.Rechunk(nd.Sizes(256, 512)),
	})
	if err != nil {
		return err
	}
	// end

	// snippet: mean
	for _, name := range []string{"in1", "in2", "in4", "in8"} {
		x, err := chunkgrid.Open[float64](ctx, file+"/"+name) // reads metadata only
		if err != nil {
			return err
		}
		start := time.Now()
		mean, err := reduce.Mean(x).Value(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("in %d: mean %.12f, %.1f ms\n", x.Grid().Len(), mean, time.Since(start).Seconds()*1000)
	}
	// end
	return nil
}
