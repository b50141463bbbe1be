package table

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// Column is the values of one column: an *nd.Array of one axis, or *Strings.
type Column interface {
	DType() nd.DType
	Size() int   // number of values
	NBytes() int // bytes of all values
}

// Strings is a column of text: all bytes side by side, and where each value ends.
// The empty text is a missing value.
type Strings struct {
	data []byte
	ends []int // of values in data
	from int   // where the first begins
}

// NewStrings returns a column of texts, which it copies.
func NewStrings(values ...string) *Strings {
	s := &Strings{ends: make([]int, 0, len(values))}
	for _, v := range values {
		s.data = append(s.data, v...)
		s.ends = append(s.ends, len(s.data))
	}
	return s
}

// DType returns nd.Text.
func (s *Strings) DType() nd.DType { return nd.Text }

// Size returns the number of values.
func (s *Strings) Size() int { return len(s.ends) }

// NBytes returns the bytes of the texts and of their places.
func (s *Strings) NBytes() int { return s.start(len(s.ends)) - s.from + 8*len(s.ends) }

// At returns value i, sharing memory with the column. It panics if i is out of range.
func (s *Strings) At(i int) string {
	b := s.data[s.start(i):s.ends[i]]
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// start returns where value i begins, or the end of the last.
func (s *Strings) start(i int) int {
	if i == 0 {
		return s.from
	}
	return s.ends[i-1]
}

// slice returns the values from lo up to hi, sharing memory.
func (s *Strings) slice(lo, hi int) *Strings {
	return &Strings{data: s.data, ends: s.ends[lo:hi], from: s.start(lo)}
}

// append copies the values from lo up to hi of another column.
func (s *Strings) append(t *Strings, lo, hi int) {
	shift := len(s.data) - t.start(lo)
	s.data = append(s.data, t.data[t.start(lo):t.start(hi)]...)
	for _, end := range t.ends[lo:hi] {
		s.ends = append(s.ends, end+shift)
	}
}

// appendTo adds copies of the values to a slice.
func (s *Strings) appendTo(list []string) []string {
	from, all := s.from, string(s.data[s.from:s.start(len(s.ends))])
	for i := range s.ends {
		list = append(list, all[s.start(i)-from:s.ends[i]-from])
	}
	return list
}

// String prints the values as a list, long ones shortened.
func (s *Strings) String() string {
	var b strings.Builder
	for i := range min(s.Size(), 10) {
		fmt.Fprintf(&b, " %q", s.At(i))
	}
	if s.Size() > 10 {
		b.WriteString(" …")
	}
	return "[" + strings.TrimPrefix(b.String(), " ") + "]"
}

// Value is what a column can hold.
type Value interface{ nd.Elem | string }

// values returns the values of a column if they are T.
func values[T Value](c Column) ([]T, bool) {
	switch c := c.(type) {
	case *Strings:
		all := make([]string, c.Size())
		for i := range all {
			all[i] = c.At(i)
		}
		v, ok := any(all).([]T)
		return v, ok
	case interface{ Data() []T }:
		return c.Data(), true
	}
	return nil, false
}

// slice returns the values from lo up to hi of a column, sharing memory.
func slice(c Column, lo, hi int) (Column, error) {
	if s, ok := c.(*Strings); ok {
		return s.slice(lo, hi), nil
	}
	return c.(nd.Dyn).View(nd.Span(lo, hi))
}

// pick returns the values at some places of a column, copied.
func pick(c Column, at []int) (Column, error) {
	if s, ok := c.(*Strings); ok {
		r := &Strings{ends: make([]int, 0, len(at))}
		for _, i := range at {
			r.append(s, i, i+1)
		}
		return r, nil
	}
	return gather(c.(nd.Dyn), at)
}

// gather picks elements by their bytes.
func gather(a nd.Dyn, at []int) (Column, error) {
	size, from := a.DType().Size(), a.Bytes()
	to := make([]byte, size*len(at))
	if size == 8 {
		f, t := nd.AsSlice[uint64](from), nd.AsSlice[uint64](to)
		for k, i := range at {
			t[k] = f[i]
		}
	} else {
		for k, i := range at {
			copy(to[k*size:(k+1)*size], from[i*size:])
		}
	}
	return nd.DynFromBytes(a.DType(), []int{len(at)}, to)
}

// concat joins columns of one dtype, copied.
func concat(parts []Column) (Column, error) {
	dt, n := parts[0].DType(), 0
	for _, p := range parts {
		if p.DType() != dt {
			return nil, fmt.Errorf("%w: %v and %v", nd.ErrDType, dt, p.DType())
		}
		n += p.Size()
	}
	if dt == nd.Text {
		s := &Strings{ends: make([]int, 0, n)}
		for _, p := range parts {
			s.append(p.(*Strings), 0, p.Size())
		}
		return s, nil
	}
	all := make([]byte, 0, n*dt.Size())
	for _, p := range parts {
		all = append(all, p.(nd.Dyn).Bytes()...)
	}
	return nd.DynFromBytes(dt, []int{n}, all)
}
