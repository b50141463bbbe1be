// Package delayed postpones calls of Go functions. A function that is wrapped
// by Func1, Func2, … or Try1, Try2, … takes delayed values and returns one at
// once: the graph of the calls, which nothing has computed yet. Compute runs
// that graph in parallel, and what several calls share once.
//
// Values are immutable and made of values that exist already, so a graph has no
// cycles. They keep no results: every Compute computes anew.
//
// Where a function fails or panics, the error (see Error) names it and its
// arguments; of several errors it is the first in the order of the graph,
// arguments before the calls that use them, whatever the number of workers.
// When the context is cancelled no more functions begin, and Compute returns
// as soon as those that run have: one that may block is wrapped by Try and
// watches its context. No goroutine is left behind.
//
// The results of a run are dropped as soon as the last call that uses them has
// returned. What functions take is theirs: chunkgrid.Memory and Scratch say
// nothing here, Workers and OnEvent what they say of arrays.
package delayed

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
)

// Value is a value of type T that is computed later. The zero Value is an error
// when it is computed.
type Value[T any] struct{ n *node }

// Any is a Value of any type.
type Any interface {
	node() *node
	String() string
}

func (v Value[T]) node() *node { return v.n }

// node is a call, or a value that is there.
type node struct {
	call  *function // nil: value is there
	args  []*node
	value any
}

// function is a function of any arity and types.
type function struct {
	name string
	do   func(ctx context.Context, args []any) (any, error)
	list bool // of its arguments, in place of a function of the user
}

// Of returns a value that is there: a constant beside delayed ones.
func Of[T any](v T) Value[T] { return Value[T]{&node{value: v}} }

// Func1 postpones calls of f.
func Func1[A, R any](f func(A) R) func(Value[A]) Value[R] {
	return call1[A, R](named(f, func(_ context.Context, in []any) (any, error) { return f(as[A](in[0])), nil }))
}

// Func2 postpones calls of f.
func Func2[A, B, R any](f func(A, B) R) func(Value[A], Value[B]) Value[R] {
	return call2[A, B, R](named(f, func(_ context.Context, in []any) (any, error) { return f(as[A](in[0]), as[B](in[1])), nil }))
}

// Func3 postpones calls of f.
func Func3[A, B, C, R any](f func(A, B, C) R) func(Value[A], Value[B], Value[C]) Value[R] {
	return call3[A, B, C, R](named(f, func(_ context.Context, in []any) (any, error) {
		return f(as[A](in[0]), as[B](in[1]), as[C](in[2])), nil
	}))
}

// Try1 postpones calls of a function that takes the context of the run, which
// is cancelled when its result isn't wanted any more, and may fail.
func Try1[A, R any](f func(context.Context, A) (R, error)) func(Value[A]) Value[R] {
	return call1[A, R](named(f, func(ctx context.Context, in []any) (any, error) { return f(ctx, as[A](in[0])) }))
}

// Try2 is Try1 for functions of two arguments.
func Try2[A, B, R any](f func(context.Context, A, B) (R, error)) func(Value[A], Value[B]) Value[R] {
	return call2[A, B, R](named(f, func(ctx context.Context, in []any) (any, error) { return f(ctx, as[A](in[0]), as[B](in[1])) }))
}

// Try3 is Try1 for functions of three arguments.
func Try3[A, B, C, R any](f func(context.Context, A, B, C) (R, error)) func(Value[A], Value[B], Value[C]) Value[R] {
	return call3[A, B, C, R](named(f, func(ctx context.Context, in []any) (any, error) {
		return f(ctx, as[A](in[0]), as[B](in[1]), as[C](in[2]))
	}))
}

// named is a function of the user.
func named(f any, do func(ctx context.Context, args []any) (any, error)) *function {
	return &function{name: nameOf(f), do: do}
}

func call1[A, R any](fn *function) func(Value[A]) Value[R] {
	return func(a Value[A]) Value[R] { return Value[R]{&node{call: fn, args: []*node{a.n}}} }
}

func call2[A, B, R any](fn *function) func(Value[A], Value[B]) Value[R] {
	return func(a Value[A], b Value[B]) Value[R] { return Value[R]{&node{call: fn, args: []*node{a.n, b.n}}} }
}

func call3[A, B, C, R any](fn *function) func(Value[A], Value[B], Value[C]) Value[R] {
	return func(a Value[A], b Value[B], c Value[C]) Value[R] {
		return Value[R]{&node{call: fn, args: []*node{a.n, b.n, c.n}}}
	}
}

// as returns a result as the type it has; nil in an interface has none.
func as[T any](v any) T {
	t, _ := v.(T)
	return t
}

// nameOf returns a function's name without its package's path: "increment",
// "main.func1" for a literal in main.
func nameOf(f any) string {
	fn := runtime.FuncForPC(reflect.ValueOf(f).Pointer())
	if fn == nil {
		return "nil"
	}
	name := fn.Name()
	name = name[strings.LastIndexByte(name, '/')+1:]
	_, name, _ = strings.Cut(name, ".")
	return strings.TrimSuffix(strings.ReplaceAll(name, "[...]", ""), "-fm")
}

// List is one value of many: a slice of their results.
func List[T any](values ...Value[T]) Value[[]T] {
	fn := &function{name: "list", list: true, do: func(_ context.Context, in []any) (any, error) {
		out := make([]T, len(in))
		for i, v := range in {
			out[i] = as[T](v)
		}
		return out, nil
	}}
	n := &node{call: fn, args: make([]*node, len(values))}
	for i, v := range values {
		n.args[i] = v.n
	}
	return Value[[]T]{n}
}

// Reduce joins values by f, neighbours first: 0 with 1, 2 with 3, then these,
// so that calls run in parallel and the order of values is kept. There must be
// one at least.
func Reduce[T any](f func(a, b T) T, values ...Value[T]) Value[T] {
	if len(values) == 0 {
		return Value[T]{&node{call: &function{name: "Reduce", do: func(context.Context, []any) (any, error) {
			return nil, errors.New("no values")
		}}}}
	}
	return tree(Func2(f), values)
}

// number is what can be summed, Go's int included.
type number interface{ nd.Number | int | uint }

// Sum adds values as Reduce does; without any it is 0. Integers wrap, as in Go.
func Sum[T number](values ...Value[T]) Value[T] {
	if len(values) == 0 {
		return Of(T(0))
	}
	return tree(call2[T, T, T](&function{name: "add", do: func(_ context.Context, in []any) (any, error) {
		return as[T](in[0]) + as[T](in[1]), nil
	}}), values)
}

// tree joins neighbours until one value is left.
func tree[T any](join func(a, b Value[T]) Value[T], values []Value[T]) Value[T] {
	level := slices.Clone(values)
	for len(level) > 1 {
		pairs := len(level) / 2
		for i := range pairs {
			level[i] = join(level[2*i], level[2*i+1])
		}
		if len(level)%2 == 1 {
			level[pairs] = level[2*pairs]
			pairs++
		}
		level = level[:pairs]
	}
	return level[0]
}
