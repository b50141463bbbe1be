//go:build cgo && !nohdf5

package hdf5

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Indexes of files of the latest format: fixed arrays, which have an entry for every
// chunk there may be, in pages of which only those exist that were written to; extensible
// arrays, in blocks that exist where chunks do; and B-trees of version 2.
//
// Source: HDF5 File Format Specification 3.0, IV.A.2.i "Data Layout Message" version 4,
// VII.A to D "Chunk Indexes", III.A.2 "Version 2 B-trees".

// Limits of what is looked through for the chunks of one array.
const (
	maxEntries = 16 * maxIndexed
	maxBlock   = 4 << 20 // bytes of a bitmap, of a list of blocks or of a page
)

// entryReader gathers the places of an index of version 4.
type entryReader struct {
	r        io.ReaderAt
	grid     nd.Grid
	order    []int // axes, in the order in which chunks are numbered, the slowest first
	counts   []int // chunks that there may be along these axes; the first has no limit
	whole    int   // bytes of a chunk that isn't filtered
	filtered bool
	entry    int // bytes of an entry
	coord    []int
	seen     int // entries
	places   index
}

// readLatest reads the index that a layout message of version 4 leads to.
func readLatest(r io.ReaderAt, m []byte, g nd.Grid, chunk []int, elem int, most []int) (index, error) {
	const (
		chunked         = 2
		edgesUnfiltered = 1 // flag
	)
	if len(m) < 5 || m[1] != chunked || m[2]&edgesUnfiltered != 0 || int(m[3]) != len(chunk)+1 || m[4] < 1 || m[4] > 8 {
		return nil, errIndex
	}
	width := int(m[4])
	kind := m[5:]
	for _, n := range append(slices.Clone(chunk), elem) {
		if len(kind) < width || number(kind[:width]) != uint64(n) {
			return nil, fmt.Errorf("%w: other chunks than %v", errIndex, chunk)
		}
		kind = kind[width:]
	}
	e := &entryReader{r: r, grid: g, coord: make([]int, g.NDim()), whole: elem}
	for k, n := range chunk {
		e.whole *= n
		e.order = append(e.order, k)
		count := g.NumChunks()[k]
		if most != nil && most[k] != storage.Unlimited {
			count = (most[k]-1)/n + 1
		}
		e.counts = append(e.counts, max(count, 1))
	}
	if e.whole > math.MaxUint32 || len(kind) < 9 {
		return nil, errIndex
	}
	at := binary.LittleEndian.Uint64(kind[len(kind)-8:])
	if at == math.MaxUint64 {
		return index{}, nil
	}
	var err error
	switch kind[0] {
	case 3:
		err = e.fixedArray(at)
	case 4:
		k := slices.Index(most, storage.Unlimited)
		if k < 0 {
			return nil, errIndex
		}
		if k > 0 { // that axis is the slowest
			e.order = slices.Insert(slices.Delete(e.order, k, k+1), 0, k)
			e.counts = slices.Insert(slices.Delete(e.counts, k, k+1), 0, e.counts[k])
		}
		err = e.extensibleArray(at)
	case 5:
		err = e.tree(at)
	default:
		err = errIndex
	}
	slices.SortFunc(e.places, func(p, q location) int { return cmp.Compare(p.number, q.number) })
	for i := 1; i < len(e.places) && err == nil; i++ {
		if e.places[i].number == e.places[i-1].number {
			err = fmt.Errorf("%w: chunk %d twice", errIndex, e.places[i].number)
		}
	}
	return e.places, err
}

// number is an unsigned integer of a few bytes.
func number(b []byte) uint64 {
	var whole [8]byte
	copy(whole[:], b)
	return binary.LittleEndian.Uint64(whole[:])
}

// block reads part of the file that begins with a signature and version 0.
func (e *entryReader) block(at uint64, size int, signature string) ([]byte, error) {
	if size > maxBlock {
		return nil, fmt.Errorf("%w: %d bytes of %s", errIndex, size, signature)
	}
	b := make([]byte, size)
	if err := readAt(e.r, b, at); err != nil {
		return nil, err
	}
	if string(b[:4]) != signature || b[4] != 0 {
		return nil, fmt.Errorf("%w: what should be %s begins with %q", errIndex, signature, b[:5])
	}
	return b, nil
}

// setEntry takes what the head of an array says of its entries: whether chunks are filtered,
// and how long entries are.
func (e *entryReader) setEntry(client, size byte) error {
	e.filtered, e.entry = client == 1, int(size)
	if client > 1 || !e.filtered && size != 8 || e.filtered && (size < 13 || size > 20) {
		return fmt.Errorf("%w: entries of %d bytes for client %d", errIndex, size, client)
	}
	return nil
}

// entries takes chunks from number first on.
func (e *entryReader) entries(first int, b []byte) error {
	if e.seen += len(b) / e.entry; e.seen > maxEntries {
		return fmt.Errorf("%w: over %d entries", errIndex, maxEntries)
	}
	for ; len(b) >= e.entry; b = b[e.entry:] {
		if at := binary.LittleEndian.Uint64(b); at != math.MaxUint64 {
			n := first
			for i := len(e.order) - 1; i > 0; i-- {
				e.coord[e.order[i]] = n % e.counts[i]
				n /= e.counts[i]
			}
			e.coord[e.order[0]] = n
			if err := e.add(at, b[8:e.entry]); err != nil {
				return err
			}
		}
		first++
	}
	return nil
}

// add notes the chunk at e.coord; stored is its size and its mask, if it is filtered. What
// is outside the array isn't noted.
func (e *entryReader) add(at uint64, stored []byte) error {
	p := location{at: int64(at), size: uint32(e.whole)}
	if e.filtered {
		n := len(stored) - 4
		size := number(stored[:n])
		if size == 0 || size > math.MaxUint32 {
			return fmt.Errorf("%w: chunk %v of %d bytes", errIndex, e.coord, size)
		}
		p.size, p.skipped = uint32(size), binary.LittleEndian.Uint32(stored[n:])
	}
	if at > math.MaxInt64 || len(e.places) == maxIndexed {
		return fmt.Errorf("%w: chunk %v at %d after %d others", errIndex, e.coord, at, len(e.places))
	}
	if e.grid.Contains(e.coord) {
		p.number = e.grid.Index(e.coord)
		e.places = append(e.places, p)
	}
	return nil
}

// Lengths of what stands around entries and nodes.
const (
	prefix   = 14 // signature, version, client, address of the head
	checksum = 4
)

func (e *entryReader) fixedArray(at uint64) error {
	head, err := e.block(at, 28, "FAHD")
	if err == nil {
		err = e.setEntry(head[5], head[6])
	}
	if err != nil {
		return err
	}
	all, data := binary.LittleEndian.Uint64(head[8:]), binary.LittleEndian.Uint64(head[16:])
	if head[7] > 20 || all > math.MaxInt64/32 {
		return fmt.Errorf("%w: %d entries in pages of 2^%d", errIndex, all, head[7])
	}
	if data == math.MaxUint64 {
		return nil
	}
	n, page := int(all), 1<<head[7]
	if n <= page {
		b, err := e.block(data, prefix+n*e.entry, "FADB")
		if err != nil {
			return err
		}
		return e.entries(0, b[prefix:])
	}
	b, err := e.block(data, prefix+((n+page-1)/page+7)/8, "FADB")
	if err != nil {
		return err
	}
	return e.pages(data+uint64(len(b))+checksum, 0, n, page, b[prefix:], 0)
}

// pages reads those of n entries whose pages were written to: a bit each, the first of
// which is bit.
func (e *entryReader) pages(at uint64, first, n, page int, written []byte, bit int) error {
	b := make([]byte, page*e.entry)
	for from := 0; from < n; from += page {
		if written[bit/8]&(0x80>>(bit%8)) != 0 {
			part := b[:min(page, n-from)*e.entry]
			if err := readAt(e.r, part, at); err != nil {
				return err
			}
			if err := e.entries(first+from, part); err != nil {
				return err
			}
		}
		at += uint64(len(b) + checksum)
		bit++
	}
	return nil
}

// extensible is the head of an extensible array.
type extensible struct {
	direct   int // entries in the index block
	least    int // entries of the smallest data block
	pointers int // of data blocks, of the smallest block of these that isn't in the index block
	page     int // entries of a page
	offset   int // bytes that say where a block begins
}

func (e *entryReader) extensibleArray(at uint64) error {
	head, err := e.block(at, 72, "EAHD")
	if err == nil {
		err = e.setEntry(head[5], head[6])
	}
	if err != nil {
		return err
	}
	most := int(head[7])
	x := extensible{direct: int(head[8]), least: int(head[9]), pointers: int(head[10]), page: 1 << (head[11] & 31), offset: (most + 7) / 8}
	if most > 62 || x.least == 0 || x.least&(x.least-1) != 0 || x.pointers < 2 || x.pointers&(x.pointers-1) != 0 || head[11] > 20 {
		return fmt.Errorf("%w: parameters %v", errIndex, head[7:12])
	}
	if at = binary.LittleEndian.Uint64(head[60:]); at == math.MaxUint64 {
		return nil
	}
	levels := 1 + most - bits.Len(uint(x.least)) + 1
	inIndex := min(2*(bits.Len(uint(x.pointers))-1), levels) // levels whose blocks the index block lists
	b, err := e.block(at, prefix+x.direct*e.entry+8*2*(x.pointers-1)+8*(levels-inIndex), "EAIB")
	if err != nil {
		return err
	}
	b = b[prefix:]
	if err := e.entries(0, b[:x.direct*e.entry]); err != nil {
		return err
	}
	b = b[x.direct*e.entry:]
	first := x.direct
	for level := range levels {
		blocks, n := 1<<(level/2), x.least<<((level+1)/2)
		list, written := b, []byte(nil)
		if level < inIndex {
			b = b[8*blocks:]
		} else {
			at := binary.LittleEndian.Uint64(b)
			b = b[8:]
			if at == math.MaxUint64 {
				first += blocks * n
				continue
			}
			if list, written, err = e.superBlock(at, x, blocks, n); err != nil {
				return err
			}
		}
		if err := e.dataBlocks(x, first, blocks, n, list, written); err != nil {
			return err
		}
		first += blocks * n
	}
	return nil
}

// superBlock returns the list of blocks of n entries and, if these are in pages, the bits
// that say which were written to.
func (e *entryReader) superBlock(at uint64, x extensible, blocks, n int) (list, written []byte, err error) {
	bitmap := 0
	if blocks > maxBlock || n/x.page > maxBlock {
		return nil, nil, fmt.Errorf("%w: %d blocks of %d entries", errIndex, blocks, n)
	}
	if n > x.page {
		bitmap = blocks * ((n/x.page + 7) / 8)
	}
	b, err := e.block(at, prefix+x.offset+bitmap+8*blocks, "EASB")
	if err != nil {
		return nil, nil, err
	}
	b = b[prefix+x.offset:]
	return b[bitmap:], b[:bitmap], nil
}

// dataBlocks reads blocks of n entries from number first on.
func (e *entryReader) dataBlocks(x extensible, first, blocks, n int, list, written []byte) error {
	for i := range blocks {
		at := binary.LittleEndian.Uint64(list[8*i:])
		if at == math.MaxUint64 {
			continue
		}
		size := prefix + x.offset
		paged := n > x.page
		if !paged {
			size += n * e.entry
		}
		b, err := e.block(at, size, "EADB")
		switch {
		case err != nil:
		case !paged:
			err = e.entries(first+i*n, b[prefix+x.offset:])
		case written == nil:
			err = fmt.Errorf("%w: pages of a block that the index block lists", errIndex)
		default:
			err = e.pages(at+uint64(size)+checksum, first+i*n, n, x.page, written, i*n/x.page)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// recordTree is the head of a B-tree of version 2.
type recordTree struct {
	node, record int   // bytes
	width        int   // bytes of the number of records of a child
	totals       []int // bytes of the number of records at and below a child, by its level
}

func (e *entryReader) tree(at uint64) error {
	head, err := e.block(at, 38, "BTHD")
	if err != nil {
		return err
	}
	t := recordTree{node: int(binary.LittleEndian.Uint32(head[6:])), record: int(binary.LittleEndian.Uint16(head[10:]))}
	depth := int(binary.LittleEndian.Uint16(head[12:]))
	e.filtered = head[5] == 11
	stored := t.record - 8 - 8*len(e.order) // a size and a mask
	if head[5] != 10 && head[5] != 11 || e.filtered && (stored < 5 || stored > 12) || !e.filtered && stored != 0 || depth > 8 || t.node > 1<<20 || t.node < 10+t.record {
		return fmt.Errorf("%w: nodes of %d bytes, records of %d of type %d, depth %d", errIndex, t.node, t.record, head[5], depth)
	}
	most := (t.node - 10) / t.record
	t.width = bytesOf(most)
	t.totals = []int{0}
	for total := most; len(t.totals) <= depth; {
		below := t.totals[len(t.totals)-1]
		n := (t.node - 10 - 8 - t.width - below) / (t.record + 8 + t.width + below)
		if n < 1 || total > math.MaxInt64/(n+2) {
			return fmt.Errorf("%w: nodes of %d bytes are too small for depth %d", errIndex, t.node, depth)
		}
		total = (n+1)*total + n
		t.totals = append(t.totals, bytesOf(total))
	}
	root := binary.LittleEndian.Uint64(head[16:])
	if root == math.MaxUint64 {
		return nil
	}
	return e.treeNode(&t, root, int(binary.LittleEndian.Uint16(head[24:])), depth)
}

// bytesOf is how many bytes a number up to n takes.
func bytesOf(n int) int { return (bits.Len(uint(n))-1)/8 + 1 }

// treeNode reads a node of n records and those below it.
func (e *entryReader) treeNode(t *recordTree, at uint64, n, level int) error {
	signature, child := "BTLF", 0
	if level > 0 {
		signature, child = "BTIN", 8+t.width+t.totals[level-1]
	}
	if 6+n*t.record+(n+1)*child > t.node {
		return fmt.Errorf("%w: %d records in a node of %d bytes", errIndex, n, t.node)
	}
	b, err := e.block(at, t.node, signature)
	if err != nil {
		return err
	}
	if e.seen += n + 1; e.seen > maxEntries {
		return fmt.Errorf("%w: over %d entries", errIndex, maxEntries)
	}
	children := b[6+n*t.record:]
	for records := b[6:][:n*t.record]; len(records) > 0; records = records[t.record:] {
		coord := t.record - 8*len(e.order)
		for k := range e.order {
			c := binary.LittleEndian.Uint64(records[coord+8*k:])
			e.coord[k] = int(min(c, math.MaxInt))
		}
		if err := e.add(binary.LittleEndian.Uint64(records), records[8:coord]); err != nil {
			return err
		}
	}
	for ; child > 0 && n >= 0; n-- {
		if err := e.treeNode(t, binary.LittleEndian.Uint64(children), int(number(children[8:8+t.width])), level-1); err != nil {
			return err
		}
		children = children[child:]
	}
	return nil
}
