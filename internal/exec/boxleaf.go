package exec

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// boxer computes boxes of an array: a generator, or an operation that is not
// element by element.
type boxer interface {
	// box computes a box, dense in C order, into dst.
	box(t *task, box nd.Box, dst []byte) error
	// boxCost returns the bytes box takes beside dst.
	boxCost(shape []int) int
}

// boxLeaf is a boxer seen through a view.
type boxLeaf struct {
	src  boxer
	view plan.View
	item int
}

func (l boxLeaf) cost(shape []int) int {
	src := make([]int, len(l.view.Maps))
	for k, m := range l.view.Maps {
		src[k] = 1
		if m.Out >= 0 {
			src[k] = shape[m.Out]
		}
	}
	c := plus(size(src)*l.item, l.src.boxCost(src))
	if !(region{step: steps(l.view), n: src}).unit() {
		c += size(src) * l.item
	}
	return c
}

func steps(v plan.View) []int {
	s := make([]int, len(v.Maps))
	for k, m := range v.Maps {
		s[k] = 1
		if m.Out >= 0 {
			s[k] = m.Stride
		}
	}
	return s
}

func (l boxLeaf) fetch(t *task, box nd.Box, o *operand) error {
	r := regionOf(l.view, box)
	buf := t.take(size(r.n) * l.item)
	if r.unit() {
		b := r.bounds()
		if err := l.src.box(t, b, buf); err != nil {
			return err
		}
		strides, at := cStrides(b.Shape), 0
		for k := range strides {
			at += (r.start[k] - b.Start[k]) * strides[k]
			strides[k] *= r.step[k]
		}
		*o = onDomain(l.view, buf, at, strides)
		return nil
	}
	dense := cStrides(r.n)
	*o = onDomain(l.view, buf, 0, dense)
	if op, ok := l.src.(*boxOp); ok && op.op.WholeChunks {
		return op.region(t, r, buf)
	}
	return l.skipping(t, r, buf, dense)
}

// skipping computes a region with steps index by index along the axes that
// have them, so that nothing in between is computed.
func (l boxLeaf) skipping(t *task, r region, buf []byte, dense []int) error {
	outer := nd.WholeBox(slices.Clone(r.n))
	one := region{slices.Clone(r.start), slices.Clone(r.step), slices.Clone(r.n)}
	for k, s := range r.step {
		if s == 1 || s == -1 || r.n[k] == 1 {
			outer.Shape[k] = 1
		} else {
			one.n[k] = 1
		}
	}
	tmp := t.take(size(one.n) * l.item)
	for i := range outer.Indices() {
		for k := range i {
			one.start[k] = r.start[k] + i[k]*r.step[k]
		}
		b := one.bounds()
		mark := t.mark()
		if err := l.src.box(t, b, tmp); err != nil {
			return err
		}
		t.release(mark)
		src := operand{tmp, 0, cStrides(b.Shape)}
		for k := range src.strides {
			src.off += (one.start[k] - b.Start[k]) * src.strides[k]
			if r.step[k] < 0 {
				src.strides[k] = -src.strides[k]
			}
		}
		copyStrided(operand{buf, dot(i, dense), dense}, src, one.n, l.item, false)
	}
	return nil
}

// generated is an array computed from its indices.
type generated struct{ gen plan.Generator }

func (g generated) box(_ *task, box nd.Box, dst []byte) error {
	if box.Size() > 0 {
		g.gen(dst, box)
	}
	return nil
}

func (g generated) boxCost([]int) int { return 0 }

// arange returns the generator of an arange node.
func arange(n *plan.Node) (plan.Generator, error) {
	p := n.Params
	start, step := p["start"].(float64), p["step"].(float64)
	istart, istep := p["istart"].(int), p["istep"].(int)
	switch n.DType {
	case nd.Float64:
		return rangeFloat[float64](start, step), nil
	case nd.Float32:
		return rangeFloat[float32](start, step), nil
	case nd.Int8:
		return rangeInt[int8](istart, istep), nil
	case nd.Int16:
		return rangeInt[int16](istart, istep), nil
	case nd.Int32:
		return rangeInt[int32](istart, istep), nil
	case nd.Int64:
		return rangeInt[int64](istart, istep), nil
	case nd.Uint8:
		return rangeInt[uint8](istart, istep), nil
	case nd.Uint16:
		return rangeInt[uint16](istart, istep), nil
	case nd.Uint32:
		return rangeInt[uint32](istart, istep), nil
	case nd.Uint64:
		return rangeInt[uint64](istart, istep), nil
	}
	return nil, fmt.Errorf("arange of %v", n.DType)
}

func rangeFloat[T nd.Float](start, step float64) plan.Generator {
	return func(dst []byte, box nd.Box) {
		for i, s := 0, nd.AsSlice[T](dst); i < len(s); i++ {
			s[i] = T(start) + T(T(box.Start[0]+i)*T(step))
		}
	}
}

func rangeInt[T nd.Integer](start, step int) plan.Generator {
	return func(dst []byte, box nd.Box) {
		for i, s := 0, nd.AsSlice[T](dst); i < len(s); i++ {
			s[i] = T(start + (box.Start[0]+i)*step)
		}
	}
}
