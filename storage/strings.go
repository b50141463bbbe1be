package storage

import (
	"context"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// StringReader is an Array whose elements vary in length: text (nd.KindString),
// or bytes (nd.KindBytes of size 0), which are Go strings too. Its dtype has no
// size and its ReadChunk always fails. Meta.Fill holds the fill value's own
// bytes: nil is the empty text. What reading a chunk costs, where it is a ReadCoster,
// counts the longest texts, or is 0, which says that nobody knows them yet.
type StringReader interface {
	Array
	// ReadStrings returns the elements of the chunk of ReadGrid at coord, C
	// order: as many as its box has. A chunk that was never written is not
	// filled in: present is false.
	ReadStrings(ctx context.Context, coord []int) (elems []string, present bool, err error)
}

// StringWriter is a WritableArray of such elements.
type StringWriter interface {
	WritableArray
	// WriteStrings stores a whole chunk of WriteGrid, laid out as ReadStrings
	// gives it; it replaces the old one at once or not at all.
	WriteStrings(ctx context.Context, coord []int, elems []string) error
}

// ReadStrings reads any box of an array whose elements vary in length, C order;
// see StringReader. Chunks that were never written give the fill value; those of what
// is remote are read together. An array of another dtype is nd.ErrDType.
func ReadStrings(ctx context.Context, a Array, box nd.Box) ([]string, error) {
	m := a.Meta()
	r, ok := As[StringReader](a)
	if !ok || m.DType.Size() != 0 {
		return nil, &Error{"read strings", refName(a), fmt.Errorf("%w: its elements are %s", nd.ErrDType, m.DType)}
	}
	if err := checkBox(ctx, "read strings", a, box); err != nil {
		return nil, err
	}
	all := make([]string, box.Size())
	atOnce := 1
	if IsRemoteArray(a) {
		atOnce = InFlight
	}
	err := coverTogether(ctx, m.ReadGrid, box, atOnce, func(coord []int, chunk, region nd.Box) error {
		elems, present, err := r.ReadStrings(ctx, coord)
		if err != nil {
			return err
		}
		if present && len(elems) != chunk.Size() {
			return &Error{"read strings", refName(a), fmt.Errorf("%w: %d elements in chunk %v of %v", ErrCorrupt, len(elems), coord, chunk)}
		}
		if !present {
			elems = slices.Repeat([]string{string(m.Fill)}, chunk.Size())
		}
		CopyStrings(all, box, elems, chunk, region)
		return nil
	})
	return all, err
}

// WriteStrings writes any box of an array whose elements vary in length, C order, as
// WriteBox does; see StringWriter. An array of another dtype is nd.ErrDType.
func WriteStrings(ctx context.Context, a WritableArray, box nd.Box, elems []string) error {
	m := a.Meta()
	w, ok := As[StringWriter](a)
	if !ok || m.DType.Size() != 0 {
		return &Error{"write strings", refName(a), fmt.Errorf("%w: its elements are %s", nd.ErrDType, m.DType)}
	}
	if err := checkBox(ctx, "write strings", a, box); err != nil {
		return err
	}
	if len(elems) != box.Size() {
		return &Error{"write strings", refName(a), fmt.Errorf("%w: %d texts for box %v", nd.ErrShape, len(elems), box)}
	}
	return coverEach(ctx, m.WriteGrid, box, func(coord []int, chunk, region nd.Box) error {
		whole := slices.Equal(region.Shape, chunk.Shape)
		unlock, err := lockToWrite(ctx, a, coord, whole)
		if err != nil {
			return err
		}
		defer unlock()
		all := make([]string, chunk.Size())
		if !whole {
			if all, err = ReadStrings(ctx, a, chunk); err != nil {
				return err
			}
		}
		CopyStrings(all, chunk, elems, box, region)
		return w.WriteStrings(ctx, coord, all)
	})
}

// CopyStrings copies the elements of region from src to dst, as CopyBox does.
func CopyStrings(dst []string, dstBox nd.Box, src []string, srcBox, region nd.Box) {
	for i := range region.Size() {
		to, from, rest := 0, 0, region.Size()
		for k, n := range region.Shape {
			rest /= n
			at := region.Start[k] + i/rest%n
			to = to*dstBox.Shape[k] + at - dstBox.Start[k]
			from = from*srcBox.Shape[k] + at - srcBox.Start[k]
		}
		dst[to] = src[from]
	}
}
