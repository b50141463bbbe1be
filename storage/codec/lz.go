package codec

// window is what LZ decoders write to: out[:n] is done.
type window struct {
	out []byte
	n   int
}

// literals copies length bytes of src, if they are there and fit.
func (w *window) literals(src []byte, length int) bool {
	if length > len(src) || length > len(w.out)-w.n {
		return false
	}
	w.n += copy(w.out[w.n:], src[:length])
	return true
}

// match repeats length bytes from distance back; they may overlap what they
// make.
func (w *window) match(distance, length int) bool {
	if distance < 1 || distance > w.n || length > len(w.out)-w.n {
		return false
	}
	from, end := w.n-distance, w.n+length
	for w.n < end { // each copy doubles what can be copied
		w.n += copy(w.out[w.n:end], w.out[from:w.n])
	}
	return true
}

// lengthen adds bytes to a length as long as they are 255.
func lengthen(length int, src []byte) (int, []byte, bool) {
	for i, c := range src {
		length += int(c)
		if c != 255 {
			return length, src[i+1:], true
		}
	}
	return 0, nil, false
}

// decodeBloscLZ decodes a BloscLZ stream that fills dst. It is FastLZ level 2:
// a control byte below 32 says how many literals follow, less one; from 32 on
// its upper bits are the length of a match, its lower ones, with a byte or two
// after them, the distance. The first byte is always literals.
func decodeBloscLZ(dst, src []byte) error {
	const farthest = 31<<8 | 255 // the distance after which two more bytes follow
	w := window{out: dst}
	for first := true; len(src) > 0; first = false {
		c := int(src[0])
		src = src[1:]
		if first {
			c &= 31
		}
		if c < 32 {
			if !w.literals(src, c+1) {
				return corrupt("blosclz: %d literals after %d of %d bytes", c+1, w.n, len(dst))
			}
			src = src[c+1:]
			continue
		}
		length := c>>5 - 1
		if length == 6 {
			var ok bool
			if length, src, ok = lengthen(length, src); !ok {
				return corrupt("blosclz: a length is cut off")
			}
		}
		if len(src) < 1 {
			return corrupt("blosclz: a distance is cut off")
		}
		distance := c&31<<8 | int(src[0])
		src = src[1:]
		if distance == farthest {
			if len(src) < 2 {
				return corrupt("blosclz: a distance is cut off")
			}
			distance += int(src[0])<<8 | int(src[1])
			src = src[2:]
		}
		if !w.match(distance+1, length+3) {
			return corrupt("blosclz: a match %d back after %d of %d bytes", distance+1, w.n, len(dst))
		}
	}
	if w.n != len(dst) {
		return corrupt("blosclz: %d bytes, there should be %d", w.n, len(dst))
	}
	return nil
}
