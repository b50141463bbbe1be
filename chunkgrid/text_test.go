package chunkgrid_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/std"
)

// words are an array of text (3, 5) in chunks of (2, 3), of which the first one is
// missing: its elements are the fill value.
var words = []string{
	"none", "none", "none", "b", "a",
	"none", "none", "none", "żółw", "",
	"c", "a", "none", "b", "b",
}

func wordsFile(t testing.TB) string {
	t.Helper()
	ctx := t.Context()
	url := filepath.Join(t.TempDir(), "words.zarr")
	grid, err := nd.NewGrid([]int{3, 5}, []int{2, 3})
	require.NoError(t, err)
	w, err := storage.CreateArray(ctx, url, storage.Spec{DType: nd.Text, Shape: []int{3, 5}, Chunks: grid, Fill: []byte("none"), Dims: []string{"y", "x"}}, nil)
	require.NoError(t, err)
	for coord, box := range grid.Boxes() {
		if grid.Index(coord) == 0 {
			continue
		}
		elems := make([]string, box.Size())
		storage.CopyStrings(elems, box, words, nd.Box{Start: []int{0, 0}, Shape: []int{3, 5}}, box)
		require.NoError(t, w.(storage.StringWriter).WriteStrings(ctx, coord, elems))
	}
	require.NoError(t, w.Commit(ctx))
	require.NoError(t, w.Close())
	return url
}

// The functions of views are the views of the functions.
func TestMapText(t *testing.T) {
	ctx := t.Context()
	text, err := chunkgrid.OpenAny(ctx, wordsFile(t))
	require.NoError(t, err)
	assert.Equal(t, "string (y 3, x 5)  chunks (2, 3), 4 chunks, not computed", text.String())
	all := nd.Must(nd.FromSlice(lengths(words), 3, 5))
	for _, r := range [][]nd.Range{
		nil,
		{nd.From(1)},
		{nd.Every(2), nd.Span(1, 4)},
		{nd.At(1)},
		{nd.NewAxis, nd.All, nd.Every(-2)},
		{nd.Span(2, 2)},
	} {
		got := chunkgrid.MapText(text.View(r...), func(s string) int64 { return int64(len(s)) })
		require.NoError(t, got.Err())
		want := nd.Must(all.Slice(r...))
		v, err := got.Compute(ctx)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprint(want), fmt.Sprint(v), "%v", r)
	}
	twice := text.View(nd.From(1)).View(nd.All, nd.At(-1))
	assert.Equal(t, []string{"y"}, chunkgrid.MapText(twice, func(s string) bool { return s == "" }).Dims())
}

func lengths(texts []string) []int64 {
	n := make([]int64, len(texts))
	for i, s := range texts {
		n[i] = int64(len(s))
	}
	return n
}

func TestFactorize(t *testing.T) {
	ctx := t.Context()
	text, err := chunkgrid.OpenAny(ctx, wordsFile(t))
	require.NoError(t, err)
	codes, categories, err := chunkgrid.Factorize(ctx, text)
	require.NoError(t, err)
	assert.Equal(t, []string{"", "a", "b", "c", "none", "żółw"}, categories)
	v, err := codes.Compute(ctx)
	require.NoError(t, err)
	for i, n := range v.Data() {
		assert.Equal(t, words[i], categories[n])
	}
	counts, err := reduce.Bincount(codes, len(categories)).Compute(ctx)
	require.NoError(t, err)
	assert.Equal(t, []int64{1, 2, 3, 1, 7, 1}, counts.Data())

	// Of the chunks that a view touches, the elements outside it don't count.
	codes, categories, err = chunkgrid.Factorize(ctx, text.View(nd.At(1), nd.Every(-1)))
	require.NoError(t, err)
	assert.Equal(t, []string{"", "none", "żółw"}, categories)
	v, err = codes.Compute(ctx)
	require.NoError(t, err)
	assert.Equal(t, []int64{0, 2, 1, 1, 1}, v.Data())
	none, categories, err := chunkgrid.Factorize(ctx, text.View(nd.Span(0, 0)))
	require.NoError(t, err)
	assert.Empty(t, categories)
	assert.Equal(t, []int{0, 5}, none.Shape())
}

func TestTextErrors(t *testing.T) {
	ctx := t.Context()
	size := func(s string) int64 { return int64(len(s)) }
	url := wordsFile(t)
	text, err := chunkgrid.OpenAny(ctx, url)
	require.NoError(t, err)
	_, err = chunkgrid.ComputeDyn(ctx, text)
	assert.ErrorContains(t, err, "elements of string can't be computed; functions of text can, see chunkgrid.MapText")
	assert.ErrorIs(t, chunkgrid.MapText(chunkgrid.Full(1.0, []int{2}, nd.Auto), size).Err(), nd.ErrDType)
	assert.ErrorContains(t, chunkgrid.MapText(nil, size).Err(), "nil array")
	assert.ErrorIs(t, chunkgrid.MapText(text.View(nd.At(3)), size).Err(), nd.ErrIndex)
	_, _, err = chunkgrid.Factorize(ctx, text.View(nd.At(3)))
	assert.ErrorIs(t, err, nd.ErrIndex)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, _, err = chunkgrid.Factorize(cancelled, text)
	assert.ErrorIs(t, err, context.Canceled)

	codes, _, err := chunkgrid.Factorize(ctx, text)
	require.NoError(t, err)
	w, err := storage.OpenWritableArray(ctx, url, nil)
	require.NoError(t, err)
	require.NoError(t, w.(storage.StringWriter).WriteStrings(ctx, []int{1, 0}, []string{"a", "a", "new"}))
	require.NoError(t, w.Commit(ctx))
	require.NoError(t, w.Close())
	_, err = codes.Compute(ctx)
	assert.ErrorIs(t, err, storage.ErrChanged)
	assert.ErrorContains(t, err, `"new"`)
}

// What OpenAny opens stays open as long as something made of it is there.
func TestMappedTextStaysOpen(t *testing.T) {
	ctx := t.Context()
	n := func() *chunkgrid.Array[int64] {
		text, err := chunkgrid.OpenAny(ctx, wordsFile(t))
		require.NoError(t, err)
		return chunkgrid.MapText(text, func(s string) int64 { return int64(len(s)) })
	}()
	for range 3 {
		runtime.GC()
	}
	v, err := n.Compute(ctx)
	require.NoError(t, err)
	assert.True(t, slices.Equal(lengths(words), v.Data()))
}
