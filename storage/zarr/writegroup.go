package zarr

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/ndgrid/ndgrid/storage"
)

// writableGroup is a group that is being created (it has a draft) or was
// opened for writing.
type writableGroup struct {
	group
	version int
	draft   *draft
	fresh   bool            // created by this handle
	full    bool            // to be consolidated when it is committed
	holders []place         // groups with consolidated metadata, which are made anew when others have changed
	resume  bool            // what is there already is what an interrupted process has made
	open    atomic.Int32    // arrays created in it that aren't ended yet
	mu      sync.Mutex      // guards the following
	made    map[string]bool // names created, to the first slash
	ended   bool
}

// OpenWritableStore opens the group at path of a store for adding and changing
// arrays, of the version it has.
func OpenWritableStore(ctx context.Context, s storage.Store, path string) (storage.WritableGroup, error) {
	return writableAt(ctx, place{store: s, key: path, path: path})
}

func openWritable(ctx context.Context, path string, opts map[string]string) (storage.WritableGroup, error) {
	p, err := openDir(path, opts)
	if err != nil {
		return nil, err
	}
	return writableAt(ctx, p)
}

func writableAt(ctx context.Context, p place) (storage.WritableGroup, error) {
	g := &group{place: p}
	at, n, err := g.openGroup(ctx, "")
	if err != nil {
		return nil, err
	}
	w := newWritableGroup(at, n)
	if w.holders, err = at.holders(ctx, nil); err != nil {
		return nil, at.fail("open", err)
	}
	return w, nil
}

func newWritableGroup(p place, n *node) *writableGroup {
	return &writableGroup{group: group{p, n}, version: n.version}
}

// OpenWritableArrayStore opens the array at path of a store for writing.
func OpenWritableArrayStore(ctx context.Context, s storage.Store, path string) (storage.WritableArray, error) {
	return writableArrayAt(ctx, place{store: s, key: path, path: path})
}

func openWritableArray(ctx context.Context, path, inner string, opts map[string]string) (storage.WritableArray, error) {
	p, err := openDir(path, opts)
	if err != nil {
		return nil, err
	}
	return writableArrayAt(ctx, p.child(inner))
}

func writableArrayAt(ctx context.Context, p place) (storage.WritableArray, error) {
	n, err := p.node(ctx)
	if err == nil && n.array == nil {
		err = p.fail("open", fmt.Errorf("%w but a group", storage.ErrNotArray))
	}
	if err != nil {
		return nil, err
	}
	a := newWritableArray(p, n.array)
	if a.holders, err = p.holders(ctx, nil); err != nil {
		return nil, p.fail("open", err)
	}
	return a, nil
}

// CreateStore starts a new hierarchy at path of a store; what exists there is
// ErrExists unless opts["overwrite"] is "true". It appears at Commit, except at
// the root of the store ("").
func CreateStore(ctx context.Context, s storage.Store, path string, opts map[string]string) (storage.WritableGroup, error) {
	if err := checkOptions(opts); err != nil {
		return nil, &storage.Error{Op: "create", Name: path, Err: err}
	}
	p := place{store: s, key: path, path: path}
	holders, err := p.above(ctx)
	if err != nil {
		return nil, p.fail("create", err)
	}
	g, err := startGroup(ctx, p, opts)
	if err != nil {
		return nil, err
	}
	g.holders = holders
	return g, nil
}

func create(ctx context.Context, path string, opts map[string]string) (storage.WritableGroup, error) {
	p, err := createDir(path, opts)
	if err != nil {
		return nil, err
	}
	return startGroup(ctx, p, opts)
}

// CreateArrayStore starts a new array at path of a store, as CreateStore does a
// hierarchy.
func CreateArrayStore(ctx context.Context, s storage.Store, path string, spec storage.Spec, opts map[string]string) (storage.WritableArray, error) {
	if err := checkOptions(opts); err != nil {
		return nil, &storage.Error{Op: "create", Name: path, Err: err}
	}
	p := place{store: s, key: path, path: path}
	holders, err := p.above(ctx)
	if err != nil {
		return nil, p.fail("create", err)
	}
	a, err := startArray(ctx, p, version(opts), spec, opts, new(atomic.Int32))
	if err != nil {
		return nil, err
	}
	a.holders = holders
	return a, nil
}

func createArray(ctx context.Context, path string, s storage.Spec, opts map[string]string) (storage.WritableArray, error) {
	p, err := createDir(path, opts)
	if err != nil {
		return nil, err
	}
	return startArray(ctx, p, version(opts), s, opts, new(atomic.Int32))
}

// startGroup writes the metadata of a new group in its draft.
func startGroup(ctx context.Context, p place, opts map[string]string) (*writableGroup, error) {
	at, d, err := newDraft(ctx, p, opts)
	if err != nil {
		return nil, err
	}
	at.drafted = d != nil && !d.resume
	g := &writableGroup{version: version(opts), draft: d, fresh: true, full: opts["consolidated"] == "true", resume: resumes(opts)}
	if err := g.start(ctx, at); err != nil {
		return nil, errors.Join(err, d.abort())
	}
	return g, nil
}

// start writes the metadata of a new group at p.
func (g *writableGroup) start(ctx context.Context, p place) error {
	g.group = group{p, &node{version: g.version, attrs: storage.Attrs{}}}
	return g.putAttrs(ctx, nil)
}

func (g *writableGroup) putAttrs(ctx context.Context, a storage.Attrs) error {
	docs, err := groupDocs(g.version, a)
	if err != nil {
		return err
	}
	return g.put(ctx, docs)
}

// Attrs returns the attributes.
func (g *writableGroup) Attrs() storage.Attrs {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.node.attrs
}

// SetAttrs replaces the attributes.
func (g *writableGroup) SetAttrs(ctx context.Context, a storage.Attrs) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.replaceAttrs(ctx, a); err != nil {
		return g.fail("set attributes", err)
	}
	g.node = &node{version: g.version, attrs: a}
	_ = renew(ctx, g.holders) // Commit and Abort try again, and tell
	return nil
}

func (g *writableGroup) replaceAttrs(ctx context.Context, a storage.Attrs) error {
	docs, err := groupDocs(g.version, a)
	if err != nil {
		return err
	}
	held, err := g.isConsolidated(ctx)
	if err != nil {
		return err
	}
	if doc, ok := docs["zarr.json"]; ok && held {
		doc["consolidated_metadata"] = nil // see drop
	}
	if err := g.drop(ctx); err != nil {
		return err
	}
	if err := g.invalidate(ctx); err != nil {
		return err
	}
	return g.put(ctx, docs)
}

// Array opens an array below the group for reading and writing.
func (g *writableGroup) Array(ctx context.Context, path string) (storage.Array, error) {
	a, err := g.group.Array(ctx, path)
	if r, ok := a.(*array); ok {
		return newWritableArray(r.place, r.head.Load()), nil
	}
	return a, err
}

// Group opens a group below the group for reading and writing.
func (g *writableGroup) Group(ctx context.Context, path string) (storage.Group, error) {
	p, n, err := g.openGroup(ctx, path)
	if err != nil {
		return nil, err
	}
	w := newWritableGroup(p, n)
	if w.holders, err = p.holders(ctx, &g.place); err != nil {
		return nil, p.fail("open", err)
	}
	return w, nil
}

// CreateArray starts a new array; groups on the way to it are made where they
// are missing. Options of the array: "overwrite" ("true" replaces what is
// there, at Commit), "chunks" ("100,10", instead of Spec.Chunks), "separator" of
// chunk keys ("/" or ".") and "index" of shards ("end" or "start").
func (g *writableGroup) CreateArray(ctx context.Context, name string, s storage.Spec) (storage.WritableArray, error) {
	p := g.child(name)
	if err := g.ancestors(ctx, name); err != nil {
		return nil, p.fail("create", err)
	}
	if !g.resume {
		return startArray(ctx, p, g.version, s, s.Options, &g.open)
	}
	docs, err := arrayDocs(g.version, s)
	if err != nil {
		return nil, p.fail("create", err)
	}
	h, err := newHeader(docs)
	if err != nil {
		return nil, p.fail("create", err)
	}
	return continueArray(ctx, p, &draft{store: p.store, tmp: p.key, final: p.key, resume: true}, docs, h, &g.open)
}

// CreateGroup makes a new group at once; groups on the way to it are made where
// they are missing.
func (g *writableGroup) CreateGroup(ctx context.Context, name string) (storage.WritableGroup, error) {
	p := g.child(name)
	if err := g.ancestors(ctx, name); err != nil {
		return nil, p.fail("create", err)
	}
	exists, err := p.exists(ctx)
	if err == nil && exists && !g.resume {
		err = storage.ErrExists
	}
	if err == nil {
		err = p.invalidate(ctx)
	}
	child := &writableGroup{version: g.version, fresh: !g.resume, resume: g.resume}
	if err == nil {
		err = child.start(ctx, p)
	}
	if err != nil {
		return nil, p.fail("create", err)
	}
	return child, nil
}

// ancestors checks the path of a new node and makes the groups it lies in.
func (g *writableGroup) ancestors(ctx context.Context, path string) error {
	parts, err := splitPath(path)
	if err != nil {
		return err
	}
	g.mu.Lock()
	if g.made == nil {
		g.made = map[string]bool{}
	}
	g.made[parts[0]] = true
	g.mu.Unlock()
	p := g.place
	for _, name := range parts[:len(parts)-1] {
		p = p.child(name)
		n, err := p.read(ctx)
		switch {
		case err != nil:
			return err
		case n != nil && n.array != nil:
			return fmt.Errorf("%s: %w but an array", p, storage.ErrNotGroup)
		case n != nil:
			continue
		}
		docs, err := groupDocs(g.version, nil)
		if err == nil {
			err = p.invalidate(ctx)
		}
		if err == nil {
			err = p.put(ctx, docs)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Commit puts a new hierarchy in its place. All arrays created in it must
// have been committed or aborted.
func (g *writableGroup) Commit(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch n := g.open.Load(); {
	case g.ended:
		return g.fail("commit", storage.ErrClosed)
	case n > 0:
		return g.fail("commit", fmt.Errorf("arrays in it that are neither committed nor aborted: %d", n))
	}
	if g.resume {
		if err := g.sweep(ctx); err != nil {
			return g.fail("commit", err)
		}
	}
	if g.full {
		if err := g.consolidate(ctx); err != nil {
			return g.fail("commit", err)
		}
	}
	if g.draft != nil {
		g.drafted = false
		if err := g.invalidate(ctx); err != nil {
			return g.fail("commit", err)
		}
	}
	if err := g.draft.commit(ctx); err != nil {
		return g.fail("commit", err)
	}
	if err := renew(ctx, g.holders); err != nil {
		return g.fail("commit", err)
	}
	g.ended = true
	return nil
}

// Abort removes a new group with all that is in it; of one that existed, what was
// written stays.
func (g *writableGroup) Abort() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return g.fail("abort", storage.ErrClosed)
	}
	g.ended = true
	ctx := context.Background()
	err := g.draft.abort()
	if g.fresh && g.draft == nil {
		err = storage.DeleteAll(ctx, g.store, g.key)
	}
	if err = errors.Join(err, renew(ctx, g.holders)); err != nil {
		return g.fail("abort", err)
	}
	return nil
}

// Close ends the use of the group; a new one that was not committed is aborted.
func (g *writableGroup) Close() error {
	if err := g.Abort(); err != nil && !errors.Is(err, storage.ErrClosed) {
		return err
	}
	return nil
}

// sweep removes what the interrupted process has made and this one hasn't.
func (g *writableGroup) sweep(ctx context.Context) error {
	children, err := g.Names(ctx)
	if err != nil {
		return err
	}
	for _, c := range children {
		if !g.made[c.Name] {
			if err := storage.DeleteAll(ctx, g.store, g.child(c.Name).key); err != nil {
				return err
			}
		}
	}
	return nil
}
