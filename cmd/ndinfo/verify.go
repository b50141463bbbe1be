package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// verifier reads everything there is at a path and says what is wrong with it.
type verifier struct {
	json           bool
	memoryText     string
	memory         int
	stdout, stderr io.Writer
	doc            verifyDoc
}

// verifyDoc is the document of --json; docs/ndinfo.schema.json describes it.
type verifyDoc struct {
	header
	Kind     string       `json:"kind"`
	Arrays   int          `json:"arrays"`
	Skipped  []string     `json:"skipped"` // arrays whose elements can't be read
	Chunks   int64        `json:"chunks"`
	Present  int64        `json:"chunks_present"`
	Bytes    int64        `json:"decoded_bytes"`
	Findings []findingDoc `json:"findings"`
}

type findingDoc struct {
	Name    string `json:"name"`
	Problem string `json:"problem"`
}

const verifyLong = `verify reads and decodes every stored chunk of an array, or of all arrays of a
group, and writes a line for everything that is wrong:

  - chunks that can't be decoded, or not to the right size; checksums
    (crc32c, fletcher32, zstd's and gzip's own) are checked on the way
  - metadata that can't be read
  - Zarr: chunks outside the grid, other keys that belong to nothing, what
    writes have left that were cut short, consolidated metadata that are stale
  - HDF5: soft and external links that lead nowhere

The exit status is 0 where nothing is wrong, 1 where something is, and 2 where
that couldn't be found out.`

func newVerify() *cobra.Command {
	v := &verifier{}
	cmd := &cobra.Command{
		Use:               "verify PATH",
		Short:             "Read everything, and say what is wrong",
		Long:              verifyLong,
		Example:           "  ndinfo verify air.zarr\n  ndinfo verify air.nc/air --json",
		Args:              needNamed,
		ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			v.stdout, v.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			if v.memory, err = parseMemory(v.memoryText); err != nil {
				return err
			}
			return v.run(cmd.Context(), args[0])
		},
	}
	cmd.Flags().BoolVar(&v.json, "json", false, "write one JSON document instead, see docs/ndinfo.schema.json")
	memoryFlag(cmd.Flags(), &v.memoryText)
	return cmd
}

// run verifies what lies at a path.
func (v *verifier) run(ctx context.Context, path string) error {
	v.doc = verifyDoc{header: header{jsonVersion, path}, Kind: "verify", Skipped: []string{}, Findings: []findingDoc{}}
	if err := v.open(ctx, path); err != nil {
		return err
	}
	if v.json {
		if err := writeDocument(v.stdout, v.doc); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(v.stdout, v.summary())
	}
	if len(v.doc.Findings) > 0 {
		return errReported
	}
	return nil
}

func (v *verifier) summary() string {
	d := &v.doc
	text := fmt.Sprintf("%s   %s, %s of %s present, %s decoded", d.Path, plural(d.Arrays, "array"),
		spaced(d.Present), plural(int(d.Chunks), "chunk"), diag.FormatBytes(d.Bytes))
	if n := len(d.Skipped); n > 0 {
		text += fmt.Sprintf("; %s not decoded, whose elements can't be read", plural(n, "array"))
	}
	if len(d.Findings) == 0 {
		return text + "; nothing is wrong"
	}
	return text + "; " + plural(len(d.Findings), "problem")
}

// found reports something that is wrong.
func (v *verifier) found(name string, finding error) {
	f := findingDoc{name, errorText(finding)}
	v.doc.Findings = append(v.doc.Findings, f)
	if !v.json {
		fmt.Fprintln(v.stdout, oneLine(f.Name+": "+f.Problem))
	}
}

// open verifies an array or a group by its path. Metadata that are damaged are
// a finding, a path where nothing is isn't.
func (v *verifier) open(ctx context.Context, path string) error {
	a, g, err := open(ctx, path)
	switch {
	case errors.Is(err, storage.ErrCorrupt):
		v.found(path, errors.New(reason(err)))
		return nil
	case err != nil:
		return fmt.Errorf("%s: %s", path, reason(err))
	case a != nil:
		defer a.Close()
		v.leftBeside(a.Ref())
		return v.array(ctx, displayPath(a.Ref()), a)
	}
	defer g.Close()
	v.leftBeside(g.Ref())
	return v.group(ctx, "", g)
}

// leftBeside reports what stores and files that were being written have left
// beside the one at hand.
func (v *verifier) leftBeside(r storage.Ref) {
	if r.Path != "" {
		return
	}
	dir, base := filepath.Split(r.URL)
	for _, pattern := range []string{"__tmp-" + base + "-*", "__old-" + base + "-*", "." + base + ".*.tmp", base + ".*.partial"} {
		names, _ := filepath.Glob(filepath.Join(dir, pattern)) // a name with brackets in it matches nothing
		for _, name := range names {
			v.found(name, storage.ErrLeftover)
		}
	}
}

func (v *verifier) group(ctx context.Context, name string, g storage.Group) error {
	if err := v.audit(ctx, g); err != nil {
		return err
	}
	children, err := g.Names(ctx)
	if err != nil {
		return err
	}
	open := openChildren(ctx, g, children)
	for _, c := range children {
		if err := v.child(ctx, open, c, storage.JoinKey(name, c.Name)); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) child(ctx context.Context, open opener, c storage.Child, full string) error {
	n, err := open(c)
	if err != nil {
		return v.unreadable(ctx, full, err)
	}
	defer n.Close()
	if n.group != nil {
		return v.group(ctx, full, n.group)
	}
	return v.array(ctx, full, n.array)
}

func (v *verifier) unreadable(ctx context.Context, name string, err error) error {
	if ctx.Err() == nil {
		v.found(name, errors.New(reason(err)))
	}
	return ctx.Err()
}

func (v *verifier) audit(ctx context.Context, node any) error {
	if a, ok := node.(storage.Auditor); ok {
		return a.Audit(ctx, v.found)
	}
	return nil
}

// array decodes all chunks of an array.
func (v *verifier) array(ctx context.Context, name string, a storage.Array) error {
	v.doc.Arrays++
	if err := v.audit(ctx, a); err != nil {
		return err
	}
	m := a.Meta()
	if !m.DType.Valid() {
		v.doc.Skipped = append(v.doc.Skipped, name)
		return nil
	}
	workers, err := v.workers(a)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	bar := newProgress(v.stderr)
	defer bar.stop()
	c := &chunkCheck{a: a, bar: bar, inPieces: chunkShape(a) != nil}
	next, stop := iter.Pull2(storedChunks(ctx, a))
	defer stop()
	c.next = next
	v.doc.Chunks += int64(m.ReadGrid.Len())
	bar.begin(name, m.ReadGrid.Len())
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { c.work(ctx) })
	}
	wg.Wait()
	v.doc.Present += c.present
	v.doc.Bytes += c.bytes
	slices.SortFunc(c.bad, func(x, y badChunk) int { return x.index - y.index })
	if !c.inPieces && len(c.bad) > 1 { // found at the same time
		c.bad = c.bad[:1]
	}
	for _, b := range c.bad {
		v.found(name, b.err)
	}
	return cmp.Or(ctx.Err(), c.err)
}

// workers is how many chunks may be decoded at the same time.
func (v *verifier) workers(a storage.Array) (int, error) {
	chunk := (nd.Box{Shape: a.Meta().ReadGrid.MaxChunk()}).Size() * a.Meta().DType.Size()
	cost := chunk + storage.ReadCost(a, chunk)
	n := v.memory / max(cost, 1)
	if n == 0 {
		return 0, fmt.Errorf("decoding a chunk takes %s, --memory is %s", nd.FormatBytes(cost), nd.FormatBytes(v.memory))
	}
	most := runtime.GOMAXPROCS(0)
	if storage.IsRemoteArray(a) {
		most = max(most, storage.InFlight)
	}
	return min(n, most), nil
}

// chunkCheck is the decoding of an array's chunks, which workers share.
type chunkCheck struct {
	a        storage.Array
	bar      *progress
	inPieces bool // chunks are stored one by one: the first that is bad says nothing of the others

	mu      sync.Mutex
	next    func() ([]int, error, bool) // chunk to be read
	err     error                       // why there is no next one
	stop    bool
	present int64
	bytes   int64
	bad     []badChunk
}

type badChunk struct {
	index int
	err   error
}

// take returns the next chunk to be read.
func (c *chunkCheck) take() (coord []int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop {
		return nil, false
	}
	coord, err, ok := c.next()
	if err != nil {
		c.err, c.stop = err, true
	}
	return coord, ok && !c.stop
}

func (c *chunkCheck) work(ctx context.Context) {
	var buf []byte
	for coord, ok := c.take(); ok && ctx.Err() == nil; coord, ok = c.take() {
		n, present, err := c.decode(ctx, coord, &buf)
		if ctx.Err() != nil {
			return
		}
		c.done(coord, n, present, err)
	}
}

// decode reads a chunk, and says how many bytes its elements have.
func (c *chunkCheck) decode(ctx context.Context, coord []int, buf *[]byte) (n int, present bool, err error) {
	m := c.a.Meta()
	if r, ok := storage.As[storage.StringReader](c.a); ok && varies(m.DType) {
		elems, present, err := r.ReadStrings(ctx, coord)
		for _, s := range elems {
			n += len(s)
		}
		return n, present, err
	}
	n = m.ReadGrid.Box(coord).Size() * m.DType.Size()
	*buf = slices.Grow((*buf)[:0], n)[:n]
	present, err = c.a.ReadChunk(ctx, coord, *buf)
	return n, present, err
}

func (c *chunkCheck) done(coord []int, n int, present bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.a.Meta()
	i := m.ReadGrid.Index(coord)
	switch {
	case errors.Is(err, storage.ErrCodec): // so it is for all of them
		if !c.stop {
			c.bad = append(c.bad, badChunk{i, fmt.Errorf("can't be decoded: %w", cause(err))})
		}
		c.stop = true
	case err != nil && c.inPieces:
		c.bad = append(c.bad, badChunk{i, fmt.Errorf("chunk %v: %w", coord, cause(err))})
		c.present++
	case err != nil:
		err = cause(err)
		if m.ReadGrid.Len() > 1 {
			err = fmt.Errorf("from element %v on: %w", m.ReadGrid.Box(coord).Start, err)
		}
		c.bad, c.stop = append(c.bad, badChunk{i, err}), true
	case present:
		c.present++
		c.bytes += int64(n)
	}
	c.bar.step(n)
}

// cause is an error without the operation and the name, which stand before it.
func cause(err error) error {
	if e, ok := err.(*storage.Error); ok {
		return e.Err
	}
	return err
}
