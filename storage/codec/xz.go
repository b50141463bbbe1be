package codec

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ndgrid/ndgrid/storage"
)

// xzMagic is how xz files begin.
var xzMagic = []byte("\xfd7zXZ\x00")

var ecma = crc64.MakeTable(crc64.ECMA)

// errXZ is the error of a file that isn't whole.
var errXZ = errors.New("xz: damaged or cut off")

// xz reads one xz stream (The .xz File Format, version 1.2): a header, blocks, an
// index of their sizes and a footer. Libraries take as much memory as a block
// says its window has, up to 4 GiB; here it is as much as there can be bytes.
type xz struct {
	src     []byte
	in      *bytes.Reader
	window  int
	flags   []byte
	block   io.Reader // nil between blocks
	check   hash.Hash
	start   int      // of the block
	size    uint64   // of its bytes so far
	records []uint64 // two of each block, as the index has them
}

func newXZ(src []byte, window int) (io.Reader, error) {
	z := &xz{src: src, in: bytes.NewReader(src), window: window}
	header, err := z.take(12)
	if err != nil || !bytes.HasPrefix(header, xzMagic) || header[6] != 0 || !summed(header[6:]) {
		return nil, errXZ
	}
	z.flags = header[6:8]
	return z, nil
}

// at is how many bytes have been read.
func (z *xz) at() int { return len(z.src) - z.in.Len() }

// take returns the next bytes.
func (z *xz) take(n int) ([]byte, error) {
	at := z.at()
	if n > z.in.Len() {
		return nil, errXZ
	}
	_, err := z.in.Seek(int64(n), io.SeekCurrent)
	return z.src[at : at+n], err
}

// summed reports whether bytes end in the CRC-32 of those before.
func summed(b []byte) bool {
	n := len(b) - 4
	return n >= 0 && crc32.ChecksumIEEE(b[:n]) == binary.LittleEndian.Uint32(b[n:])
}

// newCheck returns the checksum of blocks, nil where there is none.
func (z *xz) newCheck() (hash.Hash, error) {
	switch z.flags[1] {
	case 0:
		return nil, nil
	case 1:
		return crc32.NewIEEE(), nil
	case 4:
		return crc64.New(ecma), nil
	case 10:
		return sha256.New(), nil
	}
	return nil, fmt.Errorf("%w: xz check %d", storage.ErrUnsupported, z.flags[1])
}

func (z *xz) Read(b []byte) (int, error) {
	for {
		if z.block == nil {
			if err := z.next(); err != nil {
				return 0, err
			}
		}
		n, err := z.block.Read(b)
		if z.size += uint64(n); z.check != nil {
			z.check.Write(b[:n])
		}
		if err == io.EOF {
			z.block = nil
			err = z.endBlock()
		}
		if n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
	}
}

// next begins the next block; behind the last one it is io.EOF.
func (z *xz) next() error {
	z.start = z.at()
	size, err := z.in.ReadByte()
	switch {
	case err != nil:
		return errXZ
	case size == 0:
		return z.end()
	}
	rest, err := z.take(4*int(size) + 3)
	if err != nil || !summed(z.src[z.start:z.at()]) {
		return errXZ
	}
	filters, err := parseBlock(bytes.NewReader(rest[:len(rest)-4]))
	if err != nil {
		return err
	}
	if z.check, err = z.newCheck(); err != nil {
		return err
	}
	z.size = 0
	z.block, err = filters.open(z.in, z.window)
	return err
}

// parseBlock reads the header of a block behind its size.
func parseBlock(r *bytes.Reader) (f xzFilters, err error) {
	flags, _ := r.ReadByte()
	for bit := byte(0x40); bit != 0; bit <<= 1 { // sizes, which the index has too
		if flags&bit != 0 {
			if _, err := binary.ReadUvarint(r); err != nil {
				return f, errXZ
			}
		}
	}
	count := int(flags&3) + 1
	for i := range count {
		id, err1 := binary.ReadUvarint(r)
		n, err2 := binary.ReadUvarint(r)
		property, err3 := r.ReadByte() // of both filters there are
		if err1 != nil || err2 != nil || err3 != nil || id > 1<<30 {
			return f, errXZ
		}
		if err := f.add(int(id), int(property)+1, i == count-1); err != nil {
			return f, err
		}
		if n != 1 {
			return f, errXZ
		}
	}
	return f, nil
}

// endBlock checks what follows the bytes of a block.
func (z *xz) endBlock() error {
	unpadded := z.at() - z.start
	if _, err := z.take(-unpadded & 3); err != nil {
		return err
	}
	if z.check != nil {
		stored, err := z.take(z.check.Size())
		if err != nil {
			return err
		}
		sum := z.check.Sum(nil)
		if z.flags[1] != 10 { // CRCs are little-endian, as nothing in package hash is
			reverseWords(sum, sum, len(sum))
		}
		if !bytes.Equal(stored, sum) {
			return errors.New("xz: checksum of a block is wrong")
		}
		unpadded += z.check.Size()
	}
	z.records = append(z.records, uint64(unpadded), z.size)
	return nil
}

// end checks index and footer: that all blocks were there. Nothing follows.
func (z *xz) end() error {
	count, err := binary.ReadUvarint(z.in)
	if err != nil || count != uint64(len(z.records)/2) {
		return errXZ
	}
	for _, want := range z.records {
		if got, err := binary.ReadUvarint(z.in); err != nil || got != want {
			return errXZ
		}
	}
	if _, err := z.take(-(z.at() - z.start) & 3); err != nil {
		return err
	}
	if _, err := z.take(4); err != nil || !summed(z.src[z.start:z.at()]) {
		return errXZ
	}
	footer, err := z.take(12)
	switch {
	case err != nil || string(footer[10:]) != "YZ" || !bytes.Equal(footer[8:10], z.flags):
		return errXZ
	case crc32.ChecksumIEEE(footer[4:10]) != binary.LittleEndian.Uint32(footer):
		return errXZ
	case z.in.Len() > 0:
		return errors.New("xz: more than one stream")
	}
	return io.EOF
}
