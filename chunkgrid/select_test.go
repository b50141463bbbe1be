package chunkgrid_test

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/ufunc"
)

//go:embed testdata/select.txt
var selected string // by NumPy, see testdata/select.py

// integers has the values of the scripts in testdata: int32 (4, 5, 6).
func integers() []int32 {
	v := make([]int32, 120)
	for i := range v {
		v[i] = int32(i*37%101 - 50)
	}
	return v
}

func fractions() []float64 {
	v := make([]float64, 120)
	for i, x := range integers() {
		v[i] = float64(x) / 7
	}
	nan := math.Float64frombits(0x7ff8 << 48) // NumPy's
	v[45], v[119] = nan, nan
	v[1], v[62] = math.Inf(1), math.Inf(1)
	return v
}

// cuts are chunks of (4, 5, 6): whole, uneven, runs in C order and single elements.
var cuts = []nd.Chunks{nd.Sizes(-1, -1, -1), nd.Lists([][]int{{1, 3}, {2, 2, 1}, {1, 4, 1}}), nd.Sizes(1, 2, 6), nd.Sizes(3, 2, 4), nd.Sizes(1, 1, 1)}

// compare has the values of arrays compared with the lines of a golden file.
func compare(t *testing.T, golden string, arrays map[string]chunkgrid.Any, opts ...chunkgrid.Option) {
	t.Helper()
	for line := range strings.Lines(golden) {
		name, want, _ := strings.Cut(strings.TrimSpace(line), ": ")
		a := arrays[name]
		require.NotNil(t, a, name)
		delete(arrays, name)
		require.NoError(t, a.Err(), name)
		got, err := chunkgrid.ComputeDyn(t.Context(), a, opts...)
		require.NoError(t, err, name)
		shape := strings.ReplaceAll(fmt.Sprint(a.Shape()), " ", ", ")
		assert.Equal(t, want, strings.TrimSpace(fmt.Sprintf("%v %s %x", a.DType(), shape, got.Bytes())), name)
	}
	assert.Empty(t, arrays, "arrays the golden file lacks")
}

func TestSelect(t *testing.T) {
	ctx := t.Context()
	all := func(a *chunkgrid.Array[int32], err error) chunkgrid.Any {
		require.NoError(t, err)
		return a
	}
	for _, c := range cuts {
		for _, workers := range []int{1, 5} {
			opt := []chunkgrid.Option{chunkgrid.Memory(1 << 20), chunkgrid.Workers(workers)}
			x := chunkgrid.FromND(nd.Must(nd.FromSlice(integers(), 4, 5, 6)), c)
			f := chunkgrid.FromND(nd.Must(nd.FromSlice(fractions(), 4, 5, 6)), c)
			mask := ufunc.Equal(ufunc.Remainder(x, 3), 0)
			odd := func(n int) *chunkgrid.Array[bool] {
				return ufunc.Equal(ufunc.Remainder(chunkgrid.Arange[int32](0, int32(n), 1, nd.Sizes(4)), 2), 1)
			}
			r := map[string]chunkgrid.Any{
				"mask": all(x.Extract(ctx, mask.Rechunk(nd.Sizes(2, 5, 1)), opt...)),
				"none": all(x.Extract(ctx, ufunc.Greater(x, 99), opt...)),
				"all":  all(x.Extract(ctx, ufunc.Less(x, 99), opt...)),
				"line": all(x.Flatten().Extract(ctx, mask.Flatten(), opt...)),
				"one":  all(x.Compress(ctx, -1, ufunc.Equal(chunkgrid.Arange[int32](0, 6, 1, nd.Sizes(4)), 5), opt...)),
			}
			positive, err := f.Extract(ctx, ufunc.Greater(f, 0), opt...)
			require.NoError(t, err)
			r["float mask"] = positive
			for k, n := range x.Shape() {
				r[fmt.Sprint("compress ", k)] = all(x.Compress(ctx, k, odd(n), opt...))
			}
			index, err := ufunc.Remainder(x, 5).Nonzero(ctx, opt...)
			require.NoError(t, err)
			findex, err := f.Nonzero(ctx, opt...)
			require.NoError(t, err)
			for k := range index {
				r[fmt.Sprint("nonzero ", k)], r[fmt.Sprint("nonzero float ", k)] = index[k], findex[k]
			}
			unique(t, r, "int", ufunc.Remainder(x, 17), opt)
			unique(t, r, "float", f, opt)
			unique(t, r, "zeros", chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{0, math.Copysign(0, -1), 1, 0})), nd.Sizes(1)), opt)
			unique(t, r, "empty", chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{}))), opt)
			compare(t, selected, r, opt...)
		}
	}
}

func unique[T nd.Real](t *testing.T, r map[string]chunkgrid.Any, name string, a *chunkgrid.Array[T], opt []chunkgrid.Option) {
	v, n, err := chunkgrid.Unique(t.Context(), a, opt...)
	require.NoError(t, err)
	r["unique "+name], r["counts "+name] = v, n
}

// TestSelectMore: a part of a selection, a selection of a selection, names.
func TestSelectMore(t *testing.T) {
	x := chunkgrid.Arange[int64](0, 1000, 1, nd.Sizes(100)).Named("time")
	even, err := x.Extract(t.Context(), ufunc.Equal(ufunc.Remainder(x, 2), 0))
	require.NoError(t, err)
	assert.Equal(t, []string{"time"}, even.Dims())
	assert.Equal(t, []int{500}, even.Shape())
	by12, err := even.Extract(t.Context(), ufunc.Equal(ufunc.Remainder(even, 12), 0))
	require.NoError(t, err)
	got, err := by12.SliceText("10:60:10").Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int64{120, 240, 360, 480, 600}, got.Data())
}

// TestSelectMemory: both passes and the copy stay within a budget of a tenth of
// the array.
func TestSelectMemory(t *testing.T) {
	x := chunkgrid.Arange[float64](0, 1<<20, 1, nd.Sizes(1<<13))
	opt := chunkgrid.Memory(800 << 10)
	some, err := x.Extract(t.Context(), ufunc.Equal(ufunc.Remainder(x, 1024), 3), opt)
	require.NoError(t, err)
	assert.Equal(t, 1024, some.Size())
	dst := nd.Must(nd.Zeros[float64](1024))
	report, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{some.Into(dst)}, opt)
	require.NoError(t, err)
	assert.LessOrEqual(t, report.Peak, 800<<10)
	assert.Equal(t, 1023*1024+3.0, dst.At(1023))

	few, _, err := chunkgrid.Unique(t.Context(), ufunc.Remainder(x, 100), opt)
	require.NoError(t, err)
	assert.Equal(t, 100, few.Size())
	_, _, err = chunkgrid.Unique(t.Context(), x, opt)
	require.ErrorIs(t, err, exec.ErrMemory)
	assert.ErrorContains(t, err, "different elements so far take")
	_, _, err = chunkgrid.Unique(t.Context(), x.Rechunk(nd.Sizes(1<<16)), opt)
	assert.ErrorIs(t, err, exec.ErrMemory)
}

func TestSelectErrors(t *testing.T) {
	ctx := t.Context()
	x := chunkgrid.FromND(nd.Must(nd.FromSlice(integers(), 4, 5, 6)))
	line := ufunc.Equal(chunkgrid.Arange[int32](0, 5, 1, nd.Auto), 0)
	_, err := x.Compress(ctx, 0, line)
	assert.ErrorContains(t, err, "compress: a mask of shape [5] for axis 0 of shape [4 5 6], want [4]")
	_, err = x.Compress(ctx, 3, line)
	assert.ErrorIs(t, err, nd.ErrAxis)
	_, err = x.Compress(ctx, 1, nil)
	assert.ErrorContains(t, err, "nil array")
	_, err = x.Extract(ctx, line)
	assert.ErrorContains(t, err, "extract: a mask of shape [5] for an array of shape [4 5 6]")
	_, err = chunkgrid.Constant(1.0).Nonzero(ctx)
	assert.ErrorContains(t, err, "nonzero: an array without axes has no indices")
	_, _, err = chunkgrid.Unique(ctx, x.Slice(nd.At(9)))
	assert.Error(t, err)

	// A mask that is another one when it is read again.
	calls := 0
	fickle := ufunc.Map(chunkgrid.Arange[int32](0, 4, 1, nd.Auto), func(int32) bool { calls++; return calls <= 5 })
	some, err := x.Compress(ctx, 0, fickle, chunkgrid.Workers(1))
	require.NoError(t, err)
	_, err = some.Compute(ctx, chunkgrid.Workers(1))
	assert.ErrorContains(t, err, "compress: the mask is true 1 times from index 0 to 4 of axis 0, it was 4 times when it was counted")
}

// How many elements a mask keeps is counted at once, the elements are read later.
func ExampleArray_Extract() {
	ctx := context.Background()
	x := chunkgrid.Arange[float64](0, 10, 1, nd.Sizes(4))
	big, err := x.Extract(ctx, ufunc.Greater(ufunc.Remainder(x, 5), 2))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(big)
	fmt.Println(big.Compute(ctx))
	// Output:
	// float64 (4)  chunks (1 1 2), 3 chunks, 32 B, not computed
	// [3. 4. 8. 9.] <nil>
}

func ExampleUnique() {
	ctx := context.Background()
	station := chunkgrid.FromND(nd.Must(nd.FromSlice([]int32{7, 3, 7, 7, 5, 3})), nd.Sizes(2))
	values, counts, err := chunkgrid.Unique(ctx, station)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(values.Compute(ctx))
	fmt.Println(counts.Compute(ctx))
	// Output:
	// [3 5 7] <nil>
	// [2 1 3] <nil>
}

func ExampleArray_Nonzero() {
	ctx := context.Background()
	m := chunkgrid.Eye[int8](3, 4, 1, nd.Sizes(2, 2))
	index, err := m.Nonzero(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(index[0].Compute(ctx))
	fmt.Println(index[1].Compute(ctx))
	// Output:
	// [0 1 2] <nil>
	// [1 2 3] <nil>
}

// TestNonzeroTimes: points in time are true where they are not the epoch, NaT too.
func TestNonzeroTimes(t *testing.T) {
	days := chunkgrid.FromND(nd.Must(nd.FromSlice([]nd.Datetime{0, 3, math.MinInt64, 0, -1})), nd.Sizes(2))
	at, err := days.Nonzero(t.Context())
	require.NoError(t, err)
	got, err := at[0].Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int64{1, 2, 4}, got.Data())
}

// TestOtherTrues: files may have any byte but 0 for true.
func TestOtherTrues(t *testing.T) {
	grid := nd.Must(nd.NewGrid([]int{6}, []int{3}))
	src := nd.Must(mem.New(nd.Bool, []int{6}, grid))
	for k := range 2 {
		require.NoError(t, src.WriteChunk(t.Context(), []int{k}, []byte{0, 2, 255}))
	}
	mask := nd.Must(chunkgrid.From[bool](src))
	x := chunkgrid.Arange[int64](0, 6, 1, nd.Sizes(3))
	some, err := x.Compress(t.Context(), 0, mask)
	require.NoError(t, err)
	same, err := x.Extract(t.Context(), mask)
	require.NoError(t, err)
	for _, a := range []*chunkgrid.Array[int64]{some, same, reduce.ArgTopK(mask, 4)} {
		got, err := a.Compute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []int64{1, 2, 4, 5}, got.Data())
	}
	at, err := reduce.ArgMax(mask).Value(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int64(1), at)
}
