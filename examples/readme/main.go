// Command readme is the program of README.md: the spread of monthly anomalies
// of the cube that make demo writes, in bounded memory.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	_ "github.com/ndgrid/ndgrid/storage/std"
	"github.com/ndgrid/ndgrid/ufunc"
)

func main() {
	log.SetFlags(0)
	if _, err := os.Stat("demo-out/cube.zarr"); errors.Is(err, fs.ErrNotExist) {
		fmt.Println("there is no demo-out/cube.zarr: run make demo first")
		return
	}
	ctx := context.Background()

	// snippet: program
	start := time.Now()
	temp, err := chunkgrid.Open[float32](ctx, "demo-out/cube.zarr/temp") // metadata only
	check(err)
	fmt.Println(temp)
	monthly := temp.Reshape(-1, 12, 512, 521).Named("year", "month", "lat", "lon")
	anomaly := ufunc.Sub(monthly, reduce.Mean(monthly, reduce.Dim("year"))) // nothing is computed yet
	spread := reduce.Std(anomaly, reduce.Dim("year", "lat", "lon"))
	values, err := spread.Compute(ctx, chunkgrid.Memory(128<<20)) // chunk by chunk, in parallel
	check(err)
	fmt.Println(values)
	_, peak := diag.Memory()
	fmt.Printf("array %s, peak %s, %.1f s\n", nd.FormatBytes(temp.NBytes()), nd.FormatBytes(int(peak)), time.Since(start).Seconds())
	// end
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
