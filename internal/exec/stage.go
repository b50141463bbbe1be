package exec

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// stage is a set of independent tasks, one per chunk of its domain, that fetch
// the leaves of a program, compute it, and store or fold the results.
type stage struct {
	index    int
	level    int // stages of lower levels run first
	domain   nd.Grid
	order    []int
	prog     *program
	sinks    []*sink
	builder  *builder
	sources  []sourceUse
	needs    []*stage
	inMemory []*plan.Node // arrays in memory it reads

	run      *run
	cache    *cache
	cacheCap int // bytes of chunks kept for later tasks
	workers  int
	peak     int // bytes it takes at most beside results
}

// sink is where a register of the program goes.
type sink struct {
	node   *plan.Node
	reg    int
	target target
	// Of a reduction:
	reducer kernel.Reducer
	reduced []bool
	grid    nd.Grid  // of the result
	merging sync.Map // index of the output chunk → *merger
}

func (s *sink) isReduction() bool { return s.reducer != nil }

// worker is what one goroutine of a stage keeps between tasks.
type worker struct {
	bufs  [][]byte // the i-th buffer a task takes
	tiles []byte
	trees map[*sink]*treeBuf
	rows  [][]int
}

type treeBuf struct {
	tree tree
	leaf []byte
}

// task is one chunk of a stage's domain being computed.
type task struct {
	ctx   context.Context
	stage *stage
	w     *worker
	held  []*chunkEntry
	taken int
}

// take returns a buffer of n bytes that lasts until the task ends.
func (t *task) take(n int) []byte {
	i := t.taken
	t.taken++
	if i == len(t.w.bufs) {
		t.w.bufs = append(t.w.bufs, nil)
	}
	if len(t.w.bufs[i]) < n {
		t.w.bufs[i] = nd.MakeBytes((n + 63) &^ 63)
	}
	return t.w.bufs[i][:n]
}

// mark and release frame work within a task: what was taken and held in
// between is free again.
func (t *task) mark() [2]int { return [2]int{t.taken, len(t.held)} }

func (t *task) release(mark [2]int) {
	for _, e := range t.held[mark[1]:] {
		t.stage.cache.release(e)
	}
	t.taken, t.held = mark[0], t.held[:mark[1]]
}

func (t *task) hold(e *chunkEntry) { t.held = append(t.held, e) }

// tileBuffers returns n buffers of a tile each, for the program being computed
// now; nested programs are done before an outer one asks.
func (t *task) tileBuffers(n int) [][]byte {
	const pitch = kernel.Tile*16 + 128 // not a multiple of 4096: tiles must not share cache sets
	if len(t.w.tiles) < n*pitch {
		t.w.tiles = nd.MakeBytes(n * pitch)
	}
	s := make([][]byte, n)
	for i := range s {
		s[i] = t.w.tiles[i*pitch : i*pitch+kernel.Tile*16]
	}
	return s
}

// trees returns a tree and a leaf buffer of width states for every folding.
func (t *task) trees(fs []folding, width int) ([]*tree, [][]byte) {
	trees, leaf := make([]*tree, len(fs)), make([][]byte, len(fs))
	for i, f := range fs {
		b := t.w.trees[f.sink]
		if b == nil {
			b = &treeBuf{tree: tree{red: f.red}}
			t.w.trees[f.sink] = b
		}
		if n := width * f.red.StateSize(); len(b.leaf) < n {
			b.leaf = nd.MakeBytes(n)
		}
		trees[i], leaf[i] = &b.tree, b.leaf
	}
	return trees, leaf
}

func (t *task) rowOffsets(rows, operands int) [][]int {
	for len(t.w.rows) < rows {
		t.w.rows = append(t.w.rows, make([]int, operands))
	}
	for i := range rows {
		if len(t.w.rows[i]) != operands {
			t.w.rows[i] = make([]int, operands)
		}
	}
	return t.w.rows[:rows]
}

// exec runs all tasks of the stage on its workers. Workers claim tasks in
// order and never run far ahead of the oldest unfinished one, so that few
// partial results wait for their neighbours. The error of the earliest task
// that failed is returned.
func (s *stage) exec(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := s.domain.Len()
	q := newQueue(n, 2*s.workers)
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		first error
		at    = n
		done  atomic.Int64
	)
	stop := context.AfterFunc(ctx, q.close)
	defer stop()
	for range min(s.workers, n) {
		wg.Go(func() {
			w := &worker{trees: map[*sink]*treeBuf{}}
			for i, ok := q.claim(); ok; i, ok = q.claim() {
				if err := s.task(ctx, w, i); err != nil {
					mu.Lock()
					if i < at && (first == nil || !errors.Is(err, context.Canceled)) {
						first, at = err, i
					}
					mu.Unlock()
					cancel()
				}
				q.done(i)
				s.run.taskDone(s, int(done.Add(1)))
			}
		})
	}
	wg.Wait()
	if first == nil {
		first = context.Cause(ctx)
	}
	if first == nil && n == 0 {
		first = s.empty(ctx)
	}
	return first
}

// coord returns the chunk of the i-th task.
func (s *stage) coord(i int) []int {
	c := make([]int, len(s.order))
	n := s.domain.NumChunks()
	for k := len(s.order) - 1; k >= 0; k-- {
		a := s.order[k]
		c[a], i = i%n[a], i/n[a]
	}
	return c
}

func (s *stage) task(ctx context.Context, w *worker, i int) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &task{ctx: ctx, stage: s, w: w}
	coord := s.coord(i)
	box := s.domain.Box(coord)
	defer func() {
		t.release([2]int{})
		if r := recover(); r != nil { // a user's function; ours don't
			err = fmt.Errorf("chunk %v: panic: %v\n%s", coord, r, stackOf())
		}
	}()
	ops, err := s.prog.fetch(t, box)
	if err != nil {
		return err
	}
	for _, k := range s.sinks {
		if !k.isReduction() {
			if err := s.store(t, k, coord, box, ops); err != nil {
				return err
			}
		}
	}
	return s.fold(t, coord, box, ops)
}

// store computes a box of an array that is stored as it is.
func (s *stage) store(t *task, k *sink, coord []int, box nd.Box, ops []operand) error {
	if m, ok := k.target.memory(); ok {
		m.off += dot(box.Start, m.strides)
		s.prog.store(t, ops, box.Shape, k.reg, m)
		return nil
	}
	buf := t.take(box.Size() * s.prog.items[k.reg])
	s.prog.store(t, ops, box.Shape, k.reg, operand{buf, 0, cStrides(box.Shape)})
	return s.put(t, k, coord, box, buf)
}

// fold folds a box for all reductions of the stage: those along the same axes
// in one walk.
func (s *stage) fold(t *task, coord []int, box nd.Box, ops []operand) error {
	done := make([]bool, len(s.sinks))
	for i, k := range s.sinks {
		if !k.isReduction() || done[i] {
			continue
		}
		var fs []folding
		for j, o := range s.sinks[i:] {
			if o.isReduction() && equalMask(o.reduced, k.reduced) {
				done[i+j] = true
				n := size(keptOf(box.Shape, o.reduced)) * o.reducer.StateSize()
				fs = append(fs, folding{o, o.reg, o.reducer, s.run.pool.get(o.stateBytes(s.domain))[:n]})
			}
		}
		s.prog.fold(t, ops, box.Shape, k.reduced, fs)
		for _, f := range fs {
			if p, ok := f.red.(kernel.Placer); ok {
				p.Place(f.states, placer(s.domain.Shape(), box, k.reduced))
			}
			if err := s.merge(t, f.sink, coord, f.states); err != nil {
				return err
			}
		}
	}
	return nil
}

// stateBytes returns the size of the states of the largest output chunk.
func (k *sink) stateBytes(domain nd.Grid) int {
	return size(keptOf(domain.MaxChunk(), k.reduced)) * k.reducer.StateSize()
}

func equalMask(a, b []bool) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// placer turns a place in a box's sequence into one in the whole sequence.
func placer(shape []int, box nd.Box, reduced []bool) func(int) int {
	return func(p int) int {
		at, stride := 0, 1
		for k := len(shape) - 1; k >= 0; k-- {
			if reduced[k] {
				at += (box.Start[k] + p%box.Shape[k]) * stride
				p /= box.Shape[k]
				stride *= shape[k]
			}
		}
		return at
	}
}

// merger collects the states of one output chunk.
type merger struct {
	mu      sync.Mutex
	waiting map[[2]int][]byte // level and place → states without their neighbour yet
}

// merge adds the states of a chunk to those of its output chunk, pairwise in
// the fixed tree, and finishes the output when they are complete.
func (s *stage) merge(t *task, k *sink, coord []int, states []byte) error {
	out, q, n := 0, 0, 1
	for a, c := range s.domain.NumChunks() {
		if k.reduced[a] {
			q, n = q*c+coord[a], n*c
		} else {
			out = out*c + coord[a]
		}
	}
	v, _ := k.merging.LoadOrStore(out, &merger{waiting: map[[2]int][]byte{}})
	m := v.(*merger)
	for level := 0; n > 1; level, q, n = level+1, q/2, (n+1)/2 {
		if q^1 >= n { // the odd one at the end
			continue
		}
		m.mu.Lock()
		other, ok := m.waiting[[2]int{level, q ^ 1}]
		if !ok {
			m.waiting[[2]int{level, q}] = states
			m.mu.Unlock()
			return nil
		}
		delete(m.waiting, [2]int{level, q ^ 1})
		m.mu.Unlock()
		if q&1 == 1 {
			states, other = other, states
		}
		k.reducer.Merge(states, other)
		s.run.pool.put(other[:cap(other)])
	}
	k.merging.Delete(out)
	defer s.run.pool.put(states[:cap(states)])
	return s.finish(t, k, coord, states)
}

// finish turns merged states into results and stores them.
func (s *stage) finish(t *task, k *sink, coord []int, states []byte) error {
	var oc []int
	for a, r := range k.reduced {
		if !r {
			oc = append(oc, coord[a])
		} else if k.grid.NDim() == len(k.reduced) { // keepdims
			oc = append(oc, 0)
		}
	}
	box := k.grid.Box(oc)
	item := k.node.DType.Size()
	buf := t.take(box.Size() * item)
	if err := k.reducer.Finish(buf, states); err != nil {
		return fmt.Errorf("%s of %v at chunk %v: %w", k.node.Op, k.node.Args[0].Shape, oc, err)
	}
	if m, ok := k.target.memory(); ok {
		m.off += dot(box.Start, m.strides)
		copyStrided(m, operand{buf, 0, cStrides(box.Shape)}, box.Shape, item)
		return nil
	}
	return s.put(t, k, oc, box, buf)
}

// put hands a box to a target that is not memory.
func (s *stage) put(t *task, k *sink, coord []int, box nd.Box, buf []byte) error {
	if _, ok := k.target.(arrayTarget); ok {
		s.run.writtenBytes.Add(int64(len(buf)))
	}
	return k.target.put(t.ctx, coord, box, buf)
}

// empty gives the reductions of a domain without elements their results.
func (s *stage) empty(ctx context.Context) error {
	t := &task{ctx: ctx, stage: s, w: &worker{}}
	for _, k := range s.sinks {
		if !k.isReduction() {
			continue
		}
		for oc, box := range k.grid.Boxes() {
			coord := make([]int, len(k.reduced))
			j := 0
			for a, r := range k.reduced {
				if !r || k.grid.NDim() == len(k.reduced) {
					coord[a] = oc[j]
					j++
				}
			}
			states := nd.MakeBytes(box.Size() * k.reducer.StateSize())
			k.reducer.Init(states)
			t.taken = 0
			if err := s.finish(t, k, coord, states); err != nil {
				return err
			}
		}
	}
	return nil
}

// queue hands out the numbers 0 … n-1 in order, never more than ahead beyond
// the oldest that isn't done.
type queue struct {
	mu     sync.Mutex
	cond   *sync.Cond
	n      int
	ahead  int
	next   int
	oldest int
	ended  []bool // ring: whether oldest+i is done
	closed bool
}

func newQueue(n, ahead int) *queue {
	q := &queue{n: n, ahead: ahead, ended: make([]bool, ahead)}
	q.cond = sync.NewCond(&q.mu)
	return q
}

func (q *queue) claim() (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed && q.next < q.n && q.next >= q.oldest+q.ahead {
		q.cond.Wait()
	}
	if q.closed || q.next >= q.n {
		return 0, false
	}
	q.next++
	return q.next - 1, true
}

func (q *queue) done(i int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended[i%q.ahead] = true
	for q.oldest < q.next && q.ended[q.oldest%q.ahead] {
		q.ended[q.oldest%q.ahead] = false
		q.oldest++
	}
	q.cond.Broadcast()
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.cond.Broadcast()
}
