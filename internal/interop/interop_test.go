package interop

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/hdf5"
	_ "github.com/ndgrid/ndgrid/storage/std"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

// seen is an array as a library sees it; the scripts print the same as JSON.
type seen struct {
	DType         string
	Shape, Chunks []int
	Dims          []string
	Attrs         map[string]any
	Data          []byte // C order, native byte order
}

// run runs a program and reads the JSON it prints.
func run(t *testing.T, result any, cmd *exec.Cmd) {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.NoError(t, json.Unmarshal(out, result))
}

// needs returns the value of an environment variable, without which the test is
// skipped.
func needs(t *testing.T, variable, what string) string {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		t.Skipf("%s names no %s; make test sets it", variable, what)
	}
	return value
}

// python runs a command of testdata/interop.py on a file.
func python(t *testing.T, result any, command, file string) {
	t.Helper()
	interpreter := needs(t, "NDGRID_PYTHON", "Python with zarr, xarray and h5py")
	run(t, result, exec.CommandContext(t.Context(), interpreter, filepath.Join("testdata", "interop.py"), command, file))
}

// sample is an array to hand over and what the other side must see.
type sample struct {
	array chunkgrid.Any
	want  seen
}

// dtypes that every library has, and those that JavaScript lacks.
var (
	common = makers{
		"bool": newSample[bool], "int8": newSample[int8], "int16": newSample[int16], "int32": newSample[int32], "int64": newSample[int64],
		"uint8": newSample[uint8], "uint16": newSample[uint16], "uint32": newSample[uint32], "uint64": newSample[uint64],
		"float32": newSample[float32], "float64": newSample[float64],
	}
	others = makers{
		"float16": newSample[nd.Float16], "complex64": newSample[complex64], "complex128": newSample[complex128],
	}
)

func newSample[T nd.Elem](shape, chunk []int, dims ...string) sample {
	a := nd.Must(nd.Zeros[T](shape...))
	storagetest.Pattern(a.DType(), a.Bytes(), len(shape))
	putEdges(a.DType(), a.Bytes())
	lazy := chunkgrid.FromND(a, nd.Sizes(chunk...))
	if len(dims) > 0 {
		lazy = lazy.Named(dims...)
	} else {
		dims = make([]string, len(shape))
	}
	return sample{lazy, seen{DType: a.DType().String(), Shape: shape, Chunks: chunk, Dims: dims, Attrs: map[string]any{}, Data: a.Bytes()}}
}

// putEdges sets the first elements to values that are easily changed on the
// way: NaN, -0 or the least integer, infinity.
func putEdges(d nd.DType, b []byte) {
	tops := map[nd.DType][]uint64{nd.Half: {0x7e00, 0x8000, 0x7c00}, nd.Float32: {0x7fc0, 0x8000, 0x7f80}, nd.Complex64: {0x7fc0, 0x8000, 0x7f80}}[d]
	if tops == nil {
		tops = []uint64{0x7ff8, 0x8000, 0x7ff0}
	}
	size := d.Size()
	if d.IsComplex() {
		size /= 2
	}
	for i, top := range tops[:min(len(tops), len(b)/size)] {
		switch e := b[i*size:]; size {
		case 2:
			binary.NativeEndian.PutUint16(e, uint16(top))
		case 4:
			binary.NativeEndian.PutUint32(e, uint32(top)<<16)
		case 8:
			binary.NativeEndian.PutUint64(e, top<<48)
		}
	}
}

// attrs are attributes with a value of every kind that all formats have.
var attrs = storage.Attrs{"units": "°C", "valid_range": []float64{-5, 40.5}, "count": int64(7), "flag": true}

// plain returns attributes as JSON has them.
func plain(t *testing.T, a storage.Attrs) map[string]any {
	t.Helper()
	out := map[string]any{}
	for name, v := range a {
		if !storage.InternalAttr(name) {
			out[name] = v
		}
	}
	b, err := json.Marshal(out)
	require.NoError(t, err)
	clear(out)
	require.NoError(t, json.Unmarshal(b, &out))
	return out
}

// makers make samples by dtype.
type makers map[string]func(shape, chunk []int, dims ...string) sample

// saveAll writes samples of dtypes with Save: for each list of codecs a group of
// that name and prefix inside what is at url. It adds what must be seen to want.
func saveAll(t *testing.T, want map[string]seen, url, prefix string, dtypes makers, codecs map[string][]string) {
	t.Helper()
	for name, list := range codecs {
		group := prefix + name
		vars, opts := chunkgrid.Vars{}, []chunkgrid.Option{chunkgrid.Attrs("", storage.Attrs{"title": "ours"})}
		if list != nil {
			opts = append(opts, chunkgrid.Codecs(list...))
		}
		for name, newSample := range dtypes {
			s := newSample([]int{7, 10}, []int{3, 4}, "y", "x")
			s.want.Attrs = plain(t, attrs)
			vars[name], want[group+"/"+name] = s.array, s.want
			opts = append(opts, chunkgrid.Attrs(name, attrs))
		}
		require.NoError(t, chunkgrid.Save(t.Context(), url+"/"+group, vars, opts...))
	}
}

// put writes a sample as an array of a group, from index region on; what is not
// covered keeps the fill value. It returns what must be seen.
func put(t *testing.T, g storage.WritableGroup, name string, s sample, spec storage.Spec, region ...int) seen {
	t.Helper()
	spec.DType, spec.Dims = s.array.DType(), s.array.Dims()
	if spec.Shape == nil {
		spec.Shape = s.want.Shape
	}
	var err error
	spec.Chunks, err = nd.NewGrid(spec.Shape, s.want.Chunks)
	require.NoError(t, err)
	dst, err := g.CreateArray(t.Context(), name, spec)
	require.NoError(t, err)
	_, err = chunkgrid.Run(t.Context(), []chunkgrid.Out{chunkgrid.To(s.array, dst, region...)})
	require.NoError(t, err)
	require.NoError(t, dst.Commit(t.Context()))
	require.NoError(t, dst.Close())
	s.want.Shape = spec.Shape
	return s.want
}

// look opens an array through the library, computes it, and closes it, as long
// as which it can't be written where it is HDF5.
func look(t *testing.T, url string) seen {
	t.Helper()
	src, err := storage.OpenArray(t.Context(), url)
	require.NoError(t, err)
	defer src.Close()
	a, err := chunkgrid.FromAny(src)
	require.NoError(t, err)
	v, err := chunkgrid.ComputeDyn(t.Context(), a)
	require.NoError(t, err)
	data := append([]byte{}, v.Bytes()...) // as JSON gives it, also where there is none
	return seen{v.DType().String(), v.Shape(), a.Grid().MaxChunk(), a.Dims(), plain(t, src.Meta().Attrs), data}
}

// equal compares arrays by name.
func equal(t *testing.T, want, got map[string]seen) {
	t.Helper()
	require.NotEmpty(t, want)
	for name, w := range want {
		g, ok := got[name]
		if assert.True(t, ok, "%s is missing", name) {
			assert.Equal(t, w, g, name)
		}
	}
}
