package npy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// array is a file open for reading. Chunks of its grid are contiguous in the
// file, but any box is read as well.
type array struct {
	f    *os.File
	path string // absolute
	h    *header
	meta *storage.Meta
}

func newArray(f *os.File, path string, h *header, g nd.Grid) *array {
	m := &storage.Meta{DType: h.dtype, Shape: h.shape, ReadGrid: g, WriteGrid: g, Format: "npy", Order: "C"}
	if h.dtype.WordSize() > 1 {
		m.ByteOrder = "little"
		if h.big {
			m.ByteOrder = "big"
		}
	}
	if h.fortran {
		m.Order = "F"
	}
	return &array{f, path, h, m}
}

// Meta describes the array.
func (a *array) Meta() *storage.Meta { return a.meta }

// Ref lets another process open the file.
func (a *array) Ref() storage.Ref {
	return storage.Ref{Driver: "npy", URL: a.path, Fingerprint: storage.Fingerprint(a.meta)}
}

// Close closes the file.
func (a *array) Close() error { return a.f.Close() }

// window is the most that is read at once where the bytes between runs are
// read along; nearby says up to how many of these that pays.
const (
	window = 256 << 10
	nearby = 4 << 10
)

// ReadCost is the memory a read takes beside dst.
func (a *array) ReadCost() int {
	if a.inDiskOrder() {
		return window
	}
	g := a.meta.ReadGrid
	return window + nd.Box{Shape: g.MaxChunk()}.Size()*a.h.dtype.Size()
}

// inDiskOrder reports whether C order is the order of the file.
func (a *array) inDiskOrder() bool { return !a.h.fortran || len(a.h.shape) < 2 }

// ReadChunk reads a chunk; all are present.
func (a *array) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	if !a.meta.ReadGrid.Contains(coord) {
		return false, a.fail("read chunk", coord, fmt.Errorf("%w: the grid has %v chunks", nd.ErrIndex, a.meta.ReadGrid.NumChunks()))
	}
	if err := a.readBox(ctx, a.meta.ReadGrid.Box(coord), dst); err != nil {
		return false, a.fail("read chunk", coord, err)
	}
	return true, nil
}

// ReadBox reads any box.
func (a *array) ReadBox(ctx context.Context, box nd.Box, dst []byte) error {
	if err := a.readBox(ctx, box, dst); err != nil {
		return a.fail("read box", box, err)
	}
	return nil
}

// StoredSize is the size of a chunk: nothing is compressed.
func (a *array) StoredSize(_ context.Context, coord []int) (int64, bool, error) {
	if !a.meta.ReadGrid.Contains(coord) {
		return 0, false, a.fail("size of chunk", coord, nd.ErrIndex)
	}
	return int64(a.meta.ReadGrid.Box(coord).Size()) * int64(a.h.dtype.Size()), true, nil
}

func (a *array) fail(op string, where any, err error) error {
	if errors.Is(err, os.ErrClosed) {
		err = storage.ErrClosed
	}
	return &storage.Error{Op: op, Name: fmt.Sprintf("%s %v", a.path, where), Err: err}
}

func (a *array) readBox(ctx context.Context, box nd.Box, dst []byte) error {
	if err := a.check(box, len(dst)); err != nil {
		return err
	}
	if a.inDiskOrder() {
		if err := a.readRuns(ctx, box, dst); err != nil {
			return err
		}
	} else {
		buf := nd.MakeBytes(len(dst))
		if err := a.readRuns(ctx, box, buf); err != nil {
			return err
		}
		reverseAxes(dst, buf, a.h.diskOrder(box.Shape), a.h.dtype.Size())
	}
	a.h.normalize(dst)
	return nil
}

// check refuses a box outside the array or a buffer of another size.
func (a *array) check(box nd.Box, n int) error {
	shape := a.h.shape
	ok := len(box.Start) == len(shape) && len(box.Shape) == len(shape)
	for k := 0; ok && k < len(shape); k++ {
		ok = box.Start[k] >= 0 && box.Shape[k] >= 0 && box.Shape[k] <= shape[k] && box.Start[k] <= shape[k]-box.Shape[k]
	}
	if !ok {
		return fmt.Errorf("%w: box %v of shape %v", nd.ErrIndex, box, shape)
	}
	if want := box.Size() * a.h.dtype.Size(); n != want {
		return fmt.Errorf("%w: a buffer of %d bytes for %d", nd.ErrShape, n, want)
	}
	return nil
}

// readRuns reads the elements of a box in disk order. Short runs close to each
// other are read together, with what lies between them.
func (a *array) readRuns(ctx context.Context, box nd.Box, dst []byte) error {
	n, gap, offs := a.h.runs(box)
	total, err := a.h.bytes()
	if err != nil {
		return err
	}
	end := a.h.offset + total
	var buf []byte // bytes of the file from at on
	var at int64
	for off := range offs {
		if n >= window/4 || gap == 0 || gap > nearby {
			if err := a.readAt(ctx, dst[:n], off); err != nil {
				return err
			}
		} else {
			if off+int64(n) > at+int64(len(buf)) {
				want := int(min(window, end-off))
				buf, at = slices.Grow(buf[:0], want)[:want], off
				if err := a.readAt(ctx, buf, at); err != nil {
					return err
				}
			}
			copy(dst[:n], buf[off-at:])
		}
		dst = dst[n:]
	}
	return nil
}

func (a *array) readAt(ctx context.Context, b []byte, off int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	n, err := a.f.ReadAt(b, off)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: the file ends at byte %d, %d more were there when it was opened", storage.ErrCorrupt, off+int64(n), len(b)-n)
	}
	return err
}
