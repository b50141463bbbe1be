package kernel

import (
	"fmt"
	"testing"

	"github.com/ndgrid/ndgrid/nd"
)

// benchFolds measures reductions at all levels on a leaf in the L1 cache, on
// the columns of a computed tile, and on strips of a matrix in memory.
func benchFolds[T nd.Real](b *testing.B, matrix []T, width int, names ...string) {
	d := nd.DTypeOf[T]()
	leaf := matrix[:Tile]
	tile := nd.AsBytes(matrix[Tile : 2*Tile])
	for _, name := range names {
		for _, l := range Levels() {
			red := reducerAt(l, d.Kind(), name)
			states := nd.MakeBytes(red.StateSize() * Tile)
			run := func(what string, bytes int, f func()) {
				b.Run(fmt.Sprintf("%s/%v/%s/%v", name, d, what, l), func(b *testing.B) {
					b.SetBytes(int64(bytes))
					for b.Loop() {
						f()
					}
				})
			}
			run("leaf", len(tile), func() { red.Run(states[:red.StateSize()], nd.AsBytes(leaf), 0) })
			run("tile", len(tile), func() { red.Rows(states[:red.StateSize()*Tile/LeafRows], tile, LeafRows, Tile/LeafRows, 0) })
			at := 0
			run("strip", LeafRows*Tile*d.Size(), func() {
				red.Rows(states, nd.AsBytes(matrix[at:]), LeafRows, width, 0)
				if at += Tile; at%width+Tile > width { // the next rows
					if at += width - at%width + (LeafRows-1)*width; at+LeafRows*width > len(matrix) {
						at = 0
					}
				}
			})
			from := 0
			run("run", len(tile), func() {
				red.Run(states[:red.StateSize()], nd.AsBytes(matrix[from:from+Tile]), from)
				if from += Tile; from+Tile > len(matrix) {
					from = 0
				}
			})
			run("merge", len(states), func() { red.Merge(states, states) })
		}
	}
}

// benchMatrix has rows of width elements, and more bytes than caches hold.
func benchMatrix[T nd.Real](width, bytes int) []T {
	x := make([]T, bytes/nd.DTypeOf[T]().Size()/width*width)
	for i := range x {
		x[i] = T(i*7919%101 + 1)
	}
	return x
}

func BenchmarkFold(b *testing.B) {
	const width, bytes = 9792, 200e6
	benchFolds(b, benchMatrix[float64](width, bytes), width, "sum", "mean", "std", "nansum", "nanmean", "nanstd", "min", "max", "nanmin", "nanmax", "argmax", "count_nonzero", "prod")
	benchFolds(b, benchMatrix[float32](width, bytes), width, "sum", "std", "nanmean", "nanstd", "min", "max", "nanmax", "argmax", "count_nonzero")
	benchFolds(b, benchMatrix[int64](width, bytes), width, "sum", "max", "argmax", "count_nonzero")
	benchFolds(b, benchMatrix[int32](width, bytes), width, "sum", "max", "argmax", "count_nonzero")
	benchFolds(b, benchMatrix[int16](width, bytes), width, "sum", "max", "argmax", "count_nonzero")
	benchFolds(b, benchMatrix[uint8](width, bytes), width, "sum", "max", "argmax", "count_nonzero")
}
