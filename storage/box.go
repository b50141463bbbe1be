package storage

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
)

// CopyBox copies the elements of region from src to dst. Both are dense C-order
// buffers: dst holds the elements of dstBox, src those of srcBox; region must
// lie within both. Elements have itemsize bytes.
func CopyBox(dst []byte, dstBox nd.Box, src []byte, srcBox nd.Box, region nd.Box, itemsize int) {
	n := region.NDim()
	if region.Size() == 0 {
		return
	}
	// Strides in bytes; then fold every axis that is whole in both buffers, or
	// the innermost one, into a run of contiguous bytes.
	var few [3 * MaxAxes]int
	all := few[:]
	if n > MaxAxes { // an array that isn't stored yet
		all = make([]int, 3*n)
	}
	ds, ss, idx := all[:n], all[n:2*n], all[2*n:3*n]
	d, s := itemsize, itemsize
	dOff, sOff := 0, 0
	for k := n - 1; k >= 0; k-- {
		ds[k], ss[k] = d, s
		dOff += (region.Start[k] - dstBox.Start[k]) * d
		sOff += (region.Start[k] - srcBox.Start[k]) * s
		d *= dstBox.Shape[k]
		s *= srcBox.Shape[k]
	}
	run, outer := itemsize, n
	for outer > 0 && ds[outer-1] == run && ss[outer-1] == run {
		outer--
		run *= region.Shape[outer]
	}
	for {
		copy(dst[dOff:dOff+run], src[sOff:sOff+run])
		k := outer - 1
		for ; k >= 0; k-- {
			idx[k]++
			dOff += ds[k]
			sOff += ss[k]
			if idx[k] < region.Shape[k] {
				break
			}
			dOff -= idx[k] * ds[k]
			sOff -= idx[k] * ss[k]
			idx[k] = 0
		}
		if k < 0 {
			return
		}
	}
}

// MaxAxes is the number of axes a stored array may have.
const MaxAxes = 64

// Fill repeats value, the bytes of one element, over dst; nil is zero.
func Fill(dst, value []byte) {
	if len(value) == 0 {
		clear(dst)
		return
	}
	for n := copy(dst, value); n < len(dst) && n > 0; {
		n += copy(dst[n:], dst[:n])
	}
}

// IsFill reports whether buf holds nothing but value, compared by its bits; nil
// is zero.
func IsFill(buf, value []byte) bool {
	n := len(value)
	if n == 0 {
		n = 1
		value = []byte{0}
	}
	if len(buf) < n || string(buf[:n]) != string(value) {
		return len(buf) == 0
	}
	// A buffer that equals itself moved by one element repeats that element.
	return string(buf[n:]) == string(buf[:len(buf)-n])
}

// Intersect returns what two boxes of one index space share; an empty box
// where they don't meet.
func Intersect(a, b nd.Box) nd.Box {
	r := nd.Box{Start: make([]int, a.NDim()), Shape: make([]int, a.NDim())}
	for k := range a.Shape {
		r.Start[k] = max(a.Start[k], b.Start[k])
		r.Shape[k] = max(0, min(a.Stop(k), b.Stop(k))-r.Start[k])
	}
	return r
}

// ReadBox reads any box of an array, C order, native byte order, into dst of
// exactly its size. Chunks that were never written give the fill value. Where the
// array is neither a BoxReader nor a RegionReader, chunks are decoded one at a
// time, into dst itself where the box is just one of them.
func ReadBox(ctx context.Context, a Array, box nd.Box, dst []byte) error {
	m := a.Meta()
	if err := checkBytes(ctx, "read box", a, box, len(dst)); err != nil {
		return err
	}
	if r, ok := a.(BoxReader); ok {
		return r.ReadBox(ctx, box, dst)
	}
	if r, ok := a.(RegionReader); ok {
		return r.ReadRegion(ctx, box, dst)
	}
	var buf []byte
	return coverEach(ctx, m.ReadGrid, box, func(coord []int, chunk, region nd.Box) error {
		size := chunk.Size() * m.DType.Size()
		if size == len(dst) && slices.Equal(chunk.Shape, box.Shape) && slices.Equal(chunk.Start, box.Start) {
			present, err := a.ReadChunk(ctx, coord, dst)
			if err == nil && !present {
				Fill(dst, m.Fill)
			}
			return err
		}
		buf = slices.Grow(buf[:0], size)[:size]
		present, err := a.ReadChunk(ctx, coord, buf)
		if err != nil {
			return err
		}
		if !present {
			Fill(buf, m.Fill)
		}
		CopyBox(dst, box, buf, chunk, region, m.DType.Size())
		return nil
	})
}

// WriteBox writes any box of an array from src, laid out as in ReadBox. Chunks
// of WriteGrid that the box covers in part are read, changed and written whole.
// Calls that meet in a chunk do so one after the other, also through several
// handles of this process, so that neighbouring parts of a chunk can be written
// at the same time. Of other processes that is true where the array is a Locker.
func WriteBox(ctx context.Context, a WritableArray, box nd.Box, src []byte) error {
	m := a.Meta()
	if err := checkBytes(ctx, "write box", a, box, len(src)); err != nil {
		return err
	}
	var buf []byte
	return coverEach(ctx, m.WriteGrid, box, func(coord []int, chunk, region nd.Box) error {
		size := chunk.Size() * m.DType.Size()
		whole := slices.Equal(region.Shape, chunk.Shape)
		unlock, err := lockToWrite(ctx, a, coord, whole)
		if err != nil {
			return err
		}
		defer unlock()
		if whole && size == len(src) {
			return a.WriteChunk(ctx, coord, src)
		}
		buf = slices.Grow(buf[:0], size)[:size]
		if !whole {
			if err := ReadBox(ctx, a, chunk, buf); err != nil {
				return err
			}
		}
		CopyBox(buf, chunk, src, box, region, m.DType.Size())
		return a.WriteChunk(ctx, coord, buf)
	})
}

// coverEach calls do for every chunk that meets box, with the chunk's box and
// the part they share, until an error or the end of ctx.
func coverEach(ctx context.Context, g nd.Grid, box nd.Box, do func(coord []int, chunk, region nd.Box) error) error {
	for coord := range g.Cover(box).Indices() {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk := g.Box(coord)
		if err := do(coord, chunk, Intersect(chunk, box)); err != nil {
			return err
		}
	}
	return nil
}

// coverTogether is coverEach with up to n calls under way at the same time.
func coverTogether(ctx context.Context, g nd.Grid, box nd.Box, n int, do func(coord []int, chunk, region nd.Box) error) error {
	if n == 1 {
		return coverEach(ctx, g, box, do)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	room := make(chan struct{}, n)
	var wg sync.WaitGroup
	_ = coverEach(ctx, g, box, func(coord []int, chunk, region nd.Box) error { // which fails with ctx only
		coord = slices.Clone(coord)
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			if err := do(coord, chunk, region); err != nil {
				cancel(err)
			}
		})
		return nil
	})
	wg.Wait()
	return context.Cause(ctx)
}

// checkBytes refuses a box outside the array or a buffer of another size.
func checkBytes(ctx context.Context, op string, a Array, box nd.Box, n int) error {
	d := a.Meta().DType
	if d.Size() == 0 {
		return &Error{op, refName(a), fmt.Errorf("%w: elements of %s vary in length, see StringReader", ErrUnsupported, d)}
	}
	if err := checkBox(ctx, op, a, box); err != nil {
		return err
	}
	if n != box.Size()*d.Size() {
		return &Error{op, refName(a), fmt.Errorf("%w: %d bytes for box %v of %s", nd.ErrShape, n, box, d)}
	}
	return nil
}

// checkBox refuses a box outside the array.
func checkBox(ctx context.Context, op string, a Array, box nd.Box) error {
	if ctx == nil {
		return &Error{op, refName(a), ErrContext}
	}
	m := a.Meta()
	ok := len(box.Shape) == len(m.Shape) && len(box.Start) == len(m.Shape)
	for k := 0; ok && k < len(m.Shape); k++ {
		ok = box.Start[k] >= 0 && box.Shape[k] >= 0 && box.Start[k] <= m.Shape[k] && box.Shape[k] <= m.Shape[k]-box.Start[k]
	}
	if !ok {
		return &Error{op, refName(a), fmt.Errorf("%w: box %v of shape %v", nd.ErrIndex, box, m.Shape)}
	}
	return nil
}

func refName(a Array) string {
	r := a.Ref()
	if r.URL == "" {
		return "array"
	}
	return JoinKey(r.URL, r.Path)
}
