package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// tolerance is the relative error up to which two results agree: what sums of
// 10^9 float64 numbers in different orders may differ by.
const tolerance = 1e-10

// difference returns the greatest relative error of the elements of the array
// at path a to those at path b, +Inf where one is NaN and the other isn't. Both
// are float64 and of one shape, or that is an error. A part at a time is in memory.
func difference(ctx context.Context, a, b string) (float64, error) {
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
	if m.DType != nd.Float64 || o.DType != nd.Float64 || !slices.Equal(m.Shape, o.Shape) {
		return 0, fmt.Errorf("one result is %v %v, the other %v %v", m.DType, m.Shape, o.DType, o.Shape)
	}
	grid, err := nd.MaxBytes(8<<20).Grid(m.Shape, m.DType.Size())
	if err != nil {
		return 0, err
	}
	worst := 0.0
	for _, box := range grid.Boxes() {
		var parts [2][]float64
		for i, f := range files {
			parts[i] = make([]float64, box.Size())
			if err := storage.ReadBox(ctx, f, box, nd.AsBytes(parts[i])); err != nil {
				return 0, err
			}
		}
		for i, v := range parts[0] {
			worst = max(worst, relativeError(v, parts[1][i]))
		}
	}
	return worst, nil
}

func relativeError(v, want float64) float64 {
	switch {
	case v == want, v != v && want != want:
		return 0
	case v != v, want != want, math.IsInf(v, 0), math.IsInf(want, 0):
		return math.Inf(1)
	}
	return math.Abs(v-want) / math.Max(math.Abs(v), math.Abs(want))
}
