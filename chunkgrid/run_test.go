package chunkgrid_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	_ "github.com/ndgrid/ndgrid/storage/std"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/ufunc"
)

// children are what other processes of a test do, by name.
var children map[string]func(url string) error

func TestMain(m *testing.M) {
	if do := children[os.Getenv("NDGRID_TEST_CHILD")]; do != nil {
		fmt.Println("begun")
		if err := do(os.Getenv("NDGRID_TEST_URL")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

var ctx = context.Background()

// ramp returns 0, 1, 2 … in a shape.
func ramp[T nd.Real](t testing.TB, shape ...int) *nd.Array[T] {
	n, err := nd.SizeOf(shape)
	require.NoError(t, err)
	a, err := nd.FromStrided(make([]T, n), shape, nd.CStrides(shape), 0)
	require.NoError(t, err)
	for i := range a.Data() {
		a.Data()[i] = T(i)
	}
	return a
}

// stored returns an array in memory that is read chunk by chunk and counts it.
func stored[T nd.Real](t testing.TB, a *nd.Array[T], chunk ...int) (*chunkgrid.Array[T], *storagetest.Array) {
	grid, err := nd.NewGrid(a.Shape(), chunk)
	require.NoError(t, err)
	m, err := mem.New(a.DType(), a.Shape(), grid)
	require.NoError(t, err)
	require.NoError(t, storage.WriteBox(ctx, m, nd.WholeBox(a.Shape()), a.Bytes()))
	counted := &storagetest.Array{Array: m}
	x, err := chunkgrid.From[T](counted)
	require.NoError(t, err)
	return x, counted
}

func assertDecodedOnce(t *testing.T, x chunkgrid.Any, c *storagetest.Array) {
	t.Helper()
	assert.Equal(t, x.Grid().Len(), c.Reads.Total(), "chunks decoded")
	for coord, n := range c.Reads.All() {
		assert.Equal(t, 1, n, "chunk %s", coord)
	}
}

func TestRunReadsSharedSourcesOnce(t *testing.T) {
	x, c := stored(t, ramp[float64](t, 60, 40), 7, 11)
	mean, err := nd.Zeros[float64](40)
	require.NoError(t, err)
	std, err := nd.Zeros[float64]()
	require.NoError(t, err)
	doubled, err := nd.Zeros[float64](60, 40)
	require.NoError(t, err)
	rep, err := chunkgrid.Run(ctx, []chunkgrid.Out{
		reduce.Mean(x, reduce.Axis(0)).Into(mean), reduce.Std(x).Into(std), ufunc.Mul(x, 2).Into(doubled)})
	require.NoError(t, err)
	assertDecodedOnce(t, x, c)
	assert.Equal(t, 1, rep.Stages)
	assert.Equal(t, 29.5*40, mean.At(0))
	assert.InDelta(t, math.Sqrt((2400*2400-1)/12.0), std.At(), 1e-9)
	assert.Equal(t, 2*2399.0, doubled.At(59, 39))
}

func TestShiftedOperandsDecodeOnce(t *testing.T) {
	for _, axis := range []int{0, 1} {
		a := ramp[float32](t, 64, 48)
		x, c := stored(t, a, 5, 9)
		from, to := []nd.Range{nd.From(1)}, []nd.Range{nd.To(-1)}
		if axis == 1 {
			from, to = []nd.Range{nd.All, nd.From(1)}, []nd.Range{nd.All, nd.To(-1)}
		}
		d, err := ufunc.Sub(x.Slice(from...), x.Slice(to...)).Compute(ctx)
		require.NoError(t, err)
		want := []float32{48, 1}[axis]
		for v := range d.Values() {
			require.Equal(t, want, v)
		}
		assertDecodedOnce(t, x, c)
	}
}

// A rechunk whose chunks don't fit goes through a scratch file: every chunk of
// the source is decoded once, and nothing is left behind.
func TestRechunkThroughScratch(t *testing.T) {
	dir := t.TempDir()
	a := ramp[float64](t, 512, 512) // 2 MiB
	x, c := stored(t, a, 8, 512)
	y := x.Rechunk(nd.Sizes(512, 8))
	opts := []chunkgrid.Option{chunkgrid.Memory(1 << 20), chunkgrid.Scratch(dir), chunkgrid.Workers(2)}
	e, err := y.Explain(opts...)
	require.NoError(t, err)
	require.Len(t, e.Stages, 2, "%v", e)
	dst, err := nd.Zeros[float64](512, 512)
	require.NoError(t, err)
	_, err = chunkgrid.Run(ctx, []chunkgrid.Out{y.Into(dst)}, opts...)
	require.NoError(t, err)
	assert.True(t, nd.ArrayEqual(a, dst))
	assertDecodedOnce(t, x, c)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// TestReshapeChunks: what is reshaped across the edges of chunks is cut into chunks about
// as large, not into crumbs.
func TestReshapeChunks(t *testing.T) {
	x := chunkgrid.Full(1.0, []int{1000, 1000}, nd.Sizes(300, 300))
	assert.InDelta(t, 300*300, x.Flatten().Grid().MaxChunk()[0], 45_000)
	y := x.Reshape(500, 2, 1000)
	assert.InDelta(t, 300*300, nd.Box{Shape: y.Grid().MaxChunk()}.Size(), 45_000)
}

func TestReshapeAcrossChunkEdges(t *testing.T) {
	a := ramp[int32](t, 30, 7, 4)
	for _, shape := range [][]int{{-1, 4}, {5, 6, 28}, {840}, {7, 120}, {2, 3, 5, 7, 2, 2}, {4, -1}} {
		x, _ := stored(t, a, 4, 3, 3)
		got, err := x.Reshape(shape...).Compute(ctx, chunkgrid.Workers(3))
		require.NoError(t, err)
		want, err := a.Reshape(shape...)
		require.NoError(t, err)
		assert.True(t, nd.ArrayEqual(want, got), "C %v", shape)
		got, err = x.ReshapeF(shape...).Compute(ctx, chunkgrid.Order(nd.F))
		require.NoError(t, err)
		want, err = a.ReshapeF(shape...)
		require.NoError(t, err)
		assert.True(t, nd.ArrayEqual(want, got), "F %v", shape)
	}
}

func TestMemoryTooSmall(t *testing.T) {
	x, c := stored(t, ramp[float64](t, 400, 400), 100, 100)
	_, err := reduce.Sum(x).Value(ctx, chunkgrid.Memory(64<<10))
	require.ErrorContains(t, err, "stage 0 (sum)")
	require.ErrorContains(t, err, "of the budget of 64 KiB")
	_, err = ufunc.Mul(x, 2).Compute(ctx, chunkgrid.Memory(1<<20))
	require.ErrorContains(t, err, "use Save or Into")
	assert.Zero(t, c.Reads.Total(), "it fails before it reads")
}

func TestErrorsOfSources(t *testing.T) {
	boom := errors.New("disk on fire")
	x, c := stored(t, ramp[float64](t, 400, 40), 10, 10)
	c.Fail = func(coord []int) error {
		if coord[0] == 17 {
			return fmt.Errorf("chunk %v: %w", coord, boom)
		}
		return nil
	}
	for _, w := range []int{1, 2, 7} {
		_, err := reduce.Max(x).Value(ctx, chunkgrid.Workers(w))
		require.ErrorIs(t, err, boom)
		require.ErrorContains(t, err, "chunk [17 ")
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(ctx)
	x, c := stored(t, ramp[float64](t, 1000, 10), 1, 10)
	var n atomic.Int64
	c.Fail = func([]int) error {
		if n.Add(1) == 20 {
			cancel()
		}
		return nil
	}
	_, err := reduce.Sum(x).Value(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Less(t, c.Reads.Total(), 40)
}

func TestPanicOfUserFunction(t *testing.T) {
	x := chunkgrid.FromND(ramp[float64](t, 8, 8), nd.Sizes(4, 4))
	_, err := ufunc.Map(x, func(v float64) float64 {
		if v == 60 {
			panic("sixty")
		}
		return v
	}).Compute(ctx)
	require.ErrorContains(t, err, "panic: sixty")
	_, err = chunkgrid.MapChunks(x, func(c *nd.Array[float64]) (*nd.Array[float64], error) {
		return nil, errors.New("no")
	}).Compute(ctx)
	assert.Regexp(t, `^run_test.go:\d+: chunkgrid.MapChunks: chunk \[0:4, 0:4\]: no$`, err.Error())
	_, err = chunkgrid.MapChunks(x, func(c *nd.Array[float64]) (*nd.Array[float64], error) {
		return c.Slice(nd.At(0))
	}).Compute(ctx)
	require.ErrorContains(t, err, "returned shape [4] for a chunk of shape [4 4]")
}

func TestEach(t *testing.T) {
	x := chunkgrid.FromND(ramp[int16](t, 9, 10), nd.Sizes(4, 4))
	i := 0
	for c, err := range x.Each(ctx, chunkgrid.Workers(3)) {
		require.NoError(t, err)
		assert.Equal(t, x.Grid().Box(x.Grid().Coord(i)), c.Box)
		assert.Equal(t, int16(c.Box.Start[0]*10+c.Box.Start[1]), c.Data.At(0, 0))
		i++
	}
	assert.Equal(t, 9, i)
	for range x.Each(ctx) {
		break // the run stops; goleak would see it otherwise
	}
	bad := ufunc.Add(x, 70000)
	for _, err := range bad.Each(ctx) {
		require.Error(t, err)
	}
}

func TestEvents(t *testing.T) {
	x, _ := stored(t, ramp[float32](t, 40, 40), 10, 10)
	var tasks, runs int
	_, err := ufunc.Sub(x, reduce.Mean(x)).Compute(ctx, chunkgrid.OnEvent(func(e diag.Event) {
		switch e.Kind {
		case diag.TaskDone:
			tasks++
		case diag.RunEnd:
			runs++
			assert.EqualValues(t, 2*40*40*4, e.Decoded)
		}
	}))
	require.NoError(t, err)
	assert.Equal(t, 32, tasks)
	assert.Equal(t, 1, runs)
}

func TestErrorPlaces(t *testing.T) {
	x := chunkgrid.FromND(ramp[float64](t, 3, 4))
	y := chunkgrid.FromND(ramp[float64](t, 5))
	bad := ufunc.Sub(x, y)
	require.ErrorIs(t, bad.Err(), nd.ErrShape)
	assert.Regexp(t, `^run_test\.go:\d+: ufunc\.Sub: shapes \[3 4\] and \[5\] do not broadcast`, bad.Err().Error())
	_, err := reduce.Sum(ufunc.Mul(bad, 2)).Value(ctx)
	assert.Equal(t, bad.Err(), err, "the first error stays")
	assert.Equal(t, []int{3, 4}, bad.Shape())
	assert.ErrorContains(t, x.Slice(nd.At(3)).Err(), "chunkgrid.Slice: index 3 along axis 0 of shape [3 4]")
	var none *chunkgrid.Array[float64]
	assert.ErrorContains(t, ufunc.Add(none, 1).Err(), "nil array")
	assert.ErrorContains(t, ufunc.Add(chunkgrid.FromND(ramp[int16](t, 2)), 2.5).Err(), "int16 holds no 2.5")
	assert.ErrorContains(t, x.Rechunk(nd.Sizes(0, 1)).Err(), "chunk length 0")
	assert.ErrorContains(t, x.Reshape(5, -1).Err(), "[5 -1]")
	assert.ErrorContains(t, chunkgrid.Full(1.0, []int{1 << 40, 1 << 40}, nd.Auto).Err(), "2^62")
}

func TestSaveOpenRoundTrip(t *testing.T) {
	dir := t.TempDir()
	url := filepath.Join(dir, "out.zarr")
	x := chunkgrid.FromND(ramp[float32](t, 6, 8), nd.Sizes(4, 3)).Named("y", "x")
	coord := chunkgrid.FromND(ramp[float64](t, 8)).Named("x")
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x, "x": coord, "m": reduce.Mean(x, reduce.Dim("y"))},
		chunkgrid.Attrs("v", storage.Attrs{"units": "K"}), chunkgrid.Attrs("", storage.Attrs{"title": "t"})))
	err := chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x})
	require.ErrorIs(t, err, storage.ErrExists)
	require.ErrorContains(t, err, "Overwrite")

	v, err := chunkgrid.Open[float32](ctx, url+"/v")
	require.NoError(t, err)
	assert.Equal(t, []string{"y", "x"}, v.Dims())
	assert.Equal(t, []int{2, 3}, v.NumChunks())
	got, err := v.Compute(ctx)
	require.NoError(t, err)
	assert.True(t, nd.ArrayEqual(ramp[float32](t, 6, 8), got))
	_, err = chunkgrid.Open[float64](ctx, url+"/v")
	require.ErrorContains(t, err, "is float32, not float64; use OpenAny and ufunc.Cast[float64]")
	_, err = chunkgrid.Open[float64](ctx, url+"/w")
	require.ErrorContains(t, err, "; the group holds m, v, x")
	_, err = chunkgrid.Open[float64](ctx, url+"/v/w")
	require.ErrorContains(t, err, `; "v" is an array`)
	require.ErrorIs(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x}, chunkgrid.Overwrite(), chunkgrid.Attrs("w", storage.Attrs{})), storage.ErrNotFound)
	require.ErrorContains(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": nil}, chunkgrid.Overwrite()), `"v" is a nil array`)

	g, err := storage.OpenGroup(ctx, url)
	require.NoError(t, err)
	defer func() { _ = g.Close() }()
	assert.Equal(t, "t", g.Attrs()["title"])
	second := filepath.Join(dir, "second.zarr")
	require.NoError(t, chunkgrid.Save(ctx, second, chunkgrid.Vars{"w": ufunc.Mul(v, 2)}, chunkgrid.CopyCoords(g)))
	c, err := chunkgrid.Open[float64](ctx, second+"/x")
	require.NoError(t, err)
	last, err := c.Slice(nd.At(-1)).Value(ctx)
	require.NoError(t, err)
	assert.Equal(t, 7.0, last)
}

// A save that fails leaves nothing, or what was there before.
func TestSaveIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	url := filepath.Join(dir, "out.zarr")
	x, c := stored(t, ramp[float64](t, 40, 40), 10, 10)
	c.Fail = func(coord []int) error {
		if coord[0] == 3 {
			return errors.New("unreadable")
		}
		return nil
	}
	require.ErrorContains(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x}), "unreadable")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	good := chunkgrid.Full(1.0, []int{4}, nd.Auto)
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": good}))
	require.Error(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x}, chunkgrid.Overwrite()))
	v, err := chunkgrid.Open[float64](ctx, url+"/v")
	require.NoError(t, err)
	sum, err := reduce.Sum(v).Value(ctx)
	require.NoError(t, err)
	assert.Equal(t, 4.0, sum)
}

// Of 0, 1, 2 … in int16: 3 is missing, the rest is 0.5*v + 10.
func TestDecode(t *testing.T) {
	url := filepath.Join(t.TempDir(), "p.zarr")
	x := chunkgrid.FromND(ramp[int16](t, 6))
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x, "u": ufunc.Sub(ufunc.Cast[int8](x), 3)},
		chunkgrid.Attrs("v", storage.Attrs{"_FillValue": int16(3), "scale_factor": float32(0.5), "add_offset": float32(10)}),
		chunkgrid.Attrs("u", storage.Attrs{"_Unsigned": "true"})))
	_, err := chunkgrid.Open[float64](ctx, url+"/v")
	require.ErrorContains(t, err, "use the option Decode")
	a, err := chunkgrid.OpenAny(ctx, url+"/v", chunkgrid.Decode())
	require.NoError(t, err)
	got, err := chunkgrid.As[float64](ufunc.Cast[float64](a)).Compute(ctx)
	require.NoError(t, err)
	nan := math.NaN()
	assert.True(t, nd.AllClose(nd.Must(nd.FromSlice([]float64{10, 10.5, 11, nan, 12, 12.5})), got, 0, 0, true), "%v", got)
	// xarray's way of writing -1 as the _FillValue of a float array
	f := chunkgrid.FromND(nd.Must(nd.FromSlice([]float32{-1, 2})))
	other := filepath.Join(t.TempDir(), "f.zarr")
	require.NoError(t, chunkgrid.Save(ctx, other, chunkgrid.Vars{"f": f}, chunkgrid.Attrs("f", storage.Attrs{"_FillValue": "AAAAAAAA8L8="})))
	d, err := chunkgrid.Open[float32](ctx, other+"/f", chunkgrid.Decode())
	require.NoError(t, err)
	sum, err := reduce.NaNSum(d).Value(ctx)
	require.NoError(t, err)
	assert.Equal(t, float32(2), sum)
	u, err := chunkgrid.Open[uint8](ctx, url+"/u", chunkgrid.Decode())
	require.NoError(t, err)
	bytes, err := u.Compute(ctx)
	require.NoError(t, err)
	assert.Equal(t, []uint8{253, 254, 255, 0, 1, 2}, bytes.Data())
}

func TestToRegion(t *testing.T) {
	grid, err := nd.NewGrid([]int{10, 10}, []int{4, 4})
	require.NoError(t, err)
	dst, err := mem.New(nd.Float64, []int{10, 10}, grid)
	require.NoError(t, err)
	x := chunkgrid.FromND(ramp[float64](t, 5, 6), nd.Sizes(2, 5))
	_, err = chunkgrid.Run(ctx, []chunkgrid.Out{x.To(dst, 3, 2)})
	require.NoError(t, err)
	all, err := chunkgrid.From[float64](dst)
	require.NoError(t, err)
	got, err := all.SliceText("3:8, 2:8").Compute(ctx)
	require.NoError(t, err)
	assert.True(t, nd.ArrayEqual(ramp[float64](t, 5, 6), got))
	for _, region := range [][]int{{6, 2}, {-1, 0}, {math.MaxInt - 1, 0}, {3}} {
		_, err = chunkgrid.Run(ctx, []chunkgrid.Out{x.To(dst, region...)})
		require.ErrorIs(t, err, nd.ErrShape, region)
	}
}

func TestZeroLengthAxes(t *testing.T) {
	x, _ := stored(t, ramp[float64](t, 0, 5), 3, 2)
	sum, err := reduce.Sum(x, reduce.Axis(0)).Compute(ctx)
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 0, 0, 0, 0}, sum.Data())
	mean, err := reduce.Mean(x).Value(ctx)
	require.NoError(t, err)
	assert.True(t, math.IsNaN(mean))
	assert.ErrorContains(t, reduce.Max(x, reduce.Axis(0)).Err(), "is empty")
	e, err := ufunc.Add(x, 1).Reshape(5, 0, 2).Compute(ctx)
	require.NoError(t, err)
	assert.Equal(t, []int{5, 0, 2}, e.Shape())
}

// A file of a single array is written by Save too; one of two is refused.
func TestSaveSingleArrayFile(t *testing.T) {
	url := filepath.Join(t.TempDir(), "x.npy")
	x := chunkgrid.FromND(ramp[int32](t, 3, 5), nd.Sizes(2, 2))
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"x": x}))
	a, err := chunkgrid.Open[int32](ctx, url)
	require.NoError(t, err)
	got, err := a.Compute(ctx)
	require.NoError(t, err)
	assert.True(t, nd.ArrayEqual(ramp[int32](t, 3, 5), got))
	require.ErrorIs(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"x": x, "y": x}), storage.ErrUnsupported)
}

func TestNilAndLargeOperands(t *testing.T) {
	var none chunkgrid.Any
	assert.ErrorContains(t, chunkgrid.As[float64](none).Err(), "nil array")
	assert.ErrorContains(t, ufunc.Cast[int8](none).Err(), "nil array")
	_, err := chunkgrid.Marshal(none)
	assert.ErrorContains(t, err, "nil array")

	const first = uint64(1)<<63 - 2
	a, err := chunkgrid.Arange(first, first+5, 2, nd.Auto).Compute(ctx)
	require.NoError(t, err)
	assert.Equal(t, []uint64{first, first + 2, first + 4}, a.Data())
	assert.ErrorIs(t, chunkgrid.Arange[uint64](0, math.MaxUint64, 1, nd.Auto).Err(), nd.ErrOverflow)
}

// TestArangeAtTheEdges: distances beyond the dtype's own range, and NumPy's
// steps of floats.
func TestArangeAtTheEdges(t *testing.T) {
	for _, step := range []int64{1 << 62, -1 << 62} {
		from, to := int64(math.MinInt64), int64(math.MaxInt64)
		if step < 0 {
			from, to = to, from
		}
		a, err := chunkgrid.Arange(from, to, step, nd.Sizes(3)).Compute(ctx)
		require.NoError(t, err)
		assert.Equal(t, []int64{from, from + step, from + 2*step, from + 3*step}, a.Data())
	}
	assert.ErrorIs(t, chunkgrid.Arange[int64](math.MinInt64, math.MaxInt64, 1, nd.Auto).Err(), nd.ErrOverflow)
	assert.Zero(t, chunkgrid.Arange[int8](5, -5, 1, nd.Auto).Size())

	tenths, err := chunkgrid.Arange(1, 2, 0.1, nd.Sizes(4)).Compute(ctx)
	require.NoError(t, err)
	assert.Equal(t, 1.9000000000000008, tenths.At(9)) // np.arange(1, 2, 0.1)[9]
}

// TestNoPlaceForResults: what isn't there, and elements that share their memory.
func TestNoPlaceForResults(t *testing.T) {
	x := chunkgrid.FromND(nd.Must(nd.Zeros[float64](2, 3)))
	seconds := nd.Must(nd.Must(nd.Zeros[nd.Datetime](2)).WithDType(nd.Datetime64("s")))
	wide := nd.Must(nd.Must(nd.Zeros[float64](1, 3)).BroadcastTo(2, 3))
	for _, out := range []chunkgrid.Out{x.To(nil), x.Into(nil), x.Into(wide), chunkgrid.To(nil, nil), chunkgrid.Constant(1.0).Into(&nd.Array[float64]{}),
		chunkgrid.FromND(seconds).Into(nd.Must(nd.Zeros[nd.Datetime](2)))} {
		_, err := chunkgrid.Run(ctx, []chunkgrid.Out{out})
		require.Error(t, err)
	}
}

// uncut is an array whose driver forgot the grid.
type uncut struct{ storage.Array }

func (uncut) Meta() *storage.Meta { return &storage.Meta{DType: nd.Int8, Shape: []int{2, 3}} }

// TestNothing: what isn't there is an error, options that aren't there are none.
func TestNothing(t *testing.T) {
	_, err := chunkgrid.FromAny(nil)
	require.ErrorContains(t, err, "nil array")
	_, err = chunkgrid.FromAny(struct {
		storage.Array
		names []string
	}{})
	require.ErrorContains(t, err, "can't be compared with itself")
	_, err = chunkgrid.FromAny(uncut{})
	require.ErrorContains(t, err, "chunkgrid_test.uncut whose ReadGrid is of shape [], its Shape [2 3]")
	require.ErrorContains(t, chunkgrid.FromDyn(nil).Err(), "nil array")
	require.ErrorContains(t, chunkgrid.FromND(&nd.Array[float64]{}).Err(), "nil array")
	_, err = chunkgrid.ComputeDyn(ctx, nil)
	require.ErrorContains(t, err, "nil array")
	require.ErrorContains(t, chunkgrid.Save(ctx, t.TempDir()+"/x.zarr", chunkgrid.Vars{"a": nil}), "nil array")
	one := chunkgrid.Constant(1.0).ExpandDims(0)
	require.ErrorContains(t, one.Squeeze(0, -1).Err(), "axis 0 is given twice in [0 -1]")
	v, err := reduce.Sum(one, nil).Value(ctx, nil, chunkgrid.Workers(math.MaxInt), chunkgrid.Memory(math.MaxInt))
	require.NoError(t, err)
	assert.Equal(t, 1.0, v)
}

// TestStagesInOrder: what of two arrays is computed before, and then beside each
// other, is there in time.
func TestStagesInOrder(t *testing.T) {
	x, y := chunkgrid.Arange(0.0, 6, 1, nd.Sizes(2)), chunkgrid.Arange(10.0, 14, 1, nd.Sizes(3))
	x = chunkgrid.FromND(nd.Must(x.Compute(ctx)), nd.Sizes(2))
	a, b, c := nd.Must(nd.Zeros[float64](6)), nd.Must(nd.Zeros[float64](6)), nd.Must(nd.Zeros[float64]())
	_, err := chunkgrid.Run(ctx, []chunkgrid.Out{ufunc.Sub(x, reduce.Sum(x)).Into(a), ufunc.Sub(x, reduce.Max(y)).Into(b),
		reduce.Sum(ufunc.Mul(x, reduce.Min(y.Slice(nd.From(1))))).Into(c)})
	require.NoError(t, err)
	assert.Equal(t, []float64{-15, -14, -13, -12, -11, -10}, a.Data())
	assert.Equal(t, []float64{-13, -12, -11, -10, -9, -8}, b.Data())
	assert.Equal(t, 165.0, c.At())
}

func TestReportString(t *testing.T) {
	r := chunkgrid.Report{Elapsed: 1500 * time.Millisecond, Stages: 2, Tasks: 7, ChunksDecoded: 6, BytesDecoded: 3 << 20, Peak: 1 << 20, ProjectedPeak: 4 << 20}
	assert.Equal(t, "1.5s: stages 2, tasks 7, chunks decoded 6 (3.0 MiB), peak 1.0 MiB of 4.0 MiB projected", r.String())
}
