package exec

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// stage is a set of independent tasks, one per chunk of its domain, that fetch
// the leaves of a program, compute it, and store or fold the results.
type stage struct {
	index   int
	level   int // stages of lower levels run first
	domain  nd.Grid
	order   []int
	prog    *program
	sinks   []*sink
	builder *builder
	sources []sourceUse
	needs   []*stage
	reads   []read

	chunks []int     // of the domain, along each axis
	groups [][]*sink // reductions along the same axes
	text   string    // name()
	batch  int       // tasks a worker claims at a time, a power of two

	run      *run
	stopped  atomic.Bool // the run is over: what is being computed isn't wanted
	cache    *cache
	cacheCap int // bytes of chunks kept for later tasks
	workers  int
	peak     int // bytes it takes at most beside results
}

// sink is where a register of the program goes.
type sink struct {
	index  int // of the stage's sinks
	node   *plan.Node
	reg    int
	target target
	// Of a reduction:
	reducer kernel.Reducer
	owner   *sink   // the reduction whose states hold what this one needs; nil: it has its own
	lent    []*sink // the reductions it is the owner of
	reduced []bool
	leaf    kernel.LeafOf // what folds the results of the program's last instruction, where it is alone
	by      grouping      // nil: every chunk is one group
	grid    nd.Grid       // of the result
	merging sync.Map      // index of the output chunk → *merger
	// Of an array in memory: it is large enough to be written past the caches.
	stream bool
}

func (s *sink) isReduction() bool { return s.reducer != nil }

// folds reports whether a sink is a reduction with states of its own.
func (s *sink) folds() bool { return s.isReduction() && s.owner == nil }

// lends makes s the owner of a reduction of the same group, if it can be.
func (s *sink) lends(k *sink) bool {
	sharer, ok := s.reducer.(kernel.Sharer)
	if !ok || s.reg != k.reg {
		return false
	}
	r, ok := sharer.Sharing(k.reducer)
	if ok {
		k.reducer, k.owner, s.lent = r, s, append(s.lent, k)
	}
	return ok
}

// worker is what one goroutine of a stage keeps between tasks.
type worker struct {
	task
	id     int
	report diag.Task
	bufs   [][]byte // the i-th buffer a task takes
	tiles  []byte
	frames map[*program]*frame
	trees  map[*sink]*tree
	coord  []int
	box    nd.Box
	fs     []folding
	stacks []stack // per sink
	main   *frame  // of the stage's program
	owned  int     // bytes of its own buffers
}

// own counts a buffer of n bytes that the worker keeps, in the place of one of
// old bytes.
func (w *worker) own(old, n int) {
	w.owned += n - old
	w.stage.run.pool.hold(n - old)
}

// close gives back what the worker kept between tasks.
func (w *worker) close() {
	pool := w.stage.run.pool
	for i := range w.stacks {
		for _, b := range w.stacks[i].free {
			pool.put(b)
		}
	}
	pool.forget(w.owned)
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
	if b := t.w.bufs[i]; len(b) < n {
		t.w.own(len(b), rounded(n))
		t.w.bufs[i] = nd.MakeBytes(rounded(n))
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

// tileBuffers makes s buffers of a tile each, for the program being computed
// now; nested programs are done before an outer one asks.
func (t *task) tileBuffers(s [][]byte) {
	if n := len(s) * tilePitch; len(t.w.tiles) < n {
		t.w.own(len(t.w.tiles), n)
		t.w.tiles = nd.MakeBytes(n)
	}
	for i := range s {
		s[i] = t.w.tiles[i*tilePitch : i*tilePitch+kernel.Tile*16]
	}
}

// tilePitch is the distance of tile buffers, not a multiple of 4096: tiles must
// not share cache sets.
const tilePitch = kernel.Tile*16 + 128

// trees returns an empty tree for every folding, with a leaf of width states.
func (t *task) trees(fs []folding, width int) []*tree {
	trees := make([]*tree, len(fs))
	for i, f := range fs {
		tr := t.w.trees[f.sink]
		if tr == nil {
			tr = &tree{w: t.w, red: f.red}
			t.w.trees[f.sink] = tr
		}
		tr.reserve(width * f.red.StateSize())
		trees[i] = tr
	}
	return trees
}

// ErrGone is about runtime.Goexit, which a test's FailNow calls.
var ErrGone = errors.New("a function ended its goroutine")

// exec runs all tasks of the stage on its workers. Workers claim ranges of tasks
// in order and never run far ahead of the oldest unfinished one, so that few
// partial results wait for their neighbours. The error of the earliest task
// that failed is returned.
func (s *stage) exec(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := s.domain.Len()
	ranges := (n + s.batch - 1) / s.batch
	q := newQueue(ranges, 2*s.workers)
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		first error
		at    = n
		done  atomic.Int64
	)
	do := func(w *worker, i int) {
		task, err := i*s.batch, ErrGone
		defer func() { // where a function ends the goroutine, too
			if err == ErrGone {
				err = fmt.Errorf("chunk %v: %w", w.coord, err)
			}
			if err != nil {
				mu.Lock()
				if task < at && (first == nil || !errors.Is(err, context.Canceled)) {
					first, at = err, task
				}
				mu.Unlock()
			}
			if q.done(i, err != nil) {
				cancel()
			}
		}()
		task, err = w.run(task, min(task+s.batch, n), &done)
	}
	stop := context.AfterFunc(ctx, func() {
		s.stopped.Store(true)
		q.close()
	})
	defer stop()
	for id := range min(s.workers, ranges) {
		wg.Go(func() {
			w := s.newWorker(ctx, id)
			defer w.close()
			for i, ok := q.claim(); ok; i, ok = q.claim() {
				do(w, i)
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

func (s *stage) newWorker(ctx context.Context, id int) *worker {
	ndim := s.domain.NDim()
	w := &worker{id: id, trees: map[*sink]*tree{}, frames: map[*program]*frame{},
		coord: make([]int, ndim), box: nd.Box{Start: make([]int, ndim), Shape: make([]int, ndim)}}
	w.task = task{ctx: ctx, stage: s, w: w}
	for _, k := range s.sinks {
		st := stack{sink: k, coord: make([]int, ndim)}
		if k.folds() {
			st.stateBytes = k.stateBytes(s.domain)
		}
		w.stacks = append(w.stacks, st)
	}
	w.main = w.frame(s.prog)
	return w
}

// run does the tasks lo … hi-1, and returns the one that failed.
func (w *worker) run(lo, hi int, done *atomic.Int64) (i int, err error) {
	i = lo
	defer func() {
		w.release([2]int{})
		if r := recover(); r != nil { // a user's function; ours don't
			err = fmt.Errorf("chunk %v: panic: %v\n%s", w.coord, r, stackOf())
		}
	}()
	if err := w.ctx.Err(); err != nil {
		return i, err
	}
	for ; i < hi; i++ {
		w.stage.place(i, w.coord, w.box)
		w.prefetch(i + w.stage.workers)
		w.report = diag.Task{Index: i, Worker: w.id, Start: w.clock()}
		if err := w.compute(); err != nil {
			return i, err
		}
		w.release([2]int{})
		w.taskDone(done)
	}
	for k := range w.stacks {
		if err := w.flush(&w.stacks[k]); err != nil {
			return i - 1, err
		}
	}
	return i, nil
}

// clock returns the time, if anybody wants to know.
func (w *worker) clock() (now time.Time) {
	if w.stage.run.p.opts.OnEvent != nil {
		now = time.Now()
	}
	return now
}

// place makes coord and box those of the i-th task.
func (s *stage) place(i int, coord []int, box nd.Box) {
	for j := len(s.order) - 1; j >= 0; j-- {
		a := s.order[j]
		n := s.chunks[a]
		c := i % n
		i /= n
		lo, hi := s.domain.Bounds(a, c)
		coord[a], box.Start[a], box.Shape[a] = c, lo, hi-lo
	}
}

// prefetch has the stores begin to read what the i-th task will need.
func (w *worker) prefetch(i int) {
	s := w.stage
	if len(s.sources) == 0 || i >= s.domain.Len() {
		return
	}
	coord, box := make([]int, len(w.coord)), nd.Box{Start: make([]int, len(w.coord)), Shape: make([]int, len(w.coord))}
	s.place(i, coord, box)
	for _, l := range s.prog.leaves {
		if l, ok := l.(arrayLeaf); ok {
			l.prefetch(w.ctx, box)
		}
	}
}

// stored reports whether an earlier run has stored all results of the task.
func (w *worker) stored() (bool, error) {
	for _, k := range w.stage.sinks {
		a, ok := k.target.(arrayTarget)
		if !ok || k.isReduction() {
			return false, nil
		}
		if has, err := a.has(w.ctx, w.box); err != nil || !has {
			return false, err
		}
	}
	return true, nil
}

// compute does one task.
func (w *worker) compute() error {
	s := w.stage
	if stored, err := w.stored(); err != nil || stored {
		return err
	}
	ops, err := s.prog.fetch(&w.task, w.box)
	if err != nil {
		return err
	}
	for _, k := range s.sinks {
		if !k.isReduction() {
			if err := w.store(k, ops); err != nil {
				return err
			}
		}
	}
	for _, g := range s.groups {
		if err := w.fold(g, ops); err != nil {
			return err
		}
	}
	return nil
}

// stop returns the error of a run that was stopped while a task computed:
// programs don't go on then, and what they leave is no result.
func (w *worker) stop() error {
	if w.stage.stopped.Load() {
		return w.ctx.Err()
	}
	return nil
}

// store computes a box of an array that is stored as it is.
func (w *worker) store(k *sink, ops []operand) error {
	s, box := w.stage, w.box
	if m, ok := k.target.memory(); ok {
		m.off += dot(box.Start, m.strides)
		s.prog.store(&w.task, ops, box.Shape, k.reg, m, k.stream)
		return w.stop()
	}
	buf, ok := s.untouched(k, ops, box.Shape)
	if !ok {
		buf = w.take(box.Size() * s.prog.items[k.reg])
		s.prog.store(&w.task, ops, box.Shape, k.reg, operand{buf, 0, cStrides(box.Shape)}, false)
	}
	if err := w.stop(); err != nil {
		return err
	}
	return s.put(&w.task, k, w.coord, box, buf)
}

// untouched finds the bytes of a box that nothing has to be done to: a leaf that
// lies in memory as the target wants it. A function of the user gets a copy,
// which it may change.
func (s *stage) untouched(k *sink, ops []operand, shape []int) (buf []byte, ok bool) {
	if _, each := k.target.(*eachTarget); each || k.reg >= len(s.prog.leaves) {
		return nil, false
	}
	return ops[k.reg].dense(shape, s.prog.items[k.reg])
}

// fold folds a box for reductions along the same axes, in one walk.
func (w *worker) fold(group []*sink, ops []operand) error {
	s, box, reduced := w.stage, w.box, group[0].reduced
	by := group[0].by
	outs := keptSize(box.Shape, reduced) * by.count()
	w.fs = w.fs[:0]
	for _, k := range group {
		w.fs = append(w.fs, folding{k, k.reg, k.reducer, w.states(k)[:outs*k.reducer.StateSize()]})
	}
	if by != nil {
		s.prog.foldGroups(&w.task, by, ops, box, reduced, w.fs)
	} else {
		s.prog.fold(&w.task, ops, box.Shape, reduced, w.fs)
	}
	if err := w.stop(); err != nil {
		return err
	}
	for _, f := range w.fs {
		if p, ok := f.red.(kernel.Placer); ok {
			p.Place(f.states, placer(s.domain.Shape(), box, reduced))
		}
		if err := w.merge(f.sink, f.states); err != nil {
			return err
		}
	}
	return nil
}

// grouped numbers the sinks of the stage, and returns its reductions, those along
// the same axes and by the same labels together, without those that others lend
// their states to.
func (s *stage) grouped() (groups [][]*sink) {
	for at, k := range s.sinks {
		k.index = at
		if !k.isReduction() {
			continue
		}
		i := slices.IndexFunc(groups, func(g []*sink) bool {
			return slices.Equal(g[0].reduced, k.reduced) && slices.EqualFunc(g[0].by, k.by, slices.Equal)
		})
		if i < 0 {
			groups = append(groups, []*sink{k})
		} else {
			groups[i] = append(groups[i], k)
		}
	}
	for i, g := range groups {
		// What lends has larger states, or comes first.
		slices.SortStableFunc(g, func(a, b *sink) int { return b.reducer.StateSize() - a.reducer.StateSize() })
		owners := g[:0]
		for _, k := range g {
			if !slices.ContainsFunc(owners, func(o *sink) bool { return o.lends(k) }) {
				owners = append(owners, k)
			}
		}
		groups[i] = owners
	}
	return groups
}

// stateBytes returns the size of the states of the largest output chunk.
func (k *sink) stateBytes(domain nd.Grid) int {
	return rounded(keptSize(domain.MaxChunk(), k.reduced) * k.by.count() * k.reducer.StateSize())
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

// finish turns merged states into results and stores them, those of the reductions
// that share them too.
func (s *stage) finish(t *task, k *sink, coord []int, states []byte) error {
	if err := s.result(t, k, coord, states); err != nil {
		return err
	}
	for _, o := range k.lent {
		if err := s.result(t, o, coord, states); err != nil {
			return err
		}
	}
	return nil
}

// result turns merged states into the results of one reduction.
func (s *stage) result(t *task, k *sink, coord []int, states []byte) error {
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
	k.by.blank(k.node, buf)
	if m, ok := k.target.memory(); ok {
		m.off += dot(box.Start, m.strides)
		copyStrided(m, operand{buf, 0, cStrides(box.Shape)}, box.Shape, item, false)
		return nil
	}
	return s.put(t, k, oc, box, buf)
}

// put hands a box to a target that is not memory.
func (s *stage) put(t *task, k *sink, coord []int, box nd.Box, buf []byte) error {
	if _, ok := k.target.(arrayTarget); ok {
		s.run.writtenBytes.Add(int64(len(buf)))
		t.w.report.Written += int64(len(buf))
	}
	start := t.w.clock()
	err := k.target.put(t.ctx, coord, box, buf)
	t.w.report.Storing += t.w.clock().Sub(start)
	return err
}

// empty gives the reductions of a domain without elements their results.
func (s *stage) empty(ctx context.Context) error {
	t := &s.newWorker(ctx, 0).task
	for _, k := range s.sinks {
		if !k.folds() {
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
