package chunkgrid_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/delayed"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/csv"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/zarr"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/ndgrid/ndgrid/table"
)

// TestNilContext: whatever takes a context says that there is none.
func TestNilContext(t *testing.T) {
	url, x := filepath.Join(t.TempDir(), "x.zarr"), chunkgrid.FromND(ramp[int32](t, 4, 5))
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"x": x}))
	src, err := storage.OpenWritableArray(ctx, url+"/x", nil)
	require.NoError(t, err)
	defer src.Close()
	lazy := chunkgrid.FromFunc("", []int{4}, nd.Auto, func([]int32, nd.Box) {})
	store, spec, box := mem.NewStore(), storage.Spec{DType: nd.Int32, Shape: []int{3}}, nd.WholeBox([]int{4, 5})
	var none context.Context
	for name, call := range map[string]func() error{
		"Open":              func() error { _, err := chunkgrid.Open[int32](none, url+"/x"); return err },
		"Compute":           func() error { _, err := lazy.Compute(none); return err },
		"Value":             func() error { _, err := lazy.Slice(nd.At(0)).Value(none); return err },
		"Run":               func() error { _, err := chunkgrid.Run(none, []chunkgrid.Out{x.To(src)}); return err },
		"Save":              func() error { return chunkgrid.Save(none, url+"2", chunkgrid.Vars{"x": x}) },
		"Append":            func() error { return chunkgrid.Append(none, url+"/x", x, 0) },
		"Unique":            func() error { _, _, err := chunkgrid.Unique(none, x); return err },
		"storage.Open":      func() error { _, _, err := storage.Open(none, url, nil); return err },
		"OpenGroup":         func() error { _, err := storage.OpenGroup(none, url); return err },
		"OpenRef":           func() error { _, err := storage.OpenRef(none, src.Ref()); return err },
		"OpenWritable":      func() error { _, err := storage.OpenWritable(none, url, nil); return err },
		"OpenWritableArray": func() error { _, err := storage.OpenWritableArray(none, url+"/x", nil); return err },
		"Create":            func() error { _, err := storage.Create(none, url+"2", nil); return err },
		"CreateArray":       func() error { _, err := storage.CreateArray(none, url+"2", spec, nil); return err },
		"OpenStore":         func() error { _, _, err := storage.OpenStore(none, url, nil); return err },
		"ReadBox":           func() error { return storage.ReadBox(none, src, box, make([]byte, 80)) },
		"WriteBox":          func() error { return storage.WriteBox(none, src, box, make([]byte, 80)) },
		"zarr.OpenStore":    func() error { _, _, err := zarr.OpenStore(none, store, "x"); return err },
		"zarr.CreateStore":  func() error { _, err := zarr.CreateStore(none, store, "x", nil); return err },
		"csv.Load":          func() error { _, err := csv.Load[int32](none, "x.csv", csv.Options{}); return err },
		"table.Open":        func() error { _, err := table.Open(none, stream.Glob("*.csv")); return err },
		"delayed":           func() error { _, err := delayed.Of(1).Compute(none); return err },
		"Each": func() error {
			for _, err := range x.Each(none) {
				return err
			}
			return nil
		},
	} {
		assert.ErrorIs(t, call(), storage.ErrContext, name)
	}
}

// TestNilPointers: an interface that holds a nil pointer is as good as nil.
func TestNilPointers(t *testing.T) {
	var file *mem.Array
	_, err := chunkgrid.From[int32](file)
	require.ErrorContains(t, err, "nil array")
	_, err = chunkgrid.Run(ctx, []chunkgrid.Out{chunkgrid.Constant(int32(1)).To(file)})
	require.ErrorContains(t, err, "nil array")
	var array *nd.Array[int32]
	require.ErrorContains(t, chunkgrid.FromDyn(array).Err(), "nil array")
}
