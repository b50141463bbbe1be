package zarr

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// Elements that vary in length, text and bytes, are stored by the codecs
// vlen-utf8 and vlen-bytes, which are not part of a chain.

var textCodecs = map[string]bool{"vlen-utf8": true, "vlen-bytes": true}

// maxText is the most bytes a decoded chunk of such elements may have.
const maxText = 1 << 30

var (
	_ storage.StringReader = (*array)(nil)
	_ storage.StringWriter = (*writableArray)(nil)
)

// setText makes the chain of codecs behind vlen-utf8 or vlen-bytes.
func (h *header) setText(list extensions) error {
	first := list[0].name
	if !textCodecs[first] {
		err := fmt.Errorf("%w: codec %s for elements of %s", storage.ErrUnsupported, first, h.meta.DType)
		if !codec.Known(first) {
			err = fmt.Errorf("%w %q", storage.ErrCodec, first)
		}
		return h.later(err)
	}
	c, err := codec.NewBytesUpTo(maxText, list[1:].configs())
	if err != nil {
		return h.later(err)
	}
	h.text = c
	return nil
}

// ReadStrings decodes a chunk of elements that vary in length.
func (a *array) ReadStrings(ctx context.Context, coord []int) ([]string, bool, error) {
	h := a.head.Load()
	box, err := a.check(ctx, h.meta.ReadGrid, coord)
	if err == nil {
		err = h.chainErr
	}
	if err == nil && h.text == nil {
		err = fmt.Errorf("%w: elements of %s don't vary in length", nd.ErrDType, h.meta.DType)
	}
	var elems []string
	if err == nil {
		err = a.atOnce(ctx, func(known *indexes) (location, error) {
			loc, present, err := a.locate(ctx, h, coord, known)
			if elems = nil; present {
				elems, err = a.readStrings(ctx, h, box, coord, loc)
			}
			return loc, err
		})
	}
	if err != nil {
		return nil, false, a.failChunk("read", coord, err)
	}
	return elems, elems != nil, nil
}

// readStrings returns nil for a chunk that was never written.
func (a *array) readStrings(ctx context.Context, h *header, box nd.Box, coord []int, loc location) ([]string, error) {
	buf := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(buf)
	var found bool
	var err error
	if *buf, found, err = a.stored(ctx, loc, int64(h.text.MaxEncoded()), (*buf)[:0]); err != nil || !found {
		return nil, err
	}
	raw, err := h.text.AppendDecoded(nil, *buf)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", loc.key, err)
	}
	full := nd.Box{Start: box.Start, Shape: h.uncut(coord)}
	elems, err := codec.DecodeStrings(raw, full.Size())
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", loc.key, err)
	}
	for i, s := range elems {
		if h.meta.DType == nd.Text && !utf8.ValidString(s) {
			return nil, fmt.Errorf("key %s: %w: element %d is no UTF-8 text", loc.key, storage.ErrCorrupt, i)
		}
	}
	cut := make([]string, box.Size())
	storage.CopyStrings(cut, box, elems, full, box)
	return cut, nil
}

// WriteStrings encodes and stores a chunk of elements that vary in length. One
// that holds nothing but the fill value is deleted instead.
func (a *writableArray) WriteStrings(ctx context.Context, coord []int, elems []string) error {
	h := a.head.Load()
	if err := a.writeStrings(ctx, h, coord, elems); err != nil {
		return a.failChunk("write", coord, err)
	}
	return nil
}

func (a *writableArray) writeStrings(ctx context.Context, h *header, coord []int, elems []string) error {
	box, err := a.check(ctx, h.meta.WriteGrid, coord)
	switch {
	case err != nil:
		return err
	case h.chainErr != nil:
		return h.chainErr
	case h.text == nil:
		return fmt.Errorf("%w: elements of %s don't vary in length", nd.ErrDType, h.meta.DType)
	case len(h.shards) > 0:
		return fmt.Errorf("%w: elements of %s in shards are only read", storage.ErrUnsupported, h.meta.DType)
	case len(elems) != box.Size():
		return fmt.Errorf("%w: %d elements, the chunk has %d", nd.ErrShape, len(elems), box.Size())
	}
	fill, blank := string(h.meta.Fill), true
	for i, s := range elems {
		if h.meta.DType == nd.Text && !utf8.ValidString(s) {
			return fmt.Errorf("%w: element %d is no UTF-8 text", nd.ErrDType, i)
		}
		blank = blank && s == fill
	}
	key := h.keys.key(a.key, coord)
	if blank {
		return a.store.Delete(ctx, key)
	}
	full := nd.Box{Start: box.Start, Shape: h.uncut(coord)}
	all := make([]string, full.Size())
	for i := range all {
		all[i] = fill
	}
	storage.CopyStrings(all, full, elems, box, box)
	raw, err := codec.EncodeStrings(nil, all)
	if err != nil {
		return err
	}
	value, err := h.text.Encode(nil, raw)
	if err != nil {
		return err
	}
	return a.store.Put(ctx, key, value)
}
