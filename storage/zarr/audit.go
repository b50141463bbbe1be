package zarr

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

var (
	_ storage.Auditor = (*array)(nil)
	_ storage.Auditor = (*group)(nil)
)

// What an audit finds.
var (
	errNoChunk = errors.New("belongs to no chunk")
	errNoNode  = errors.New("no metadata: nobody finds what is below")
)

// Audit looks at every key below the array: chunks must lie in the grid, and
// there is nothing else but metadata.
func (a *array) Audit(ctx context.Context, report func(key string, finding error)) error {
	h := a.head.Load()
	err := a.leftovers(ctx, report, true, func(key string) {
		rel := strings.TrimPrefix(key[len(a.key):], "/")
		coord, ok := h.keys.parse(rel, len(h.meta.Shape))
		switch {
		case ok && !h.meta.WriteGrid.Contains(coord):
			report(key, fmt.Errorf("outside the array: chunk %v in a grid of %v", coord, h.meta.WriteGrid.NumChunks()))
		case !ok && !slices.Contains([]string{"zarr.json", ".zarray", ".zattrs"}, rel):
			report(key, errNoChunk)
		}
	})
	if err != nil {
		return a.fail("audit", err)
	}
	return nil
}

// StoredChunks looks at every key below the array. Where missing chunks are errors, all
// have to be asked for.
func (a *array) StoredChunks(ctx context.Context) iter.Seq2[[]int, error] {
	return func(yield func([]int, error) bool) {
		if a.strict {
			yield(nil, a.fail("list", fmt.Errorf("%w: missing chunks are errors", storage.ErrUnsupported)))
			return
		}
		h := a.head.Load()
		for key, err := range a.keys(ctx) {
			if err != nil {
				yield(nil, a.fail("list", err))
				return
			}
			coord, ok := h.keys.parse(strings.TrimPrefix(key[len(a.key):], "/"), len(h.meta.Shape))
			if ok && h.meta.WriteGrid.Contains(coord) && !yield(coord, nil) {
				return
			}
		}
	}
}

// keys ranges over the keys at p and below.
func (p place) keys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { p.eachKey(ctx, yield) }
}

// eachKey calls yield for keys until that returns false, and so does eachKey.
func (p place) eachKey(ctx context.Context, yield func(string, error) bool) bool {
	for e, err := range storage.List(ctx, p.store, p.key) {
		below := p.child(e.Name)
		switch {
		case err != nil:
			yield("", err)
			return false
		case e.Dir:
			if !below.eachKey(ctx, yield) {
				return false
			}
		case !yield(below.key, nil):
			return false
		}
	}
	return true
}

// parse is the inverse of key, for a key below that of the array.
func (k keyEncoding) parse(rel string, ndim int) (coord []int, ok bool) {
	if k.prefix != "" {
		if rel, ok = strings.CutPrefix(rel, k.prefix); !ok {
			return nil, false
		}
		if ndim == 0 {
			return nil, rel == ""
		}
		if rel, ok = strings.CutPrefix(rel, k.sep); !ok {
			return nil, false
		}
	}
	if ndim == 0 {
		return nil, rel == "0"
	}
	for part := range strings.SplitSeq(rel, k.sep) {
		c, err := strconv.Atoi(part)
		if err != nil || strconv.Itoa(c) != part || c < 0 {
			return nil, false
		}
		coord = append(coord, c)
	}
	return coord, len(coord) == ndim
}

// leftovers reports what unfinished writes have left below p, in all depths if
// deep, and calls other for every other key.
func (p place) leftovers(ctx context.Context, report func(key string, finding error), deep bool, other func(key string)) error {
	if l, ok := p.store.(storage.LeftoverLister); ok {
		for e, err := range l.Leftovers(ctx, p.key) {
			if err != nil {
				return err
			}
			report(storage.JoinKey(p.key, e.Name), storage.ErrLeftover)
		}
	}
	for e, err := range storage.List(ctx, p.store, p.key) {
		switch key := storage.JoinKey(p.key, e.Name); {
		case errors.Is(err, storage.ErrUnsupported):
			return nil // a store that can't list has nothing that could be found
		case err != nil:
			return err
		case strings.HasSuffix(e.Name, ".__lock"): // tensorstore's
			report(key, storage.ErrLeftover)
		case e.Dir && deep:
			if err := p.child(e.Name).leftovers(ctx, report, deep, other); err != nil {
				return err
			}
		default:
			other(key)
		}
	}
	return nil
}

// Audit looks at what lies directly below the group, and compares consolidated
// metadata with the documents they were made from.
func (g *group) Audit(ctx context.Context, report func(key string, finding error)) error {
	err := g.leftovers(ctx, report, false, func(key string) {
		name := strings.TrimPrefix(key[len(g.key):], "/")
		if _, err := storage.Size(ctx, g.store, key); err == nil {
			return // a file beside the nodes
		}
		if kind, err := g.child(name).kind(ctx); err == nil && kind == "" {
			if _, err := g.child(name).find(ctx); err != nil {
				report(key, errNoNode)
			}
		}
	})
	if err == nil {
		err = g.auditConsolidated(ctx, report)
	}
	if err != nil {
		return g.fail("audit", err)
	}
	return nil
}

func (g *group) auditConsolidated(ctx context.Context, report func(key string, finding error)) error {
	doc, err := g.document(ctx, "zarr.json")
	if err != nil {
		return err
	}
	key, names := storage.JoinKey(g.key, "zarr.json"), []string{"zarr.json"}
	held, _ := doc["consolidated_metadata"].(object)
	if doc == nil {
		key, names = storage.JoinKey(g.key, ".zmetadata"), []string{".zgroup", ".zarray", ".zattrs"}
		if held, err = g.document(ctx, ".zmetadata"); err != nil {
			report(key, err)
			return nil
		}
	}
	if held == nil {
		return nil
	}
	all, ok := held["metadata"].(object)
	if !ok {
		report(key, fmt.Errorf("%w: consolidated metadata hold no metadata", storage.ErrCorrupt))
		return nil
	}
	own := object{}
	if err := g.documents(ctx, "", true, names, own); err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(union(all, own))) {
		mine, here := own[path]
		copied, there := all[path]
		switch name := strings.TrimSuffix(path, "/"); {
		case !there:
			report(key, fmt.Errorf("consolidated metadata lack %s", name))
		case !here:
			report(key, fmt.Errorf("consolidated metadata have %s, which isn't there", name))
		case !reflect.DeepEqual(plain(mine), plain(copied)):
			report(key, fmt.Errorf("consolidated metadata say something else of %s than its own do", name))
		}
	}
	return nil
}

func union(a, b object) object {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// plain is a document without what may differ in a copy: consolidated metadata
// of its own, and attributes that are left out where there are none.
func plain(v any) any {
	doc, ok := v.(object)
	if !ok {
		return v
	}
	doc = maps.Clone(doc)
	delete(doc, "consolidated_metadata")
	if a, ok := doc["attributes"].(object); ok && len(a) == 0 {
		delete(doc, "attributes")
	}
	return doc
}

// documents adds those documents of p and all nodes below it that consolidated
// metadata hold: in v3 by the node's path, that of p itself not among them, in
// v2 by the document's key.
func (p place) documents(ctx context.Context, path string, isGroup bool, names []string, all object) error {
	v3 := names[0] == "zarr.json"
	for _, name := range names {
		key := storage.JoinKey(path, name)
		if v3 {
			key = path
		}
		if key == "" {
			continue
		}
		doc, err := p.document(ctx, name)
		switch {
		case errors.Is(err, storage.ErrCorrupt):
			all[key] = nil // told of where the node itself is opened
		case err != nil:
			return err
		case doc != nil:
			all[key] = doc
		}
	}
	if !isGroup {
		return nil
	}
	children, err := (&group{place: p}).Names(ctx)
	for _, c := range children {
		if err == nil {
			err = p.child(c.Name).documents(ctx, storage.JoinKey(path, c.Name), c.IsGroup, names, all)
		}
	}
	return err
}
