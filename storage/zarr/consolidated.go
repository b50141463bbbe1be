package zarr

import (
	"context"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// Consolidated metadata are the documents of all nodes below a group in one
// place, where some readers look first: in the group's own zarr.json, or in v2
// in .zmetadata beside it. Stores that can't list their keys know their nodes
// from there.

// consolidate writes the documents of all nodes below the group.
func (g *writableGroup) consolidate(ctx context.Context) error {
	all := object{}
	if err := g.collect(ctx, "", all); err != nil {
		return err
	}
	if g.version == 2 {
		for _, name := range []string{".zgroup", ".zattrs"} {
			doc, err := g.document(ctx, name)
			if err != nil {
				return err
			}
			all[name] = doc
		}
		b, err := encode(object{"zarr_consolidated_format": 1, "metadata": all})
		if err != nil {
			return err
		}
		return g.store.Put(ctx, storage.JoinKey(g.key, ".zmetadata"), b)
	}
	doc, err := g.document(ctx, "zarr.json")
	if err != nil {
		return err
	}
	doc["consolidated_metadata"] = object{"kind": "inline", "must_understand": false, "metadata": all}
	return g.put(ctx, documents{"zarr.json": doc})
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

// known returns the children that consolidated metadata tell of.
func (g *group) known(ctx context.Context) ([]storage.Child, error) {
	var all object
	if g.node.version == 2 {
		doc, err := g.document(ctx, ".zmetadata")
		if err != nil {
			return nil, err
		}
		all, _ = doc["metadata"].(object)
	} else {
		c, _ := g.node.doc["consolidated_metadata"].(object)
		all, _ = c["metadata"].(object)
	}
	var children []storage.Child
	for key, doc := range all {
		if g.node.version == 2 {
			var kind string
			if key, kind, _ = strings.Cut(key, "/"); kind != ".zarray" && kind != ".zgroup" {
				continue
			}
			children = append(children, storage.Child{Name: key, IsGroup: kind == ".zgroup"})
		} else if o, ok := doc.(object); ok && key != "" && !strings.Contains(key, "/") {
			children = append(children, storage.Child{Name: key, IsGroup: o["node_type"] == "group"})
		}
	}
	slices.SortFunc(children, func(a, b storage.Child) int { return strings.Compare(a.Name, b.Name) })
	return children, nil
}
