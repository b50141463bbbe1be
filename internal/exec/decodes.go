package exec

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// decodes returns how many chunks the stage's sources have in what it reads, how
// often it will decode one, and the bytes of these chunks.
func (s *stage) decodes() (needed, expected, bytes int) {
	for _, u := range s.sources {
		n := u.needed()
		e := n
		if s.window(u) > u.keep {
			e = max(n, s.pairs(u))
		}
		m := u.src.Meta()
		needed, expected = needed+n, expected+e
		bytes += min(n*size(m.ReadGrid.MaxChunk()), size(m.Shape)) * m.DType.Size()
	}
	return needed, expected, bytes
}

// needed returns the number of chunks of a source that the stage reads through
// any of its views.
func (u sourceUse) needed() int {
	g := u.src.Meta().ReadGrid
	var boxes [][]chunkRuns
	known := map[string]bool{}
	for _, s := range u.seen {
		n := 1
		box := make([]chunkRuns, g.NDim())
		for k, m := range s.view.Maps {
			chunks := 0
			box[k], chunks = seenChunks(g, k, m, s.within)
			n *= chunks
		}
		if len(u.seen) == 1 {
			return n
		}
		if key := fmt.Sprint(box); n > 0 && !known[key] {
			boxes, known[key] = append(boxes, box), true
		}
	}
	return union(boxes, g.NDim())
}

// chunkRuns are chunks along an axis: half-open, one after the other.
type chunkRuns [][2]int

// maxRuns is how many chunks that lie apart are told one by one; of more of
// them those in between count too.
const maxRuns = 1 << 12

// seenChunks returns the chunks along axis k of a source that an axis of a view
// meets, and their number.
func seenChunks(g nd.Grid, k int, m plan.AxisMap, within nd.Box) (chunkRuns, int) {
	lo, hi := shown(g, k, m, within)
	if lo == hi {
		return nil, 0
	}
	start, step, n := m.Offset, 1, 1
	if m.Out >= 0 {
		start, step, n = m.Offset+m.Stride*lo, m.Stride, hi-lo
	}
	if step < 0 {
		start, step = start+(n-1)*step, -step
	}
	first, last := g.ChunkOf(k, start), g.ChunkOf(k, start+(n-1)*step)
	seen := g.ViewAxis(k, start, step, n)
	if count := seen.Len(); count == last-first+1 || count > maxRuns {
		return chunkRuns{{first, last + 1}}, count
	}
	var s chunkRuns
	for c := range seen.Len() {
		at, _ := seen.Bounds(0, c)
		chunk := g.ChunkOf(k, start+at*step)
		s = append(s, [2]int{chunk, chunk + 1})
	}
	return s, len(s)
}

// shown returns the range of indices along an axis of the domain at which a view
// shows axis k of a source; any one where it shows one index for all.
func shown(g nd.Grid, k int, m plan.AxisMap, within nd.Box) (lo, hi int) {
	if m.Out < 0 {
		return inside(m.Offset, 1, 1, 0, g.Shape()[k])
	}
	from := within.Start[m.Out]
	lo, hi = inside(m.Offset+m.Stride*from, m.Stride, within.Shape[m.Out], 0, g.Shape()[k])
	return from + lo, from + hi
}

// union returns how many chunks lie in any of some boxes, which are not empty, along
// their last ndim axes. It walks along the first of these, from where a box begins or
// ends to where the next one does.
func union(boxes [][]chunkRuns, ndim int) int {
	if len(boxes) == 0 || ndim == 0 {
		return min(len(boxes), 1)
	}
	type edge struct {
		at, box int
		begins  bool
	}
	var edges []edge
	for i, b := range boxes {
		for _, s := range b[len(b)-ndim] {
			edges = append(edges, edge{s[0], i, true}, edge{s[1], i, false})
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	n, last := 0, 0
	known := map[string]int{} // of boxes side by side, along the other axes
	var open []int
	for _, e := range edges {
		if e.at > last && len(open) > 0 {
			key := fmt.Sprint(open)
			rest, ok := known[key]
			if !ok {
				var beside [][]chunkRuns
				for _, i := range open {
					beside = append(beside, boxes[i])
				}
				rest = union(beside, ndim-1)
				known[key] = rest
			}
			n += (e.at - last) * rest
		}
		last = e.at
		i, found := slices.BinarySearch(open, e.box)
		switch {
		case e.begins && !found:
			open = slices.Insert(open, i, e.box)
		case !e.begins && found:
			open = slices.Delete(open, i, i+1)
		}
	}
	return n
}

// pairs bounds how often chunks of a source are decoded without any cache: the
// pairs of a task and a chunk it needs.
func (s *stage) pairs(u sourceUse) int {
	if !u.mapped {
		return s.domain.Len() * len(u.views)
	}
	n := 0
	g := u.src.Meta().ReadGrid
	for _, v := range u.seen {
		along := s.domain.NumChunks()
		for k, m := range v.view.Maps {
			if m.Out < 0 {
				continue
			}
			lo, hi := shown(g, k, m, v.within)
			if lo == hi {
				along[m.Out] = 0
				continue
			}
			tasks, seen := s.domain.ViewAxis(m.Out, lo, 1, hi-lo), g.ViewAxis(k, m.Offset+m.Stride*lo, m.Stride, hi-lo)
			switch {
			case nested(seen, tasks):
				along[m.Out] = seen.Len()
			case nested(tasks, seen):
				along[m.Out] = tasks.Len()
			default:
				along[m.Out] = tasks.Len() + seen.Len() - 1
			}
		}
		n += size(along)
	}
	return n
}
