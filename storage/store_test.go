package storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/dir"
	"github.com/ndgrid/ndgrid/storage/mem"
)

// TestCopyStrings: every element of the region comes to its place, and no other does.
func TestCopyStrings(t *testing.T) {
	src := nd.Box{Start: []int{2, 1, 5}, Shape: []int{3, 4, 2}}
	dst := nd.Box{Start: []int{3, 0, 4}, Shape: []int{4, 4, 3}}
	region := storage.Intersect(src, dst)
	require.Equal(t, nd.Box{Start: []int{3, 1, 5}, Shape: []int{2, 3, 2}}, region)
	var from []string
	for index := range src.Indices() {
		from = append(from, fmt.Sprint(index))
	}
	to := make([]string, dst.Size())
	storage.CopyStrings(to, dst, from, src, region)
	i := 0
	for index := range dst.Indices() {
		want := ""
		if index[0] < 5 && index[1] >= 1 && index[2] >= 5 {
			want = fmt.Sprint(index)
		}
		assert.Equal(t, want, to[i], index)
		i++
	}
}

func TestRange(t *testing.T) {
	for _, c := range []struct{ size, offset, length, lo, hi int64 }{
		{10, 2, 3, 2, 5}, {10, 0, 10, 0, 10}, {10, 3, -1, 3, 10}, {10, 8, 3, 8, 10}, {10, 0, math.MaxInt64, 0, 10}, {10, 12, 1, 10, 10},
		{10, -4, -1, 6, 10}, {10, -4, 2, 6, 8}, {10, -20, 3, 0, 3}, {0, -1, 1, 0, 0}, {10, 5, 0, 5, 5},
	} {
		lo, hi := storage.Range(c.size, c.offset, c.length)
		assert.Equal(t, [2]int64{c.lo, c.hi}, [2]int64{lo, hi}, "%+v", c)
	}
}

// TestAppend: as much as is wanted or there is, and no memory for what is only promised.
func TestAppend(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789"), 20_000)
	for _, n := range []int64{0, 1, 65_536, 199_999, 200_000, 1 << 50} {
		got, err := storage.Append([]byte("head"), iotest.HalfReader(bytes.NewReader(text)), n)
		require.NoError(t, err)
		require.Equal(t, "head"+string(text[:min(n, 200_000)]), string(got))
		assert.Less(t, cap(got), 1<<20)
	}
	broken := errors.New("broken")
	got, err := storage.Append(nil, iotest.DataErrReader(iotest.TimeoutReader(bytes.NewReader(text))), 1<<20)
	assert.ErrorIs(t, err, iotest.ErrTimeout)
	assert.NotEmpty(t, got)
	_, err = storage.Append(nil, iotest.ErrReader(broken), 1)
	assert.Equal(t, broken, err)
}

func TestListKeys(t *testing.T) {
	keys := []string{"__draft/x", "a", "a-b", "a.b", "a/b", "a/c/d", "c/d/e", "c/d/f", "c/g", "y.partial", "z"} // sorted
	list := func(prefix string) (got []storage.Entry) {
		for e, err := range storage.ListKeys(t.Context(), keys, prefix, func(key string) int64 { return int64(len(key)) }) {
			require.NoError(t, err)
			got = append(got, e)
		}
		return got
	}
	assert.Equal(t, []storage.Entry{{Name: "a", Dir: true}, {Name: "a-b", Size: 3}, {Name: "a.b", Size: 3}, {Name: "c", Dir: true}, {Name: "z", Size: 1}}, list(""))
	assert.Equal(t, []storage.Entry{{Name: "b", Size: 3}, {Name: "c", Dir: true}}, list("a"))
	assert.Equal(t, []storage.Entry{{Name: "d", Dir: true}, {Name: "g", Size: 3}}, list("c"))
	assert.Equal(t, []storage.Entry{{Name: "e", Size: 5}, {Name: "f", Size: 5}}, list("c/d"))
	assert.Empty(t, list("a/b"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range storage.ListKeys(ctx, keys, "", func(string) int64 { return 0 }) {
		assert.ErrorIs(t, err, context.Canceled)
	}
}

// distant is a store that says whether it is far away.
type distant struct {
	storage.Store
	far bool
}

func (d distant) IsRemote() bool { return d.far }

func TestIsRemote(t *testing.T) {
	assert.False(t, storage.IsRemote(mem.NewStore()))
	assert.False(t, storage.IsRemote(distant{}))
	assert.True(t, storage.IsRemote(distant{far: true}))
}

// TestDeleteLeftovers: what no List shows goes, files and folders of any depth, and
// nothing else.
func TestDeleteLeftovers(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"__1.partial", "__draft/c/0", "a/c/__2.partial", "a/__old/x/y", "b.partial/z"} {
		write(t, filepath.Join(root, filepath.FromSlash(name)), "left")
	}
	keep := write(t, filepath.Join(root, "a", "c", "0"), "kept")
	s, err := dir.Open(root)
	require.NoError(t, err)
	require.NoError(t, storage.DeleteLeftovers(t.Context(), s, ""))
	var names []string
	require.NoError(t, filepath.WalkDir(root, func(name string, e os.DirEntry, err error) error {
		if !e.IsDir() {
			names = append(names, name)
		}
		return err
	}))
	assert.Equal(t, []string{keep}, names)
	assert.NoError(t, storage.DeleteLeftovers(t.Context(), mem.NewStore(), ""), "it has none")
}

// TestRegisterMistakes: what can't be used, or is there already, is a mistake in the
// program.
func TestRegisterMistakes(t *testing.T) {
	open := func(context.Context, string, string, map[string]string) (storage.Array, storage.Group, error) {
		return nil, nil, nil
	}
	detect := func(string, []byte) bool { return false }
	for name, d := range map[string]*storage.Driver{
		"no name": {Open: open, Detect: detect}, "no Open": {Name: "x", Detect: detect}, "no Detect": {Name: "x", Open: open}, "twice": {Name: "zarr", Open: open, Detect: detect},
	} {
		assert.Panics(t, func() { storage.Register(d) }, name)
	}
	inside := func(context.Context, storage.Value, map[string]string) (storage.Store, error) { return nil, nil }
	is := func([]byte) bool { return false }
	for name, c := range map[string]*storage.Container{
		"no name": {Open: inside, Detect: is}, "no Open": {Name: "x", Detect: is}, "no Detect": {Name: "x", Open: inside}, "twice": {Name: "box", Open: inside, Detect: is},
	} {
		assert.Panics(t, func() { storage.RegisterContainer(c) }, name)
	}
	root := func(context.Context, string) (storage.Store, error) { return nil, nil }
	assert.Panics(t, func() { storage.RegisterScheme("", root) })
	assert.Panics(t, func() { storage.RegisterScheme("x", nil) })
	assert.Panics(t, func() { storage.RegisterScheme("cloud", root) }, "twice")
}

// TestErrorsName: errors say which array, and what isn't there.
func TestErrorsName(t *testing.T) {
	ctx, store := t.Context(), filepath.Join(t.TempDir(), "s.zarr")
	_, _, err := storage.OpenStore(ctx, store, nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	_, err = storage.Create(ctx, "", nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	a, err := storage.CreateArray(ctx, store+"/a", storage.Spec{DType: nd.Int8, Shape: []int{2}}, nil)
	require.NoError(t, err)
	defer a.Close()
	assert.ErrorContains(t, storage.ReadBox(ctx, a, nd.WholeBox([]int{3}), make([]byte, 3)), "s.zarr/a: index out of range: box [0:3] of shape [2]")
	m, err := mem.New(nd.Int8, []int{2}, a.Meta().ReadGrid)
	require.NoError(t, err)
	assert.EqualError(t, storage.ReadBox(ctx, m, nd.WholeBox([]int{3}), make([]byte, 3)), "read box array: index out of range: box [0:3] of shape [2]")
	_, err = storage.ReadStrings(ctx, m, nd.WholeBox([]int{2}))
	assert.ErrorIs(t, err, nd.ErrDType)
}
