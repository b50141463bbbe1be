package codec

import "io"

// fill appends all that r yields to dst, most bytes at most. Memory is taken as
// bytes come, where dst has no room for most of them.
func fill(dst []byte, r io.Reader, most int) ([]byte, error) {
	n := len(dst)
	for idle := 0; idle < 100; idle++ {
		if len(dst)-n == most {
			// What checks the stream comes after the last byte; another one is too much.
			var more [1]byte
			switch extra, err := io.ReadFull(r, more[:]); {
			case extra > 0:
				return dst, corrupt("more than the %d bytes there should be", most)
			case err != io.EOF:
				return dst, corrupt("%v", err)
			}
			return dst, nil
		}
		if len(dst) == cap(dst) {
			dst = extend(dst, min(most, max(2*(len(dst)-n), 4<<10))-(len(dst)-n))
		}
		got, err := r.Read(dst[len(dst):min(cap(dst), n+most)])
		dst = dst[:len(dst)+got]
		switch {
		case err == io.EOF:
			return dst, nil
		case err != nil:
			return dst, corrupt("%v after %d bytes", err, len(dst)-n)
		case got > 0:
			idle = 0
		}
	}
	return dst, corrupt("%v", io.ErrNoProgress)
}

// extend returns dst with room for n more bytes, and not for many more.
func extend(dst []byte, n int) []byte {
	if cap(dst)-len(dst) >= n {
		return dst
	}
	return append(make([]byte, 0, len(dst)+n), dst...)
}
