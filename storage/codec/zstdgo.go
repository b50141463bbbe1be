package codec

import (
	"errors"
	"math/bits"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// zstdGo is Zstandard by klauspost/compress.
type zstdGo struct{}

// zstdKey names encoders that can stand for each other.
type zstdKey struct {
	level    zstd.EncoderLevel
	window   int
	checksum bool
}

// zstdEncoders holds idle encoders by zstdKey (*sync.Pool): one encoder works
// for one goroutine at a time, so W writers use W of them.
var zstdEncoders sync.Map

// zstdWindow is the smallest window that holds a whole chunk: it is what an
// encoder's memory grows with, and more would gain nothing.
func zstdWindow(size int) int {
	const least, most = 128 << 10, 4 << 20
	if size <= least {
		return least
	}
	return min(1<<bits.Len(uint(size-1)), most)
}

func (zstdGo) Encode(dst, src []byte, level int, checksum bool) ([]byte, error) {
	if len(src) == 0 { // a frame all the same
		return append(dst, 0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0), nil
	}
	key := zstdKey{level: zstd.EncoderLevelFromZstd(level), window: zstdWindow(len(src)), checksum: checksum}
	v, ok := zstdEncoders.Load(key)
	if !ok {
		v, _ = zstdEncoders.LoadOrStore(key, new(sync.Pool))
	}
	pool := v.(*sync.Pool)
	enc, ok := pool.Get().(*zstd.Encoder)
	if !ok {
		var err error
		// Numbers that never come again still get smaller, by how often each byte
		// does: AllLit…, which libzstd always does.
		enc, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(key.level), zstd.WithWindowSize(key.window),
			zstd.WithAllLitEntropyCompression(true),
			zstd.WithEncoderCRC(checksum), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
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

// zstdDecoder is shared: it takes a decoder for each CPU as it needs them, and
// writes no further than the capacity of the buffer it is given.
var zstdDecoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic("codec: zstd refuses its own options: " + err.Error())
	}
	return d
})

// The decoder copies 16 bytes at a time where that many may be overwritten behind
// the result; without them the last block of 128 KiB takes a quarter longer. Up
// to zstdAside bytes it is worth decoding elsewhere, and a copy.
const (
	zstdSlack = 16
	zstdAside = 1 << 20
)

func (zstdGo) Decode(dst, src []byte) (int, error) {
	to := dst[:0]
	aside := cap(dst)-len(dst) < zstdSlack && len(dst) <= zstdAside
	if aside {
		buf := blockBuffer(len(dst) + zstdSlack)
		defer blockBuffers.Put(buf)
		to = (*buf)[:0]
	}
	out, err := zstdDecoder().DecodeAll(src, to)
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded) || err == nil && len(out) > len(dst):
		return 0, ErrLong
	case err != nil:
		return 0, err
	}
	if aside {
		copy(dst, out)
	}
	return len(out), nil
}

// zstdTables is the memory of an encoder's match tables by level, measured.
var zstdTables = map[zstd.EncoderLevel]int{
	zstd.SpeedFastest:           1 << 20,
	zstd.SpeedDefault:           2 << 20,
	zstd.SpeedBetterCompression: 6 << 20,
	zstd.SpeedBestCompression:   40 << 20,
}

func (zstdGo) Cost(level, size int) (encode, decode int) {
	return zstdTables[zstd.EncoderLevelFromZstd(level)] + 2*zstdWindow(size),
		256<<10 + min(size, zstdAside) + zstdSlack
}
