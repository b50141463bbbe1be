package exec

import (
	"context"
	"time"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// arrayLeaf is a stored array, read chunk by chunk through the stage's cache.
type arrayLeaf struct {
	src   storage.Array
	view  plan.View
	item  int
	fill  []byte
	whole bool // every box of the domain lies in one chunk
	chunk int  // bytes of the largest chunk
}

func newArrayLeaf(src storage.Array, v plan.View, domain nd.Grid, within nd.Box) arrayLeaf {
	m := src.Meta()
	l := arrayLeaf{src: src, view: v, item: m.DType.Size(), fill: m.Fill, whole: true, chunk: chunkBytes(m)}
	if l.fill == nil {
		l.fill = make([]byte, max(l.item, 1))
	}
	for k := range v.Maps {
		l.whole = l.whole && alignedAxis(m.ReadGrid, v, k, domain, within)
	}
	return l
}

// chunkBytes returns what a chunk of an array takes in memory, the largest one's.
func chunkBytes(m *storage.Meta) int { return rounded(size(m.ReadGrid.MaxChunk()) * m.DType.Size()) }

// alignedAxis reports whether every chunk of the domain needs one chunk only
// along axis k of the source.
func alignedAxis(g nd.Grid, v plan.View, k int, domain nd.Grid, within nd.Box) bool {
	m := v.Maps[k]
	if m.Out < 0 || g.NumChunks()[k] <= 1 {
		return true
	}
	lo, n := within.Start[m.Out], within.Shape[m.Out]
	return n == 0 || g.ViewAxis(k, m.Offset+m.Stride*lo, m.Stride, n).Equal(domain.ViewAxis(m.Out, lo, 1, n))
}

func (l arrayLeaf) cost(shape []int) int {
	c := l.chunk + storage.ReadCost(l.src, l.chunk)
	if !l.whole {
		c += l.denseBytes(shape)
	}
	return c
}

func (l arrayLeaf) denseBytes(shape []int) int {
	n := l.item
	for _, m := range l.view.Maps {
		if m.Out >= 0 {
			n *= shape[m.Out]
		}
	}
	return n
}

func (l arrayLeaf) fetch(t *task, box nd.Box, o *operand) (err error) {
	r := regionOf(l.view, box)
	bounds := r.bounds()
	grid := l.src.Meta().ReadGrid
	if br, ok := l.src.(storage.BoxReader); ok && r.unit() && !l.whole {
		buf := t.take(bounds.Size() * l.item)
		start := t.w.clock()
		if err := br.ReadBox(t.ctx, bounds, buf); err != nil {
			return err
		}
		t.didRead(start, int64(len(buf)), int64(len(buf)))
		*o = l.inBuffer(buf, r, bounds, cStrides(bounds.Shape))
		return nil
	}
	cover := grid.Cover(bounds)
	if size(cover.Shape) == 1 {
		box := grid.Box(cover.Start)
		e, err := l.chunkAt(t, cover.Start, box)
		if err != nil {
			return err
		}
		t.hold(e)
		*o = operand{l.fill, 0, make([]int, len(l.view.Shape))}
		if e.present {
			*o = l.inBuffer(e.buf, r, box, cStrides(box.Shape))
		}
		return nil
	}
	*o, err = l.gather(t, r, cover)
	return err
}

// prefetch has the store begin to read the chunk of a box, if that is one.
func (l arrayLeaf) prefetch(ctx context.Context, box nd.Box) {
	p, ok := l.src.(storage.Prefetcher)
	if !ok || !l.whole {
		return
	}
	if cover := l.src.Meta().ReadGrid.Cover(regionOf(l.view, box).bounds()); size(cover.Shape) == 1 {
		p.PrefetchChunk(ctx, cover.Start)
	}
}

// inBuffer points at the region inside a dense buffer that holds box of the source.
func (l arrayLeaf) inBuffer(buf []byte, r region, box nd.Box, strides []int) operand {
	at := 0
	for k := range strides {
		at += (r.start[k] - box.Start[k]) * strides[k]
		strides[k] *= r.step[k]
	}
	return onDomain(l.view, buf, at, strides)
}

// chunkAt gets a chunk, which is box of the source, from the cache; the caller releases it.
func (l arrayLeaf) chunkAt(t *task, coord []int, box nd.Box) (*chunkEntry, error) {
	n := box.Size() * l.item
	start := t.w.clock()
	e, decoded, err := t.stage.cache.get(t.ctx, l.src, coord, l.src.Meta().ReadGrid.Index(coord), l.chunk, n)
	if decoded {
		t.didRead(start, t.storedSize(l.src, coord), int64(n))
	}
	return e, err
}

// didRead counts what a task read.
func (t *task) didRead(start time.Time, read, decoded int64) {
	t.stage.run.decodedBytes.Add(decoded)
	r := &t.w.report
	r.Reading += t.w.clock().Sub(start)
	r.Read += read
	r.Decoded += decoded
}

// storedSize returns the bytes of a chunk in its store, if anybody wants to know
// and the array does.
func (t *task) storedSize(src storage.Array, coord []int) int64 {
	if z, ok := src.(storage.StoredSizer); ok && t.stage.run.p.opts.OnEvent != nil {
		n, _, _ := z.StoredSize(t.ctx, coord) // an error shows where the chunk is read
		return n
	}
	return 0
}

// gather copies a region that spans several chunks into a dense buffer.
func (l arrayLeaf) gather(t *task, r region, cover nd.Box) (operand, error) {
	dense := cStrides(r.n)
	buf := t.take(size(r.n) * l.item)
	apart := t.stage.readsApart(l.src)
	shape := make([]int, len(dense))
	for coord := range cover.Indices() {
		box := l.src.Meta().ReadGrid.Box(coord)
		if apart {
			if at, ok := r.holds(box); ok {
				if err := l.readInto(t, coord, buf[at*l.item:][:box.Size()*l.item]); err != nil {
					return operand{}, err
				}
				continue
			}
		}
		dst, src := operand{buf, 0, dense}, operand{strides: make([]int, len(coord))}
		strides := cStrides(box.Shape)
		for k := range coord {
			lo, hi := inside(r.start[k], r.step[k], r.n[k], box.Start[k], box.Stop(k))
			shape[k] = hi - lo
			dst.off += lo * dense[k]
			src.off += (r.start[k] + lo*r.step[k] - box.Start[k]) * strides[k]
			src.strides[k] = r.step[k] * strides[k]
		}
		if size(shape) == 0 {
			continue // between two steps
		}
		e, err := l.chunkAt(t, coord, box)
		if err != nil {
			return operand{}, err
		}
		src.buf = e.buf
		if !e.present {
			src = operand{l.fill, 0, make([]int, len(coord))}
		}
		copyStrided(dst, src, shape, l.item, false)
		t.stage.cache.release(e)
	}
	return onDomain(l.view, buf, 0, dense), nil
}

// readInto decodes a chunk to where it is wanted, past the cache.
func (l arrayLeaf) readInto(t *task, coord []int, dst []byte) error {
	start := t.w.clock()
	present, err := l.src.ReadChunk(t.ctx, coord, dst)
	if err != nil {
		return err
	}
	if !present {
		storage.Fill(dst, l.fill)
	}
	t.stage.run.decodedChunks.Add(1)
	t.didRead(start, t.storedSize(l.src, coord), int64(len(dst)))
	return nil
}
