package table

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// GroupBy groups the rows of all chunks by a key and returns a table of one row
// per key, sorted by it: the key, and for every value column of numbers its count,
// sum, mean, min and max, named "fare_count" and so on, without missing values. It
// keeps one chunk and the groups in memory. The key is int64 or text; the empty text
// is a key like others.
//
// Sums, least and greatest are of the column's dtype, exact if that is integers; sums are
// float64 where one of them doesn't fit. A column of different dtypes in different chunks
// is float64.
func GroupBy(chunks iter.Seq2[*Table, error], key string, values ...string) (*Table, error) {
	g := grouping{ints: map[int64]int{}, texts: map[string]int{}, values: make([]groups, len(values))}
	for t, err := range chunks {
		if err != nil {
			return nil, err
		}
		if t.rows == 0 { // without rows dtypes say nothing
			continue
		}
		if err := g.add(t, key, values); err != nil {
			return nil, fmt.Errorf("table.GroupBy: %w", err)
		}
	}
	if len(g.texts) > 0 {
		return grouped(g.texts, g.values, key, values)
	}
	return grouped(g.ints, g.values, key, values)
}

// grouping is the groups of the rows seen so far. A key's group has a number.
type grouping struct {
	ints   map[int64]int  // numbers by key, if keys are int64
	texts  map[string]int // if they are text
	rows   []int          // number of every row of a chunk
	values []groups       // of every value column; nil: no rows yet
}

// add adds the rows of a chunk to their groups.
func (g *grouping) add(t *Table, key string, values []string) error {
	k, err := t.Column(key)
	if err != nil {
		return err
	}
	if err := g.number(k); err != nil {
		return fmt.Errorf("column %q: %w", key, err)
	}
	keys := len(g.ints) + len(g.texts)
	for i, name := range values {
		c, err := t.Column(name)
		if err != nil {
			return err
		}
		if g.values[i], err = addColumn(g.values[i], c, g.rows, keys); err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
	}
	return nil
}

// number finds the groups of rows by their keys.
func (g *grouping) number(keys Column) error {
	switch k := keys.(type) {
	case *nd.Array[int64]:
		g.rows = numbers(g.rows[:0], g.ints, k.Data(), func(v int64) int64 { return v })
	case *Strings:
		v, _ := values[string](k)
		g.rows = numbers(g.rows[:0], g.texts, v, func(s string) string { return string([]byte(s)) })
	default:
		return fmt.Errorf("%w: it is %v; a key is int64 or text", nd.ErrDType, k.DType())
	}
	if len(g.ints) > 0 && len(g.texts) > 0 {
		return fmt.Errorf("%w: it is int64 and text", nd.ErrDType)
	}
	return nil
}

// numbers appends the numbers of keys, and gives new keys one; own makes a key that
// may be kept.
func numbers[K comparable](list []int, of map[K]int, keys []K, own func(K) K) []int {
	list = slices.Grow(list, len(keys))
	for _, k := range keys {
		n, ok := of[k]
		if !ok {
			n = len(of)
			of[own(k)] = n
		}
		list = append(list, n)
	}
	return list
}

// groups is what GroupBy keeps of a value column, groupsOf its dtype.
type groups interface {
	floats() groupsOf[float64]
	columns(name string, order []int) []any
}

// groupsOf has a group at its number.
type groupsOf[T number] []group[T]

// group is what GroupBy keeps of the values of one key and column.
type group[T number] struct {
	n        int64
	sum      total[T]
	min, max T
}

// addColumn adds the values of a chunk to groups, whose numbers are below keys.
func addColumn(g groups, c Column, rows []int, keys int) (groups, error) {
	switch c := c.(type) {
	case *nd.Array[float64]:
		return addValues(g, c, rows, keys), nil
	case *nd.Array[int64]:
		return addValues(g, c, rows, keys), nil
	case *nd.Array[uint64]:
		return addValues(g, c, rows, keys), nil
	}
	return nil, fmt.Errorf("%w: it is %v, not numbers", nd.ErrDType, c.DType())
}

// addValues adds values to groups of the same dtype, and otherwise to those as floats.
func addValues[T number](g groups, c *nd.Array[T], rows []int, keys int) groups {
	if g == nil {
		g = groupsOf[T]{}
	}
	if same, ok := g.(groupsOf[T]); ok {
		return same.add(c.Data(), rows, keys)
	}
	return g.floats().add(nd.Map(c, func(v T) float64 { return float64(v) }).Data(), rows, keys)
}

func (g groupsOf[T]) add(values []T, rows []int, keys int) groups {
	missing := T(math.NaN()) // of floats; no row misses integers, so that this doesn't stay
	g = slices.Grow(g, keys-len(g))
	for len(g) < keys {
		g = append(g, group[T]{min: missing, max: missing})
	}
	for row, v := range values {
		if v != v {
			continue
		}
		to := &g[rows[row]]
		if to.n++; to.n == 1 {
			to.min, to.max = v, v
		}
		to.sum.add(v)
		to.min, to.max = min(to.min, v), max(to.max, v)
	}
	return g
}

// floats returns the groups as those of a column of floats.
func (g groupsOf[T]) floats() groupsOf[float64] {
	f := make(groupsOf[float64], len(g))
	for i, x := range g {
		f[i] = group[float64]{x.n, total[float64]{sum: x.sum.float()}, float64(x.min), float64(x.max)}
	}
	return f
}

// columns returns names and columns for New, the groups in the order of their numbers.
func (g groupsOf[T]) columns(name string, order []int) []any {
	var n []int64
	var sum, least, most []T
	var floats, mean []float64
	fits := true
	for _, i := range order {
		x := g[i]
		f := x.sum.float()
		n, floats, mean = append(n, x.n), append(floats, f), append(mean, f/float64(x.n))
		sum, least, most = append(sum, x.sum.sum), append(least, x.min), append(most, x.max)
		fits = fits && x.sum.wraps == 0
	}
	var sums any = sum
	if !fits {
		sums = floats
	}
	return []any{name + "_count", n, name + "_sum", sums, name + "_mean", mean, name + "_min", least, name + "_max", most}
}

// grouped makes the table of all groups.
func grouped[K cmp.Ordered](numbers map[K]int, values []groups, key string, names []string) (*Table, error) {
	keys := slices.Sorted(maps.Keys(numbers))
	var order []int
	for _, k := range keys {
		order = append(order, numbers[k])
	}
	all := []any{key, keys}
	for i, g := range values {
		if g == nil {
			g = groupsOf[float64]{}
		}
		all = append(all, g.columns(names[i], order)...)
	}
	return New(all...)
}
