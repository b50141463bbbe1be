package kernel

import (
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// A fused operation does what two do, one given the result of the other, with
// the same roundings and so the same bits. Plans don't name them, and Ufuncs
// does not list them: the executor puts them in the place of pairs.

// Fusion is the operation that does what a pair does. The arguments of the pair
// are those of the outer operation, with those of the inner one in place of its
// result; Order[i] is the place among them of the fused operation's argument i.
type Fusion struct {
	Name  string
	Order []int
}

// pair is an operation that has another's result as an argument.
type pair struct {
	outer string
	pos   int
	inner string
}

var fusions = map[pair]Fusion{
	{"add", 0, "mul"}:           {"mul_add", []int{0, 1, 2}},
	{"add", 1, "mul"}:           {"mul_add", []int{1, 2, 0}},
	{"sub", 0, "mul"}:           {"mul_sub", []int{0, 1, 2}},
	{"add", 0, "square"}:        {"square_add", []int{0, 1}},
	{"add", 1, "square"}:        {"square_add", []int{1, 0}},
	{"square_add", 1, "square"}: {"sum_squares", []int{0, 1}},
	{"sqrt", 0, "sum_squares"}:  {"hypot_plain", []int{0, 1}},
	{"sqrt", 0, "add"}:          {"add_sqrt", []int{0, 1}},
	{"div", 0, "sub"}:           {"sub_div", []int{0, 1, 2}},
	{"mul", 0, "sub"}:           {"sub_mul", []int{0, 1, 2}},
	{"mul", 1, "sub"}:           {"sub_mul", []int{1, 2, 0}},
	{"square", 0, "sub"}:        {"sub_square", []int{0, 1}},
}

// Fuse returns the operation that does what outer does when its argument pos is
// the result of inner, if there is one. Either may be a fused one already: who
// fuses the arguments of an operation before the operation itself, one after
// the other, finds sqrt(x²+y²) in three steps.
func Fuse(outer, inner string, pos int) (Fusion, bool) {
	f, ok := fusions[pair{outer, pos, inner}]
	return f, ok
}

// FusedLoop returns the loop of a fused operation, if there is one that is faster
// than the two: for float64 and float32, where the machine has vector
// instructions. The result has the dtype of the arguments.
func FusedLoop(name string, _ Params, args []nd.DType) (Loop, bool) {
	if len(args) == 0 || !allSame(args) {
		return nil, false
	}
	if op, ok := fused[args[0].Kind()][name]; !ok || op.nargs != len(args) {
		return nil, false
	}
	return fast.find(opOf{args[0].Kind(), name})
}

// fused holds the plain loops: the definition, for tests.
var fused = map[nd.Kind]opSet{
	nd.KindFloat64: fusedOps[float64](),
	nd.KindFloat32: fusedOps[float32](),
}

// fusedOps lists the fused operations. Where an operation's result is that of a
// product, the conversion to T makes it round before it goes on.
func fusedOps[T nd.Float]() opSet {
	sqrt := func(x T) T { return T(math.Sqrt(float64(x))) }
	return opSet{
		"mul_add": fused3(func(d, x, y, z []T, mx, my, mz int) {
			for i := range d {
				d[i] = T(x[i&mx]*y[i&my]) + z[i&mz]
			}
		}),
		"mul_sub": fused3(func(d, x, y, z []T, mx, my, mz int) {
			for i := range d {
				d[i] = T(x[i&mx]*y[i&my]) - z[i&mz]
			}
		}),
		"sub_mul": fused3(func(d, x, y, z []T, mx, my, mz int) {
			for i := range d {
				d[i] = (x[i&mx] - y[i&my]) * z[i&mz]
			}
		}),
		"sub_div": fused3(func(d, x, y, z []T, mx, my, mz int) {
			for i := range d {
				d[i] = (x[i&mx] - y[i&my]) / z[i&mz]
			}
		}),
		"square_add": fused2(func(d, x, y []T, mx, my int) {
			for i := range d {
				x := x[i&mx]
				d[i] = T(x*x) + y[i&my]
			}
		}),
		"sum_squares": fused2(func(d, x, y []T, mx, my int) {
			for i := range d {
				x, y := x[i&mx], y[i&my]
				d[i] = T(x*x) + T(y*y)
			}
		}),
		"hypot_plain": fused2(func(d, x, y []T, mx, my int) {
			for i := range d {
				x, y := x[i&mx], y[i&my]
				d[i] = sqrt(T(x*x) + T(y*y))
			}
		}),
		"sub_square": fused2(func(d, x, y []T, mx, my int) {
			for i := range d {
				r := x[i&mx] - y[i&my]
				d[i] = r * r
			}
		}),
		"add_sqrt": fused2(func(d, x, y []T, mx, my int) {
			for i := range d {
				d[i] = sqrt(x[i&mx] + y[i&my])
			}
		}),
	}
}

// fused2 makes a table entry of a loop over two arguments, each with the mask
// that makes indices into it.
func fused2[T nd.Float](f func(d, x, y []T, mx, my int)) typed {
	return typed{nargs: 2, loop: func(dst []byte, args [][]byte) {
		x, y := view[T](args[0]), view[T](args[1])
		f(view[T](dst), x, y, spread(x), spread(y))
	}}
}

// fused3 is fused2 for three arguments.
func fused3[T nd.Float](f func(d, x, y, z []T, mx, my, mz int)) typed {
	return typed{nargs: 3, loop: func(dst []byte, args [][]byte) {
		x, y, z := view[T](args[0]), view[T](args[1]), view[T](args[2])
		f(view[T](dst), x, y, z, spread(x), spread(y), spread(z))
	}}
}

// plainLoop returns the definition of an operation of one dtype, fused or not.
func plainLoop(k nd.Kind, name string) (typed, bool) {
	if op, ok := loops[k][name]; ok {
		return op, true
	}
	op, ok := fused[k][name]
	return op, ok
}
