package random

import "math/bits"

// key chooses one of 2^128 streams of words. Words 4b to 4b+3 of a stream are
// the block of counter b+1, as NumPy counts.
type key [2]uint64

// block is Philox4x64-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (2011): ten rounds on a counter of four words,
// of which only the first is ever needed here.
func (k key) block(counter uint64) [4]uint64 {
	x0, x1, x2, x3 := counter, uint64(0), uint64(0), uint64(0)
	k0, k1 := k[0], k[1]
	for range 10 {
		hi0, lo0 := bits.Mul64(0xd2e7470ee14c6c93, x0)
		hi1, lo1 := bits.Mul64(0xca5a826395121157, x2)
		x0, x1, x2, x3 = hi1^x1^k0, lo1, hi0^x3^k1, lo0
		k0 += 0x9e3779b97f4a7c15
		k1 += 0xbb67ae8584caa73b
	}
	return [4]uint64{x0, x1, x2, x3}
}

// words fills dst with the words of the stream from number first on.
func (k key) words(dst []uint64, first uint64) {
	for len(dst) > 0 {
		b := k.block(first/4 + 1)
		n := copy(dst, b[first%4:])
		dst, first = dst[n:], first+uint64(n)
	}
}
