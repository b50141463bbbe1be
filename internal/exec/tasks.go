package exec

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"

	"github.com/ndgrid/ndgrid/diag"
)

// Tasks is a graph of tasks: each may use the results of some before it.
type Tasks struct {
	Name string // for events
	// Task i uses the results Args[First[i]:First[i+1]], all below i; a negative
	// one is no result of a task.
	First, Args []int32
	// Outs are the tasks whose results are wanted.
	Outs []int32
	// Do does task i.
	Do func(ctx context.Context, i int) error
	// Gone returns the error of a task that called runtime.Goexit; nil: ErrGone.
	Gone func(i int) error
	// Free is called when no task to come uses the result of i, which isn't wanted.
	Free func(i int)
}

// RunTasks runs a graph of tasks: of those that are ready, always the first. Of
// errors it returns the first in the order of tasks too, whatever the number of
// workers: tasks before one that failed are still done. When ctx is cancelled
// it returns once the tasks that are running have.
func RunTasks(ctx context.Context, t Tasks, opts Options) error {
	n := len(t.First) - 1
	if n > math.MaxInt32 {
		return fmt.Errorf("%d tasks: there may be %d", n, math.MaxInt32)
	}
	if opts.Workers <= 0 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	r := newTaskRun(t, n, min(opts.Workers, n), opts.OnEvent)
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	r.cancel = cancel
	defer context.AfterFunc(ctx, r.stop)()
	r.emit(diag.RunStart, diag.StageStart)
	var (
		wg   sync.WaitGroup
		cpus Processors
	)
	for w := range r.current {
		wg.Go(func() {
			cpus.Claim()
			r.work(inner, w)
		})
	}
	wg.Wait()
	err := r.err
	if r.done < n && !r.settled {
		err = fmt.Errorf("%d of %d tasks done: %w", r.done, n, context.Cause(ctx))
	}
	r.failure = err
	r.emit(diag.StageEnd, diag.RunEnd)
	return err
}

// taskRun is a graph of tasks while it runs.
type taskRun struct {
	Tasks
	n        int
	onEvent  diag.Handler
	events   sync.Mutex // of the handler, and of
	reported int        // tasks
	failure  error      // for the last events
	cancel   context.CancelFunc

	mu      sync.Mutex
	change  *sync.Cond
	idle    int     // workers that wait for a change
	waiting []int32 // results that each task still waits for
	left    []int32 // uses of each result still to come
	// Task i is used by users[firstUser[i]:firstUser[i+1]].
	firstUser, users []int32
	leaves           []int32  // tasks that wait for nothing and haven't begun, in order
	ready            taskHeap // other tasks that can begin
	current          []int32  // what every worker does; -1: nothing
	running, done    int
	failed           int32 // the first task that failed; n: none has
	err              error // its error
	stopped          bool  // no more tasks begin
	settled          bool  // since failed can't be less
}

func newTaskRun(t Tasks, n, workers int, onEvent diag.Handler) *taskRun {
	r := &taskRun{Tasks: t, n: n, onEvent: onEvent, waiting: make([]int32, n), left: make([]int32, n),
		firstUser: make([]int32, n+1), current: make([]int32, workers), failed: int32(n)}
	r.change = sync.NewCond(&r.mu)
	for w := range r.current {
		r.current[w] = -1
	}
	for i := range n {
		for _, a := range r.argsOf(i) {
			if a >= 0 {
				r.waiting[i]++
				r.left[a]++
			}
		}
		if r.waiting[i] == 0 {
			r.leaves = append(r.leaves, int32(i))
		}
	}
	for i, uses := range r.left {
		r.firstUser[i+1] = r.firstUser[i] + uses
	}
	r.users = make([]int32, r.firstUser[n])
	end := append([]int32(nil), r.firstUser...)
	for i := range n {
		for _, a := range r.argsOf(i) {
			if a >= 0 {
				r.users[end[a]] = int32(i)
				end[a]++
			}
		}
	}
	for _, o := range r.Outs {
		r.left[o]++
	}
	return r
}

func (r *taskRun) argsOf(i int) []int32 { return r.Args[r.First[i]:r.First[i+1]] }

// work does tasks until there are no more.
func (r *taskRun) work(ctx context.Context, worker int) {
	i, ok := r.begin(worker)
	for ok {
		i, ok = r.step(ctx, worker, i)
	}
}

// step does a task and begins the next.
func (r *taskRun) step(ctx context.Context, worker int, i int32) (next int32, ok bool) {
	returned := false
	defer func() {
		if !returned { // so ends this worker
			err := ErrGone
			if r.Gone != nil {
				err = r.Gone(int(i))
			}
			r.mu.Lock()
			r.end(ctx, worker, i, err)
			r.change.Broadcast()
			r.mu.Unlock()
		}
	}()
	var start time.Time
	if r.onEvent != nil {
		start = time.Now()
	}
	err := r.Do(ctx, int(i))
	returned = true
	if r.onEvent != nil && err == nil {
		r.taskDone(int(i), worker, start)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end(ctx, worker, i, err)
	return r.next(worker)
}

func (r *taskRun) begin(worker int) (int32, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next(worker)
}

// next claims the first task that can begin, and waits for one while others
// run. The caller holds the lock.
func (r *taskRun) next(worker int) (int32, bool) {
	for {
		if r.stopped {
			return 0, false
		}
		leaf := len(r.leaves) > 0 && (len(r.ready) == 0 || r.leaves[0] < r.ready[0])
		first := int32(r.n)
		if leaf {
			first = r.leaves[0]
		} else if len(r.ready) > 0 {
			first = r.ready[0]
		}
		if first < r.failed {
			if leaf {
				r.leaves = r.leaves[1:]
			} else {
				r.ready.pop()
			}
			r.current[worker] = first
			r.running++
			return first, true
		}
		if r.running == 0 {
			r.change.Broadcast()
			return 0, false
		}
		r.idle++
		r.change.Wait()
		r.idle--
	}
}

// end notes that a task is done, or has failed: what it says after ctx was
// cancelled doesn't count. The caller holds the lock.
func (r *taskRun) end(ctx context.Context, worker int, i int32, err error) {
	r.current[worker] = -1
	r.running--
	if err != nil {
		if ctx.Err() != nil {
			r.stopped = true
		} else if i < r.failed {
			r.failed, r.err = i, err
		}
	} else {
		r.done++
		for _, u := range r.users[r.firstUser[i]:r.firstUser[i+1]] {
			if r.waiting[u]--; r.waiting[u] == 0 {
				r.ready.push(u)
			}
		}
	}
	for _, a := range r.argsOf(int(i)) {
		if a >= 0 {
			if r.left[a]--; r.left[a] == 0 {
				r.Free(int(a))
			}
		}
	}
	if r.failed < int32(r.n) {
		r.giveUp()
	}
	for range min(r.idle, len(r.ready)-1) { // this worker takes one itself
		r.change.Signal()
	}
	if r.running == 0 && len(r.ready) == 0 {
		r.change.Broadcast()
	}
}

// giveUp cancels what runs where no task before the one that failed can fail
// any more.
func (r *taskRun) giveUp() {
	if len(r.ready) > 0 && r.ready[0] < r.failed || len(r.leaves) > 0 && r.leaves[0] < r.failed {
		return
	}
	for _, c := range r.current {
		if c >= 0 && c < r.failed {
			return
		}
	}
	r.settled = r.settled || !r.stopped
	r.stopped = true
	r.cancel()
	r.change.Broadcast()
}

func (r *taskRun) stop() {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.change.Broadcast()
}

func (r *taskRun) emit(kinds ...diag.Kind) {
	if r.onEvent == nil {
		return
	}
	for _, k := range kinds {
		r.onEvent(diag.Event{Kind: k, Time: time.Now(), Name: r.Name, Tasks: r.n, Done: r.done, Err: r.failure})
	}
}

func (r *taskRun) taskDone(i, worker int, start time.Time) {
	r.events.Lock()
	defer r.events.Unlock()
	r.reported++
	r.onEvent(diag.Event{Kind: diag.TaskDone, Time: time.Now(), Name: r.Name, Tasks: r.n, Done: r.reported,
		Task: diag.Task{Index: i, Worker: worker, Start: start}})
}

// taskHeap is a binary heap of tasks, the first in order on top.
type taskHeap []int32

func (h *taskHeap) push(t int32) {
	s := append(*h, t)
	for i := len(s) - 1; i > 0 && s[(i-1)/2] > s[i]; i = (i - 1) / 2 {
		s[(i-1)/2], s[i] = s[i], s[(i-1)/2]
	}
	*h = s
}

func (h *taskHeap) pop() {
	s := *h
	last := len(s) - 1
	s[0] = s[last]
	s = s[:last]
	for i := 0; ; {
		least := i
		for _, c := range [...]int{2*i + 1, 2*i + 2} {
			if c < last && s[c] < s[least] {
				least = c
			}
		}
		if least == i {
			break
		}
		s[i], s[least] = s[least], s[i]
		i = least
	}
	*h = s
}
