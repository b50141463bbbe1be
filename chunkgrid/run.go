package chunkgrid

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Option changes how arrays are opened, run or saved; each says where it applies.
type Option func(*config)

type config struct {
	exec    exec.Options
	order   nd.Order
	decode  bool
	numbers bool // no times, see Decode
	driver  map[string]string
	save    saveConfig
}

// RunOptions returns what options say of a run. It is for packages of this
// module that run something else than arrays.
func RunOptions(opts ...Option) exec.Options { return configure(opts).exec }

func configure(opts []Option) config {
	c := config{order: nd.C}
	for _, o := range opts {
		if o != nil {
			o(&c)
		}
	}
	return c
}

// Workers sets how many goroutines compute; by default as many as processors, and
// up to 32 where arrays are read from or written to servers, as far as Memory goes:
// chunks that come late are then asked for together. The result does not depend on it.
func Workers(n int) Option { return func(c *config) { c.exec.Workers = n } }

// Memory sets the bytes a run may take: decoded and compressed chunks, partial
// results, and results that Compute allocates; not arrays given by the caller
// and not the runtime's own some 30 MiB. A run that needs more fails before it
// starts. By default half of what the machine or its container has free.
//
// How long texts are shows when they are read, unless the store knows it as CSV files
// do. A run stores as many chunks of text at a time, by as many workers at most,
// as fit in, each taken to be as large as the largest so far, and the first alone;
// of texts that MapText reads, as many as fit in a quarter. One chunk that doesn't
// fit ends the run with an error. What isn't collected yet of those that are done comes
// on top, up to half as much again.
func Memory(bytes int) Option { return func(c *config) { c.exec.Memory = bytes } }

// Scratch sets the directory for what a run must lay aside; by default the
// system's directory for temporary files.
func Scratch(dir string) Option { return func(c *config) { c.exec.Scratch = dir } }

// OnEvent has every step of a run reported.
func OnEvent(h diag.Handler) Option { return func(c *config) { c.exec.OnEvent = h } }

// Order sets the memory layout of Compute's result: nd.C, the default, or nd.F.
func Order(o nd.Order) Option { return func(c *config) { c.order = o } }

// DriverOptions passes options to the driver that opens or creates what lies at
// a url: a CSV file's "delimiter", Zarr's "zarr_format".
func DriverOptions(o map[string]string) Option { return func(c *config) { c.driver = o } }

// Out is an array and the place for its values, see Into and To.
type Out struct {
	out  exec.Out
	text *textOut // in place of out, for an array of text
	err  error
}

// Report says what a run did. Sizes are in bytes.
type Report struct {
	Elapsed       time.Duration
	Stages, Tasks int
	ChunksDecoded int // of stored arrays, and the bytes they decoded to
	BytesDecoded  int
	ProjectedPeak int // memory the run would take at most, as Explain says
	Peak          int // and what it took
}

// String writes the report in one line.
func (r Report) String() string {
	return fmt.Sprintf("%s: stages %d, tasks %d, chunks decoded %d (%s), peak %s of %s projected", diag.FormatDuration(r.Elapsed),
		r.Stages, r.Tasks, r.ChunksDecoded, nd.FormatBytes(r.BytesDecoded), nd.FormatBytes(r.Peak), nd.FormatBytes(r.ProjectedPeak))
}

// Compute returns the values.
func (a *Array[T]) Compute(ctx context.Context, opts ...Option) (*nd.Array[T], error) {
	n := a.plan()
	if n.Err != nil {
		return nil, n.Err
	}
	c := configure(opts)
	strides := nd.CStrides(n.Shape)
	if c.order == nd.F {
		rev := slices.Clone(n.Shape)
		slices.Reverse(rev)
		strides = nd.CStrides(rev)
		slices.Reverse(strides)
	}
	var data []T
	out := Out{out: exec.Out{Node: n, Counted: true, Buf: func() ([]byte, int, []int) {
		buf := nd.EmptyBytes(n.NBytes())
		data = nd.AsSlice[T](buf)
		return buf, 0, strides
	}}}
	if _, err := execute(ctx, []Out{out}, c); err != nil {
		return nil, err
	}
	return inMemory(n.DType, data[:n.Size()], n.Shape, strides)
}

// inMemory returns elements of a dtype as an array of any shape, 0-d too.
func inMemory[T nd.Elem](dt nd.DType, data []T, shape, strides []int) (*nd.Array[T], error) {
	r, err := nd.FromStrided(data, shape, strides, 0)
	if err == nil && dt != r.DType() {
		return r.WithDType(dt)
	}
	return r, err
}

// ComputeDyn is Compute for an array of any dtype, stored dtypes included.
func ComputeDyn(ctx context.Context, a Any, opts ...Option) (nd.Dyn, error) {
	n := nodesOf([]Any{a})[0]
	if n.Err != nil {
		return nil, n.Err
	}
	values, err := compute(ctx, []*plan.Node{n}, configure(opts))
	return values[n], err
}

// compute returns the values of nodes, computed together.
func compute(ctx context.Context, nodes []*plan.Node, c config) (map[*plan.Node]nd.Dyn, error) {
	outs, bufs := make([]Out, len(nodes)), make([][]byte, len(nodes))
	for i, n := range nodes {
		outs[i] = Out{out: exec.Out{Node: n, Counted: true, Buf: func() ([]byte, int, []int) {
			bufs[i] = nd.EmptyBytes(n.NBytes())
			return bufs[i], 0, nd.CStrides(n.Shape)
		}}}
	}
	if _, err := execute(ctx, outs, c); err != nil {
		return nil, err
	}
	values := make(map[*plan.Node]nd.Dyn, len(nodes))
	for i, n := range nodes {
		v, err := nd.DynFromBytes(n.DType, n.Shape, bufs[i][:n.NBytes()])
		if err != nil {
			return nil, err
		}
		values[n] = v
	}
	return values, nil
}

// Value returns the only element of an array that has one.
func (a *Array[T]) Value(ctx context.Context, opts ...Option) (T, error) {
	var v T
	if n := a.plan(); n.Err == nil && n.Size() != 1 {
		return v, fmt.Errorf("value of an array of shape %v, which has %d elements: %w", n.Shape, n.Size(), nd.ErrShape)
	}
	r, err := a.Compute(ctx, opts...)
	if err != nil {
		return v, err
	}
	return r.Data()[0], nil
}

// Into has Run write the values to dst, which has the array's dtype and shape, and
// memory for every element (not the same one along a broadcast axis); it does not
// count as the run's. It may be memory that the run reads, where each element is
// made of the one in its place and is read for nothing else then or later;
// otherwise Run fails before it writes.
func (a *Array[T]) Into(dst *nd.Array[T]) Out {
	n := a.plan()
	if n.Err != nil {
		return Out{err: n.Err}
	}
	if dst == nil || !slices.Equal(dst.Shape(), n.Shape) {
		return Out{err: fmt.Errorf("into: shape %v into an array of shape %v: %w", n.Shape, shapeOf(dst), nd.ErrShape)}
	}
	if dst.DType() != n.DType {
		return Out{err: fmt.Errorf("into: an array of %v into one of %v: %w", n.DType, dst.DType(), nd.ErrDType)}
	}
	for k, stride := range dst.Strides() {
		if stride == 0 && n.Shape[k] > 1 {
			return Out{err: fmt.Errorf("into: an array of shape %v whose elements are the same along axis %d: %w", n.Shape, k, nd.ErrShape)}
		}
	}
	return Out{out: exec.Out{Node: n, Buf: func() ([]byte, int, []int) {
		data, off := dst.Memory()
		return nd.AsBytes(data), off, dst.Strides()
	}}}
}

// To has Run write the values to a stored array of the same dtype, from index
// region on along every axis (without one: from 0). Chunks that are covered
// are written once, whole; others are read, changed and written back. Where
// the run reads dst, too, what Into says of memory holds; not where it reads what
// dst was opened from by another array. The caller commits and closes dst.
func (a *Array[T]) To(dst storage.WritableArray, region ...int) Out { return To(a, dst, region...) }

// To is the method of that name for arrays of any dtype. Text is stored before all
// else, chunk by chunk, see Memory.
func To(a Any, dst storage.WritableArray, region ...int) Out {
	n := nodesOf([]Any{a})[0]
	if n.Err != nil {
		return Out{err: n.Err}
	}
	if plan.IsNil(dst) {
		return Out{err: fmt.Errorf("to: %w", errNil)}
	}
	if n.DType.Size() == 0 {
		t, err := newTextOut(n, dst, region)
		return Out{text: t, err: err}
	}
	return Out{out: exec.Out{Node: n, Array: dst, Origin: region}}
}

// Run computes several arrays at once: what they share is computed once, and
// stored arrays are read once where the same chunks are walked.
func Run(ctx context.Context, outs []Out, opts ...Option) (Report, error) {
	return execute(ctx, outs, configure(opts))
}

func execute(ctx context.Context, outs []Out, c config) (Report, error) {
	if ctx == nil {
		return Report{}, fmt.Errorf("run: %w", storage.ErrContext)
	}
	p, room, err := compile(outs, c)
	if err != nil {
		return Report{}, err
	}
	var texts []*textOut
	for _, o := range outs {
		if o.text != nil {
			texts = append(texts, o.text)
		}
	}
	if err := storeTexts(ctx, texts, newTextRoom(c.memory()), c.exec.Workers); err != nil {
		return Report{}, err
	}
	r, err := p.Run(context.WithValue(ctx, roomKey{}, room))
	return Report(r), err
}

// compile returns the program of what isn't text, and the room for texts it reads.
func compile(outs []Out, c config) (*exec.Program, *textRoom, error) {
	var list []exec.Out
	for _, o := range outs {
		if o.err != nil {
			return nil, nil, o.err
		}
		if o.text == nil {
			o.out.Resume = c.save.resume
			list = append(list, o.out)
		}
	}
	room := c.roomFor(list)
	p, err := exec.Compile(list, c.exec)
	return p, room, err
}
