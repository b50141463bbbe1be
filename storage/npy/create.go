package npy

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// writer is a file being written, under a temporary name beside its own.
// Dimension names and attributes have no place in the format.
type writer struct {
	*array
	temp      string
	overwrite bool
	fill      []byte

	mu      sync.Mutex
	written []uint64 // a bit per chunk
	ended   bool
}

func createDriver(_ context.Context, path string, s storage.Spec, opts map[string]string) (storage.WritableArray, error) {
	w, err := create(path, s, opts["overwrite"] == "true" || s.Options["overwrite"] == "true")
	if err == nil {
		err = checkOptions(opts, s.Options)
	}
	if err != nil {
		if w != nil {
			err = errors.Join(err, w.Abort())
		}
		return nil, &storage.Error{Op: "create", Name: path, Err: err}
	}
	return w, nil
}

func checkOptions(all ...map[string]string) error {
	for _, opts := range all {
		for name, v := range opts {
			if name != "overwrite" {
				return fmt.Errorf("%w: option %s=%q; npy has overwrite only", storage.ErrUnsupported, name, v)
			}
		}
	}
	return nil
}

// create checks the spec and makes the temporary file with its header. Bytes
// not written yet read as zero.
func create(path string, s storage.Spec, overwrite bool) (*writer, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	h := &header{dtype: s.DType, shape: slices.Clone(s.Shape), big: nativeBig, fortran: s.Order == "F"}
	head, grid, err := checkSpec(h, s)
	if err != nil {
		return nil, err
	}
	size, err := h.bytes()
	if err != nil {
		return nil, err
	}
	if err := vacant(path, overwrite); err != nil {
		return nil, err
	}
	temp := path + "." + rand.Text()[:8] + ".partial"
	f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	w := &writer{array: newArray(f, path, h, grid), temp: temp, overwrite: overwrite,
		fill: slices.Clone(s.Fill), written: make([]uint64, (grid.Len()+63)/64)}
	w.meta.Fill = w.fill
	if _, err = f.WriteAt(head, 0); err == nil {
		err = f.Truncate(h.offset + size)
	}
	if err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return w, nil
}

// checkSpec returns the header's bytes and the chunks, or what an npy file
// can't hold.
func checkSpec(h *header, s storage.Spec) (head []byte, g nd.Grid, err error) {
	if len(h.shape) > storage.MaxAxes {
		return nil, g, fmt.Errorf("%w: %d axes; at most %d are", storage.ErrUnsupported, len(h.shape), storage.MaxAxes)
	}
	if _, err = nd.SizeOf(h.shape); err != nil {
		return nil, g, err
	}
	if head, err = h.marshal(); err != nil {
		return nil, g, err
	}
	switch size := h.dtype.Size(); {
	case len(s.Codecs) > 0:
		return nil, g, fmt.Errorf("%w: npy files are not compressed, so no codecs %v", storage.ErrUnsupported, s.Codecs)
	case s.Order != "" && s.Order != "C" && s.Order != "F":
		return nil, g, fmt.Errorf("%w: order %q; C and F are", storage.ErrUnsupported, s.Order)
	case s.Fill != nil && len(s.Fill) != size:
		return nil, g, fmt.Errorf("%w: fill value of %d bytes for %s", nd.ErrDType, len(s.Fill), h.dtype)
	case s.Chunks.NDim() == 0 && len(h.shape) > 0:
		return head, rowGrid(h), nil
	case !slices.Equal(s.Chunks.Shape(), h.shape):
		return nil, g, fmt.Errorf("%w: chunks of shape %v for an array of shape %v", nd.ErrChunks, s.Chunks.Shape(), h.shape)
	}
	return head, s.Chunks, nil
}

// vacant reports ErrExists for a name that is taken and not to be replaced.
func vacant(path string, overwrite bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%w, as a directory", storage.ErrExists)
	case !overwrite:
		return storage.ErrExists
	}
	return nil
}

// ReadChunk reads a chunk back.
func (w *writer) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	present, err := w.array.ReadChunk(ctx, coord, dst)
	return present && w.has(w.meta.ReadGrid.Index(coord)), err
}

// ReadBox reads any box back; chunks not written yet give the fill value.
func (w *writer) ReadBox(ctx context.Context, box nd.Box, dst []byte) error {
	// Hidden behind a type without ReadBox, so that it goes chunk by chunk.
	return storage.ReadBox(ctx, struct{ storage.Array }{w}, box, dst)
}

// StoredSize is the size of a chunk that was written.
func (w *writer) StoredSize(ctx context.Context, coord []int) (int64, bool, error) {
	n, present, err := w.array.StoredSize(ctx, coord)
	if err != nil || !present || !w.has(w.meta.ReadGrid.Index(coord)) {
		return 0, false, err
	}
	return n, true, nil
}

// WriteChunk writes a chunk.
func (w *writer) WriteChunk(ctx context.Context, coord []int, src []byte) error {
	return w.put(ctx, "write chunk", coord, src, true)
}

// DeleteChunk turns a chunk back into fill values.
func (w *writer) DeleteChunk(ctx context.Context, coord []int) error {
	return w.put(ctx, "delete chunk", coord, nil, false)
}

// put writes src, or the fill value, to a chunk, and marks it.
func (w *writer) put(ctx context.Context, op string, coord []int, src []byte, present bool) error {
	g := w.meta.WriteGrid
	if !g.Contains(coord) {
		return w.fail(op, coord, fmt.Errorf("%w: the grid has %v chunks", nd.ErrIndex, g.NumChunks()))
	}
	box := g.Box(coord)
	if !present {
		src = nd.MakeBytes(box.Size() * w.h.dtype.Size())
		storage.Fill(src, w.fill)
	}
	if err := w.writeBox(ctx, box, src); err != nil {
		return w.fail(op, coord, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	i := g.Index(coord)
	w.written[i/64] &^= 1 << (i % 64)
	if present {
		w.written[i/64] |= 1 << (i % 64)
	}
	return nil
}

func (w *writer) has(i int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written[i/64]>>(i%64)&1 == 1
}

func (w *writer) writeBox(ctx context.Context, box nd.Box, src []byte) error {
	if err := w.check(box, len(src)); err != nil {
		return err
	}
	if !w.inDiskOrder() {
		buf := nd.MakeBytes(len(src))
		reverseAxes(buf, src, box.Shape, w.h.dtype.Size())
		src = buf
	}
	n, _, offs := w.h.runs(box)
	for off := range offs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := w.f.WriteAt(src[:n], off); err != nil {
			return err
		}
		src = src[n:]
	}
	return nil
}

// Resize is refused: the shape stands in the header of a file made for it.
func (w *writer) Resize(context.Context, []int) error {
	return w.fail("resize", w.h.shape, fmt.Errorf("%w: the shape of an npy file is fixed", storage.ErrUnsupported))
}

// Commit writes the fill value where nothing was written and gives the file its name.
func (w *writer) Commit(ctx context.Context) error {
	if w.end() {
		return w.fail("commit", w.h.shape, storage.ErrClosed)
	}
	err := w.fillGaps(ctx)
	if err == nil {
		err = w.f.Sync()
	}
	err = errors.Join(err, w.f.Close())
	if err == nil {
		err = vacant(w.path, w.overwrite)
	}
	if err == nil {
		err = rename(w.temp, w.path)
	}
	if err != nil {
		return w.fail("commit", w.h.shape, errors.Join(err, os.Remove(w.temp)))
	}
	return nil
}

// fillGaps writes the fill value to chunks never written; zeros are there already.
func (w *writer) fillGaps(ctx context.Context) error {
	if storage.IsFill(w.fill, nil) {
		return nil
	}
	for coord := range w.meta.WriteGrid.Boxes() {
		if w.has(w.meta.WriteGrid.Index(coord)) {
			continue
		}
		if err := w.DeleteChunk(ctx, coord); err != nil {
			return err
		}
	}
	return nil
}

// Abort removes what was written.
func (w *writer) Abort() error {
	if w.end() {
		return nil
	}
	return errors.Join(w.f.Close(), os.Remove(w.temp))
}

// Close ends the writing; without a Commit before, it is an Abort.
func (w *writer) Close() error { return w.Abort() }

// end marks the writer as ended and reports whether it was already.
func (w *writer) end() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	ended := w.ended
	w.ended = true
	return ended
}
