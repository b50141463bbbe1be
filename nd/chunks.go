package nd

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// DefaultChunkBytes is the size Auto aims at: large enough to make the cost per
// chunk small, small enough that many are in flight in little memory.
const DefaultChunkBytes = 16 << 20

// Chunks says how a shape shall be cut into chunks: lengths, lists of lengths,
// or a size in bytes, per axis or for all. Grid turns it into a grid for a
// shape. The zero Chunks is Auto.
type Chunks struct {
	axes []cut // nil: every axis is all
	all  cut
}

// cut is how one axis is cut; the zero cut is automatic.
type cut struct {
	fixed bool // chunks of length n, or -1: the whole axis
	n     int
	list  []int // lengths one by one, else nil
	max   int   // automatic only: the bytes of a chunk, 0 is DefaultChunkBytes
}

// Auto cuts all axes so that chunks take about DefaultChunkBytes.
var Auto = Chunks{}

// Sizes cuts every axis into chunks of a length, the last one being what is
// left; -1 is the whole axis.
func Sizes(n ...int) Chunks {
	c := Chunks{axes: make([]cut, len(n))}
	for k, v := range n {
		c.axes[k] = cut{fixed: true, n: v}
	}
	return c
}

// Lists cuts every axis into chunks of the listed lengths.
func Lists(sizes [][]int) Chunks {
	c := Chunks{axes: make([]cut, len(sizes))}
	for k, l := range sizes {
		c.axes[k] = cut{list: append([]int{}, l...)}
	}
	return c
}

// MaxBytes cuts all axes so that no chunk takes more than n bytes (but a chunk
// has at least one element).
func MaxBytes(n int) Chunks { return Chunks{all: cut{max: max(n, 1)}} }

// ParseChunks reads how to cut: for every axis a length, -1 for the whole axis,
// lengths in parentheses, "auto", or a number of bytes; "366, 2", "-1, auto",
// "(3 3 5), -1". A lone "auto" or "64MiB" holds for all axes. Anything else is
// ErrSyntax.
func ParseChunks(text string) (Chunks, error) {
	var c Chunks
	for item := range strings.SplitSeq(text, ",") {
		a, err := parseCut(strings.TrimSpace(item))
		if err != nil {
			return Chunks{}, errf("ParseChunks", ErrSyntax, "%q in %q is not a length, -1, (lengths), auto or a size such as 64MiB", strings.TrimSpace(item), text)
		}
		c.axes = append(c.axes, a)
	}
	if len(c.axes) == 1 && c.axes[0].auto() {
		return Chunks{all: c.axes[0]}, nil
	}
	return c, nil
}

func parseCut(item string) (cut, error) {
	if item == "auto" {
		return cut{}, nil
	}
	if in, ok := strings.CutPrefix(item, "("); ok {
		in, ok := strings.CutSuffix(in, ")")
		if !ok {
			return cut{}, ErrSyntax
		}
		list := []int{}
		for _, f := range strings.Fields(in) {
			n, err := parseLength(f)
			if err != nil {
				return cut{}, err
			}
			list = append(list, n)
		}
		return cut{list: list}, nil
	}
	if item == "-1" {
		return cut{fixed: true, n: -1}, nil
	}
	if !strings.ContainsAny(item, "bB") {
		n, err := parseLength(item)
		return cut{fixed: true, n: n}, err
	}
	n, err := ParseBytes(item)
	return cut{max: max(n, 1)}, err
}

func parseLength(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err == nil && n < 1 {
		err = ErrSyntax
	}
	return n, err
}

func (a cut) auto() bool { return !a.fixed && a.list == nil }

// String writes the chunks as ParseChunks reads them.
func (c Chunks) String() string {
	if c.axes == nil {
		return c.all.String()
	}
	parts := make([]string, len(c.axes))
	for k, a := range c.axes {
		parts[k] = a.String()
	}
	return strings.Join(parts, ", ")
}

func (a cut) String() string {
	switch {
	case a.list != nil:
		parts := make([]string, len(a.list))
		for i, n := range a.list {
			parts[i] = strconv.Itoa(n)
		}
		return "(" + strings.Join(parts, " ") + ")"
	case a.fixed:
		return strconv.Itoa(a.n)
	case a.max != 0:
		return strconv.Itoa(a.max) + "B"
	}
	return "auto"
}

// Grid cuts a shape whose elements take itemsize bytes (0 where they vary: 16
// are assumed). Lengths and lists are as for NewGrid and NewGridSizes; the
// automatic axes share what the others leave of the chunk's bytes: short axes
// stay whole, the others get about equal lengths, evened out so that the last
// chunk along an axis is hardly shorter than the rest. Chunks that don't fit
// the shape are ErrChunks.
func (c Chunks) Grid(shape []int, itemsize int) (Grid, error) {
	axes := c.axes
	if axes == nil {
		axes = slices.Repeat([]cut{c.all}, len(shape))
	}
	if len(axes) != len(shape) {
		return Grid{}, errf("Chunks", ErrChunks, "chunks %v are for %d axes, shape %v has %d", c, len(axes), shape, len(shape))
	}
	if _, err := SizeOf(shape); err != nil {
		return Grid{}, reop("Chunks", err)
	}
	lengths := autoLengths(axes, shape, itemsize)
	grids := make([]Grid, len(axes))
	for k, a := range axes {
		var err error
		if a.list != nil {
			grids[k], err = listGrid(a.list, shape[k])
		} else {
			grids[k], err = NewGrid(shape[k:k+1], lengths[k:k+1])
		}
		if err != nil {
			return Grid{}, errf("Chunks", ErrChunks, "chunks %v of shape %v, axis %d: %s", c, shape, k, err.(*Error).Msg)
		}
	}
	return JoinGrids(grids...)
}

// listGrid cuts one axis into the listed lengths, which must fill it.
func listGrid(list []int, n int) (Grid, error) {
	sum := 0
	for _, v := range list {
		if v > n-sum {
			return Grid{}, errf("Chunks", ErrChunks, "the lengths add up to more than %d", n)
		}
		sum += max(v, 0)
	}
	if sum != n {
		return Grid{}, errf("Chunks", ErrChunks, "the lengths add up to %d, not %d", sum, n)
	}
	return NewGridSizes([][]int{list})
}

// autoLengths returns the chunk length along every axis, having worked out the
// automatic ones.
func autoLengths(axes []cut, shape []int, itemsize int) []int {
	lengths := make([]int, len(axes))
	limit := 0
	room := uint64(max(itemsize, 1)) // bytes of a chunk that is 1 long along automatic axes
	if itemsize == 0 {
		room = 16
	}
	var open []int // automatic axes
	for k, a := range axes {
		longest := a.n
		switch {
		case a.auto():
			open = append(open, k)
			if m := cmp.Or(a.max, DefaultChunkBytes); limit == 0 || m < limit {
				limit = m
			}
			continue
		case a.list != nil:
			longest = slices.Max(append(slices.Clone(a.list), 1))
		case a.n == -1 || a.n > shape[k]:
			longest = shape[k]
		}
		lengths[k] = a.n
		hi, lo := bits.Mul64(room, uint64(max(longest, 1)))
		if room = lo; hi != 0 {
			room = math.MaxUint64
		}
	}
	left := max(float64(limit)/float64(room), 1) // elements along all open axes
	slices.SortFunc(open, func(i, j int) int { return shape[i] - shape[j] })
	for i, k := range open { // short axes first: what they don't use is left to the others
		side := math.Floor(math.Pow(left, 1/float64(len(open)-i)) * (1 + 1e-12))
		lengths[k] = max(shape[k], 1)
		if float64(shape[k]) > side {
			lengths[k] = even(shape[k], int(side))
		}
		left = max(left/float64(lengths[k]), 1)
	}
	return lengths
}

// even returns the length of at most most for which n is cut into as few chunks
// as by most, of lengths as equal as can be.
func even(n, most int) int {
	chunks := (n-1)/most + 1
	return (n-1)/chunks + 1
}
