package zarr

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// place is where a node lies.
type place struct {
	store storage.Store
	key   string            // of the node in the store; "" is the root
	url   string            // of the hierarchy's root, "" where only this process knows it
	path  string            // of the node in the hierarchy; unlike key it is final while the node is being created
	opts  map[string]string // with which url is to be opened

	strict  bool // missing chunks are errors
	drafted bool // in a hierarchy that is being created: none of its metadata is consolidated yet
}

// child returns the place of a descendant.
func (p place) child(path string) place {
	p.key, p.path = storage.JoinKey(p.key, path), storage.JoinKey(p.path, path)
	return p
}

// up returns the place of the group around p.
func (p place) up() place {
	p.key, p.path = parent(p.key), parent(p.path)
	return p
}

// parent cuts the last part off a path.
func parent(p string) string {
	if p = path.Dir(p); p == "." {
		return ""
	}
	return p
}

// String names the place in errors.
func (p place) String() string {
	if s := storage.JoinKey(p.url, p.path); s != "" {
		return s
	}
	return "the root of the store"
}

func (p place) fail(op string, err error) error {
	return &storage.Error{Op: op, Name: p.String(), Err: err}
}

// ref describes the place to other processes, as far as they can see it.
func (p place) ref() storage.Ref {
	if p.url == "" {
		return storage.Ref{}
	}
	return storage.Ref{Driver: driverName, URL: p.url, Path: p.path, Options: p.opts}
}

// node is what lies at a place: an array or a group.
type node struct {
	version int
	array   *header // nil for a group
	attrs   storage.Attrs
}

// document reads a metadata document; absent is nil.
func (p place) document(ctx context.Context, name string) (object, error) {
	key := storage.JoinKey(p.key, name)
	b, err := storage.GetRange(ctx, p.store, key, 0, maxDocument+1, nil)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	doc, err := decode(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return doc, nil
}

// node reads what lies at p: zarr.json, or else .zarray or .zgroup. A node
// without any of them is ErrNotFound.
func (p place) node(ctx context.Context) (*node, error) {
	n, err := p.read(ctx)
	if err != nil {
		return nil, p.fail("open", err)
	}
	if n == nil {
		return nil, p.fail("open", fmt.Errorf("%w: no zarr.json, .zarray or .zgroup there", storage.ErrNotFound))
	}
	return n, nil
}

// read is node, nil standing for nothing found.
func (p place) read(ctx context.Context) (*node, error) {
	doc, err := p.document(ctx, "zarr.json")
	if err != nil {
		return nil, err
	}
	if doc != nil {
		n, err := parseNode3(doc)
		if err != nil {
			err = fmt.Errorf("zarr.json: %w", err)
		}
		return n, err
	}
	for _, name := range []string{".zarray", ".zgroup"} {
		if doc, err = p.document(ctx, name); err != nil {
			return nil, err
		}
		if doc == nil {
			continue
		}
		attributes, err := p.document(ctx, ".zattrs")
		if err != nil {
			return nil, err
		}
		n, err := parseNode2(name, doc, attributes)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return n, err
	}
	return nil, nil
}

func parseNode3(doc object) (*node, error) {
	if v, err := integer(doc["zarr_format"]); err != nil || v != 3 {
		return nil, fmt.Errorf("%w: zarr_format %s, it should be 3", storage.ErrUnsupported, brief(doc["zarr_format"]))
	}
	n := &node{version: 3}
	var err error
	switch doc["node_type"] {
	case "array":
		n.array, err = parseArray3(doc)
	case "group":
		if err = checkFields(doc, groupFields); err == nil {
			n.attrs, err = attrs(doc["attributes"])
		}
	default:
		err = fmt.Errorf("%w: node_type %s is neither array nor group", storage.ErrCorrupt, brief(doc["node_type"]))
	}
	return n, err
}

func parseNode2(name string, doc, attributes object) (*node, error) {
	if v, err := integer(doc["zarr_format"]); err != nil || v != 2 {
		return nil, fmt.Errorf("%w: zarr_format %s, it should be 2", storage.ErrUnsupported, brief(doc["zarr_format"]))
	}
	n := &node{version: 2}
	var err error
	if name == ".zarray" {
		n.array, err = parseArray2(doc, attributes)
	} else {
		n.attrs, err = attrs(attributes)
	}
	return n, err
}

// checkName refuses names v3 forbids to nodes.
func checkName(name string) error {
	switch {
	case name == "", strings.Trim(name, ".") == "", strings.ContainsAny(name, "/\\\x00"),
		strings.HasPrefix(name, "__"), name == "zarr.json":
		return fmt.Errorf("%w: %q is no name for a node", storage.ErrUnsupported, name)
	}
	return nil
}

// splitPath checks the path of a node to be created and returns its parts.
func splitPath(path string) ([]string, error) {
	parts := strings.Split(path, "/")
	for _, name := range parts {
		if err := checkName(name); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// put writes documents of p, attributes before what makes it a node.
func (p place) put(ctx context.Context, docs documents) error {
	for _, name := range []string{".zattrs", ".zarray", ".zgroup", "zarr.json"} {
		doc, ok := docs[name]
		if !ok {
			continue
		}
		b, err := encode(doc)
		if err != nil {
			return err
		}
		if err := p.store.Put(ctx, storage.JoinKey(p.key, name), b); err != nil {
			return err
		}
	}
	return nil
}
