// Package cache keeps in memory what was read from slow stores and what was
// decoded from arrays, up to a number of bytes; what was not used for longest
// goes first. Several stores and arrays may share one cache. What is being read
// by one goroutine is waited for by others that want the same.
//
// A run of package chunkgrid keeps decoded chunks of its own, for as long as it
// takes. A cache of this package is for programs that read the same chunks again
// and again: viewers, servers.
package cache

import (
	"container/list"
	"context"
	"errors"
	"sync"
)

// Cache is a number of bytes shared by what is wrapped in it. All methods are
// safe for concurrent use.
type Cache struct {
	mu      sync.Mutex
	max     int64
	bytes   int64
	hits    int64
	misses  int64
	entries map[key]*list.Element // of *entry
	recent  list.List             // most recently used first
	loading map[key]*load
	changes int64 // counts what made entries invalid
}

// Stats says how a cache does.
type Stats struct {
	Hits, Misses   int64 // reads that were answered from memory, and that were not
	Entries, Bytes int64 // what is kept
}

// New returns a cache that keeps up to max bytes.
func New(max int64) *Cache {
	return &Cache{max: max, entries: map[key]*list.Element{}, loading: map[key]*load{}}
}

// Stats returns the counts so far.
func (c *Cache) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{Hits: c.hits, Misses: c.misses, Entries: int64(c.recent.Len()), Bytes: c.bytes}
}

// key tells apart what is kept: whose it is, its name there, and which part.
type key struct {
	owner          any // a pointer
	name           string
	offset, length int64
}

type entry struct {
	key     key
	value   []byte
	present bool // false: it is known that there is nothing
}

// overhead is what an entry takes beside its value, about.
const overhead = 200

func (e *entry) size() int64 { return int64(len(e.value)+len(e.key.name)) + overhead }

// load is a read under way.
type load struct {
	done    chan struct{}
	value   []byte
	present bool
	err     error
}

// get returns the value of k, which read reads where it isn't kept. The value
// must not be changed.
func (c *Cache) get(ctx context.Context, k key, read func() (value []byte, present bool, err error)) ([]byte, bool, error) {
	for {
		c.mu.Lock()
		if e, ok := c.entries[k]; ok {
			c.recent.MoveToFront(e)
			c.hits++
			c.mu.Unlock()
			kept := e.Value.(*entry)
			return kept.value, kept.present, nil
		}
		l, ok := c.loading[k]
		if !ok {
			c.misses++
			return c.load(k, read)
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, false, ctx.Err()
		case <-l.done:
		}
		// Whoever was reading may have been called off, which is nothing to us.
		if !errors.Is(l.err, context.Canceled) && !errors.Is(l.err, context.DeadlineExceeded) {
			c.mu.Lock()
			c.hits++
			c.mu.Unlock()
			return l.value, l.present, l.err
		}
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
	}
}

// load reads what isn't kept, and keeps it. It is called with mu locked, and
// unlocks it.
func (c *Cache) load(k key, read func() ([]byte, bool, error)) ([]byte, bool, error) {
	l := &load{done: make(chan struct{}), err: errPanic}
	c.loading[k] = l
	changes := c.changes
	c.mu.Unlock()
	defer func() { // also if read panics: others wait
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.loading[k] == l {
			delete(c.loading, k)
		}
		if l.err == nil && changes == c.changes {
			c.keep(&entry{k, l.value, l.present})
		}
		close(l.done)
	}()
	l.value, l.present, l.err = read()
	return l.value, l.present, l.err
}

var errPanic = errors.New("the goroutine that was reading has panicked")

// keep adds an entry, for which others go.
func (c *Cache) keep(e *entry) {
	if e.size() > c.max {
		return
	}
	c.entries[e.key] = c.recent.PushFront(e)
	for c.bytes += e.size(); c.bytes > c.max; {
		c.drop(c.recent.Back())
	}
}

func (c *Cache) drop(at *list.Element) {
	e := c.recent.Remove(at).(*entry)
	delete(c.entries, e.key)
	c.bytes -= e.size()
}

// forget drops what fits, and lets nothing be kept that is being read now.
func (c *Cache) forget(fits func(key) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for k, e := range c.entries {
		if fits(k) {
			c.drop(e)
		}
	}
	for k := range c.loading {
		if fits(k) {
			delete(c.loading, k) // who comes now reads again
		}
	}
}
