package exec

import "sync"

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
