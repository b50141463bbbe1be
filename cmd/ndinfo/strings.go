package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Text and bytes of any length are shown as NumPy has them, padded to the length
// of the longest.

// perString is the least that an element takes until it is padded.
const perString = 16

// varies reports whether elements vary in length.
func varies(dt nd.DType) bool { return dt.Valid() && dt.Size() == 0 }

// isText reports whether elements are texts of one length.
func isText(k nd.Kind) bool { return k == nd.KindBytes || k == nd.KindUTF32 }

// padded reads the part of an array that --slice names, or all of it.
func (o *options) padded(ctx context.Context, a storage.Array) (chunkgrid.Any, error) {
	views, err := nd.ResolveRanges(a.Meta().Shape, o.ranges)
	if err != nil {
		return nil, err
	}
	var box nd.Box        // around the part
	var within []nd.Range // the part in the box
	for _, v := range views {
		if v.Axis < 0 {
			within = append(within, nd.NewAxis)
			continue
		}
		lo, hi := v.Start, v.Start+(v.N-1)*v.Step
		if lo > hi {
			lo, hi = hi, lo
		}
		r := nd.From(v.Start - lo).By(v.Step)
		switch {
		case v.N == 0:
			lo, hi, r = 0, -1, nd.All
		case v.Drop:
			r = nd.At(0)
		}
		box.Start, box.Shape, within = append(box.Start, lo), append(box.Shape, hi-lo+1), append(within, r)
	}
	d, err := readPadded(ctx, a, box, o.memory)
	if err != nil {
		return nil, err
	}
	x := chunkgrid.FromDyn(d).View(within...)
	return x, x.Err()
}

// readPadded reads a box of elements that vary in length, which may take limit
// bytes as they are padded.
func readPadded(ctx context.Context, a storage.Array, box nd.Box, limit int) (nd.Dyn, error) {
	if n := box.Size(); n > limit/perString {
		return nil, fmt.Errorf("%w: %d elements that vary in length at once, with %s", storage.ErrUnsupported, n, nd.FormatBytes(limit))
	}
	elems, err := storage.ReadStrings(ctx, a, box)
	if err != nil {
		return nil, err
	}
	kind, length, unit := nd.KindBytes, func(s string) int { return len(s) }, 1
	if a.Meta().DType == nd.Text {
		kind, length, unit = nd.KindUTF32, utf8.RuneCountInString, 4
	}
	size := unit
	for _, s := range elems {
		size = max(size, unit*length(s))
	}
	if len(elems) > limit/size {
		return nil, fmt.Errorf("%w: %d elements padded to %d bytes are more than %s", storage.ErrUnsupported, len(elems), size, nd.FormatBytes(limit))
	}
	d, err := nd.NewDyn(nd.Sized(kind, size), box.Shape)
	if err != nil {
		return nil, err
	}
	for i, s := range elems {
		to := d.Bytes()[i*size:][:size]
		if kind == nd.KindBytes {
			copy(to, s)
			continue
		}
		for _, r := range s {
			binary.NativeEndian.PutUint32(to, uint32(r))
			to = to[4:]
		}
	}
	return d, nil
}

// textStatistics counts the texts that are missing, and finds the first and the
// last of the others in the order of their bytes.
func (o *options) textStatistics(ctx context.Context, x chunkgrid.Any, m *storage.Meta) (*statistics, error) {
	s := &statistics{dtype: x.DType(), count: int64(x.Size()), overAll: o.raw, nanName: "NaN"}
	var missing []any
	for _, list := range missingValues(m) {
		missing = append(missing, list...)
	}
	look := func(_ []int, d nd.Dyn) error {
		for index := range nd.WholeBox(d.Shape()).Indices() {
			text := d.Item(index...).(string)
			if !o.raw && slices.Contains(missing, any(text)) {
				s.missing++
				continue
			}
			if s.min == nil || text < s.min.(string) {
				s.min = text
			}
			if s.max == nil || text > s.max.(string) {
				s.max = text
			}
		}
		return ctx.Err()
	}
	if s.count == 0 {
		return s, nil
	}
	pieces := &slabber{o.memory / 4, o.runOptions(), look}
	return s, pieces.walk(ctx, x, make([]int, x.NDim()), 0)
}

// anyLength is an array of texts padded to one length as one of texts of any length.
type anyLength struct {
	storage.Array
	meta storage.Meta
}

func newAnyLength(a storage.Array) *anyLength {
	t := &anyLength{a, *a.Meta()}
	t.meta.DType = nd.Text
	if fill, err := nd.DynFromBytes(a.Meta().DType, nil, a.Meta().Fill); err == nil {
		t.meta.Fill = []byte(fill.Item().(string))
	}
	return t
}

func (t *anyLength) Meta() *storage.Meta { return &t.meta }

// ReadChunk fails: texts have no size.
func (t *anyLength) ReadChunk(context.Context, []int, []byte) (bool, error) {
	return false, fmt.Errorf("%w: text is read by ReadStrings", nd.ErrDType)
}

// ReadStrings reads the texts of a chunk.
func (t *anyLength) ReadStrings(ctx context.Context, coord []int) (elems []string, present bool, err error) {
	box := t.meta.ReadGrid.Box(coord)
	d, err := nd.NewDyn(t.Array.Meta().DType, []int{box.Size()})
	if err != nil {
		return nil, false, err
	}
	if present, err = t.Array.ReadChunk(ctx, coord, d.Bytes()); err != nil || !present {
		return nil, present, err
	}
	elems = make([]string, d.Size())
	for i := range elems {
		elems[i] = d.Item(i).(string)
	}
	return elems, true, nil
}
