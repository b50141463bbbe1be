package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Text and bytes of any length are shown as NumPy has them, padded to the length
// of the longest.

// varies reports whether elements vary in length.
func varies(dt nd.DType) bool { return dt.Valid() && dt.Size() == 0 }

// readPadded reads a box of elements that vary in length, which may take limit
// bytes as they are padded.
func readPadded(ctx context.Context, a storage.Array, box nd.Box, limit int) (nd.Dyn, error) {
	elems, err := storage.ReadStrings(ctx, a, box)
	if err != nil {
		return nil, err
	}
	kind, length, unit := nd.KindBytes, func(s string) int { return len(s) }, 1
	if a.Meta().DType == nd.Text {
		kind, length, unit = nd.KindUTF32, utf8.RuneCountInString, 4
	}
	size := unit
	for _, s := range elems {
		size = max(size, unit*length(s))
	}
	if len(elems) > limit/size {
		return nil, fmt.Errorf("%w: %d elements padded to %d bytes are more than %s", storage.ErrUnsupported, len(elems), size, nd.FormatBytes(limit))
	}
	d, err := nd.NewDyn(nd.Sized(kind, size), box.Shape)
	if err != nil {
		return nil, err
	}
	for i, s := range elems {
		to := d.Bytes()[i*size:][:size]
		if kind == nd.KindBytes {
			copy(to, s)
			continue
		}
		for _, r := range s {
			binary.NativeEndian.PutUint32(to, uint32(r))
			to = to[4:]
		}
	}
	return d, nil
}
