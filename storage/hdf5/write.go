//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// writableArray is an array of a file open for writing.
type writableArray struct{ *array }

// Identity names the array to storage.WriteBox: handles of a file that isn't
// there yet have no Ref to compare.
func (a *writableArray) Identity() any {
	w := a.f.w
	return [2]string{cmp.Or(w.temp, a.f.path), a.path}
}

// writable returns ErrClosed once the array is committed, aborted or closed.
// lib is held.
func (a *writableArray) writable() error {
	if a.done {
		return storage.ErrClosed
	}
	return a.usable()
}

// WriteChunk stores a chunk. It is encoded before the library is asked, so
// that many calls encode at the same time.
func (a *writableArray) WriteChunk(ctx context.Context, coord []int, src []byte) error {
	box, err := a.checkChunk(ctx, a.Meta().WriteGrid, coord, len(src))
	switch {
	case err != nil:
	case a.pipe != nil:
		err = a.writeStored(ctx, coord, box, src)
	default:
		err = a.writeByLibrary(box, src)
	}
	return a.chunkErr("write chunk", coord, err)
}

// writeStored encodes a chunk and stores it as it is. Beyond the shape a chunk
// holds the fill value, which shows when the array grows.
func (a *writableArray) writeStored(ctx context.Context, coord []int, box nd.Box, src []byte) error {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	if !a.whole(box) {
		s.whole = slices.Grow(s.whole[:0], a.pipe.size)[:a.pipe.size]
		storage.Fill(s.whole, a.Meta().Fill)
		storage.CopyBox(s.whole, nd.Box{Start: box.Start, Shape: a.chunk}, src, box, box, a.elem)
		src = s.whole
	}
	var err error
	if s.stored, err = a.pipe.encode(s.stored[:0], src, 0); err != nil {
		return err
	}
	lib.Lock()
	defer lib.Unlock()
	if err := a.writable(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return a.store(coord, s.stored, 0)
}

// store stores the encoded bytes of a chunk, without the filters of a mask. lib
// is held.
func (a *writableArray) store(coord []int, encoded []byte, mask uint32) error {
	return check(C.nd_chunk_write(a.id, &a.corner(coord)[0], C.uint32_t(mask), unsafe.Pointer(&encoded[0]), C.size_t(len(encoded)), &stack))
}

// writeByLibrary writes a box through the library.
func (a *writableArray) writeByLibrary(box nd.Box, src []byte) error {
	lib.Lock()
	defer lib.Unlock()
	if err := a.writable(); err != nil {
		return err
	}
	start, count := sizesOf(box.Start), sizesOf(box.Shape)
	return check(C.nd_write(a.id, a.mem, C.int(box.NDim()-a.inner), &start[0], &count[0], unsafe.Pointer(&src[0]), &stack))
}

// DeleteChunk gives a chunk the fill value. HDF5 never takes a chunk out of a
// file again; one that was written stays present.
func (a *writableArray) DeleteChunk(ctx context.Context, coord []int) error {
	box, err := a.checkChunk(ctx, a.Meta().WriteGrid, coord, -1)
	var present bool
	if err == nil {
		present, err = a.stands(coord)
	}
	if err != nil || !present {
		return a.chunkErr("delete chunk", coord, err)
	}
	src := make([]byte, box.Size()*a.elem)
	storage.Fill(src, a.Meta().Fill)
	return a.WriteChunk(ctx, coord, src)
}

// stands reports whether a chunk is stored.
func (a *writableArray) stands(coord []int) (bool, error) {
	lib.Lock()
	defer lib.Unlock()
	if err := a.writable(); err != nil {
		return false, err
	}
	present, _, err := a.chunkSize(coord)
	return present, err
}

// Resize changes the shape of an array in chunks. Axes can get as long as they
// were created for, see CreateArray.
func (a *writableArray) Resize(ctx context.Context, shape []int) error {
	lib.Lock()
	defer lib.Unlock()
	err := ctx.Err()
	if err == nil {
		err = a.writable()
	}
	if err == nil {
		err = a.resize(shape)
	}
	return a.fail(fmt.Sprintf("resize to %v", shape), err)
}

func (a *writableArray) resize(shape []int) error {
	m := *a.Meta()
	if len(shape) != len(m.Shape) {
		return fmt.Errorf("%w: the shape is %v", nd.ErrShape, m.Shape)
	}
	if err := checkBytes(shape, a.elem); err != nil {
		return err
	}
	if slices.Equal(shape, m.Shape) {
		return nil
	}
	if outer := len(shape) - a.inner; !slices.Equal(shape[outer:], m.Shape[outer:]) {
		return fmt.Errorf("%w: the last %d axes are those of elements, which don't change", storage.ErrUnsupported, a.inner)
	}
	if a.limits == nil {
		return fmt.Errorf("%w: the array is not in chunks, its shape is fixed", storage.ErrUnsupported)
	}
	smaller := false
	for k, n := range shape {
		if n > a.limits[k] {
			return fmt.Errorf("%w: axis %d was created for a length of at most %d; Spec.MaxShape and option unlimited make axes that grow", storage.ErrUnsupported, k, a.limits[k])
		}
		smaller = smaller || n < m.Shape[k]
	}
	if smaller && a.pipe != nil {
		if err := a.openEdges(shape); err != nil {
			return err
		}
	}
	if err := check(C.nd_set_extent(a.id, &sizesOf(shape)[0], &stack)); err != nil {
		return err
	}
	m.Shape = slices.Clone(shape)
	w := a.f.w
	w.resized = append(w.resized, a.path)
	for i, j := range w.dims {
		if storage.JoinKey(j.group, j.name) == a.path {
			w.dims[i].shape = m.Shape
		}
	}
	return a.setMeta(m)
}

// openEdges makes the library able to clear what a smaller shape cuts off chunks:
// they are stored without the filters that it can't encode with. lib is held.
func (a *writableArray) openEdges(shape []int) error {
	without := lacked(a.pipe.filters, encodes)
	if without == 0 || slices.Contains(shape, 0) {
		return nil
	}
	if a.mandatory {
		return fmt.Errorf("%w: chunks can't be cut: the library decodes %s, but can't encode it", storage.ErrUnsupported, masked(a.pipe.filters, without))
	}
	grid, err := nd.NewGrid(shape, a.chunk)
	if err != nil {
		return err
	}
	for k, n := range a.Meta().Shape {
		if shape[k] >= n || shape[k]%a.chunk[k] == 0 {
			continue
		}
		edge := nd.WholeBox(grid.NumChunks())
		edge.Start[k], edge.Shape[k] = edge.Shape[k]-1, 1
		for coord := range edge.Indices() {
			if err := a.recode(coord, without); err != nil {
				return fmt.Errorf("cut chunk %v: %w", coord, err)
			}
		}
	}
	return nil
}

// recode stores a chunk again, without the filters of a mask: those that the
// library itself will skip, as it doesn't note another mask for a chunk whose
// length stays the same. lib is held.
func (a *writableArray) recode(coord []int, without uint32) error {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	mask, err := a.fetchByLibrary(coord, s)
	if err != nil || len(s.stored) == 0 {
		return err
	}
	s.whole = slices.Grow(s.whole[:0], a.pipe.size)[:a.pipe.size]
	if err := a.pipe.decode(s.whole, s.stored, mask); err != nil {
		return err
	}
	if s.stored, err = a.pipe.encode(s.stored[:0], s.whole, without); err != nil {
		return err
	}
	return a.store(coord, s.stored, without)
}

// Commit ends writing; the file's Commit makes it durable.
func (a *writableArray) Commit(ctx context.Context) error {
	lib.Lock()
	defer lib.Unlock()
	err := ctx.Err()
	if err == nil {
		err = a.writable()
	}
	a.done = a.done || err == nil
	return a.fail("commit", err)
}

// Abort ends writing, and removes the array if it is new. What was written to
// an existing one stays.
func (a *writableArray) Abort() error {
	lib.Lock()
	defer lib.Unlock()
	if a.done || a.closed.Load() {
		return nil
	}
	a.done = true
	if !a.created {
		return nil
	}
	root, err := a.f.root()
	if err != nil {
		return a.fail("abort", err)
	}
	defer root.drop()
	dir := path.Dir("/" + a.path)[1:]
	_, parent, err := root.find(dir)
	if err != nil {
		return a.fail("abort", err)
	}
	if parent != root {
		defer parent.drop()
	}
	return a.fail("abort", parent.unlink(path.Base(a.path)))
}
