package codec

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/ndgrid/ndgrid/storage"
)

// Elements of variable length, vlen-utf8 and vlen-bytes: the number of elements,
// then for each its length in bytes and the bytes. Numbers are little-endian and
// have 32 bits.

// DecodeStrings reads the n elements of a chunk. They lie in the memory of src,
// which must not change any more. Whether they are text is up to the caller, who
// knows the dtype.
func DecodeStrings(src []byte, n int) ([]string, error) {
	if len(src) < 4 {
		return nil, corrupt("%d bytes are too few for the number of strings", len(src))
	}
	if count := binary.LittleEndian.Uint32(src); uint64(count) != uint64(n) {
		return nil, corrupt("%d strings, there should be %d", count, n)
	}
	if n > (len(src)-4)/4 {
		return nil, corrupt("%d bytes are too few for %d strings", len(src), n)
	}
	all, at := unsafe.String(unsafe.SliceData(src), len(src)), 4
	list := make([]string, n)
	for i := range list {
		if len(src)-at < 4 {
			return nil, corrupt("the length of string %d is cut off", i)
		}
		length := u32(src[at:])
		if at += 4; length < 0 || length > len(src)-at {
			return nil, corrupt("string %d of %d bytes was cut to %d", i, uint32(length), len(src)-at)
		}
		list[i] = all[at : at+length]
		at += length
	}
	if at != len(src) {
		return nil, corrupt("%d bytes follow the last string", len(src)-at)
	}
	return list, nil
}

// EncodeStrings appends the stored form of the elements of a chunk to dst.
func EncodeStrings(dst []byte, list []string) ([]byte, error) {
	size := uint64(4) // of 32-bit numbers there are at most as many bytes in memory
	for i, s := range list {
		size += 4 + uint64(len(s))
		if uint64(len(s)) > math.MaxUint32 {
			return dst, fmt.Errorf("%w: string %d of %d bytes, 4 GiB is the most", storage.ErrUnsupported, i, len(s))
		}
	}
	if uint64(len(list)) > math.MaxUint32 || size > math.MaxInt {
		return dst, fmt.Errorf("%w: %d strings of %d bytes in one chunk", storage.ErrUnsupported, len(list), size)
	}
	dst = slices.Grow(dst, int(size))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(list)))
	for _, s := range list {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(s)))
		dst = append(dst, s...)
	}
	return dst, nil
}
