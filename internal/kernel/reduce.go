package kernel

import (
	"fmt"
	"math/bits"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// fold is a Reducer made of functions; S, the state, has no pointers and a
// size that is a multiple of 8.
type fold[T nd.Elem, S any] struct {
	empty  S                                                // the state of no elements
	run    func(x []T, first int) S                         // of up to MaxRun elements
	rows   func(states []S, x []T, rows, stride, first int) // of the columns of a leaf
	merge  func(a, b []S)                                   // a's elements followed by b's
	finish func(dst []byte, states []S) error

	ofSum func(sum float64, n int) S // the state of n elements in one leaf, if their sum is enough

	of    *fold[T, S] // whose states these are, nil for its own: see ending
	wider []Reducer   // the same reduction with states that hold more
}

// ending is a reduction with f's states.
func (f *fold[T, S]) ending(finish func(dst []byte, states []S) error) *fold[T, S] {
	g := *f
	g.finish, g.of = finish, f
	return &g
}

// Sharing implements Sharer.
func (f *fold[T, S]) Sharing(r Reducer) (Reducer, bool) {
	versions := []Reducer{r}
	if r, ok := r.(interface{ versions() []Reducer }); ok {
		versions = append(versions, r.versions()...)
	}
	for _, v := range versions {
		if g, ok := v.(*fold[T, S]); ok && g.owner() == f.owner() {
			return g, true
		}
	}
	return nil, false
}

func (f *fold[T, S]) versions() []Reducer { return f.wider }

// owner is the fold whose states these are.
func (f *fold[T, S]) owner() *fold[T, S] {
	if f.of != nil {
		return f.of
	}
	return f
}

func (f *fold[T, S]) StateSize() int { return int(unsafe.Sizeof(f.empty)) }

func (f *fold[T, S]) Init(states []byte) { fill(view[S](states), f.empty) }

func (f *fold[T, S]) Run(state, x []byte, first int) {
	view[S](state)[0] = f.run(view[T](x), first)
}

func (f *fold[T, S]) Rows(states, x []byte, rows, stride, first int) {
	s := view[S](states)
	f.rows(s, view[T](x)[:(rows-1)*stride+len(s)], rows, stride, first)
}

func (f *fold[T, S]) Merge(dst, src []byte) {
	a := view[S](dst)
	f.merge(a, view[S](src)[:len(a)])
}

func (f *fold[T, S]) Finish(dst, states []byte) error { return f.finish(dst, view[S](states)) }

// leaf is how leaves become states: one of 1 to Tile elements, and, unless nil,
// four whole ones that begin so many elements apart and are read side by side:
// memory answers four streams faster than one.
type leaf[T nd.Elem, S any] struct {
	one  func(x []T) S
	four func(x []T, apart int) [4]S
}

// then makes the loops of a leaf that go on with the states of others.
func then[T nd.Elem, A, B any](l leaf[T, A], f func(x []T, a A) B) leaf[T, B] {
	m := leaf[T, B]{one: func(x []T) B { return f(x, l.one(x)) }}
	if l.four != nil {
		m.four = func(x []T, apart int) (b [4]B) {
			for i, a := range l.four(x, apart) {
				b[i] = f(x[i*apart:][:Tile], a)
			}
			return b
		}
	}
	return m
}

// leaves makes a run of the loops of a leaf and a function that merges two
// states. The tree is the one that merging neighbours gives, level by level.
func leaves[T nd.Elem, S any](l leaf[T, S], merge func(a, b S) S) func(x []T, first int) S {
	// trees are the trees of the first n elements, a power of two of leaves, of
	// each quarter of x; x may have lost as many at the front.
	var trees func(x []T, n, quarter int) [4]S
	trees = func(x []T, n, quarter int) [4]S {
		if n == Tile {
			return l.four(x, quarter)
		}
		a, b := trees(x, n/2, quarter), trees(x[n/2:], n/2, quarter)
		for i := range a {
			a[i] = merge(a[i], b[i])
		}
		return a
	}
	var tree func(x []T) S
	tree = func(x []T) S {
		switch n := len(x); {
		case n <= Tile:
			return l.one(x)
		case n >= 4*Tile && n&(n-1) == 0 && l.four != nil:
			s := trees(x, n/4, n/4)
			return merge(merge(s[0], s[1]), merge(s[2], s[3]))
		}
		n := Tile << (bits.Len(uint((len(x)-1)/Tile)) - 1) // the greatest power of two of leaves that isn't all
		return merge(tree(x[:n]), tree(x[n:]))
	}
	return func(x []T, _ int) S { return tree(x) }
}

// mergeEach makes a merge of a function of two states.
func mergeEach[S any](merge func(a, b S) S) func(a, b []S) {
	return func(a, b []S) {
		for i, s := range b {
			a[i] = merge(a[i], s)
		}
	}
}

// finishEach makes a finish of a function of one state that cannot fail.
func finishEach[R nd.Elem, S any](result func(S) R) func(dst []byte, states []S) error {
	return func(dst []byte, states []S) error {
		d := view[R](dst)
		for i, s := range states {
			d[i] = result(s)
		}
		return nil
	}
}

// folding is a reduction of one dtype.
type folding struct {
	out  nd.DType // the zero DType stands for that of the argument
	bind func(p Params) Reducer
}

// plain is a folding without parameters.
func plain[T nd.Elem, S any](out nd.DType, f *fold[T, S]) folding {
	return folding{out, func(Params) Reducer { return f }}
}

// foldings lists the reductions of each dtype by name, as loops does for
// element-wise operations, for each level. They give the same bits.
var foldings = [numLevels]map[nd.Kind]map[string]folding{foldingsAt(Plain), foldingsAt(AVX2), foldingsAt(AVX512)}

func foldingsAt(l Level) map[nd.Kind]map[string]folding {
	return map[nd.Kind]map[string]folding{
		nd.KindBool:       boolFoldings(l),
		nd.KindInt8:       integerFoldings[int8](l),
		nd.KindInt16:      integerFoldings[int16](l),
		nd.KindInt32:      integerFoldings[int32](l),
		nd.KindInt64:      integerFoldings[int64](l),
		nd.KindUint8:      integerFoldings[uint8](l),
		nd.KindUint16:     integerFoldings[uint16](l),
		nd.KindUint32:     integerFoldings[uint32](l),
		nd.KindUint64:     integerFoldings[uint64](l),
		nd.KindFloat16:    countFoldings(plainCounts(nonzeroHalves)),
		nd.KindFloat32:    floatFoldings[float32](l),
		nd.KindFloat64:    floatFoldings[float64](l),
		nd.KindComplex64:  complexFoldings[float32, complex64](),
		nd.KindComplex128: complexFoldings[float64, complex128](),
		nd.KindDatetime:   countFoldings(countsAt[nd.Datetime](l)),
		nd.KindTimedelta:  countFoldings(countsAt[nd.Timedelta](l)),
	}
}

func joinFoldings(sets ...map[string]folding) map[string]folding {
	all := map[string]folding{}
	for _, s := range sets {
		for name, f := range s {
			all[name] = f
		}
	}
	return all
}

// boolFoldings counts bools for min and max too.
func boolFoldings(l Level) map[string]folding {
	all := joinFoldings(orderFoldings(ordersAt[uint8](l)), countFoldings(countsAt[uint8](l)))
	all["min"], all["max"] = all["all"], all["any"]
	return all
}

func integerFoldings[T nd.Integer](l Level) map[string]folding {
	return joinFoldings(orderFoldings(ordersAt[T](l)), countFoldings(countsAt[T](l)), map[string]folding{
		"sum":  plain(nd.DType{}, wideSum(wideSumsAt[T](l))),
		"prod": plain(nd.DType{}, wideProd[T]()),
	})
}

func floatFoldings[T nd.Float](l Level) map[string]folding {
	s, o := sumsAt[T](l), ordersAt[T](l)
	return joinFoldings(orderFoldings(o), countFoldings(countsAt[T](l)), sumFoldings(s), nanSumFoldings(s), nanExtremeFoldings(o))
}

func complexFoldings[F nd.Float, C nd.Complex]() map[string]folding {
	return joinFoldings(countFoldings(plainCounts(nonzero[C])), complexSums[F, C]())
}

// nonEmpty names the reductions that have no result for no elements.
var nonEmpty = map[string]bool{"min": true, "max": true, "argmin": true, "argmax": true, "nanmin": true, "nanmax": true}

// allReductions makes a Reduction of each name in foldings.
func allReductions() map[string]*Reduction {
	all := map[string]*Reduction{}
	for _, set := range foldings[Plain] {
		for name := range set {
			all[name] = &Reduction{
				Name:     name,
				NonEmpty: nonEmpty[name],
				Result:   func(p Params, arg nd.DType) (nd.DType, error) { return reductionResult(name, p, arg) },
				Bind:     func(p Params, arg nd.DType) Reducer { return foldings[level][arg.Kind()][name].bind(p) },
			}
		}
	}
	return all
}

func reductionResult(name string, p Params, arg nd.DType) (nd.DType, error) {
	f, ok := foldings[Plain][arg.Kind()][name]
	switch {
	case !ok && arg == nd.Bool && (name == "sum" || name == "nansum"):
		return nd.DType{}, fmt.Errorf("%s: no loop for bool; use count_nonzero, or Cast first", name)
	case !ok && arg.IsInteger() && len(name) > 3 && foldings[Plain][arg.Kind()][name[3:]].bind != nil:
		return nd.DType{}, fmt.Errorf("%s: no loop for %s, which has no NaN; use %s", name, arg, name[3:])
	case !ok:
		return nd.DType{}, noLoop(name, arg)
	}
	if _, err := ddofOf(p); err != nil {
		return nd.DType{}, fmt.Errorf("%s: %w", name, err)
	}
	if f.out.Valid() {
		return f.out, nil
	}
	return arg, nil
}

// ddofOf reads the parameter ddof of var and std, 0 without it.
func ddofOf(p Params) (ddof float64, err error) {
	err = floatParam(p, "ddof", &ddof)
	return ddof, err
}
