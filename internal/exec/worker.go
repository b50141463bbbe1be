package exec

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

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
			err = fmt.Errorf("chunk %v: %w", w.coord, panicked(r))
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
