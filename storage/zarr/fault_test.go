package zarr_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

var errFault = errors.New("the store has failed")

// faulty is a store whose call number at fails, or all calls from then on, as if the
// process had been killed.
func faulty(s storage.Store, at int, all bool) (_ *storagetest.Store, calls *int) {
	calls = new(int)
	return &storagetest.Store{Store: s, Fail: func(string, string) error {
		*calls++
		if *calls-1 == at || all && *calls > at {
			return errFault
		}
		return nil
	}}, calls
}

// listed is a store that can list, and do nothing else beyond storage.Store: what
// is renamed in it is copied.
type listed struct {
	storagetest.Plain
	lister storage.Lister
}

func (s listed) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return s.lister.List(ctx, prefix)
}

// faultShape and faultChunk are those of array "a" of TestFaults.
var faultShape, faultChunk = []int{5, 3}, []int{3, 2}

// faultStore returns a hierarchy with consolidated metadata: the root and array "a".
func faultStore(t *testing.T, version string, codecs []string) *mem.Store {
	s := mem.NewStore()
	g, err := zarr.CreateStore(t.Context(), s, "", map[string]string{"zarr_format": version, "consolidated": "true"})
	require.NoError(t, err)
	require.NoError(t, g.SetAttrs(t.Context(), storage.Attrs{"title": "old"}))
	a, err := g.CreateArray(t.Context(), "a", faultSpec(nd.Int16, codecs))
	require.NoError(t, err)
	require.NoError(t, storage.WriteBox(t.Context(), a, whole(faultShape), faultData(nd.Int16)))
	require.NoError(t, a.Commit(t.Context()))
	require.NoError(t, g.Commit(t.Context()))
	return s
}

func faultSpec(d nd.DType, codecs []string) storage.Spec {
	return storage.Spec{DType: d, Shape: faultShape, Chunks: nd.Must(nd.NewGrid(faultShape, faultChunk)), Fill: slices.Repeat([]byte{9}, d.Size()),
		Codecs: codecs}
}

func faultData(d nd.DType) []byte {
	b := make([]byte, nd.WholeBox(faultShape).Size()*d.Size())
	storagetest.Pattern(d, b, 1)
	return b
}

// resized is what data of one shape become in another.
func resized(data []byte, from, to []int, fill []byte) []byte {
	r := make([]byte, nd.WholeBox(to).Size()*len(fill))
	storage.Fill(r, fill)
	storage.CopyBox(r, whole(to), data, whole(from), storage.Intersect(whole(from), whole(to)), len(fill))
	return r
}

// changes are what TestFaults does to a store.
var changes = map[string]func(ctx context.Context, s storage.Store, version string, codecs []string) error{
	"create": func(ctx context.Context, s storage.Store, _ string, codecs []string) error {
		g, err := zarr.OpenWritableStore(ctx, s, "")
		if err != nil {
			return err
		}
		defer g.Close()
		a, err := g.CreateArray(ctx, "new", faultSpec(nd.Int32, codecs))
		if err != nil {
			return err
		}
		defer a.Close()
		if err := storage.WriteBox(ctx, a, whole(faultShape), faultData(nd.Int32)); err != nil {
			return err
		}
		if err := a.Commit(ctx); err != nil {
			return err
		}
		return g.Commit(ctx)
	},
	"overwrite": func(ctx context.Context, s storage.Store, version string, codecs []string) error {
		a, err := zarr.CreateArrayStore(ctx, s, "a", faultSpec(nd.Int32, codecs), map[string]string{"overwrite": "true", "zarr_format": version})
		if err != nil {
			return err
		}
		defer a.Close()
		if err := storage.WriteBox(ctx, a, whole(faultShape), faultData(nd.Int32)); err != nil {
			return err
		}
		return a.Commit(ctx)
	},
	"write":  changeArray(func(ctx context.Context, a storage.WritableArray) error { return writeMiddle(ctx, a, 0) }),
	"shrink": changeArray(func(ctx context.Context, a storage.WritableArray) error { return a.Resize(ctx, []int{4, 1}) }),
	"grow":   changeArray(func(ctx context.Context, a storage.WritableArray) error { return a.Resize(ctx, []int{6, 5}) }),
	"both":   changeArray(func(ctx context.Context, a storage.WritableArray) error { return a.Resize(ctx, []int{7, 1}) }),
	"attributes": func(ctx context.Context, s storage.Store, _ string, _ []string) error {
		g, err := zarr.OpenWritableStore(ctx, s, "")
		if err != nil {
			return err
		}
		defer g.Close()
		if err := g.SetAttrs(ctx, storage.Attrs{"title": "new"}); err != nil {
			return err
		}
		return g.Commit(ctx)
	},
}

// middle is the box that change "write" writes.
var middle = nd.Box{Start: []int{1, 1}, Shape: []int{3, 2}}

func writeMiddle(ctx context.Context, a storage.WritableArray, v byte) error {
	return storage.WriteBox(ctx, a, middle, slices.Repeat([]byte{v}, middle.Size()*a.Meta().DType.Size()))
}

func changeArray(change func(context.Context, storage.WritableArray) error) func(context.Context, storage.Store, string, []string) error {
	return func(ctx context.Context, s storage.Store, _ string, _ []string) error {
		a, err := zarr.OpenWritableArrayStore(ctx, s, "a")
		if err != nil {
			return err
		}
		defer a.Close()
		if err := change(ctx, a); err != nil {
			return err
		}
		return a.Commit(ctx)
	}
}

// faultState is what is in a store: "a old", "a cut" where what a shrinking Resize is
// to remove is gone, and so on. It fails where anything is neither old nor new.
func faultState(t *testing.T, s storage.Store, name string) string {
	ctx := t.Context()
	old := faultData(nd.Int16)
	_, g, err := zarr.OpenStore(ctx, s, "")
	require.NoError(t, err)
	title, err := storage.Attr[string](g.Attrs(), "title")
	require.NoError(t, err)
	state := title + " root"
	a, err := g.Array(ctx, "a")
	if name == "overwrite" && errors.Is(err, storage.ErrNotFound) {
		return state + ", no a"
	}
	require.NoError(t, err)
	shape, got := a.Meta().Shape, readAll(t, a)
	fill := a.Meta().Fill
	switch {
	case a.Meta().DType == nd.Int32:
		require.Equal(t, faultData(nd.Int32), got)
		state += ", new a"
	case name == "write": // chunk by chunk
		written := slices.Clone(old)
		storage.CopyBox(written, whole(faultShape), make([]byte, len(old)), whole(faultShape), middle, 2)
		kinds := map[string]bool{}
		for _, box := range a.Meta().WriteGrid.Boxes() {
			part := func(b []byte) string {
				p := make([]byte, box.Size()*2)
				storage.CopyBox(p, box, b, whole(shape), box, 2)
				return string(p)
			}
			was, is := part(got) == part(old), part(got) == part(written)
			require.True(t, was || is, "chunk %v", box)
			if was != is {
				kinds[map[bool]string{true: "old", false: "new"}[was]] = true
			}
		}
		state += fmt.Sprint(", a ", slices.Sorted(maps.Keys(kinds)))
	case slices.Equal(shape, faultShape):
		to := map[string][]int{"shrink": {4, 1}, "both": {7, 1}}[name]
		if to == nil {
			require.Equal(t, old, got)
		}
		// What is to go may be gone.
		for i := range len(got) / 2 {
			here := got[2*i : 2*i+2]
			gone := to != nil && (i/shape[1] >= to[0] || i%shape[1] >= to[1]) && string(here) == string(fill)
			require.True(t, gone || string(here) == string(old[2*i:2*i+2]), "element %d", i)
		}
		state += ", old a"
	default:
		require.Equal(t, resized(old, faultShape, shape, fill), got)
		state += fmt.Sprint(", a ", shape)
	}
	if b, err := g.Array(ctx, "new"); err == nil {
		require.Equal(t, faultData(nd.Int32), readAll(t, b))
		state += ", new"
	} else {
		require.ErrorIs(t, err, storage.ErrNotFound)
	}
	checkConsolidated(t, s)
	return state
}

// isConsolidated reports whether the root of a store has consolidated metadata.
func isConsolidated(t *testing.T, s storage.Store) bool {
	if _, err := s.Get(t.Context(), "zarr.json", nil); err == nil {
		return document(t, s, "zarr.json")["consolidated_metadata"] != nil
	}
	_, err := s.Get(t.Context(), ".zmetadata", nil)
	return err == nil
}

// checkConsolidated: where there are consolidated metadata, what they say is so.
func checkConsolidated(t *testing.T, s storage.Store) {
	has := func(key string) bool {
		_, err := s.Get(t.Context(), key, nil)
		return err == nil
	}
	if has(".zmetadata") {
		for key, doc := range document(t, s, ".zmetadata")["metadata"].(map[string]any) {
			if assert.True(t, has(key), "there is no %s", key) {
				assert.Equal(t, document(t, s, key), doc, "consolidated %s", key)
			}
		}
	}
	if has("zarr.json") {
		all, _ := document(t, s, "zarr.json")["consolidated_metadata"].(map[string]any)
		nodes, _ := all["metadata"].(map[string]any)
		for path, doc := range nodes {
			if key := path + "/zarr.json"; assert.True(t, has(key), "there is no %s", key) {
				assert.Equal(t, document(t, s, key), doc, "consolidated %s", key)
			}
		}
	}
}

// TestFaults has every call of the store that a change makes fail, one after the other,
// or that call and all that follow it. What was stored before is whole then, consolidated
// metadata say what there is, and the same change made again succeeds; old values don't
// come back. Who could go on after the failure has put consolidated metadata back; of a
// process that was killed the next change does, of v3.
func TestFaults(t *testing.T) {
	for _, layout := range []struct {
		version string
		codecs  []string
		copies  bool
	}{{"3", nil, false}, {"3", []string{"sharding (1, 2)", "zstd 1"}, true}, {"2", []string{}, true}} {
		for name, change := range changes {
			for _, all := range []bool{false, true} {
				states := map[string]bool{}
				for at := 0; ; at++ {
					base := faultStore(t, layout.version, layout.codecs)
					failing, calls := faulty(base, at, all)
					var s, good storage.Store = failing, base
					if layout.copies {
						s, good = listed{storagetest.Plain{Inner: failing}, failing}, listed{storagetest.Plain{Inner: base}, base}
					}
					err := change(t.Context(), s, layout.version, layout.codecs)
					done := *calls <= at
					if done {
						require.NoError(t, err)
					} else if err != nil { // or what failed was done again
						require.ErrorIs(t, err, errFault, "%s, call %d", name, at)
					}
					ok := t.Run(fmt.Sprintf("v%s %s %d %v", layout.version, name, at, all), func(t *testing.T) {
						states[faultState(t, base, name)] = true
						if done || !all {
							require.True(t, isConsolidated(t, base), "who lives puts consolidated metadata back")
						}
						if done || name == "create" { // which may have succeeded
							return
						}
						require.NoError(t, change(t.Context(), good, layout.version, layout.codecs))
						states[faultState(t, base, name)] = true
						require.True(t, isConsolidated(t, base) || all && layout.version == "2")
						if name == "shrink" || name == "both" {
							a, err := zarr.OpenWritableArrayStore(t.Context(), good, "a")
							require.NoError(t, err)
							shape := a.Meta().Shape
							require.NoError(t, a.Resize(t.Context(), faultShape))
							kept := resized(faultData(nd.Int16), faultShape, shape, a.Meta().Fill)
							assert.Equal(t, resized(kept, shape, faultShape, a.Meta().Fill), readAll(t, a))
						}
					})
					if done || !ok {
						break
					}
				}
				t.Log(layout.version, name, all, slices.Sorted(maps.Keys(states)))
			}
		}
	}
}
