//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// What the library reads itself (compounds field by field, virtual data, types
// that it converts, filters of its own beside others) may have gone through
// filters that only this package knows. It is lent them.

// lendFilters gives the library this package's filters, once. lib is held.
var lendFilters = sync.OnceValue(func() error { return check(C.nd_lend_filters(&stack)) })

// ndFilter is called by the library to encode or decode a chunk of n bytes: it
// returns memory of the library's, or NULL. Only zstd is encoded.
//
//export ndFilter
func ndFilter(id C.int, encode C.int, nparams C.size_t, params *C.uint, src unsafe.Pointer, n C.size_t, wrote *C.size_t) unsafe.Pointer {
	f := filter{id: int(id)}
	for _, p := range unsafe.Slice(params, int(nparams)) {
		f.params = append(f.params, int(p))
	}
	data := unsafe.Slice((*byte)(src), int(n))
	var out []byte
	var err error
	if encode != 0 {
		out, err = f.encodeAlone(data)
	} else {
		out, err = f.decodeAlone(data)
	}
	if err != nil || len(out) == 0 {
		return nil
	}
	to := C.H5allocate_memory(C.size_t(len(out)), false)
	if to == nil {
		return nil
	}
	copy(unsafe.Slice((*byte)(to), len(out)), out)
	*wrote = C.size_t(len(out))
	return to
}

func (f filter) encodeAlone(src []byte) ([]byte, error) {
	config, _ := f.config(1)
	c, err := codec.NewBytes(len(src), []codec.Config{config})
	if err != nil {
		return nil, err
	}
	return c.Encode(nil, src)
}

// decodeAlone decodes what went through the filter, of which the library doesn't
// say how long it was.
func (f filter) decodeAlone(src []byte) ([]byte, error) {
	config, ok := f.config(1)
	if !ok {
		return nil, storage.ErrCodec
	}
	var head [8]byte
	copy(head[:], src)
	size, bind := 0, codec.NewBytes
	switch {
	case f.id == filterZstd: // frames may not say
		size, bind = maxChunk, codec.NewBytesUpTo
	case f.id == filterLZF:
		size = lzfSize(src)
	case f.id == filterBlosc:
		size = int(binary.LittleEndian.Uint32(head[4:]))
	case f.id == filterBitshuffle && f.param(4, 0) == 0:
		size = len(src)
	case f.id == filterLZ4 || f.id == filterBitshuffle:
		size = int(min(binary.BigEndian.Uint64(head[:]), maxChunk))
	}
	if size>>16 > len(src)+1 && f.id != filterZstd {
		return nil, fmt.Errorf("%w: %d bytes that decode to %d", storage.ErrCorrupt, len(src), size)
	}
	c, err := bind(size, []codec.Config{config})
	if err != nil {
		return nil, err
	}
	return c.AppendDecoded(nil, src)
}

// lzfSize returns how many bytes lzf's data decode to: the filter's parameters may
// say what the chunk is without other filters, or nothing.
func lzfSize(src []byte) (n int) {
	for len(src) > 0 {
		control, used := int(src[0]), 2
		switch {
		case control < 32: // literals
			n += control + 1
			used = control + 2
		case control>>5 == 7 && len(src) > 1: // a long match
			n += 9 + int(src[1])
			used = 3
		default:
			n += control>>5 + 2
		}
		src = src[min(used, len(src)):]
	}
	return n
}

// What a filter of the library can do.
const (
	encodes = C.H5Z_FILTER_CONFIG_ENCODE_ENABLED
	decodes = C.H5Z_FILTER_CONFIG_DECODE_ENABLED
)

// lacked returns a mask of the filters with which the library can't do what is
// asked for. lib is held.
func lacked(filters []filter, can C.uint) (mask uint32) {
	for i, f := range filters {
		if C.nd_filter_can(C.int(f.id), can) == 0 {
			mask |= 1 << i
		}
	}
	return mask
}

// libraryLacks returns an error that names the filters which the library can't
// decode. lib is held.
func libraryLacks(filters []filter) error {
	mask := lacked(filters, decodes)
	if mask == 0 {
		return nil
	}
	return fmt.Errorf("%w: the library has no %s", storage.ErrCodec, masked(filters, mask))
}

// masked names the filters of a mask.
func masked(filters []filter, mask uint32) string {
	var list []filter
	for i, f := range filters {
		if mask&(1<<i) != 0 {
			list = append(list, f)
		}
	}
	return strings.Join(texts(list), ", ")
}
