// Command pictures draws graphs: operations on arrays, their chunks, and calls of
// delayed functions. Nothing is computed for it.
//
//	go run ./examples/pictures docs/pictures     writes them there
//	go run ./examples/pictures                   says what they show
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/delayed"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

func increment(x int) int { return x + 1 }
func double(x int) int    { return 2 * x }
func add(x, y int) int    { return x + y }

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

// pictures are the files.
func pictures() map[string]string {
	x := chunkgrid.Arange(0.0, 100, 1, nd.Sizes(25)).Named("x")
	t := chunkgrid.Full(15.0, []int{1200, 180, 360}, nd.Sizes(100, -1, -1)).Named("time", "lat", "lon")
	mean, std := reduce.Mean(t, reduce.Dim("time")), reduce.Std(t, reduce.Dim("time"))
	rows := chunkgrid.Full(1.0, []int{400, 400}, nd.Sizes(100, -1))
	down := chunkgrid.Picture{TopDown: true}
	return map[string]string{
		"zscore.svg":  chunkgrid.SVG(chunkgrid.Picture{Title: "(t - mean(t)) / std(t)"}, ufunc.Div(ufunc.Sub(t, mean), std)),
		"chunks.svg":  chunkgrid.SVG(chunkgrid.Picture{Chunks: true, Title: "sum(x² + 1), chunk by chunk"}, reduce.Sum(ufunc.Add(ufunc.Square(x), 1))),
		"rechunk.svg": chunkgrid.SVG(chunkgrid.Picture{Chunks: true, Title: "rows to columns"}, rows.Rechunk(nd.Sizes(-1, 100))),
		"shift.svg":   chunkgrid.SVG(chunkgrid.Picture{Chunks: true, Title: "x[1:] - x[:-1]"}, ufunc.Sub(x.Slice(nd.From(1)), x.Slice(nd.To(-1)))),
		"calls.svg":   delayed.SVG(down, calls(3)),
		"tree.svg":    delayed.SVG(chunkgrid.Picture{Title: "50 numbers"}, calls(50)),
		"many.svg":    delayed.SVG(chunkgrid.Picture{Title: "100,000 numbers"}, calls(100_000)),
	}
}

func main() {
	if len(os.Args) < 2 {
		fmt.Print(chunkgrid.DOT(chunkgrid.Picture{Chunks: true}, reduce.Sum(chunkgrid.Arange(0.0, 100, 1, nd.Sizes(25)))))
		return
	}
	for name, svg := range pictures() {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), []byte(svg), 0o666); err != nil {
			log.Fatal(err)
		}
	}
}
