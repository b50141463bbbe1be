package codec

import (
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"math"
	"math/bits"

	"github.com/ndgrid/ndgrid/storage"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// bindCRC32C is bytes→bytes: CRC-32C of the bytes follows them, little-endian.
func bindCRC32C(p Params, in data) (codec, data, error) {
	return bindLocated(p, in, "end", func(b []byte) uint32 { return crc32.Checksum(b, castagnoli) })
}

// bindCRC32 is bytes→bytes: CRC-32 of the bytes precedes them.
func bindCRC32(p Params, in data) (codec, data, error) {
	return bindLocated(p, in, "start", crc32.ChecksumIEEE)
}

// bindAdler32 is bytes→bytes: Adler-32 of the bytes precedes them.
func bindAdler32(p Params, in data) (codec, data, error) {
	return bindLocated(p, in, "start", adler32.Checksum)
}

// bindLocated is bytes→bytes: a checksum at the start or the end, as parameter
// location says.
func bindLocated(p Params, in data, location string, sum func([]byte) uint32) (codec, data, error) {
	text, err := p.string("location")
	if text != "" {
		location = text
	}
	if err == nil {
		err = p.check("location")
	}
	if err == nil && location != "start" && location != "end" {
		err = fmt.Errorf("location %q; it is start or end", location)
	}
	return checksum{sum, location == "start"}, checkedData(in), err
}

// bindFletcher32 is bytes→bytes: HDF5's Fletcher-32 of the bytes follows them.
func bindFletcher32(p Params, in data) (codec, data, error) {
	return checksum{sum: Fletcher32}, checkedData(in), p.check()
}

// bindLookup3 is bytes→bytes: Jenkins's hash of the bytes follows them, as in
// HDF5's metadata.
func bindLookup3(p Params, in data) (codec, data, error) {
	initial, err := p.int("initval", 0, 0, math.MaxUint32)
	if err == nil {
		err = p.check("initval", "prefix")
	}
	if err == nil && p["prefix"] != nil {
		err = fmt.Errorf("%w: prefix", storage.ErrUnsupported)
	}
	return checksum{sum: func(b []byte) uint32 { return lookup3(b, uint32(initial)) }}, checkedData(in), err
}

func checkedData(in data) data { return data{Size: in.Size + 4, Exact: in.Exact} }

// checksum stores 32 bits, little-endian, before or after the bytes they are of.
type checksum struct {
	sum   func([]byte) uint32
	first bool
}

func (c checksum) Encode(dst, src []byte) ([]byte, error) {
	if c.first {
		return append(binary.LittleEndian.AppendUint32(dst, c.sum(src)), src...), nil
	}
	return binary.LittleEndian.AppendUint32(append(dst, src...), c.sum(src)), nil
}

func (c checksum) Decode(dst, src []byte) ([]byte, error) {
	n := len(src) - 4
	if n < 0 {
		return dst, corrupt("%d bytes are too few for a checksum", len(src))
	}
	data, stored := src[:n], src[n:]
	if c.first {
		data, stored = src[4:], src[:4]
	}
	if want, got := binary.LittleEndian.Uint32(stored), c.sum(data); got != want {
		return dst, corrupt("checksum is %08x, %08x is stored", got, want)
	}
	return data, nil
}

func (checksum) Cost() (encode, decode int) { return 0, 0 }

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

// lookup3 is Bob Jenkins's hash of the name (his hashlittle), which HDF5 has as
// H5_checksum_lookup3.
func lookup3(data []byte, initial uint32) uint32 {
	a := 0xdeadbeef + uint32(len(data)) + initial
	b, c := a, a
	if len(data) == 0 {
		return c
	}
	rot := bits.RotateLeft32
	for ; len(data) > 12; data = data[12:] {
		a += binary.LittleEndian.Uint32(data)
		b += binary.LittleEndian.Uint32(data[4:])
		c += binary.LittleEndian.Uint32(data[8:])
		a, c = (a-c)^rot(c, 4), c+b
		b, a = (b-a)^rot(a, 6), a+c
		c, b = (c-b)^rot(b, 8), b+a
		a, c = (a-c)^rot(c, 16), c+b
		b, a = (b-a)^rot(a, 19), a+c
		c, b = (c-b)^rot(b, 4), b+a
	}
	var last [12]byte
	copy(last[:], data)
	a += binary.LittleEndian.Uint32(last[:])
	b += binary.LittleEndian.Uint32(last[4:])
	c += binary.LittleEndian.Uint32(last[8:])
	c = (c ^ b) - rot(b, 14)
	a = (a ^ c) - rot(c, 11)
	b = (b ^ a) - rot(a, 25)
	c = (c ^ b) - rot(b, 16)
	a = (a ^ c) - rot(c, 4)
	b = (b ^ a) - rot(a, 14)
	return (c ^ b) - rot(b, 24)
}
