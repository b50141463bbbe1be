package zarr

import (
	"fmt"
	"math"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// A rectilinear chunk grid lists the lengths of the chunks along every axis: a
// number stands for equal ones, [length, n] in a list for a run of n. The lengths
// may add up to more than the axis; chunks are stored with the length they are
// listed with.

// parseEdges reads the configuration of a rectilinear grid.
func parseEdges(shape []int, config object) (nd.Grid, error) {
	if kind, ok := config["kind"]; ok && kind != "inline" {
		return nd.Grid{}, fmt.Errorf("%w: kind %s", storage.ErrUnsupported, brief(kind))
	}
	list, ok := config["chunk_shapes"].([]any)
	if !ok || len(list) != len(shape) {
		return nd.Grid{}, fmt.Errorf("%w: chunk_shapes %s for %d axes", storage.ErrCorrupt, brief(config["chunk_shapes"]), len(shape))
	}
	axes := make([]nd.Grid, len(shape))
	for k, v := range list {
		var err error
		if axes[k], err = parseEdge(shape[k], v); err != nil {
			return nd.Grid{}, fmt.Errorf("axis %d: %w", k, err)
		}
	}
	// Of the grid only axes are asked for: that all of it is more than int can
	// count is no matter.
	return joinAxes(axes)
}

func joinAxes(axes []nd.Grid) (nd.Grid, error) {
	g, err := nd.JoinGrids(axes...)
	if err != nil {
		err = fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	return g, err
}

func parseEdge(n int, v any) (nd.Grid, error) {
	list, isList := v.([]any)
	if !isList {
		c, err := integer(v)
		if err != nil {
			return nd.Grid{}, err
		}
		if c < 1 || n > math.MaxInt-c {
			return nd.Grid{}, fmt.Errorf("%w: chunks of length %d", storage.ErrCorrupt, c)
		}
		return run(c, max((n-1)/c+1, 1))
	}
	var runs []nd.Grid
	total := 0
	for _, x := range list {
		length, times := x, any(nil)
		if pair, ok := x.([]any); ok {
			if len(pair) != 2 {
				return nd.Grid{}, fmt.Errorf("%w: %s is not a length and how often it comes", storage.ErrCorrupt, brief(x))
			}
			length, times = pair[0], pair[1]
		}
		c, err := integer(length)
		count := 1
		if err == nil && times != nil {
			count, err = integer(times)
		}
		if err != nil {
			return nd.Grid{}, err
		}
		if c < 1 || count < 1 || c > (1<<62-total)/count {
			return nd.Grid{}, fmt.Errorf("%w: %d chunks of length %d", storage.ErrCorrupt, count, c)
		}
		total += c * count
		g, err := run(c, count)
		if err != nil {
			return nd.Grid{}, err
		}
		runs = append(runs, g)
	}
	if total < n {
		return nd.Grid{}, fmt.Errorf("%w: the chunks are %d long together, the axis %d", storage.ErrCorrupt, total, n)
	}
	return nd.ConcatGrids(runs...), nil
}

// run returns the axis of count chunks of one length.
func run(length, count int) (nd.Grid, error) { return nd.NewGrid([]int{length * count}, []int{length}) }

// edgesJSON writes a grid as chunk_shapes, equal neighbours as runs. An axis of length
// 0 has a chunk too, without which zarr-python doesn't open the array.
func edgesJSON(g nd.Grid) []any {
	list := make([]any, g.NDim())
	for k := range list {
		edges := []any{}
		length, count := 0, 0
		flush := func() {
			switch {
			case count > 1:
				edges = append(edges, []int{length, count})
			case count == 1:
				edges = append(edges, length)
			}
		}
		for n := range g.Sizes(k) {
			if n != length {
				flush()
				length, count = n, 0
			}
			count++
		}
		flush()
		if len(edges) == 0 {
			edges = append(edges, 1)
		}
		list[k] = edges
	}
	return list
}

// stretch returns edges that reach as far as a shape: what they lack is one more
// chunk.
func stretch(edges nd.Grid, shape []int) (nd.Grid, error) {
	axes := make([]nd.Grid, len(shape))
	for k, n := range shape {
		axes[k] = edges.Axis(k)
		if have := edges.Shape()[k]; n > have {
			more, err := run(n-have, 1)
			if err != nil {
				return nd.Grid{}, err
			}
			axes[k] = nd.ConcatGrids(axes[k], more)
		}
	}
	return joinAxes(axes)
}
