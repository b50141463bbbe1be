package kernel

import "github.com/ndgrid/ndgrid/nd"

// whereUfunc is where(cond, a, b): a where cond is true, else b. It moves
// memory only, so every dtype with a Go type has it.
func whereUfunc() *Ufunc {
	return &Ufunc{
		Name:  "where",
		NArgs: 3,
		Result: func(_ Params, args []nd.DType) (nd.DType, error) {
			if err := checkCount("where", 3, args); err != nil {
				return nd.DType{}, err
			}
			if args[0] != nd.Bool || args[1] != args[2] || !args[1].Computable() {
				return nd.DType{}, noLoop("where", args...)
			}
			return args[1], nil
		},
		Bind: func(_ Params, args []nd.DType) Loop {
			size := args[1].Size()
			if loop, ok := fastWhere.find(size); ok {
				return loop
			}
			return plainWhere[size]
		},
	}
}

// The loops of where, by the bytes of an element.
var (
	plainWhere = map[int]Loop{1: where[uint8], 2: where[uint16], 4: where[uint32], 8: where[uint64], 16: where[complex128]}
	fastWhere  faster[int, Loop]
)

func where[T any](dst []byte, args [][]byte) {
	d, a, b := view[T](dst), view[T](args[1]), view[T](args[2])
	cond := args[0]
	if len(cond) == len(d) && len(a) == len(d) && len(b) == len(d) {
		for i, c := range cond {
			v := b[i]
			if c != 0 {
				v = a[i]
			}
			d[i] = v
		}
		return
	}
	mc, ma, mb := spread(cond), spread(a), spread(b)
	for i := range d {
		v := b[i&mb]
		if cond[i&mc] != 0 {
			v = a[i&ma]
		}
		d[i] = v
	}
}
