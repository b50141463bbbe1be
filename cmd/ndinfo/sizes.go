package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/storage"
)

// storedSize is what an array takes where it is stored, as far as it was counted.
type storedSize struct {
	bytes            int64
	present, counted int // chunks
	chunks           int
	known            bool // the driver can tell
}

func (s storedSize) complete() bool { return s.counted == s.chunks }

// countStored adds up the stored bytes of an array's chunks, as far as the time
// left for that allows.
func (o *options) countStored(ctx context.Context, a storage.Array) (storedSize, error) {
	start := time.Now()
	defer func() { o.budget -= time.Since(start) }()
	s := storedSize{chunks: a.Meta().ReadGrid.Len()}
	sizer, ok := a.(storage.StoredSizer)
	if !ok {
		return s, nil
	}
	s.known = true
	for coord, err := range storedChunks(ctx, a) {
		if err != nil {
			return s, err
		}
		if !o.size && s.counted%16 == 0 && time.Since(start) > o.budget {
			return s, nil
		}
		n, present, err := sizer.StoredSize(ctx, coord)
		if err != nil {
			return s, err
		}
		s.counted++
		if present {
			s.present++
			s.bytes += n
		}
	}
	s.counted = s.chunks
	return s, nil
}

// storedChunks ranges over the chunks of ReadGrid that may be stored: those in the
// chunks of WriteGrid that are listed, or all, in order, of an array that can't list.
func storedChunks(ctx context.Context, a storage.Array) iter.Seq2[[]int, error] {
	m := a.Meta()
	all := func(yield func([]int, error) bool) {
		for i := 0; i < m.ReadGrid.Len() && yield(m.ReadGrid.Coord(i), ctx.Err()); i++ {
		}
	}
	lister, ok := a.(storage.ChunkLister)
	if !ok {
		return all
	}
	return func(yield func([]int, error) bool) {
		for shard, err := range lister.StoredChunks(ctx) {
			switch {
			case errors.Is(err, storage.ErrUnsupported):
				all(yield)
				return
			case err != nil:
				yield(nil, err)
				return
			}
			for coord := range m.ReadGrid.Cover(m.WriteGrid.Box(shard)).Indices() {
				if !yield(slices.Clone(coord), nil) {
					return
				}
			}
		}
	}
}

// sizeText writes logical and stored bytes: "2.0 MiB in 89 KiB".
func sizeText(logical int64, s storedSize) string {
	text := diag.FormatBytes(logical)
	switch {
	case !s.known:
		return text
	case !s.complete():
		return fmt.Sprintf("%s in ≥ %s", text, diag.FormatBytes(s.bytes))
	}
	return fmt.Sprintf("%s in %s", text, diag.FormatBytes(s.bytes))
}

// ratioText writes the compression ratio: "23.6:1", "" where it isn't known, or nothing
// is compressed.
func ratioText(logical int64, s storedSize) string {
	if !s.known || !s.complete() || s.bytes == 0 || logical == 0 || logical == s.bytes {
		return ""
	}
	if r := float64(logical) / float64(s.bytes); r < 1000 {
		return fmt.Sprintf("%.1f:1", r)
	}
	return spaced(logical/s.bytes) + ":1"
}

// presentText says how many chunks are stored: "1 of 1 present".
func presentText(s storedSize) string {
	switch {
	case !s.known:
		return spaced(int64(s.chunks))
	case !s.complete():
		return fmt.Sprintf("≥ %s of %s present", spaced(int64(s.present)), spaced(int64(s.chunks)))
	}
	return fmt.Sprintf("%s of %s present", spaced(int64(s.present)), spaced(int64(s.chunks)))
}
