// Command trace watches a run: it writes a trace for https://ui.perfetto.dev and
// prints where the time went, stage by stage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
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
	out := flag.String("out", filepath.Join(os.TempDir(), "ndgrid-trace.json"), "the trace file to write")
	flag.Parse()
	if err := run(context.Background(), *out); err != nil {
		log.Fatal(err)
	}
}

// run stores 32 MB of waves, and then their standardized form, watched.
func run(ctx context.Context, out string) (err error) {
	dir, err := os.MkdirTemp("", "trace")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	stored := filepath.Join(dir, "waves.zarr")
	if err := chunkgrid.Save(ctx, stored, chunkgrid.Vars{"waves": waves()}); err != nil {
		return err
	}
	x, err := chunkgrid.Open[float64](ctx, stored+"/waves")
	if err != nil {
		return err
	}

	file, err := os.Create(out)
	if err != nil {
		return err
	}
	// snippet: watch
	trace := diag.NewTrace(file)
	defer func() { err = errors.Join(err, trace.Close(), file.Close()) }()
	var profile diag.Profile
	progress := diag.Every(time.Second, func(p diag.Progress) { log.Println(p) })

	z := ufunc.Div(ufunc.Sub(x, reduce.Mean(x, reduce.Dim("time"))), reduce.Std(x, reduce.Dim("time")))
	err = chunkgrid.Save(ctx, filepath.Join(dir, "z.zarr"), chunkgrid.Vars{"z": z},
		chunkgrid.OnEvent(diag.Several(trace.Event, profile.Event, progress)))
	if err != nil {
		return err
	}
	fmt.Print(&profile)
	// end
	now, peak := diag.Memory()
	fmt.Printf("memory %s, peak %s; the trace is %s\n", diag.FormatBytes(now), diag.FormatBytes(peak), out)
	return nil
}

// waves are series that oscillate, at every place at another phase.
func waves() *chunkgrid.Array[float64] {
	sample := func(dst []float64, box nd.Box) {
		columns := box.Shape[1]
		for i := range dst {
			t, x := box.Start[0]+i/columns, box.Start[1]+i%columns
			dst[i] = math.Sin(float64(t)/50 + float64(x))
		}
	}
	return chunkgrid.FromFunc("", []int{2000, 2000}, nd.Sizes(250, 500), sample).Named("time", "x")
}
