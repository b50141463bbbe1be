package codec_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// packedCodec is a codec as version 3 has it.
type packedCodec struct {
	Name          string
	Configuration codec.Params
}

// packedCase is a case of testdata/packed.py.
type packedCase struct {
	DType         string
	Shape         []int
	Codecs        []packedCodec
	Data, Encoded []byte
	Decoded       []byte // nil where it is Data
}

func packedCases(t testing.TB) (all struct {
	Cases, Bare []packedCase
	Refused     []packedCodec
}) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "packed.json"))
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // as package zarr does
	require.NoError(t, d.Decode(&all))
	require.NotEmpty(t, all.Cases)
	require.NotEmpty(t, all.Bare)
	require.NotEmpty(t, all.Refused)
	return all
}

func (c packedCase) chain(t testing.TB) *codec.Chain {
	t.Helper()
	d, err := nd.ParseDType(c.DType)
	require.NoError(t, err)
	var configs []codec.Config
	for _, x := range c.Codecs {
		configs = append(configs, codec.Config{Name: x.Name, Params: x.Configuration})
	}
	chain, err := codec.New(d, c.Shape, configs)
	require.NoError(t, err, "%v", c.Codecs)
	return chain
}

// decodes checks what a case decodes to, and that parts of it are errors.
func (c packedCase) decodes(t *testing.T) {
	t.Helper()
	want := c.Decoded
	if want == nil {
		want = c.Data
	}
	chain, got := c.chain(t), make([]byte, len(c.Data))
	require.NoError(t, chain.Decode(got, c.Encoded), "%v of %s", c.Codecs, c.DType)
	require.Equal(t, want, got, "%v of %s", c.Codecs, c.DType)
	for cut := range len(c.Encoded) {
		require.ErrorIs(t, chain.Decode(got, c.Encoded[:cut]), storage.ErrCorrupt, "%v of %s, cut at %d", c.Codecs, c.DType, cut)
	}
}

// TestPackedGolden decodes and encodes, to the byte, what zarrs does.
func TestPackedGolden(t *testing.T) {
	all := packedCases(t)
	for _, c := range all.Cases {
		c.decodes(t)
		enc, err := c.chain(t).Encode([]byte("before"), c.Data)
		require.NoError(t, err)
		require.Equal(t, "before"+string(c.Encoded), string(enc), "%v of %s", c.Codecs, c.DType)
	}
	for _, c := range all.Bare {
		c.decodes(t)
		chain := c.chain(t)
		enc, err := chain.Encode(nil, c.Data)
		require.NoError(t, err)
		require.Len(t, enc, len(c.Encoded)+1, "the specification has a byte more")
		got := make([]byte, len(c.Data))
		require.NoError(t, chain.Decode(got, enc))
		require.Equal(t, c.Data, got)
		enc[0], enc[len(enc)-1] = enc[0]+1, enc[len(enc)-1]+1
		require.ErrorIs(t, chain.Decode(got, enc), storage.ErrCorrupt)
	}
	for _, x := range all.Refused {
		_, err := codec.New(nd.Int16, []int{2, 3, 4}, []codec.Config{{Name: x.Name, Params: x.Configuration}, {Name: "bytes", Params: codec.Params{"endian": "little"}}})
		assert.ErrorContains(t, err, "reshape", "%v", x.Configuration)
	}
}

// TestReshapeAligned has what the specification says of axes that are named and
// zarrs doesn't mind: as many elements must lie before, and behind.
func TestReshapeAligned(t *testing.T) {
	list := func(v ...any) []any { return v }
	for ok, shapes := range map[bool][][]any{
		true:  {{1, list(0), 12, 1}, {list(0), list(), 3, list(2)}, {2, list(1), -1}},
		false: {{list(0), list(2), 3}, {4, list(1), 2}, {list(0, 2), 3}, {2, 3, list(0), 2}, {list(1), 8}},
	} {
		for _, s := range shapes {
			_, err := codec.New(nd.Int16, []int{2, 3, 4}, []codec.Config{{Name: "reshape", Params: codec.Params{"shape": s}}, {Name: "packbits"}})
			assert.Equal(t, ok, err == nil, "%v: %v", s, err)
		}
	}
}

// FuzzPacked gives any bytes to the codecs of any case.
func FuzzPacked(f *testing.F) {
	all := packedCases(f)
	cases := append(all.Cases, all.Bare...)
	for i, c := range cases {
		f.Add(uint16(i), c.Encoded)
	}
	f.Fuzz(func(t *testing.T, which uint16, data []byte) {
		c := cases[int(which)%len(cases)]
		if err := c.chain(t).Decode(make([]byte, len(c.Data)), data); err != nil {
			require.ErrorIs(t, err, storage.ErrCorrupt)
		}
	})
}
