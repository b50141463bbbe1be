package interop

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

var update = flag.Bool("update", false, "write docs/interop.md")

// kase is a way to store an array, with what is in it: elements and fill value
// are bytes in C order, or texts.
type kase struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	DType   string `json:"dtype"` // as NumPy writes it, or "string"
	Codec   string `json:"codec"`
	Order   string `json:"order"`
	Shards  bool   `json:"shards"`
	Data    any    `json:"data"`
	Fill    any    `json:"fill"`

	dtype nd.DType
	edge  bool      // the fill value is one at the edge of what the dtype has
	row   *codecRow // nil where the case counts in the row of its dtype
}

// witness is what somebody sees of an array of the matrix; nil is what a
// library doesn't say.
type witness struct {
	DType string
	Data  any
	Fill  any
	Dims  []string
	Attrs map[string]any
	Error string
}

// matrixTypes are the dtypes, by their names in NumPy.
var matrixTypes = []struct {
	name  string
	dtype nd.DType
}{
	{"|b1", nd.Bool}, {"|i1", nd.Int8}, {"<i2", nd.Int16}, {"<i4", nd.Int32}, {"<i8", nd.Int64},
	{"|u1", nd.Uint8}, {"<u2", nd.Uint16}, {"<u4", nd.Uint32}, {"<u8", nd.Uint64},
	{"<f2", nd.Half}, {"<f4", nd.Float32}, {"<f8", nd.Float64}, {"<c8", nd.Complex64}, {"<c16", nd.Complex128},
	{"<M8[10us]", nd.Datetime64("10us")}, {"<m8[s]", nd.Timedelta64("s")},
	{"|S4", nd.Sized(nd.KindBytes, 4)}, {"<U3", nd.Sized(nd.KindUTF32, 12)}, {"|V3", nd.Sized(nd.KindRaw, 3)}, {"string", nd.Text},
}

// matrixCodecs are the codecs of each version, as Spec has them.
var matrixCodecs = map[int]map[string][]string{
	3: {"plain": {}, "big": {"bytes big"}, "zstd": {"zstd 3"}, "gzip": {"gzip 5"}, "blosc": {"blosc"}, "checked": {"zstd 1", "crc32c"}},
	2: {"plain": {}, "big": {"bytes big"}, "zstd": {"zstd 3"}, "gzip": {"gzip 5"}, "blosc": {"blosc"}, "zlib": {"shuffle", "zlib 1"}},
}

var (
	matrixShape = []int{3, 5}
	matrixDims  = []string{"y", "x"}
	matrixAttrs = map[string]any{"long_name": "°C"}
)

// cases are all combinations.
func cases() (all []kase) {
	for _, version := range []int{3, 2} {
		for _, d := range matrixTypes {
			for _, codec := range slices.Sorted(maps.Keys(matrixCodecs[version])) {
				if codec == "big" && (d.dtype.Size() == 0 || strings.HasPrefix(d.name, "|")) {
					continue // the same as plain
				}
				for _, way := range ways(version) {
					c := newKase(version, d.name, d.dtype, codec, way)
					c.values()
					all = append(all, c)
				}
			}
		}
		all = append(all, codecCases(version)...)
	}
	return all
}

// newKase returns a case without elements; way is one of ways.
func newKase(version int, name string, d nd.DType, codec, way string) kase {
	f := strings.Fields(way)
	c := kase{Version: version, DType: name, Codec: codec, Order: f[0], Shards: len(f) > 2, dtype: d, edge: f[1] == "edge"}
	c.Name = fmt.Sprintf("v%d/%s/%s", version, c.plainType(), strings.Join(append([]string{strings.ReplaceAll(codec, " ", "-")}, f...), "-"))
	return c
}

// plainType is the dtype without its byte order.
func (c *kase) plainType() string { return strings.Trim(c.DType, "<|") }

// written reports whether we write such arrays.
func (c *kase) written() bool { return c.row == nil || c.row.ours != nil }

// values sets the fill value, and elements that differ from each other, among
// them those at the edge of the dtype. The last chunk is all fill value.
func (c *kase) values() {
	const n, last = 15, 13
	if c.dtype == nd.Text {
		texts := make([]string, n)
		fill := map[bool]string{true: "añ☃"}[c.edge]
		for i := range texts {
			if texts[i] = strings.Repeat("é☃x", i%4) + fmt.Sprint(i); i >= last {
				texts[i] = fill
			}
		}
		c.Data, c.Fill = texts, []string{fill}
		return
	}
	size := c.dtype.Size()
	data, fill := make([]byte, n*size), make([]byte, size)
	storagetest.Pattern(c.dtype, data, size)
	switch c.dtype.Kind() {
	case nd.KindUTF32:
		for i := 0; i < len(data); i += 4 {
			binary.NativeEndian.PutUint32(data[i:], uint32('à'+i%50))
		}
		copy(data[4:12], make([]byte, 8)) // a shorter one
	case nd.KindBytes, nd.KindRaw, nd.KindBool:
	default:
		putEdges(c.dtype, data)
	}
	if c.edge {
		copy(fill, data[:size])
	}
	for i := last; i < n; i++ {
		copy(data[i*size:], fill)
	}
	c.Data, c.Fill = data, fill
}

// want is what everybody must see.
func (c *kase) want() witness {
	return witness{DType: c.DType, Data: c.Data, Fill: c.Fill, Dims: matrixDims, Attrs: matrixAttrs}
}

// writeOurs writes an array of the matrix.
func (c *kase) writeOurs(ctx context.Context, g storage.WritableGroup) error {
	chunk := []int{2, 3}
	codecs := matrixCodecs[c.Version][c.Codec]
	if c.row != nil {
		codecs = c.row.ours
	}
	if c.dtype == nd.Text && c.Codec == "zlib" {
		codecs = codecs[1:] // there is nothing to shuffle
	}
	if c.Shards {
		chunk, codecs = []int{4, 6}, append([]string{"sharding (2, 3)"}, codecs...)
	}
	s := storage.Spec{DType: c.dtype, Shape: matrixShape, Order: c.Order, Codecs: codecs, Dims: matrixDims, Attrs: matrixAttrs,
		Options: map[string]string{"chunks": fmt.Sprintf("%d,%d", chunk[0], chunk[1])}}
	switch fill := c.Fill.(type) {
	case []byte:
		s.Fill = fill
	case []string:
		s.Fill = []byte(fill[0])
	}
	a, err := g.CreateArray(ctx, strings.SplitN(c.Name, "/", 2)[1], s)
	if err != nil {
		return err
	}
	defer a.Close()
	if data, ok := c.Data.([]byte); ok {
		err = storage.WriteBox(ctx, a, nd.Box{Start: []int{0, 0}, Shape: matrixShape}, data)
	} else {
		err = writeTexts(ctx, a, c.Data.([]string))
	}
	if err != nil {
		return err
	}
	return a.Commit(ctx)
}

func writeTexts(ctx context.Context, a storage.WritableArray, texts []string) error {
	w, ok := storage.As[storage.StringWriter](a)
	if !ok {
		return fmt.Errorf("%T takes no texts", a)
	}
	all := nd.Box{Start: []int{0, 0}, Shape: matrixShape}
	for coord, box := range a.Meta().WriteGrid.Boxes() {
		chunk := make([]string, box.Size())
		storage.CopyStrings(chunk, box, texts, all, box)
		if err := w.WriteStrings(ctx, coord, chunk); err != nil {
			return err
		}
	}
	return nil
}

// see reads an array of the matrix.
func see(ctx context.Context, url string) (w witness) {
	a, err := storage.OpenArray(ctx, url)
	if err != nil {
		return witness{Error: err.Error()}
	}
	defer a.Close()
	m := a.Meta()
	w = witness{DType: m.DType.String(), Dims: m.Dims, Attrs: m.Attrs}
	for _, d := range matrixTypes {
		if m.DType == d.dtype {
			w.DType = d.name
		}
	}
	box := nd.WholeBox(m.Shape)
	if m.DType.Size() == 0 {
		texts, err := storage.ReadStrings(ctx, a, box)
		if err != nil {
			w.Error = err.Error()
		}
		w.Data, w.Fill = texts, []string{string(m.Fill)}
		return w
	}
	data, fill := make([]byte, box.Size()*m.DType.Size()), make([]byte, m.DType.Size())
	if err := storage.ReadBox(ctx, a, box, data); err != nil {
		w.Error = err.Error()
	}
	copy(fill, m.Fill)
	w.Data, w.Fill = data, fill
	return w
}

// differs says how what is seen differs from a case; "" where it doesn't.
func (c *kase) differs(w witness) string {
	want := c.want()
	switch {
	case w.Error != "":
		return w.Error
	case w.DType != "" && w.DType != want.DType:
		return fmt.Sprintf("differs: dtype %s", w.DType)
	case !equalJSON(w.Data, want.Data):
		return fmt.Sprintf("differs: elements %s", asJSON(w.Data))
	case w.Fill != nil && !equalJSON(w.Fill, want.Fill):
		return fmt.Sprintf("differs: fill value %s", asJSON(w.Fill))
	case w.Dims != nil && !slices.Equal(w.Dims, want.Dims):
		return fmt.Sprintf("differs: dimensions %v", w.Dims)
	case w.Attrs != nil && !equalJSON(w.Attrs, want.Attrs):
		return fmt.Sprintf("differs: attributes %v", w.Attrs)
	}
	return ""
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func equalJSON(a, b any) bool { return asJSON(a) == asJSON(b) }

// peer is a library, which reads what we write ("read") or writes what we read
// ("write").
type peer struct {
	library, does string
	cases         func(c kase) bool // those of the matrix it is asked for
	start         func(ctx context.Context, does, folder string) *exec.Cmd
}

func (p peer) String() string {
	return p.library + map[string]string{"read": " reads ours", "write": ", read by us"}[p.does]
}

func peers(t *testing.T) []peer {
	interpreter := needs(t, "NDGRID_PYTHON", "Python with zarr, tensorstore and xarray")
	folder := needs(t, "NDGRID_ZARRITA", "folder with zarrita")
	script, err := os.ReadFile(filepath.Join("testdata", "matrix.mjs"))
	require.NoError(t, err)
	inPython := func(library string) func(context.Context, string, string) *exec.Cmd {
		return func(ctx context.Context, does, folder string) *exec.Cmd {
			return exec.CommandContext(ctx, interpreter, filepath.Join("testdata", "matrix.py"), does, library, folder)
		}
	}
	node := func(ctx context.Context, _, where string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, "node", "--input-type=module", "-e", string(script), where)
		cmd.Dir = folder
		return cmd
	}
	all := func(kase) bool { return true }
	ours := func(c kase) bool { return c.written() }
	// Others than zarr-python know none or few of the codecs of numcodecs.
	known := func(c kase) bool { return !strings.HasPrefix(c.Codec, "numcodecs.") }
	knownOurs := func(c kase) bool { return c.written() && known(c) }
	// Whether zarrita has float16 depends on the version of Node.
	noHalf := func(c kase) bool { return knownOurs(c) && c.dtype != nd.Half }
	// xarray has no notion of order and fill value, and its own way to store times.
	plain := func(c kase) bool {
		return c.row == nil && c.Order == "C" && !c.edge && c.Codec != "big" && c.dtype.Kind() != nd.KindDatetime && c.dtype.Kind() != nd.KindTimedelta
	}
	return []peer{
		{"zarr-python", "read", ours, inPython("zarr")}, {"zarr-python", "write", all, inPython("zarr")},
		{"tensorstore", "read", knownOurs, inPython("tensorstore")}, {"tensorstore", "write", known, inPython("tensorstore")},
		{"xarray", "read", knownOurs, inPython("xarray")}, {"xarray", "write", plain, inPython("xarray")},
		{"zarrita", "read", noHalf, node},
	}
}

// ask has a peer do all its cases.
func (p peer) ask(ctx context.Context, all []kase, folder string) (map[string]witness, error) {
	list := slices.DeleteFunc(slices.Clone(all), func(c kase) bool { return !p.cases(c) })
	b, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	cmd := p.start(ctx, p.does, folder)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(b), &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", p, err, stderr.String())
	}
	seen := map[string]witness{}
	if err := json.Unmarshal(out, &seen); err != nil || p.does == "read" {
		return seen, err
	}
	for _, c := range list {
		if w := seen[c.Name]; w.Error == "" {
			url := filepath.Join(folder, c.Name)
			if p.library == "xarray" {
				url += "/v"
			}
			w = see(ctx, url)
			switch {
			case p.library == "xarray": // that has its own
				w.Fill = nil
				delete(w.Attrs, "_FillValue")
			case p.library == "tensorstore" && c.Version == 2: // that has none
				w.Dims, w.Attrs = nil, nil
			}
			seen[c.Name] = w
		}
	}
	return seen, nil
}

// TestMatrix has other libraries read what we have written in every combination
// of dtype, codec, order, shards and fill value, and reads what they have. What
// doesn't work is in the table of exceptions. With -update it writes what it has
// found to docs/interop.md.
func TestMatrix(t *testing.T) {
	t.Parallel()
	all := cases()
	ours := t.TempDir()
	for version, name := range map[string]string{"3": "v3", "2": "v2"} {
		g, err := storage.Create(t.Context(), filepath.Join(ours, name), map[string]string{"zarr_format": version})
		require.NoError(t, err)
		for _, c := range all {
			if c.written() && strings.HasPrefix(c.Name, name+"/") {
				require.NoError(t, c.writeOurs(t.Context(), g), c.Name)
			}
		}
		require.NoError(t, g.Commit(t.Context()))
		require.NoError(t, g.Close())
	}
	for _, c := range all {
		if !c.written() {
			continue
		}
		assert.Empty(t, c.differs(see(t.Context(), filepath.Join(ours, c.Name))), c.Name)
	}
	list := peers(t)
	seen, errs := make([]map[string]witness, len(list)), make([]error, len(list))
	var wg sync.WaitGroup
	for i, p := range list {
		folder := ours
		if p.does == "write" {
			folder = t.TempDir()
		}
		wg.Go(func() { seen[i], errs[i] = p.ask(t.Context(), all, folder) })
	}
	wg.Wait()
	found := map[*exception][]int{} // how many cases each peer has of an exception
	passed := map[string][][2]int{} // by row of the table: how many of how many pass, of each peer
	count := 0
	for i, p := range list {
		require.NoError(t, errs[i])
		for _, c := range all {
			if !p.cases(c) {
				continue
			}
			count++
			key := c.tableRow()
			if passed[key] == nil {
				passed[key] = make([][2]int, len(list))
			}
			passed[key][i][1]++
			w, ok := seen[i][c.Name]
			if !ok {
				w.Error = "nothing is said about it"
			}
			e, diff := exceptionOf(p, c), c.differs(w)
			switch {
			case e == nil:
				assert.Empty(t, diff, "%s: %s", p, c.Name)
			case diff == "":
				assert.Fail(t, "no exception any more", "%s: %s: %s", p, c.Name, e.why)
			default:
				assert.Contains(t, diff, e.shows, "%s: %s", p, c.Name)
				if found[e] == nil {
					found[e] = make([]int, len(list))
				}
				found[e][i]++
			}
			if diff == "" {
				passed[key][i][0]++
			}
		}
	}
	for i := range exceptions {
		assert.NotNil(t, found[&exceptions[i]], "no case is like that: %s", exceptions[i].why)
	}
	assert.GreaterOrEqual(t, len(all), 600)
	checkDoc(t, matrixDoc(list, all, count, passed, found))
}
