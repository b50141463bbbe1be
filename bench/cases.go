package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// arrays are the inputs of a case, by the names that peers give them too.
type arrays map[string]*chunkgrid.Array[float64]

// work does a case's piece of work once; what it returns may be reused by the
// next call.
type work func(ctx context.Context) (nd.Dyn, error)

// kase is one piece of work, done by ndgrid and by every peer that can do it.
type kase struct {
	name    string
	inputs  map[string]string // file by name; inputFiles says what is in it
	streams float64           // arrays of -size bytes that must be read or written
	ours    func(in arrays) work
}

var cases = []kase{
	{"square", map[string]string{"x": "x.npy"}, 2, func(in arrays) work {
		return fresh(ufunc.Square(in["x"]))
	}},
	{"square/reused", map[string]string{"x": "x.npy"}, 2, func(in arrays) work {
		return reused(ufunc.Square(in["x"]))
	}},
	{"hypot-sum", map[string]string{"x": "x.npy", "y": "y.npy"}, 2, func(in arrays) work {
		return fresh(reduce.Sum(ufunc.Sqrt(ufunc.Add(ufunc.Square(in["x"]), ufunc.Square(in["y"])))))
	}},
	{"std", map[string]string{"x": "x.npy"}, 1, func(in arrays) work {
		return fresh(reduce.Std(in["x"]))
	}},
	{"std/axis0", map[string]string{"x": "x.npy"}, 1, func(in arrays) work {
		return fresh(reduce.Std(in["x"], reduce.Axis(0)))
	}},
	{"zarr-mean/1MiB", map[string]string{"z": "field1.zarr"}, 1, zarrMean},
	{"zarr-mean/8MiB", map[string]string{"z": "field8.zarr"}, 1, zarrMean},
}

func zarrMean(in arrays) work { return fresh(reduce.Mean(in["z"])) }

// fresh computes into memory taken for the occasion.
func fresh[T nd.Elem](a *chunkgrid.Array[T]) work {
	return func(ctx context.Context) (nd.Dyn, error) { return a.Compute(ctx) }
}

// reused computes into the same memory every time.
func reused[T nd.Elem](a *chunkgrid.Array[T]) work {
	var dst *nd.Array[T]
	return func(ctx context.Context) (_ nd.Dyn, err error) {
		if dst == nil {
			if dst, err = nd.Zeros[T](a.Shape()...); err != nil {
				return nil, err
			}
		}
		_, err = chunkgrid.Run(ctx, []chunkgrid.Out{a.Into(dst)})
		return dst, err
	}
}

// inputFiles says what the files of inputs hold: float64 arrays of two axes.
// No two elements in a row are equal, and the mean is far from 0.
var inputFiles = map[string]struct {
	value  func(i int) float64 // of the element at place i, C order
	chunks nd.Chunks
	codecs []string
}{
	"x.npy":       {func(i int) float64 { return 3 + noise(2*i) }, nd.Auto, nil},
	"y.npy":       {func(i int) float64 { return 5 + noise(2*i+1) }, nd.Auto, nil},
	"field1.zarr": {field, nd.MaxBytes(1 << 20), []string{"zstd 3"}},
	"field8.zarr": {field, nd.MaxBytes(8 << 20), []string{"zstd 3"}},
}

// noise returns a number in [-1, 1) from an index (SplitMix64's mixing).
func noise(k int) float64 {
	i := uint64(k) + 0x9e3779b97f4a7c15
	i = (i ^ i>>30) * 0xbf58476d1ce4e5b9
	i = (i ^ i>>27) * 0x94d049bb133111eb
	return float64(int64(i^i>>31)) / (1 << 63)
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

// input returns the path of an input's file in dir; it makes the file where it
// isn't there.
func input(ctx context.Context, dir, file string, size int) (string, error) {
	spec, ok := inputFiles[file]
	if !ok {
		return "", fmt.Errorf("no input %q", file)
	}
	path, inner := filepath.Join(dir, file), ""
	if spec.codecs != nil {
		inner = "/v" // a group with one array
	}
	if _, err := os.Stat(path); err == nil {
		return path + inner, nil
	}
	shape := shapeOf(size)
	a := chunkgrid.FromFunc("", shape, spec.chunks, func(dst []float64, box nd.Box) {
		for r := range box.Shape[0] {
			first := (box.Start[0]+r)*shape[1] + box.Start[1]
			row := dst[r*box.Shape[1]:][:box.Shape[1]]
			for c := range row {
				row[c] = spec.value(first + c)
			}
		}
	})
	if err := chunkgrid.Save(ctx, path, chunkgrid.Vars{"v": a}, chunkgrid.Codecs(spec.codecs...)); err != nil {
		return "", fmt.Errorf("input %s: %w", file, err)
	}
	return path + inner, nil
}

// load opens an input; a .npy file is read into memory.
func load(ctx context.Context, path string) (*chunkgrid.Array[float64], error) {
	a, err := chunkgrid.Open[float64](ctx, path)
	if err != nil || filepath.Ext(path) != ".npy" {
		return a, err
	}
	m, err := a.Compute(ctx)
	if err != nil {
		return nil, err
	}
	return chunkgrid.FromND(m), nil
}
