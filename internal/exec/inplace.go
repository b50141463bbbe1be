package exec

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// A result may go where an argument lies, if each element is made of the one in
// its place, by the last stage that reads it, and this stage has no other result.
// Anything else would read some elements before and some after they are written.

var errInPlace = errors.New("write it to another place, or have the rest computed before")

// read is what a stage reads of an array of the user's.
type read struct {
	node   *plan.Node // in memory or stored
	view   plan.View
	box    nd.Box // what of it is read, at most
	mapped bool   // the view maps the stage's domain
}

// reads notes that a program of the stage reads a leaf.
func (b *builder) reads(n *plan.Node, v plan.View) {
	b.stage.reads = append(b.stage.reads, read{n, v, regionOf(v, b.within).bounds(), b.axes})
}

// inPlace fails where a result goes to a place that is read otherwise.
func (p *Program) inPlace() error {
	for _, w := range p.stages {
		for _, k := range w.sinks {
			for _, s := range p.stages[w.index:] {
				alone := s == w && len(s.sinks) == 1 && !k.isReduction()
				for _, r := range s.reads {
					if k.overwrites(r) && !(alone && r.mapped && k.inPlace(r)) {
						return fmt.Errorf("stage %d (%s) writes its result of shape %v over elements of an array of shape %v that stage %d (%s) reads for others: %w",
							w.index, w.text, k.node.Shape, r.node.Shape, s.index, s.text, errInPlace)
					}
				}
			}
		}
	}
	return nil
}

// overwrites reports whether the sink writes to what is read.
func (k *sink) overwrites(r read) bool {
	if k.node.Size() == 0 || r.box.Size() == 0 {
		return false
	}
	switch t := k.target.(type) {
	case *outTarget:
		mem := r.memory()
		if t.out.Counted || mem == nil {
			return false
		}
		strides := cStrides(r.node.Shape)
		from, to := extent(operand{mem, dot(r.box.Start, strides), strides}, r.box.Shape, r.node.DType)
		first, end := extent(t.operand, k.node.Shape, k.node.DType)
		return from < end && first < to
	case arrayTarget:
		src, stored := r.node.Leaf.(storage.Array)
		return stored && src == storage.Array(t.dst) && intersect(r.box, t.whole(k.node)) // a draft has the URL of what it will replace
	}
	return false
}

// inPlace reports whether the sink writes each element to where it is read.
func (k *sink) inPlace(r read) bool {
	shape := k.node.Shape
	switch t := k.target.(type) {
	case *outTarget:
		o := operand{strides: make([]int, len(shape))}
		leaf := memLeaf{func() ([]byte, error) { return r.memory(), nil }, cStrides(r.node.Shape), r.view}
		if err := leaf.fetch(nil, nd.WholeBox(shape), &o); err != nil {
			return false
		}
		for a, n := range shape {
			if n > 1 && o.strides[a] != t.strides[a] {
				return false
			}
		}
		return r.node.DType.Size() == k.node.DType.Size() && address(o, r.node.DType) == address(t.operand, k.node.DType)
	case arrayTarget:
		at := t.whole(k.node)
		for a, m := range r.view.Maps {
			if m.Offset != at.Start[a] || shape[a] > 1 && (m.Out != a || m.Stride != 1) {
				return false
			}
		}
		return true
	}
	return false
}

// memory returns the memory of an array that is used as it lies, else nil.
func (r read) memory() []byte {
	switch l := r.node.Leaf.(type) {
	case storage.Viewer:
		return l.View()
	case nd.Dyn:
		if l.IsContiguous() {
			return l.Bytes()
		}
	}
	return nil
}

// whole returns the place of an array that is written.
func (a arrayTarget) whole(n *plan.Node) nd.Box {
	return a.place(nd.WholeBox(n.Shape))
}

func intersect(a, b nd.Box) bool {
	for k := range a.Shape {
		if a.Start[k] >= b.Stop(k) || b.Start[k] >= a.Stop(k) {
			return false
		}
	}
	return true
}

// address returns where an operand's first element lies.
func address(o operand, dt nd.DType) int {
	return int(uintptr(unsafe.Pointer(unsafe.SliceData(o.buf)))) + o.off*dt.Size()
}

// extent returns the addresses between which an operand's elements lie.
func extent(o operand, shape []int, dt nd.DType) (lo, hi int) {
	lo = address(o, dt)
	hi = lo + dt.Size()
	for k, n := range shape {
		if d := (n - 1) * o.strides[k] * dt.Size(); d < 0 {
			lo += d
		} else {
			hi += d
		}
	}
	return lo, hi
}
