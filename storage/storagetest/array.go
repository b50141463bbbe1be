package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// MakeArray creates an array as described. open opens it again after it has
// been committed and closed; where only the first handle sees the array it
// returns that.
type MakeArray func(t *testing.T, s storage.Spec) (a storage.WritableArray, open func(t *testing.T) storage.Array)

// TestArray runs the contract of storage.Array and storage.WritableArray.
func TestArray(t *testing.T, create MakeArray) {
	for _, d := range []nd.DType{nd.Bool, nd.Uint8, nd.Int16, nd.Float32, nd.Int64, nd.Complex128} {
		for _, c := range []struct{ shape, chunk []int }{
			{nil, nil}, {[]int{7}, []int{3}}, {[]int{4, 6}, []int{2, 3}}, {[]int{5, 7}, []int{2, 3}},
			{[]int{2, 3, 5}, []int{1, 3, 2}}, {[]int{1, 1, 1, 1}, []int{1, 1, 1, 1}},
		} {
			t.Run(fmt.Sprintf("%s/%v", d, c.shape), func(t *testing.T) { testChunks(t, create, d, c.shape, c.chunk) })
		}
	}
	for name, test := range map[string]func(*testing.T, MakeArray){
		"Empty": testEmpty, "Missing": testMissing, "Misuse": testMisuse, "Concurrent": testConcurrent,
		"Boxes": testBoxes, "Resize": testResize, "Meta": testMeta,
	} {
		t.Run(name, func(t *testing.T) { test(t, create) })
	}
}

// spec describes an array with a regular grid.
func spec(t *testing.T, d nd.DType, shape, chunk []int) storage.Spec {
	t.Helper()
	g, err := nd.NewGrid(shape, chunk)
	require.NoError(t, err)
	return storage.Spec{DType: d, Shape: shape, Chunks: g}
}

// Pattern fills buf, the elements of dtype d, with values that differ from place
// to place and from seed to seed; they are valid for every computable dtype,
// and the first one is not zero.
func Pattern(d nd.DType, buf []byte, seed int) {
	for i := range buf {
		buf[i] = byte(i*7+seed*13)%113 + 1
	}
	if d.Kind() == nd.KindBool {
		for i := range buf {
			buf[i] = byte(i+seed+1) & 1
		}
		if len(buf) > 0 {
			buf[0] = 1
		}
	}
}

func readAll(t *testing.T, a storage.Array) []byte {
	t.Helper()
	m := a.Meta()
	buf := make([]byte, nd.WholeBox(m.Shape).Size()*m.DType.Size())
	require.NoError(t, storage.ReadBox(t.Context(), a, nd.WholeBox(m.Shape), buf))
	return buf
}

// testChunks writes every chunk and reads it back, before and after Commit.
func testChunks(t *testing.T, create MakeArray, d nd.DType, shape, chunk []int) {
	a, open := create(t, spec(t, d, shape, chunk))
	m := a.Meta()
	require.Equal(t, d, m.DType)
	require.Equal(t, len(shape), len(m.Shape))
	check := func(a storage.Array) {
		seed := 0
		m := a.Meta()
		for _, box := range m.WriteGrid.Boxes() {
			want := make([]byte, box.Size()*d.Size())
			Pattern(d, want, seed)
			got := make([]byte, len(want))
			require.NoError(t, storage.ReadBox(t.Context(), a, box, got))
			require.Equal(t, want, got, "box %v", box)
			seed++
		}
		for coord, box := range m.ReadGrid.Boxes() {
			got := make([]byte, box.Size()*d.Size())
			require.NoError(t, storage.ReadBox(t.Context(), a, box, got))
			present, err := a.ReadChunk(t.Context(), coord, make([]byte, len(got)))
			require.NoError(t, err)
			require.True(t, present || storage.IsFill(got, m.Fill), "chunk %v", coord)
		}
	}
	seed := 0
	for coord, box := range m.WriteGrid.Boxes() {
		buf := make([]byte, box.Size()*d.Size())
		Pattern(d, buf, seed)
		require.NoError(t, a.WriteChunk(t.Context(), coord, buf))
		seed++
	}
	check(a)
	require.NoError(t, a.Commit(t.Context()))
	require.NoError(t, a.Close())
	b := open(t)
	check(b)
	require.Equal(t, storage.Fingerprint(m), storage.Fingerprint(b.Meta()))
	require.NoError(t, b.Close())
}

// testEmpty is about arrays with an axis of length 0.
func testEmpty(t *testing.T, create MakeArray) {
	a, open := create(t, spec(t, nd.Float32, []int{3, 0, 2}, []int{2, 1, 2}))
	assert.Equal(t, 0, a.Meta().ReadGrid.Len())
	assert.NoError(t, storage.WriteBox(t.Context(), a, nd.WholeBox([]int{3, 0, 2}), nil))
	require.NoError(t, a.Commit(t.Context()))
	require.NoError(t, a.Close())
	b := open(t)
	assert.Equal(t, []int{3, 0, 2}, b.Meta().Shape)
	assert.Empty(t, readAll(t, b))
	require.NoError(t, b.Close())
}

// testMissing is about chunks that were never written, or deleted again.
func testMissing(t *testing.T, create MakeArray) {
	s := spec(t, nd.Int32, []int{5}, []int{2})
	s.Fill = nd.AsBytes([]int32{-7})
	a, open := create(t, s)
	require.NoError(t, a.WriteChunk(t.Context(), []int{1}, nd.AsBytes([]int32{10, 11})))
	require.NoError(t, a.WriteChunk(t.Context(), []int{2}, nd.AsBytes([]int32{12})))
	if err := a.DeleteChunk(t.Context(), []int{2}); err != nil {
		require.ErrorIs(t, err, storage.ErrUnsupported)
		require.NoError(t, a.WriteChunk(t.Context(), []int{2}, nd.AsBytes([]int32{-7})))
	}
	require.NoError(t, a.Commit(t.Context()))
	require.NoError(t, a.Close())
	b := open(t)
	assert.Equal(t, []int32{-7, -7, 10, 11, -7}, nd.AsSlice[int32](readAll(t, b)))
	if z, ok := b.(storage.StoredSizer); ok {
		n, present, err := z.StoredSize(t.Context(), b.Meta().ReadGrid.Coord(0))
		assert.NoError(t, err)
		assert.Equal(t, present, n > 0)
	}
	testChunkLister(t, b)
	require.NoError(t, b.Close())
}

// testChunkLister compares the chunks that are listed with those that are present.
func testChunkLister(t *testing.T, a storage.Array) {
	l, ok := a.(storage.ChunkLister)
	if !ok {
		return
	}
	var listed, present [][]int
	for coord, err := range l.StoredChunks(t.Context()) {
		if errors.Is(err, storage.ErrUnsupported) {
			return
		}
		require.NoError(t, err)
		listed = append(listed, slices.Clone(coord))
	}
	m := a.Meta()
	for coord, box := range m.ReadGrid.Boxes() {
		ok, err := a.ReadChunk(t.Context(), coord, make([]byte, box.Size()*m.DType.Size()))
		require.NoError(t, err)
		shard := m.WriteGrid.Cover(box).Start
		if ok && (len(present) == 0 || !slices.Equal(present[len(present)-1], shard)) {
			present = append(present, shard)
		}
	}
	assert.ElementsMatch(t, present, listed)
}

// testMisuse is about calls that can't be answered.
func testMisuse(t *testing.T, create MakeArray) {
	a, _ := create(t, spec(t, nd.Int16, []int{4, 4}, []int{2, 2}))
	buf := make([]byte, 8)
	for _, coord := range [][]int{nil, {0}, {0, 0, 0}, {2, 0}, {0, -1}, {1 << 62, 0}} {
		_, err := a.ReadChunk(t.Context(), coord, buf)
		assert.Error(t, err, "read %v", coord)
		assert.Error(t, a.WriteChunk(t.Context(), coord, buf), "write %v", coord)
	}
	assert.Error(t, a.WriteChunk(t.Context(), []int{0, 0}, buf[:7]))
	_, err := a.ReadChunk(t.Context(), []int{0, 0}, make([]byte, 9))
	assert.Error(t, err)
	assert.Error(t, storage.ReadBox(t.Context(), a, nd.Box{Start: []int{3, 3}, Shape: []int{2, 1}}, buf[:4]))
	assert.Error(t, storage.WriteBox(t.Context(), a, nd.Box{Start: []int{0, -1}, Shape: []int{1, 1}}, buf[:2]))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.ReadChunk(ctx, []int{0, 0}, buf)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, a.WriteChunk(ctx, []int{0, 0}, buf), context.Canceled)
	require.NoError(t, a.Abort())
	require.NoError(t, a.Close())
}

// testConcurrent writes all chunks at once, then boxes that share chunks.
func testConcurrent(t *testing.T, create MakeArray) {
	a, open := create(t, spec(t, nd.Float64, []int{9, 10}, []int{2, 5}))
	grid := a.Meta().WriteGrid
	var wg sync.WaitGroup
	for i := range grid.Len() {
		wg.Go(func() {
			coord := grid.Coord(i)
			src := slices.Repeat([]float64{float64(i)}, grid.Box(coord).Size())
			assert.NoError(t, a.WriteChunk(t.Context(), coord, nd.AsBytes(src)))
			assert.NoError(t, storage.ReadBox(t.Context(), a, grid.Box(coord), nd.AsBytes(src)))
		})
	}
	wg.Wait()
	for i := range 9 {
		wg.Go(func() {
			row := slices.Repeat([]float64{float64(100 + i)}, 10)
			assert.NoError(t, storage.WriteBox(t.Context(), a, nd.Box{Start: []int{i, 0}, Shape: []int{1, 10}}, nd.AsBytes(row)))
		})
	}
	wg.Wait()
	require.NoError(t, a.Commit(t.Context()))
	require.NoError(t, a.Close())
	b := open(t)
	for i, v := range nd.AsSlice[float64](readAll(t, b)) {
		require.Equal(t, float64(100+i/10), v)
	}
	require.NoError(t, b.Close())
}

// testBoxes writes a part and reads others.
func testBoxes(t *testing.T, create MakeArray) {
	s := spec(t, nd.Uint16, []int{6, 8}, []int{4, 3})
	s.Fill = nd.AsBytes([]uint16{9})
	a, _ := create(t, s)
	want := slices.Repeat([]uint16{9}, 48)
	for _, box := range []nd.Box{
		{Start: []int{1, 2}, Shape: []int{4, 5}}, {Start: []int{0, 0}, Shape: []int{6, 1}}, {Start: []int{5, 7}, Shape: []int{1, 1}},
		{Start: []int{2, 2}, Shape: []int{0, 3}},
	} {
		src := make([]uint16, box.Size())
		for i := range src {
			src[i] = uint16(100*box.Start[0] + 10*box.Start[1] + i)
		}
		storage.CopyBox(nd.AsBytes(want), nd.WholeBox(s.Shape), nd.AsBytes(src), box, box, 2)
		require.NoError(t, storage.WriteBox(t.Context(), a, box, nd.AsBytes(src)))
		require.Equal(t, want, nd.AsSlice[uint16](readAll(t, a)))
	}
	require.NoError(t, a.Abort())
	require.NoError(t, a.Close())
}

// testResize makes an array smaller, then larger: what was cut off is gone.
func testResize(t *testing.T, create MakeArray) {
	s := spec(t, nd.Int32, []int{5, 4}, []int{2, 3})
	s.Fill = nd.AsBytes([]int32{-1})
	a, _ := create(t, s)
	defer func() { require.NoError(t, a.Close()) }()
	data := make([]int32, 20)
	for i := range data {
		data[i] = int32(i)
	}
	require.NoError(t, storage.WriteBox(t.Context(), a, nd.WholeBox(s.Shape), nd.AsBytes(data)))
	if err := a.Resize(t.Context(), []int{3, 2}); err != nil {
		require.ErrorIs(t, err, storage.ErrUnsupported)
		return
	}
	assert.Equal(t, []int{3, 2}, a.Meta().Shape)
	assert.Equal(t, []int32{0, 1, 4, 5, 8, 9}, nd.AsSlice[int32](readAll(t, a)))
	require.NoError(t, a.Resize(t.Context(), []int{4, 5}))
	assert.Equal(t, []int32{0, 1, -1, -1, -1, 4, 5, -1, -1, -1, 8, 9, -1, -1, -1, -1, -1, -1, -1, -1}, nd.AsSlice[int32](readAll(t, a)))
	assert.Error(t, a.Resize(t.Context(), []int{4}))
	assert.Error(t, a.Resize(t.Context(), []int{4, -5}))
	assert.Equal(t, []int{4, 5}, a.Meta().Shape)
	require.NoError(t, a.Abort())
}

// testMeta checks that a description comes back, as far as the format has it.
func testMeta(t *testing.T, create MakeArray) {
	s := spec(t, nd.Float32, []int{4, 6}, []int{2, 3})
	s.Dims = []string{"y", "x"}
	s.Attrs = storage.Attrs{"units": "K", "valid_max": 5}
	s.Fill = nd.AsBytes([]float32{-9999})
	a, open := create(t, s)
	require.NoError(t, a.Commit(t.Context()))
	require.NoError(t, a.Close())
	b := open(t)
	defer b.Close()
	m := b.Meta()
	assert.Equal(t, []int{4, 6}, m.Shape)
	assert.NotEmpty(t, m.Format)
	if m.Dims != nil {
		assert.Equal(t, s.Dims, m.Dims)
	}
	if m.Fill != nil {
		assert.Equal(t, s.Fill, m.Fill)
	}
	if len(m.Attrs) > 0 {
		units, err := storage.Attr[string](m.Attrs, "units")
		assert.NoError(t, err)
		assert.Equal(t, "K", units)
		most, err := storage.Attr[int](m.Attrs, "valid_max")
		assert.NoError(t, err)
		assert.Equal(t, 5, most)
	}
	for k := range m.Shape {
		assert.Zero(t, m.WriteGrid.MaxChunk()[k]%m.ReadGrid.MaxChunk()[k], "a written chunk is a whole number of read ones")
	}
}
