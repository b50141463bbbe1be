package exec

import "sync"

// queue hands out the numbers 0 … n-1 in order, never more than ahead beyond
// the oldest that isn't done, and none after one that failed.
type queue struct {
	mu     sync.Mutex
	cond   *sync.Cond
	n      int
	ahead  int
	next   int
	oldest int
	ended  []bool // ring: whether oldest+i is done
	closed bool
	failed int // the least that failed; n: none
}

func newQueue(n, ahead int) *queue {
	q := &queue{n: n, ahead: ahead, ended: make([]bool, ahead), failed: n}
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

// done ends i, and says whether nothing that is still being done matters: one has
// failed, and all before it are done. Which error a run has so doesn't depend on
// who was quicker.
func (q *queue) done(i int, failed bool) (over bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended[i%q.ahead] = true
	for q.oldest < q.next && q.ended[q.oldest%q.ahead] {
		q.ended[q.oldest%q.ahead] = false
		q.oldest++
	}
	if failed {
		q.closed, q.failed = true, min(q.failed, i)
	}
	q.cond.Broadcast()
	return q.oldest > q.failed
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.cond.Broadcast()
}
