package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/hdf5"
)

// differ compares two arrays or groups, in files of any format.
type differ struct {
	json, storage  bool
	rtol, atol     float64
	memoryText     string
	memory         int
	stdout, stderr io.Writer
	doc            diffDoc
}

// diffDoc is the document of --json; docs/ndinfo.schema.json describes it.
type diffDoc struct {
	Version     int          `json:"ndinfo"`
	Kind        string       `json:"kind"`
	A           string       `json:"a"`
	B           string       `json:"b"`
	Equal       bool         `json:"equal"`
	Differences []difference `json:"differences"`
}

// difference is one thing that differs. Where A or B is missing, the other side
// alone has it.
type difference struct {
	Name  string `json:"name"`
	What  string `json:"what"`
	A     any    `json:"a,omitempty"`
	B     any    `json:"b,omitempty"`
	Count int64  `json:"count,omitempty"` // values that differ
	Of    int64  `json:"of,omitempty"`
	Index []int  `json:"index,omitzero"` // of those that differ most, A and B
	text  string // what the line says
}

const diffLong = `diff compares two arrays, or two groups with everything in them, whatever their
formats, chunks and codecs. A line is written for everything that differs:
arrays and groups that one side alone has, dtype, shape, dimension names, fill
value, attributes, and how many values differ, with the two that differ most.

Numbers in attributes are equal whatever type they are stored as, and a list of
one is its element; what HDF5 and NetCDF-4 keep in attributes about dimensions
doesn't count. NaN equals NaN. With --rtol or --atol values are equal where
|a-b| <= atol + rtol*|b|.

The exit status is 0 where nothing differs, 1 where something does, and 2 where
that couldn't be found out.`

func newDiff() *cobra.Command {
	d := &differ{}
	cmd := &cobra.Command{
		Use:               "diff A B",
		Short:             "Say what differs between two arrays or groups",
		Long:              diffLong,
		Example:           "  ndinfo diff air.nc air.zarr\n  ndinfo diff old.nc/air new.zarr/air --rtol 1e-6 --atol 1e-9",
		Args:              needNamed,
		ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			d.stdout, d.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			if d.memory, err = parseMemory(d.memoryText); err != nil {
				return err
			}
			if !(d.rtol >= 0 && d.atol >= 0) {
				return fmt.Errorf("--rtol %v --atol %v: tolerances are not negative", d.rtol, d.atol)
			}
			return d.run(cmd.Context(), args[0], args[1])
		},
	}
	f := cmd.Flags()
	f.Float64Var(&d.rtol, "rtol", 0, "relative tolerance of values")
	f.Float64Var(&d.atol, "atol", 0, "absolute tolerance of values")
	f.BoolVar(&d.storage, "storage", false, "compare chunks, shards and codecs too")
	f.BoolVar(&d.json, "json", false, "write one JSON document instead, see docs/ndinfo.schema.json")
	memoryFlag(f, &d.memoryText)
	return cmd
}

func (d *differ) run(ctx context.Context, pathA, pathB string) error {
	d.doc = diffDoc{Version: jsonVersion, Kind: "diff", A: pathA, B: pathB, Differences: []difference{}}
	a, err := openNode(ctx, pathA)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := openNode(ctx, pathB)
	if err != nil {
		return err
	}
	defer b.Close()
	name := ""
	if a.array != nil {
		name = displayPath(a.array.Ref())
	}
	if err := d.nodes(ctx, name, a, b); err != nil {
		return err
	}
	d.doc.Equal = len(d.doc.Differences) == 0
	if d.json {
		if err := writeDocument(d.stdout, d.doc); err != nil {
			return err
		}
	}
	if !d.doc.Equal {
		return errReported
	}
	return nil
}

// found reports a difference.
func (d *differ) found(f difference) {
	d.doc.Differences = append(d.doc.Differences, f)
	if d.json {
		return
	}
	name := f.Name
	if name == "" {
		name = "/"
	}
	fmt.Fprintln(d.stdout, oneLine(name+": "+f.text))
}

// differs reports two things of a kind as texts, if they are not the same.
func (d *differ) differs(name, what, a, b string) {
	if a != b {
		d.found(difference{Name: name, What: what, A: a, B: b, text: what + ": " + orNone(a) + " / " + orNone(b)})
	}
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// nodes compares two nodes of any kind.
func (d *differ) nodes(ctx context.Context, name string, a, b node) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case a.array != nil && b.array != nil:
		return d.arrays(ctx, name, a.array, b.array)
	case a.group != nil && b.group != nil:
		return d.groups(ctx, name, a.group, b.group)
	}
	d.differs(name, "kind", a.String(), b.String())
	return nil
}

// groups compares two groups with everything in them.
func (d *differ) groups(ctx context.Context, name string, a, b storage.Group) error {
	d.attrs(name, a.Attrs(), b.Attrs())
	inA, err := childrenOf(ctx, a)
	if err != nil {
		return err
	}
	inB, err := childrenOf(ctx, b)
	if err != nil {
		return err
	}
	names := slices.Concat(slices.Collect(maps.Keys(inA.byName)), slices.Collect(maps.Keys(inB.byName)))
	slices.Sort(names)
	for _, child := range slices.Compact(names) {
		full := storage.JoinKey(name, child)
		if err := d.child(ctx, full, child, inA, inB); err != nil {
			return fmt.Errorf("%s: %w", full, err)
		}
	}
	return nil
}

// children are what is in a group.
type children struct {
	byName map[string]storage.Child
	open   opener
}

func childrenOf(ctx context.Context, g storage.Group) (children, error) {
	list, err := g.Names(ctx)
	if err != nil {
		return children{}, err
	}
	in := children{map[string]storage.Child{}, openChildren(ctx, g, list)}
	for _, c := range list {
		in.byName[c.Name] = c
	}
	return in, nil
}

// child compares what has a name in two groups, or reports that one has none.
func (d *differ) child(ctx context.Context, full, name string, inA, inB children) error {
	a, hereA := inA.byName[name]
	b, hereB := inB.byName[name]
	var na, nb node
	var err error
	if hereA {
		if na, err = inA.open(a); err != nil {
			return err
		}
		defer na.Close()
	}
	if hereB {
		if nb, err = inB.open(b); err != nil {
			return err
		}
		defer nb.Close()
	}
	switch {
	case !hereB:
		d.found(difference{Name: full, What: "presence", A: na.String(), text: "only in A: " + na.String()})
	case !hereA:
		d.found(difference{Name: full, What: "presence", B: nb.String(), text: "only in B: " + nb.String()})
	default:
		return d.nodes(ctx, full, na, nb)
	}
	return nil
}

// arrays compares two arrays.
func (d *differ) arrays(ctx context.Context, name string, a, b storage.Array) error {
	ma, mb := a.Meta(), b.Meta()
	d.differs(name, "dtype", typeText(a), typeText(b))
	d.differs(name, "shape", fmt.Sprint(ma.Shape), fmt.Sprint(mb.Shape))
	n := max(len(ma.Shape), len(mb.Shape))
	d.differs(name, "dims", dimList(ma.Dims, n), dimList(mb.Dims, n))
	if ma.DType == mb.DType {
		d.differs(name, "fill", fillText(ma), fillText(mb))
	}
	d.attrs(name, ma.Attrs, mb.Attrs)
	if d.storage {
		d.differs(name, "chunks", ma.ReadGrid.String(), mb.ReadGrid.String())
		d.differs(name, "shards", ma.WriteGrid.String(), mb.WriteGrid.String())
		d.differs(name, "codecs", codecText(ma), codecText(mb))
	}
	if !slices.Equal(ma.Shape, mb.Shape) || slices.Contains(ma.Shape, 0) {
		return nil
	}
	return d.values(ctx, name, a, b)
}

// typeText names the dtype, or where there is none the type in the file.
func typeText(a storage.Array) string {
	if t, ok := a.(hdf5.Typed); ok && !a.Meta().DType.Valid() {
		return t.StoredType()
	}
	return a.Meta().DType.String()
}

// dimList writes dimension names; none at all are "".
func dimList(dims []string, n int) string {
	if !slices.ContainsFunc(dims, func(s string) bool { return s != "" }) {
		return ""
	}
	return fmt.Sprint(dimNames(dims, n))
}

func codecText(m *storage.Meta) string {
	return fmt.Sprintf("%v, %s-endian, order %s", m.Codecs, orNone(m.ByteOrder), m.Order)
}

// attrs compares the attributes of two nodes.
func (d *differ) attrs(name string, a, b storage.Attrs) {
	all := maps.Clone(a)
	if all == nil {
		all = storage.Attrs{}
	}
	maps.Copy(all, b)
	for _, attr := range attrNames(all, false) {
		va, hereA := a[attr]
		vb, hereB := b[attr]
		if hereA && hereB && sameAttr(va, vb) {
			continue
		}
		f := difference{Name: name, What: "attribute " + attr}
		texts := [2]string{"none", "none"}
		if hereA {
			f.A, texts[0] = exact{va}, attrText(va, false)
		}
		if hereB {
			f.B, texts[1] = exact{vb}, attrText(vb, false)
		}
		f.text = f.What + ": " + texts[0] + " / " + texts[1]
		d.found(f)
	}
}
