package exec_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/ufunc"
)

// hidden is an array that only its chunks can be had of, and that notes where
// in memory it was asked to put one, or given one to store.
type hidden struct {
	storage.WritableArray
	mu    sync.Mutex
	where map[string]*byte
}

func newHidden(t *testing.T, shape, chunk []int) *hidden {
	grid, err := nd.NewGrid(shape, chunk)
	require.NoError(t, err)
	m, err := mem.New(nd.Float64, shape, grid)
	require.NoError(t, err)
	return &hidden{WritableArray: m, where: map[string]*byte{}}
}

func (h *hidden) note(coord []int, buf []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.where[fmt.Sprint(coord)] = unsafe.SliceData(buf)
}

func (h *hidden) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	h.note(coord, dst)
	return h.WritableArray.ReadChunk(ctx, coord, dst)
}

func (h *hidden) WriteChunk(ctx context.Context, coord []int, src []byte) error {
	h.note(coord, src)
	return h.WritableArray.WriteChunk(ctx, coord, src)
}

// fill writes 0, 1, 2 … to all chunks but those that skip names.
func (h *hidden) fill(t *testing.T, skip func(coord []int) bool) *nd.Array[float64] {
	m := h.Meta()
	all, err := nd.Zeros[float64](m.Shape...)
	require.NoError(t, err)
	v, whole := nd.AsSlice[float64](all.Bytes()), nd.WholeBox(m.Shape)
	for i := range v {
		v[i] = float64(i + 1)
	}
	for i := range m.WriteGrid.Len() {
		coord := m.WriteGrid.Coord(i)
		box := m.WriteGrid.Box(coord)
		buf := make([]byte, 8*box.Size())
		if skip == nil || !skip(coord) {
			storage.CopyBox(buf, box, all.Bytes(), whole, box, 8)
			require.NoError(t, h.WritableArray.WriteChunk(t.Context(), coord, buf))
		} else {
			storage.CopyBox(all.Bytes(), whole, buf, box, box, 8)
		}
	}
	return all
}

func (h *hidden) content(t *testing.T) *nd.Array[float64] {
	m := h.Meta()
	a, err := nd.Zeros[float64](m.Shape...)
	require.NoError(t, err)
	require.NoError(t, storage.ReadBox(t.Context(), h.WritableArray, nd.WholeBox(m.Shape), a.Bytes()))
	return a
}

// TestChunksAreNotCopied: what is stored as it was read is given on in the buffer
// it was decoded to; where chunks are joined to one, they are decoded to their
// places in it.
func TestChunksAreNotCopied(t *testing.T) {
	shape := []int{40, 30}
	for _, c := range []struct {
		name     string
		from, to []int
		place    func(to []int) []int // the first chunk read of a chunk written
		expr     func(x *chunkgrid.Array[float64]) *chunkgrid.Array[float64]
		same     bool
	}{
		{"alike", []int{7, 11}, []int{7, 11}, func(to []int) []int { return to }, nil, true},
		{"joined rows", []int{3, 30}, []int{12, 30}, func(to []int) []int { return []int{4 * to[0], 0} }, nil, true},
		{"joined parts of rows", []int{1, 5}, []int{1, 15}, func(to []int) []int { return []int{to[0], 3 * to[1]} }, nil, true},
		{"joined squares", []int{4, 5}, []int{8, 15}, func(to []int) []int { return []int{2 * to[0], 3 * to[1]} }, nil, false},
		{"computed", []int{7, 11}, []int{7, 11}, func(to []int) []int { return to },
			func(x *chunkgrid.Array[float64]) *chunkgrid.Array[float64] { return ufunc.Mul(x, 1) }, false},
		{"cut at the start", []int{3, 30}, []int{38, 30}, func([]int) []int { return []int{0, 0} },
			func(x *chunkgrid.Array[float64]) *chunkgrid.Array[float64] { return x.Slice(nd.From(2)) }, false},
		{"shared by neighbours", []int{3, 30}, []int{8, 30}, func(to []int) []int { return []int{(8*to[0] + 2) / 3, 0} }, nil, false},
	} {
		src := newHidden(t, shape, c.from)
		want := src.fill(t, nil)
		x, err := chunkgrid.From[float64](struct{ storage.Array }{src})
		require.NoError(t, err)
		if c.expr != nil {
			x = c.expr(x)
			want, err = want.Slice(nd.From(shape[0] - x.Shape()[0]))
			require.NoError(t, err)
		}
		dst := newHidden(t, x.Shape(), c.to)
		_, err = chunkgrid.Run(t.Context(), []chunkgrid.Out{x.To(dst)}, chunkgrid.Workers(2))
		require.NoError(t, err, c.name)
		assert.True(t, nd.ArrayEqual(want, dst.content(t)), c.name)
		require.Len(t, dst.where, dst.Meta().WriteGrid.Len(), c.name)
		for i := range dst.Meta().WriteGrid.Len() {
			coord := dst.Meta().WriteGrid.Coord(i)
			read, written := src.where[fmt.Sprint(c.place(coord))], dst.where[fmt.Sprint(coord)]
			assert.Equal(t, c.same, read == written, "%s: chunk %v is stored from where it was read to", c.name, coord)
		}
	}
}

// TestScratchPieces: chunks of one grid go through a scratch file to those of
// another, whichever way pieces lie in them, with chunks that were never written
// and ragged edges.
func TestScratchPieces(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ shape, from, to []int }{
		{[]int{200, 200}, []int{5, 200}, []int{200, 5}}, // pieces follow each other in what is read
		{[]int{200, 200}, []int{200, 5}, []int{5, 200}}, // and in what is written
		{[]int{201, 199}, []int{7, 199}, []int{201, 6}},
		{[]int{201, 199}, []int{20, 30}, []int{33, 21}},
		{[]int{24, 25, 70}, []int{3, 25, 70}, []int{24, 25, 4}},
		{[]int{24, 25, 70}, []int{24, 3, 70}, []int{5, 25, 9}},
		{[]int{1, 190, 210}, []int{1, 4, 210}, []int{1, 190, 3}},
		{[]int{6, 2, 51, 60}, []int{6, 2, 2, 60}, []int{4, 1, 51, 7}},
	} {
		for _, workers := range []int{1, 2} {
			name := fmt.Sprint(c)
			src := newHidden(t, c.shape, c.from)
			want := src.fill(t, func(coord []int) bool { return (coord[0]+coord[len(coord)-1])%5 == 3 })
			counted := &storagetest.Array{Array: struct{ storage.Array }{src}}
			x, err := chunkgrid.From[float64](counted)
			require.NoError(t, err)
			y := x.Rechunk(nd.Sizes(c.to...))
			opts := []chunkgrid.Option{chunkgrid.Memory(260 << 10), chunkgrid.Scratch(dir), chunkgrid.Workers(workers)}
			e, err := y.Explain(opts...)
			require.NoError(t, err, name)
			require.Len(t, e.Stages, 2, "%s: %v", name, e)
			dst := newHidden(t, c.shape, c.to)
			rep, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{y.To(dst)}, opts...)
			require.NoError(t, err, name)
			assert.True(t, nd.ArrayEqual(want, dst.content(t)), name)
			assert.LessOrEqual(t, rep.Peak, rep.ProjectedPeak, name)
			assert.Equal(t, src.Meta().ReadGrid.Len(), counted.Reads.Total(), "%s: chunks decoded", name)
		}
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}
