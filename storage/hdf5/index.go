//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// The library tells where a chunk is by going through all of them (before
// 1.10.10), and one caller at a time. Here an array's whole index is read at once: a
// B-tree of version 1, as files have unless their writer asked for the latest format,
// or one of those that indexlatest.go reads. What isn't understood is left to the library.
//
// Source: HDF5 File Format Specification 3.0, III.A.1 "Version 1 B-trees", IV.A.1
// "Data Object Headers", IV.A.2.i "The Data Layout Message".

// location is where the stored bytes of a chunk are in the file.
type location struct {
	number  int // of the chunk in the grid, C order
	at      int64
	size    uint32
	skipped uint32 // a bit for each filter that was not applied
}

// index are the places of all chunks that are stored, in order.
type index []location

// maxIndexed is the largest number of chunks whose places are kept: 24 MiB.
const maxIndexed = 1 << 20

// find returns the place of a chunk by its number.
func (x index) find(number int) (location, bool) {
	if number < len(x) && x[number].number == number {
		return x[number], true
	}
	i, ok := slices.BinarySearchFunc(x, number, func(p location, n int) int { return cmp.Compare(p.number, n) })
	if !ok {
		return location{}, false
	}
	return x[i], true
}

// errIndex is an index that this file doesn't understand.
var errIndex = errors.New("not an index that is read here")

// readIndex reads the index of an array from its object header, at an offset of
// the file.
func readIndex(r io.ReaderAt, header int64, g nd.Grid, chunk []int, elem int, most []int) (index, error) {
	m, err := layoutMessage(r, header)
	if err != nil {
		return nil, err
	}
	if len(m) > 0 && m[0] == 4 {
		return readLatest(r, m, g, chunk, elem, most)
	}
	want := []byte{3, 2, byte(len(chunk) + 1)} // version, chunked, one more dimension: the element
	if !bytes.HasPrefix(m, want) || len(m) < 11+4*(len(chunk)+1) {
		return nil, errIndex
	}
	for k, n := range append(slices.Clone(chunk), elem) {
		if binary.LittleEndian.Uint32(m[11+4*k:]) != uint32(n) {
			return nil, fmt.Errorf("%w: other chunks than %v", errIndex, chunk)
		}
	}
	root := binary.LittleEndian.Uint64(m[3:])
	if root == math.MaxUint64 {
		return index{}, nil
	}
	t := treeReader{r: r, grid: g, chunk: chunk, coord: make([]int, g.NDim())}
	return t.places, t.node(root, -1)
}

// treeReader gathers the places of a B-tree.
type treeReader struct {
	r      io.ReaderAt
	grid   nd.Grid
	chunk  []int
	coord  []int
	places index
}

// node reads a node and those below it; level -1 is any. Levels fall and chunks
// rise on the way, so that a damaged tree has an end.
func (t *treeReader) node(at uint64, level int) error {
	head := make([]byte, 24)
	if err := readAt(t.r, head, at); err != nil {
		return err
	}
	n := int(binary.LittleEndian.Uint16(head[6:]))
	if string(head[:4]) != "TREE" || head[4] != 1 || level >= 0 && int(head[5]) != level || n == 0 && level >= 0 {
		return fmt.Errorf("%w: the node at %d begins with %q", errIndex, at, head)
	}
	level = int(head[5])
	entry := 8 + 8*(len(t.chunk)+1) + 8 // a key and a child
	body := make([]byte, n*entry)
	if err := readAt(t.r, body, at+24); err != nil {
		return err
	}
	for ; len(body) > 0; body = body[entry:] {
		child := binary.LittleEndian.Uint64(body[entry-8:])
		if level > 0 {
			if err := t.node(child, level-1); err != nil {
				return err
			}
			continue
		}
		if err := t.add(body[:entry-8], child); err != nil {
			return err
		}
	}
	return nil
}

// add notes a chunk by its key.
func (t *treeReader) add(key []byte, at uint64) error {
	offsets := key[8:]
	for k, n := range t.chunk {
		o := binary.LittleEndian.Uint64(offsets[8*k:])
		if o%uint64(n) != 0 || o/uint64(n) > math.MaxInt {
			return fmt.Errorf("%w: a chunk begins at %d along axis %d", errIndex, o, k)
		}
		t.coord[k] = int(o / uint64(n))
	}
	if !t.grid.Contains(t.coord) || at > math.MaxInt64 || len(t.places) == maxIndexed {
		return fmt.Errorf("%w: chunk %v at %d after %d others", errIndex, t.coord, at, len(t.places))
	}
	p := location{t.grid.Index(t.coord), int64(at), binary.LittleEndian.Uint32(key), binary.LittleEndian.Uint32(key[4:])}
	if n := len(t.places); p.size == 0 || n > 0 && t.places[n-1].number >= p.number {
		return fmt.Errorf("%w: chunk %v of %d bytes after chunk %d", errIndex, t.coord, p.size, n)
	}
	t.places = append(t.places, p)
	return nil
}

// readAt fills dst from an address.
func readAt(r io.ReaderAt, dst []byte, at uint64) error {
	if at > math.MaxInt64-math.MaxUint32 {
		return fmt.Errorf("%w: address %d", errIndex, at)
	}
	return readFull(r, dst, int64(at))
}

// Limits of the part of a header that is read.
const (
	maxHeaderBlocks = 64
	maxHeaderBlock  = 1 << 20
)

// layoutMessage finds the data layout message of an object header.
func layoutMessage(r io.ReaderAt, header int64) ([]byte, error) {
	const (
		layout       = 0x08
		continuation = 0x10
		shared       = 2 // flag
	)
	type block struct{ at, size uint64 }
	head := make([]byte, 34)
	if err := readFull(r, head, header); err != nil {
		return nil, err
	}
	first := block{uint64(header) + 16, uint64(binary.LittleEndian.Uint32(head[8:]))}
	framed, before := uint64(0), 8 // bytes around a continuation, and before a message
	if string(head[:5]) == "OHDR\x02" {
		flags, at := head[5], 6
		at += 16*int(flags>>5&1) + 4*int(flags>>4&1)
		size := make([]byte, 8)
		width := copy(size, head[at:][:1<<(flags&3)])
		first = block{uint64(header) + uint64(at+width), binary.LittleEndian.Uint64(size)}
		framed, before = 4, 4+2*int(flags>>2&1)
	} else if head[0] != 1 {
		return nil, fmt.Errorf("%w: an object header that begins with %q", errIndex, head[:5])
	}
	blocks := []block{first}
	for i := 0; i < len(blocks) && i < maxHeaderBlocks; i++ {
		b := blocks[i]
		if b.size > maxHeaderBlock {
			return nil, fmt.Errorf("%w: %d bytes of object header", errIndex, b.size)
		}
		data := make([]byte, b.size)
		if err := readAt(r, data, b.at); err != nil {
			return nil, err
		}
		for len(data) >= before {
			kind, size, flags := int(binary.LittleEndian.Uint16(data)), binary.LittleEndian.Uint16(data[2:]), data[4]
			if framed > 0 {
				kind, size, flags = int(data[0]), binary.LittleEndian.Uint16(data[1:]), data[3]
			}
			if data = data[before:]; len(data) < int(size) {
				break // a gap that is too small for a message
			}
			body := data[:size]
			data = data[size:]
			switch {
			case kind == layout && flags&shared == 0:
				return body, nil
			case kind == continuation && size >= 16:
				next := block{binary.LittleEndian.Uint64(body) + framed, binary.LittleEndian.Uint64(body[8:])}
				if next.size < 2*framed {
					return nil, fmt.Errorf("%w: %d bytes of object header", errIndex, next.size)
				}
				next.size -= 2 * framed
				blocks = append(blocks, next)
			}
		}
	}
	return nil, fmt.Errorf("%w: no layout in the object header", errIndex)
}

// places returns the array's index, if it could be read; it is read once.
func (a *array) places() (index, bool) {
	a.indexed.Do(func() {
		if a.raw == nil || a.pipe == nil {
			return
		}
		outer, elem := len(a.chunk)-a.inner, a.elem
		for _, n := range a.chunk[outer:] {
			elem *= n
		}
		m := a.Meta()
		if x, err := readIndex(a.raw, a.header, m.ReadGrid, a.chunk[:outer], elem, m.MaxShape); err == nil {
			a.index = &x
		}
	})
	if a.index == nil {
		return nil, false
	}
	return *a.index, true
}
