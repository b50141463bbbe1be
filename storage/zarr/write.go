package zarr

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// writableArray is an array that is being created (it has a draft) or was
// opened through a writable group.
type writableArray struct {
	*array
	draft *draft
	fresh bool          // created by this handle
	open  *atomic.Int32 // counts the fresh arrays of a group that aren't ended
	mu    sync.Mutex    // guards resizing and ending
	ended bool
}

var (
	_ storage.WritableArray = (*writableArray)(nil)
	_ storage.WritableGroup = (*writableGroup)(nil)
	_ storage.WriteCoster   = (*writableArray)(nil)
)

// startArray writes the metadata of a new array.
func startArray(ctx context.Context, p place, s storage.Spec, overwrite bool, open *atomic.Int32) (*writableArray, error) {
	doc, err := arrayDoc(s)
	if err != nil {
		return nil, p.fail("create", err)
	}
	h, err := newHeader(doc)
	if err != nil {
		return nil, p.fail("create", err)
	}
	at, d, err := newDraft(ctx, p, overwrite)
	if err != nil {
		return nil, err
	}
	if err := at.put(ctx, doc); err != nil {
		return nil, errors.Join(err, d.abort())
	}
	open.Add(1)
	return &writableArray{array: newArray(at, h), draft: d, fresh: true, open: open}, nil
}

// WriteChunk encodes and stores a chunk. One that holds nothing but the fill
// value, bit by bit, is deleted instead.
func (a *writableArray) WriteChunk(ctx context.Context, coord []int, src []byte) error {
	h := a.head.Load()
	box, err := a.check(ctx, h.meta.WriteGrid, coord)
	if err == nil {
		err = h.checkWritable()
	}
	item := h.meta.DType.Size()
	if err == nil && len(src) != box.Size()*item {
		err = fmt.Errorf("%w: buffer of %d bytes, the chunk has %d", nd.ErrShape, len(src), box.Size()*item)
	}
	if err == nil {
		key := h.keys.key(a.key, coord)
		if storage.IsFill(src, h.meta.Fill) {
			err = a.store.Delete(ctx, key)
		} else {
			err = a.writeChunk(ctx, h, key, box, src)
		}
	}
	if err != nil {
		return a.failChunk("write", coord, err)
	}
	return nil
}

func (a *writableArray) writeChunk(ctx context.Context, h *header, key string, box nd.Box, src []byte) error {
	if !slices.Equal(box.Shape, h.chunk) {
		full := a.scratch.Get().(*[]byte)
		defer a.scratch.Put(full)
		*full = slices.Grow((*full)[:0], h.chain.Size())[:h.chain.Size()]
		storage.Fill(*full, h.meta.Fill)
		storage.CopyBox(*full, nd.Box{Start: box.Start, Shape: h.chunk}, src, box, box, h.meta.DType.Size())
		src = *full
	}
	if h.chain.Identity() {
		return a.store.Put(ctx, key, src)
	}
	buf := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(buf)
	var err error
	if *buf, err = h.chain.Encode((*buf)[:0], src); err != nil {
		return err
	}
	return a.store.Put(ctx, key, *buf)
}

// WriteCost is the memory of one WriteChunk call: the encoder, the encoded
// bytes, and a whole chunk where chunks are filled up at the edge.
func (a *writableArray) WriteCost() int {
	h := a.head.Load()
	if h.chain == nil {
		return 0
	}
	cost, _ := h.chain.Cost()
	if !h.chain.Identity() {
		cost += h.chain.MaxEncoded()
	}
	for k, n := range h.meta.Shape {
		if n%h.chunk[k] != 0 {
			return cost + h.chain.Size()
		}
	}
	return cost
}

// DeleteChunk removes a chunk from the store.
func (a *writableArray) DeleteChunk(ctx context.Context, coord []int) error {
	h := a.head.Load()
	_, err := a.check(ctx, h.meta.WriteGrid, coord)
	if err == nil {
		err = h.checkWritable()
	}
	if err == nil {
		err = a.store.Delete(ctx, h.keys.key(a.key, coord))
	}
	if err != nil {
		return a.failChunk("delete", coord, err)
	}
	return nil
}

// Resize changes the shape in the metadata, then deletes the chunks outside
// and clears the part of chunks that is, so that growing again shows the fill
// value.
func (a *writableArray) Resize(ctx context.Context, shape []int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.head.Load()
	if err := old.checkWritable(); err != nil {
		return a.fail("resize", err)
	}
	if len(shape) != len(old.meta.Shape) {
		return a.fail("resize", fmt.Errorf("%w: shape %v has %d axes, the array has %d", nd.ErrShape, shape, len(shape), len(old.meta.Shape)))
	}
	doc := make(object, len(old.doc))
	for k, v := range old.doc {
		doc[k] = v
	}
	doc["shape"] = slices.Clone(shape)
	if len(shape) == 0 {
		doc["shape"] = []int{}
	}
	h, err := newHeader(doc)
	if err != nil {
		return a.fail("resize", err)
	}
	if err := a.put(ctx, doc); err != nil {
		return a.fail("resize", err)
	}
	a.head.Store(h)
	if err := a.invalidate(ctx); err != nil {
		return a.fail("resize", err)
	}
	for k := range shape {
		if err := a.cut(ctx, old, h, k); err != nil {
			return a.fail("resize", err)
		}
	}
	return nil
}

// cut removes what lies beyond the new length of axis k.
func (a *writableArray) cut(ctx context.Context, old, h *header, k int) error {
	was, is := old.meta.Shape, h.meta.Shape
	if is[k] >= was[k] {
		return nil
	}
	slab := nd.Box{Start: make([]int, len(was)), Shape: slices.Clone(was)}
	slab.Start[k], slab.Shape[k] = is[k], was[k]-is[k]
	cover := old.meta.WriteGrid.Cover(slab)
	coord := slices.Clone(cover.Start)
	for range cover.Size() {
		var err error
		if key := h.keys.key(a.key, coord); h.meta.WriteGrid.Contains(coord) {
			err = a.rewrite(ctx, h, coord)
		} else {
			err = a.store.Delete(ctx, key)
		}
		if err != nil {
			return err
		}
		for i := len(coord) - 1; i >= 0; i-- {
			if coord[i]++; coord[i] < cover.Start[i]+cover.Shape[i] {
				break
			}
			coord[i] = cover.Start[i]
		}
	}
	return nil
}

// rewrite writes a chunk at the edge again, which fills what is outside.
func (a *writableArray) rewrite(ctx context.Context, h *header, coord []int) error {
	buf := make([]byte, h.meta.WriteGrid.Box(coord).Size()*h.meta.DType.Size())
	present, err := a.ReadChunk(ctx, coord, buf)
	if err != nil || !present {
		return err
	}
	return a.WriteChunk(ctx, coord, buf)
}

// Commit puts a new array in its place.
func (a *writableArray) Commit(ctx context.Context) error {
	return a.end(func() error {
		if err := a.draft.commit(ctx); err != nil {
			return a.fail("commit", err)
		}
		if err := a.invalidate(ctx); err != nil {
			return a.fail("commit", err)
		}
		return nil
	})
}

// Abort removes a new array; of one that existed, what is written stays.
func (a *writableArray) Abort() error {
	return a.end(func() error {
		if a.fresh && a.draft == nil {
			return storage.DeleteAll(context.Background(), a.store, a.key)
		}
		return a.draft.abort()
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

// invalidate removes the consolidated metadata above p, which no longer say
// what there is; other readers would believe them.
func (p place) invalidate(ctx context.Context) error {
	for p.path != "" {
		p.key, p.path = parent(p.key), parent(p.path)
		doc, err := p.document(ctx, "zarr.json")
		if err != nil {
			return err
		}
		if _, ok := doc["consolidated_metadata"]; !ok {
			continue
		}
		delete(doc, "consolidated_metadata")
		if err := p.put(ctx, doc); err != nil {
			return err
		}
	}
	return nil
}

// parent cuts the last part off a path.
func parent(p string) string {
	if p = path.Dir(p); p == "." {
		return ""
	}
	return p
}
