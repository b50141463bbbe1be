package chunkgrid_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// hugeArray returns an array of 10^9 chunks along three axes, computed from its indices.
func hugeArray(name string) *chunkgrid.Array[float64] {
	return chunkgrid.FromFunc(name, []int{10000, 20000, 40000}, nd.Sizes(10, 20, 40), func(dst []float64, box nd.Box) {
		for i := range dst {
			dst[i] = float64(box.Start[0] + i%7)
		}
	})
}

// longArray has 10^9 chunks along one axis.
func longArray(name string) *chunkgrid.Array[float64] {
	return chunkgrid.FromFunc(name, []int{10_000_000_000, 2}, nd.Sizes(10, 2), func(dst []float64, box nd.Box) {
		for i := range dst {
			dst[i] = float64(box.Start[0] + i)
		}
	})
}

func op(name string, p plan.Params, args ...chunkgrid.Any) *chunkgrid.Array[float64] {
	return chunkgrid.Op[float64](name, p, args...)
}

// hypotMean is mean(sqrt(x*x + y*y), axis=0).
func hypotMean(x, y *chunkgrid.Array[float64]) *chunkgrid.Array[float64] {
	return op("mean", plan.Params{"axes": []int{0}}, op("sqrt", nil, op("add", nil, op("mul", nil, x, x), op("mul", nil, y, y))))
}

func buildHuge(x, y *chunkgrid.Array[float64]) (*chunkgrid.Array[float64], *chunkgrid.Array[float64]) {
	v := x.Slice(nd.Every(7), nd.Every(-250))
	parts := make([]*chunkgrid.Array[float64], 12)
	for i := range parts {
		parts[i] = v
	}
	return hypotMean(x, y), chunkgrid.Concatenate(0, parts...)
}

// Building, slicing, joining and explaining costs the same for 10^9 chunks as
// for ten: under 1 ms and 1 MiB.
func BenchmarkBuildBillionChunks(b *testing.B) {
	for name, make := range map[string]func(string) *chunkgrid.Array[float64]{"3axes": hugeArray, "1axis": longArray} {
		x, y := make(""), make("")
		require.Equal(b, 1_000_000_000, x.Grid().Len())
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m, c := buildHuge(x, y)
				if m.Err() != nil || c.Err() != nil {
					b.Fatal(m.Err(), c.Err())
				}
				if _, err := m.Explain(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Computing three chunks' worth of a huge expression computes only these.
func BenchmarkComputeThreeChunks(b *testing.B) {
	x, y := hugeArray(""), hugeArray("")
	b.ReportAllocs()
	for b.Loop() {
		v := op("sqrt", nil, op("add", nil, op("mul", nil, x, x), op("mul", nil, y, y))).Slice(nd.Span(0, 10), nd.Span(0, 20), nd.Span(40, 160))
		if _, err := v.Compute(context.Background(), chunkgrid.Memory(64<<20)); err != nil {
			b.Fatal(err)
		}
	}
}

// Of a reduction, only the outputs that were asked for are computed: here one
// chunk column of 1000 chunks.
func BenchmarkComputePartOfReduction(b *testing.B) {
	x, y := hugeArray(""), hugeArray("")
	for b.Loop() {
		m := hypotMean(x, y).Slice(nd.Span(0, 20), nd.Span(0, 40))
		if _, err := m.Compute(context.Background(), chunkgrid.Memory(64<<20)); err != nil {
			b.Fatal(err)
		}
	}
}
