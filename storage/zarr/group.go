package zarr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// group is a group open for reading.
type group struct {
	place
	node *node
}

// Ref says where the group is.
func (g *group) Ref() storage.Ref { return g.ref() }

// Attrs returns the attributes.
func (g *group) Attrs() storage.Attrs { return g.node.attrs }

// IsRemote reports whether the store is far away.
func (g *group) IsRemote() bool { return storage.IsRemote(g.store) }

// Close does nothing: the group holds no resources.
func (g *group) Close() error { return nil }

// Names lists the children: the names below which there is metadata, or, where
// the store can't list, those in consolidated metadata.
func (g *group) Names(ctx context.Context) ([]storage.Child, error) {
	children, err := g.children(ctx)
	if errors.Is(err, storage.ErrUnsupported) {
		children, err = g.consolidated(ctx)
	}
	if err != nil {
		return nil, g.fail("list", err)
	}
	slices.SortFunc(children, func(a, b storage.Child) int { return strings.Compare(a.Name, b.Name) })
	return children, nil
}

func (g *group) children(ctx context.Context) (children []storage.Child, err error) {
	for e, err := range storage.List(ctx, g.store, g.key) {
		if err != nil {
			return nil, err
		}
		if !e.Dir || strings.HasPrefix(e.Name, "__") {
			continue
		}
		kind, err := g.child(e.Name).kind(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		if kind != "" {
			children = append(children, storage.Child{Name: e.Name, IsGroup: kind == "group"})
		}
	}
	return children, nil
}

// kind returns "array", "group", or "" for neither, without looking further
// into the metadata: a child that can't be opened is listed all the same.
func (p place) kind(ctx context.Context) (string, error) {
	doc, err := p.document(ctx, "zarr.json")
	switch {
	case errors.Is(err, storage.ErrCorrupt):
		return "array", nil
	case err != nil:
		return "", err
	case doc != nil && doc["node_type"] == "group":
		return "group", nil
	case doc != nil:
		return "array", nil
	}
	for name, kind := range map[string]string{".zarray": "array", ".zgroup": "group"} {
		_, err := storage.Size(ctx, p.store, storage.JoinKey(p.key, name))
		if err == nil {
			return kind, nil
		}
		if !errors.Is(err, storage.ErrNotFound) {
			return "", err
		}
	}
	return "", nil
}

// Array opens an array by its path below the group.
func (g *group) Array(ctx context.Context, path string) (storage.Array, error) {
	p, n, err := g.open(ctx, path)
	if err != nil {
		return nil, err
	}
	if n.array == nil {
		return nil, p.fail("open", fmt.Errorf("%w but a group", storage.ErrNotArray))
	}
	return newArray(p, n.array), nil
}

// Group opens a group by its path below the group.
func (g *group) Group(ctx context.Context, path string) (storage.Group, error) {
	p, n, err := g.openGroup(ctx, path)
	if err != nil {
		return nil, err
	}
	return &group{p, n}, nil
}

func (g *group) openGroup(ctx context.Context, path string) (place, *node, error) {
	p, n, err := g.open(ctx, path)
	if err == nil && n.array != nil {
		err = p.fail("open", fmt.Errorf("%w but an array", storage.ErrNotGroup))
	}
	return p, n, err
}

func (g *group) open(ctx context.Context, path string) (place, *node, error) {
	if path = strings.Trim(path, "/"); path != "" {
		if err := storage.CheckKey(path); err != nil {
			return g.place, nil, g.fail("open", fmt.Errorf("%w: %w", storage.ErrNotFound, err))
		}
	}
	p := g.child(path)
	n, err := p.find(ctx)
	return p, n, err
}

// find is node, except that a directory with nodes somewhere below it counts
// as a group: hierarchies of early v3 lack the metadata of some groups.
func (p place) find(ctx context.Context) (*node, error) {
	n, err := p.node(ctx)
	if !errors.Is(err, storage.ErrNotFound) {
		return n, err
	}
	if lister, ok := p.store.(storage.Lister); ok {
		for e, lerr := range lister.List(ctx, p.key) {
			if lerr != nil || !e.Dir {
				continue
			}
			if kind, kerr := p.child(e.Name).kind(ctx); kerr == nil && kind != "" {
				return &node{version: 3, attrs: storage.Attrs{}}, nil
			}
		}
	}
	return nil, err
}
