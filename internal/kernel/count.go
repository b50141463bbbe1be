package kernel

import "github.com/ndgrid/ndgrid/nd"

// counts are the loops that count what is true, in plain Go or in assembly.
type counts[T nd.Elem] struct {
	leaf    func(x []T) int64
	columns func(states []int64, x []T, rows, stride int)
}

// plainCounts makes loops of a function that counts what is true among the
// elements of x that are stride apart.
func plainCounts[T nd.Elem](count func(x []T, stride int) int64) counts[T] {
	return counts[T]{
		func(x []T) int64 { return count(x, 1) },
		func(states []int64, x []T, _, stride int) {
			for c := range states {
				states[c] = count(x[c:], stride)
			}
		},
	}
}

// countFoldings lists any, all and count_nonzero, which every dtype has. The
// state is the count of what is true, or for all that of what is false.
func countFoldings[T nd.Elem](count counts[T]) map[string]folding {
	of := func(falses bool, finish func([]byte, []int64) error) *fold[T, int64] {
		return &fold[T, int64]{
			run: func(x []T, _ int) int64 {
				n := count.leaf(x)
				if falses {
					n = int64(len(x)) - n
				}
				return n
			},
			rows: func(states []int64, x []T, rows, stride, _ int) {
				count.columns(states, x, rows, stride)
				if falses {
					for c := range states {
						states[c] = int64(rows) - states[c]
					}
				}
			},
			merge:  addAll[int64],
			finish: finish,
		}
	}
	return map[string]folding{
		"any":           plain(nd.Bool, of(false, finishEach(func(n int64) bool { return n > 0 }))),
		"all":           plain(nd.Bool, of(true, finishEach(func(falses int64) bool { return falses == 0 }))),
		"count_nonzero": plain(nd.Int64, of(false, finishEach(func(n int64) int64 { return n }))),
	}
}

// relationCounts count the elements of x that have a relation, a comparison by
// its name, to the element v: in assembly, by level.
var relationCounts = [numLevels]map[opOf]func(x, v []byte) int64{{}, {}, {}}

// mirrored names the relation of y to x that says the same as one of x to y.
var mirrored = map[string]string{
	"equal": "equal", "not_equal": "not_equal", "less": "greater", "less_equal": "greater_equal", "greater": "less", "greater_equal": "less_equal",
}

// ofRelation is any, all or count_nonzero of the bools that a relation gives.
type ofRelation struct {
	Reducer // of the bools
	count   func(x, v []byte) int64
	bound   []byte
	falses  int // bytes of an element, where what is false is counted
}

func (r ofRelation) Run(state, x []byte, _ int) {
	n := r.count(x, r.bound)
	if r.falses > 0 {
		n = int64(len(x)/r.falses) - n
	}
	view[int64](state)[0] = n
}

// ReducerOfRelation returns a Reducer whose Run makes of elements x of dtype arg
// what that of a reduction makes of the bools op(x, bound), without them; bound is
// one element, and the first argument where swapped is set. It has no Rows. There
// is one for relations of floats where the machine has vector instructions.
func ReducerOfRelation(reduction, op string, arg nd.DType, bound []byte, swapped bool) (Reducer, bool) {
	if swapped {
		op = mirrored[op]
	}
	count, ok := relationCounts[level][opOf{arg.Kind(), op}]
	if !ok || reduction != "any" && reduction != "all" && reduction != "count_nonzero" {
		return nil, false
	}
	r := ofRelation{Reducer: foldings[level][nd.KindBool][reduction].bind(nil), count: count, bound: bound}
	if reduction == "all" {
		r.falses = arg.Size()
	}
	return r, true
}

// nonzero counts the elements, stride apart, that are not zero.
func nonzero[T comparable](x []T, stride int) (n int64) {
	var zero T
	for i := 0; i < len(x); i += stride {
		one := int64(0)
		if x[i] != zero {
			one = 1
		}
		n += one
	}
	return n
}

// nonzeroHalves is nonzero for halves, which have two zeros.
func nonzeroHalves(x []nd.Float16, stride int) (n int64) {
	for i := 0; i < len(x); i += stride {
		if halfTrue(x[i]) {
			n++
		}
	}
	return n
}
