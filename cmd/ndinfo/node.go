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
		return fmt.Sprintf("array %s %s", typeText(n.array), dimsText(m.Shape, m.Dims))
	}
	return "group"
}

// An opener opens what is in a group.
type opener func(c storage.Child) (node, error)

// openChildren returns what opens the children of a group. All arrays of a remote group
// are asked for at once: one after the other takes long.
func openChildren(ctx context.Context, g storage.Group, children []storage.Child) opener {
	open := func(c storage.Child) (n node, err error) {
		if c.IsGroup {
			n.group, err = g.Group(ctx, c.Name)
		} else {
			n.array, err = g.Array(ctx, c.Name)
		}
		return n, err
	}
	if r, ok := g.(storage.Remote); !ok || !r.IsRemote() {
		return open
	}
	type answer struct {
		node
		err error
	}
	answers := map[string]chan answer{}
	inFlight := make(chan struct{}, storage.InFlight)
	for _, c := range children {
		if c.IsGroup {
			continue
		}
		got := make(chan answer, 1)
		answers[c.Name] = got
		go func() {
			inFlight <- struct{}{}
			defer func() { <-inFlight }()
			n, err := open(c)
			got <- answer{n, err}
		}()
	}
	return func(c storage.Child) (node, error) {
		if c.IsGroup {
			return open(c)
		}
		got := <-answers[c.Name]
		return got.node, got.err
	}
}
