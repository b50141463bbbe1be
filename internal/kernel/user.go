package kernel

import "github.com/ndgrid/ndgrid/nd"

// Map1 makes an operation of a Go function of one element. f is called from
// several goroutines at a time. The operation is not in the table: see
// RegisterUfunc. Where R is a time, its unit is that of the first argument that
// is a time, else "generic".
func Map1[A, R nd.Elem](name string, f func(A) R) *Ufunc {
	return userUfunc[R](name, []nd.DType{nd.DTypeOf[A]()}, each(f).loop)
}

// Map2 makes an operation of a Go function of two elements, as Map1 does.
func Map2[A, B, R nd.Elem](name string, f func(A, B) R) *Ufunc {
	return userUfunc[R](name, []nd.DType{nd.DTypeOf[A](), nd.DTypeOf[B]()}, func(dst []byte, args [][]byte) {
		d, a, b := view[R](dst), view[A](args[0]), view[B](args[1])
		if max(len(a), len(b)) == len(d) {
			apply2(f, d, a, b)
			return
		}
		fill(d, f(a[0], b[0]))
	})
}

func userUfunc[R nd.Elem](name string, want []nd.DType, loop Loop) *Ufunc {
	return &Ufunc{
		Name:  name,
		NArgs: len(want),
		Result: func(_ Params, args []nd.DType) (nd.DType, error) {
			if err := checkCount(name, len(want), args); err != nil {
				return nd.DType{}, err
			}
			out := nd.DTypeOf[R]()
			for i, d := range args {
				if d.Kind() != want[i].Kind() {
					return nd.DType{}, noLoop(name, args...)
				}
			}
			for _, d := range args {
				switch {
				case isTime(d) && out.Kind() == nd.KindDatetime:
					return nd.Datetime64(d.Unit()), nil
				case isTime(d) && out.Kind() == nd.KindTimedelta:
					return nd.Timedelta64(d.Unit()), nil
				}
			}
			return out, nil
		},
		Bind: func(Params, []nd.DType) Loop { return loop },
	}
}
