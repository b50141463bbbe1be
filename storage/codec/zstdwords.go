package codec

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/klauspost/compress/huff0"
)

// An encoder of Zstandard frames for what arrays of measurements are: words of
// 4 or 8 bytes that come again as a whole. It looks for matches where words
// begin and nowhere else, so it takes a few steps for a word where others take
// as many for a byte. RFC 8878 has the format.

const (
	zstdBlock    = 128 << 10 // the most bytes of a block
	wordHashBits = 15
)

// word is a number as wide as an element.
type word interface{ uint32 | uint64 }

// sequence is literals and a match after them, in words, and the match's offset
// as the format counts it: in bytes, 1, 2 and 3 being those used last.
type sequence struct {
	offset        uint32
	literals, len uint16
	codes         uint32 // a byte each by kind, and longCodes
}

// longCodes says that a code of a length has bits that go with it.
const longCodes = 1 << 24

// code returns the code of a kind, within the bounds of tables.
func (s *sequence) code(kind int) uint8 { return uint8(s.codes>>(8*kind)) & (fseSymbols - 1) }

// The kinds of codes, in the order in which their tables are described.
const (
	kindLiterals = iota
	kindOffset
	kindLength
)

// wordEncoder holds what an encoder of words of type T needs. It is used by one
// goroutine at a time.
type wordEncoder[T word] struct {
	last     [1 << wordHashBits]uint32 // by hash of a word, where it was last
	seqs     []sequence
	literals []byte
	recent   [3]uint32 // offsets used last, in bytes
	huff     huff0.Scratch
	counts   [3][fseSymbols]uint32 // of the codes of a block, by kind
	tables   [3]fseTable
}

func newWordEncoder[T word]() *wordEncoder[T] {
	return &wordEncoder[T]{seqs: make([]sequence, zstdBlock/wordSize[T]())}
}

func wordSize[T word]() int {
	var v T
	return int(unsafe.Sizeof(v))
}

// encode appends src, a whole number of words, as a frame to dst.
func (e *wordEncoder[T]) encode(dst, src []byte) []byte {
	clear(e.last[:])
	e.recent = [3]uint32{1, 4, 8}
	dst = append(dst, 0x28, 0xb5, 0x2f, 0xfd, 0xa0) // magic; one segment, whose size has 4 bytes
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(src)))
	for lo := 0; lo < len(src); lo += zstdBlock {
		hi := min(lo+zstdBlock, len(src))
		last := uint32(0)
		if hi == len(src) {
			last = 1
		}
		head := len(dst)
		recent := e.recent
		dst = e.block(append(dst, 0, 0, 0), src[:hi], lo)
		kind := uint32(2)
		if len(dst)-head-3 >= hi-lo { // better as it is
			kind, e.recent = 0, recent
			dst = append(dst[:head+3], src[lo:hi]...)
		}
		size := uint32(len(dst) - head - 3)
		if kind == 0 {
			size = uint32(hi - lo)
		}
		h := last | kind<<1 | size<<3
		dst[head], dst[head+1], dst[head+2] = byte(h), byte(h>>8), byte(h>>16)
	}
	return dst
}

// block appends the block of src that begins at lo.
func (e *wordEncoder[T]) block(dst, src []byte, lo int) []byte {
	e.match(src, lo)
	dst = e.putLiterals(dst)
	return e.putSequences(dst)
}

func loadWord[T word](src []byte, i int) T {
	if wordSize[T]() == 8 {
		return T(binary.LittleEndian.Uint64(src[8*i:]))
	}
	return T(binary.LittleEndian.Uint32(src[4*i:]))
}

// match finds the sequences of the block of src from lo on, and counts their
// codes. A word that was seen before is a match with the place where it was last.
func (e *wordEncoder[T]) match(src []byte, lo int) {
	size := wordSize[T]()
	e.literals, e.counts = e.literals[:0], [3][fseSymbols]uint32{}
	seqs, found := e.seqs[:cap(e.seqs)], 0
	i, n, from := lo/size, len(src)/size, lo/size
	if i == 0 {
		i = 1 // 0 in the table is the first word, or none
	}
	for i < n {
		v := loadWord[T](src, i)
		h := uint64(v) * 0x9e3779b97f4a7c15 >> (64 - wordHashBits)
		at := int(e.last[h])
		e.last[h] = uint32(i)
		if loadWord[T](src, at) != v {
			i++
			continue
		}
		end := i + 1
		for end < n && loadWord[T](src, at+end-i) == loadWord[T](src, end) {
			end++
		}
		if i > from {
			e.literals = append(e.literals, src[from*size:i*size]...)
		}
		o := e.offset(uint32((i-at)*size), i > from)
		s := &seqs[found]
		found++
		s.offset, s.literals, s.len = o, uint16(i-from), uint16(end-i)
		lc, oc, mc := literalsCode((i-from)*size), uint8(bits.Len32(o)-1), matchCode((end-i)*size)
		s.codes = uint32(lc) | uint32(oc)<<8 | uint32(mc)<<16
		if lc >= 16 || mc >= 32 {
			s.codes |= longCodes
		}
		e.counts[kindLiterals][s.code(kindLiterals)]++
		e.counts[kindOffset][s.code(kindOffset)]++
		e.counts[kindLength][s.code(kindLength)]++
		i, from = end, end
	}
	e.seqs = seqs[:found]
	e.literals = append(e.literals, src[from*size:n*size]...)
}

// offset returns what an offset is written as, which depends on those before
// and on whether literals precede the match.
func (e *wordEncoder[T]) offset(o uint32, literals bool) uint32 {
	r := &e.recent
	if o != r[0] && o != r[1] && o != r[2] {
		r[0], r[1], r[2] = o, r[0], r[1]
		return o + 3
	}
	switch {
	case o == r[0] && literals:
		return 1
	case o == r[1]:
		r[0], r[1] = o, r[0]
		if literals {
			return 2
		}
		return 1
	case o == r[2]:
		r[0], r[1], r[2] = o, r[0], r[1]
		if literals {
			return 3
		}
		return 2
	}
	r[0], r[1], r[2] = o, r[0], r[1]
	return o + 3
}

// putLiterals appends the literals section.
func (e *wordEncoder[T]) putLiterals(dst []byte) []byte {
	n := len(e.literals)
	if n >= 256 {
		e.huff.Reuse = huff0.ReusePolicyNone
		if packed, _, err := huff0.Compress4X(e.literals, &e.huff); err == nil && len(packed)+5 < n {
			width, format := 10, 1
			if n >= 1<<14 {
				width, format = 18, 3
			} else if n >= 1<<10 {
				width, format = 14, 2
			}
			head := 2 | uint64(format)<<2 | uint64(n)<<4 | uint64(len(packed))<<(4+width)
			for range (4 + 2*width + 7) / 8 {
				dst = append(dst, byte(head))
				head >>= 8
			}
			return append(dst, packed...)
		}
	}
	switch {
	case n < 1<<5:
		dst = append(dst, byte(n<<3))
	case n < 1<<12:
		dst = append(dst, byte(n<<4|1<<2), byte(n>>4))
	default:
		dst = append(dst, byte(n<<4|3<<2), byte(n>>4), byte(n>>12))
	}
	return append(dst, e.literals...)
}

// putSequences appends the sequences section.
func (e *wordEncoder[T]) putSequences(dst []byte) []byte {
	n := len(e.seqs)
	switch {
	case n == 0:
		return append(dst, 0)
	case n < 128:
		dst = append(dst, byte(n))
	case n < 0x7f00:
		dst = append(dst, byte(n>>8+128), byte(n))
	default:
		dst = append(dst, 255, byte(n-0x7f00), byte((n-0x7f00)>>8))
	}
	modes := len(dst)
	dst = append(dst, 0)
	for k := range e.tables {
		most := fseMaxLog
		if k == kindOffset {
			most--
		}
		var single bool
		dst, single = e.tables[k].build(dst, &e.counts[k], n, most)
		mode := byte(2)
		if single {
			mode = 1
		}
		dst[modes] |= mode << (6 - 2*k)
	}
	return e.putBits(dst)
}

// putBits appends the bits of the sequences, the last first: decoders read them
// backwards.
func (e *wordEncoder[T]) putBits(dst []byte) []byte {
	const most = 16 // bytes of a sequence
	start, seqs := len(dst), e.seqs
	dst = slices.Grow(dst, most*(len(seqs)+1))
	buf := dst[start:cap(dst)]
	lt, ot, mt := &e.tables[kindLiterals], &e.tables[kindOffset], &e.tables[kindLength]
	last := &seqs[len(seqs)-1]
	ls, os, ms := lt.start(last.code(kindLiterals)), ot.start(last.code(kindOffset)), mt.start(last.code(kindLength))
	var acc, v uint64 // acc: n bits that aren't in buf[:at] yet; v: w bits more
	var n, w uint32
	at := 0
	for i := len(seqs) - 1; ; {
		s := &seqs[i]
		if s.codes&longCodes != 0 {
			acc |= v << (n & 63)
			n += w
			binary.LittleEndian.PutUint64(buf[at:], acc)
			at, acc, n = at+int(n>>3), acc>>(n&56), n&7
			l, m := literalsBits(int(s.literals)*wordSize[T]()), matchBits(int(s.len)*wordSize[T]())
			v, w = uint64(l.value)|uint64(m.value)<<l.width, uint32(l.width+m.width)
			acc |= v << (n & 63)
			n += w
			binary.LittleEndian.PutUint64(buf[at:], acc)
			at, acc, n = at+int(n>>3), acc>>(n&56), n&7
			v, w = 0, 0
		}
		oc := uint32(s.code(kindOffset)) & 31
		v |= uint64(s.offset&(1<<oc-1)) << (w & 63)
		acc |= v << (n & 63)
		n += w + oc
		binary.LittleEndian.PutUint64(buf[at:], acc)
		at, acc, n = at+int(n>>3), acc>>(n&56), n&7
		if i--; i < 0 {
			break
		}
		s = &seqs[i]
		y := ot.symbols[s.code(kindOffset)]
		w = (os + y.bits) >> 16 & 31
		v = uint64(os & (1<<w - 1))
		os = uint32(ot.states[(int32(os>>w)+y.find)&(1<<fseMaxLog-1)])
		y = mt.symbols[s.code(kindLength)]
		b := (ms + y.bits) >> 16 & 31
		v |= uint64(ms&(1<<b-1)) << (w & 63)
		w += b
		ms = uint32(mt.states[(int32(ms>>b)+y.find)&(1<<fseMaxLog-1)])
		y = lt.symbols[s.code(kindLiterals)]
		b = (ls + y.bits) >> 16 & 31
		v |= uint64(ls&(1<<b-1)) << (w & 63)
		w += b
		ls = uint32(lt.states[(int32(ls>>b)+y.find)&(1<<fseMaxLog-1)])
	}
	acc |= uint64(ms&(1<<mt.log-1)) << n
	n += mt.log
	acc |= uint64(os&(1<<ot.log-1)) << n
	n += ot.log
	acc |= uint64(ls&(1<<lt.log-1)) << n
	n += lt.log
	acc |= 1 << n // where the bits end
	binary.LittleEndian.PutUint64(buf[at:], acc)
	return dst[:start+at+int(n>>3)+1]
}

// Codes of lengths, RFC 8878, 3.1.1.3.2.1.1: one for each of the short lengths,
// then codes for several, whose bits say which.

// literalsCode returns the code of n literals.
func literalsCode(n int) uint8 {
	if n < len(literalsCodes) {
		return literalsCodes[n]
	}
	return uint8(bits.Len(uint(n)) - 1 + 19)
}

// matchCode returns the code of a match of n bytes.
func matchCode(n int) uint8 {
	if n -= 3; n < len(matchCodes) {
		return matchCodes[n]
	}
	return uint8(bits.Len(uint(n)) - 1 + 36)
}

// lengthBits are the bits that tell lengths of one code apart.
type lengthBits struct {
	value uint32
	width uint8
}

func literalsBits(n int) lengthBits {
	if n < len(literalsCodes) {
		return bitsAfter(n, literalsCodes[:])
	}
	return bitsOfLog(n)
}

func matchBits(n int) lengthBits {
	if n -= 3; n < len(matchCodes) {
		return bitsAfter(n, matchCodes[:])
	}
	return bitsOfLog(n)
}

// bitsOfLog returns the bits of n after the first.
func bitsOfLog(n int) lengthBits {
	w := bits.Len(uint(n)) - 1
	return lengthBits{uint32(n) - 1<<w, uint8(w)}
}

// bitsAfter returns which n is of those that have the same code.
func bitsAfter(n int, codes []uint8) lengthBits {
	first, next := n, n+1
	for first > 0 && codes[first-1] == codes[n] {
		first--
	}
	for next < len(codes) && codes[next] == codes[n] {
		next++
	}
	return lengthBits{uint32(n - first), uint8(bits.Len(uint(next-first)) - 1)}
}

// literalsCodes are the codes of up to 63 literals, matchCodes those of matches
// of up to 130 bytes, from 3 on.
var (
	literalsCodes = [64]uint8(lengthCodes(16, 1, 1, 1, 1, 2, 2, 3, 3, 4))
	matchCodes    = [128]uint8(lengthCodes(32, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5))
)

// lengthCodes returns the codes of lengths: single lengths that have one of
// their own, then codes for 1<<w lengths each.
func lengthCodes(single int, widths ...int) (codes []uint8) {
	for n := range single {
		codes = append(codes, uint8(n))
	}
	for i, w := range widths {
		for range 1 << w {
			codes = append(codes, uint8(single+i))
		}
	}
	return codes
}
