package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/ufunc"
)

// inputFile says what a file of input holds: an array of two axes, float64
// unless its name says otherwise. A file is made once per run of the program.
type inputFile struct {
	value  func(i int) float64 // of the element at place i, C order
	shape  func(size int) []int
	chunks func(shape []int) nd.Chunks // of a store, or in which we hold it in memory; nil: automatic
	codecs []string
}

// inputFiles are the files by name. No two elements in a row are equal, and no
// work can stop early.
var inputFiles = map[string]inputFile{
	"x.npy":      {value: func(i int) float64 { return 3 + noise(4*i) }},
	"y.npy":      {value: func(i int) float64 { return 5 + noise(4*i+1) }},
	"z.npy":      {value: func(i int) float64 { return 7 + noise(4*i+2) }},
	"f.npy":      {value: argument},
	"f32.npy":    {value: argument, shape: times(2)},
	"fcache.npy": {value: argument, shape: func(size int) []int { return powerOfTwo(min(size, 8<<20)) }},
	"t.npy":      {value: func(i int) float64 { return 3 * noise(i) }},
	"nan.npy":    {value: withNaN},
	"square.npy": {value: noise, shape: func(size int) []int { return powerOfTwo(size * 3 / 2) }},
	"a.npy":      {value: noise, shape: func(size int) []int { return powerOfTwo(size * 2 / 5) }},
	"b.npy":      {value: func(i int) float64 { return noise(^i) }, shape: func(size int) []int { return powerOfTwo(size * 2 / 5) }},
	"tiny.npy":   {value: func(i int) float64 { return noise(i % tinyPeriod) }, shape: tinyShape, chunks: func([]int) nd.Chunks { return nd.Sizes(1, 1) }},

	"leaves.npy":  {value: argument, shape: func(int) []int { return []int{50_000, 1} }},
	"million.npy": {value: argument, shape: func(int) []int { return []int{500_000, 1} }},

	"field1.zarr": {value: field, chunks: bytesOf(1 << 20), codecs: []string{"zstd 3"}},
	"field8.zarr": {value: field, chunks: bytesOf(8 << 20), codecs: []string{"zstd 3"}},
	"raw1.zarr":   {value: field, chunks: bytesOf(1 << 20)},
	"field.npy":   {value: field, chunks: bytesOf(1 << 20)},
	"field1.h5":   {value: field, chunks: bytesOf(1 << 20), codecs: []string{"shuffle", "gzip 4"}},
	"raw1.h5":     {value: field, chunks: bytesOf(1 << 20)},
	"flat.h5":     {value: field, chunks: func(shape []int) nd.Chunks { return nd.Sizes(shape...) }},
	"many.h5":     {value: field, shape: manyChunks, chunks: func([]int) nd.Chunks { return nd.Sizes(16, 8) }, codecs: []string{"gzip 4"}},
	"manyraw.h5":  {value: field, shape: manyChunks, chunks: func([]int) nd.Chunks { return nd.Sizes(16, 8) }},
	"blosc1.zarr": {value: field, chunks: bytesOf(1 << 20), codecs: []string{"blosc lz4"}},
	"shards.zarr": {value: field, shape: wholeChunks, chunks: func([]int) nd.Chunks { return nd.Sizes(1024, 1024) }, codecs: []string{"sharding (64, 64)", "zstd 3"}},
	"picks.npy":   {value: noise, shape: func(int) []int { return []int{1000, 2} }},
	"huge.zarr":   {value: field, shape: times(43), chunks: bytesOf(1 << 20), codecs: []string{"zstd 3"}},
	"rows.zarr":   {value: field, shape: times(11), chunks: wholeRows, codecs: []string{"zstd 3"}},
}

// noise returns a number in [-1, 1) from an index (SplitMix64's mixing).
func noise(k int) float64 {
	i := uint64(k) + 0x9e3779b97f4a7c15
	i = (i ^ i>>30) * 0xbf58476d1ce4e5b9
	i = (i ^ i>>27) * 0x94d049bb133111eb
	return float64(int64(i^i>>31)) / (1 << 63)
}

// argument is what functions are given: from 0 to 20, over several periods.
func argument(i int) float64 { return 10 + 10*noise(i) }

// withNaN is x with NaN in place of 1% of the elements, here and there.
func withNaN(i int) float64 {
	if noise(4*i+3) > 0.98 {
		return math.NaN()
	}
	return 3 + noise(4*i)
}

// field is a wave with noise on it, to two decimals, as measurements are: zstd
// makes it some three times smaller.
func field(i int) float64 {
	return math.Round(100*(15+10*math.Sin(float64(i)/500)+noise(i))) / 100
}

// shapeOf returns the shape of an array of some size bytes, twice as wide as high.
func shapeOf(size int) []int {
	rows := max(1, int(math.Sqrt(float64(size)/16)))
	return []int{rows, 2 * rows}
}

// times is shapeOf for n times as many elements.
func times(n int) func(size int) []int { return func(size int) []int { return shapeOf(n * size) } }

// wholeChunks is shapeOf, but for whole chunks of randomChunks.
func wholeChunks(size int) []int {
	shape := shapeOf(size)
	for k, n := range shape {
		shape[k] = (n + chunkSide - 1) / chunkSide * chunkSide
	}
	return shape
}

// manyChunks returns the shape of 90,000 chunks of 1 KiB, less where size has no
// room for them.
func manyChunks(size int) []int {
	n := max(1, min(300, int(math.Sqrt(float64(size>>10)))))
	return []int{16 * n, 8 * n}
}

// powerOfTwo returns the largest square of at most size bytes whose sides are a
// power of two, the worst case for caches: that of 8192×8192 is 512 MiB.
func powerOfTwo(size int) []int {
	n := 1
	for 32*n*n <= size {
		n *= 2
	}
	return []int{n, n}
}

// tinyPeriod is after how many elements those of tiny.npy come again.
const tinyPeriod = 1e4

// tinyShape returns the shape of 10^6 elements, less where size has no room for
// them, in whole periods.
func tinyShape(size int) []int {
	n := min(1e6, size/8)
	if n > tinyPeriod {
		n -= n % tinyPeriod
	}
	return []int{1, n}
}

// bytesOf cuts into chunks of at most n bytes.
func bytesOf(n int) func(shape []int) nd.Chunks {
	return func([]int) nd.Chunks { return nd.MaxBytes(n) }
}

// wholeRows cuts into chunks of whole rows, of at most 4 MiB.
func wholeRows(shape []int) nd.Chunks {
	return nd.Sizes(max(1, min(shape[0], (4<<20)/(8*shape[1]))), shape[1])
}

// spec returns what a file holds, with its shape for a size.
func spec(file string, size int) (inputFile, []int, nd.Chunks, error) {
	s, ok := inputFiles[file]
	if !ok {
		return s, nil, nd.Auto, fmt.Errorf("no input %q", file)
	}
	shape, chunks := shapeOf(size), nd.Auto
	if s.shape != nil {
		shape = s.shape(size)
	}
	if s.chunks != nil {
		chunks = s.chunks(shape)
	}
	return s, shape, chunks, nil
}

// isMemory reports whether a file is read into memory before work begins.
func isMemory(path string) bool { return filepath.Ext(path) == ".npy" }

// itemSize returns the bytes of an element of a file.
func itemSize(file string) int {
	if file == "f32.npy" {
		return 4
	}
	return 8
}

// input returns the path of an input's file in dir; it makes the file where it
// isn't there.
func input(ctx context.Context, dir, file string, size int) (string, error) {
	if file == tripsFolder {
		return tripsInput(dir, size)
	}
	s, shape, chunks, err := spec(file, size)
	if err != nil {
		return "", err
	}
	path, inner := filepath.Join(dir, file), "/v" // a group with one array
	if isMemory(path) {
		chunks, inner = nd.Auto, ""
	}
	if _, err := os.Stat(path); err == nil {
		return path + inner, nil
	}
	a := chunkgrid.FromFunc("", shape, chunks, func(dst []float64, box nd.Box) {
		for r := range box.Shape[0] {
			first := (box.Start[0]+r)*shape[1] + box.Start[1]
			row := dst[r*box.Shape[1]:][:box.Shape[1]]
			for c := range row {
				row[c] = s.value(first + c)
			}
		}
	})
	var v chunkgrid.Any = a
	if itemSize(file) == 4 {
		v = ufunc.Cast[float32](a)
	}
	if err := chunkgrid.Save(ctx, path, chunkgrid.Vars{"v": v}, chunkgrid.Codecs(s.codecs...)); err != nil {
		return "", fmt.Errorf("input %s: %w", file, err)
	}
	return path + inner, nil
}

// load opens an input; a .npy file is read into memory.
func load(ctx context.Context, path string) (chunkgrid.Any, error) {
	a, err := chunkgrid.OpenAny(ctx, path)
	if err != nil || !isMemory(path) {
		return a, err
	}
	m, err := chunkgrid.ComputeDyn(ctx, a)
	if err != nil {
		return nil, err
	}
	if s := inputFiles[filepath.Base(path)]; s.chunks != nil {
		return chunkgrid.FromDyn(m, s.chunks(m.Shape())), nil
	}
	return chunkgrid.FromDyn(m), nil
}
