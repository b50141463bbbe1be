package codec

import "math/bits"

// The entropy coder of Zstandard's sequences, RFC 8878, 4.1 and 5.3: finite
// state entropy, a table per kind of code. Only encoding: files are decoded by a
// library.

const (
	fseMaxLog  = 9  // of the tables of lengths; that of offsets is one less
	fseSymbols = 64 // more than there are codes of any kind
)

// fseTable encodes one kind of code. A table of one symbol takes no bits.
type fseTable struct {
	log     uint32 // of the number of states; 0 for one symbol
	symbols [fseSymbols]fseSymbol
	states  [1 << fseMaxLog]uint16
}

// fseSymbol is how a symbol changes the state: (state + bits) >> 16 low bits of
// it go out, and find leads from the rest to the next.
type fseSymbol struct {
	bits uint32
	find int32
}

// build makes the table for codes that occur count times, total in all, and
// appends the description of it that decoders read to dst. single says that
// there is one symbol, which is all the description holds.
func (t *fseTable) build(dst []byte, count *[fseSymbols]uint32, total, maxLog int) (out []byte, single bool) {
	used, last := 0, 0
	for s, c := range count {
		if c > 0 {
			used, last = used+1, s
		}
	}
	if used == 1 {
		t.log, t.states[0], t.symbols[last] = 0, 0, fseSymbol{}
		return append(dst, byte(last)), true
	}
	log := min(max(bits.Len(uint(total))-2, bits.Len(uint(used)), 5), maxLog)
	var norm [fseSymbols]int
	normalize(&norm, count, total, 1<<log)
	t.fill(&norm, log)
	return describe(dst, &norm, log), false
}

// normalize makes counts add up to size, none that was there 0.
func normalize(norm *[fseSymbols]int, count *[fseSymbols]uint32, total, size int) {
	left, most := size, 0
	for s, c := range count {
		if c == 0 {
			continue
		}
		norm[s] = max(int((uint64(c)*uint64(size)+uint64(total)/2)/uint64(total)), 1)
		left -= norm[s]
		if norm[s] > norm[most] {
			most = s
		}
	}
	// Those rounded up to 1 are paid for by the largest.
	for ; left < 0; left++ {
		for s, n := range norm {
			if n > norm[most] {
				most = s
			}
		}
		norm[most]--
	}
	norm[most] += left
}

// fill computes states and symbols from counts that add up to 1<<log.
func (t *fseTable) fill(norm *[fseSymbols]int, log int) {
	size := 1 << log
	t.log = uint32(log)
	var spread [1 << fseMaxLog]uint8
	at, step := 0, size>>1+size>>3+3
	for s, n := range norm {
		for range n {
			spread[at] = uint8(s)
			at = (at + step) & (size - 1)
		}
	}
	var next [fseSymbols]int
	before := 0
	for s, n := range norm {
		next[s] = before
		switch {
		case n == 1:
			t.symbols[s] = fseSymbol{uint32(log)<<16 - uint32(size), int32(before - 1)}
		case n > 1:
			most := log - (bits.Len(uint(n-1)) - 1)
			t.symbols[s] = fseSymbol{uint32(most)<<16 - uint32(n)<<most, int32(before - n)}
		}
		before += n
	}
	for i, s := range spread[:size] {
		t.states[next[s]] = uint16(size + i)
		next[s]++
	}
}

// describe appends the description of a table.
func describe(dst []byte, norm *[fseSymbols]int, log int) []byte {
	var acc uint64
	n := uint(0)
	put := func(v uint64, bits uint) {
		acc |= v << n
		for n += bits; n >= 8; n -= 8 {
			dst = append(dst, byte(acc))
			acc >>= 8
		}
	}
	put(uint64(log-5), 4)
	left, threshold, width := 1<<log+1, 1<<log, uint(log+1)
	for s, zero := 0, false; left > 1; {
		if zero { // how many more there are
			run := 0
			for ; norm[s+run] == 0; run++ {
			}
			s += run
			for ; run >= 3; run -= 3 {
				put(3, 2)
			}
			put(uint64(run), 2)
		}
		c := norm[s]
		s++
		most := 2*threshold - 1 - left
		left -= c
		zero = c == 0
		v, w := c+1, width
		if v >= threshold {
			v += most
		}
		if v < most {
			w--
		}
		put(uint64(v), w)
		for left < threshold {
			width--
			threshold >>= 1
		}
	}
	if n > 0 {
		dst = append(dst, byte(acc))
	}
	return dst
}

// start returns the state that stands for the first symbol to be encoded, the
// last to be decoded.
func (t *fseTable) start(s uint8) uint32 {
	y := &t.symbols[s]
	n := (y.bits + 1<<15) >> 16
	return uint32(t.states[int32((n<<16-y.bits)>>n)+y.find])
}
