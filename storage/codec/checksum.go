package codec

import (
	"encoding/binary"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// bindCRC32C is bytes→bytes: CRC-32C of the bytes follows them, little-endian.
func bindCRC32C(p Params, in Data) (Codec, Data, error) {
	if err := p.check(); err != nil {
		return nil, in, err
	}
	return crc32c{}, Data{Size: in.Size + 4, Exact: in.Exact}, nil
}

type crc32c struct{}

func (crc32c) Encode(dst, src []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint32(append(dst, src...), crc32.Checksum(src, castagnoli)), nil
}

func (crc32c) Decode(dst, src []byte) ([]byte, error) {
	return checked(dst, src, func(b []byte) uint32 { return crc32.Checksum(b, castagnoli) })
}

func (crc32c) Cost() (encode, decode int) { return 0, 0 }

// checked cuts a checksum off src and compares it.
func checked(dst, src []byte, sum func([]byte) uint32) ([]byte, error) {
	n := len(src) - 4
	if n < 0 {
		return dst, corrupt("%d bytes are too few for a checksum", len(src))
	}
	if want, got := binary.LittleEndian.Uint32(src[n:]), sum(src[:n]); got != want {
		return dst, corrupt("checksum is %08x, %08x is stored", got, want)
	}
	return src[:n], nil
}

// bindFletcher32 is bytes→bytes: HDF5's Fletcher-32 of the bytes follows them,
// little-endian.
func bindFletcher32(p Params, in Data) (Codec, Data, error) {
	if err := p.check(); err != nil {
		return nil, in, err
	}
	return fletcher32{}, Data{Size: in.Size + 4, Exact: in.Exact}, nil
}

type fletcher32 struct{}

func (fletcher32) Encode(dst, src []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint32(append(dst, src...), Fletcher32(src)), nil
}

func (fletcher32) Decode(dst, src []byte) ([]byte, error) { return checked(dst, src, Fletcher32) }

func (fletcher32) Cost() (encode, decode int) { return 0, 0 }

// Fletcher32 returns the checksum of HDF5's fletcher32 filter: two running sums
// modulo 65535 of big-endian 16-bit words, a last odd byte being the high half
// of one (HDF5 File Format Specification, IV.A.2.l; H5_checksum_fletcher32).
func Fletcher32(b []byte) uint32 {
	var s1, s2 uint32
	for len(b) >= 2 {
		// 360 words are the most whose sums fit in 32 bits before they are reduced.
		n := min(len(b)/2, 360)
		for i := range n {
			s1 += uint32(b[2*i])<<8 | uint32(b[2*i+1])
			s2 += s1
		}
		b = b[2*n:]
		s1 = s1&0xffff + s1>>16
		s2 = s2&0xffff + s2>>16
	}
	if len(b) == 1 {
		s1 += uint32(b[0]) << 8
		s2 += s1
		s1 = s1&0xffff + s1>>16
		s2 = s2&0xffff + s2>>16
	}
	s1 = s1&0xffff + s1>>16
	s2 = s2&0xffff + s2>>16
	return s2<<16 | s1
}
