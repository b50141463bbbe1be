package zarr

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// Consolidated metadata are the documents of all nodes below a group in one
// place, where some readers look first: in the group's own zarr.json, or in v2
// in .zmetadata beside it. Stores that can't list their keys know their nodes
// from there: servers.

// consolidate writes the documents of all nodes below the group p.
func (p place) consolidate(ctx context.Context) error {
	all := object{}
	if err := p.collect(ctx, "", all); err != nil {
		return err
	}
	doc, err := p.document(ctx, "zarr.json")
	if err != nil {
		return err
	}
	if doc != nil {
		doc["consolidated_metadata"] = object{"kind": "inline", "must_understand": false, "metadata": all}
		return p.put(ctx, documents{"zarr.json": doc})
	}
	for _, name := range []string{".zgroup", ".zattrs"} {
		if doc, err = p.document(ctx, name); err != nil {
			return err
		}
		if doc != nil {
			all[name] = doc
		}
	}
	b, err := encode(object{"zarr_consolidated_format": 1, "metadata": all})
	if err != nil {
		return err
	}
	return p.store.Put(ctx, storage.JoinKey(p.key, ".zmetadata"), b)
}

// holders returns the groups that have consolidated metadata: p, and those above it
// up to one that has been looked at, if any. What changes below them removes these
// (invalidate), and who changed it writes them again (renew).
func (p place) holders(ctx context.Context, known *place) (groups []place, err error) {
	for known == nil || p.path != known.path {
		held, err := p.isConsolidated(ctx)
		if err != nil {
			return nil, err
		}
		if held {
			groups = append(groups, p)
		}
		if p.path == "" {
			break
		}
		p = p.up()
	}
	return groups, nil
}

// above returns the holders above a node that is to be created, none where that lies in
// no group: they can't list it.
func (p place) above(ctx context.Context) ([]place, error) {
	if p.path == "" {
		return nil, nil
	}
	p = p.up()
	if kind, err := p.kind(ctx); err != nil || kind != "group" {
		return nil, err
	}
	return p.holders(ctx, nil)
}

// isConsolidated reports whether the group p has consolidated metadata, or had them
// before they were removed: null stands for them in v3 (drop), so that they come
// back after a process was killed.
func (p place) isConsolidated(ctx context.Context) (bool, error) {
	doc, err := p.document(ctx, "zarr.json")
	if err != nil || doc != nil {
		_, held := doc["consolidated_metadata"]
		return held, err
	}
	_, err = storage.Size(ctx, p.store, storage.JoinKey(p.key, ".zmetadata"))
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// invalidate removes the consolidated metadata above p, which are about to say
// something else than there is; other readers would believe them.
func (p place) invalidate(ctx context.Context) error {
	for p.path != "" {
		p = p.up()
		if err := p.drop(ctx); err != nil {
			return err
		}
	}
	return nil
}

// drop removes the consolidated metadata of the group p; v3 keeps in mind that there
// were any.
func (p place) drop(ctx context.Context) error {
	if p.drafted {
		return nil
	}
	if err := p.store.Delete(ctx, storage.JoinKey(p.key, ".zmetadata")); err != nil {
		return err
	}
	doc, err := p.document(ctx, "zarr.json")
	if err != nil {
		return err
	}
	if doc["consolidated_metadata"] == nil {
		return nil
	}
	doc["consolidated_metadata"] = nil
	return p.put(ctx, documents{"zarr.json": doc})
}

// renew consolidates the metadata of those groups that no longer have them so.
func renew(ctx context.Context, groups []place) error {
	for _, p := range groups {
		all, isNode, err := p.listed(ctx)
		if err == nil && isNode && all == nil {
			err = p.consolidate(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// collect adds the documents of the nodes below p to all: in v3 by the path of
// the node, in v2 by their keys.
func (p place) collect(ctx context.Context, path string, all object) error {
	children, err := (&group{place: p}).Names(ctx)
	if err != nil {
		return err
	}
	for _, c := range children {
		at, below := p.child(c.Name), storage.JoinKey(path, c.Name)
		for _, name := range []string{"zarr.json", ".zarray", ".zgroup", ".zattrs"} {
			doc, err := at.document(ctx, name)
			if err != nil {
				return err
			}
			switch {
			case doc == nil:
			case name == "zarr.json":
				delete(doc, "consolidated_metadata") // here is the same
				all[below] = doc
			default:
				all[storage.JoinKey(below, name)] = doc
			}
		}
		if c.IsGroup {
			if err := at.collect(ctx, below, all); err != nil {
				return err
			}
		}
	}
	return nil
}

// consolidated returns the children of p as consolidated metadata list them,
// those of p or of a node above it.
func (p place) consolidated(ctx context.Context) ([]storage.Child, error) {
	below := "" // the path of p in the node at hand
	for at := p; ; {
		all, isNode, err := at.listed(ctx)
		switch {
		case err != nil:
			return nil, err
		case all != nil:
			return childrenIn(all, below), nil
		case !isNode || at.key == "":
			return nil, fmt.Errorf("%w: the store can't list its keys, and the metadata are not consolidated", storage.ErrUnsupported)
		}
		below = storage.JoinKey(path.Base(at.key), below)
		at = at.up()
	}
}

// listed returns the kinds of the nodes below p by path, "array" or "group",
// as its consolidated metadata have them; nil where there are none.
func (p place) listed(ctx context.Context) (all map[string]string, isNode bool, err error) {
	doc, err := p.document(ctx, "zarr.json")
	if err != nil {
		return nil, false, err
	}
	if doc != nil {
		c, _ := doc["consolidated_metadata"].(object)
		nodes, ok := c["metadata"].(object)
		if !ok {
			return nil, true, nil
		}
		all = map[string]string{}
		for path, d := range nodes {
			d, _ := d.(object)
			all[path], _ = d["node_type"].(string)
		}
		return all, true, nil
	}
	if doc, err = p.document(ctx, ".zmetadata"); err != nil {
		return nil, false, err
	}
	nodes, ok := doc["metadata"].(object)
	if !ok {
		_, err := storage.Size(ctx, p.store, storage.JoinKey(p.key, ".zgroup"))
		if errors.Is(err, storage.ErrNotFound) {
			return nil, false, nil
		}
		return nil, true, err
	}
	all = map[string]string{}
	for key := range nodes {
		switch node := parent(key); path.Base(key) {
		case ".zarray":
			all[node] = "array"
		case ".zgroup":
			all[node] = "group"
		}
	}
	return all, true, nil
}

// childrenIn picks the nodes directly below a path.
func childrenIn(all map[string]string, below string) (children []storage.Child) {
	for node, kind := range all {
		if parent(node) == below && node != "" && storage.CheckKey(node) == nil {
			children = append(children, storage.Child{Name: strings.TrimPrefix(node[len(below):], "/"), IsGroup: kind == "group"})
		}
	}
	return children
}
