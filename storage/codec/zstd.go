package codec

import (
	"errors"

	"github.com/klauspost/compress/zstd"
)

// Zstd is a library for Zstandard. It is safe for concurrent use.
type Zstd interface {
	// Encode appends src as one frame to dst. The level is one of libzstd's,
	// -131072 to 22; checksum adds one of the contents.
	Encode(dst, src []byte, level int, checksum bool) ([]byte, error)
	// Decode writes the contents of the frames of src to dst and says how many
	// bytes they are. Where dst has no room for them, that is ErrLong; any other
	// error means that src is damaged or cut off. What lies between the length and
	// the capacity of dst may be overwritten. The memory it takes follows from
	// len(dst), whatever src says.
	Decode(dst, src []byte) (int, error)
	// Cost is the memory, in bytes, of encoding and decoding size bytes, dst and
	// src aside.
	Cost(level, size int) (encode, decode int)
}

// zstdLib is what zstd is encoded and decoded with: klauspost's until something
// faster registers.
var zstdLib Zstd = zstdGo{}

// SetZstd makes all codecs use z for Zstandard. It is for init functions, as
// SetInflater is.
func SetZstd(z Zstd) { zstdLib = z }

// zstdCodec is bytes→bytes: a Zstandard frame.
type zstdCodec struct {
	level    int
	checksum bool
	size     int
}

// bindZstd makes a zstdCodec. Level 0 is the default, 3.
func bindZstd(p Params, in data) (codec, data, error) {
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
	return &zstdCodec{level: level, checksum: checksum, size: in.Size}, compressible(in), nil
}

func (z *zstdCodec) Encode(dst, src []byte) ([]byte, error) {
	return zstdLib.Encode(dst, src, z.level, z.checksum)
}

func (z *zstdCodec) Decode(dst, src []byte) ([]byte, error) { return decodeZstd(dst, src, z.size) }

func (z *zstdCodec) Cost() (encode, decode int) { return zstdLib.Cost(z.level, z.size) }

// decodeZstd appends what the frames of src hold to dst, size bytes at most.
// Where dst has no room for so many, it gets what the first frame says it
// holds, then twice as much until that suffices.
func decodeZstd(dst, src []byte, size int) ([]byte, error) {
	n, room := len(dst), cap(dst)-len(dst)
	if room < size {
		var h zstd.Header
		if h.Decode(src) == nil && h.HasFCS && h.FrameContentSize <= uint64(size) {
			room = max(room, int(h.FrameContentSize))
		}
		room = max(room, 2*len(src), 4<<10)
	}
	for {
		room = min(room, size)
		if cap(dst)-n < room {
			dst = extend(dst, room+zstdSlack)
		}
		wrote, err := zstdLib.Decode(dst[n:n+room:min(n+room+zstdSlack, cap(dst))], src)
		switch {
		case err == nil:
			return dst[:n+wrote], nil
		case !errors.Is(err, ErrLong):
			return dst, corrupt("%v", err)
		case room == size:
			return dst, corrupt("more than the %d bytes there should be", size)
		}
		room *= 2
	}
}
