package exec

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// A leaf is where a program's elements come from: an array of some kind seen
// through a view of the task's box.
type leaf interface {
	// fetch brings the elements of a box of the program's domain into memory,
	// or finds them there, and makes o point at them. What it takes lasts until
	// the task ends. o has strides for the domain's axes, which may be reused.
	fetch(t *task, box nd.Box, o *operand) error
	// cost returns the bytes fetch takes at most for a box of that shape.
	cost(shape []int) int
}

// constLeaf is one element standing for all.
type constLeaf struct{ value []byte }

func (l constLeaf) fetch(_ *task, _ nd.Box, o *operand) error {
	o.buf, o.off = l.value, 0
	clear(o.strides)
	return nil
}

func (l constLeaf) cost([]int) int { return 0 }

// memLeaf is an array in memory, C order.
type memLeaf struct {
	buf     func() ([]byte, error) // when the stage runs: results of earlier stages don't exist before
	strides []int
	view    plan.View
}

func (l memLeaf) fetch(_ *task, box nd.Box, o *operand) (err error) {
	o.buf, err = l.buf()
	o.off = 0
	clear(o.strides)
	for k, m := range l.view.Maps {
		o.off += m.Offset * l.strides[k]
		if m.Out >= 0 {
			o.off += m.Stride * box.Start[m.Out] * l.strides[k]
			o.strides[m.Out] += m.Stride * l.strides[k]
		}
	}
	return err
}

func (l memLeaf) cost([]int) int { return 0 }

// region is what a view shows of a source for one box: n indices from start
// every step along each axis of the source.
type region struct {
	start, step, n []int
}

func regionOf(v plan.View, box nd.Box) region {
	ndim := len(v.Maps)
	b := make([]int, 3*ndim)
	r := region{b[:ndim:ndim], b[ndim : 2*ndim : 2*ndim], b[2*ndim:]}
	for k, m := range v.Maps {
		r.start[k], r.step[k], r.n[k] = m.Offset, 1, 1
		if m.Out >= 0 {
			r.start[k] += m.Stride * box.Start[m.Out]
			r.step[k], r.n[k] = m.Stride, box.Shape[m.Out]
		}
	}
	return r
}

// bounds returns the smallest box of the source that holds the region.
func (r region) bounds() nd.Box {
	b := nd.Box{Start: slices.Clone(r.start), Shape: slices.Clone(r.n)}
	for k := range b.Shape {
		last := r.start[k] + (r.n[k]-1)*r.step[k]
		b.Start[k] = min(r.start[k], last)
		b.Shape[k] = max(r.start[k], last) - b.Start[k] + 1
		if r.n[k] == 0 {
			b.Start[k], b.Shape[k] = 0, 0
		}
	}
	return b
}

// ahead reports whether no axis skips indices or goes backwards.
func (r region) ahead() bool {
	return !slices.ContainsFunc(r.step, func(s int) bool { return s != 1 })
}

// unit reports whether no axis skips indices.
func (r region) unit() bool {
	for k, s := range r.step {
		if r.n[k] > 1 && s != 1 && s != -1 {
			return false
		}
	}
	return true
}

// holds reports whether a box of the source lies in the region whole and as one
// run of its elements, and from which of them on.
func (r region) holds(box nd.Box) (at int, ok bool) {
	run, dense := 1, 1 // elements of the box and of the region along the axes seen
	for k := len(r.n) - 1; k >= 0; k-- {
		from := box.Start[k] - r.start[k]
		if r.step[k] != 1 || from < 0 || from+box.Shape[k] > r.n[k] || box.Shape[k] > 1 && run != dense {
			return 0, false
		}
		at += from * dense
		run *= box.Shape[k]
		dense *= r.n[k]
	}
	return at, true
}

// onDomain turns strides along the source's axes into an operand of the
// domain: at is the place of the region's first element, strides are those
// from one index of the region to the next.
func onDomain(v plan.View, buf []byte, at int, strides []int) operand {
	o := operand{buf, at, make([]int, len(v.Shape))}
	for k, m := range v.Maps {
		if m.Out >= 0 {
			o.strides[m.Out] += strides[k]
		}
	}
	return o
}

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
		coord := cover.Start
		e, cb, err := l.chunkAt(t, coord)
		if err != nil {
			return err
		}
		t.hold(e)
		*o = operand{l.fill, 0, make([]int, len(l.view.Shape))}
		if e.present {
			*o = l.inBuffer(e.buf, r, cb, cStrides(cb.Shape))
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

// chunkAt gets a chunk from the cache; the caller releases it.
func (l arrayLeaf) chunkAt(t *task, coord []int) (*chunkEntry, nd.Box, error) {
	grid := l.src.Meta().ReadGrid
	box := grid.Box(coord)
	n := box.Size() * l.item
	start := t.w.clock()
	e, decoded, err := t.stage.cache.get(t.ctx, l.src, coord, grid.Index(coord), l.chunk, n)
	if decoded {
		t.didRead(start, t.storedSize(l.src, coord), int64(n))
	}
	return e, box, err
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
	err := eachCoord(cover, func(coord []int) error {
		if apart {
			box := l.src.Meta().ReadGrid.Box(coord)
			if at, ok := r.holds(box); ok {
				return l.readInto(t, coord, buf[at*l.item:][:box.Size()*l.item])
			}
		}
		e, cb, err := l.chunkAt(t, coord)
		if err != nil {
			return err
		}
		defer t.stage.cache.release(e)
		dst := operand{buf, 0, dense}
		src := operand{e.buf, 0, make([]int, len(coord))}
		shape := make([]int, len(coord))
		strides := cStrides(cb.Shape)
		for k := range coord {
			lo, hi := inside(r.start[k], r.step[k], r.n[k], cb.Start[k], cb.Stop(k))
			shape[k] = hi - lo
			dst.off += lo * dense[k]
			src.off += (r.start[k] + lo*r.step[k] - cb.Start[k]) * strides[k]
			src.strides[k] = r.step[k] * strides[k]
		}
		if !e.present {
			src = operand{l.fill, 0, make([]int, len(coord))}
		}
		copyStrided(dst, src, shape, l.item, false)
		return nil
	})
	return onDomain(l.view, buf, 0, dense), err
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

// inside returns the half-open range of i in [0, n) with lo <= start+i*step < hi.
func inside(start, step, n, lo, hi int) (int, int) {
	if step < 0 { // count from the other end
		a, b := inside(start+(n-1)*step, -step, n, lo, hi)
		return n - b, n - a
	}
	ceil := func(p int) int {
		if p <= 0 {
			return 0
		}
		return min((p+step-1)/step, n)
	}
	a := ceil(lo - start)
	return a, max(ceil(hi-start), a)
}

// eachCoord calls f for every index of a box, C order, until an error.
func eachCoord(b nd.Box, f func(coord []int) error) error {
	for coord := range b.Indices() {
		if err := f(coord); err != nil {
			return err
		}
	}
	return nil
}

// boxer computes boxes of an array: a generator, or an operation that is not
// element by element.
type boxer interface {
	// box computes a box, dense in C order, into dst.
	box(t *task, box nd.Box, dst []byte) error
	// boxCost returns the bytes box takes beside dst.
	boxCost(shape []int) int
}

// boxLeaf is a boxer seen through a view.
type boxLeaf struct {
	src  boxer
	view plan.View
	item int
}

func (l boxLeaf) cost(shape []int) int {
	src := make([]int, len(l.view.Maps))
	for k, m := range l.view.Maps {
		src[k] = 1
		if m.Out >= 0 {
			src[k] = shape[m.Out]
		}
	}
	c := plus(size(src)*l.item, l.src.boxCost(src))
	if !(region{step: steps(l.view), n: src}).unit() {
		c += size(src) * l.item
	}
	return c
}

func steps(v plan.View) []int {
	s := make([]int, len(v.Maps))
	for k, m := range v.Maps {
		s[k] = 1
		if m.Out >= 0 {
			s[k] = m.Stride
		}
	}
	return s
}

func (l boxLeaf) fetch(t *task, box nd.Box, o *operand) error {
	r := regionOf(l.view, box)
	buf := t.take(size(r.n) * l.item)
	if r.unit() {
		b := r.bounds()
		if err := l.src.box(t, b, buf); err != nil {
			return err
		}
		strides, at := cStrides(b.Shape), 0
		for k := range strides {
			at += (r.start[k] - b.Start[k]) * strides[k]
			strides[k] *= r.step[k]
		}
		*o = onDomain(l.view, buf, at, strides)
		return nil
	}
	dense := cStrides(r.n)
	*o = onDomain(l.view, buf, 0, dense)
	if op, ok := l.src.(*boxOp); ok && op.op.WholeChunks {
		return op.region(t, r, buf)
	}
	return l.skipping(t, r, buf, dense)
}

// skipping computes a region with steps index by index along the axes that
// have them, so that nothing in between is computed.
func (l boxLeaf) skipping(t *task, r region, buf []byte, dense []int) error {
	outer := nd.Box{Start: make([]int, len(r.n)), Shape: slices.Clone(r.n)}
	one := region{slices.Clone(r.start), slices.Clone(r.step), slices.Clone(r.n)}
	for k, s := range r.step {
		if s == 1 || s == -1 || r.n[k] == 1 {
			outer.Shape[k] = 1
		} else {
			one.n[k] = 1
		}
	}
	tmp := t.take(size(one.n) * l.item)
	return eachCoord(outer, func(i []int) error {
		for k := range i {
			one.start[k] = r.start[k] + i[k]*r.step[k]
		}
		b := one.bounds()
		mark := t.mark()
		if err := l.src.box(t, b, tmp); err != nil {
			return err
		}
		t.release(mark)
		src := operand{tmp, 0, cStrides(b.Shape)}
		for k := range src.strides {
			src.off += (one.start[k] - b.Start[k]) * src.strides[k]
			if r.step[k] < 0 {
				src.strides[k] = -src.strides[k]
			}
		}
		copyStrided(operand{buf, dot(i, dense), dense}, src, one.n, l.item, false)
		return nil
	})
}

// generated is an array computed from its indices.
type generated struct{ gen plan.Generator }

func (g generated) box(_ *task, box nd.Box, dst []byte) error {
	if box.Size() > 0 {
		g.gen(dst, box)
	}
	return nil
}

func (g generated) boxCost([]int) int { return 0 }

// arange returns the generator of an arange node.
func arange(n *plan.Node) (plan.Generator, error) {
	p := n.Params
	start, step := p["start"].(float64), p["step"].(float64)
	istart, istep := p["istart"].(int), p["istep"].(int)
	switch n.DType {
	case nd.Float64:
		return rangeFloat[float64](start, step), nil
	case nd.Float32:
		return rangeFloat[float32](start, step), nil
	case nd.Int8:
		return rangeInt[int8](istart, istep), nil
	case nd.Int16:
		return rangeInt[int16](istart, istep), nil
	case nd.Int32:
		return rangeInt[int32](istart, istep), nil
	case nd.Int64:
		return rangeInt[int64](istart, istep), nil
	case nd.Uint8:
		return rangeInt[uint8](istart, istep), nil
	case nd.Uint16:
		return rangeInt[uint16](istart, istep), nil
	case nd.Uint32:
		return rangeInt[uint32](istart, istep), nil
	case nd.Uint64:
		return rangeInt[uint64](istart, istep), nil
	}
	return nil, fmt.Errorf("arange of %v", n.DType)
}

func rangeFloat[T nd.Float](start, step float64) plan.Generator {
	return func(dst []byte, box nd.Box) {
		for i, s := 0, nd.AsSlice[T](dst); i < len(s); i++ {
			s[i] = T(start) + T(T(box.Start[0]+i)*T(step))
		}
	}
}

func rangeInt[T nd.Integer](start, step int) plan.Generator {
	return func(dst []byte, box nd.Box) {
		for i, s := 0, nd.AsSlice[T](dst); i < len(s); i++ {
			s[i] = T(start + (box.Start[0]+i)*step)
		}
	}
}
