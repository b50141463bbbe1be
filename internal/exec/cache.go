package exec

import (
	"container/list"
	"context"
	"sync"

	"github.com/ndgrid/ndgrid/storage"
)

// cache holds decoded chunks: those in use by tasks, and those that later tasks
// of the stage will want. A chunk wanted by several tasks at once is decoded once.
type cache struct {
	run *run

	mu      sync.Mutex
	entries map[chunkKey]*chunkEntry
	idle    map[storage.Array]*idle
}

// idle is the chunks of one source that nobody uses, at most cap bytes of them. Each
// source has its own, or those read once would drive out those wanted again.
type idle struct {
	cap, bytes int
	chunks     *list.List // oldest first
}

type chunkKey struct {
	src   storage.Array
	index int // of the chunk in C order
}

type chunkEntry struct {
	key     chunkKey
	buf     []byte // from the pool
	bytes   int    // of the largest chunk of its source: what it counts as
	present bool
	err     error
	refs    int
	ready   chan struct{}
	elem    *list.Element
}

// newCache returns the cache of a stage in which so many bytes of sources may stay.
func newCache(r *run, sources []sourceUse) *cache {
	c := &cache{run: r, entries: map[chunkKey]*chunkEntry{}, idle: map[storage.Array]*idle{}}
	for _, u := range sources {
		c.idle[u.src] = &idle{cap: u.keep, chunks: list.New()}
	}
	return c
}

// get returns the decoded chunk; the caller releases it. bytes is the size of
// the largest chunk of the source, n that of this one. decoded says that this
// call read it.
func (c *cache) get(ctx context.Context, src storage.Array, coord []int, index, bytes, n int) (e *chunkEntry, decoded bool, err error) {
	key := chunkKey{src, index}
	c.mu.Lock()
	if e, ok := c.entries[key]; ok {
		e.refs++
		if e.elem != nil {
			c.idle[src].remove(e.elem)
		}
		c.mu.Unlock()
		<-e.ready
		if e.err != nil {
			err := e.err
			c.release(e)
			return nil, false, err
		}
		return e, false, nil
	}
	e = &chunkEntry{key: key, bytes: bytes, refs: 1, ready: make(chan struct{})}
	c.entries[key] = e
	c.mu.Unlock()

	c.read(ctx, e, src, coord, n)
	if e.err != nil {
		err := e.err
		c.release(e)
		return nil, true, err
	}
	return e, true, nil
}

// read fills an entry in, and tells those who wait for it, also where the array
// panics or ends its goroutine.
func (c *cache) read(ctx context.Context, e *chunkEntry, src storage.Array, coord []int, n int) {
	e.buf, e.err = c.run.pool.get(e.bytes), ErrGone
	defer func() {
		if r := recover(); r != nil {
			e.err = panicked(r)
		}
		close(e.ready)
	}()
	e.present, e.err = src.ReadChunk(ctx, coord, e.buf[:n])
	c.run.decodedChunks.Add(1)
}

// release ends a use; a chunk nobody uses stays while there is room.
func (c *cache) release(e *chunkEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.refs--; e.refs > 0 {
		return
	}
	if e.err != nil {
		c.forget(e)
		return
	}
	idle := c.idle[e.key.src]
	e.elem = idle.chunks.PushBack(e)
	idle.bytes += e.bytes
	for idle.bytes > idle.cap {
		c.forget(idle.remove(idle.chunks.Front()))
	}
}

// remove takes a chunk out that is in use again, or forgotten.
func (i *idle) remove(el *list.Element) *chunkEntry {
	e := i.chunks.Remove(el).(*chunkEntry)
	e.elem = nil
	i.bytes -= e.bytes
	return e
}

func (c *cache) forget(e *chunkEntry) {
	delete(c.entries, e.key)
	c.run.pool.put(e.buf)
	e.buf = nil
}

// clear gives all idle chunks back.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, idle := range c.idle {
		for idle.chunks.Len() > 0 {
			c.forget(idle.remove(idle.chunks.Front()))
		}
	}
}
