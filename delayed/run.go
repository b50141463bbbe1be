package delayed

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/storage"
)

// Out is a value and the place for its result, see Into.
type Out struct {
	n   *node
	set func(result any)
	err error
}

// Into has Run write the value's result to dst.
func (v Value[T]) Into(dst *T) Out {
	if dst == nil {
		return Out{err: errors.New("delayed: into nil")}
	}
	return Out{n: v.n, set: func(result any) { *dst = as[T](result) }}
}

// Compute returns the value's result.
func (v Value[T]) Compute(ctx context.Context, opts ...chunkgrid.Option) (T, error) {
	var result T
	err := Run(ctx, []Out{v.Into(&result)}, opts...)
	return result, err
}

// Run computes several values at once: calls that they share run once. Where
// it fails, no result is written.
func Run(ctx context.Context, outs []Out, opts ...chunkgrid.Option) error {
	if ctx == nil {
		return fmt.Errorf("delayed: %w", storage.ErrContext)
	}
	nodes := make([]*node, len(outs))
	for i, o := range outs {
		if o.err != nil {
			return o.err
		}
		nodes[i] = o.n
	}
	g, err := newGraph(nodes)
	if err != nil {
		return err
	}
	results, err := g.run(ctx, chunkgrid.RunOptions(opts...))
	if err != nil {
		return err
	}
	for i, o := range outs {
		o.set(results[i])
	}
	return nil
}

// graph is the calls behind some values, in the order of the graph: arguments
// from first to last, then the call.
type graph struct {
	calls []*node
	outs  []*node
	place []int32 // of each of outs among the calls; -1: it is no call
	tasks exec.Tasks
}

func newGraph(outs []*node) (*graph, error) {
	g := &graph{outs: outs, tasks: exec.Tasks{First: []int32{0}}}
	places := map[*node]int32{}
	var stack []*node // the calls being walked: not the goroutine's stack, as chains may be long
	var found []int32 // places of the arguments of these, as far as they are known
	var begin []int   // where those of each call begin in found
	// find notes the place of an argument, or goes into a call that has none yet.
	find := func(n *node) error {
		if n == nil {
			return errors.New("delayed: a zero Value")
		}
		if n.call == nil {
			found = append(found, -1)
		} else if i, ok := places[n]; ok {
			found = append(found, i)
		} else {
			stack, begin = append(stack, n), append(begin, len(found))
		}
		return nil
	}
	for _, o := range outs {
		if err := find(o); err != nil {
			return nil, err
		}
		for len(stack) > 0 {
			top := len(stack) - 1
			n, args := stack[top], found[begin[top]:]
			if len(args) < len(n.args) {
				if err := find(n.args[len(args)]); err != nil {
					return nil, fmt.Errorf("%w is an argument of %s", err, n.call.name)
				}
				continue
			}
			i := int32(len(g.calls))
			places[n] = i
			g.calls = append(g.calls, n)
			g.tasks.Args = append(g.tasks.Args, args...)
			g.tasks.First = append(g.tasks.First, int32(len(g.tasks.Args)))
			found = append(found[:begin[top]], i)
			stack, begin = stack[:top], begin[:top]
		}
		i := found[0]
		found = found[:0]
		g.place = append(g.place, i)
		if i >= 0 {
			g.tasks.Outs = append(g.tasks.Outs, i)
		}
	}
	return g, nil
}

// run returns the results of the graph's outs.
func (g *graph) run(ctx context.Context, opts exec.Options) ([]any, error) {
	results := make([]any, len(g.calls))
	t := g.tasks
	t.Name = g.name()
	args := func(i int) []any {
		n := g.calls[i]
		in := make([]any, len(n.args))
		for k, a := range t.Args[t.First[i]:t.First[i+1]] {
			if a < 0 {
				in[k] = n.args[k].value
			} else {
				in[k] = results[a]
			}
		}
		return in
	}
	t.Do = func(ctx context.Context, i int) (err error) {
		results[i], err = g.calls[i].call.safely(ctx, args(i))
		return err
	}
	t.Gone = func(i int) error {
		return &Error{Func: g.calls[i].call.name, Args: texts(args(i)), Err: exec.ErrGone}
	}
	t.Free = func(i int) { results[i] = nil }
	if err := exec.RunTasks(ctx, t, opts); err != nil {
		return nil, fmt.Errorf("delayed: %w", err)
	}
	out := make([]any, len(g.outs))
	for i, n := range g.outs {
		out[i] = n.value
		if g.place[i] >= 0 {
			out[i] = results[g.place[i]]
		}
	}
	return out, nil
}

// name lists the functions of the graph, for events.
func (g *graph) name() string {
	var names []string
	seen := map[*function]bool{}
	for _, n := range g.calls {
		if seen[n.call] || n.call.list {
			continue
		}
		if len(names) == 6 {
			names = append(names, "…")
			break
		}
		seen[n.call] = true
		names = append(names, n.call.name)
	}
	return strings.Join(names, ", ")
}
