//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// checkChunk returns the box of a chunk and refuses coordinates outside the
// grid, buffers of another size, and arrays that can't be read. n < 0 stands for
// no buffer.
func (a *array) checkChunk(ctx context.Context, g nd.Grid, coord []int, n int) (nd.Box, error) {
	if err := ctx.Err(); err != nil {
		return nd.Box{}, err
	}
	if a.unreadable != nil {
		return nd.Box{}, a.unreadable
	}
	if !g.Contains(coord) {
		return nd.Box{}, fmt.Errorf("%w: the grid has %v chunks", nd.ErrIndex, g.NumChunks())
	}
	box := g.Box(coord)
	if want := box.Size() * a.elem; n >= 0 && n != want {
		return nd.Box{}, fmt.Errorf("%w: buffer of %d bytes, the chunk %v has %d", nd.ErrShape, n, box, want)
	}
	return box, nil
}

func (a *array) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	m := a.Meta()
	box, err := a.checkChunk(ctx, m.ReadGrid, coord, len(dst))
	if err != nil {
		return false, a.chunkErr("read chunk", coord, err)
	}
	present, err := a.readChunk(ctx, coord, box, dst)
	err = cmp.Or(a.f.unchanged(), err)
	a.tidy(dst)
	return present && err == nil, a.chunkErr("read chunk", coord, err)
}

// readChunk reads the bytes of a chunk in the way that choosePath chose.
func (a *array) readChunk(ctx context.Context, coord []int, box nd.Box, dst []byte) (present bool, err error) {
	if err := a.usable(); err != nil {
		return false, err
	}
	switch {
	case a.direct && a.base < 0:
		return false, nil
	case a.direct:
		return true, a.readInPlace(ctx, a.base, a.Meta().Shape, box, dst)
	case a.pipe != nil:
		return a.readStored(ctx, coord, box, dst)
	}
	return a.readByLibrary(coord, box, dst)
}

// tidy makes bools 0 or 1, of which Go takes no other, whatever the file says.
func (a *array) tidy(dst []byte) {
	if a.Meta().DType != nd.Bool {
		return
	}
	for i, b := range dst {
		if b > 1 {
			dst[i] = 1
		}
	}
}

// corner returns the first index of a chunk.
func (a *array) corner(coord []int) *sizes {
	var s sizes
	for i, c := range coord {
		s[i] = C.hsize_t(c) * C.hsize_t(a.chunk[i])
	}
	return &s
}

// whole reports whether a chunk is not cut by the shape.
func (a *array) whole(box nd.Box) bool { return slices.Equal(box.Shape, a.chunk) }

// readStored takes a chunk's stored bytes out of the file and decodes them here,
// after the library, if it is needed, is free for others.
func (a *array) readStored(ctx context.Context, coord []int, box nd.Box, dst []byte) (bool, error) {
	if x, ok := a.places(); ok && a.plain {
		p, present := x.find(a.Meta().ReadGrid.Index(coord))
		switch {
		case !present:
			return false, nil
		case int(p.size) != a.pipe.size:
			return false, a.wrongSize(int(p.size))
		}
		part := nd.WholeBox(box.Shape)
		return true, a.readInPlace(ctx, p.at, a.chunk, part, dst)
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	mask, err := a.fetch(coord, s)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		var fromLib *LibraryError
		if errors.As(err, &fromLib) { // the library itself may know better
			if present, err2 := a.readByLibrary(coord, box, dst); err2 == nil {
				return present, nil
			}
		}
		return false, err
	}
	if len(s.stored) == 0 {
		return false, nil
	}
	if a.whole(box) {
		return true, a.pipe.decode(dst, s.stored, mask)
	}
	if a.pipe.size>>16 > len(s.stored)+1 {
		return false, a.wrongSize(len(s.stored))
	}
	s.whole = slices.Grow(s.whole[:0], a.pipe.size)[:a.pipe.size]
	if err := a.pipe.decode(s.whole, s.stored, mask); err != nil {
		return false, err
	}
	chunk := nd.Box{Start: box.Start, Shape: a.chunk}
	storage.CopyBox(dst, box, s.whole, chunk, box, a.elem)
	return true, nil
}

// wrongSize is the error of a chunk that is stored in n bytes.
func (a *array) wrongSize(n int) error {
	return fmt.Errorf("%w: %d stored bytes for a chunk of %d", storage.ErrCorrupt, n, a.pipe.size)
}

// fetch reads the stored bytes of a chunk into s: none where it is missing.
func (a *array) fetch(coord []int, s *scratch) (mask uint32, err error) {
	if x, ok := a.places(); ok {
		p, present := x.find(a.Meta().ReadGrid.Index(coord))
		if present && int(p.size) > a.pipe.limit {
			return 0, a.wrongSize(int(p.size))
		}
		s.stored = slices.Grow(s.stored[:0], int(p.size))[:p.size]
		return p.skipped, a.fileErr(readFull(a.raw, s.stored, p.at), p.at)
	}
	lib.Lock()
	defer lib.Unlock()
	if err := a.usable(); err != nil {
		return 0, err
	}
	return a.fetchByLibrary(coord, s)
}

// fetchByLibrary is fetch where the library says where the chunk is. lib is held.
func (a *array) fetchByLibrary(coord []int, s *scratch) (mask uint32, err error) {
	at, size := a.corner(coord), C.hsize_t(max(cap(s.stored), 64<<10))
	for {
		s.stored = slices.Grow(s.stored[:0], int(size))
		room := s.stored[:cap(s.stored)]
		rc := C.nd_chunk_read(a.id, &at[0], unsafe.Pointer(&room[0]), C.size_t(len(room)), &size, (*C.uint32_t)(&mask), &stack)
		if rc < 0 {
			return 0, libErr()
		}
		if size > C.hsize_t(a.pipe.limit) {
			return 0, a.wrongSize(int(size))
		}
		if int(size) <= len(room) {
			s.stored = room[:size]
			return mask, nil
		}
	}
}

// readByLibrary reads a chunk with all the library knows.
func (a *array) readByLibrary(coord []int, box nd.Box, dst []byte) (bool, error) {
	lib.Lock()
	defer lib.Unlock()
	if err := a.usable(); err != nil {
		return false, err
	}
	if present, _, err := a.chunkSize(coord); err != nil || !present {
		return false, err
	}
	return true, a.libRead(box, dst)
}

// chunkSize tells whether a chunk is stored, and in how many bytes where it has
// bytes of its own. lib is held.
func (a *array) chunkSize(coord []int) (present bool, size int64, err error) {
	switch {
	case a.chunk != nil:
		var n C.hsize_t
		err := check(C.nd_chunk_size(a.id, &a.corner(coord)[0], &n, &stack))
		return n > 0, int64(n), err
	case a.lazy:
		at, err := a.offset()
		return at != math.MaxUint64, 0, err
	}
	return true, 0, nil
}

// libRead reads a box through the library. lib is held.
func (a *array) libRead(box nd.Box, dst []byte) error {
	if len(dst) == 0 {
		return nil
	}
	if a.Meta().DType == nd.Text {
		return errVaries // the library gives no references
	}
	start, count := sizesOf(box.Start), sizesOf(box.Shape)
	return check(C.nd_read(a.id, a.mem, C.int(box.NDim()-a.inner), &start[0], &count[0], unsafe.Pointer(&dst[0]), &stack))
}

// readInPlace reads a box of the data of a shape that begin at an offset in the
// file.
func (a *array) readInPlace(ctx context.Context, base int64, shape []int, box nd.Box, dst []byte) error {
	return a.fileErr(readRows(ctx, a.raw, base, shape, a.elem, box, dst), base)
}

// fileErr says what a failed read of data at an offset of the file means.
func (a *array) fileErr(err error, at int64) error {
	switch {
	case errors.Is(err, os.ErrClosed):
		return storage.ErrClosed
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: the file ends before the data at %d do", storage.ErrCorrupt, at)
	}
	return err
}

// ReadBox reads a box: one access to the file per run of rows.
func (a *flat) ReadBox(ctx context.Context, box nd.Box, dst []byte) error {
	err := a.readBox(ctx, box, dst)
	err = cmp.Or(a.f.unchanged(), err)
	a.tidy(dst)
	return a.fail("read box "+box.String()+" of", err)
}

func (a *flat) readBox(ctx context.Context, box nd.Box, dst []byte) error {
	m := a.Meta()
	if err := ctx.Err(); err != nil {
		return err
	}
	inside := len(box.Shape) == len(m.Shape) && len(box.Start) == len(m.Shape)
	for k := 0; inside && k < len(m.Shape); k++ {
		inside = box.Start[k] >= 0 && box.Shape[k] >= 0 && box.Shape[k] <= m.Shape[k] && box.Start[k] <= m.Shape[k]-box.Shape[k]
	}
	if !inside {
		return fmt.Errorf("%w: the shape is %v", nd.ErrIndex, m.Shape)
	}
	if want := box.Size() * a.elem; len(dst) != want {
		return fmt.Errorf("%w: buffer of %d bytes, the box has %d", nd.ErrShape, len(dst), want)
	}
	if len(dst) == 0 {
		return nil
	}
	if err := a.usable(); err != nil {
		return err
	}
	if a.direct && a.base >= 0 {
		return a.readInPlace(ctx, a.base, m.Shape, box, dst)
	}
	lib.Lock()
	defer lib.Unlock()
	if err := a.usable(); err != nil {
		return err
	}
	return a.libRead(box, dst)
}
