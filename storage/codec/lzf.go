package codec

// bindLZF is bytes→bytes: what h5py's lzf filter stores.
func bindLZF(p Params, in data) (codec, data, error) { return bindReadOnly("lzf", decodeLZF, p, in) }

// decodeLZF decodes LZF into dst, and returns how many bytes that are. The format
// is a sequence of literal runs (a byte below 32: one less than their length)
// and matches (three bits of length, 13 of distance; length 7 adds one more
// byte).
func decodeLZF(dst, src []byte) (int, error) {
	w := window{out: dst}
	for len(src) > 0 {
		control := int(src[0])
		src = src[1:]
		if control < 32 {
			if !w.literals(src, control+1) {
				return w.n, corrupt("%d literals after %d of %d bytes", control+1, w.n, len(dst))
			}
			src = src[control+1:]
			continue
		}
		length, need := control>>5, 1
		if length == 7 {
			need = 2
		}
		if len(src) < need {
			return w.n, corrupt("it ends inside a match")
		}
		if length == 7 {
			length += int(src[0])
		}
		distance := (control&31)<<8 + int(src[need-1]) + 1
		src, length = src[need:], length+2
		if !w.match(distance, length) {
			return w.n, corrupt("a match of %d bytes, %d back, after %d of %d bytes", length, distance, w.n, len(dst))
		}
	}
	return w.n, nil
}
