package npy

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var ctx = context.Background()

// golden is what testdata/make.py says a file holds.
type golden struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Data  string `json:"data"`
	Same  bool   `json:"same"`
}

func goldens(t *testing.T) map[string]golden {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var g map[string]golden
	require.NoError(t, json.Unmarshal(text, &g))
	return g
}

func TestReadWhatNumPyWrote(t *testing.T) {
	for name, g := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".npy")
			d, err := Read(file)
			require.NoError(t, err)
			assert.Equal(t, g.DType, d.DType().String())
			assert.Equal(t, g.Shape, d.Shape())
			assert.Equal(t, g.Data, hex.EncodeToString(d.Bytes()))

			out := filepath.Join(t.TempDir(), "out.npy")
			require.NoError(t, Write(out, d))
			if g.Same {
				want, err := os.ReadFile(file)
				require.NoError(t, err)
				got, err := os.ReadFile(out)
				require.NoError(t, err)
				assert.Equal(t, want, got)
			}
			again, err := Read(out)
			require.NoError(t, err)
			assert.Equal(t, d.DType(), again.DType())
			assert.Equal(t, d.Bytes(), again.Bytes())
		})
	}
}

func TestMeta(t *testing.T) {
	for name, want := range map[string][2]string{"f8": {"little", "C"}, "f8-big-fortran": {"big", "F"}, "i1": {"", "C"}, "raw": {"", "C"}, "text-big": {"big", "C"}} {
		a, err := storage.OpenArray(ctx, "testdata/"+name+".npy")
		require.NoError(t, err)
		m := a.Meta()
		assert.Equal(t, want, [2]string{m.ByteOrder, m.Order}, name)
		assert.Equal(t, "npy", m.Format)
		again, err := storage.OpenRef(ctx, a.Ref())
		require.NoError(t, err)
		require.NoError(t, again.Close())
		require.NoError(t, a.Close())
		_, err = a.ReadChunk(ctx, make([]int, len(m.Shape)), make([]byte, m.ReadGrid.Box(make([]int, len(m.Shape))).Size()*m.DType.Size()))
		assert.ErrorIs(t, err, storage.ErrClosed)
	}
}

// drawArray draws an array of a few hundred elements, none equal to its neighbour.
func drawArray(t *rapid.T) nd.Dyn {
	dt := rapid.SampledFrom([]nd.DType{nd.Bool, nd.Int8, nd.Int16, nd.Float32, nd.Float64, nd.Complex128, nd.Sized(nd.KindBytes, 3)}).Draw(t, "dtype")
	shape := rapid.SliceOfN(rapid.IntRange(0, 7), 0, 4).Draw(t, "shape")
	d, err := nd.NewDyn(dt, shape)
	require.NoError(t, err)
	for i := range d.Bytes() {
		d.Bytes()[i] = byte(i*7 + i/256)
		if dt == nd.Bool {
			d.Bytes()[i] &= 1
		}
	}
	return d
}

func drawBox(t *rapid.T, shape []int) nd.Box {
	b := nd.Box{Start: make([]int, len(shape)), Shape: make([]int, len(shape))}
	for k, n := range shape {
		b.Start[k] = rapid.IntRange(0, n).Draw(t, "start")
		b.Shape[k] = rapid.IntRange(0, n-b.Start[k]).Draw(t, "length")
	}
	return b
}

// boxOf cuts a box out of an array in memory.
func boxOf(t require.TestingT, d nd.Dyn, b nd.Box) []byte {
	r := make([]nd.Range, b.NDim())
	for k := range r {
		r[k] = nd.Span(b.Start[k], b.Stop(k))
	}
	v, err := d.View(r...)
	require.NoError(t, err)
	return v.Bytes()
}

// Whatever is written in random chunks, either order, reads back: whole, by
// chunks, and as any box; chunks left out are the fill value.
func TestWriteInChunksReadInBoxes(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		d := drawArray(t)
		size, shape := d.DType().Size(), d.Shape()
		chunk := make([]int, len(shape))
		for k := range chunk {
			chunk[k] = rapid.IntRange(1, 4).Draw(t, "chunk")
		}
		grid, err := nd.NewGrid(shape, chunk)
		require.NoError(t, err)
		fill := bytes.Repeat([]byte{rapid.SampledFrom([]byte{0, 1}).Draw(t, "fill")}, size)
		file := filepath.Join(dir, "a.npy")
		order := rapid.SampledFrom([]string{"", "C", "F"}).Draw(t, "order")
		w, err := storage.CreateArray(ctx, file, storage.Spec{DType: d.DType(), Shape: shape, Chunks: grid, Fill: fill, Order: order}, map[string]string{"overwrite": "true"})
		require.NoError(t, err)
		whole := nd.WholeBox(shape)
		want := bytes.Clone(d.Bytes())
		for coord, box := range grid.Boxes() {
			data := boxOf(t, d, box)
			fate := rapid.SampledFrom([]string{"write", "leave", "delete"}).Draw(t, "fate")
			if fate != "leave" {
				require.NoError(t, w.WriteChunk(ctx, coord, data))
			}
			if fate == "delete" {
				require.NoError(t, w.DeleteChunk(ctx, coord))
			}
			if fate != "write" {
				data = bytes.Repeat(fill, box.Size())
				storage.CopyBox(want, whole, data, box, box, size)
			}
			got := make([]byte, len(data))
			present, err := w.ReadChunk(ctx, coord, got)
			require.NoError(t, err)
			assert.Equal(t, fate == "write", present)
			if present {
				assert.Equal(t, data, got)
			}
		}
		got := make([]byte, len(want))
		require.NoError(t, storage.ReadBox(ctx, w, whole, got))
		assert.True(t, bytes.Equal(want, got), "before commit")
		require.NoError(t, w.Commit(ctx))
		require.NoError(t, w.Close())

		a, err := open(file)
		require.NoError(t, err)
		defer a.Close()
		d, err = nd.DynFromBytes(d.DType(), shape, want)
		require.NoError(t, err)
		for range 4 {
			b := drawBox(t, shape)
			got := make([]byte, b.Size()*size)
			require.NoError(t, a.ReadBox(ctx, b, got))
			assert.True(t, bytes.Equal(boxOf(t, d, b), got), "box %v", b)
		}
	})
}

// Boxes with short and long gaps between their runs take different paths.
func TestBoxesOfABigFile(t *testing.T) {
	a := nd.Must(nd.Arange[float32](0, 3*700*900, 1)).Data()
	d := nd.Must(nd.FromSlice(a, 3, 700, 900))
	for _, order := range []string{"C", "F"} {
		file := filepath.Join(t.TempDir(), "big.npy")
		w, err := storage.CreateArray(ctx, file, storage.Spec{DType: nd.Float32, Shape: d.Shape(), Order: order}, nil)
		require.NoError(t, err)
		require.NoError(t, storage.WriteBox(ctx, w, nd.WholeBox(d.Shape()), d.Bytes()))
		require.NoError(t, w.Commit(ctx))
		r, err := open(file)
		require.NoError(t, err)
		assert.Greater(t, r.meta.ReadGrid.Len(), 1)
		for _, b := range []nd.Box{
			{Start: []int{0, 0, 0}, Shape: []int{3, 700, 900}},
			{Start: []int{1, 5, 10}, Shape: []int{2, 690, 3}},
			{Start: []int{0, 5, 10}, Shape: []int{3, 2, 890}},
			{Start: []int{2, 699, 899}, Shape: []int{1, 1, 1}},
			{Start: []int{1, 0, 1}, Shape: []int{1, 700, 898}},
		} {
			got := make([]byte, b.Size()*4)
			require.NoError(t, r.ReadBox(ctx, b, got))
			assert.True(t, bytes.Equal(boxOf(t, d, b), got), "order %s box %v", order, b)
		}
		require.NoError(t, r.Close())
	}
}

func TestConcurrentChunks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.npy")
	grid := nd.Must(nd.NewGrid([]int{64, 10}, []int{1, 5}))
	w, err := storage.CreateArray(ctx, file, storage.Spec{DType: nd.Int64, Shape: []int{64, 10}, Chunks: grid}, nil)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for coord := range grid.Boxes() {
		wg.Go(func() {
			v := int64(grid.Index(coord))
			assert.NoError(t, w.WriteChunk(ctx, coord, nd.AsBytes([]int64{v, v, v, v, v})))
		})
	}
	wg.Wait()
	require.NoError(t, w.Commit(ctx))
	d, err := Read(file)
	require.NoError(t, err)
	assert.Equal(t, int64(127), d.Item(63, 9))
}

func TestExistingFilesStayUntilCommit(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.npy")
	old := nd.Must(nd.FromInts([]int{1, 2, 3}))
	require.NoError(t, Write(file, old))
	spec := storage.Spec{DType: nd.Int8, Shape: []int{2}}
	_, err := storage.CreateArray(ctx, file, spec, nil)
	assert.ErrorIs(t, err, storage.ErrExists)

	over := map[string]string{"overwrite": "true"}
	for _, end := range []func(storage.WritableArray) error{storage.WritableArray.Abort, func(w storage.WritableArray) error { return w.Close() }} {
		w, err := storage.CreateArray(ctx, file, spec, over)
		require.NoError(t, err)
		require.NoError(t, w.WriteChunk(ctx, []int{0}, []byte{7, 8}))
		require.NoError(t, end(w))
		d, err := Read(file)
		require.NoError(t, err)
		assert.Equal(t, old.Bytes(), d.Bytes())
	}
	w, err := storage.CreateArray(ctx, file, spec, over)
	require.NoError(t, err)
	require.NoError(t, w.Commit(ctx))
	assert.ErrorIs(t, w.Commit(ctx), storage.ErrClosed)
	require.NoError(t, w.Close())
	d, err := Read(file)
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 0}, d.Bytes())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "temporary files left")
}

func TestCreateRefusals(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.npy")
	grid := nd.Must(nd.NewGrid([]int{3}, []int{1}))
	for want, s := range map[string]storage.Spec{
		"not compressed, so no codecs [zstd 3]":         {DType: nd.Int8, Shape: []int{2}, Codecs: []string{"zstd 3"}},
		`order "K"`:                                     {DType: nd.Int8, Shape: []int{2}, Order: "K"},
		"fill value of 3 bytes for int8":                {DType: nd.Int8, Shape: []int{2}, Fill: []byte{1, 2, 3}},
		"chunks of shape [3] for an array of shape [2]": {DType: nd.Int8, Shape: []int{2}, Chunks: grid},
		"has a negative length":                         {DType: nd.Int8, Shape: []int{-2}},
		"more than 2^62":                                {DType: nd.Float64, Shape: []int{1 << 60}},
		"npy files of dtype invalid":                    {Shape: []int{2}},
		`option level="3"; npy has overwrite only`:      {DType: nd.Int8, Shape: []int{2}, Options: map[string]string{"level": "3"}},
	} {
		_, err := storage.CreateArray(ctx, file, s, nil)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, file)
	}
	_, err := os.Stat(file)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// file writes an npy file of version 1.0 with that header and elements.
func file(t *testing.T, head, data string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.npy")
	text := magic + "\x01\x00" + string([]byte{byte(len(head)), byte(len(head) >> 8)}) + head + data
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func TestHostileFiles(t *testing.T) {
	dict := func(descr, shape string) string {
		return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }"
	}
	for _, c := range []struct {
		name, head, data, want string
		class                  error
	}{
		{"truncated", dict("'<f8'", "(3, 4)"), "12345678", "shape [3 4] of float64 takes 96 bytes, the file has 8", storage.ErrCorrupt},
		{"huge", dict("'<f8'", "(99999999, 99999999, 99999999)"), "", "more than 2^62", nd.ErrOverflow},
		{"beyond int", dict("'<f8'", "(99999999999999999999,)"), "", "not an integer of 64 bits", storage.ErrCorrupt},
		{"product in bytes", dict("'<c16'", "(1152921504606846976,)"), "", "2^62 bytes", nd.ErrOverflow},
		{"large claim", dict("'<f8'", "(1000000000000,)"), "", "takes 8000000000000 bytes, the file has 0", storage.ErrCorrupt},
		{"negative", dict("'<f8'", "(-1,)"), "", "length of axis 0 is -1", storage.ErrCorrupt},
		{"no tuple", dict("'<f8'", "(3)"), "", "shape is not a tuple", storage.ErrCorrupt},
		{"bool length", dict("'<f8'", "(True,)"), "", "length of axis 0 is true", storage.ErrCorrupt},
		{"axes", dict("'<f8'", "("+strings.Repeat("1,", 65)+")"), "", "65 axes", storage.ErrUnsupported},
		{"items", dict("'<f8'", "("+strings.Repeat("1,", 300)+")"), "", "more than 256 items", storage.ErrCorrupt},
		{"long double", dict("'<f16'", "(1,)"), "", `dtype "<f16"`, storage.ErrUnsupported},
		{"unit", dict("'<M8[y]'", "(1,)"), "", `dtype "<M8[y]"`, storage.ErrUnsupported},
		{"objects", dict("'|O'", "(1,)"), "", "pickled Python objects", storage.ErrUnsupported},
		{"no bytes", dict("'|S0'", "(1,)"), "", `dtype "|S0"`, storage.ErrUnsupported},
		{"struct", dict("[('a', '<i4')]", "(1,)"), "", "structured dtype [[a <i4]]", storage.ErrUnsupported},
		{"struct of arrays", dict("[('a', '<i4', (2,))]", "(1,)"), "", "structured dtype [[a <i4 [2]]]", storage.ErrUnsupported},
		{"descr", dict("None", "(1,)"), "", "is no dtype", storage.ErrCorrupt},
		{"order", strings.Replace(dict("'<f8'", "(1,)"), "False", "0", 1), "", "fortran_order is not True or False", storage.ErrCorrupt},
		{"keys", "{'descr': '<f8'}", "", "not a dict of descr", storage.ErrCorrupt},
		{"twice", "{'shape': 1, 'shape': 1}", "", `key "shape" twice`, storage.ErrCorrupt},
		{"key", "{1: 1}", "", "a key that is no string", storage.ErrCorrupt},
		{"colon", "{'shape', 1}", "", "want a colon", storage.ErrCorrupt},
		{"deep", strings.Repeat("[", 1000), "", "more than 16 brackets", storage.ErrCorrupt},
		{"comma", "{'a': 1 'b': 2}", "", "want a comma", storage.ErrCorrupt},
		{"code", "__import__('os')", "", `want a value, found "__import__('os')"`, storage.ErrCorrupt},
		{"after", dict("'<f8'", "(1,)") + "x", "", "text after the end", storage.ErrCorrupt},
		{"string", "{'descr", "", "a string without end", storage.ErrCorrupt},
		{"escape", `{'d\x41': 1}`, "", "a string with escapes", storage.ErrCorrupt},
		{"empty", "", "", "want a value", storage.ErrCorrupt},
		{"nul", dict("'<f8'", "(1,)") + "\x00", "", "text after the end", storage.ErrCorrupt},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := file(t, c.head, c.data)
			_, err := Read(name)
			assert.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, name)
			assert.ErrorIs(t, err, c.class)
		})
	}
	for text, want := range map[string]string{
		"":                                 "ends within the first 10 bytes",
		"\x93NUMPZ\x01\x00\x00\x00":        "not an npy file",
		magic + "\x01\x00\xff\x00":         "ends within a header of 255 bytes",
		magic + "\x02\x00\x00\x00":         "ends within the first 12 bytes",
		magic + "\x04\x00\x00\x00":         "version 4.0",
		magic + "\x02\x00\xff\xff\xff\xff": "header longer than",
	} {
		_, err := readHeader(strings.NewReader(text))
		assert.ErrorContains(t, err, want)
	}
	for name, want := range map[string]string{"struct": "structured dtype", "object": "pickled"} {
		_, err := Read("testdata/" + name + ".npy")
		assert.ErrorContains(t, err, want)
	}
}

func TestReadMistakes(t *testing.T) {
	a, err := open("testdata/f8.npy")
	require.NoError(t, err)
	defer a.Close()
	_, err = a.ReadChunk(ctx, []int{0, 0, 1}, nil)
	assert.ErrorIs(t, err, nd.ErrIndex)
	_, err = a.ReadChunk(ctx, []int{0, 0, 0}, make([]byte, 8))
	assert.ErrorContains(t, err, "a buffer of 8 bytes for 192")
	err = a.ReadBox(ctx, nd.Box{Start: []int{0, 0, 3}, Shape: []int{1, 1, 2}}, make([]byte, 16))
	assert.ErrorIs(t, err, nd.ErrIndex)
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	_, err = a.ReadChunk(stopped, []int{0, 0, 0}, make([]byte, 192))
	assert.ErrorIs(t, err, context.Canceled)
	_, err = storage.OpenArray(ctx, "testdata/f8.npy/inner")
	assert.ErrorIs(t, err, storage.ErrNotFound)
	_, err = storage.OpenArray(ctx, "testdata/f8.npy", map[string]string{"x": "1"})
	assert.ErrorIs(t, err, storage.ErrUnsupported)
}

func TestFileCutWhileOpen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.npy")
	require.NoError(t, Write(name, nd.Must(nd.FromInts(make([]int, 100)))))
	a, err := open(name)
	require.NoError(t, err)
	defer a.Close()
	require.NoError(t, os.Truncate(name, 200))
	_, err = a.ReadChunk(ctx, []int{0}, make([]byte, 800))
	assert.ErrorIs(t, err, storage.ErrCorrupt)
	assert.ErrorContains(t, err, "ends at byte 200")
}

func TestBoolsAreZeroOrOne(t *testing.T) {
	d, err := Read(file(t, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", "\x00\x02\xff"))
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 1, 1}, d.Bytes())
}

func FuzzHeader(f *testing.F) {
	files, err := filepath.Glob("testdata/*.npy")
	require.NoError(f, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(text[:min(len(text), 256)])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := readHeader(bytes.NewReader(text))
		if err != nil {
			return
		}
		native := *h
		native.big = nativeBig
		head, err := native.marshal()
		require.NoError(t, err)
		again, err := readHeader(bytes.NewReader(head))
		require.NoError(t, err)
		assert.Equal(t, &native, again)
		rowGrid(h)
	})
}

// NumPy reads what we write.
func TestNumPyReadsOurs(t *testing.T) {
	dir := t.TempDir()
	for _, order := range []string{"C", "F"} {
		w, err := storage.CreateArray(ctx, filepath.Join(dir, order+".npy"), storage.Spec{DType: nd.Int32, Shape: []int{2, 3}, Order: order}, nil)
		require.NoError(t, err)
		require.NoError(t, storage.WriteBox(ctx, w, nd.WholeBox([]int{2, 3}), nd.AsBytes([]int32{0, 1, 2, 3, 4, 5})))
		require.NoError(t, w.Commit(ctx))
	}
	names := []string{}
	for name := range goldens(t) {
		d, err := Read("testdata/" + name + ".npy")
		require.NoError(t, err)
		require.NoError(t, Write(filepath.Join(dir, name+".npy"), d))
		names = append(names, name)
	}
	slices.Sort(names)
	golden, err := filepath.Abs("testdata")
	require.NoError(t, err)
	peer.Output(t, peer.Python(t, append([]string{"-c", `
import sys, numpy as np
ours, golden = sys.argv[1:3]
for order in "CF":
    a = np.load(f"{ours}/{order}.npy")
    assert a.tolist() == [[0, 1, 2], [3, 4, 5]] and a.flags[order + "_CONTIGUOUS"], a
for name in sys.argv[3:]:
    a, b = np.load(f"{ours}/{name}.npy"), np.load(f"{golden}/{name}.npy")
    assert a.dtype.newbyteorder("=") == b.dtype.newbyteorder("=") and a.shape == b.shape, name
    assert a.astype(a.dtype.newbyteorder("<")).tobytes() == b.astype(b.dtype.newbyteorder("<")).tobytes(), name
`, dir, golden}, names...)...))
}
