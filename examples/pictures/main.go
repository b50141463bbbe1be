// Command pictures draws graphs: operations on arrays, their chunks, and calls of
// delayed functions, for which nothing is computed; and the stages of a run.
//
//	go run ./examples/pictures docs/pictures     writes them there
//	go run ./examples/pictures                   says what they show
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/delayed"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	_ "github.com/ndgrid/ndgrid/storage/std"
	"github.com/ndgrid/ndgrid/ufunc"
)

func increment(x int) int { return x + 1 }
func double(x int) int    { return 2 * x }
func add(x, y int) int    { return x + y }

// snippet: calls

// calls increments and doubles n numbers, adds both, and sums all.
func calls(n int) delayed.Value[int] {
	increment, double, add := delayed.Func1(increment), delayed.Func1(double), delayed.Func2(add)
	var list []delayed.Value[int]
	for i := range n {
		x := delayed.Of(i)
		list = append(list, add(increment(x), double(x)))
	}
	return delayed.Sum(list...)
}

// end

// ran draws the stages of a run on a stored array, coloured by the bytes they
// decoded and wrote.
func ran(dir string) (string, error) {
	ctx := context.Background()
	t := chunkgrid.FromFunc("", []int{120, 90, 180}, nd.Sizes(30, -1, -1), func(dst []float64, box nd.Box) {
		for i := range dst {
			dst[i] = float64(box.Start[0] + i%100)
		}
	})
	if err := chunkgrid.Save(ctx, filepath.Join(dir, "t.zarr"), chunkgrid.Vars{"t": t.Named("time", "lat", "lon")}); err != nil {
		return "", err
	}
	t, err := chunkgrid.Open[float64](ctx, filepath.Join(dir, "t.zarr", "t"))
	if err != nil {
		return "", err
	}
	// snippet: ran
	mean, std := reduce.Mean(t, reduce.Dim("time")), reduce.Std(t, reduce.Dim("time"))
	z := ufunc.Div(ufunc.Sub(t, mean), std)
	var run diag.Profile
	err = chunkgrid.Save(ctx, filepath.Join(dir, "z.zarr"), chunkgrid.Vars{"z": z}, chunkgrid.Workers(2), chunkgrid.OnEvent(run.Event))
	if err != nil {
		return "", err
	}
	stages, err := z.Explain(chunkgrid.Workers(2))
	svg := stages.SVG(chunkgrid.Picture{Title: "(t - mean(t)) / std(t), saved", Run: &run, Bytes: true})
	// end
	return svg, err
}

// pictures are the files.
func pictures() (map[string]string, error) {
	dir, err := os.MkdirTemp("", "pictures-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	run, err := ran(dir)
	if err != nil {
		return nil, err
	}
	x := chunkgrid.Arange(0.0, 100, 1, nd.Sizes(25)).Named("x")
	pieces := chunkgrid.FromND(nd.Must(nd.Zeros[int64](1000)), nd.Sizes(250))
	t := chunkgrid.Full(15.0, []int{1200, 180, 360}, nd.Sizes(100, -1, -1)).Named("time", "lat", "lon")
	mean, std := reduce.Mean(t, reduce.Dim("time")), reduce.Std(t, reduce.Dim("time"))
	rows := chunkgrid.Full(1.0, []int{400, 400}, nd.Sizes(100, -1))
	down := chunkgrid.Picture{TopDown: true}
	return map[string]string{
		"run.svg":     run,
		"zscore.svg":  chunkgrid.SVG(chunkgrid.Picture{Title: "(t - mean(t)) / std(t)"}, ufunc.Div(ufunc.Sub(t, mean), std)),
		"chunks.svg":  chunkgrid.SVG(chunkgrid.Picture{Chunks: true, Title: "sum(x² + 1), chunk by chunk"}, reduce.Sum(ufunc.Add(ufunc.Square(x), 1))),
		"pieces.svg":  chunkgrid.SVG(chunkgrid.Picture{Chunks: true, Title: "the sum of an array in four pieces"}, reduce.Sum(pieces)),
		"rechunk.svg": chunkgrid.SVG(chunkgrid.Picture{Chunks: true, Title: "rows to columns"}, rows.Rechunk(nd.Sizes(-1, 100))),
		"shift.svg":   chunkgrid.SVG(chunkgrid.Picture{Chunks: true, Title: "x[1:] - x[:-1]"}, ufunc.Sub(x.Slice(nd.From(1)), x.Slice(nd.To(-1)))),
		"calls.svg":   delayed.SVG(down, calls(3)),
		"tree.svg":    delayed.SVG(chunkgrid.Picture{Title: "50 numbers"}, calls(50)),
		"many.svg":    delayed.SVG(chunkgrid.Picture{Title: "100,000 numbers"}, calls(100_000)),
	}, nil
}

func main() {
	if len(os.Args) < 2 {
		// snippet: dot
		fmt.Print(chunkgrid.DOT(chunkgrid.Picture{Chunks: true}, reduce.Sum(chunkgrid.Arange(0.0, 100, 1, nd.Sizes(25)))))
		// end
		return
	}
	files, err := pictures()
	if err != nil {
		log.Fatal(err)
	}
	for name, svg := range files {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), []byte(svg), 0o666); err != nil {
			log.Fatal(err)
		}
	}
}
