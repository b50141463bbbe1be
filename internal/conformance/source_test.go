package conformance

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// input is a random array: its elements, how it is cut, and what holds it.
type input struct {
	Kind   string   `json:"kind"`
	DType  nd.DType `json:"dtype"`
	Shape  []int    `json:"shape"`
	Chunks [][]int  `json:"chunks"`

	data []byte
	dyn  nd.Dyn        // kind nd
	src  storage.Array // kinds mem, chunked, zarr
}

// shapeOf returns a random shape of 0 to 5 axes with at most limit elements.
func shapeOf(r *rand.Rand, limit int) []int {
	shape := make([]int, []int{0, 1, 1, 2, 2, 2, 3, 3, 4, 5}[r.IntN(10)])
	room := limit
	for _, k := range r.Perm(len(shape)) {
		longest := min(room, []int{1, 3, 6, 12, 40, limit}[r.IntN(6)])
		shape[k] = 1 + r.IntN(max(longest, 1))
		if r.IntN(60) == 0 {
			shape[k] = 0
		}
		room /= max(shape[k], 1)
	}
	return shape
}

// cut returns random lengths of chunks for each axis: one, equal ones with a
// shorter last, or irregular ones.
func cut(r *rand.Rand, shape []int) [][]int {
	sizes := make([][]int, len(shape))
	for k, l := range shape {
		sizes[k] = []int{}
		step := 1 + r.IntN(max(l, 1))
		if r.IntN(3) == 0 {
			step = l
		}
		step = max(step, l/8, 1)
		irregular := r.IntN(4) == 0
		for l > 0 {
			c := min(step, l)
			if irregular {
				c = 1 + r.IntN(c)
			}
			sizes[k] = append(sizes[k], c)
			l -= c
		}
	}
	return sizes
}

// slabs returns lengths of chunks that are thin along one axis and whole along
// the others.
func slabs(r *rand.Rand, shape []int, axis int) [][]int {
	sizes := make([][]int, len(shape))
	for k, l := range shape {
		c := l
		if k == axis {
			c = 1 + r.IntN(4)
		}
		for ; l > 0; l -= c {
			sizes[k] = append(sizes[k], min(c, l))
		}
	}
	return sizes
}

// regular makes the lengths of each axis equal but for the last.
func regular(sizes [][]int) [][]int {
	out := make([][]int, len(sizes))
	for k, s := range sizes {
		total := 0
		for _, c := range s {
			total += c
		}
		out[k] = []int{}
		for total > 0 {
			c := min(slices.Max(s), total)
			out[k] = append(out[k], c)
			total -= c
		}
	}
	return out
}

func gridOf(chunks [][]int) nd.Grid { return nd.Must(nd.NewGridSizes(chunks)) }

// make fills an input in that has a dtype and a shape, and may have chunks and a
// kind, with random elements; dir is for files, "" keeps them in memory.
func (in *input) make(ctx context.Context, r *rand.Rand, t taste, dir string) error {
	in.Shape = append([]int{}, in.Shape...) // [] in JSON, not null
	if in.Chunks == nil {
		in.Chunks = cut(r, in.Shape)
	}
	in.data = elements(r, in.DType, nd.Box{Shape: in.Shape}.Size(), t)
	if in.Kind == "" {
		in.Kind = []string{"nd", "nd", "strided", "mem", "chunked", "chunked", "full", "zarr"}[r.IntN(8)]
	}
	switch in.Kind {
	case "nd":
		in.dyn = nd.Must(nd.DynFromBytes(in.DType, in.Shape, in.data))
	case "strided":
		return in.strided(r)
	case "full":
		storage.Fill(in.data, elements(r, in.DType, 1, t))
	default:
		return in.store(ctx, r, dir)
	}
	return nil
}

// strided lays the elements out with gaps, some axes backwards.
func (in *input) strided(r *rand.Rand) error {
	in.Kind = "nd"
	ndim := len(in.Shape)
	wide, ranges, first, step := make([]int, ndim), make([]nd.Range, ndim), make([]int, ndim), make([]int, ndim)
	for k, l := range in.Shape {
		step[k] = 1 + r.IntN(3)
		wide[k] = l * step[k]
		if r.IntN(2) == 0 {
			step[k], first[k] = -step[k], wide[k]-1
		}
		ranges[k] = nd.Every(step[k])
	}
	d, err := nd.NewDyn(in.DType, wide)
	if err != nil {
		return err
	}
	b, strides, item, i := d.Bytes(), nd.CStrides(wide), in.DType.Size(), 0
	for index := range indices(in.Shape) {
		at := 0
		for k, j := range index {
			at += (first[k] + j*step[k]) * strides[k]
		}
		copy(b[at*item:(at+1)*item], in.data[i*item:])
		i++
	}
	in.dyn, err = d.View(ranges...)
	return err
}

// indices ranges over the indices of a shape in C order.
func indices(shape []int) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		n := nd.Box{Shape: shape}.Size()
		index := make([]int, len(shape))
		for range n {
			if !yield(index) {
				return
			}
			for k := len(shape) - 1; k >= 0; k-- {
				if index[k]++; index[k] < shape[k] {
					break
				}
				index[k] = 0
			}
		}
	}
}

// store writes the elements chunk by chunk; some chunks stay missing.
func (in *input) store(ctx context.Context, r *rand.Rand, dir string) error {
	spec := storage.Spec{DType: in.DType, Shape: in.Shape, Fill: elements(r, in.DType, 1, small)}
	if in.Kind == "zarr" {
		in.Chunks = regular(in.Chunks)
		spec.Order = []string{"C", "F"}[r.IntN(2)]
	}
	grid := gridOf(in.Chunks)
	spec.Chunks = grid
	if in.Kind == "zarr" {
		chunk := grid.MaxChunk()
		for k := range chunk {
			chunk[k] = max(chunk[k], 1)
		}
		spec.Chunks = nd.Must(nd.NewGrid(in.Shape, chunk))
	}
	w, open, err := create(ctx, in.Kind, spec, dir)
	if err != nil {
		return fmt.Errorf("%s array of %v %v: %w", in.Kind, in.DType, in.Shape, err)
	}
	whole, item := nd.WholeBox(in.Shape), in.DType.Size()
	missing := r.IntN(3) == 0
	for coord, box := range grid.Boxes() {
		chunk := nd.MakeBytes(box.Size() * item)
		if missing && r.IntN(3) == 0 {
			storage.Fill(chunk, spec.Fill)
			storage.CopyBox(in.data, whole, chunk, box, box, item)
			continue
		}
		storage.CopyBox(chunk, box, in.data, whole, box, item)
		if err := w.WriteChunk(ctx, coord, chunk); err != nil {
			return err
		}
	}
	if err := errors.Join(w.Commit(ctx), w.Close()); err != nil {
		return err
	}
	in.src, err = open()
	return err
}

// create starts an array, and returns how to open it when it is written. A Zarr
// array is in a folder below dir, or in memory where that is "".
func create(ctx context.Context, kind string, spec storage.Spec, dir string) (w storage.WritableArray, open func() (storage.Array, error), err error) {
	switch {
	case kind == "zarr" && dir == "":
		store := mem.NewStore()
		g, err := zarr.CreateStore(ctx, store, "", nil)
		if err != nil {
			return nil, nil, err
		}
		w, err = g.CreateArray(ctx, "a", spec)
		return w, func() (storage.Array, error) {
			a, _, err := zarr.OpenStore(ctx, store, "a")
			return a, err
		}, err
	case kind == "zarr":
		url := filepath.Join(dir, fmt.Sprintf("%016x.zarr", rand.Uint64()))
		w, err = storage.CreateArray(ctx, url, spec, nil)
		return w, func() (storage.Array, error) { return storage.OpenArray(ctx, url) }, err
	}
	w, err = mem.Create(spec)
	return w, func() (storage.Array, error) {
		if kind == "chunked" {
			return onlyChunks{w}, nil
		}
		return w, nil
	}, err
}

// onlyChunks hides all that an array can do but reading chunks.
type onlyChunks struct{ storage.Array }

// node returns the input as a leaf of a plan.
func (in *input) node() *plan.Node {
	switch in.Kind {
	case "nd":
		return plan.ND(in.dyn, gridOf(in.Chunks))
	case "full":
		one := make([]byte, in.DType.Size())
		copy(one, in.data)
		return plan.Full(in.DType, one, gridOf(in.Chunks))
	}
	return plan.Source(in.src)
}

// hashed is a generator: bytes that follow from the place of an element alone.
func hashed(shape []int, item int) plan.Generator {
	strides := nd.CStrides(shape)
	return func(dst []byte, box nd.Box) {
		i := 0
		for index := range indices(box.Shape) {
			at := 0
			for k, j := range index {
				at += (box.Start[k] + j) * strides[k]
			}
			var word [8]byte
			binary.LittleEndian.PutUint64(word[:], uint64(at+1)*0x9e3779b97f4a7c15)
			copy(dst[i*item:(i+1)*item], word[:])
			i++
		}
	}
}
