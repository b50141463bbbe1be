package reduce

import (
	"math/bits"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// sortedBelow is the length from which on selecting beats sorting.
const sortedBelow = 48

// selectAll moves the elements of x, none of them NaN, so that at every place in
// ks, ascending, is what sorting would put there, with nothing greater before it
// and nothing less behind. It is Hoare's quickselect for several places; where
// pivots are bad it sorts, so that it never takes longer than sorting.
func selectAll[T nd.Float](x []T, ks []int) { selectDeep(x, ks, 0, 2*bits.Len(uint(len(x)))) }

// selectDeep is selectAll of x whose first element is at place at, in depth steps
// at most.
func selectDeep[T nd.Float](x []T, ks []int, at, depth int) {
	for len(ks) > 0 {
		if len(x) < sortedBelow || depth == 0 {
			slices.Sort(x)
			return
		}
		depth--
		less, greater := partition(x, pivot(x))
		left, _ := slices.BinarySearch(ks, at+less)
		right, _ := slices.BinarySearch(ks, at+greater)
		selectDeep(x[:less], ks[:left], at, depth)
		x, ks, at = x[greater:], ks[right:], at+greater
	}
}

// pivot returns the median of three medians of three.
func pivot[T nd.Float](x []T) T {
	step := len(x) / 9
	var m [3]T
	for i := range m {
		m[i] = median(x[3*i*step], x[(3*i+1)*step], x[(3*i+2)*step])
	}
	return median(m[0], m[1], m[2])
}

func median[T nd.Float](a, b, c T) T { return max(min(a, b), min(max(a, b), c)) }

// partition moves what is less than p to the front, what is equal behind it, and
// returns where that and the rest begin. It has no branch that depends on x.
func partition[T nd.Float](x []T, p T) (equal, greater int) {
	for i, v := range x {
		x[i] = x[equal]
		x[equal] = v
		if v < p {
			equal++
		}
	}
	rest := x[equal:]
	n := 0
	for i, v := range rest {
		rest[i] = rest[n]
		rest[n] = v
		if v == p {
			n++
		}
	}
	return equal, equal + n
}
