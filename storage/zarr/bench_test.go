package zarr_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// field is a smooth map with a little structure, as measurements have.
func field(n int) []float32 {
	f := make([]float32, n)
	for i := range f {
		f[i] = float32(math.Round(100*(280+20*math.Sin(float64(i)/300)+math.Cos(float64(i)*1.7))) / 100)
	}
	return f
}

// BenchmarkChunk reads and writes chunks of 1 MiB in a directory.
func BenchmarkChunk(b *testing.B) {
	for _, c := range []struct {
		name   string
		codecs []string
		rows   int
	}{
		{"plain", []string{}, 1024}, {"zstd", nil, 1024}, {"shuffle zstd", []string{"bytes little", "shuffle 4", "zstd 3"}, 1024},
		{"crc32c", []string{"bytes little", "crc32c"}, 1024}, {"zstd cut at the edge", nil, 1000}, {"gzip", []string{"gzip 1"}, 1024},
		{"big", []string{"bytes big"}, 1024},
	} {
		grid, err := nd.NewGrid([]int{c.rows, 512}, []int{512, 512})
		require.NoError(b, err)
		path := filepath.Join(b.TempDir(), "x.zarr")
		a, err := storage.CreateArray(b.Context(), path, storage.Spec{DType: nd.Float32, Shape: []int{c.rows, 512}, Chunks: grid, Codecs: c.codecs}, nil)
		require.NoError(b, err)
		coord := []int{1, 0}
		buf := nd.AsBytes(field(grid.Box(coord).Size()))
		b.Run("write "+c.name, func(b *testing.B) {
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, a.WriteChunk(b.Context(), coord, buf))
			}
		})
		require.NoError(b, a.WriteChunk(b.Context(), coord, buf))
		b.Run("read "+c.name, func(b *testing.B) {
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				_, err := a.ReadChunk(b.Context(), coord, buf)
				require.NoError(b, err)
			}
		})
		require.NoError(b, a.Close())
	}
}
