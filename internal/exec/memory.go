package exec

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
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
		if !u.mapped {
			continue
		}
		for _, views := range u.kin() {
			for a, v := range s.sharedAxes(u.src, views) {
				shared[a] = shared[a] || v == misaligned
			}
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
		u.apart = u.mapped && s.window(*u) == 0
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

// kin returns the views of a source, those together that differ only in where they
// begin along axes of the domain.
func (u sourceUse) kin() [][]plan.View {
	if len(u.views) == 1 {
		return [][]plan.View{u.views}
	}
	var groups [][]plan.View
	at := map[string]int{}
	for _, v := range u.views {
		kind := plan.View{Maps: slices.Clone(v.Maps)}
		for k, m := range v.Maps {
			kind.Maps[k].Offset = 0
			if m.Out < 0 {
				kind.Maps[k].Offset = u.src.Meta().ReadGrid.ChunkOf(k, m.Offset)
			}
		}
		key := kind.Key()
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], v)
	}
	return groups
}

// sharedAxes returns for every axis of the domain how tasks along it share the
// chunks of a source that views of one kind show.
func (s *stage) sharedAxes(src storage.Array, views []plan.View) []sharing {
	axes := slices.Repeat([]sharing{broadcast}, s.domain.NDim())
	grid, full := src.Meta().ReadGrid, s.domain.Shape()
	for i, v := range views {
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
			if !nested(seen, s.domain.ViewAxis(m.Out, lo, 1, hi-lo)) || (i > 0 && m != views[0].Maps[k]) {
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
	if !u.mapped {
		if n := m.ReadGrid.Len(); u.whole && u.reads == 1 && n > 1 && n >= s.domain.Len() {
			return 0 // to each task its own
		}
		return total
	}
	groups := u.kin()
	outermost := len(s.order)
	axes := make([][]sharing, len(groups))
	chunks := s.domain.NumChunks()
	for i, views := range groups {
		if cross(groups[0][0], views[0]) {
			return total
		}
		axes[i] = s.sharedAxes(u.src, views)
		at := slices.IndexFunc(s.order, func(a int) bool { return axes[i][a] != apart && chunks[a] > 1 })
		if at >= 0 {
			outermost = min(outermost, at)
		}
	}
	if outermost == len(s.order) && u.reads == 1 {
		return 0
	}
	bytes := 0
	for i, views := range groups {
		bytes += s.windowOf(u.src, views, axes[i], outermost)
	}
	return min(bytes, total)
}

// extent returns the length of what a view shows of an axis of its source.
func (s *stage) extent(m plan.AxisMap) int {
	if m.Out < 0 {
		return 1
	}
	return max(m.Stride, -m.Stride) * s.domain.Shape()[m.Out]
}

// spread returns how much of an axis views that begin at these offsets have gone
// through, where one goes through n at a time, when the last of them has shown again
// what another showed before. Those that begin beyond all that others show do so
// for themselves.
func spread(n int, offsets []int, extent int) int {
	slices.Sort(offsets)
	all, longest := n, 0
	for i := 1; i < len(offsets); i++ {
		if gap := offsets[i] - offsets[i-1]; gap < extent {
			all, longest = all+gap, max(longest, gap)
		} else {
			all += n
		}
	}
	return all + longest
}

// isRegular reports whether the chunks of a grid are equally long along axis k.
func isRegular(g nd.Grid, k int) bool {
	_, ok := g.Axis(k).Regular()
	return ok
}

// cross reports whether two views go along an axis of the source in different ways,
// so that what one shows now the other may show at any time.
func cross(v, w plan.View) bool {
	for k, m := range v.Maps {
		o := w.Maps[k]
		if m.Out >= 0 && o.Out >= 0 && (m.Out != o.Out || m.Stride != o.Stride) {
			return true
		}
	}
	return false
}

// windowOf returns the bytes of chunks that views of one kind show while the loops
// from the outermost on are walked, or in one task where there are none.
func (s *stage) windowOf(src storage.Array, views []plan.View, axes []sharing, outermost int) int {
	m := src.Meta()
	bytes := chunkBytes(m)
	dm, gm := s.domain.MaxChunk(), m.ReadGrid.MaxChunk()
	for k := range m.Shape {
		n := gm[k]
		offsets := make([]int, len(views))
		for i, v := range views {
			mp := v.Maps[k]
			offsets[i] = mp.Offset
			if mp.Out < 0 {
				continue
			}
			step := max(mp.Stride, -mp.Stride)
			switch at := slices.Index(s.order, mp.Out); {
			case at > outermost:
				n = m.Shape[k]
			case axes[mp.Out] == misaligned:
				// Tasks may be 2 × workers apart, and so may the uses of a chunk on
				// either side.
				n = max(n, dm[mp.Out]*step+(2+4*s.workers)*gm[k])
			default:
				n = max(n, min(dm[mp.Out]*step, m.Shape[k]))
			}
		}
		n = spread(n, offsets, s.extent(views[0].Maps[k]))
		count := (n + gm[k] - 1) / max(gm[k], 1)
		if all := m.ReadGrid.NumChunks()[k]; count > all || !isRegular(m.ReadGrid, k) {
			count = all
		}
		bytes *= count
	}
	if outermost < len(axes) && axes[s.order[outermost]] == apart { // tasks ahead read others
		bytes += 4 * s.workers * chunkBytes(m)
	}
	return bytes
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
	return want + s.keep(left-want), nil
}

// keep shares out so many bytes, or fewer, for chunks that later tasks will want:
// to the sources that need least first. It returns how many it gave.
func (s *stage) keep(left int) (kept int) {
	windows := make([]int, len(s.sources))
	bySize := make([]int, len(s.sources))
	for i, u := range s.sources {
		windows[i], bySize[i] = s.window(u), i
	}
	slices.SortStableFunc(bySize, func(a, b int) int { return windows[a] - windows[b] })
	for _, i := range bySize {
		s.sources[i].keep = min(windows[i], left-kept)
		kept += s.sources[i].keep
	}
	return kept
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
