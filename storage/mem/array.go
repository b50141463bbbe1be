package mem

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Array is a storage.WritableArray whose elements lie in one piece of memory,
// C order. It remembers which chunks were written.
type Array struct {
	mu      sync.RWMutex // Resize holds it alone, everything else shares it
	meta    *storage.Meta
	chunk   []int // chunk shape to resize with; nil for irregular chunks
	data    []byte
	written []bool           // by the chunk's place in C order
	locks   [64]sync.RWMutex // lock i%64 guards chunk i
}

var (
	_ storage.WritableArray = (*Array)(nil)
	_ storage.BoxReader     = (*Array)(nil)
	_ storage.Viewer        = (*Array)(nil)
	_ storage.ReadCoster    = (*Array)(nil)
	_ storage.StoredSizer   = (*Array)(nil)
)

// New returns an array of zeros, none of its chunks written yet.
func New(dtype nd.DType, shape []int, grid nd.Grid) (*Array, error) {
	return Create(storage.Spec{DType: dtype, Shape: shape, Chunks: grid})
}

// Create returns an array as described, none of its chunks written yet. Codecs,
// Order and Options mean nothing in memory and are ignored.
func Create(s storage.Spec) (*Array, error) {
	a := &Array{}
	grid := s.Chunks
	if grid.NDim() != len(s.Shape) {
		var err error
		if grid, err = nd.NewGrid(s.Shape, slices.Repeat([]int{-1}, len(s.Shape))); err != nil {
			return nil, fail("create", err)
		}
	}
	switch {
	case s.DType.Size() == 0:
		return nil, fail("create", fmt.Errorf("%w: dtype %s", storage.ErrUnsupported, s.DType))
	case !slices.Equal(grid.Shape(), s.Shape):
		return nil, fail("create", fmt.Errorf("%w: grid of shape %v for shape %v", nd.ErrChunks, grid.Shape(), s.Shape))
	case s.Fill != nil && len(s.Fill) != s.DType.Size():
		return nil, fail("create", fmt.Errorf("%w: fill value of %d bytes for %s", nd.ErrDType, len(s.Fill), s.DType))
	case s.Dims != nil && len(s.Dims) != len(s.Shape):
		return nil, fail("create", fmt.Errorf("%w: %d dimension names for shape %v", nd.ErrShape, len(s.Dims), s.Shape))
	}
	a.meta = &storage.Meta{
		DType: s.DType, Shape: slices.Clone(s.Shape), ReadGrid: grid, WriteGrid: grid,
		Fill: slices.Clone(s.Fill), Dims: slices.Clone(s.Dims), Attrs: s.Attrs, Format: "memory", Order: "C",
	}
	n, err := byteSize(s.Shape, s.DType)
	if err != nil {
		return nil, fail("create", err)
	}
	a.data = make([]byte, n)
	storage.Fill(a.data, a.meta.Fill)
	a.written = make([]bool, grid.Len())
	a.chunk, _ = grid.Regular()
	return a, nil
}

func byteSize(shape []int, d nd.DType) (int, error) {
	n, err := nd.SizeOf(append(slices.Clone(shape), d.Size()))
	if err == nil && n > 1<<46 {
		err = fmt.Errorf("%w: %s of shape %v in memory", nd.ErrOverflow, d, shape)
	}
	return n, err
}

func fail(op string, err error) error {
	return &storage.Error{Op: op, Name: "array in memory", Err: err}
}

// Meta describes the array.
func (a *Array) Meta() *storage.Meta {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.meta
}

// Ref is zero: other processes can't see this memory.
func (a *Array) Ref() storage.Ref { return storage.Ref{} }

// ReadCost is 0: chunks are copied straight to dst.
func (a *Array) ReadCost() int { return 0 }

// View returns the memory of the array.
func (a *Array) View() []byte {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.data
}

// Close does nothing.
func (a *Array) Close() error { return nil }

// Commit does nothing: what is written is visible at once.
func (a *Array) Commit(context.Context) error { return nil }

// Abort does nothing.
func (a *Array) Abort() error { return nil }

func (a *Array) lock(i int) *sync.RWMutex { return &a.locks[i%len(a.locks)] }

// find returns the place and the box of a chunk, nbytes < 0 standing for any.
func (a *Array) find(ctx context.Context, coord []int, nbytes int) (i int, box nd.Box, err error) {
	if err := ctx.Err(); err != nil {
		return 0, box, err
	}
	g := a.meta.ReadGrid
	if !g.Contains(coord) {
		return 0, box, fmt.Errorf("%w: grid of %v chunks", nd.ErrIndex, g.NumChunks())
	}
	box = g.Box(coord)
	if want := box.Size() * a.meta.DType.Size(); nbytes >= 0 && nbytes != want {
		return 0, box, fmt.Errorf("%w: buffer of %d bytes, the chunk has %d", nd.ErrShape, nbytes, want)
	}
	return g.Index(coord), box, nil
}

func (a *Array) whole() nd.Box {
	return nd.WholeBox(a.meta.Shape)
}

// ReadChunk copies a chunk to dst.
func (a *Array) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	i, box, err := a.find(ctx, coord, len(dst))
	if err != nil {
		return false, fail(fmt.Sprintf("read chunk %v of", coord), err)
	}
	lock := a.lock(i)
	lock.RLock()
	defer lock.RUnlock()
	if !a.written[i] {
		return false, nil
	}
	storage.CopyBox(dst, box, a.data, a.whole(), box, a.meta.DType.Size())
	return true, nil
}

// ReadBox copies a box to dst; what was never written holds the fill value.
func (a *Array) ReadBox(ctx context.Context, box nd.Box, dst []byte) error {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return fail("read", err)
	}
	whole := a.whole()
	if len(box.Shape) != len(whole.Shape) || box.Size() != storage.Intersect(box, whole).Size() || len(dst) != box.Size()*a.meta.DType.Size() {
		return fail("read", fmt.Errorf("%w: box %v of shape %v into %d bytes", nd.ErrIndex, box, a.meta.Shape, len(dst)))
	}
	for i := range a.locks {
		a.locks[i].RLock()
		defer a.locks[i].RUnlock()
	}
	storage.CopyBox(dst, box, a.data, whole, box, a.meta.DType.Size())
	return nil
}

// StoredSize returns the bytes of a chunk that was written.
func (a *Array) StoredSize(ctx context.Context, coord []int) (int64, bool, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	i, box, err := a.find(ctx, coord, -1)
	if err != nil {
		return 0, false, fail(fmt.Sprintf("size of chunk %v of", coord), err)
	}
	lock := a.lock(i)
	lock.RLock()
	defer lock.RUnlock()
	if !a.written[i] {
		return 0, false, nil
	}
	return int64(box.Size() * a.meta.DType.Size()), true, nil
}

// WriteChunk copies a chunk from src.
func (a *Array) WriteChunk(ctx context.Context, coord []int, src []byte) error {
	a.mu.RLock()
	defer a.mu.RUnlock()
	i, box, err := a.find(ctx, coord, len(src))
	if err != nil {
		return fail(fmt.Sprintf("write chunk %v of", coord), err)
	}
	lock := a.lock(i)
	lock.Lock()
	defer lock.Unlock()
	storage.CopyBox(a.data, a.whole(), src, box, box, a.meta.DType.Size())
	a.written[i] = true
	return nil
}

// DeleteChunk sets a chunk back to the fill value.
func (a *Array) DeleteChunk(ctx context.Context, coord []int) error {
	a.mu.RLock()
	defer a.mu.RUnlock()
	i, box, err := a.find(ctx, coord, -1)
	if err != nil {
		return fail(fmt.Sprintf("delete chunk %v of", coord), err)
	}
	lock := a.lock(i)
	lock.Lock()
	defer lock.Unlock()
	buf := make([]byte, box.Size()*a.meta.DType.Size())
	storage.Fill(buf, a.meta.Fill)
	storage.CopyBox(a.data, a.whole(), buf, box, box, a.meta.DType.Size())
	a.written[i] = false
	return nil
}

// Resize changes the shape; the grid must be a regular one.
func (a *Array) Resize(_ context.Context, shape []int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.meta
	if a.chunk == nil {
		return fail("resize", fmt.Errorf("%w: the chunks %s are irregular", storage.ErrUnsupported, old.WriteGrid))
	}
	grid, err := nd.NewGrid(shape, a.chunk)
	if err != nil {
		return fail("resize", err)
	}
	n, err := byteSize(shape, old.DType)
	if err != nil {
		return fail("resize", err)
	}
	m := *old
	m.Shape, m.ReadGrid, m.WriteGrid = slices.Clone(shape), grid, grid
	data, written := make([]byte, n), make([]bool, grid.Len())
	storage.Fill(data, m.Fill)
	was, is := a.whole(), nd.WholeBox(m.Shape)
	storage.CopyBox(data, is, a.data, was, storage.Intersect(was, is), m.DType.Size())
	for i := range written {
		if c := grid.Coord(i); old.WriteGrid.Contains(c) {
			written[i] = a.written[old.WriteGrid.Index(c)]
		}
	}
	a.meta, a.data, a.written = &m, data, written
	return nil
}
