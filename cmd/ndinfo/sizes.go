package main

import (
	"context"
	"fmt"
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
	grid := a.Meta().ReadGrid
	s := storedSize{chunks: grid.Len()}
	sizer, ok := a.(storage.StoredSizer)
	if !ok {
		return s, nil
	}
	s.known = true
	for ; s.counted < s.chunks; s.counted++ {
		if !o.size && s.counted%16 == 0 && time.Since(start) > o.budget {
			break
		}
		n, present, err := sizer.StoredSize(ctx, grid.Coord(s.counted))
		if err != nil {
			return s, err
		}
		if present {
			s.present++
			s.bytes += n
		}
	}
	return s, nil
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

// ratioText writes the compression ratio: "23.6:1", "" where it isn't known.
func ratioText(logical int64, s storedSize) string {
	if !s.known || !s.complete() || s.bytes == 0 || logical == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f:1", float64(logical)/float64(s.bytes))
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
