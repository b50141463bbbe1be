package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// A store and a file with the same in them don't differ, whatever the format.
func TestDiffEqual(t *testing.T) {
	demo(t)
	assert.Empty(t, show(t, "diff", "demo.zarr", "demo.zarr"))
	assert.Equal(t, `{"ndinfo":1,"kind":"diff","a":"demo.zarr/air","b":"demo.zarr/air","equal":true,"differences":[]}`+"\n",
		show(t, "diff", "demo.zarr/air", "demo.zarr/air", "--json", "--storage"))
	needHDF5(t)
	fill(t, "demo.h5")
	assert.Empty(t, show(t, "diff", "demo.zarr", "demo.h5"))
}

// change changes an element of an array in place.
func change[T nd.Elem](t *testing.T, url, name string, start []int, v T) {
	t.Helper()
	ctx := context.Background()
	g, err := storage.OpenWritable(ctx, url, nil)
	require.NoError(t, err)
	a, err := g.Array(ctx, name)
	require.NoError(t, err)
	w := a.(storage.WritableArray)
	shape := make([]int, len(start))
	for i := range shape {
		shape[i] = 1
	}
	require.NoError(t, storage.WriteBox(ctx, w, nd.Box{Start: start, Shape: shape}, nd.AsBytes([]T{v})))
	require.NoError(t, w.Commit(ctx))
	require.NoError(t, w.Close())
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
}

func TestDiffFindings(t *testing.T) {
	demo(t)
	ctx := context.Background()
	fill(t, "other.zarr")
	g, err := storage.OpenWritable(ctx, "other.zarr", nil)
	require.NoError(t, err)
	require.NoError(t, g.SetAttrs(ctx, storage.Attrs{"title": "another test", "Conventions": []string{"CF-1.8"}, "edition": 2}))
	over := map[string]string{"overwrite": "true"}
	put(t, g, "lon", storage.Spec{Dims: []string{"x"}, Attrs: storage.Attrs{"units": "degrees_east"}, Options: over}, nd.Must(nd.Arange[float64](0, 8, 1)))
	put(t, g, "flags", storage.Spec{Options: over, Chunks: nd.Must(nd.NewGrid([]int{5}, []int{2}))}, nd.Must(nd.FromSlice([]bool{true, false, true, true, true})))
	put(t, g, "wave", storage.Spec{Options: over}, nd.Must(nd.FromSlice([]complex128{1 + 2i, 3 - 4.5i, complex(math.NaN(), math.Inf(1))})))
	put(t, g, "code", storage.Spec{Options: over}, nd.Must(nd.DynFromBytes(nd.Sized(nd.KindBytes, 3), []int{2}, []byte("abdd\x00\x00"))))
	put(t, g, "half", storage.Spec{Options: over, Fill: nd.AsBytes([]nd.Float16{nd.NewFloat16(7)})}, nd.Must(nd.FromSlice([]nd.Float16{nd.NewFloat16(1), nd.NewFloat16(2.5)})))
	put(t, g, "new", storage.Spec{Dims: []string{"lat", ""}}, nd.Must(nd.Zeros[int8](6, 2)))
	sub, err := g.CreateGroup(ctx, "later")
	require.NoError(t, err)
	require.NoError(t, sub.Commit(ctx))
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	change(t, "other.zarr", "air", []int{3, 5, 7}, float32(math.NaN()))
	change(t, "other.zarr", "air", []int{2, 0, 1}, float32(1e30))
	change(t, "other.zarr", "big", []int{2}, int64(1<<53))
	change(t, "other.zarr", "time", []int{1}, nd.Datetime(0))
	change(t, "other.zarr", "crs", []int{}, int32(4327))

	out, errs, status := ndinfo(t, "diff", "demo.zarr", "other.zarr", "--storage")
	assert.Equal(t, 1, status)
	assert.Empty(t, errs)
	golden(t, "diff", out)

	out, errs, status = ndinfo(t, "diff", "demo.zarr", "other.zarr", "--json")
	assert.Equal(t, 1, status)
	assert.Empty(t, errs)
	var doc diffDoc
	require.NoError(t, json.Unmarshal([]byte(out), &doc))
	assert.False(t, doc.Equal)
	assert.Len(t, doc.Differences, 16) // those of the golden file without --storage
	assert.Contains(t, doc.Differences, difference{Name: "air", What: "values", A: 19.25, B: "NaN", Count: 2, Of: 192, Index: []int{3, 5, 7}})
	assert.Contains(t, doc.Differences, difference{Name: "later", What: "presence", B: "group"})

	out, _, status = ndinfo(t, "diff", "demo.zarr/sub", "demo.zarr/air")
	assert.Equal(t, 1, status)
	assert.Equal(t, "/: kind: group / array float32 (time 4, lat 6, lon 8)\n", out)
}

// Tolerances are NumPy's: |a-b| <= atol + rtol*|b|.
func TestDiffTolerance(t *testing.T) {
	demo(t)
	ctx := context.Background()
	g, err := storage.Create(ctx, "pair.zarr", nil)
	require.NoError(t, err)
	put(t, g, "a", storage.Spec{Chunks: nd.Must(nd.NewGrid([]int{5}, []int{2}))}, nd.Must(nd.FromSlice([]float64{100, 1, math.NaN(), math.Inf(1), 0})))
	put(t, g, "b", storage.Spec{Chunks: nd.Must(nd.NewGrid([]int{5}, []int{3}))}, nd.Must(nd.FromSlice([]float64{101, 1, math.NaN(), math.Inf(1), 1e-9})))
	put(t, g, "c", storage.Spec{}, nd.Must(nd.FromSlice([]float64{101, 1, math.NaN(), math.Inf(-1), 0})))
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	for args, want := range map[string]string{
		"a b":                           "a: values: 2 of 5 differ, most at [0]: 100 / 101\n",
		"a b --atol 1e-9":               "a: values: 1 of 5 differ, most at [0]: 100 / 101\n",
		"a b --rtol 0.01 --atol 1e-9":   "",
		"a b --rtol 0.0099 --atol 1e-9": "a: values: 1 of 5 differ, most at [0]: 100 / 101\n",
		"a c --atol 1":                  "a: values: 1 of 5 differ, most at [3]: +Inf / -Inf\n",
	} {
		words := strings.Fields(args)
		out, errs, status := ndinfo(t, append([]string{"diff", "pair.zarr/" + words[0], "pair.zarr/" + words[1]}, words[2:]...)...)
		assert.Empty(t, errs)
		assert.Equal(t, min(len(want), 1), status, args)
		assert.Equal(t, want, out, args)
	}
}

func TestDiffDocumentsFollowTheSchema(t *testing.T) {
	demo(t)
	equal := show(t, "diff", "demo.zarr/air", "demo.zarr/air", "--json")
	unequal, _, _ := ndinfo(t, "diff", "demo.zarr/air", "demo.zarr/wave", "--json", "--storage")
	kinds, _, _ := ndinfo(t, "diff", "demo.zarr", "demo.zarr/wave", "--json")
	out, err := compare(t, equal+unequal+kinds)
	assert.NoError(t, err, out)
	out, err = compare(t, strings.Replace(equal, `"equal":true,`, "", 1))
	assert.Error(t, err, out)
}

// words is an array of text.
type words struct {
	storage.Array
	elems []string
}

func (w words) Meta() *storage.Meta {
	shape := []int{len(w.elems)}
	grid := nd.Must(nd.NewGrid(shape, []int{2}))
	return &storage.Meta{DType: nd.Text, Shape: shape, ReadGrid: grid, WriteGrid: grid, Fill: []byte("?")}
}

func (w words) ReadStrings(_ context.Context, coord []int) ([]string, bool, error) {
	box := w.Meta().ReadGrid.Box(coord)
	return w.elems[box.Start[0]:box.Stop(0)], true, nil
}

func TestDiffText(t *testing.T) {
	var out bytes.Buffer
	d := differ{stdout: &out, memory: 1 << 20}
	require.NoError(t, d.arrays(context.Background(), "t", words{elems: []string{"a", "bc", "d", "e", "f"}}, words{elems: []string{"a", "bc", "x", "e", "y"}}))
	assert.Equal(t, "t: values: 2 of 5 differ, most at [2]: \"d\" / \"x\"\n", out.String())
}

func TestDiffTrouble(t *testing.T) {
	demo(t)
	for args, want := range map[string]string{
		"diff demo.zarr":                         "takes ",
		"diff demo.zarr nothing":                 "ndinfo: nothing: not found: ",
		"diff nothing demo.zarr":                 "ndinfo: nothing: not found: ",
		"diff demo.zarr demo.zarr --rtol -1":     "ndinfo: --rtol -1 --atol 0: ",
		"diff demo.zarr demo.zarr --atol NaN":    "ndinfo: --rtol 0 --atol NaN: ",
		"diff demo.zarr demo.zarr --memory 100B": "memory budget too small",
	} {
		_, errs, status := ndinfo(t, strings.Fields(args)...)
		assert.Equal(t, 2, status, args)
		assert.Contains(t, errs, want, args)
	}
}

func TestSameAttr(t *testing.T) {
	nan := math.NaN()
	for _, pair := range [][2]any{
		{int8(3), 3.0}, {int64(3), uint8(3)}, {[]int32{3}, int64(3)}, {[]string{"a"}, "a"}, {[]any{int64(1), 2.5}, []float64{1, 2.5}},
		{float32(0.1), 0.1}, {nan, "NaN"}, {float32(nan), nan}, {"Infinity", math.Inf(1)}, {nd.NewFloat16(1), 1.0}, {nil, nil},
		{map[string]any{"a": int64(1)}, map[string]any{"a": 1.0}}, {true, true}, {uint64(math.MaxUint64), uint64(math.MaxUint64)}, {1 + 2i, complex64(1 + 2i)},
	} {
		assert.True(t, sameAttr(pair[0], pair[1]), "%v %v", pair[0], pair[1])
		assert.True(t, sameAttr(pair[1], pair[0]), "%v %v", pair[1], pair[0])
	}
	for _, pair := range [][2]any{
		{int8(3), 3.5}, {"3", 3}, {true, 1}, {[]int{1, 2}, []int{1}}, {0.1, 0.1000001}, {nil, "a"}, {int64(math.MaxInt64), int64(math.MaxInt64 - 1)},
		{int64(-1), uint64(math.MaxUint64)}, {map[string]any{"a": 1}, map[string]any{"b": 1}}, {"NaN", "Infinity"}, {"a", "b"},
	} {
		assert.False(t, sameAttr(pair[0], pair[1]), "%v %v", pair[0], pair[1])
		assert.False(t, sameAttr(pair[1], pair[0]), "%v %v", pair[1], pair[0])
	}
	assert.False(t, sameNumber(reflect.ValueOf("x"), reflect.ValueOf(1)))
}
