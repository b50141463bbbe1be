package kernel

import (
	"fmt"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// lookups are the operations that look each element up in a table, which is a
// parameter: the place among edges, whether it is in a set, what a curve has there.
func lookups() []*Ufunc {
	return []*Ufunc{
		lookup("digitize", nd.Float64, nd.Int64, func(p Params) error {
			edges, _ := p["edges"].([]float64)
			return CheckEdges(edges, 1)
		}, func(p Params) Loop {
			edges, find := NewEdges(p["edges"].([]float64)), (*Edges).NotAbove
			if right, _ := p["right"].(bool); right {
				find = (*Edges).Below
			}
			return each(func(v float64) int64 { return int64(find(edges, v)) }).loop
		}),
		lookup("interp", nd.Float64, nd.Float64, checkCurve, func(p Params) Loop {
			return each(newCurve(p["x"].([]float64), p["y"].([]float64)).at).loop
		}),
		lookup("isin", nd.Float64, nd.Bool, func(p Params) error {
			set, ok := p["set"].([]float64)
			if !ok {
				return fmt.Errorf("the set is %v, want numbers that ascend", p["set"])
			}
			return CheckEdges(set, 0)
		}, func(p Params) Loop { return each(floatSet(p["set"].([]float64))).loop }),
		lookup("isin_integer", nd.Int64, nd.Bool, func(p Params) error {
			if set, ok := p["set"].([]int); !ok || !slices.IsSorted(set) {
				return fmt.Errorf("the set is %v, want integers that ascend", p["set"])
			}
			return nil
		}, func(p Params) Loop { return each(integerSet(p["set"].([]int))).loop }),
	}
}

// lookup makes an operation of elements of one dtype.
func lookup(name string, arg, out nd.DType, check func(Params) error, bind func(Params) Loop) *Ufunc {
	return &Ufunc{
		Name:  name,
		NArgs: 1,
		Result: func(p Params, args []nd.DType) (nd.DType, error) {
			if err := checkCount(name, 1, args); err != nil {
				return nd.DType{}, err
			}
			if args[0] != arg {
				return nd.DType{}, noLoop(name, args...)
			}
			if err := check(p); err != nil {
				return nd.DType{}, fmt.Errorf("%s: %w", name, err)
			}
			return out, nil
		},
		Bind: func(p Params, _ []nd.DType) Loop { return bind(p) },
	}
}

// floatSet returns a function that says whether a number is one of some that ascend.
func floatSet(set []float64) func(float64) bool {
	if len(set) == 0 {
		return func(float64) bool { return false }
	}
	edges := NewEdges(set)
	return func(v float64) bool {
		i := edges.NotAbove(v)
		return i > 0 && set[i-1] == v
	}
}

// maxBits is the range of integers up to which a set is a bit for each.
const maxBits = 1 << 20

// integerSet is floatSet of integers.
func integerSet(set []int) func(int64) bool {
	if len(set) == 0 {
		return func(int64) bool { return false }
	}
	low := uint64(set[0])
	span := uint64(set[len(set)-1]) - low
	if span >= maxBits {
		return func(v int64) bool {
			_, ok := slices.BinarySearch(set, int(v))
			return ok
		}
	}
	has := make([]uint64, span/64+1)
	for _, v := range set {
		at := uint64(v) - low
		has[at/64] |= 1 << (at % 64)
	}
	return func(v int64) bool {
		at := uint64(v) - low
		return at <= span && has[at/64]>>(at%64)&1 != 0
	}
}

// curve is piecewise linear: through points whose x ascend, and level beyond them.
type curve struct {
	x           *Edges
	y           []float64
	slopes      []float64 // from each point to the next
	left, right float64
}

func checkCurve(p Params) error {
	x, _ := p["x"].([]float64)
	y, _ := p["y"].([]float64)
	if len(x) != len(y) {
		return fmt.Errorf("%d places and %d values: %w", len(x), len(y), nd.ErrShape)
	}
	return CheckEdges(x, 1)
}

func newCurve(x, y []float64) curve {
	c := curve{NewEdges(x), y, make([]float64, len(x)-1), y[0], y[len(y)-1]}
	for i := range c.slopes {
		c.slopes[i] = (y[i+1] - y[i]) / (x[i+1] - x[i])
	}
	return c
}

// at does as NumPy's interp, to the bit: from the point before, which itself is
// exact, or where that gives NaN from the one behind.
func (c curve) at(v float64) float64 {
	i := c.x.NotAbove(v) - 1
	switch {
	case v != v:
		return v
	case i < 0:
		return c.left
	case i == len(c.slopes):
		return c.right
	case c.x.at[i] == v:
		return c.y[i]
	}
	r := float64(c.slopes[i]*(v-c.x.at[i])) + c.y[i]
	if math.IsNaN(r) {
		if r = float64(c.slopes[i]*(v-c.x.at[i+1])) + c.y[i+1]; math.IsNaN(r) && c.y[i] == c.y[i+1] {
			return c.y[i]
		}
	}
	return r
}
