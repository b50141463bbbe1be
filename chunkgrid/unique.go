package chunkgrid

import (
	"context"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/nd"
)

// Unique returns the different elements in ascending order and how often each
// occurs, as NumPy's unique with its counts: all NaN are one and come last, and
// zeros of both signs are one, +0. It reads the array once, chunk by chunk; the
// results lie in memory. Half of Memory is for them: where the different
// elements and their counts, twice while a chunk is merged into them, take more,
// that is an error.
func Unique[T nd.Real](ctx context.Context, a *Array[T], opts ...Option) (values *Array[T], counts *Array[int64], err error) {
	n := a.plan()
	if n.Err != nil {
		return nil, nil, n.Err
	}
	c := configure(opts)
	u := uniques[T]{budget: c.halve()}
	out := Out{out: exec.Out{Node: n, Each: func(box nd.Box, buf []byte) error { return u.add(nd.AsSlice[T](buf)[:box.Size()]) }}}
	if _, err := execute(ctx, []Out{out}, c); err != nil {
		return nil, nil, err
	}
	if u.nan > 0 {
		u.values, u.counts = append(u.values, u.aNaN), append(u.counts, u.nan)
	}
	v, err := nd.FromSlice(u.values, len(u.values))
	if err != nil {
		return nil, nil, err
	}
	k, err := nd.FromSlice(u.counts, len(u.counts))
	if err != nil {
		return nil, nil, err
	}
	return FromND(v), FromND(k), nil
}

// halve sets half of a run's memory aside for what it finds, and returns that in bytes.
func (c *config) halve() int {
	half := c.memory() / 2
	c.exec.Memory -= half
	return half
}

// uniques are the different elements of some chunks.
type uniques[T nd.Real] struct {
	budget int // bytes
	values []T // ascending
	counts []int64
	nan    int64
	aNaN   T
}

// add merges a chunk, which it doesn't change.
func (u *uniques[T]) add(chunk []T) error {
	item := nd.DTypeOf[T]().Size()
	if need := len(chunk) * item; need > u.budget {
		return fmt.Errorf("unique: sorting a chunk of %s takes more than half of the budget of %s: %w", nd.FormatBytes(need), nd.FormatBytes(2*u.budget), exec.ErrMemory)
	}
	sorted := make([]T, 0, len(chunk))
	var zero T
	for _, v := range chunk {
		if v != v {
			u.nan, u.aNaN = u.nan+1, v
			continue
		}
		sorted = append(sorted, v+zero)
	}
	slices.Sort(sorted)
	fresh := 0 // values of the chunk that are new
	at := 0
	for i, v := range sorted {
		if i > 0 && v == sorted[i-1] {
			continue
		}
		for at < len(u.values) && u.values[at] < v {
			at++
		}
		if at == len(u.values) || u.values[at] != v {
			fresh++
		}
	}
	total := len(u.values) + fresh
	if need := len(chunk)*item + (len(u.values)+total)*(item+8); need > u.budget {
		return fmt.Errorf("unique: %d different elements so far take %s, more than half of the budget of %s: %w", total, nd.FormatBytes(need), nd.FormatBytes(2*u.budget), exec.ErrMemory)
	}
	u.merge(sorted, total)
	return nil
}

// merge adds sorted elements, after which there are total different ones.
func (u *uniques[T]) merge(sorted []T, total int) {
	values, counts := make([]T, 0, total), make([]int64, 0, total)
	at := 0
	for i := 0; i < len(sorted); {
		v, n := sorted[i], int64(0)
		for i < len(sorted) && sorted[i] == v {
			i, n = i+1, n+1
		}
		lo := at
		for at < len(u.values) && u.values[at] < v {
			at++
		}
		values, counts = append(values, u.values[lo:at]...), append(counts, u.counts[lo:at]...)
		if at < len(u.values) && u.values[at] == v {
			n, at = n+u.counts[at], at+1
		}
		values, counts = append(values, v), append(counts, n)
	}
	u.values, u.counts = append(values, u.values[at:]...), append(counts, u.counts[at:]...)
}
