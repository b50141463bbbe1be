package chunkgrid_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/ufunc"
)

// layouts are ways to store chunks of (10, 20).
var layouts = map[string][]string{"chunks": nil, "shards": {"sharding (2, 5)", "zstd 1"}, "raw": {}}

// makeZarr creates an array of zeros in chunks of (10, 20).
func makeZarr(t *testing.T, url string, d nd.DType, codecs []string, shape ...int) {
	t.Helper()
	spec := storage.Spec{DType: d, Shape: shape, Codecs: codecs, Options: map[string]string{"chunks": "10, 20"}}
	w, err := storage.CreateArray(ctx, url, spec, nil)
	require.NoError(t, err)
	require.NoError(t, w.Commit(ctx))
	require.NoError(t, w.Close())
}

func computed[T nd.Elem](t *testing.T, url string) *nd.Array[T] {
	t.Helper()
	a, err := chunkgrid.Open[T](ctx, url)
	require.NoError(t, err)
	v, err := a.Compute(ctx)
	require.NoError(t, err)
	return v
}

// TestConcurrentRegions writes an array in parts that meet within chunks, each
// through a handle of its own, at the same time.
func TestConcurrentRegions(t *testing.T) {
	for name, codecs := range layouts {
		for _, url := range []string{"a.zarr", "g.zarr/inside"} {
			url := filepath.Join(t.TempDir(), url)
			makeZarr(t, url, nd.Int64, codecs, 30, 50)
			want := ramp[int64](t, 30, 50)
			x := chunkgrid.FromND(want, nd.Sizes(8, 9))
			var wg sync.WaitGroup
			for _, box := range x.Grid().Boxes() {
				wg.Go(func() {
					dst, err := storage.OpenWritableArray(ctx, url, nil)
					if !assert.NoError(t, err) {
						return
					}
					part := x.Slice(nd.Span(box.Start[0], box.Stop(0)), nd.Span(box.Start[1], box.Stop(1)))
					_, err = chunkgrid.Run(ctx, []chunkgrid.Out{part.To(dst, box.Start...)}, chunkgrid.Workers(2))
					assert.NoError(t, err)
					assert.NoError(t, dst.Commit(ctx))
					assert.NoError(t, dst.Close())
				})
			}
			wg.Wait()
			assert.True(t, nd.ArrayEqual(want, computed[int64](t, url)), "%s %s", name, url)
		}
	}
}

// TestSetItem sets parts of a stored array as NumPy's a[…] = v does: to a
// number, to an array, to a number where a mask is true.
func TestSetItem(t *testing.T) {
	for name, codecs := range layouts {
		url := filepath.Join(t.TempDir(), "a.zarr")
		makeZarr(t, url, nd.Float64, codecs, 25, 45)
		dst, err := storage.OpenWritableArray(ctx, url, nil)
		require.NoError(t, err)
		run := func(outs ...chunkgrid.Out) {
			_, err := chunkgrid.Run(ctx, outs)
			require.NoError(t, err)
		}
		want := nd.Must(nd.Zeros[float64](25, 45))
		all, err := chunkgrid.From[float64](dst)
		require.NoError(t, err)

		run(chunkgrid.Full(7.5, []int{12, 30}, nd.Auto).To(dst, 5, 15))
		require.NoError(t, nd.Must(want.Slice(nd.Span(5, 17), nd.Span(15, 45))).Assign(nd.Must(nd.Full(7.5, 12, 30))))
		part := ramp[float64](t, 3, 44)
		run(chunkgrid.FromND(part).To(dst, 9, 1))
		require.NoError(t, nd.Must(want.Slice(nd.Span(9, 12), nd.Span(1, 45))).Assign(part))
		run(ufunc.Where(ufunc.Greater(all, 40), chunkgrid.Full(-1.0, []int{25, 45}, nd.Auto), all).To(dst))
		for i, v := range want.Data() {
			if v > 40 {
				want.Data()[i] = -1
			}
		}
		require.NoError(t, dst.Commit(ctx))
		require.NoError(t, dst.Close())
		assert.True(t, nd.ArrayEqual(want, computed[float64](t, url)), name)
	}
}

func TestAppend(t *testing.T) {
	for name, codecs := range layouts {
		url := filepath.Join(t.TempDir(), "g.zarr/a")
		makeZarr(t, url, nd.Int32, codecs, 0, 30)
		want := ramp[int32](t, 27, 30)
		x := chunkgrid.FromND(want, nd.Sizes(5, 30))
		for _, part := range [][2]int{{0, 3}, {3, 17}, {17, 27}} {
			require.NoError(t, chunkgrid.Append(ctx, url, x.Slice(nd.Span(part[0], part[1])), 0))
		}
		assert.True(t, nd.ArrayEqual(want, computed[int32](t, url)), name)
		require.NoError(t, chunkgrid.Append(ctx, url, x, -1))
		got := computed[int32](t, url)
		assert.True(t, nd.ArrayEqual(want, nd.Must(got.Slice(nd.All, nd.Span(30, 60)))), name)

		bad, c := stored(t, ramp[int32](t, 9, 60), 4, 60)
		c.Fail = func(coord []int) error { return errors.New("unreadable") }
		require.ErrorContains(t, chunkgrid.Append(ctx, url, bad, 0), "unreadable")
		require.ErrorIs(t, chunkgrid.Append(ctx, url, x, 0), nd.ErrShape)
		require.ErrorIs(t, chunkgrid.Append(ctx, url, ufunc.Cast[int64](x), 1), nd.ErrDType)
		require.ErrorIs(t, chunkgrid.Append(ctx, url, x, 2), nd.ErrAxis)
		require.ErrorIs(t, chunkgrid.Append(ctx, url, reduce.Sum(x), 0), nd.ErrShape)
		assert.True(t, nd.ArrayEqual(got, computed[int32](t, url)), "as it was")
	}
}

// TestSaveFormats saves shards, irregular chunks and version 2.
func TestSaveFormats(t *testing.T) {
	want := ramp[float32](t, 23, 41)
	x := chunkgrid.FromND(want, nd.Sizes(10, 20)).Named("y", "x")
	for name, save := range map[string]func(url string) error{
		"Zarr v3 sharding (5, 5)": func(url string) error {
			return chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x}, chunkgrid.Codecs("sharding (5, 5)", "zstd 3"))
		},
		"Zarr v2 zstd 3": func(url string) error {
			return chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x}, chunkgrid.DriverOptions(map[string]string{"zarr_format": "2"}))
		},
	} {
		url := filepath.Join(t.TempDir(), "out.zarr")
		require.NoError(t, save(url))
		assert.True(t, nd.ArrayEqual(want, computed[float32](t, url+"/v")), name)
		a, err := storage.OpenArray(ctx, url+"/v")
		require.NoError(t, err)
		m := a.Meta()
		assert.Equal(t, name, m.Format+" "+m.Codecs[0])
		assert.Equal(t, []string{"y", "x"}, m.Dims)
		assert.Equal(t, []int{10, 20}, m.WriteGrid.MaxChunk())
		require.NoError(t, a.Close())
	}
}

// TestResumeSave interrupts a Save and counts what the next one computes.
func TestResumeSave(t *testing.T) {
	url := filepath.Join(t.TempDir(), "out.zarr")
	want := ramp[float64](t, 40, 40)
	want.Data()[0] = 1 // so that no chunk is all 0, which would not be stored
	x, c := stored(t, want, 10, 10)
	y := ufunc.Mul(x, 2)
	c.Fail = func(coord []int) error {
		if coord[0] == 2 && coord[1] == 1 {
			return errors.New("unreadable")
		}
		return nil
	}
	save := func() error {
		return chunkgrid.Save(ctx, url, chunkgrid.Vars{"y": y}, chunkgrid.Resume(), chunkgrid.Workers(1), chunkgrid.Codecs("zstd 1"))
	}
	require.ErrorContains(t, save(), "unreadable")
	require.NoDirExists(t, url)
	c.Fail = nil
	c.Reads.Reset()
	require.NoError(t, save())
	assert.Equal(t, 16-9, c.Reads.Total(), "9 chunks were done")
	assert.True(t, nd.ArrayEqual(nd.Must(chunkgrid.FromND(want).Compute(ctx)), nd.Must(ufunc.Div(chunkgrid.FromND(computed[float64](t, url+"/y")), 2).Compute(ctx))))
	require.ErrorIs(t, save(), storage.ErrExists)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(url), "*"))
	require.NoError(t, err)
	assert.Equal(t, []string{url}, left)
}

// TestResumeOther: where what is saved is made in another way, of the same shape and
// dtype, of other data in memory, or of a file that was changed, nothing that was begun
// is kept.
func TestResumeOther(t *testing.T) {
	x, c := stored(t, ramp[float64](t, 40, 40), 10, 10)
	add := func(n float64) *chunkgrid.Array[float64] {
		y := ramp[float64](t, 40, 40)
		y.Data()[7] = n
		return ufunc.Add(x, chunkgrid.FromND(y, nd.Sizes(10, 10)))
	}
	file := filepath.Join(t.TempDir(), "y.npy")
	fromFile := func(n float64) *chunkgrid.Array[float64] {
		require.NoError(t, chunkgrid.Save(ctx, file, chunkgrid.Vars{"y": chunkgrid.Full(n, []int{40, 40}, nd.Sizes(10, 10))}, chunkgrid.Overwrite()))
		y, err := chunkgrid.Open[float64](ctx, file)
		require.NoError(t, err)
		return ufunc.Add(x, y)
	}
	arrays := []func() *chunkgrid.Array[float64]{
		func() *chunkgrid.Array[float64] { return ufunc.Mul(x, 2) }, func() *chunkgrid.Array[float64] { return ufunc.Mul(x, 3) },
		func() *chunkgrid.Array[float64] { return ufunc.Add(x, 3) }, func() *chunkgrid.Array[float64] { return add(1) },
		func() *chunkgrid.Array[float64] { return add(2) }, func() *chunkgrid.Array[float64] { return fromFile(5) },
		func() *chunkgrid.Array[float64] { return fromFile(6) },
	}
	for i, other := range arrays[1:] {
		url := filepath.Join(t.TempDir(), "out.zarr")
		save := func(v *chunkgrid.Array[float64]) error {
			return chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": v}, chunkgrid.Resume(), chunkgrid.Workers(1))
		}
		c.Fail = func(coord []int) error {
			if coord[0] == 3 {
				return errors.New("unreadable")
			}
			return nil
		}
		require.ErrorContains(t, save(arrays[i]()), "unreadable")
		c.Fail = nil
		a := other()
		require.NoError(t, save(a))
		assert.True(t, nd.ArrayEqual(nd.Must(a.Compute(ctx)), computed[float64](t, url+"/v")), "array %d", i+1)
	}
}

// TestConcurrentRegionsOfOneHandle: the same through one handle, which is committed
// when all parts are written; parts meet within shards and within their chunks.
func TestConcurrentRegionsOfOneHandle(t *testing.T) {
	for name, codecs := range layouts {
		url := filepath.Join(t.TempDir(), "a.zarr")
		makeZarr(t, url, nd.Int64, codecs, 30, 50)
		want := ramp[int64](t, 30, 50)
		x := chunkgrid.FromND(want, nd.Sizes(3, 7))
		dst, err := storage.OpenWritableArray(ctx, url, nil)
		require.NoError(t, err)
		var wg sync.WaitGroup
		for _, box := range x.Grid().Boxes() {
			wg.Go(func() {
				part := x.Slice(nd.Span(box.Start[0], box.Stop(0)), nd.Span(box.Start[1], box.Stop(1)))
				_, err := chunkgrid.Run(ctx, []chunkgrid.Out{part.To(dst, box.Start...)}, chunkgrid.Workers(2))
				assert.NoError(t, err, name)
			})
		}
		wg.Wait()
		require.NoError(t, dst.Commit(ctx))
		require.NoError(t, dst.Close())
		assert.True(t, nd.ArrayEqual(want, computed[int64](t, url)), name)
	}
}

// TestConcurrentRegionsOverlap: of parts that overlap, written at the same time, every
// element is that of one of them, and nothing is torn or lost.
func TestConcurrentRegionsOverlap(t *testing.T) {
	for name, codecs := range layouts {
		url := filepath.Join(t.TempDir(), "a.zarr")
		makeZarr(t, url, nd.Int64, codecs, 30, 50)
		var wg sync.WaitGroup
		for k := range 8 {
			wg.Go(func() { // columns 5k to 5k+14 are k+1
				dst, err := storage.OpenWritableArray(ctx, url, nil)
				if !assert.NoError(t, err) {
					return
				}
				part := chunkgrid.Full(int64(k+1), []int{30, 15}, nd.Sizes(30, 15))
				_, err = chunkgrid.Run(ctx, []chunkgrid.Out{part.To(dst, 0, 5*k)}, chunkgrid.Workers(2))
				assert.NoError(t, err)
				assert.NoError(t, dst.Commit(ctx))
				assert.NoError(t, dst.Close())
			})
		}
		wg.Wait()
		got := computed[int64](t, url)
		for i := range 30 {
			for j := range 50 {
				last, first := min(j/5, 7), max(0, j/5-2)
				v := int(got.At(i, j)) - 1
				require.True(t, first <= v && v <= last, "%s: %d at (%d, %d), want %d to %d", name, v, i, j, first, last)
			}
		}
	}
}

// TestGroupAttrs gives attributes to groups below the one that is saved.
func TestGroupAttrs(t *testing.T) {
	url := filepath.Join(t.TempDir(), "out.zarr")
	x := chunkgrid.FromND(ramp[float64](t, 6))
	attrs := func(name, key string) chunkgrid.Option { return chunkgrid.Attrs(name, storage.Attrs{key: "v"}) }
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"a/b/x": x}, attrs("", "1"), attrs("a", "2"), attrs("a/b", "3"), attrs("a/b/x", "4")))
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"a/y": x}, attrs("a", "5"), chunkgrid.Extend()))
	for name, want := range map[string]storage.Attrs{"": {"1": "v"}, "/a": {"2": "v", "5": "v"}, "/a/b": {"3": "v"}} {
		g, err := storage.OpenGroup(ctx, url+name)
		require.NoError(t, err)
		assert.Equal(t, want, g.Attrs(), name)
		require.NoError(t, g.Close())
	}
	require.ErrorIs(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"a/z": x}, attrs("a/z/", "6"), chunkgrid.Extend()), storage.ErrNotFound)
}

// TestExtend adds an array, computed from one that is there, to a store.
func TestExtend(t *testing.T) {
	url := filepath.Join(t.TempDir(), "out.zarr")
	want := ramp[float64](t, 6, 8)
	x := chunkgrid.FromND(want, nd.Sizes(4, 3)).Named("y", "x")
	coord := chunkgrid.FromND(ramp[float64](t, 8)).Named("x")
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x, "x": coord}, chunkgrid.Extend(),
		chunkgrid.Attrs("", storage.Attrs{"title": "t"})), "a new one")
	g, err := storage.OpenGroup(ctx, url)
	require.NoError(t, err)
	defer func() { _ = g.Close() }()
	v, err := chunkgrid.Open[float64](ctx, url+"/v")
	require.NoError(t, err)
	w := ufunc.Mul(v, 2)
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"w": w}, chunkgrid.Extend(), chunkgrid.CopyCoords(g),
		chunkgrid.Attrs("", storage.Attrs{"history": "h"})))
	twice := nd.Map(want, func(v float64) float64 { return 2 * v })
	assert.True(t, nd.ArrayEqual(twice, computed[float64](t, url+"/w")))
	assert.True(t, nd.ArrayEqual(want, computed[float64](t, url+"/v")))
	g, err = storage.OpenGroup(ctx, url)
	require.NoError(t, err)
	assert.Equal(t, storage.Attrs{"title": "t", "history": "h"}, g.Attrs())

	err = chunkgrid.Save(ctx, url, chunkgrid.Vars{"u": x, "v": w}, chunkgrid.Extend())
	require.ErrorIs(t, err, storage.ErrExists)
	assert.ErrorContains(t, err, "/v: ")
	short := v.Slice(nd.All, nd.To(5))
	other := filepath.Join(t.TempDir(), "other.zarr")
	require.NoError(t, chunkgrid.Save(ctx, other, chunkgrid.Vars{"v": short, "x": coord.Slice(nd.To(5))}))
	from, err := storage.OpenGroup(ctx, other)
	require.NoError(t, err)
	defer func() { _ = from.Close() }()
	err = chunkgrid.Save(ctx, url, chunkgrid.Vars{"u": short}, chunkgrid.Extend(), chunkgrid.CopyCoords(from))
	require.ErrorIs(t, err, nd.ErrShape)
	require.Error(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"u": x}, chunkgrid.Extend(), chunkgrid.Overwrite()))
	names, err := g.Names(ctx)
	require.NoError(t, err)
	assert.Equal(t, []storage.Child{{Name: "v"}, {Name: "w"}, {Name: "x"}}, names, "what failed left nothing")
}
