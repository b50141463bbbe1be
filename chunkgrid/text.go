package chunkgrid

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// MapText returns f of each element of an array whose elements are texts (or
// bytes) of any length: a stored array or a view of one, as OpenAny, FromAny and
// table.Files.Column return it. What texts say is so an array like others:
//
//	cash := chunkgrid.MapText(payment, func(s string) bool { return s == "CASH" })
//
// f is called from several goroutines at a time, and may be called more than once
// for an element. The texts of a chunk lie in memory beside the result, see Memory.
func MapText[R nd.Elem](a Any, f func(string) R) *Array[R] {
	return mapTexts("chunkgrid.MapText", a, func(dst []R, texts []string) error {
		for i, s := range texts {
			dst[i] = f(s)
		}
		return nil
	})
}

// Factorize returns the different texts of an array in ascending order, and the
// number of each element's in that list, as pandas' factorize with sort=True; the
// empty text is one like others. See MapText for the arrays it takes, Unique for
// numbers.
//
// The array is read once now, to find the texts, for which half of Memory is;
// and again with the codes. An element that is none of them then, because the
// store has changed, is storage.ErrChanged.
func Factorize(ctx context.Context, a Any, opts ...Option) (codes *Array[int64], categories []string, err error) {
	c := configure(opts)
	d := dictionary{budget: c.halve(), numbers: map[string]int64{}}
	found := mapTexts("chunkgrid.Factorize", a, d.number)
	if err := found.Err(); err != nil {
		return nil, nil, err
	}
	used := map[int64]bool{} // chunks have texts outside a view, too
	out := Out{out: exec.Out{Node: found.n, Each: func(box nd.Box, buf []byte) error {
		for _, n := range nd.AsSlice[int64](buf)[:box.Size()] {
			used[n] = true
		}
		return nil
	}}}
	if _, err := execute(ctx, []Out{out}, c); err != nil {
		return nil, nil, err
	}
	for s, n := range d.numbers {
		if used[n] {
			categories = append(categories, s)
		}
		d.numbers[s] = -1
	}
	slices.Sort(categories)
	for i, s := range categories {
		d.numbers[s] = int64(i)
	}
	return mapTexts("chunkgrid.Factorize", a, d.find), categories, nil
}

// dictionary numbers texts.
type dictionary struct {
	budget int // bytes
	mu     sync.Mutex
	bytes  int
	// numbers doesn't change any more once all texts are known.
	numbers map[string]int64
}

// perText is about what a text takes in maps beside its bytes.
const perText = 96

// number numbers texts, new ones with the next number.
func (d *dictionary) number(dst []int64, texts []string) error {
	known := map[string]int64{} // of the chunk: without a lock
	for i, s := range texts {
		n, ok := known[s]
		if !ok {
			var err error
			if n, err = d.add(s); err != nil {
				return err
			}
			known[s] = n
		}
		dst[i] = n
	}
	return nil
}

func (d *dictionary) add(s string) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, ok := d.numbers[s]
	if !ok {
		n = int64(len(d.numbers))
		d.numbers[strings.Clone(s)] = n
		if d.bytes += len(s) + perText; d.bytes > d.budget {
			return 0, fmt.Errorf("%d different texts so far take %s, more than half of the budget of %s: %w", n+1, nd.FormatBytes(d.bytes), nd.FormatBytes(2*d.budget), exec.ErrMemory)
		}
	}
	return n, nil
}

// find writes the numbers of texts.
func (d *dictionary) find(dst []int64, texts []string) error {
	for i, s := range texts {
		n, ok := d.numbers[s]
		if !ok {
			return fmt.Errorf("%q, which is none of the texts found before: %w they were", s[:min(len(s), 40)], storage.ErrChanged)
		}
		dst[i] = n
	}
	return nil
}

// mapTexts returns what f makes of the texts of every chunk. Views are of its
// result instead of the texts.
func mapTexts[R nd.Elem](name string, a Any, f func(dst []R, texts []string) error) *Array[R] {
	var mapped func(n *plan.Node) *plan.Node
	mapped = func(n *plan.Node) *plan.Node {
		if n.Op == plan.OpView {
			return plan.NewView(mapped(n.Args[0]), plan.ViewOf(n))
		}
		m := *n.Leaf.(storage.Array).Meta()
		m.DType, m.Fill = nd.DTypeOf[R](), nil
		return plan.Source(&mappedText[R]{n, &m, f})
	}
	n := nodesOf([]Any{a})[0]
	if err := checkText(name, n); err != nil {
		return of[R](plan.Fail(name, err, n))
	}
	return of[R](mapped(n))
}

// mappedText is a function of a stored array of text, as a stored array.
type mappedText[R nd.Elem] struct {
	of   *plan.Node // of the text: what OpenAny opens is open as long as its node is there
	meta *storage.Meta
	f    func(dst []R, texts []string) error
}

func (t *mappedText[R]) texts() storage.Array { return t.of.Leaf.(storage.Array) }

func (t *mappedText[R]) Meta() *storage.Meta { return t.meta }

// Ref is zero: f is in this process only.
func (t *mappedText[R]) Ref() storage.Ref { return storage.Ref{} }

func (t *mappedText[R]) Close() error { return nil }

// IsRemote reports whether the texts are far away.
func (t *mappedText[R]) IsRemote() bool { return storage.IsRemoteArray(t.texts()) }

// ReadCost is what reading the texts costs, and two lists of them, where that is
// known; where it isn't, there is room for them.
func (t *mappedText[R]) ReadCost() int {
	if !countsText(t.texts()) {
		return 0
	}
	const perString = 2 * 16
	chunk := perString * nd.Box{Shape: t.meta.ReadGrid.MaxChunk()}.Size()
	return chunk + storage.ReadCost(t.texts(), chunk)
}

// ReadChunk maps the texts of a chunk.
func (t *mappedText[R]) ReadChunk(ctx context.Context, coord []int, dst []byte) (present bool, err error) {
	box := t.meta.ReadGrid.Box(coord)
	read := func() (bytes int, err error) {
		texts, err := storage.ReadStrings(ctx, t.texts(), box)
		if err != nil {
			return 0, err
		}
		if err := t.f(nd.AsSlice[R](dst)[:len(texts)], texts); err != nil {
			return 0, fmt.Errorf("chunk %v: %w", box, err)
		}
		return textBytes(0, texts), nil
	}
	if room, _ := ctx.Value(roomKey{}).(*textRoom); room != nil && !countsText(t.texts()) {
		err = room.do(ctx, box, read)
	} else {
		_, err = read()
	}
	return err == nil, err
}
