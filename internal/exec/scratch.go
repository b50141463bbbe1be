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
// to be read has a place in the file; inside lie, one after the other, the
// pieces that the chunks written have in common with it. So both sides move
// bytes in long runs, whatever the two grids.
type scratch struct {
	meta  storage.Meta
	write nd.Grid
	slot  int64 // bytes of a chunk to be read
	dir   string
	pool  *pool // of the run

	mu   sync.Mutex
	file *os.File
}

func newScratch(dt nd.DType, write, read nd.Grid, dir string) *scratch {
	return &scratch{meta: storage.Meta{DType: dt, Shape: read.Shape(), ReadGrid: read, WriteGrid: write}, write: write,
		slot: int64(size(read.MaxChunk()) * dt.Size()), dir: dir}
}

func (s *scratch) Meta() *storage.Meta { return &s.meta }
func (s *scratch) Ref() storage.Ref    { return storage.Ref{} }

// ReadCost allows for the chunk as it lies in the file.
func (s *scratch) ReadCost() int { return int(s.slot) }

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

// put writes a chunk of the write grid.
func (s *scratch) put(ctx context.Context, _ []int, box nd.Box, buf []byte) error {
	f, err := s.open()
	if err != nil {
		return err
	}
	item := s.meta.DType.Size()
	strides := cStrides(box.Shape)
	piece := s.pool.get(size(s.write.MaxChunk()) * item) // whatever the chunk: the pool keeps buffers by size
	defer s.pool.put(piece)
	for coord := range s.meta.ReadGrid.Cover(box).Indices() {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk := s.meta.ReadGrid.Box(coord)
		p := storage.Intersect(box, chunk)
		from := operand{buf, 0, strides}
		for k := range p.Start {
			from.off += (p.Start[k] - box.Start[k]) * strides[k]
		}
		data, ok := from.dense(p.Shape, item)
		if !ok {
			data = piece[:p.Size()*item]
			copyStrided(operand{data, 0, cStrides(p.Shape)}, from, p.Shape, item, false)
		}
		at := int64(s.meta.ReadGrid.Index(coord))*s.slot + int64(pieceOffset(chunk, p)*item)
		if _, err := f.WriteAt(data, at); err != nil {
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

// ReadChunk reads a chunk and puts its pieces in place.
func (s *scratch) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	chunk := s.meta.ReadGrid.Box(coord)
	item := s.meta.DType.Size()
	f, err := s.open()
	if err != nil {
		return false, err
	}
	cells := s.write.Cover(chunk)
	ordered := sideBySide(cells.Shape, chunk.Shape)
	raw := dst // as it lies in the file
	if !ordered {
		tmp := s.pool.get(int(s.slot))
		defer s.pool.put(tmp)
		raw = tmp[:len(dst)]
	}
	if _, err := f.ReadAt(raw, int64(s.meta.ReadGrid.Index(coord))*s.slot); err != nil {
		return false, fmt.Errorf("scratch file: %w", err)
	}
	if ordered {
		return true, nil
	}
	strides := cStrides(chunk.Shape)
	for w := range cells.Indices() {
		p := storage.Intersect(s.write.Box(w), chunk)
		to := operand{dst, 0, strides}
		for k := range p.Start {
			to.off += (p.Start[k] - chunk.Start[k]) * strides[k]
		}
		at := pieceOffset(chunk, p) * item
		copyStrided(to, operand{raw[at : at+p.Size()*item], 0, cStrides(p.Shape)}, p.Shape, item, false)
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
