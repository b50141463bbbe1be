package codec

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// bindShuffle is bytes→bytes: first the first bytes of all elements, then the
// second ones, and so on; what is left over at the end stays as it is. An
// elementsize of 1 changes nothing.
func bindShuffle(p Params, in Data) (Codec, Data, error) {
	def := 4
	if in.Array {
		return nil, in, fmt.Errorf("an array enters where bytes should")
	}
	size, err := p.int("elementsize", def, 1, 1<<16)
	if err == nil {
		err = p.check("elementsize")
	}
	if err != nil || size == 1 {
		return nil, in, err
	}
	return shuffle(size), in, nil
}

type shuffle int

func (s shuffle) Encode(dst, src []byte) ([]byte, error) {
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	Shuffle(dst[n:], src, int(s))
	return dst, nil
}

func (s shuffle) Decode(dst, src []byte) ([]byte, error) {
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	Unshuffle(dst[n:], src, int(s))
	return dst, nil
}

func (shuffle) Cost() (encode, decode int) { return 0, 0 }

// Shuffle writes the bytes of src, elements of size bytes, to dst of the same
// length: the first bytes of all elements, then the second ones… Bytes that
// don't fill an element are copied. dst and src must not overlap.
func Shuffle(dst, src []byte, size int) {
	n := len(src) / size
	copy(dst[n*size:], src[n*size:])
	i := 0
	switch size {
	case 2:
		p0, p1 := dst[:n], dst[n:2*n]
		for ; i+8 <= n; i += 8 {
			s := src[2*i : 2*i+16]
			a, b := binary.LittleEndian.Uint64(s), binary.LittleEndian.Uint64(s[8:])
			binary.LittleEndian.PutUint64(p0[i:i+8], even8(a)|even8(b)<<32)
			binary.LittleEndian.PutUint64(p1[i:i+8], even8(a>>8)|even8(b>>8)<<32)
		}
	case 4:
		p0, p1, p2, p3 := dst[:n], dst[n:2*n], dst[2*n:3*n], dst[3*n:4*n]
		for ; i+8 <= n; i += 8 {
			s := src[4*i : 4*i+32]
			a, b := binary.LittleEndian.Uint64(s), binary.LittleEndian.Uint64(s[8:])
			c, d := binary.LittleEndian.Uint64(s[16:]), binary.LittleEndian.Uint64(s[24:])
			a, b, c, d = transpose4(a&low|c<<32, a>>32|c&high, b&low|d<<32, b>>32|d&high)
			binary.LittleEndian.PutUint64(p0[i:i+8], a)
			binary.LittleEndian.PutUint64(p1[i:i+8], b)
			binary.LittleEndian.PutUint64(p2[i:i+8], c)
			binary.LittleEndian.PutUint64(p3[i:i+8], d)
		}
	case 8:
		var m [8]uint64
		for ; i+8 <= n; i += 8 {
			s := src[8*i : 8*i+64]
			for k := range m {
				m[k] = binary.LittleEndian.Uint64(s[8*k : 8*k+8])
			}
			transpose8(&m)
			for k := range m {
				binary.LittleEndian.PutUint64(dst[k*n+i:k*n+i+8], m[k])
			}
		}
	}
	for ; i < n; i++ {
		for k := range size {
			dst[k*n+i] = src[i*size+k]
		}
	}
}

// Unshuffle undoes Shuffle.
func Unshuffle(dst, src []byte, size int) {
	n := len(src) / size
	copy(dst[n*size:], src[n*size:])
	i := 0
	switch size {
	case 2:
		p0, p1 := src[:n], src[n:2*n]
		for ; i+8 <= n; i += 8 {
			a, b := binary.LittleEndian.Uint64(p0[i:i+8]), binary.LittleEndian.Uint64(p1[i:i+8])
			d := dst[2*i : 2*i+16]
			binary.LittleEndian.PutUint64(d, spread8(a)|spread8(b)<<8)
			binary.LittleEndian.PutUint64(d[8:], spread8(a>>32)|spread8(b>>32)<<8)
		}
	case 4:
		p0, p1, p2, p3 := src[:n], src[n:2*n], src[2*n:3*n], src[3*n:4*n]
		for ; i+8 <= n; i += 8 {
			a, b := binary.LittleEndian.Uint64(p0[i:i+8]), binary.LittleEndian.Uint64(p1[i:i+8])
			c, d := binary.LittleEndian.Uint64(p2[i:i+8]), binary.LittleEndian.Uint64(p3[i:i+8])
			a, b, c, d = transpose4(a, b, c, d)
			out := dst[4*i : 4*i+32]
			binary.LittleEndian.PutUint64(out, a&low|b<<32)
			binary.LittleEndian.PutUint64(out[8:], c&low|d<<32)
			binary.LittleEndian.PutUint64(out[16:], a>>32|b&high)
			binary.LittleEndian.PutUint64(out[24:], c>>32|d&high)
		}
	case 8:
		var m [8]uint64
		for ; i+8 <= n; i += 8 {
			for k := range m {
				m[k] = binary.LittleEndian.Uint64(src[k*n+i : k*n+i+8])
			}
			transpose8(&m)
			d := dst[8*i : 8*i+64]
			for k := range m {
				binary.LittleEndian.PutUint64(d[8*k:8*k+8], m[k])
			}
		}
	}
	for ; i < n; i++ {
		for k := range size {
			dst[i*size+k] = src[k*n+i]
		}
	}
}

// even8 gathers bytes 0, 2, 4 and 6 of x in its low half.
func even8(x uint64) uint64 {
	x &= 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return (x | x>>16) & 0xffffffff
}

// spread8 undoes even8.
func spread8(x uint64) uint64 {
	x &= 0xffffffff
	x = (x | x<<16) & 0x0000ffff0000ffff
	return (x | x<<8) & 0x00ff00ff00ff00ff
}

// The halves of a word.
const low, high = 0x00000000ffffffff, 0xffffffff00000000

// transpose4 transposes two 4×4 matrices of bytes, a row of each per word:
// blocks of 2×2, then single bytes change sides.
func transpose4(a, b, c, d uint64) (w, x, y, z uint64) {
	const m16, m8 = 0x0000ffff0000ffff, 0x00ff00ff00ff00ff
	a, c = a&m16|c&m16<<16, a>>16&m16|c&^m16
	b, d = b&m16|d&m16<<16, b>>16&m16|d&^m16
	a, b = a&m8|b&m8<<8, a>>8&m8|b&^m8
	c, d = c&m8|d&m8<<8, c>>8&m8|d&^m8
	return a, b, c, d
}

// transpose8 transposes an 8×8 matrix of bytes, a row per word: blocks of 4×4,
// then 2×2, then single bytes change sides.
func transpose8(m *[8]uint64) {
	for k := range 4 {
		a, b := m[k], m[k+4]
		m[k], m[k+4] = a&0x00000000ffffffff|b<<32, a>>32|b&0xffffffff00000000
	}
	for _, k := range [4]int{0, 1, 4, 5} {
		a, b := m[k], m[k+2]
		m[k] = a&0x0000ffff0000ffff | b&0x0000ffff0000ffff<<16
		m[k+2] = a>>16&0x0000ffff0000ffff | b&0xffff0000ffff0000
	}
	for k := 0; k < 8; k += 2 {
		a, b := m[k], m[k+1]
		m[k] = a&0x00ff00ff00ff00ff | b&0x00ff00ff00ff00ff<<8
		m[k+1] = a>>8&0x00ff00ff00ff00ff | b&0xff00ff00ff00ff00
	}
}
