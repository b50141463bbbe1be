package chunkgrid_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/ufunc"
)

// square returns the numbers from 0 on, and an array over them.
func square() (*nd.Array[float64], *chunkgrid.Array[float64]) {
	x := nd.Must(nd.Must(nd.Arange(0.0, 400, 1)).Reshape(20, 20))
	return x, chunkgrid.FromND(x, nd.Sizes(6, 7))
}

// TestIntoArgument: results may go where arguments lie if elements stay where they
// are; what would read some elements before and some after they are written fails.
func TestIntoArgument(t *testing.T) {
	before, _ := square()
	for name, c := range map[string]struct {
		outs func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out
		want func(v float64) float64 // nil: an error
	}{
		"square": {func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{ufunc.Add(ufunc.Square(l), l).Into(x)}
		}, func(v float64) float64 { return v*v + v }},
		"deviations": {func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{ufunc.Sub(l, reduce.Mean(l)).Into(x)}
		}, func(v float64) float64 { return v - 199.5 }},
		"both transposed": {func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{ufunc.Neg(l.T()).Into(x.T())}
		}, func(v float64) float64 { return -v }},
		"upper half from lower": {func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{ufunc.Sub(l.SliceText("10:"), 100).Into(nd.Must(x.SliceText(":10")))}
		}, func(v float64) float64 {
			if v < 200 {
				return v + 100
			}
			return v
		}},
		"transposed": {outs: func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{l.T().Into(x)}
		}},
		"backwards": {outs: func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{ufunc.Add(l, l.SliceText("::-1")).Into(x)}
		}},
		"a sum of it": {outs: func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{reduce.Sum(l, reduce.Axis(0)).Into(nd.Must(x.SliceText("0")))}
		}},
		"another result": {outs: func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{ufunc.Add(l, 1).Into(x), ufunc.Mul(l, 2).Into(before.Copy())}
		}},
		"a later one": {outs: func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{ufunc.Add(l, 1).Into(x), ufunc.Sub(l, reduce.Max(ufunc.Sub(l, reduce.Min(l)))).Into(before.Copy())}
		}},
		"chunks": {outs: func(x *nd.Array[float64], l *chunkgrid.Array[float64]) []chunkgrid.Out {
			return []chunkgrid.Out{chunkgrid.MapChunks(l, func(c *nd.Array[float64]) (*nd.Array[float64], error) { return c, nil }).Into(x)}
		}},
	} {
		x, l := square()
		_, err := chunkgrid.Run(ctx, c.outs(x, l), chunkgrid.Workers(3))
		if c.want == nil {
			require.ErrorContains(t, err, "write it to another place", name)
			assert.Equal(t, before.Data(), x.Data(), name)
			continue
		}
		require.NoError(t, err, name)
		for i, v := range x.Data() {
			require.Equal(t, c.want(before.Data()[i]), v, name)
		}
	}
}

// TestToSource: likewise of stored arrays.
func TestToSource(t *testing.T) {
	x, l := square()
	grid := nd.Must(nd.NewGrid([]int{20, 20}, []int{6, 7}))
	inMemory := nd.Must(mem.New(nd.Float64, []int{20, 20}, grid))
	for name, w := range map[string]storage.WritableArray{"memory": inMemory, "chunks": &onlyChunks{inMemory}} {
		a := nd.Must(chunkgrid.From[float64](w))
		run := func(outs ...chunkgrid.Out) error {
			_, err := chunkgrid.Run(ctx, outs, chunkgrid.Workers(3))
			return err
		}
		require.NoError(t, run(l.To(w)), name)
		for _, outs := range [][]chunkgrid.Out{{a.T().To(w)}, {a.SliceText("1:").To(w)}, {ufunc.Add(a, 1).To(w), a.SliceText("::-1").Into(x.Copy())}} {
			require.ErrorContains(t, run(outs...), "write it to another place", name)
		}
		require.NoError(t, run(ufunc.Sub(a, reduce.Mean(a)).To(w)), name)
		require.NoError(t, run(ufunc.Neg(a.SliceText("3:9, 1:8")).To(w, 3, 1)), name)
		require.NoError(t, run(a.SliceText(":2").To(w, 18, 0)), name)
		got, err := a.Compute(ctx)
		require.NoError(t, err)
		want := nd.Map(x, func(v float64) float64 { return v - 199.5 })
		require.NoError(t, nd.Must(want.SliceText("3:9, 1:8")).Assign(nd.Map(nd.Must(want.SliceText("3:9, 1:8")), func(v float64) float64 { return -v })))
		require.NoError(t, nd.Must(want.SliceText("18:")).Assign(nd.Must(want.SliceText(":2"))))
		assert.Equal(t, want.Data(), got.Data(), name)
	}
}

// onlyChunks hides that an array lies in memory.
type onlyChunks struct{ storage.WritableArray }

// TestSaveOverItself: what replaces a file may be made of it, however elements move.
func TestSaveOverItself(t *testing.T) {
	for _, name := range []string{"a.zarr", "a.npy"} {
		url := filepath.Join(t.TempDir(), name)
		x, l := square()
		require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"a": l}))
		inner := url
		if name == "a.zarr" {
			inner += "/a"
		}
		for range 2 {
			a, err := chunkgrid.Open[float64](ctx, inner)
			require.NoError(t, err)
			require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"a": ufunc.Add(a.T(), 1)}, chunkgrid.Overwrite()))
		}
		a, err := chunkgrid.Open[float64](ctx, inner)
		require.NoError(t, err)
		got, err := a.Compute(ctx)
		require.NoError(t, err)
		assert.Equal(t, nd.Map(x, func(v float64) float64 { return v + 2 }).Data(), got.Data())
	}
}
