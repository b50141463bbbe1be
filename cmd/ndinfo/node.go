package main

import (
	"context"
	"fmt"

	"github.com/ndgrid/ndgrid/storage"
)

// node is an array or a group.
type node struct {
	array storage.Array
	group storage.Group
}

func openNode(ctx context.Context, path string) (node, error) {
	a, g, err := open(ctx, path)
	if err != nil {
		return node{}, fmt.Errorf("%s: %s", path, reason(err))
	}
	return node{a, g}, nil
}

func (n node) Close() error {
	if n.array != nil {
		return n.array.Close()
	}
	return n.group.Close()
}

// String says what the node is.
func (n node) String() string {
	if n.array != nil {
		m := n.array.Meta()
		return fmt.Sprintf("array %s %s", m.DType, dimsText(m.Shape, m.Dims))
	}
	return "group"
}

// openChild opens what has a name in a group.
func openChild(ctx context.Context, g storage.Group, name string, isGroup bool) (n node, err error) {
	if isGroup {
		n.group, err = g.Group(ctx, name)
	} else {
		n.array, err = g.Array(ctx, name)
	}
	return n, err
}
