//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// Text of any length lies in the file's global heaps, and is read from there
// without the library, which would do it for one caller at a time and believe
// every length it finds.
//
// Source: HDF5 File Format Specification 3.0, III.E "Global Heap", VIII.A.2
// "Variable-length datatypes".

// refBytes is what an element takes in the dataset: 4 bytes of length, 8 of the
// address of a heap, 4 of the number of an object in it.
const refBytes = 16

const (
	heapHead   = 16 // signature, version, size
	objectHead = 16 // number, references, size
	heapLeast  = 4096
)

// heaps reads texts out of a file, every heap once.
type heaps struct {
	r    io.ReaderAt
	size int64 // of the file
	room int64 // how many bytes of heaps, and of text, may still be taken
	text int64
	open map[int64]map[uint16]string
}

// element returns the text an element refers to, up to the first NUL.
func (h *heaps) element(ref []byte) (string, error) {
	n, at, number := binary.LittleEndian.Uint32(ref), binary.LittleEndian.Uint64(ref[4:]), binary.LittleEndian.Uint32(ref[12:])
	if n == 0 || at == 0 {
		return "", nil
	}
	if at > uint64(h.size) {
		return "", fmt.Errorf("%w: text in a heap at %d of a file of %d bytes", storage.ErrCorrupt, at, h.size)
	}
	objects, ok := h.open[int64(at)]
	if !ok {
		var err error
		if objects, err = h.read(int64(at)); err != nil {
			return "", err
		}
		h.open[int64(at)] = objects
	}
	s, ok := objects[uint16(number)]
	if !ok || number>>16 != 0 || int64(n) > int64(len(s)) {
		return "", fmt.Errorf("%w: text of %d bytes in object %d of the heap at %d, which has %d", storage.ErrCorrupt, n, number, at, len(s))
	}
	if h.text -= int64(n); h.text < 0 {
		return "", errLong
	}
	s, _, _ = strings.Cut(s[:n], "\x00")
	return s, nil
}

// errLong is why a chunk of text isn't read.
var errLong = fmt.Errorf("%w: the text of a chunk takes more than %d bytes", storage.ErrUnsupported, maxText)

// read reads the objects of the heap at an offset.
func (h *heaps) read(at int64) (map[uint16]string, error) {
	bad := func(format string, args ...any) (map[uint16]string, error) {
		return nil, fmt.Errorf("%w: heap at %d: %s", storage.ErrCorrupt, at, fmt.Sprintf(format, args...))
	}
	b := make([]byte, min(heapLeast, h.size-at))
	if err := readFull(h.r, b, at); err != nil {
		return nil, fmt.Errorf("heap at %d: %w", at, err)
	}
	if len(b) < heapHead || !bytes.HasPrefix(b, []byte("GCOL\x01")) {
		return bad("it has no signature")
	}
	size := binary.LittleEndian.Uint64(b[8:])
	if size < heapHead || size > uint64(h.size-at) {
		return bad("%d bytes, the file has %d from there on", size, h.size-at)
	}
	if h.room -= int64(size); h.room < 0 {
		return nil, errLong
	}
	if size > uint64(len(b)) {
		b = append(b, make([]byte, size-uint64(len(b)))...)
		if err := readFull(h.r, b[heapLeast:], at+heapLeast); err != nil {
			return nil, fmt.Errorf("heap at %d: %w", at, err)
		}
	}
	objects, all := map[uint16]string{}, string(b[:size])
	for from := heapHead; from+objectHead <= len(all); {
		number, n := binary.LittleEndian.Uint16(b[from:]), binary.LittleEndian.Uint64(b[from+8:])
		if number == 0 { // what is free, to the end
			break
		}
		from += objectHead
		if n > uint64(len(all)-from) {
			return bad("object %d of %d bytes, there are %d", number, n, len(all)-from)
		}
		objects[number] = all[from : from+int(n)]
		from += int(n+7) &^ 7
	}
	return objects, nil
}
