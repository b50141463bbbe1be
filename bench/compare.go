package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// tolerance is the relative error up to which two results agree, unless the
// case says otherwise: what sums of 10^9 float64 numbers in different orders
// may differ by.
const tolerance = 1e-10

// difference returns the greatest relative error of the elements of the array
// at path a to those at path b, +Inf where one is NaN and the other isn't; of
// elements nearer to 0 than scale the error is relative to scale. The arrays
// have one shape and dtype, or that is an error. A part at a time is in memory.
func difference(ctx context.Context, a, b string, scale float64) (float64, error) {
	var files [2]storage.Array
	for i, path := range []string{a, b} {
		f, err := storage.OpenArray(ctx, path)
		if err != nil {
			return 0, err
		}
		defer func() { _ = f.Close() }()
		files[i] = f
	}
	m, o := files[0].Meta(), files[1].Meta()
	if m.DType != o.DType || !slices.Equal(m.Shape, o.Shape) {
		return 0, fmt.Errorf("one result is %v %v, the other %v %v", m.DType, m.Shape, o.DType, o.Shape)
	}
	grid := m.ReadGrid
	if _, ok := files[0].(storage.BoxReader); ok { // a contiguous file
		var err error
		if grid, err = nd.MaxBytes(8<<20).Grid(m.Shape, m.DType.Size()); err != nil {
			return 0, err
		}
	}
	worst := 0.0
	for _, box := range grid.Boxes() {
		var parts [2][]float64
		for i, f := range files {
			bytes := nd.MakeBytes(box.Size() * m.DType.Size())
			if err := storage.ReadBox(ctx, f, box, bytes); err != nil {
				return 0, err
			}
			var err error
			if parts[i], err = asFloat64(m.DType, bytes); err != nil {
				return 0, err
			}
		}
		for i, v := range parts[0] {
			worst = max(worst, relativeError(v, parts[1][i], scale))
		}
	}
	return worst, nil
}

// asFloat64 converts the elements of a result.
func asFloat64(dt nd.DType, b []byte) ([]float64, error) {
	switch dt {
	case nd.Float64:
		return nd.AsSlice[float64](b), nil
	case nd.Float32:
		return convert(nd.AsSlice[float32](b), func(v float32) float64 { return float64(v) }), nil
	case nd.Int64:
		return convert(nd.AsSlice[int64](b), func(v int64) float64 { return float64(v) }), nil
	case nd.Bool:
		return convert(b, func(v byte) float64 { return float64(v) }), nil
	}
	return nil, fmt.Errorf("results of %v can't be compared", dt)
}

func convert[T any](s []T, f func(T) float64) []float64 {
	out := make([]float64, len(s))
	for i, v := range s {
		out[i] = f(v)
	}
	return out
}

func relativeError(v, want, scale float64) float64 {
	switch {
	case v == want, v != v && want != want:
		return 0
	case v != v, want != want, math.IsInf(v, 0), math.IsInf(want, 0):
		return math.Inf(1)
	}
	return math.Abs(v-want) / max(math.Abs(v), math.Abs(want), scale)
}
