package exec

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// scratch is an array between two stages that does not fit into memory: a
// file, written in chunks of one grid and read in those of another. Every chunk
// that is written has a place in the file; inside lie, one after the other, the
// pieces that the chunks to be read have in common with it. So it is written from
// end to end, which systems keep in larger pages and on disks in fewer places, and
// read piece by piece, each of which then is still in the caches when it is put
// into its place.
type scratch struct {
	meta  storage.Meta
	slot  int64 // bytes of a chunk that is written
	piece int   // bytes of a piece
	dir   string
	pool  *pool // of the run

	mu   sync.Mutex
	file *os.File
}

func newScratch(dt nd.DType, write, read nd.Grid, dir string) *scratch {
	piece := write.MaxChunk()
	for k, n := range read.MaxChunk() {
		piece[k] = min(piece[k], n)
	}
	item := dt.Size()
	return &scratch{meta: storage.Meta{DType: dt, Shape: read.Shape(), ReadGrid: read, WriteGrid: write},
		slot: int64(size(write.MaxChunk()) * item), piece: size(piece) * item, dir: dir}
}

func (s *scratch) Meta() *storage.Meta { return &s.meta }
func (s *scratch) Ref() storage.Ref    { return storage.Ref{} }

// ReadCost allows for a piece as it lies in the file.
func (s *scratch) ReadCost() int { return s.piece }

// open creates the file at the first write. It has no name, so nothing is left
// behind however the program ends.
func (s *scratch) open() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		return s.file, nil
	}
	f, err := os.CreateTemp(s.dir, "ndgrid-scratch-")
	if err != nil {
		return nil, fmt.Errorf("scratch file: %w", err)
	}
	s.file = f
	_ = os.Remove(f.Name()) // where a file in use can't be removed, Close does it
	return f, nil
}

// Close gives the space back.
func (s *scratch) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	_ = os.Remove(s.file.Name())
	s.file = nil
	return err
}

func (s *scratch) memory() (operand, bool) { return operand{}, false }
func (s *scratch) putCost(chunk int) int   { return chunk }

// writeBytes is how much is written at a time: for more, Linux takes pages so large
// that it has to look for new ones, instead of those of a file that was removed.
const writeBytes = 512 << 10

// put writes a chunk of the write grid.
func (s *scratch) put(ctx context.Context, coord []int, box nd.Box, buf []byte) error {
	f, err := s.open()
	if err != nil {
		return err
	}
	item := s.meta.DType.Size()
	if cells := s.meta.ReadGrid.Cover(box); !sideBySide(cells.Shape, box.Shape) {
		pieces := s.pool.get(int(s.slot)) // whatever the chunk: the pool keeps buffers by size
		defer s.pool.put(pieces)
		for r := range cells.Indices() {
			p := storage.Intersect(s.meta.ReadGrid.Box(r), box)
			storage.CopyBox(pieces[pieceOffset(box, p)*item:], p, buf, box, p, item)
		}
		buf = pieces[:len(buf)]
	}
	place := int64(s.meta.WriteGrid.Index(coord)) * s.slot
	for at := 0; at < len(buf); at += writeBytes {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := f.WriteAt(buf[at:min(at+writeBytes, len(buf))], place+int64(at)); err != nil {
			return fmt.Errorf("scratch file: %w", err)
		}
	}
	return nil
}

// pieceOffset returns the elements that lie before a piece of a chunk, the
// pieces being laid out in C order.
func pieceOffset(chunk, p nd.Box) int {
	off, before := 0, 1
	for k := range p.Shape {
		after := 1
		for _, n := range chunk.Shape[k+1:] {
			after *= n
		}
		off += before * (p.Start[k] - chunk.Start[k]) * after
		before *= p.Shape[k]
	}
	return off
}

// ReadChunk reads the pieces of a chunk and puts them in place.
func (s *scratch) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	chunk := s.meta.ReadGrid.Box(coord)
	item := s.meta.DType.Size()
	f, err := s.open()
	if err != nil {
		return false, err
	}
	grid := s.meta.WriteGrid
	cells := grid.Cover(chunk)
	ordered := sideBySide(cells.Shape, chunk.Shape)
	var piece []byte
	if !ordered {
		piece = s.pool.get(s.piece)
		defer s.pool.put(piece)
	}
	for w := range cells.Indices() {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		box := grid.Box(w)
		p := storage.Intersect(box, chunk)
		raw := piece
		if ordered { // its place in dst
			raw = dst[pieceOffset(chunk, p)*item:]
		}
		raw = raw[:p.Size()*item]
		if _, err := f.ReadAt(raw, int64(grid.Index(w))*s.slot+int64(pieceOffset(box, p)*item)); err != nil {
			return false, fmt.Errorf("scratch file: %w", err)
		}
		if !ordered {
			storage.CopyBox(dst, chunk, raw, p, p, item)
		}
	}
	return true, nil
}

// sideBySide reports whether pieces of a chunk that is cut into so many along
// each axis follow each other as its elements do.
func sideBySide(pieces, shape []int) bool {
	for k, before := 0, 1; k < len(shape); k++ {
		if pieces[k] > 1 && before > 1 {
			return false
		}
		before *= shape[k]
	}
	return true
}
