package exec

import "sync"

// merger collects the states of one output chunk.
type merger struct {
	mu      sync.Mutex
	waiting map[treePlace][]byte // states without their neighbour yet
}

// treePlace is a node of the fixed tree over the chunks of one output chunk:
// the q-th of a level, where n are.
type treePlace struct{ level, q int }

// partial is the states of a node of the tree.
type partial struct {
	treePlace
	n      int // nodes of that level
	states []byte
}

// stack merges the states of tasks that a worker does one after the other, so
// that few of them have to meet others' under a lock.
type stack struct {
	sink     *sink
	out      int // index of the output chunk
	coord    []int
	partials []partial
	free     [][]byte // of states
	// stateBytes is the size of the states of the largest output chunk.
	stateBytes int
}

// states returns memory for the states of a task.
func (w *worker) states(k *sink) []byte {
	st := &w.stacks[k.index]
	if n := len(st.free); n > 0 {
		b := st.free[n-1]
		st.free = st.free[:n-1]
		return b
	}
	return w.stage.run.pool.get(st.stateBytes)
}

// merge adds the states of the worker's chunk to those of its output chunk,
// pairwise in the fixed tree.
func (w *worker) merge(k *sink, states []byte) error {
	out, q, n := 0, 0, 1
	for a, c := range w.stage.chunks {
		if k.reduced[a] {
			q, n = q*c+w.coord[a], n*c
		} else {
			out = out*c + w.coord[a]
		}
	}
	st := &w.stacks[k.index]
	if out != st.out || len(st.partials) == 0 {
		if err := w.flush(st); err != nil {
			return err
		}
		st.out = out
		copy(st.coord, w.coord)
	}
	p := partial{treePlace{0, q}, n, states}
	for len(st.partials) > 0 && p.q&1 == 1 {
		last := st.partials[len(st.partials)-1]
		if last.treePlace != (treePlace{p.level, p.q - 1}) {
			break
		}
		k.reducer.Merge(last.states, p.states)
		st.free = append(st.free, p.states[:cap(p.states)])
		st.partials = st.partials[:len(st.partials)-1]
		p = partial{treePlace{p.level + 1, p.q / 2}, (p.n + 1) / 2, last.states}
	}
	st.partials = append(st.partials, p)
	return nil
}

// flush hands what a worker merged by itself to all, and finishes the output
// when it is complete.
func (w *worker) flush(st *stack) error {
	for _, p := range st.partials {
		if err := w.meet(st, p); err != nil {
			return err
		}
	}
	st.partials = st.partials[:0]
	return nil
}

func (w *worker) meet(st *stack, p partial) error {
	k, pool := st.sink, w.stage.run.pool
	v, _ := k.merging.LoadOrStore(st.out, &merger{waiting: map[treePlace][]byte{}})
	m := v.(*merger)
	for ; p.n > 1; p.level, p.q, p.n = p.level+1, p.q/2, (p.n+1)/2 {
		if p.q^1 >= p.n { // the odd one at the end
			continue
		}
		m.mu.Lock()
		neighbour := treePlace{p.level, p.q ^ 1}
		other, ok := m.waiting[neighbour]
		if !ok {
			m.waiting[p.treePlace] = p.states
			m.mu.Unlock()
			return nil
		}
		delete(m.waiting, neighbour)
		m.mu.Unlock()
		if p.q&1 == 1 {
			p.states, other = other, p.states
		}
		k.reducer.Merge(p.states, other)
		pool.put(other[:cap(other)])
	}
	k.merging.Delete(st.out)
	defer pool.put(p.states[:cap(p.states)])
	return w.stage.finish(&w.task, k, st.coord, p.states)
}
