package zarr

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// consolidated returns the children of p as consolidated metadata list them,
// those of p or of a node above it, for stores that can't list: servers.
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
		at.key, at.path = parent(at.key), parent(at.path)
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
