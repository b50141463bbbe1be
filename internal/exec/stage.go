package exec

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

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
	// releases are the temps that no later stage reads.
	releases []*temp

	chunks []int     // of the domain, along each axis
	groups [][]*sink // reductions along the same axes
	text   string    // name()
	batch  int       // tasks a worker claims at a time, a power of two

	run     *run
	stopped atomic.Bool // the run is over: what is being computed isn't wanted
	cache   *cache
	workers int
	peak    int // bytes it takes at most beside results
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
		cpus  Processors
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
			i, ok := q.claim()
			if !ok {
				return // others were quicker
			}
			cpus.Claim()
			w := s.newWorker(ctx, id)
			defer w.close()
			for ; ok; i, ok = q.claim() {
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
