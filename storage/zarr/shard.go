package zarr

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

const shardingName = "sharding_indexed"

// sharding is v3's codec sharding_indexed: a shard holds many chunks, and an
// index that says where each of them is. Chunks are what is read, shards what
// is written; a chunk of a shard may be a shard again.
type sharding struct {
	shape []int // of a shard, in elements
	chunk []int // of a chunk in it
	per   []int // chunks along each axis
	count int   // of all of them
	size  int   // bytes of a decoded shard
	item  int
	fill  []byte
	index *codec.Chain
	atEnd bool   // the index lies behind the chunks, not before them
	inner coder  // of a chunk; nil where it can't be decoded
	texts *texts // in place of inner where elements vary in length
	bufs  sync.Pool
}

// maxIndex is the most chunks a shard may have, and the most entries of
// indexes an array keeps: 16 bytes each.
const maxIndex = 1 << 20

// missing is offset and length of a chunk that isn't there.
const missing = math.MaxUint64

// newSharding reads the configuration of shards of a shape.
func (h *header) newSharding(shape []int, config object) (*sharding, error) {
	inner, err := lengths(config["chunk_shape"], 1)
	if err != nil {
		return nil, fmt.Errorf("chunk_shape: %w", err)
	}
	if len(inner) != len(shape) {
		return nil, fmt.Errorf("%w: chunk_shape %v in shards of %v", storage.ErrCorrupt, inner, shape)
	}
	s := &sharding{shape: shape, chunk: inner, per: make([]int, len(inner)), count: 1, atEnd: true, item: h.meta.DType.Size(), fill: h.meta.Fill}
	for k, n := range inner {
		s.per[k] = shape[k] / n
		if shape[k]%n != 0 || s.per[k] > maxIndex/s.count {
			return nil, fmt.Errorf("%w: chunk_shape %v in shards of %v", storage.ErrCorrupt, inner, shape)
		}
		s.count *= s.per[k]
	}
	if s.size, err = nd.SizeOf(append(slices.Clone(shape), max(s.item, 1))); err != nil {
		return nil, fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	switch config["index_location"] {
	case nil, "end":
	case "start":
		s.atEnd = false
	default:
		return nil, fmt.Errorf("%w: index_location %s", storage.ErrCorrupt, brief(config["index_location"]))
	}
	list, err := parseCodecs(config["index_codecs"])
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	if s.index, err = codec.New(nd.Uint64, append(slices.Clone(s.per), 2), list.configs()); err != nil {
		return nil, fmt.Errorf("%w: index: %w", storage.ErrCorrupt, err)
	}
	if !s.index.Fixed() {
		return nil, fmt.Errorf("%w: the size of the index isn't fixed", storage.ErrCorrupt)
	}
	if list, err = parseCodecs(config["codecs"]); err != nil {
		return nil, err
	}
	grid, err := nd.NewGrid(shape, inner)
	if err != nil {
		return nil, err
	}
	h.meta.Codecs = append(h.meta.Codecs, "sharding "+grid.String())
	if s.item == 0 {
		s.texts, err = h.newTexts(inner, list)
	} else {
		s.inner, err = h.newCoder(inner, list)
	}
	return s, err
}

// Size returns the bytes of a decoded shard.
func (s *sharding) Size() int { return s.size }

// MaxEncoded bounds a shard: all its chunks and the index, and as much again
// for gaps, which others may leave.
func (s *sharding) MaxEncoded() int {
	if s.inner == nil || s.inner.MaxEncoded() > math.MaxInt/4/s.count {
		return math.MaxInt / 2
	}
	return 2 * (s.count*s.inner.MaxEncoded() + s.index.MaxEncoded())
}

// Identity is false: there is always an index.
func (s *sharding) Identity() bool { return false }

// Cost is one decoded and one encoded chunk, and the index.
func (s *sharding) Cost() (encode, decode int) {
	if s.inner == nil {
		return 0, 0
	}
	encode, decode = s.inner.Cost()
	n := s.inner.Size() + 16*s.count + s.index.MaxEncoded()
	return encode + n, decode + n
}

// boxes calls do for every chunk with its box in the shard, in C order.
func (s *sharding) boxes(do func(i int, box nd.Box) error) error {
	box := nd.WholeBox(s.chunk)
	for i := range s.count {
		for k, rest := len(s.per)-1, i; k >= 0; k-- {
			box.Start[k] = rest % s.per[k] * s.chunk[k]
			rest /= s.per[k]
		}
		if err := do(i, box); err != nil {
			return err
		}
	}
	return nil
}

// buffer returns memory for a decoded chunk.
func (s *sharding) buffer() *[]byte {
	b, ok := s.bufs.Get().(*[]byte)
	if !ok {
		b = new([]byte)
		*b = make([]byte, s.inner.Size())
	}
	return b
}

// Encode appends a shard: the chunks that hold anything but the fill value.
func (s *sharding) Encode(dst, src []byte) ([]byte, error) {
	buf := s.buffer()
	defer s.bufs.Put(buf)
	whole := nd.WholeBox(s.shape)
	return s.pack(dst, func(dst []byte, box nd.Box) ([]byte, bool, error) {
		storage.CopyBox(*buf, box, src, whole, box, s.item)
		if storage.IsFill(*buf, s.fill) {
			return dst, false, nil
		}
		dst, err := s.inner.Encode(dst, *buf)
		return dst, true, err
	})
}

// pack appends a shard: in C order, without gaps, what put appends for the chunks
// that are to be there, and the index.
func (s *sharding) pack(dst []byte, put func(dst []byte, box nd.Box) (_ []byte, there bool, err error)) ([]byte, error) {
	base := len(dst)
	if !s.atEnd {
		dst = slices.Grow(dst, s.index.MaxEncoded())[:base+s.index.MaxEncoded()]
	}
	index := make([]uint64, 2*s.count)
	err := s.boxes(func(i int, box nd.Box) error {
		index[2*i], index[2*i+1] = missing, missing
		from, there := len(dst), false
		var err error
		if dst, there, err = put(dst, box); err != nil {
			return fmt.Errorf("chunk %d of the shard: %w", i, err)
		}
		if there {
			index[2*i], index[2*i+1] = uint64(from-base), uint64(len(dst)-from)
		}
		return nil
	})
	if err != nil {
		return dst, err
	}
	if s.atEnd {
		return s.index.Encode(dst, nd.AsBytes(index))
	}
	_, err = s.index.Encode(dst[base:base], nd.AsBytes(index))
	return dst, err
}

// Decode decodes a whole shard.
func (s *sharding) Decode(dst, src []byte) error {
	buf := s.buffer()
	defer s.bufs.Put(buf)
	whole := nd.WholeBox(s.shape)
	return s.unpack(src, func(box nd.Box, chunk []byte) error {
		if chunk == nil {
			storage.Fill(*buf, s.fill)
		} else if err := s.inner.Decode(*buf, chunk); err != nil {
			return err
		}
		storage.CopyBox(dst, whole, *buf, box, box, s.item)
		return nil
	})
}

// unpack calls get with what a shard has for every chunk; nil is nothing.
func (s *sharding) unpack(src []byte, get func(box nd.Box, chunk []byte) error) error {
	n := s.index.MaxEncoded()
	if len(src) < n {
		return fmt.Errorf("%w: %d bytes are too few for the index of a shard, which takes %d", storage.ErrCorrupt, len(src), n)
	}
	b := src[:n]
	if s.atEnd {
		b = src[len(src)-n:]
	}
	index, err := s.decodeIndex(b)
	if err != nil {
		return err
	}
	return s.boxes(func(i int, box nd.Box) error {
		offset, length, ok, err := s.entry(index, i, int64(len(src)))
		if err != nil {
			return err
		}
		var chunk []byte
		if ok {
			chunk = src[offset : offset+length]
		}
		if err := get(box, chunk); err != nil {
			return fmt.Errorf("chunk %d of the shard: %w", i, err)
		}
		return nil
	})
}

// decodeIndex returns offset and length of every chunk.
func (s *sharding) decodeIndex(b []byte) ([]uint64, error) {
	index := make([]uint64, 2*s.count)
	if err := s.index.Decode(nd.AsBytes(index), b); err != nil {
		return nil, fmt.Errorf("index of the shard: %w", err)
	}
	return index, nil
}

// entry returns where a chunk is in a shard of some size (-1: not known), false
// where it was never written. Chunks may share their bytes.
func (s *sharding) entry(index []uint64, i int, size int64) (offset, length int64, ok bool, err error) {
	o, n := index[2*i], index[2*i+1]
	switch {
	case o == missing && n == missing:
		return 0, 0, false, nil
	case o > math.MaxInt64 || n > math.MaxInt64-o:
		err = fmt.Errorf("%w: chunk %d of the shard is said to be at %d, %d bytes", storage.ErrCorrupt, i, o, n)
	case size >= 0 && int64(o+n) > size:
		err = fmt.Errorf("%w: chunk %d of the shard is said to be at %d, %d bytes, and the shard has %d", storage.ErrCorrupt, i, o, n, size)
	case s.inner != nil && n > uint64(s.inner.MaxEncoded()):
		err = fmt.Errorf("%w: chunk %d of the shard is said to have %d bytes, %d is the most it can", storage.ErrCorrupt, i, n, s.inner.MaxEncoded())
	}
	return int64(o), int64(n), err == nil, err
}

// wrapped is a shard between codecs: it is read and written whole.
type wrapped struct {
	before *codec.Chain // nil: nothing
	shard  *sharding
	behind *codec.Chain // nil: nothing
	bufs   sync.Pool    // of *[2][]byte: elements, and the shard
}

// nativeEndian is the byte order of this machine.
var nativeEndian = map[bool]string{true: "little", false: "big"}[binary.NativeEndian.Uint16([]byte{1, 0}) == 1]

// wrap puts codecs around a shard.
func (h *header) wrap(shape []int, before extensions, s *sharding, behind extensions) (coder, error) {
	w := &wrapped{shard: s}
	w.bufs.New = func() any { return new([2][]byte) }
	var err error
	if len(before) > 0 {
		native := codec.Config{Name: "bytes", Params: codec.Params{"endian": nativeEndian}}
		w.before, err = codec.New(h.meta.DType, shape, append(before.configs(), native))
	}
	if err == nil && len(behind) > 0 {
		w.behind, err = codec.NewBytesUpTo(s.MaxEncoded(), behind.configs())
	}
	if err != nil {
		return nil, h.later(err)
	}
	if s.inner == nil {
		return nil, nil
	}
	return w, nil
}

func (w *wrapped) Size() int      { return w.shard.Size() }
func (w *wrapped) Identity() bool { return false }

func (w *wrapped) MaxEncoded() int {
	if w.behind != nil {
		return w.behind.MaxEncoded()
	}
	return w.shard.MaxEncoded()
}

func (w *wrapped) Cost() (encode, decode int) {
	encode, decode = w.shard.Cost()
	return encode + 2*w.Size(), decode + 2*w.Size()
}

func (w *wrapped) Encode(dst, src []byte) (_ []byte, err error) {
	bufs := w.bufs.Get().(*[2][]byte)
	defer w.bufs.Put(bufs)
	if w.before != nil {
		if bufs[0], err = w.before.Encode(bufs[0][:0], src); err != nil {
			return dst, err
		}
		src = bufs[0]
	}
	if w.behind == nil {
		return w.shard.Encode(dst, src)
	}
	if bufs[1], err = w.shard.Encode(bufs[1][:0], src); err != nil {
		return dst, err
	}
	return w.behind.Encode(dst, bufs[1])
}

func (w *wrapped) Decode(dst, src []byte) (err error) {
	bufs := w.bufs.Get().(*[2][]byte)
	defer w.bufs.Put(bufs)
	if w.behind != nil {
		if bufs[1], err = w.behind.AppendDecoded(bufs[1][:0], src); err != nil {
			return err
		}
		src = bufs[1]
	}
	if w.before == nil {
		return w.shard.Decode(dst, src)
	}
	bufs[0] = slices.Grow(bufs[0][:0], w.Size())[:w.Size()]
	if err := w.shard.Decode(bufs[0], src); err != nil {
		return err
	}
	return w.before.Decode(dst, bufs[0])
}
