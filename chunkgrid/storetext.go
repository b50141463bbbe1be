package chunkgrid

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Texts returns the elements of an array of text, C order: Compute for what MapText
// takes.
func Texts(ctx context.Context, a Any) ([]string, error) {
	n := nodesOf([]Any{a})[0]
	if err := checkText("chunkgrid.Texts", n); err != nil {
		return nil, err
	}
	return readTexts(ctx, n, nd.WholeBox(n.Shape))
}

// checkText refuses a node that isn't of text of any length.
func checkText(name string, n *plan.Node) error {
	if n.Err == nil && n.DType.Size() != 0 {
		n = plan.Fail(name, fmt.Errorf("the array is %v, not text of any length: %w", n.DType, nd.ErrDType), n)
	}
	return n.Err
}

// readTexts returns the texts of a box of a stored array, or of a view of one.
func readTexts(ctx context.Context, n *plan.Node, box nd.Box) ([]string, error) {
	defer runtime.KeepAlive(n) // what OpenAny opens is open as long as its node is there
	if n.Op != plan.OpView {
		return storage.ReadStrings(ctx, n.Leaf.(storage.Array), box)
	}
	if box.Size() == 0 {
		return nil, nil
	}
	from, view := n.Needs(box)[0], plan.ViewOf(n)
	texts, err := readTexts(ctx, n.Args[0], from)
	if err != nil {
		return nil, err
	}
	elems := make([]string, 0, box.Size())
	for index := range box.Indices() {
		at := 0 // in texts
		for k, m := range view.Maps {
			i := m.Offset - from.Start[k]
			if m.Out >= 0 {
				i += m.Stride * index[m.Out]
			}
			at = at*from.Shape[k] + i
		}
		elems = append(elems, texts[at])
	}
	return elems, nil
}

// textOut is an array of text and where it is to be stored.
type textOut struct {
	n   *plan.Node
	dst storage.WritableArray
	box nd.Box // of dst
}

func newTextOut(n *plan.Node, dst storage.WritableArray, origin []int) (*textOut, error) {
	m := dst.Meta()
	if origin == nil {
		origin = make([]int, n.NDim())
	}
	if _, ok := storage.As[storage.StringWriter](dst); !ok || m.DType != n.DType {
		return nil, fmt.Errorf("%v into an array of %v in %s: %w", n.DType, m.DType, m.Format, nd.ErrDType)
	}
	if err := exec.CheckRegion(n.Shape, m.Shape, origin); err != nil {
		return nil, err
	}
	return &textOut{n, dst, nd.Box{Start: origin, Shape: n.Shape}}, nil
}

// source is the stored array that the texts are read from.
func (t *textOut) source() storage.Array {
	n := t.n
	for n.Op == plan.OpView {
		n = n.Args[0]
	}
	return n.Leaf.(storage.Array)
}

// atOnce is how many chunks are worth storing at the same time, where all but the
// waiting for a server takes no time; the chunks that one is made of are read together.
func (t *textOut) atOnce() int {
	from := t.source()
	if !storage.IsRemoteArray(from) && !storage.IsRemoteArray(t.dst) {
		return 1
	}
	read, write := from.Meta().ReadGrid.MaxChunk(), t.dst.Meta().WriteGrid.MaxChunk()
	return storage.InFlight / max(nd.Box{Shape: write}.Size()/max(nd.Box{Shape: read}.Size(), 1), 1)
}

// store writes the elements that are in one chunk of the destination, and returns
// about what memory that took.
func (t *textOut) store(ctx context.Context, chunk nd.Box) (bytes int, err error) {
	region := storage.Intersect(chunk, t.box)
	part := nd.Box{Start: slices.Clone(region.Start), Shape: region.Shape}
	for k := range part.Start {
		part.Start[k] -= t.box.Start[k]
	}
	texts, err := readTexts(ctx, t.n, part)
	if err != nil {
		return 0, err
	}
	read := nd.Box{Shape: t.source().Meta().ReadGrid.MaxChunk()}
	return textBytes(read.Size(), texts), storage.WriteStrings(ctx, t.dst, region, texts)
}

// storeTexts writes arrays of text, chunk by chunk of the destinations.
func storeTexts(ctx context.Context, outs []*textOut, room *textRoom, workers int) error {
	covers, total := make([]nd.Box, len(outs)), 0 // of coordinates
	for i, o := range outs {
		covers[i] = o.dst.Meta().WriteGrid.Cover(o.box)
		total += covers[i].Size()
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
		for _, o := range outs {
			workers = max(workers, o.atOnce())
		}
	}
	const most = 1 << 16 // tasks: of many chunks each has several
	each := max((total+most-1)/most, 1)
	return exec.RunTasks(ctx, exec.Tasks{
		Name:  "store text",
		First: make([]int32, (total+each-1)/each+1),
		Do: func(ctx context.Context, i int) error {
			for at := i * each; at < min((i+1)*each, total); at++ {
				o, index := 0, at
				for index >= covers[o].Size() {
					index -= covers[o].Size()
					o++
				}
				coord := make([]int, covers[o].NDim())
				for k := len(coord) - 1; k >= 0; k-- {
					coord[k] = covers[o].Start[k] + index%covers[o].Shape[k]
					index /= covers[o].Shape[k]
				}
				chunk := outs[o].dst.Meta().WriteGrid.Box(coord)
				if err := room.do(ctx, chunk, func() (int, error) { return outs[o].store(ctx, chunk) }); err != nil {
					return err
				}
			}
			return nil
		},
		Free: func(int) {},
	}, exec.Options{Workers: workers})
}
