package zarr

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/dir"
)

// writableArray is an array that is being created (it has a draft) or was
// opened through a writable group.
type writableArray struct {
	*array
	draft   *draft
	fresh   bool          // created by this handle
	open    *atomic.Int32 // counts the fresh arrays of a group that aren't ended
	holders []place       // groups with consolidated metadata, which are made anew when others have changed
	mu      sync.Mutex    // guards resizing and ending
	ended   bool
}

var (
	_ storage.WritableArray = (*writableArray)(nil)
	_ storage.WritableGroup = (*writableGroup)(nil)
	_ storage.WriteCoster   = (*writableArray)(nil)
	_ storage.Identifier    = (*writableArray)(nil)
	_ storage.Locker        = (*writableArray)(nil)
	_ storage.Resumable     = (*writableArray)(nil)
)

// startArray writes the metadata of a new array.
func startArray(ctx context.Context, p place, version int, s storage.Spec, opts map[string]string, open *atomic.Int32) (*writableArray, error) {
	docs, err := arrayDocs(version, s)
	if err != nil {
		return nil, p.fail("create", err)
	}
	h, err := newHeader(docs)
	if err != nil {
		return nil, p.fail("create", err)
	}
	at, d, err := newDraft(ctx, p, opts)
	if err != nil {
		return nil, err
	}
	return continueArray(ctx, at, d, docs, h, open)
}

// continueArray writes the metadata of an array at the place of its draft, and
// keeps the chunks that are there where the draft is resumed.
func continueArray(ctx context.Context, at place, d *draft, docs documents, h *header, open *atomic.Int32) (*writableArray, error) {
	var err error
	if d != nil && d.resume {
		err = at.keep(ctx, h)
	}
	if err == nil {
		err = at.put(ctx, docs)
	}
	if err != nil {
		return nil, errors.Join(err, d.abort())
	}
	open.Add(1)
	a := newWritableArray(at, h)
	a.draft, a.fresh, a.open = d, true, open
	return a, nil
}

func newWritableArray(p place, h *header) *writableArray {
	a := &writableArray{array: newArray(p, h)}
	a.mutable, a.strict = true, false
	return a
}

// keep leaves what an interrupted draft has of the array that h describes, and
// removes anything else. Attributes may differ.
func (p place) keep(ctx context.Context, h *header) error {
	old, err := p.read(ctx)
	if err == nil && old != nil && old.array != nil {
		was, is := maps.Clone(old.array.doc), maps.Clone(h.doc)
		delete(was, "attributes")
		delete(is, "attributes")
		if reflect.DeepEqual(was, is) {
			return nil
		}
	}
	if err != nil && !errors.Is(err, storage.ErrCorrupt) && !errors.Is(err, storage.ErrUnsupported) {
		return err
	}
	return p.empty(ctx)
}

// empty removes what lies below p, but not the directory, which may be locked.
func (p place) empty(ctx context.Context) error {
	if err := storage.DeleteLeftovers(ctx, p.store, p.key); err != nil {
		return err
	}
	for e, err := range storage.List(ctx, p.store, p.key) {
		switch key := storage.JoinKey(p.key, e.Name); {
		case err != nil:
		case e.Dir:
			err = storage.DeleteAll(ctx, p.store, key)
		default:
			err = p.store.Delete(ctx, key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// WriteChunk encodes and stores a chunk. One that holds nothing but the fill
// value, bit by bit, is deleted instead; without a fill value, as v2 may be,
// others may take anything for a chunk that isn't there.
func (a *writableArray) WriteChunk(ctx context.Context, coord []int, src []byte) error {
	h := a.head.Load()
	box, err := a.check(ctx, h.meta.WriteGrid, coord)
	if err == nil {
		err = h.fixed()
	}
	item := h.meta.DType.Size()
	if err == nil && len(src) != box.Size()*item {
		err = fmt.Errorf("%w: buffer of %d bytes, the chunk has %d", nd.ErrShape, len(src), box.Size()*item)
	}
	if err == nil {
		key := h.keys.key(a.key, coord)
		if !h.unfilled && storage.IsFill(src, h.meta.Fill) {
			err = a.store.Delete(ctx, key)
		} else {
			err = a.writeChunk(ctx, h, coord, key, box, src)
		}
	}
	if err != nil {
		return a.failChunk("write", coord, err)
	}
	return nil
}

func (a *writableArray) writeChunk(ctx context.Context, h *header, coord []int, key string, box nd.Box, src []byte) error {
	c, shape, err := h.wholeCoder(coord)
	if err != nil {
		return err
	}
	if !slices.Equal(box.Shape, shape) {
		full := a.scratch.Get().(*[]byte)
		defer a.scratch.Put(full)
		*full = slices.Grow((*full)[:0], c.Size())[:c.Size()]
		storage.Fill(*full, h.meta.Fill)
		storage.CopyBox(*full, nd.Box{Start: box.Start, Shape: shape}, src, box, box, h.meta.DType.Size())
		src = *full
	}
	if c.Identity() {
		return a.store.Put(ctx, key, src)
	}
	buf := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(buf)
	if *buf, err = c.Encode((*buf)[:0], src); err != nil {
		return err
	}
	return a.store.Put(ctx, key, *buf)
}

// Identity is where the array lies.
func (a *writableArray) Identity() any {
	if d, ok := a.store.(*dir.Store); ok {
		return storage.JoinKey(d.Path(), a.key)
	}
	return [2]any{a.store, a.key}
}

// Lock keeps other processes from changing parts of chunks, where the store can
// do that.
func (a *writableArray) Lock(ctx context.Context) (unlock func(), err error) {
	if l, ok := a.store.(locker); ok {
		return l.Lock(ctx, a.key)
	}
	return func() {}, nil
}

// Written reports whether a chunk of WriteGrid is there.
func (a *writableArray) Written(ctx context.Context, coord []int) (bool, error) {
	h := a.head.Load()
	_, err := a.check(ctx, h.meta.WriteGrid, coord)
	if err == nil {
		_, err = storage.Size(ctx, a.store, h.keys.key(a.key, coord))
	}
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, a.failChunk("look for", coord, err)
	}
	return true, nil
}

// WriteCost is the memory of one WriteChunk call: the encoder, the encoded
// bytes, and a whole chunk where chunks are filled up at the edge.
func (a *writableArray) WriteCost() int {
	h := a.head.Load()
	if h.whole == nil {
		return 0
	}
	cost, _ := h.whole.Cost()
	if !h.whole.Identity() {
		n := h.whole.MaxEncoded()
		if len(h.shards) > 0 {
			n /= 2 // without the gaps of others
		}
		cost += n
	}
	if h.cuts(h.stored) {
		cost += h.whole.Size()
	}
	return cost
}

// DeleteChunk removes a chunk from the store.
func (a *writableArray) DeleteChunk(ctx context.Context, coord []int) error {
	h := a.head.Load()
	_, err := a.check(ctx, h.meta.WriteGrid, coord)
	if err == nil {
		err = a.store.Delete(ctx, h.keys.key(a.key, coord))
	}
	if err != nil {
		return a.failChunk("delete", coord, err)
	}
	return nil
}

// Resize changes the shape. What is outside goes first, chunks as well as parts of
// chunks, so that growing again shows the fill value; a Resize that fails, or whose
// process is killed, leaves the array as long as it was and can be called again.
func (a *writableArray) Resize(ctx context.Context, shape []int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.resize(ctx, shape); err != nil {
		return a.fail("resize", err)
	}
	return nil
}

func (a *writableArray) resize(ctx context.Context, shape []int) error {
	old := a.head.Load()
	if old.chainErr != nil {
		return old.chainErr
	}
	if len(shape) != len(old.meta.Shape) {
		return fmt.Errorf("%w: shape %v has %d axes, the array has %d", nd.ErrShape, shape, len(shape), len(old.meta.Shape))
	}
	h, docs, err := old.reshape(shape)
	if err != nil {
		return err
	}
	for k := range shape {
		if err := a.cut(ctx, old, h, k); err != nil {
			return err
		}
	}
	if err := a.invalidate(ctx); err != nil {
		return err
	}
	if err := a.put(ctx, docs); err != nil {
		return err
	}
	a.head.Store(h)
	_ = renew(ctx, a.holders) // Commit and Abort try again, and tell
	return nil
}

// reshape returns the header and the metadata of the array with another shape.
func (h *header) reshape(shape []int) (*header, documents, error) {
	name := h.document()
	docs := documents{name: maps.Clone(h.doc)}
	docs[name]["shape"] = append([]int{}, shape...)
	if h.edges.NDim() > 0 {
		edges, err := stretch(h.edges, shape)
		if err != nil {
			return nil, nil, err
		}
		docs[name]["chunk_grid"] = object{"name": "rectilinear", "configuration": object{"kind": "inline", "chunk_shapes": edgesJSON(edges)}}
	}
	other, err := newHeader(docs)
	if err == nil && h.version == 2 { // whose attributes are elsewhere
		other.meta.Attrs, other.meta.Dims = h.meta.Attrs, h.meta.Dims
	}
	return other, docs, err
}

// cut removes what lies beyond the new length of axis k.
func (a *writableArray) cut(ctx context.Context, old, h *header, k int) error {
	was, is := old.meta.Shape, h.meta.Shape
	if is[k] >= was[k] {
		return nil
	}
	slab := nd.WholeBox(slices.Clone(was))
	slab.Start[k], slab.Shape[k] = is[k], was[k]-is[k]
	for coord := range old.meta.WriteGrid.Cover(slab).Indices() {
		var err error
		if h.meta.WriteGrid.Contains(coord) {
			err = a.clear(ctx, coord, nd.WholeBox(is))
		} else {
			err = a.store.Delete(ctx, old.keys.key(a.key, coord))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// clear sets the elements of a chunk outside a box to the fill value.
func (a *writableArray) clear(ctx context.Context, coord []int, inside nd.Box) error {
	if there, err := a.Written(ctx, coord); err != nil || !there {
		return err
	}
	m := a.Meta()
	box := m.WriteGrid.Box(coord)
	kept := storage.Intersect(box, inside)
	if m.DType.Size() == 0 {
		elems, err := storage.ReadStrings(ctx, a, kept)
		if err != nil {
			return err
		}
		all := slices.Repeat([]string{string(m.Fill)}, box.Size())
		storage.CopyStrings(all, box, elems, kept, kept)
		return a.WriteStrings(ctx, coord, all)
	}
	item := m.DType.Size()
	buf, all := make([]byte, kept.Size()*item), make([]byte, box.Size()*item)
	if err := storage.ReadBox(ctx, a, kept, buf); err != nil {
		return err
	}
	storage.Fill(all, m.Fill)
	storage.CopyBox(all, box, buf, kept, kept, item)
	return a.WriteChunk(ctx, coord, all)
}

// Commit puts a new array in its place.
func (a *writableArray) Commit(ctx context.Context) error {
	return a.end(func() (err error) {
		if a.fresh {
			err = a.invalidate(ctx)
		}
		if err == nil {
			err = a.draft.commit(ctx)
		}
		if err == nil {
			err = renew(ctx, a.holders)
		}
		if err != nil {
			return a.fail("commit", err)
		}
		return nil
	})
}

// Abort removes a new array; of one that existed, what is written stays.
func (a *writableArray) Abort() error {
	return a.end(func() error {
		ctx := context.Background()
		err := a.draft.abort()
		if a.fresh && a.draft == nil {
			err = storage.DeleteAll(ctx, a.store, a.key)
		}
		if err = errors.Join(err, renew(ctx, a.holders)); err != nil {
			return a.fail("abort", err)
		}
		return nil
	})
}

// Close ends the use of the array; a new one that was not committed is aborted.
func (a *writableArray) Close() error {
	err := a.Abort()
	if errors.Is(err, storage.ErrClosed) {
		err = nil
	}
	return errors.Join(err, a.array.Close())
}

// end does what ends the array, once; a commit that failed may be tried again.
func (a *writableArray) end(do func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		return a.fail("end", storage.ErrClosed)
	}
	if err := do(); err != nil {
		return err
	}
	a.ended = true
	if a.fresh {
		a.open.Add(-1)
	}
	return nil
}
