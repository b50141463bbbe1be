package codec

// extend returns dst with room for n more bytes, and not for many more.
func extend(dst []byte, n int) []byte {
	if cap(dst)-len(dst) >= n {
		return dst
	}
	return append(make([]byte, 0, len(dst)+n), dst...)
}
