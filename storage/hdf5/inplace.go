//go:build cgo && !nohdf5

package hdf5

import (
	"context"
	"io"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
)

// scratch holds what one ReadChunk or WriteChunk needs; whoever has one has it
// alone.
type scratch struct {
	stored []byte // bytes as they are in the file
	whole  []byte // a chunk that the shape cuts
	span   []byte // rows with gaps
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// spanBytes is the most that is read at once to get at rows with gaps. It stays
// in a processor's cache.
const spanBytes = 256 << 10

// readRows reads a box of an array stored without chunks, C order, at an offset
// of r. Rows that lie close together are read as one span, gaps included.
func readRows(ctx context.Context, r io.ReaderAt, base int64, shape []int, elem int, box nd.Box, dst []byte) error {
	// The innermost axes that are whole, and the one before them, are one run.
	n := box.NDim()
	outer, run, below := n, elem, elem // below: bytes of one index of axis outer
	for outer > 0 {
		outer--
		run = below * box.Shape[outer]
		if box.Shape[outer] != shape[outer] {
			break
		}
		below *= shape[outer]
	}
	stride := make([]int, n)
	at := base
	for k, s := n-1, elem; k >= 0; k-- {
		stride[k] = s
		at += int64(box.Start[k]) * int64(s)
		s *= shape[k]
	}
	if outer == 0 {
		return readFull(r, dst, at)
	}
	rows, gap := box.Shape[outer-1], stride[outer-1] // rows of the innermost loop, and the way between them
	together := 1
	if gap <= 8*run || gap <= 4096 {
		together = min(rows, max(1, spanBytes/gap))
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	if together > 1 {
		s.span = slices.Grow(s.span[:0], (together-1)*gap+run)
	}
	index := make([]int, outer-1)
	for len(dst) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := at
		for k, i := range index {
			from += int64(i) * int64(stride[k])
		}
		for row := 0; row < rows; row += together {
			m := min(together, rows-row)
			start := from + int64(row)*int64(gap)
			if m == 1 {
				if err := readFull(r, dst[:run], start); err != nil {
					return err
				}
				dst = dst[run:]
				continue
			}
			part := s.span[:(m-1)*gap+run]
			if err := readFull(r, part, start); err != nil {
				return err
			}
			for i := range m {
				copy(dst[:run], part[i*gap:])
				dst = dst[run:]
			}
		}
		for k := outer - 2; k >= 0; k-- {
			if index[k]++; index[k] < box.Shape[k] {
				break
			}
			index[k] = 0
		}
	}
	return nil
}

// readFull fills dst from an offset; a file that ends inside it is
// io.ErrUnexpectedEOF.
func readFull(r io.ReaderAt, dst []byte, at int64) error {
	n, err := r.ReadAt(dst, at)
	if n == len(dst) {
		return nil
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
