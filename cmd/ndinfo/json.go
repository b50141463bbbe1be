package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// jsonVersion is raised when a document's form changes other than by new members.
const jsonVersion = 1

// The documents; docs/ndinfo.schema.json describes them.
type (
	header struct {
		Version int    `json:"ndinfo"`
		Path    string `json:"path"`
	}
	arrayDoc struct {
		*header
		Kind      string             `json:"kind"`
		Name      string             `json:"name"`
		Error     string             `json:"error,omitempty"`
		Format    string             `json:"format,omitempty"`
		DType     string             `json:"dtype,omitempty"`
		ByteOrder string             `json:"byte_order,omitempty"`
		Order     string             `json:"order,omitempty"`
		Shape     []int              `json:"shape,omitzero"`
		Dims      []string           `json:"dims,omitzero"`
		Chunks    []int              `json:"chunks,omitzero"`
		Shards    []int              `json:"shards,omitzero"`
		Grid      []int              `json:"grid,omitzero"`
		Codecs    []string           `json:"codecs,omitzero"`
		Fill      any                `json:"fill,omitempty"`
		Missing   []missingDoc       `json:"missing,omitzero"`
		Logical   *int64             `json:"logical_bytes,omitempty"`
		Stored    *storedDoc         `json:"stored,omitempty"`
		Axes      []axisDoc          `json:"axes,omitzero"`
		Range     *rangeDoc          `json:"range,omitempty"`
		Attrs     map[string]attrDoc `json:"attrs,omitzero"`
		Stats     *statsDoc          `json:"stats,omitempty"`
		Values    *valuesDoc         `json:"values,omitempty"`
	}
	groupDoc struct {
		*header
		Kind   string             `json:"kind"`
		Name   string             `json:"name"`
		Error  string             `json:"error,omitempty"`
		Format string             `json:"format,omitempty"`
		Attrs  map[string]attrDoc `json:"attrs,omitzero"`
		Arrays []arrayDoc         `json:"arrays,omitzero"`
		Groups []groupDoc         `json:"groups,omitzero"`
	}
	attrDoc struct {
		DType string `json:"dtype"`
		Value any    `json:"value"`
	}
	missingDoc struct {
		Attribute string `json:"attribute"`
		Values    []any  `json:"values"`
	}
	storedDoc struct {
		Bytes    int64 `json:"bytes"`
		Chunks   int   `json:"chunks"`
		Counted  int   `json:"chunks_counted"`
		Present  int   `json:"chunks_present"`
		Complete bool  `json:"complete"`
	}
	axisDoc struct {
		Name   string    `json:"name"`
		Length int       `json:"length"`
		Units  string    `json:"units,omitempty"`
		Range  *rangeDoc `json:"range,omitempty"`
	}
	rangeDoc struct {
		DType string `json:"dtype"`
		First any    `json:"first"`
		Last  any    `json:"last"`
		Step  any    `json:"step"`
	}
	statsDoc struct {
		Slice   string      `json:"slice,omitempty"`
		Count   int64       `json:"count"`
		Valid   int64       `json:"valid"`
		Missing int64       `json:"missing"`
		NaN     int64       `json:"nan"`
		Over    string      `json:"over"`
		Moments *momentsDoc `json:"moments"`
		Raw     *momentsDoc `json:"raw,omitempty"`
	}
	momentsDoc struct {
		Min  any `json:"min"`
		Max  any `json:"max"`
		Mean any `json:"mean"`
		Std  any `json:"std"`
	}
	valuesDoc struct {
		Slice string `json:"slice,omitempty"`
		Shape []int  `json:"shape"`
		Data  any    `json:"data"`
	}
)

// attrDocs are attributes with their dtypes.
func attrDocs(attrs storage.Attrs) map[string]attrDoc {
	docs := map[string]attrDoc{}
	for name, v := range attrs {
		docs[name] = attrDoc{attrDType(v), exact{v}}
	}
	return docs
}

// attrDType names the dtype of an attribute: NumPy's name of a number, "string",
// or "json" for what only Zarr has.
func attrDType(v any) string {
	t := reflect.TypeOf(v)
	if t == nil {
		return "json"
	}
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Interface || t.Kind() == reflect.Map:
		return "json"
	case t.Kind() == reflect.Int:
		return "int64"
	}
	return t.Kind().String()
}

// writeDocument puts a document on a line of its own.
func writeDocument(w io.Writer, doc any) error {
	b, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// arrayJSON writes the document of an array.
func (o *options) arrayJSON(ctx context.Context, path string, a storage.Array) error {
	info := o.describeArray(ctx, a, displayPath(a.Ref()))
	if o.sliced && !info.meta.DType.Valid() {
		info.err = errors.Join(info.err, errNoValues(info))
	}
	f, err := familyOf(ctx, a)
	if err == nil {
		info.axes, err = f.axes(ctx, info.meta)
		err = errors.Join(err, f.Close())
	}
	info.err = errors.Join(info.err, err)
	doc := o.arrayDoc(info)
	doc.header = &header{jsonVersion, path}
	return errors.Join(writeDocument(o.stdout, doc), info.err)
}

// groupJSON writes the document of a group and everything below it.
func (o *options) groupJSON(ctx context.Context, path string, g storage.Group) error {
	if o.sliced {
		return needArray(path, "--slice takes an array")
	}
	info, err := o.describeGroup(ctx, g, "")
	if err != nil {
		return err
	}
	doc := o.groupDoc(info)
	doc.header = &header{jsonVersion, path}
	return errors.Join(writeDocument(o.stdout, doc), info.errs())
}

func (o *options) groupDoc(g *groupInfo) groupDoc {
	if g.err != nil {
		return groupDoc{Kind: "group", Name: g.name, Error: errorText(g.err)}
	}
	doc := groupDoc{Kind: "group", Name: g.name, Format: g.format, Attrs: attrDocs(g.attrs), Arrays: []arrayDoc{}, Groups: []groupDoc{}}
	for _, a := range g.arrays {
		doc.Arrays = append(doc.Arrays, o.arrayDoc(a))
	}
	for _, sub := range g.groups {
		doc.Groups = append(doc.Groups, o.groupDoc(sub))
	}
	return doc
}

func (o *options) arrayDoc(a *arrayInfo) arrayDoc {
	if a.meta == nil {
		return arrayDoc{Kind: "array", Name: a.name, Error: errorText(a.err)}
	}
	m, logical := a.meta, a.logical()
	doc := arrayDoc{Kind: "array", Name: a.name, Error: errorText(a.err), Format: m.Format, DType: a.dtype, ByteOrder: m.ByteOrder, Order: m.Order,
		Shape: nonNil(m.Shape), Dims: dimNames(m.Dims, len(m.Shape)), Chunks: a.chunk, Codecs: nonNil(m.Codecs),
		Logical: &logical, Attrs: attrDocs(m.Attrs)}
	if a.chunk != nil {
		doc.Grid = nonNil(m.ReadGrid.NumChunks())
		if !m.WriteGrid.Equal(m.ReadGrid) {
			doc.Shards = m.WriteGrid.MaxChunk()
		}
	}
	if d, err := nd.NewDyn(m.DType, nil); err == nil {
		storage.Fill(d.Bytes(), m.Fill)
		doc.Fill = exact{d}
	}
	values := missingValues(m)
	for _, name := range missingNames {
		if list, ok := values[name]; ok {
			doc.Missing = append(doc.Missing, missingDoc{name, exactList(list)})
		}
	}
	if s := a.stored; s.known {
		doc.Stored = &storedDoc{s.bytes, s.chunks, s.counted, s.present, s.complete()}
	}
	for _, x := range a.axes {
		doc.Axes = append(doc.Axes, axisDoc{x.name, x.length, x.units, x.rng.doc()})
	}
	doc.Range = a.rng.doc()
	doc.Stats = a.stats.doc(o.slice)
	if a.values != nil {
		doc.Values = &valuesDoc{o.slice, nonNil(a.values.Shape()), exact{a.values}}
	}
	return doc
}

// errorText is the text of an error, "" of none.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// nonNil makes an empty list of nil, so that it is [] and not null.
func nonNil[T any](list []T) []T { return append([]T{}, list...) }

// dimNames are the names of n axes, "" for those without.
func dimNames(dims []string, n int) []string {
	if len(dims) == n {
		return nonNil(dims)
	}
	return make([]string, n)
}

func exactList(list []any) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = exact{v}
	}
	return out
}

func (r *coordRange) doc() *rangeDoc {
	if r == nil || r.n == 0 {
		return nil
	}
	doc := &rangeDoc{DType: r.dtype.String(), First: exact{r.first}, Last: exact{r.last}}
	if r.step != 0 {
		doc.Step = exact{r.step}
	}
	return doc
}

func (s *statistics) doc(slice string) *statsDoc {
	if s == nil {
		return nil
	}
	doc := &statsDoc{Slice: slice, Count: s.count, Valid: s.valid(), Missing: s.missing, NaN: s.nan, Over: "valid", Moments: s.moments.doc()}
	if s.overAll {
		doc.Over = "all"
	}
	if s.raw != nil {
		doc.Raw = s.raw.doc()
	}
	return doc
}

func (m moments) doc() *momentsDoc {
	return &momentsDoc{exact{m.min}, exact{m.max}, exact{m.mean}, exact{m.std}}
}
