package nd

import (
	"math"
	"strconv"
	"strings"
)

// Range picks indices along one axis, as one item between the brackets of a
// NumPy index does: an index, a slice with start, stop and step, an ellipsis,
// or a new axis. The zero Range is All.
type Range struct {
	kind              rangeKind
	hasStart, hasStop bool
	hasStep           bool
	start, stop, step int
}

type rangeKind uint8

const (
	rangeSpan rangeKind = iota
	rangeIndex
	rangeEllipsis
	rangeNewAxis
)

// Ranges without numbers.
var (
	All      = Range{}                    // ":", the whole axis
	Ellipsis = Range{kind: rangeEllipsis} // "...", as many whole axes as are left
	NewAxis  = Range{kind: rangeNewAxis}  // "None", a new axis of length 1
)

// At picks index i, counted from the end where negative; the axis vanishes.
func At(i int) Range { return Range{kind: rangeIndex, start: i} }

// Span picks the indices start <= i < stop: "start:stop". Negative bounds count
// from the end, and bounds past the axis are cut to it.
func Span(start, stop int) Range {
	return Range{hasStart: true, hasStop: true, start: start, stop: stop}
}

// From picks the indices from start to the end: "start:".
func From(start int) Range { return Range{hasStart: true, start: start} }

// To picks the indices before stop: ":stop".
func To(stop int) Range { return Range{hasStop: true, stop: stop} }

// Every picks every step-th index: "::step". A negative step goes backwards
// from the end.
func Every(step int) Range { return All.By(step) }

// Step picks every step-th index from start up or down to stop:
// "start:stop:step".
func Step(start, stop, step int) Range { return Span(start, stop).By(step) }

// By returns the same slice with a step: From(5).By(-1) is "5::-1". It has no
// effect on ranges that are not slices.
func (r Range) By(step int) Range {
	if r.kind == rangeSpan {
		r.hasStep, r.step = true, step
	}
	return r
}

// String writes the range as ParseRange reads it.
func (r Range) String() string {
	switch r.kind {
	case rangeIndex:
		return strconv.Itoa(r.start)
	case rangeEllipsis:
		return "..."
	case rangeNewAxis:
		return "None"
	}
	num := func(has bool, n int) string {
		if !has {
			return ""
		}
		return strconv.Itoa(n)
	}
	s := num(r.hasStart, r.start) + ":" + num(r.hasStop, r.stop)
	if r.hasStep {
		s += ":" + strconv.Itoa(r.step)
	}
	return s
}

// FormatRanges writes ranges as ParseRange reads them: "0::2, ::3".
func FormatRanges(rs []Range) string {
	parts := make([]string, len(rs))
	for i, r := range rs {
		parts[i] = r.String()
	}
	return strings.Join(parts, ", ")
}

// ParseRange reads what NumPy takes between brackets: items separated by
// commas, each an index "-1", a slice "0::2", "..." or "None" (or "newaxis").
// Blank text is no ranges at all. Anything else is ErrSyntax.
func ParseRange(text string) ([]Range, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var rs []Range
	for item := range strings.SplitSeq(text, ",") {
		r, ok := parseRange(strings.TrimSpace(item))
		if !ok {
			return nil, errf("ParseRange", ErrSyntax, "%q in %q is not an index, start:stop:step, ... or None", strings.TrimSpace(item), text)
		}
		rs = append(rs, r)
	}
	return rs, nil
}

func parseRange(item string) (r Range, ok bool) {
	switch item {
	case "...":
		return Ellipsis, true
	case "None", "newaxis":
		return NewAxis, true
	}
	parts := strings.Split(item, ":")
	if len(parts) == 1 {
		i, err := strconv.Atoi(item)
		return At(i), err == nil
	}
	if len(parts) > 3 {
		return r, false
	}
	has := [3]*bool{&r.hasStart, &r.hasStop, &r.hasStep}
	num := [3]*int{&r.start, &r.stop, &r.step}
	for k, p := range parts {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		n, err := strconv.Atoi(p)
		if err != nil {
			return r, false
		}
		*has[k], *num[k] = true, n
	}
	return r, true
}

// AxisView says what an index does to one axis: it picks the N indices Start,
// Start+Step, … of source axis Axis, all of which lie on the axis. Step may be
// negative; it is 1 where N < 2.
type AxisView struct {
	Axis           int // source axis; -1 for a new axis of length 1
	Start, Step, N int
	Drop           bool // a single index: the axis vanishes from the result
}

// ResolveRanges works out what ranges do to an array of that shape. There is one
// entry per source axis and per new axis, in the order of the result; the
// ellipsis is expanded (one is understood at the end), negative numbers are
// counted from the end, and slices are cut to the axis. An index outside the
// axis is ErrIndex, as are more ranges than axes; a second ellipsis and a step
// of 0 are ErrSyntax.
func ResolveRanges(shape []int, rs []Range) ([]AxisView, error) {
	used, dots := 0, 0
	for _, r := range rs {
		switch r.kind {
		case rangeEllipsis:
			dots++
		case rangeSpan, rangeIndex:
			used++
		}
	}
	if dots > 1 {
		return nil, errf("Slice", ErrSyntax, "more than one ellipsis in [%s]", FormatRanges(rs))
	}
	if used > len(shape) {
		return nil, errf("Slice", ErrIndex, "[%s] has %d indices, shape %v has %d axes", FormatRanges(rs), used, shape, len(shape))
	}
	views := make([]AxisView, 0, len(shape)+len(rs)-used)
	axis := 0
	whole := func(n int) {
		for range n {
			views = append(views, AxisView{Axis: axis, Step: 1, N: shape[axis]})
			axis++
		}
	}
	for _, r := range rs {
		switch r.kind {
		case rangeEllipsis:
			whole(len(shape) - used)
		case rangeNewAxis:
			views = append(views, AxisView{Axis: -1, Step: 1, N: 1})
		default:
			v, err := r.resolve(axis, shape)
			if err != nil {
				return nil, err
			}
			views = append(views, v)
			axis++
		}
	}
	whole(len(shape) - axis)
	return views, nil
}

// resolve is what an index or a slice does to an axis, by Python's rules.
func (r Range) resolve(axis int, shape []int) (AxisView, error) {
	n := shape[axis]
	v := AxisView{Axis: axis, Step: 1}
	if r.kind == rangeIndex {
		if r.start < -n || r.start >= n {
			return v, errf("Slice", ErrIndex, "index %d along axis %d of shape %v", r.start, axis, shape)
		}
		v.Start, v.N, v.Drop = r.start, 1, true
		if v.Start < 0 {
			v.Start += n
		}
		return v, nil
	}
	step := 1
	if r.hasStep {
		step = max(r.step, -math.MaxInt) // -step must be an int
	}
	if step == 0 {
		return v, errf("Slice", ErrSyntax, "step 0 along axis %d in %q", axis, r)
	}
	first, last := 0, n // bounds that are left out
	if step < 0 {
		first, last = n-1, -1
	}
	start, stop := first, last
	clip := func(i int) int {
		if i < 0 {
			i += n
		}
		return min(max(i, min(first, last)), max(first, last))
	}
	if r.hasStart {
		start = clip(r.start)
	}
	if r.hasStop {
		stop = clip(r.stop)
	}
	switch {
	case step > 0 && start < stop:
		v.N = (stop-start-1)/step + 1
	case step < 0 && start > stop:
		v.N = (start-stop-1)/-step + 1
	}
	if v.N > 0 {
		v.Start = start
	}
	if v.N > 1 {
		v.Step = step
	}
	return v, nil
}
