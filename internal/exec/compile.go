package exec

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// compiler cuts plans into stages. What it decides follows from the plans and
// the options, without any I/O and in time that does not depend on the number
// of chunks.
type compiler struct {
	memory  int
	workers int
	remote  int    // workers of stages that wait for stores far away
	dir     string // for scratch files
	stages  []*stage
	readers map[any][]*stage // of an array in memory or storage
	temps   map[*plan.Node]*temp
	nodes   plan.Interner
}

// temp is the result of a stage for later stages.
type temp struct {
	node    *plan.Node
	stage   *stage
	buf     []byte   // allocated when the run starts
	scratch *scratch // instead of buf, where it is large
}

func (t *temp) memory() ([]byte, error) {
	if t.buf == nil && t.node.NBytes() > 0 {
		return nil, fmt.Errorf("internal: result of stage %d is used before it exists", t.stage.index)
	}
	return t.buf, nil
}

// share is the part of the memory budget that a single use may claim where
// there is a choice: a chunk cache, a result between stages, partial results.
const share = 4

// reduced returns the result of a reduction as a temp.
func (c *compiler) reduced(n *plan.Node) (*temp, error) {
	if t, ok := c.temps[n]; ok {
		return t, nil
	}
	t := &temp{node: n}
	var tg target = tempTarget{t: t}
	if n.NBytes() > c.memory/share {
		t.scratch = newScratch(n.DType, n.Grid, n.Grid, c.dir)
		tg = t.scratch
	}
	st, err := c.reduce(n, tg)
	t.stage = st
	c.temps[n] = t
	return t, err
}

// staged returns the result of a box operation that has a stage of its own.
func (c *compiler) staged(n *plan.Node, op *plan.BoxOp, grid nd.Grid) (*temp, error) {
	if t, ok := c.temps[n]; ok {
		return t, nil
	}
	t := &temp{node: n}
	var tg target = tempTarget{t: t}
	if n.NBytes() > c.memory/share {
		t.scratch = newScratch(n.DType, grid, n.Grid, c.dir)
		tg = t.scratch
	}
	st, err := c.add(&sink{node: n, target: tg, grid: grid}, grid, func(b *builder) (int, error) {
		return b.boxOp(n, op, plan.Identity(n.Shape))
	})
	t.stage = st
	c.temps[n] = t
	return t, err
}

// reduce adds a reduction to a stage over the grid of its argument.
func (c *compiler) reduce(n *plan.Node, tg target) (*stage, error) {
	r, _ := kernel.LookupReduction(n.Op)
	arg := n.Args[0]
	k := &sink{node: n, target: tg, reducer: r.Bind(n.Params, arg.DType), reduced: n.Reduced(), by: groupingOf(n), grid: n.Grid}
	return c.add(k, arg.Grid, whole(arg))
}

// store adds an array that is stored as it is, box by box of grid.
func (c *compiler) store(n *plan.Node, grid nd.Grid, tg target) (*stage, error) {
	return c.add(&sink{node: n, target: tg, grid: grid}, grid, whole(n))
}

// whole returns what makes the register of an array as it is.
func whole(n *plan.Node) func(*builder) (int, error) {
	return func(b *builder) (int, error) { return b.reg(n, plan.Identity(n.Shape)) }
}

// alone adds an array that is stored box by box of its own grid to a stage of
// its own; a reduction is computed whole before.
func (c *compiler) alone(n *plan.Node, tg target) (*stage, error) {
	st := &stage{domain: n.Grid}
	st.builder = c.newBuilder(st, n.Grid, true, true)
	reg, err := whole(n)(st.builder)
	if err != nil {
		return nil, err
	}
	st.sinks = []*sink{{node: n, reg: reg, target: tg, grid: n.Grid}}
	c.stages = append(c.stages, st)
	return st, nil
}

// add puts a sink into a stage that walks the same grid and reads one of the
// same arrays, or into a new one; register makes what goes there. (Stages, and so
// merge trees, don't depend on this: it only saves reading twice.)
func (c *compiler) add(k *sink, grid nd.Grid, register func(*builder) (int, error)) (*stage, error) {
	st := &stage{domain: grid}
	st.builder = c.newBuilder(st, grid, true, true)
	reg, err := register(st.builder)
	if err != nil {
		return nil, err
	}
	arrays := st.arrays()
	if o := c.joinable(st, k, arrays); o != nil {
		st = o
		if reg, err = register(st.builder); err != nil {
			return nil, err
		}
	} else {
		st.index = len(c.stages)
		c.stages = append(c.stages, st)
	}
	k.reg = reg
	st.sinks = append(st.sinks, k)
	for _, a := range arrays {
		if !slices.Contains(c.readers[a], st) {
			c.readers[a] = append(c.readers[a], st)
		}
	}
	return st, nil
}

// joinable returns the first stage that could do what st does for k beside its own.
func (c *compiler) joinable(st *stage, k *sink, arrays []any) (first *stage) {
	for _, a := range arrays {
		for _, o := range c.readers[a] {
			if (first == nil || o.index < first.index) && o.level == st.level && o.domain.Equal(st.domain) && c.statesFit(o, k) {
				first = o
			}
		}
	}
	return first
}

// arrays are those in memory and in storage that a stage reads.
func (s *stage) arrays() (all []any) {
	for _, r := range s.reads {
		if r.node.Op == plan.OpND {
			all = append(all, r.node)
		}
	}
	for _, u := range s.sources {
		all = append(all, u.src)
	}
	return all
}

// statesFit reports whether a stage has room for the partial results of one
// more reduction.
func (c *compiler) statesFit(st *stage, k *sink) bool {
	total := c.partials(st, k, c.workers)
	for _, o := range st.sinks {
		total += c.partials(st, o, c.workers)
	}
	return total <= c.memory/share
}

// partials bounds the bytes of states of a reduction that wait for others.
func (c *compiler) partials(st *stage, k *sink, workers int) int {
	if !k.folds() {
		return 0
	}
	n, levels := 1, 1
	for a, m := range st.domain.NumChunks() {
		if k.reduced[a] {
			n *= m
		}
	}
	for ; n > 1; n = (n + 1) / 2 {
		levels++
	}
	own := bits.Len(uint(st.batch)) // of a worker, until it meets others
	return ((2+own)*workers + levels) * k.stateBytes(st.domain)
}

// streams reports whether a rechunk needs no place of its own: what it reads
// costs nothing extra to read in other boxes, or the chunks that several of the
// new ones share fit into the cache meanwhile.
func (c *compiler) streams(n *plan.Node) bool {
	arg := n.Args[0]
	if !decodes(arg) {
		return true
	}
	item := max(arg.DType.Size(), n.Weight/max(n.Size(), 1))
	return windowBytes(arg.Grid, n.Grid, item) <= c.memory/share
}

// decodes reports whether reading boxes that are not chunks costs more than
// reading chunks.
func decodes(n *plan.Node) bool {
	switch n.Op {
	case plan.OpSource:
		_, view := n.Leaf.(storage.Viewer)
		_, box := n.Leaf.(storage.BoxReader)
		return !view && !box
	case plan.OpND, plan.OpFull, plan.OpArange, plan.OpFunc:
		return false
	}
	if n.IsReduction() {
		return false // a result between stages
	}
	if op, ok := n.Leaf.(*plan.BoxOp); ok {
		if _, staged := op.StageOf(n); staged {
			return false
		}
		if op.WholeChunks {
			return true
		}
	}
	return slices.ContainsFunc(n.Args, decodes)
}

// windowBytes bounds the bytes of chunks of grid a that must stay while the
// chunks of b are walked, the axes cut alike outermost, then the longest.
func windowBytes(a, b nd.Grid, item int) int {
	n := item
	longest := -1
	for k := range a.Shape() {
		if !nested(a.Axis(k), b.Axis(k)) && (longest < 0 || a.NumChunks()[k] > a.NumChunks()[longest]) {
			longest = k
		}
	}
	ma, mb, shape := a.MaxChunk(), b.MaxChunk(), a.Shape()
	for k := range shape {
		switch {
		case nested(a.Axis(k), b.Axis(k)):
			n *= max(ma[k], mb[k])
		case k == longest:
			n *= min(mb[k]+2*ma[k], shape[k])
		default:
			n *= shape[k]
		}
	}
	return n
}

// nested reports whether every chunk of the 1-d grid a lies in one of b.
func nested(a, b nd.Grid) bool {
	if a.Equal(b) || b.Len() <= 1 {
		return true
	}
	ca, ok := a.Regular()
	cb, ok2 := b.Regular()
	return ok && ok2 && cb[0]%ca[0] == 0
}

// rechunked returns a rechunked array as a temp in a scratch file. The pass
// that writes it walks chunks that are whole numbers of the source's, as large
// as a share of the memory allows, so that pieces are not too small.
func (c *compiler) rechunked(n *plan.Node) (*temp, error) {
	if t, ok := c.temps[n]; ok {
		return t, nil
	}
	arg := n.Args[0]
	write := coarsen(arg.Grid, n.Grid, c.memory/(2*share*max(c.workers, 1))/max(arg.DType.Size(), 1))
	t := &temp{node: n, scratch: newScratch(n.DType, write, n.Grid, c.dir)}
	st, err := c.store(arg, write, t.scratch)
	t.stage = st
	c.temps[n] = t
	return t, err
}

// coarsen joins chunks of a along the axes where those of b are longer, to at
// most limit elements.
func coarsen(a, b nd.Grid, limit int) nd.Grid {
	chunk, ok := a.Regular()
	if !ok {
		return a
	}
	shape, mb := a.Shape(), b.MaxChunk()
	for {
		best := -1
		for k := range chunk {
			if chunk[k] < min(mb[k], shape[k]) && 2*size(chunk) <= limit &&
				(best < 0 || mb[k]*chunk[best] > mb[best]*chunk[k]) {
				best = k
			}
		}
		if best < 0 {
			break
		}
		chunk[best] *= 2
	}
	g, err := nd.NewGrid(shape, chunk)
	if err != nil {
		return a
	}
	return g
}

// sourceUse is a stored array that a stage reads through one or more views.
type sourceUse struct {
	src   storage.Array
	views []plan.View
	known map[string]bool // their keys, and those of seen
	seen  []glimpse
	reads int // programs that read it, some through the same view
	// mapped: the views map the stage's domain; otherwise it is not known which
	// tasks need which chunks.
	mapped bool
	whole  bool // every task needs one chunk per view
	apart  bool // no chunk is wanted twice
	keep   int  // bytes of chunks kept for later tasks
}

// glimpse is a view and the part of the domain in which a program looks through it.
type glimpse struct {
	view   plan.View
	within nd.Box
}

// uses notes that a program of the stage reads a.
func (s *stage) uses(a storage.Array, v plan.View, whole bool, b *builder) {
	i := slices.IndexFunc(s.sources, func(u sourceUse) bool { return u.src == a })
	if i < 0 {
		i = len(s.sources)
		s.sources = append(s.sources, sourceUse{src: a, known: map[string]bool{}, mapped: b.axes, whole: whole})
	}
	u := &s.sources[i]
	u.reads++
	u.mapped, u.whole = u.mapped && b.axes, u.whole && whole
	key, part := v.Key(), "all"
	if !u.known[key] {
		u.views, u.known[key] = append(u.views, v), true
	}
	if !slices.Equal(b.within.Shape, v.Shape) {
		part = b.within.String()
	}
	if key += part; !u.known[key] {
		u.seen, u.known[key] = append(u.seen, glimpse{v, b.within}), true
	}
}
