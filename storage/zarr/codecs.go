package zarr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// coder turns the elements of a chunk, C order and native byte order, into the
// bytes it is stored as, and back: a codec.Chain, a shard, or one around the
// other. It is safe for concurrent use.
type coder interface {
	Size() int       // bytes of a decoded chunk
	MaxEncoded() int // what is longer isn't one
	Identity() bool  // encoded and decoded chunks are the same bytes
	Encode(dst, src []byte) ([]byte, error)
	Decode(dst, src []byte) error
	Cost() (encode, decode int)
}

// extensions are v3's codecs with their configuration.
type extensions []extension

// parseCodecs reads a list of codecs. Unknown ones that need not be understood
// are left out.
func parseCodecs(v any) (extensions, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, fmt.Errorf("%w: codecs %s is no list of codecs", storage.ErrCorrupt, brief(v))
	}
	var all extensions
	for i, x := range list {
		e, err := parseExtension(x)
		if err != nil {
			return nil, fmt.Errorf("codec %d: %w", i, err)
		}
		if e.name == "endian" { // what bytes was called once
			e.name = "bytes"
		}
		if e.must || e.name == shardingName || textCodecs[e.name] || codec.Known(e.name) {
			all = append(all, e)
		}
	}
	return all, nil
}

// configs returns the codecs as package codec knows them.
func (list extensions) configs() []codec.Config {
	configs := make([]codec.Config, len(list))
	for i, e := range list {
		configs[i] = codec.Config{Name: e.name, Params: codec.Params(e.config)}
	}
	return configs
}

// setCodecs makes the coder of stored values and what Meta says about it; chunk
// is what is read at once, less than a stored value in shards. Metadata of
// arrays that can't be read for their codecs can be looked at all the same: the
// error waits until data are asked for.
func (h *header) setCodecs(list extensions) error {
	h.meta.Codecs, h.meta.Order, h.meta.ByteOrder = []string{}, "C", ""
	h.codecs = list
	var err error
	if h.meta.DType.Size() == 0 {
		h.wholeText, err = h.newTexts(h.stored, list)
	} else {
		h.whole, err = h.newCoder(h.stored, list)
	}
	if err != nil {
		return err
	}
	h.chain, h.text, h.chunk = h.whole, h.wholeText, h.stored
	for s := h.shard(); s != nil; s = h.shard() {
		h.shards = append(h.shards, s)
		h.chain, h.text, h.chunk = s.inner, s.texts, s.chunk
	}
	if len(h.shards) == 0 {
		return nil
	}
	if h.edges.NDim() > 0 {
		return h.later(fmt.Errorf("%w: shards on a rectilinear chunk grid", storage.ErrUnsupported))
	}
	h.meta.ReadGrid, err = nd.NewGrid(h.meta.Shape, h.chunk)
	return err
}

// shard returns what chunks are stored as, where that is a shard and nothing else.
func (h *header) shard() *sharding {
	if t := h.text; t != nil && t.order == nil && t.behind.Identity() {
		return t.shard
	}
	s, _ := h.chain.(*sharding)
	return s
}

// newCoder returns the coder of chunks of a shape.
func (h *header) newCoder(shape []int, list extensions) (coder, error) {
	i := slices.IndexFunc(list, func(e extension) bool { return e.name == shardingName })
	if i < 0 {
		return h.newLeaf(shape, list)
	}
	before, behind := list[:i], list[i+1:]
	h.describe(before.configs())
	order, err := axesOrder(len(shape), before)
	if err != nil {
		return nil, err
	}
	s, err := h.newSharding(pick(shape, order), list[i].config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shardingName, err)
	}
	h.describe(behind.configs())
	if len(before)+len(behind) == 0 {
		return s, nil
	}
	return h.wrap(shape, before, s, behind)
}

// describe adds codecs to what Meta says.
func (h *header) describe(configs []codec.Config) {
	m := &h.meta
	for _, c := range configs {
		order, isList := axes(c)
		switch {
		case c.Name == "bytes":
			endian, _ := c.Params["endian"].(string)
			if codec.WordSize(m.DType) > 1 {
				m.ByteOrder = endian
			}
			if endian != "big" || m.ByteOrder == "" {
				continue
			}
		case c.Name == "transpose" && isList && reversed(order):
			m.Order = "F"
		}
		m.Codecs = append(m.Codecs, c.String())
	}
}

// newLeaf returns the coder of chunks that are no shards; nil where it can't be
// had, for the reason h.chainErr.
func (h *header) newLeaf(shape []int, list extensions) (coder, error) {
	h.describe(list.configs())
	c, err := h.newChain(shape, list)
	if err != nil {
		return nil, h.later(err)
	}
	return c, nil
}

func (h *header) newChain(shape []int, list extensions) (coder, error) {
	d := h.meta.DType
	if h.bfloat {
		d = nd.Uint16
	}
	configs, err := list.valueConfigs(d)
	if err != nil {
		return nil, err
	}
	c, err := codec.New(d, shape, configs)
	if err != nil {
		return nil, err
	}
	turn := h.swaps
	if h.version == 3 && d.Kind() == nd.KindStruct && list.endian() != nativeEndian {
		turn = words(d, 0, nil)
	}
	switch {
	case h.bfloat:
		return &bfloat16{chain: c}, nil
	case len(turn) > 0:
		return &swapped{Chain: c, item: d.Size(), words: turn}, nil
	}
	return c, nil
}

// endian returns the byte order that codec bytes sets.
func (list extensions) endian() string {
	for _, e := range list {
		if e.name == "bytes" && e.config["endian"] == "big" {
			return "big"
		}
	}
	return "little"
}

// coder returns the coder of a stored chunk, and the chunk's shape, which is
// that of all others unless the grid is rectilinear.
func (h *header) coder(coord []int) (coder, []int, error) {
	if h.chainErr != nil || h.edges.NDim() == 0 {
		return h.chain, h.chunk, h.chainErr
	}
	shape := h.uncut(coord)
	name := fmt.Sprint(shape)
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, ok := h.coders[name]; ok {
		return c, shape, nil
	}
	c, err := h.newChain(shape, h.codecs)
	if err != nil {
		return nil, nil, err
	}
	if h.coders == nil || len(h.coders) >= maxCoders {
		h.coders = map[string]coder{}
	}
	h.coders[name] = c
	return c, shape, nil
}

// uncut returns the shape in which a chunk is stored, also at the edge.
func (h *header) uncut(coord []int) []int {
	if h.edges.NDim() == 0 {
		return h.chunk
	}
	return h.edges.Box(coord).Shape
}

// wholeCoder is coder for what is stored as one value.
func (h *header) wholeCoder(coord []int) (coder, []int, error) {
	if len(h.shards) > 0 {
		return h.whole, h.stored, h.chainErr
	}
	return h.coder(coord)
}

// maxCoders is how many shapes of chunks have their coders kept.
const maxCoders = 64

// later keeps an error for whoever asks for data. What contradicts itself in a
// document is corrupt.
func (h *header) later(err error) error {
	if !errors.Is(err, storage.ErrCodec) && !errors.Is(err, storage.ErrUnsupported) && !errors.Is(err, storage.ErrCorrupt) {
		err = fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	if h.chainErr == nil {
		h.chainErr = err
	}
	return nil
}

// axesOrder returns the order in which array→array codecs leave ndim axes, nil where
// there are none; only transpose may stand before shards.
func axesOrder(ndim int, list extensions) (order []int, err error) {
	for i, c := range list.configs() {
		next, ok := axes(c)
		switch {
		case c.Name != "transpose":
			return nil, fmt.Errorf("%w: codec %s before %s", storage.ErrUnsupported, c, shardingName)
		case !ok || !slices.Equal(slices.Sorted(slices.Values(next)), ascending(ndim)):
			return nil, fmt.Errorf("%w: codec %s of %d axes", storage.ErrCorrupt, c, ndim)
		case i > 0:
			next = pick(order, next)
		}
		order = next
	}
	return order, nil
}

// pick returns the lengths of axes in an order; nil is the one they are in.
func pick(shape, order []int) []int {
	if order == nil {
		return shape
	}
	picked := make([]int, len(order))
	for i, k := range order {
		picked[i] = shape[k]
	}
	return picked
}

// axes returns the order of a transpose codec.
func axes(c codec.Config) ([]int, bool) {
	switch v := c.Params["order"].(type) {
	case []int:
		return v, true
	case []any:
		order := make([]int, len(v))
		for i, x := range v {
			var err error
			if order[i], err = integer(x); err != nil {
				return nil, false
			}
		}
		return order, true
	}
	return nil, false
}

// reversed reports whether order turns all axes around: Fortran order.
func reversed(order []int) bool {
	for i, o := range order {
		if o != len(order)-1-i {
			return false
		}
	}
	return len(order) > 1
}

// ascending returns the order 0 … n-1, reverse n-1 … 0.
func ascending(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

func reverse(n int) []int {
	order := ascending(n)
	slices.Reverse(order)
	return order
}

// bfloat16 are float32 of which the upper half is stored: reading is exact,
// writing takes those only that lose nothing.
type bfloat16 struct {
	chain *codec.Chain
	bufs  sync.Pool // of *[]byte
}

func (c *bfloat16) Size() int       { return 2 * c.chain.Size() }
func (c *bfloat16) MaxEncoded() int { return c.chain.MaxEncoded() }
func (c *bfloat16) Identity() bool  { return false }

func (c *bfloat16) Cost() (encode, decode int) {
	encode, decode = c.chain.Cost()
	return encode + c.chain.Size(), decode + c.chain.Size()
}

// half returns a buffer for the stored halves.
func (c *bfloat16) half() *[]byte {
	b, ok := c.bufs.Get().(*[]byte)
	if !ok {
		b = new([]byte)
		*b = make([]byte, c.chain.Size())
	}
	return b
}

func (c *bfloat16) Decode(dst, src []byte) error {
	buf := c.half()
	defer c.bufs.Put(buf)
	if err := c.chain.Decode(*buf, src); err != nil {
		return err
	}
	for i := 0; i+4 <= len(dst); i += 4 {
		binary.NativeEndian.PutUint32(dst[i:], uint32(binary.NativeEndian.Uint16((*buf)[i/2:]))<<16)
	}
	return nil
}

func (c *bfloat16) Encode(dst, src []byte) ([]byte, error) {
	buf := c.half()
	defer c.bufs.Put(buf)
	for i := 0; i+4 <= len(src); i += 4 {
		u := binary.NativeEndian.Uint32(src[i:])
		if u<<16 != 0 {
			return dst, fmt.Errorf("%w: element %d is no bfloat16", storage.ErrUnsupported, i/4)
		}
		binary.NativeEndian.PutUint16((*buf)[i/2:], uint16(u>>16))
	}
	return c.chain.Encode(dst, *buf)
}
