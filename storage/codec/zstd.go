package codec

import (
	"errors"
	"math/bits"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// bindZstd is bytes→bytes: a Zstandard frame. Level 0 is the default, 3.
func bindZstd(p Params, in Data) (Codec, Data, error) {
	level, err := p.int("level", 3, -131072, 22)
	if err != nil {
		return nil, in, err
	}
	checksum, err := p.bool("checksum")
	if err == nil {
		err = p.check("level", "checksum")
	}
	if err != nil {
		return nil, in, err
	}
	if level == 0 {
		level = 3
	}
	key := zstdKey{level: zstd.EncoderLevelFromZstd(level), window: zstdWindow(in.Size), checksum: checksum}
	return &zstdCodec{key: key, size: in.Size}, compressible(in), nil
}

// zstdKey names encoders that can stand for each other.
type zstdKey struct {
	level    zstd.EncoderLevel
	window   int
	checksum bool
}

// zstdWindow is the smallest window that holds a whole chunk: it is what an
// encoder's memory grows with, and more would gain nothing.
func zstdWindow(size int) int {
	const least, most = 128 << 10, 4 << 20
	if size <= least {
		return least
	}
	return min(1<<bits.Len(uint(size-1)), most)
}

type zstdCodec struct {
	key  zstdKey
	size int
}

// zstdEncoders holds idle encoders by zstdKey (*sync.Pool): one encoder works
// for one goroutine at a time, so W writers use W of them.
var zstdEncoders sync.Map

// zstdDecoder is shared: it takes a decoder for each CPU as it needs them, and
// writes no further than the capacity of the buffer it is given.
var zstdDecoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic("codec: zstd refuses its own options: " + err.Error())
	}
	return d
})

func (z *zstdCodec) Encode(dst, src []byte) ([]byte, error) {
	if len(src) == 0 { // a frame all the same
		return append(dst, 0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0), nil
	}
	v, ok := zstdEncoders.Load(z.key)
	if !ok {
		v, _ = zstdEncoders.LoadOrStore(z.key, new(sync.Pool))
	}
	pool := v.(*sync.Pool)
	enc, ok := pool.Get().(*zstd.Encoder)
	if !ok {
		var err error
		// Numbers that never come again still get smaller, by how often each byte
		// does: AllLit…, which libzstd always does.
		enc, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(z.key.level), zstd.WithWindowSize(z.key.window),
			zstd.WithAllLitEntropyCompression(true),
			zstd.WithEncoderCRC(z.key.checksum), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return dst, err
		}
	}
	// What can't be compressed grows by 3 bytes a block and a header: with this
	// room the encoder never moves what it has written.
	dst = enc.EncodeAll(src, extend(dst, len(src)+len(src)>>12+1<<10))
	pool.Put(enc)
	return dst, nil
}

func (z *zstdCodec) Decode(dst, src []byte) ([]byte, error) { return decodeZstd(dst, src, z.size) }

// The decoder copies 16 bytes at a time where that many may be overwritten behind
// the result; without them the last block of 128 KiB takes a quarter longer. Up
// to zstdAside bytes it is worth decoding elsewhere, and a copy.
const (
	zstdSlack = 16
	zstdAside = 1 << 20
)

// decodeZstd appends what the frames of src hold to dst, size bytes at most.
// Where dst has no room for so many, it gets what the first frame says it
// holds, then twice as much until that suffices.
func decodeZstd(dst, src []byte, size int) ([]byte, error) {
	n, room := len(dst), cap(dst)-len(dst)
	switch {
	case room >= size && room < size+zstdSlack && size <= zstdAside:
		buf := blockBuffer(size + zstdSlack)
		defer blockBuffers.Put(buf)
		out, err := decodeZstd((*buf)[:0], src, size)
		if err != nil {
			return dst, err
		}
		return append(dst, out...), nil
	case room < size:
		var h zstd.Header
		if h.Decode(src) == nil && h.HasFCS && h.FrameContentSize <= uint64(size) {
			room = max(room, int(h.FrameContentSize))
		}
		room = min(size, max(room, 2*len(src), 4<<10))
	}
	for {
		room = min(room, size)
		if cap(dst)-n < room {
			dst = extend(dst, room+zstdSlack)
		}
		out, err := zstdDecoder().DecodeAll(src, dst[:n:min(n+room+zstdSlack, cap(dst))])
		switch {
		case err == nil && len(out)-n <= size:
			return out, nil
		case err != nil && !errors.Is(err, zstd.ErrDecoderSizeExceeded):
			return dst, corrupt("%v", err)
		case room == size:
			return dst, corrupt("more than the %d bytes there should be", size)
		}
		room *= 2
	}
}

// zstdTables is the memory of an encoder's match tables by level, measured.
var zstdTables = map[zstd.EncoderLevel]int{
	zstd.SpeedFastest:           1 << 20,
	zstd.SpeedDefault:           2 << 20,
	zstd.SpeedBetterCompression: 6 << 20,
	zstd.SpeedBestCompression:   40 << 20,
}

// zstdDecoderCost is the memory of decoding size bytes: the decoder's, and what
// decodes elsewhere.
func zstdDecoderCost(size int) int { return 256<<10 + min(size, zstdAside) + zstdSlack }

func (z *zstdCodec) Cost() (encode, decode int) {
	return zstdTables[z.key.level] + 2*z.key.window, zstdDecoderCost(z.size)
}
