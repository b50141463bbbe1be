package zarr

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// Elements that vary in length, text and bytes, are stored by the codecs
// vlen-utf8 and vlen-bytes, which are not part of a chain.

var textCodecs = map[string]bool{"vlen-utf8": true, "vlen-bytes": true}

// maxText is the most bytes a decoded chunk of such elements may have, maxTexts
// the most elements that are laid out in memory for one of them.
const (
	maxText  = 1 << 30
	maxTexts = maxText / 16
)

var (
	_ storage.StringReader = (*array)(nil)
	_ storage.StringWriter = (*writableArray)(nil)
)

// texts is what a coder is, for chunks of elements that vary in length:
// transposes, then vlen-utf8, vlen-bytes or shards, then codecs of bytes.
type texts struct {
	order  []int     // in which transposes leave the axes; nil: as they are
	shard  *sharding // nil: the elements lie one behind the other
	behind *codec.Chain
	bufs   sync.Pool // of *[]byte: what enters behind
}

// newTexts returns the coder of chunks of a shape; nil where it can't be had, for
// the reason h.chainErr.
func (h *header) newTexts(shape []int, list extensions) (*texts, error) {
	i := slices.IndexFunc(list, func(e extension) bool { return e.name != "transpose" })
	if i < 0 {
		return nil, h.later(fmt.Errorf("%w: no codec turns the array into bytes", storage.ErrCorrupt))
	}
	name, before, behind := list[i].name, list[:i], list[i+1:]
	order, err := axesOrder(len(shape), before)
	if err != nil {
		return nil, h.later(err)
	}
	c := &texts{order: order}
	h.describe(before.configs())
	switch {
	case name == shardingName:
		if c.shard, err = h.newSharding(pick(shape, order), list[i].config); err != nil {
			return nil, fmt.Errorf("%s: %w", shardingName, err)
		}
	case textCodecs[name]:
		h.describe(list[i : i+1].configs())
	case !codec.Known(name):
		return nil, h.later(fmt.Errorf("%w %q", storage.ErrCodec, name))
	default:
		return nil, h.later(fmt.Errorf("%w: codec %s for elements of %s", storage.ErrUnsupported, name, h.meta.DType))
	}
	h.describe(behind.configs())
	if c.behind, err = codec.NewBytesUpTo(maxText, behind.configs()); err != nil {
		return nil, h.later(err)
	}
	return c, nil
}

// encode appends the stored form of the elements of a chunk to dst.
func (c *texts) encode(dst []byte, elems []string, shape []int) (_ []byte, err error) {
	elems = transposeTexts(elems, shape, c.order)
	buf, ok := c.bufs.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	defer c.bufs.Put(buf)
	if c.shard == nil {
		*buf, err = codec.EncodeStrings((*buf)[:0], elems)
	} else {
		*buf, err = c.shard.encodeTexts((*buf)[:0], elems)
	}
	if err != nil {
		return dst, err
	}
	return c.behind.Encode(dst, *buf)
}

// decode returns the elements of a chunk.
func (c *texts) decode(src []byte, shape []int) (elems []string, err error) {
	raw, err := c.behind.AppendDecoded(nil, src)
	if err != nil {
		return nil, err
	}
	inside := pick(shape, c.order)
	if c.shard == nil {
		elems, err = codec.DecodeStrings(raw, nd.Box{Shape: inside}.Size())
	} else {
		elems, err = c.shard.decodeTexts(raw)
	}
	if err != nil || c.order == nil {
		return elems, err
	}
	back := make([]int, len(c.order))
	for i, k := range c.order {
		back[k] = i
	}
	return transposeTexts(elems, inside, back), nil
}

// transposeTexts returns the elements of an array with its axes in another order.
func transposeTexts(elems []string, shape, order []int) []string {
	if order == nil {
		return elems
	}
	strides := pick(nd.CStrides(shape), order)
	out := make([]string, 0, len(elems))
	for index := range nd.WholeBox(pick(shape, order)).Indices() {
		at := 0
		for k, i := range index {
			at += i * strides[k]
		}
		out = append(out, elems[at])
	}
	return out
}

// checkTexts refuses chunks of more elements than are laid out in memory.
func checkTexts(shape []int) error {
	if n, err := nd.SizeOf(shape); err != nil || n > maxTexts {
		return fmt.Errorf("%w: a chunk of %v texts; %d of them are the most", storage.ErrUnsupported, shape, maxTexts)
	}
	return nil
}

// encodeTexts is Encode for elements that vary in length.
func (s *sharding) encodeTexts(dst []byte, elems []string) ([]byte, error) {
	fill, whole := string(s.fill), nd.WholeBox(s.shape)
	chunk := make([]string, nd.Box{Shape: s.chunk}.Size())
	return s.pack(dst, func(dst []byte, box nd.Box) ([]byte, bool, error) {
		storage.CopyStrings(chunk, box, elems, whole, box)
		if blank(chunk, fill) {
			return dst, false, nil
		}
		dst, err := s.texts.encode(dst, chunk, s.chunk)
		return dst, true, err
	})
}

// decodeTexts is Decode for elements that vary in length.
func (s *sharding) decodeTexts(src []byte) ([]string, error) {
	if err := checkTexts(s.shape); err != nil {
		return nil, err
	}
	whole := nd.WholeBox(s.shape)
	all := slices.Repeat([]string{string(s.fill)}, whole.Size())
	return all, s.unpack(src, func(box nd.Box, chunk []byte) error {
		if chunk == nil {
			return nil
		}
		elems, err := s.texts.decode(chunk, s.chunk)
		if err == nil {
			storage.CopyStrings(all, whole, elems, box, box)
		}
		return err
	})
}

func blank(elems []string, fill string) bool {
	return !slices.ContainsFunc(elems, func(s string) bool { return s != fill })
}

// varies refuses chunks that can't be decoded, and those whose elements don't vary
// in length.
func (h *header) varies() error {
	if h.chainErr == nil && h.text == nil {
		return fmt.Errorf("%w: elements of %s don't vary in length", nd.ErrDType, h.meta.DType)
	}
	return h.chainErr
}

// ReadStrings decodes a chunk of elements that vary in length.
func (a *array) ReadStrings(ctx context.Context, coord []int) ([]string, bool, error) {
	h := a.head.Load()
	box, err := a.check(ctx, h.meta.ReadGrid, coord)
	if err == nil {
		err = h.varies()
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
	if *buf, found, err = a.stored(ctx, loc, int64(h.text.behind.MaxEncoded()), (*buf)[:0]); err != nil || !found {
		return nil, err
	}
	full := nd.Box{Start: box.Start, Shape: h.uncut(coord)}
	elems, err := h.text.decode(*buf, full.Shape)
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
	if err == nil {
		err = h.varies()
	}
	if err == nil && len(elems) != box.Size() {
		err = fmt.Errorf("%w: %d elements, the chunk has %d", nd.ErrShape, len(elems), box.Size())
	}
	if err != nil {
		return err
	}
	for i, s := range elems {
		if h.meta.DType == nd.Text && !utf8.ValidString(s) {
			return fmt.Errorf("%w: element %d is no UTF-8 text", nd.ErrDType, i)
		}
	}
	key, fill := h.keys.key(a.key, coord), string(h.meta.Fill)
	if blank(elems, fill) {
		return a.store.Delete(ctx, key)
	}
	full := nd.Box{Start: box.Start, Shape: h.stored}
	if h.edges.NDim() > 0 {
		full.Shape = h.uncut(coord)
	}
	if !slices.Equal(full.Shape, box.Shape) {
		if err := checkTexts(full.Shape); err != nil {
			return err
		}
		all := slices.Repeat([]string{fill}, full.Size())
		storage.CopyStrings(all, full, elems, box, box)
		elems = all
	}
	buf := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(buf)
	if *buf, err = h.wholeText.encode((*buf)[:0], elems, full.Shape); err != nil {
		return err
	}
	return a.store.Put(ctx, key, *buf)
}
