//go:build cgo && !nohdf5

package hdf5

import (
	"fmt"

	"github.com/ndgrid/ndgrid/storage"
)

// unpackLZF decodes what h5py's lzf filter stores and appends it to dst, never
// beyond its capacity. The format is a sequence of literal runs (a byte below
// 32: one less than their length) and copies (three bits of length, 13 of
// distance back; length 7 adds one more byte).
func unpackLZF(dst, src []byte) ([]byte, error) {
	bad := func(what string) ([]byte, error) {
		return dst, fmt.Errorf("decode lzf: %w: %s", storage.ErrCorrupt, what)
	}
	for len(src) > 0 {
		control := int(src[0])
		src = src[1:]
		if control < 32 {
			n := control + 1
			if n > len(src) {
				return bad("it ends inside a literal run")
			}
			if n > cap(dst)-len(dst) {
				return bad("more bytes than the chunk has")
			}
			dst, src = append(dst, src[:n]...), src[n:]
			continue
		}
		n, need := control>>5, 1
		if n == 7 {
			need = 2
		}
		if len(src) < need {
			return bad("it ends inside a copy")
		}
		if n == 7 {
			n += int(src[0])
		}
		back := (control&31)<<8 + int(src[need-1]) + 1
		src, n = src[need:], n+2
		if back > len(dst) {
			return bad("a copy from before the beginning")
		}
		if n > cap(dst)-len(dst) {
			return bad("more bytes than the chunk has")
		}
		for at := len(dst) - back; n > 0; n, at = n-1, at+1 { // source and copy may overlap
			dst = append(dst, dst[at])
		}
	}
	return dst, nil
}
