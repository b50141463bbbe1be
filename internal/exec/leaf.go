package exec

import (
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// A leaf is where a program's elements come from: an array of some kind seen
// through a view of the task's box.
type leaf interface {
	// fetch brings the elements of a box of the program's domain into memory,
	// or finds them there, and makes o point at them. What it takes lasts until
	// the task ends. o has strides for the domain's axes, which may be reused.
	fetch(t *task, box nd.Box, o *operand) error
	// cost returns the bytes fetch takes at most for a box of that shape.
	cost(shape []int) int
}

// constLeaf is one element standing for all.
type constLeaf struct{ value []byte }

func (l constLeaf) fetch(_ *task, _ nd.Box, o *operand) error {
	o.buf, o.off = l.value, 0
	clear(o.strides)
	return nil
}

func (l constLeaf) cost([]int) int { return 0 }

// memLeaf is an array in memory, C order.
type memLeaf struct {
	buf     func() ([]byte, error) // when the stage runs: results of earlier stages don't exist before
	strides []int
	view    plan.View
}

func (l memLeaf) fetch(_ *task, box nd.Box, o *operand) (err error) {
	o.buf, err = l.buf()
	o.off = 0
	clear(o.strides)
	for k, m := range l.view.Maps {
		o.off += m.Offset * l.strides[k]
		if m.Out >= 0 {
			o.off += m.Stride * box.Start[m.Out] * l.strides[k]
			o.strides[m.Out] += m.Stride * l.strides[k]
		}
	}
	return err
}

func (l memLeaf) cost([]int) int { return 0 }

// region is what a view shows of a source for one box: n indices from start
// every step along each axis of the source.
type region struct {
	start, step, n []int
}

func regionOf(v plan.View, box nd.Box) region {
	ndim := len(v.Maps)
	b := make([]int, 3*ndim)
	r := region{b[:ndim:ndim], b[ndim : 2*ndim : 2*ndim], b[2*ndim:]}
	for k, m := range v.Maps {
		r.start[k], r.step[k], r.n[k] = m.Offset, 1, 1
		if m.Out >= 0 {
			r.start[k] += m.Stride * box.Start[m.Out]
			r.step[k], r.n[k] = m.Stride, box.Shape[m.Out]
		}
	}
	return r
}

// bounds returns the smallest box of the source that holds the region.
func (r region) bounds() nd.Box {
	b := nd.Box{Start: slices.Clone(r.start), Shape: slices.Clone(r.n)}
	for k := range b.Shape {
		last := r.start[k] + (r.n[k]-1)*r.step[k]
		b.Start[k] = min(r.start[k], last)
		b.Shape[k] = max(r.start[k], last) - b.Start[k] + 1
		if r.n[k] == 0 {
			b.Start[k], b.Shape[k] = 0, 0
		}
	}
	return b
}

// ahead reports whether no axis skips indices or goes backwards.
func (r region) ahead() bool {
	return !slices.ContainsFunc(r.step, func(s int) bool { return s != 1 })
}

// unit reports whether no axis skips indices.
func (r region) unit() bool {
	for k, s := range r.step {
		if r.n[k] > 1 && s != 1 && s != -1 {
			return false
		}
	}
	return true
}

// holds reports whether a box of the source lies in the region whole and as one
// run of its elements, and from which of them on.
func (r region) holds(box nd.Box) (at int, ok bool) {
	run, dense := 1, 1 // elements of the box and of the region along the axes seen
	for k := len(r.n) - 1; k >= 0; k-- {
		from := box.Start[k] - r.start[k]
		if r.step[k] != 1 || from < 0 || from+box.Shape[k] > r.n[k] || box.Shape[k] > 1 && run != dense {
			return 0, false
		}
		at += from * dense
		run *= box.Shape[k]
		dense *= r.n[k]
	}
	return at, true
}

// onDomain turns strides along the source's axes into an operand of the
// domain: at is the place of the region's first element, strides are those
// from one index of the region to the next.
func onDomain(v plan.View, buf []byte, at int, strides []int) operand {
	o := operand{buf, at, make([]int, len(v.Shape))}
	for k, m := range v.Maps {
		if m.Out >= 0 {
			o.strides[m.Out] += strides[k]
		}
	}
	return o
}

// inside returns the half-open range of i in [0, n) with lo <= start+i*step < hi.
func inside(start, step, n, lo, hi int) (int, int) {
	if step < 0 { // count from the other end
		a, b := inside(start+(n-1)*step, -step, n, lo, hi)
		return n - b, n - a
	}
	ceil := func(p int) int {
		if p <= 0 {
			return 0
		}
		return min((p+step-1)/step, n)
	}
	a := ceil(lo - start)
	return a, max(ceil(hi-start), a)
}
