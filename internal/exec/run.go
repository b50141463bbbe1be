// Package exec runs plans: it cuts them into stages of independent tasks, one
// per chunk, and runs these on a bounded number of workers within a bounded
// number of bytes.
package exec

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Options say how to run; they don't change what comes out.
type Options struct {
	Workers int    // goroutines that compute; 0: as many as processors, more where most of them wait for a server
	Memory  int    // bytes; 0: half of what the machine or its container has free
	Scratch string // directory for what doesn't fit; "": the system's
	OnEvent diag.Handler
}

// Out is an array to compute and where it goes: exactly one of Buf, Array, Each.
type Out struct {
	Node *plan.Node
	// Buf returns memory for all elements, allocated when the run starts, with
	// strides in elements; Counted says that the bytes count as the run's.
	Buf     func() (buf []byte, off int, strides []int)
	Counted bool
	// Array is the stored array to write, from Origin on (nil: from 0). Resume
	// says that chunks an earlier run has stored in it are right.
	Array  storage.WritableArray
	Origin []int
	Resume bool
	// Each is called with every chunk, one after the other, in the order of the
	// walk. It must not keep buf.
	Each func(box nd.Box, buf []byte) error
}

// Program is a set of outputs ready to run.
type Program struct {
	opts   Options
	c      *compiler
	outs   []Out
	stages []*stage
	peak   int
	err    error // why it can't run: memory
}

// free is what was free when it was last asked for, which takes as long as
// the rest of a small run.
var free struct {
	mu    sync.Mutex
	at    time.Time
	bytes int
}

// DefaultMemory is the budget of a run that is given none: half of what the process
// may still take, as it was at most 100 ms ago. In that time it can't have taken much.
func DefaultMemory() int {
	free.mu.Lock()
	defer free.mu.Unlock()
	if now := time.Now(); now.Sub(free.at) > 100*time.Millisecond {
		free.at, free.bytes = now, int(diag.FreeMemory())
	}
	return free.bytes / 2
}

// maxWorkers is more than any machine has use for; what each takes is multiplied.
const maxWorkers = 1 << 10

// Compile cuts outputs into stages. A program that needs more than its memory
// budget is returned with the error that Run would give.
func Compile(outs []Out, opts Options) (*Program, error) {
	remote := 0
	if opts.Workers <= 0 {
		opts.Workers, remote = runtime.GOMAXPROCS(0), storage.InFlight
	}
	opts.Workers = min(opts.Workers, maxWorkers)
	if opts.Memory <= 0 {
		opts.Memory = DefaultMemory()
	}
	if opts.Scratch == "" {
		opts.Scratch = os.TempDir()
	}
	c := &compiler{memory: opts.Memory, workers: opts.Workers, remote: max(opts.Workers, remote), dir: opts.Scratch,
		readers: map[any][]*stage{}, temps: map[*plan.Node]*temp{}}
	p := &Program{opts: opts, c: c, outs: outs}
	nodes := make([]*plan.Node, len(outs))
	for i, o := range outs {
		if err := plan.Check(o.Node); err != nil {
			return nil, err
		}
		nodes[i] = c.nodes.Merge(o.Node)
	}
	for i, o := range outs {
		if err := p.output(nodes[i], o); err != nil {
			return nil, err
		}
	}
	// One that was begun before others may have got a result that needs these.
	slices.SortStableFunc(c.stages, func(a, b *stage) int { return a.level - b.level })
	p.stages = c.stages
	p.fit()
	return p, nil
}

// output adds the stages of one output.
func (p *Program) output(n *plan.Node, o Out) error {
	var tg target
	grid := n.Grid
	switch {
	case o.Each != nil:
		e := newEachTarget(o.Each)
		st, err := p.c.alone(n, e)
		e.stage = st
		return err
	case o.Array != nil:
		m := o.Array.Meta()
		origin := o.Origin
		if origin == nil {
			origin = make([]int, n.NDim())
		}
		g, err := regionGrid(n, m, origin)
		if err != nil {
			return err
		}
		grid, tg = g, arrayTarget{o.Array, origin, cuts(m.WriteGrid, origin, n.Shape), o.Resume}
	default:
		tg = &outTarget{out: o}
	}
	n = plan.Rechunk(n, grid)
	if n.Err != nil {
		return n.Err
	}
	if n.IsReduction() {
		_, err := p.c.reduce(n, tg)
		return err
	}
	_, err := p.c.store(n, grid, tg)
	return err
}

// regionGrid returns the write grid of a stored array as seen by an array that
// is written into it from origin on.
func regionGrid(n *plan.Node, m *storage.Meta, origin []int) (nd.Grid, error) {
	if m.DType != n.DType {
		return nd.Grid{}, fmt.Errorf("an array of %v into a stored array of %v; Cast it first: %w", n.DType, m.DType, nd.ErrDType)
	}
	if err := CheckRegion(n.Shape, m.Shape, origin); err != nil {
		return nd.Grid{}, err
	}
	var axes []nd.Grid
	for k, at := range origin {
		axes = append(axes, m.WriteGrid.ViewAxis(k, at, 1, n.Shape[k]))
	}
	return nd.JoinGrids(axes...)
}

// CheckRegion refuses to put a shape into a stored array, from origin on, where it
// doesn't fit.
func CheckRegion(shape, stored, origin []int) error {
	if len(stored) != len(shape) || len(origin) != len(shape) {
		return fmt.Errorf("shape %v into a stored array of shape %v from %v: %w", shape, stored, origin, nd.ErrShape)
	}
	for k, at := range origin {
		if at < 0 || shape[k] > stored[k]-at {
			return fmt.Errorf("shape %v into a stored array of shape %v from %v: axis %d doesn't fit: %w", shape, stored, origin, k, nd.ErrShape)
		}
	}
	return nil
}

// cuts reports whether a region has parts of chunks.
func cuts(g nd.Grid, origin, shape []int) bool {
	for k, n := range shape {
		if n == 0 {
			return false
		}
		lo, _ := g.Bounds(k, g.ChunkOf(k, origin[k]))
		_, hi := g.Bounds(k, g.ChunkOf(k, origin[k]+n-1))
		if lo != origin[k] || hi != origin[k]+n {
			return true
		}
	}
	return false
}

// outTarget is a result in memory, which exists when the run starts.
type outTarget struct {
	inMemory
	out Out
	operand
}

func (o *outTarget) memory() (operand, bool) { return o.operand, true }

// fit finishes the stages' programs and shares out the memory.
func (p *Program) fit() {
	for i, s := range p.c.stages {
		s.index = i
		outs := make([]int, len(s.sinks))
		s.prog = s.builder.prog
		for j, k := range s.sinks {
			if k.isReduction() {
				k.fuseRelation(s.prog)
			}
			outs[j] = k.reg
		}
		s.prog.complete(outs)
		for j, k := range s.sinks {
			k.reg = s.prog.outs[j]
		}
		s.builder = nil
		s.workers = p.opts.Workers
		s.recut()
		s.chunks, s.groups = s.domain.NumChunks(), s.grouped()
		for _, g := range s.groups {
			if len(g) == 1 {
				g[0].fuseSum(s.prog)
			}
		}
		s.batch, s.text = s.batchSize(p.opts.Workers), s.name()
	}
	fixed := 0
	for _, o := range p.outs {
		if o.Counted {
			fixed += o.Node.NBytes()
		}
	}
	results := fixed
	for _, t := range p.c.temps {
		if t.scratch == nil {
			fixed += t.node.NBytes()
		}
	}
	last := map[*stage]*stage{} // that reads a stage's results
	for _, s := range p.stages {
		last[s] = s
		for _, need := range s.needs {
			last[need] = s
		}
	}
	for _, t := range p.c.temps {
		s := last[t.stage]
		s.releases = append(s.releases, t)
	}
	p.peak = fixed
	if results > p.opts.Memory {
		p.err = fmt.Errorf("the results take %s, over the budget of %s; use Save or Into: %w", nd.FormatBytes(results), nd.FormatBytes(p.opts.Memory), ErrMemory)
	}
	for _, s := range p.stages {
		s.workers = p.opts.Workers
		s.arrange()
		n, err := s.fit(p.c, p.opts.Memory-fixed)
		s.peak = n
		p.peak = max(p.peak, fixed+n)
		if p.err == nil {
			p.err = err
		}
	}
}

// name says what a stage does: its sources' number, operations and sinks.
func (s *stage) name() string {
	var words []string
	for _, in := range s.prog.instrs {
		words = append(words, in.name)
	}
	for _, k := range s.sinks {
		w := "store"
		if k.isReduction() {
			w = k.node.Op
		} else if _, ok := k.target.(*scratch); ok {
			w = "rechunk"
		}
		words = append(words, w)
	}
	if len(words) > 6 {
		words = append(words[:5], "…", words[len(words)-1])
	}
	return strings.Join(words, ", ")
}

// Info describes the stages and the projected peak in bytes; err is what Run
// would fail with before it starts.
func (p *Program) Info() (stages []diag.StageInfo, peak int, err error) {
	for _, s := range p.stages {
		needed, expected, bytes := s.decodes()
		info := diag.StageInfo{Name: s.name(), Tasks: s.domain.Len(), Workers: s.workers, ChunksNeeded: needed,
			DecodesExpected: expected, BytesRead: bytes, Outputs: len(s.sinks), SharedSources: len(s.sinks) > 1 && len(s.sources) > 0}
		info.Peak = s.peak
		for _, need := range s.needs {
			if !slices.Contains(info.Needs, need.index) {
				info.Needs = append(info.Needs, need.index)
			}
		}
		stages = append(stages, info)
	}
	return stages, p.peak, p.err
}

// Report says what a run did.
type Report struct {
	Elapsed       time.Duration
	Stages, Tasks int
	ChunksDecoded int
	BytesDecoded  int
	ProjectedPeak int // bytes, the promise
	Peak          int // bytes held at most, of those the promise is about
}

// run is a program while it runs.
type run struct {
	p             *Program
	pool          *pool
	decodedChunks atomic.Int64
	done          atomic.Int64 // tasks; this and the next are counted for events only
	readBytes     atomic.Int64
	decodedBytes  atomic.Int64
	writtenBytes  atomic.Int64
	events        sync.Mutex
}

// Run computes the outputs. It may be called once.
func (p *Program) Run(ctx context.Context) (rep Report, err error) {
	if p.err != nil {
		return rep, p.err
	}
	r := &run{p: p, pool: newPool()}
	start, tasks := time.Now(), 0
	for _, s := range p.stages {
		tasks += s.domain.Len()
	}
	defer func() {
		rep = Report{time.Since(start), len(p.stages), tasks, int(r.decodedChunks.Load()), int(r.decodedBytes.Load()), p.peak, r.pool.peak}
		for _, t := range p.c.temps {
			if t.scratch != nil {
				_ = t.scratch.Close()
			}
		}
		r.emit(diag.Event{Kind: diag.RunEnd, Tasks: tasks, Done: int(r.done.Load()), Err: err})
	}()
	r.emit(diag.Event{Kind: diag.RunStart, Tasks: tasks})
	p.allocate(r)
	if err = p.inPlace(); err != nil {
		return rep, err
	}
	for _, s := range p.stages {
		s.run = r
		s.cache = newCache(r, s.sources)
		r.emit(s.event(diag.StageStart, 0, nil))
		before := r.done.Load()
		err = s.exec(ctx)
		r.emit(s.event(diag.StageEnd, int(r.done.Load()-before), err))
		s.cache.clear()
		p.release(s)
		r.pool.drop()
		if s.peak > 16<<20 && len(p.stages) > 1 {
			runtime.GC() // what this stage's buffers were must be free for the next one's
		}
		if err != nil {
			return rep, err
		}
	}
	return rep, nil
}

// streamBytes is the size from which a result is written past the caches, which
// could not keep it anyway.
const streamBytes = 32 << 20

// allocate makes the results and the temps kept in memory.
func (p *Program) allocate(r *run) {
	for _, s := range p.stages {
		for _, k := range s.sinks {
			if o, ok := k.target.(*outTarget); ok {
				o.buf, o.off, o.strides = o.out.Buf()
				if o.out.Counted {
					r.pool.hold(len(o.buf))
				}
				k.stream = len(o.buf) >= streamBytes
			}
		}
	}
	for _, t := range p.c.temps {
		if t.scratch == nil {
			t.buf = r.pool.alloc(t.node.NBytes())
		} else {
			t.scratch.pool = r.pool
		}
	}
}

// release lets go of the temps that no stage after s reads.
func (p *Program) release(s *stage) {
	for _, t := range s.releases {
		if t.scratch != nil {
			_ = t.scratch.Close()
		}
		s.run.pool.forget(len(t.buf))
		t.buf = nil
	}
}

func (s *stage) event(k diag.Kind, done int, err error) diag.Event {
	return diag.Event{Kind: k, Stage: s.index, Name: s.text, Tasks: s.domain.Len(), Done: done, Err: err}
}

func (r *run) emit(e diag.Event) {
	if r.p.opts.OnEvent == nil {
		return
	}
	e.Time = time.Now()
	e.Read, e.Decoded, e.Written = r.readBytes.Load(), r.decodedBytes.Load(), r.writtenBytes.Load()
	r.events.Lock()
	defer r.events.Unlock()
	r.p.opts.OnEvent(e)
}

// taskDone reports a task; done counts those of the stage.
func (w *worker) taskDone(done *atomic.Int64) {
	r := w.stage.run
	if r.p.opts.OnEvent == nil {
		return
	}
	r.done.Add(1)
	r.readBytes.Add(w.report.Read)
	e := w.stage.event(diag.TaskDone, int(done.Add(1)), nil)
	e.Task = w.report
	r.emit(e)
}

// panicked is the error of a panic, with its stack.
func panicked(reason any) error {
	lines := strings.Split(string(debug.Stack()), "\n")
	return fmt.Errorf("panic: %v\n%s", reason, strings.Join(lines[:min(len(lines), 24)], "\n"))
}
