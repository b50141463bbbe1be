package kernel

import (
	"math"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// extreme is the state of min and max, 8 bytes whatever T is.
type extreme[T nd.Real] struct {
	_     [0]uint64
	value T
}

// placed is the state of argmin and argmax. A negative place stands for no
// elements.
type placed[T nd.Real] struct {
	value T
	place int64
}

// orderFoldings lists min, max, argmin and argmax. NaN propagates, and -0 is
// below +0 but for places, where they are equal.
func orderFoldings[T nd.Real](o orders[T]) map[string]folding {
	lowest, highest := limits[T]()
	return map[string]folding{
		"min":    plain(nd.DType{}, extremeFold(highest, o.min)),
		"max":    plain(nd.DType{}, extremeFold(lowest, o.max)),
		"argmin": placedFolding(o.min, o.find, lessThan[T], mergeLeast[T]),
		"argmax": placedFolding(o.max, o.find, greaterThan[T], mergeGreatest[T]),
	}
}

// orders are the loops that compare, in plain Go or in assembly. Those that
// leave NaN out are there for floats.
type orders[T nd.Real] struct {
	min, max, nanMin, nanMax extremes[T]
	find                     func(x []T, v T) int // the place of the first v, or NaN, in x, which has one
}

// extremes are the loops of one of min, max, nanmin, nanmax.
type extremes[T nd.Real] struct {
	leaf    func(x []T) T
	columns func(states []extreme[T], x []T, rows, stride int)
	merge   func(a, b []extreme[T])
	places  func(states []placed[T], x []T, rows, stride int) // columns with the first row of each extreme; of min and max
}

// plainOrders are the definition of orders.
func plainOrders[T nd.Real]() orders[T] {
	return orders[T]{
		min:    extremes[T]{minLeaf[T], minColumns[T], mergeEach(func(a, b extreme[T]) extreme[T] { return extreme[T]{value: min(a.value, b.value)} }), minPlaces[T]},
		max:    extremes[T]{maxLeaf[T], maxColumns[T], mergeEach(func(a, b extreme[T]) extreme[T] { return extreme[T]{value: max(a.value, b.value)} }), maxPlaces[T]},
		nanMin: nanExtremes(minLeaf[T], minColumns[T], fmin[T]),
		nanMax: nanExtremes(maxLeaf[T], maxColumns[T], fmax[T]),
		find:   findPlain[T],
	}
}

// findPlain returns the place of the first element that is v, or NaN as v is.
func findPlain[T nd.Real](x []T, v T) int {
	i := 0
	if v != v {
		for x[i] == x[i] {
			i++
		}
		return i
	}
	for x[i] != v {
		i++
	}
	return i
}

// limits returns the least and the greatest T.
func limits[T nd.Real]() (lowest, highest T) {
	var zero T
	bits := 8 * unsafe.Sizeof(zero)
	switch ones := zero - 1; {
	case T(1)/2 != 0:
		inf := math.Inf(1)
		return T(-inf), T(inf)
	case ones > 0:
		return 0, ones
	default:
		highest = T(uint64(1)<<(bits-1) - 1)
		return -highest - 1, highest
	}
}

func extremeFold[T nd.Real](empty T, e extremes[T]) *fold[T, extreme[T]] {
	return &fold[T, extreme[T]]{
		empty:  extreme[T]{value: empty},
		run:    func(x []T, _ int) extreme[T] { return extreme[T]{value: e.leaf(x)} },
		rows:   func(states []extreme[T], x []T, rows, stride, _ int) { e.columns(states, x, rows, stride) },
		merge:  e.merge,
		finish: finishEach(func(s extreme[T]) T { return s.value }),
	}
}

func minLeaf[T nd.Real](x []T) T {
	m0 := x[0]
	m1, m2, m3 := m0, m0, m0
	n := len(x) &^ 3
	for i := 0; i < n; i += 4 {
		v := (*[4]T)(x[i : i+4])
		m0, m1, m2, m3 = min(m0, v[0]), min(m1, v[1]), min(m2, v[2]), min(m3, v[3])
	}
	for _, v := range x[n:] {
		m0 = min(m0, v)
	}
	return min(m0, m1, m2, m3)
}

func maxLeaf[T nd.Real](x []T) T {
	m0 := x[0]
	m1, m2, m3 := m0, m0, m0
	n := len(x) &^ 3
	for i := 0; i < n; i += 4 {
		v := (*[4]T)(x[i : i+4])
		m0, m1, m2, m3 = max(m0, v[0]), max(m1, v[1]), max(m2, v[2]), max(m3, v[3])
	}
	for _, v := range x[n:] {
		m0 = max(m0, v)
	}
	return max(m0, m1, m2, m3)
}

// minColumns does for each column what minLeaf does for a leaf.
func minColumns[T nd.Real](states []extreme[T], x []T, _, stride int) {
	cols := len(states)
	c := 0
	for ; c+4 <= cols; c += 4 {
		v := (*[4]T)(x[c : c+4])
		m0, m1, m2, m3 := v[0], v[1], v[2], v[3]
		for i := c + stride; i < len(x); i += stride {
			v := (*[4]T)(x[i : i+4])
			m0, m1, m2, m3 = min(m0, v[0]), min(m1, v[1]), min(m2, v[2]), min(m3, v[3])
		}
		s := (*[4]extreme[T])(states[c : c+4])
		s[0].value, s[1].value, s[2].value, s[3].value = m0, m1, m2, m3
	}
	for ; c < cols; c++ {
		m := x[c]
		for i := c + stride; i < len(x); i += stride {
			m = min(m, x[i])
		}
		states[c].value = m
	}
}

// maxColumns does for each column what maxLeaf does for a leaf.
func maxColumns[T nd.Real](states []extreme[T], x []T, _, stride int) {
	cols := len(states)
	c := 0
	for ; c+4 <= cols; c += 4 {
		v := (*[4]T)(x[c : c+4])
		m0, m1, m2, m3 := v[0], v[1], v[2], v[3]
		for i := c + stride; i < len(x); i += stride {
			v := (*[4]T)(x[i : i+4])
			m0, m1, m2, m3 = max(m0, v[0]), max(m1, v[1]), max(m2, v[2]), max(m3, v[3])
		}
		s := (*[4]extreme[T])(states[c : c+4])
		s[0].value, s[1].value, s[2].value, s[3].value = m0, m1, m2, m3
	}
	for ; c < cols; c++ {
		m := x[c]
		for i := c + stride; i < len(x); i += stride {
			m = max(m, x[i])
		}
		states[c].value = m
	}
}

// placer is the reducer of argmin and argmax.
type placer[T nd.Real] struct{ fold[T, placed[T]] }

// Place implements Placer.
func (p *placer[T]) Place(states []byte, place func(int) int) {
	for i, s := range view[placed[T]](states) {
		if s.place >= 0 {
			view[placed[T]](states)[i].place = int64(place(int(s.place)))
		}
	}
}

// placedFolding makes argmin of min, and argmax of max. It looks for the place
// where the extreme is in the first part of a run alone that has it.
func placedFolding[T nd.Real](e extremes[T], find func(x []T, v T) int, beyond func(a, b T) bool, merge func(a, b []placed[T])) folding {
	const part = 4 * Tile
	p := &placer[T]{fold[T, placed[T]]{
		empty: placed[T]{place: -1},
		run: func(x []T, first int) placed[T] {
			best, at := e.leaf(x[:min(part, len(x))]), 0
			for lo := part; lo < len(x); lo += part {
				if m := e.leaf(x[lo:min(lo+part, len(x))]); beyond(m, best) {
					best, at = m, lo
				}
			}
			return placed[T]{best, int64(first + at + find(x[at:], best))}
		},
		rows: func(states []placed[T], x []T, rows, stride, first int) {
			e.places(states, x, rows, stride)
			for c := range states {
				states[c].place += int64(first)
			}
		},
		merge:  merge,
		finish: finishEach(func(s placed[T]) int64 { return s.place }),
	}}
	return folding{nd.Int64, func(Params) Reducer { return p }}
}

// lessThan reports whether v, an element, takes the place of best as the least: it
// is NaN or less.
func lessThan[T nd.Real](v, best T) bool { return v < best || v != v && best == best }

// greaterThan is lessThan for the greatest.
func greaterThan[T nd.Real](v, best T) bool { return v > best || v != v && best == best }

// minPlaces finds the least of each column and the first row that has it.
func minPlaces[T nd.Real](states []placed[T], x []T, rows, stride int) {
	for c, v := range x[:len(states)] {
		states[c] = placed[T]{v, 0}
	}
	for r := 1; r < rows; r++ {
		for c, v := range x[r*stride:][:len(states)] {
			if s := &states[c]; lessThan(v, s.value) {
				*s = placed[T]{v, int64(r)}
			}
		}
	}
}

// maxPlaces finds the greatest of each column and the first row that has it.
func maxPlaces[T nd.Real](states []placed[T], x []T, rows, stride int) {
	for c, v := range x[:len(states)] {
		states[c] = placed[T]{v, 0}
	}
	for r := 1; r < rows; r++ {
		for c, v := range x[r*stride:][:len(states)] {
			if s := &states[c]; greaterThan(v, s.value) {
				*s = placed[T]{v, int64(r)}
			}
		}
	}
}

// mergeLeast keeps the lesser of two: NaN before others, then the first place.
func mergeLeast[T nd.Real](a, b []placed[T]) {
	for i, y := range b {
		if x := &a[i]; y.value < x.value && x.place >= 0 && y.place >= 0 || y.goesBefore(*x) {
			*x = y
		}
	}
}

// mergeGreatest keeps the greater of two: NaN before others, then the first
// place.
func mergeGreatest[T nd.Real](a, b []placed[T]) {
	for i, y := range b {
		if x := &a[i]; y.value > x.value && x.place >= 0 && y.place >= 0 || y.goesBefore(*x) {
			*x = y
		}
	}
}

// goesBefore says that y is kept and not x for another reason than its order.
func (y placed[T]) goesBefore(x placed[T]) bool {
	yNaN, xNaN := y.value != y.value, x.value != x.value
	switch {
	case y.place < 0 || x.place < 0:
		return x.place < 0
	case y.value == x.value || yNaN && xNaN:
		return y.place < x.place
	}
	return yNaN
}
