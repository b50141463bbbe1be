package exec_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/ufunc"
)

// TestRowsTogether computes results that are large enough to go past the caches, of
// operands some of which are the same along an axis, and compares every element.
func TestRowsTogether(t *testing.T) {
	for name, c := range map[string]struct {
		shape, m, s []int
		flip        bool
	}{
		"rows backward": {[]int{1001, 8440}, []int{8440}, []int{8440}, true},
		"wide":          {[]int{9, 941234}, []int{941234}, []int{941234}, false},
		"middle axis":   {[]int{3, 701, 4096}, []int{3, 1, 4096}, []int{4096}, false},
		"several axes":  {[]int{81, 103, 1013}, []int{103, 1013}, []int{103, 1013}, false},
	} {
		t.Run(name, func(t *testing.T) {
			counted := func(from float32, shape ...int) *nd.Array[float32] {
				a, err := nd.Zeros[float32](shape...)
				require.NoError(t, err)
				for i := range nd.AsSlice[float32](a.Bytes()) {
					nd.AsSlice[float32](a.Bytes())[i] = from + float32(i%1009)
				}
				return a
			}
			x, m, s, dst := counted(0, c.shape...), counted(5, c.m...), counted(1, c.s...), counted(0, c.shape...)
			lazy := chunkgrid.FromND(x)
			if c.flip {
				lazy = lazy.SliceText("::-1")
			}
			_, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{ufunc.Div(ufunc.Sub(lazy, m), s).Into(dst)}, chunkgrid.Workers(2))
			require.NoError(t, err)

			xs, ms, ss := nd.AsSlice[float32](x.Bytes()), nd.AsSlice[float32](m.Bytes()), nd.AsSlice[float32](s.Bytes())
			index := make([]int, len(c.shape))
			for i, got := range nd.AsSlice[float32](dst.Bytes()) {
				at := i
				if c.flip {
					at = (c.shape[0]-1-index[0])*c.shape[1] + index[1]
				}
				if want := (xs[at] - ms[place(index, c.m)]) / ss[place(index, c.s)]; got != want {
					require.Equal(t, want, got, "element %d", index)
				}
				for k := len(index) - 1; k >= 0; k-- {
					if index[k]++; index[k] < c.shape[k] {
						break
					}
					index[k] = 0
				}
			}
		})
	}
}

// place is the offset of an index in an array that is broadcast.
func place(index, shape []int) int {
	at := 0
	for k, n := range shape {
		at *= n
		if n > 1 {
			at += index[len(index)-len(shape)+k]
		}
	}
	return at
}
