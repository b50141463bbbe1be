package ufunc

import (
	"fmt"
	"strings"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// localFunction is a Go function of elements that Map or Map2 was given: a
// parameter that only this process knows. A plan with one runs here and is
// refused when marshalled.
type localFunction struct{ u *kernel.Ufunc }

// Map and Map2 are one operation of the table each, whose loop is in its
// parameter "f": they are fused like any other, and nothing stays behind when
// the arrays are gone.
func init() {
	for name, nargs := range map[string]int{"map": 1, "map2": 2} {
		if err := kernel.RegisterUfunc(&kernel.Ufunc{
			Name:  name,
			NArgs: nargs,
			Result: func(p kernel.Params, args []nd.DType) (nd.DType, error) {
				f, ok := p["f"].(*localFunction)
				if !ok {
					return nd.DType{}, fmt.Errorf("%s: parameter f is %v, want a function", name, p["f"])
				}
				return f.u.Result(nil, args)
			},
			Bind: func(p kernel.Params, args []nd.DType) kernel.Loop { return p["f"].(*localFunction).u.Bind(nil, args) },
		}); err != nil {
			panic(err) // two packages of the library have one name
		}
	}
}

// Map returns f of each element. f is called from several goroutines at a time,
// and may be called more than once for an element. The result can't be
// marshalled; see Register.
func Map[A, R nd.Elem](a *chunkgrid.Array[A], f func(A) R) *chunkgrid.Array[R] {
	return chunkgrid.Op[R]("map", plan.Params{"f": &localFunction{kernel.Map1("map", f)}}, a)
}

// Map2 returns f of the elements of two arrays, which broadcast; see Map.
func Map2[A, B, R nd.Elem](a *chunkgrid.Array[A], b *chunkgrid.Array[B], f func(A, B) R) *chunkgrid.Array[R] {
	return chunkgrid.Op[R]("map2", plan.Params{"f": &localFunction{kernel.Map2("map2", f)}}, a, b)
}

// Register gives a function of elements a name and returns it as a function of
// arrays, as the package's own are. A plan with it marshals, and runs in any
// process that has registered the same: do it in a package variable,
//
//	var Celsius = ufunc.Register("weather.celsius", func(k float32) float32 { return k - 273.15 })
//
// The name has a dot, as those of this package never do. With another name, or
// one that is taken, every result carries the error. f is called as Map calls it.
func Register[A, R nd.Elem](name string, f func(A) R) func(*chunkgrid.Array[A]) *chunkgrid.Array[R] {
	err := register(kernel.Map1(name, f))
	return func(a *chunkgrid.Array[A]) *chunkgrid.Array[R] {
		if err != nil {
			return chunkgrid.Failed[R](name, err, a)
		}
		return unary[R](name, a)
	}
}

// Register2 is Register for a function of two elements.
func Register2[A, B, R nd.Elem](name string, f func(A, B) R) func(*chunkgrid.Array[A], *chunkgrid.Array[B]) *chunkgrid.Array[R] {
	err := register(kernel.Map2(name, f))
	return func(a *chunkgrid.Array[A], b *chunkgrid.Array[B]) *chunkgrid.Array[R] {
		if err != nil {
			return chunkgrid.Failed[R](name, err, a, b)
		}
		return chunkgrid.Op[R](name, nil, a, b)
	}
}

func register(u *kernel.Ufunc) error {
	if !strings.Contains(u.Name, ".") {
		return fmt.Errorf("the name %q of a function has no dot; write it as package.function", u.Name)
	}
	return kernel.RegisterUfunc(u)
}
