package kernel

// bitTransposers are the routines in assembly by level; see transposeBits. They
// take 32 bytes or more.
var bitTransposers [numLevels]func(p *byte, n int)

// ShuffleBits does what bitshuffle does: it writes the lowest bits of the first
// bytes of all elements to dst, then the second lowest, … then those of the second
// bytes. Elements have size bytes, their number is a multiple of 8; what is left
// over at the end stays as it is. dst and tmp, whose contents are lost, have the
// length of src. No two may overlap.
func ShuffleBits(dst, src, tmp []byte, size int) {
	n := len(src) / size
	Shuffle(tmp, src, size)
	transposeBits(tmp[:n*size])
	for k := range size { // a plane of bytes becomes 8 rows of bits
		Shuffle(dst[k*n:(k+1)*n], tmp[k*n:(k+1)*n], 8)
	}
	copy(dst[n*size:], src[n*size:])
}

// UnshuffleBits undoes ShuffleBits.
func UnshuffleBits(dst, src, tmp []byte, size int) {
	n := len(src) / size
	for k := range size { // 8 rows of bits become a plane of bytes
		Unshuffle(tmp[k*n:(k+1)*n], src[k*n:(k+1)*n], 8)
	}
	transposeBits(tmp[:n*size])
	copy(tmp[n*size:], src[n*size:])
	Unshuffle(dst, tmp, size)
}

// transposeBits transposes 8×8 matrices of bits, a row per byte. The length of
// b is a multiple of 8.
func transposeBits(b []byte) {
	f := bitTransposers[level]
	for ; f != nil && len(b) >= 32; b = b[min(callBytes, len(b)&^31):] {
		f(&b[0], min(callBytes, len(b)&^31))
	}
	for ; len(b) >= 8; b = b[8:] {
		le.PutUint64(b, transposeMatrix(le.Uint64(b)))
	}
}

// transposeMatrix transposes an 8×8 matrix of bits: single bits, then squares
// of 2×2 and of 4×4 change sides.
func transposeMatrix(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}
