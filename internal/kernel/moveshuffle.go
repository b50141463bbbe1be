package kernel

import endian "encoding/binary"

// le reads and writes words whose first byte is the lowest.
var le = endian.LittleEndian

// shuffler moves the bytes of n elements, least or more, between elements and
// planes that lie stride bytes apart.
type shuffler struct {
	least              int // elements
	shuffle, unshuffle func(dst, src *byte, n, stride int)
}

// shufflers are the routines in assembly by level, and by the logarithm of an
// element's size.
var shufflers [numLevels][4]shuffler

// shufflerOf returns the routines for n elements of size bytes, false where
// there are none.
func shufflerOf(size, n int) (shuffler, bool) {
	var s shuffler
	switch size {
	case 2:
		s = shufflers[level][1]
	case 4:
		s = shufflers[level][2]
	case 8:
		s = shufflers[level][3]
	}
	return s, s.shuffle != nil && n >= s.least
}

// callBytes is the most that a routine in assembly is given to move at once:
// the runtime waits for it when it wants to stop the program.
const callBytes = 256 << 10

// Shuffle writes the bytes of src, elements of size bytes, to dst of the same
// length: the first bytes of all elements, then the second ones… Bytes that
// don't fill an element are copied. dst and src must not overlap.
func Shuffle(dst, src []byte, size int) {
	n := len(src) / size
	dst = dst[:len(src)]
	copy(dst[n*size:], src[n*size:])
	s, ok := shufflerOf(size, n)
	if !ok {
		shufflePlain(dst, src, n, size)
		return
	}
	step := callBytes / size
	for i := 0; i < n; i += step {
		// The last call takes a few elements again rather than too few.
		i = min(i, n-min(n, s.least))
		s.shuffle(&dst[i], &src[i*size], min(step, n-i), n)
	}
}

// Unshuffle undoes Shuffle.
func Unshuffle(dst, src []byte, size int) {
	n := len(src) / size
	dst = dst[:len(src)]
	copy(dst[n*size:], src[n*size:])
	s, ok := shufflerOf(size, n)
	if !ok {
		unshufflePlain(dst, src, n, size)
		return
	}
	step := callBytes / size
	for i := 0; i < n; i += step {
		i = min(i, n-min(n, s.least))
		s.unshuffle(&dst[i*size], &src[i], min(step, n-i), n)
	}
}

// shufflePlain shuffles n elements, eight at a time where their bytes fill
// words.
func shufflePlain(dst, src []byte, n, size int) {
	i := 0
	switch size {
	case 2:
		p0, p1 := dst[:n], dst[n:2*n]
		for ; i+8 <= n; i += 8 {
			s := src[2*i : 2*i+16]
			a, b := le.Uint64(s), le.Uint64(s[8:])
			le.PutUint64(p0[i:i+8], even8(a)|even8(b)<<32)
			le.PutUint64(p1[i:i+8], even8(a>>8)|even8(b>>8)<<32)
		}
	case 4:
		p0, p1, p2, p3 := dst[:n], dst[n:2*n], dst[2*n:3*n], dst[3*n:4*n]
		for ; i+8 <= n; i += 8 {
			s := src[4*i : 4*i+32]
			a, b := le.Uint64(s), le.Uint64(s[8:])
			c, d := le.Uint64(s[16:]), le.Uint64(s[24:])
			a, b, c, d = transpose4(a&low|c<<32, a>>32|c&high, b&low|d<<32, b>>32|d&high)
			le.PutUint64(p0[i:i+8], a)
			le.PutUint64(p1[i:i+8], b)
			le.PutUint64(p2[i:i+8], c)
			le.PutUint64(p3[i:i+8], d)
		}
	case 8:
		for ; i+8 <= n; i += 8 {
			transpose8(dst[i:], src[8*i:], n, 8)
		}
	}
	for ; i < n; i++ {
		for k := range size {
			dst[k*n+i] = src[i*size+k]
		}
	}
}

// unshufflePlain undoes shufflePlain.
func unshufflePlain(dst, src []byte, n, size int) {
	i := 0
	switch size {
	case 2:
		p0, p1 := src[:n], src[n:2*n]
		for ; i+8 <= n; i += 8 {
			a, b := le.Uint64(p0[i:i+8]), le.Uint64(p1[i:i+8])
			d := dst[2*i : 2*i+16]
			le.PutUint64(d, spread8(a)|spread8(b)<<8)
			le.PutUint64(d[8:], spread8(a>>32)|spread8(b>>32)<<8)
		}
	case 4:
		p0, p1, p2, p3 := src[:n], src[n:2*n], src[2*n:3*n], src[3*n:4*n]
		for ; i+8 <= n; i += 8 {
			a, b := le.Uint64(p0[i:i+8]), le.Uint64(p1[i:i+8])
			c, d := le.Uint64(p2[i:i+8]), le.Uint64(p3[i:i+8])
			a, b, c, d = transpose4(a, b, c, d)
			out := dst[4*i : 4*i+32]
			le.PutUint64(out, a&low|b<<32)
			le.PutUint64(out[8:], c&low|d<<32)
			le.PutUint64(out[16:], a>>32|b&high)
			le.PutUint64(out[24:], c>>32|d&high)
		}
	case 8:
		for ; i+8 <= n; i += 8 {
			transpose8(dst[8*i:], src[i:], 8, n)
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

// The halves of a word, and its even units of 16 and of 8 bits.
const (
	low, high = 0x00000000ffffffff, 0xffffffff00000000
	low16     = 0x0000ffff0000ffff
	low8      = 0x00ff00ff00ff00ff
)

// transpose4 transposes two 4×4 matrices of bytes, a row of each per word:
// blocks of 2×2, then single bytes change sides.
func transpose4(a, b, c, d uint64) (w, x, y, z uint64) {
	a, c = a&low16|c&low16<<16, a>>16&low16|c&^low16
	b, d = b&low16|d&low16<<16, b>>16&low16|d&^low16
	a, b = a&low8|b&low8<<8, a>>8&low8|b&^low8
	c, d = c&low8|d&low8<<8, c>>8&low8|d&^low8
	return a, b, c, d
}

// transpose8 transposes an 8×8 matrix of bytes whose rows of 8 lie ss bytes
// apart, to one whose rows lie ds apart: blocks of 4×4 change sides, then of
// 2×2 and single bytes. The compiler keeps eight variables in registers, but no
// array.
func transpose8(dst, src []byte, ds, ss int) {
	word := func(k int) uint64 { return le.Uint64(src[k*ss : k*ss+8]) }
	a, b, c, d, e, f, g, h := word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7)
	a, e = a&low|e<<32, a>>32|e&high
	b, f = b&low|f<<32, b>>32|f&high
	c, g = c&low|g<<32, c>>32|g&high
	d, h = d&low|h<<32, d>>32|h&high
	a, b, c, d = transpose4(a, b, c, d)
	e, f, g, h = transpose4(e, f, g, h)
	put := func(k int, x uint64) { le.PutUint64(dst[k*ds:k*ds+8], x) }
	put(0, a)
	put(1, b)
	put(2, c)
	put(3, d)
	put(4, e)
	put(5, f)
	put(6, g)
	put(7, h)
}
