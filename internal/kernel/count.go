package kernel

import "github.com/ndgrid/ndgrid/nd"

// countFoldings lists any, all and count_nonzero, which every dtype has. count
// counts what is true among the elements of x that are stride apart; the state
// is that count, or for all the count of what is false.
func countFoldings[T nd.Elem](count func(x []T, stride int) int64) map[string]folding {
	of := func(falses bool, finish func([]byte, []int64) error) *fold[T, int64] {
		columns := func(states []int64, x []T, rows, stride, _ int) {
			for c := range states {
				states[c] = count(x[c:], stride)
				if falses {
					states[c] = int64(rows) - states[c]
				}
			}
		}
		return &fold[T, int64]{
			run: func(x []T, _ int) int64 {
				n := count(x, 1)
				if falses {
					n = int64(len(x)) - n
				}
				return n
			},
			rows:   columns,
			merge:  mergeEach(func(a, b int64) int64 { return a + b }),
			finish: finish,
		}
	}
	return map[string]folding{
		"any":           plain(nd.Bool, of(false, finishEach(func(n int64) bool { return n > 0 }))),
		"all":           plain(nd.Bool, of(true, finishEach(func(falses int64) bool { return falses == 0 }))),
		"count_nonzero": plain(nd.Int64, of(false, finishEach(func(n int64) int64 { return n }))),
	}
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
