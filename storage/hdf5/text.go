//go:build cgo && !nohdf5

package hdf5

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// maxText is the most bytes that the text of a chunk may have in memory.
const maxText = 1 << 30

// errVaries is why ReadChunk doesn't read text.
var errVaries = fmt.Errorf("%w: elements vary in length, see storage.StringReader", storage.ErrUnsupported)

var (
	_ storage.StringReader = (*textArray)(nil)
	_ storage.StringWriter = (*writableText)(nil)
)

// textArray is a dataset of strings of any length.
type textArray struct{ *array }

// writableText is one of a file open for writing.
type writableText struct{ *writableArray }

// describeText fills in what describe doesn't of an array of text. What it holds
// itself are references, which are read as any opaque bytes. lib is held.
func (a *array) describeText(d *C.nd_dataset, m *storage.Meta, filters []filter) error {
	refs := C.nd_type{how: C.ND_SAME}
	if err := a.choosePath(&refs, d, nd.Sized(nd.KindRaw, refBytes), "", filters); err != nil {
		return err
	}
	if a.raw == nil { // only the library finds the heaps
		a.pipe, a.unreadable = nil, libraryLacks(filters)
	}
	if a.unreadable == nil {
		a.unreadable = errVaries
	}
	if d.has_fill == 0 {
		return nil
	}
	var buf C.nd_buf
	rc := C.nd_fill_string(a.id, a.mem, &buf, &stack)
	if fill := splitStrings(&buf, 1); rc >= 0 {
		m.Fill = []byte(fill[0])
	}
	return check(rc)
}

// ReadCost is 0: how long the texts are isn't known.
func (a *textArray) ReadCost() int { return 0 }

// ReadCost is 0, as for reading.
func (a *writableText) ReadCost() int { return 0 }

// splitStrings takes n strings, each with a NUL, and frees the answer.
func splitStrings(b *C.nd_buf, n int) []string {
	defer C.free(unsafe.Pointer(b.data))
	all := string(unsafe.Slice((*byte)(unsafe.Pointer(b.data)), int(b.len)))
	list := make([]string, n)
	for i := range list {
		list[i], all, _ = strings.Cut(all, "\x00")
	}
	return list
}

// ReadStrings reads a chunk of strings: their bytes as they are in the file, up
// to the first NUL, which should be UTF-8 or ASCII but need not.
func (a *textArray) ReadStrings(ctx context.Context, coord []int) ([]string, bool, error) {
	elems, err := a.readStrings(ctx, coord)
	if err = cmp.Or(a.f.unchanged(), err); err != nil {
		return nil, false, a.chunkErr("read chunk", coord, err)
	}
	return elems, elems != nil, nil
}

// ReadStrings reads what was written before.
func (a *writableText) ReadStrings(ctx context.Context, coord []int) ([]string, bool, error) {
	return (&textArray{a.array}).ReadStrings(ctx, coord)
}

// readStrings returns nil for a chunk that was never written.
func (a *array) readStrings(ctx context.Context, coord []int) ([]string, error) {
	box, err := a.textBox(ctx, a.Meta().ReadGrid, coord)
	switch {
	case err != nil:
		return nil, err
	case !a.direct && a.pipe == nil:
		return a.textByLibrary(coord, box)
	}
	info, err := a.raw.Stat()
	if err != nil {
		return nil, a.fileErr(err, 0)
	}
	refs := make([]byte, box.Size()*refBytes)
	if present, err := a.readChunk(ctx, coord, box, refs); err != nil || !present {
		return nil, err
	}
	h := heaps{r: a.raw, size: info.Size(), room: maxText, text: maxText, open: map[int64]map[uint16]string{}}
	elems := make([]string, box.Size())
	for i := range elems {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if elems[i], err = h.element(refs[i*refBytes:][:refBytes]); errors.Is(err, os.ErrClosed) {
			return nil, storage.ErrClosed
		} else if err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return elems, nil
}

// textByLibrary reads a chunk of text with all the library knows.
func (a *array) textByLibrary(coord []int, box nd.Box) ([]string, error) {
	lib.Lock()
	defer lib.Unlock()
	if err := a.usable(); err != nil {
		return nil, err
	}
	if present, _, err := a.chunkSize(coord); err != nil || !present {
		return nil, err
	}
	var buf C.nd_buf
	n, start, count := box.Size(), sizesOf(box.Start), sizesOf(box.Shape)
	rc := C.nd_read_strings(a.id, a.mem, C.int(box.NDim()), &start[0], &count[0], C.size_t(n), maxText, &buf, &stack)
	if rc < 0 {
		C.free(unsafe.Pointer(buf.data))
		return nil, libErr()
	}
	return splitStrings(&buf, n), nil
}

// textBox returns the box of a chunk of text and refuses what can't be read.
func (a *array) textBox(ctx context.Context, g nd.Grid, coord []int) (nd.Box, error) {
	if err := ctx.Err(); err != nil {
		return nd.Box{}, err
	}
	if a.unreadable != errVaries {
		return nd.Box{}, a.unreadable
	}
	if !g.Contains(coord) {
		return nd.Box{}, fmt.Errorf("%w: the grid has %v chunks", nd.ErrIndex, g.NumChunks())
	}
	box := g.Box(coord)
	if n := box.Size(); n > maxText/refBytes {
		return nd.Box{}, fmt.Errorf("%w: chunks of %d strings, %d are the most", storage.ErrUnsupported, n, maxText/refBytes)
	}
	return box, nil
}

// WriteStrings stores a chunk of strings, which have no NUL in them.
func (a *writableText) WriteStrings(ctx context.Context, coord []int, elems []string) error {
	return a.chunkErr("write chunk", coord, a.writeStrings(ctx, coord, elems))
}

func (a *writableText) writeStrings(ctx context.Context, coord []int, elems []string) error {
	box, err := a.textBox(ctx, a.Meta().WriteGrid, coord)
	if err != nil {
		return err
	}
	if len(elems) != box.Size() {
		return fmt.Errorf("%w: %d elements, the chunk has %d", nd.ErrShape, len(elems), box.Size())
	}
	var all []byte
	for i, s := range elems {
		if strings.ContainsRune(s, 0) {
			return fmt.Errorf("%w: element %d, %q, has a NUL in it", storage.ErrUnsupported, i, s)
		}
		all = append(append(all, s...), 0)
	}
	lib.Lock()
	defer lib.Unlock()
	if err := a.writable(); err != nil {
		return err
	}
	start, count := sizesOf(box.Start), sizesOf(box.Shape)
	return check(C.nd_write_strings(a.id, a.mem, C.int(box.NDim()), &start[0], &count[0],
		C.size_t(len(elems)), (*C.char)(unsafe.Pointer(&all[0])), &stack))
}

// DeleteChunk gives a chunk of text the fill value.
func (a *writableText) DeleteChunk(ctx context.Context, coord []int) error {
	box, err := a.textBox(ctx, a.Meta().WriteGrid, coord)
	var present bool
	if err == nil {
		present, err = a.stands(coord)
	}
	if err != nil || !present {
		return a.chunkErr("delete chunk", coord, err)
	}
	return a.WriteStrings(ctx, coord, slices.Repeat([]string{string(a.Meta().Fill)}, box.Size()))
}
