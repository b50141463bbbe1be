package exec

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// ErrMemory is the class of errors about a memory budget that is too small.
var ErrMemory = errors.New("memory budget too small")

// arrange fixes the order in which a stage walks its chunks: reduced axes
// innermost, so that partial results meet soon, and within both kinds the axes
// along which tasks share chunks of a source innermost, the longest first.
func (s *stage) arrange() {
	ndim := s.domain.NDim()
	reduced, shared := make([]bool, ndim), make([]bool, ndim)
	for _, k := range s.sinks {
		for a, r := range k.reduced {
			reduced[a] = reduced[a] || r
		}
	}
	for _, u := range s.sources {
		for a, v := range s.sharedAxes(u) {
			shared[a] = shared[a] || v == misaligned
		}
	}
	n := s.domain.NumChunks()
	rank := func(a int) int {
		r := 0
		if reduced[a] {
			r += 2
		}
		if shared[a] {
			r++
		}
		return r
	}
	s.order = make([]int, ndim)
	for a := range s.order {
		s.order[a] = a
	}
	slices.SortStableFunc(s.order, func(a, b int) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		if shared[a] {
			return n[b] - n[a]
		}
		return 0
	})
	for i := range s.sources {
		u := &s.sources[i]
		u.apart = u.mapped && len(u.views) == 1 && s.window(*u) == 0
	}
}

// readsApart reports whether no chunk of a source is wanted twice.
func (s *stage) readsApart(src storage.Array) bool {
	return slices.ContainsFunc(s.sources, func(u sourceUse) bool { return u.src == src && u.apart })
}

// sharing is how tasks along an axis of the domain use the chunks of a source.
type sharing byte

const (
	apart      sharing = iota // each chunk is for one task
	misaligned                // neighbours share chunks
	broadcast                 // all need the same
)

// sharedAxes returns for every axis of the domain how tasks along it share the
// chunks of a source; nil where that isn't known.
func (s *stage) sharedAxes(u sourceUse) []sharing {
	if !u.mapped {
		return nil
	}
	axes := slices.Repeat([]sharing{broadcast}, s.domain.NDim())
	grid, full := u.src.Meta().ReadGrid, s.domain.Shape()
	for i, v := range u.views {
		for k, m := range v.Maps {
			if m.Out < 0 {
				continue
			}
			if axes[m.Out] == broadcast {
				axes[m.Out] = apart
			}
			if grid.NumChunks()[k] <= 1 {
				if s.domain.NumChunks()[m.Out] > 1 {
					axes[m.Out] = broadcast
				}
				continue
			}
			lo, hi := inside(m.Offset, m.Stride, full[m.Out], 0, grid.Shape()[k])
			if hi == lo {
				continue
			}
			seen := grid.ViewAxis(k, m.Offset+m.Stride*lo, m.Stride, hi-lo)
			if !nested(seen, s.domain.ViewAxis(m.Out, lo, 1, hi-lo)) || (i > 0 && m != u.views[0].Maps[k]) {
				axes[m.Out] = misaligned
			}
		}
	}
	return axes
}

// window returns the bytes of chunks of a source that later tasks will want
// again while the stage walks in its order: the innermost loops from the
// outermost axis along which tasks share chunks.
func (s *stage) window(u sourceUse) int {
	m := u.src.Meta()
	total := m.ReadGrid.Len() * chunkBytes(m) // the cache counts whole chunks
	axes := s.sharedAxes(u)
	if axes == nil {
		if u.whole {
			return 0
		}
		return total
	}
	chunks := s.domain.NumChunks()
	outermost := slices.IndexFunc(s.order, func(a int) bool { return axes[a] != apart && chunks[a] > 1 })
	if outermost < 0 {
		return 0
	}
	bytes := chunkBytes(m)
	dm, gm := s.domain.MaxChunk(), m.ReadGrid.MaxChunk()
	for k := range m.Shape {
		n := gm[k]
		for _, v := range u.views {
			mp := v.Maps[k]
			if mp.Out < 0 {
				continue
			}
			switch at := slices.Index(s.order, mp.Out); {
			case at > outermost:
				n = m.Shape[k]
			case axes[mp.Out] == misaligned:
				// Tasks may be 2 × workers apart, and so may the uses of a chunk on
				// either side.
				step := max(mp.Stride, -mp.Stride)
				n = max(n, dm[mp.Out]*step+(2+4*s.workers)*gm[k])
			default:
				n = max(n, min(dm[mp.Out]*max(mp.Stride, -mp.Stride), m.Shape[k]))
			}
		}
		bytes *= (n + gm[k] - 1) / max(gm[k], 1)
	}
	return min(bytes, total)
}

// smallBuffers is what a worker's buffers take beyond their sizes, which are
// rounded up to cache lines.
const smallBuffers = 4 << 10

// cost returns the bytes one task takes beside cached chunks and states.
func (s *stage) cost() int {
	shape := s.domain.MaxChunk()
	c := s.prog.cost(shape) + smallBuffers
	for _, k := range s.sinks {
		if k.isReduction() {
			out := keptSize(shape, k.reduced)
			n := out * k.by.count() * k.node.DType.Size()
			c += n + k.target.putCost(n)
			if k.by != nil && k.folds() {
				c += out * k.reducer.StateSize() // of a stretch
			}
			if k.folds() {
				c += foldCost(shape, k.reduced, k.reducer.StateSize())
			}
			continue
		}
		if _, ok := k.target.memory(); !ok {
			n := size(shape) * s.prog.items[k.reg]
			c += n + k.target.putCost(n)
		}
	}
	return c
}

// fit chooses workers and cache of a stage for what is left of the budget and
// returns the bytes it takes at most.
func (s *stage) fit(c *compiler, left int) (int, error) {
	want, most := 0, c.workers
	if s.isRemote() {
		most = c.remote
	}
	for w := most; w >= 1; w-- {
		s.workers = w
		want = w * min(s.cost(), noMachine/w)
		for _, k := range s.sinks {
			want += c.partials(s, k, w)
		}
		cached := 0
		if w > c.workers { // those that mostly wait mustn't have chunks read twice
			cached = s.windows()
		}
		if want <= left-cached {
			break
		}
	}
	if want > left {
		return want, fmt.Errorf("stage %d (%s): a task on a chunk of shape %v needs %s, %s of the budget of %s are left; smaller chunks may need less: %w",
			s.index, s.name(), s.domain.MaxChunk(), nd.FormatBytes(want), nd.FormatBytes(max(left, 0)), nd.FormatBytes(c.memory), ErrMemory)
	}
	s.cacheCap = min(s.windows(), left-want)
	return want + s.cacheCap, nil
}

// windows is window of all sources.
func (s *stage) windows() int {
	bytes := 0
	for _, u := range s.sources {
		bytes += s.window(u)
	}
	return bytes
}

// isRemote reports whether a stage reads or writes an array that is far away.
func (s *stage) isRemote() bool {
	return slices.ContainsFunc(s.sources, func(u sourceUse) bool { return storage.IsRemoteArray(u.src) }) ||
		slices.ContainsFunc(s.sinks, func(k *sink) bool {
			t, ok := k.target.(arrayTarget)
			return ok && storage.IsRemoteArray(t.dst)
		})
}

// decodes returns how many chunks the stage's sources have in the boxes it
// reads, and how often it will decode one.
func (s *stage) decodes() (needed, expected int) {
	window := s.windows()
	for _, u := range s.sources {
		n := 1
		g := u.src.Meta().ReadGrid
		for k, c := range g.NumChunks() {
			m := u.views[0].Maps[k]
			if u.mapped && len(u.views) == 1 {
				if m.Out < 0 {
					c = 1
				} else if lo, hi := inside(m.Offset, m.Stride, s.domain.Shape()[m.Out], 0, g.Shape()[k]); hi > lo {
					c = g.ViewAxis(k, m.Offset+m.Stride*lo, m.Stride, hi-lo).Len()
				}
			}
			n *= c
		}
		needed += n
		e := n
		if window > s.cacheCap {
			e = max(n, s.pairs(u))
		}
		expected += e
	}
	return needed, expected
}

// pairs bounds how often chunks of a source are decoded without any cache: the
// pairs of a task and a chunk it needs.
func (s *stage) pairs(u sourceUse) int {
	axes := s.sharedAxes(u)
	n := s.domain.Len()
	if axes == nil {
		return n
	}
	for _, v := range u.views {
		for k, m := range v.Maps {
			if m.Out >= 0 && axes[m.Out] == misaligned {
				d := s.domain.NumChunks()[m.Out]
				g := u.src.Meta().ReadGrid.NumChunks()[k]
				n = n / max(d, 1) * (d + g - 1)
			}
		}
	}
	return n * len(u.views)
}
