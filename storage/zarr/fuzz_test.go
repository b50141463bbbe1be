package zarr

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
)

const array3 = `{"zarr_format":3,"node_type":"array","shape":[3,0],"data_type":{"name":"numpy.datetime64","configuration":{"unit":"s","scale_factor":2}},
"chunk_grid":{"name":"regular","configuration":{"chunk_shape":[2,1]}},"chunk_key_encoding":{"name":"v2","configuration":{"separator":"/"}},
"fill_value":"NaT","codecs":[{"name":"transpose","configuration":{"order":[1,0]}},{"name":"bytes","configuration":{"endian":"big"}},"crc32c"],
"attributes":{"a":NaN,"b":[1,2.5,{"c":null}],"d":-Infinity},"dimension_names":["x",null],"extra":{"must_understand":false}}`

const array2 = `{"zarr_format":2,"shape":[5],"chunks":[2],"dtype":">M8[10us]","compressor":{"id":"zlib","level":1},"fill_value":0,"order":"F","filters":null,"dimension_separator":"/"}`

const sharded = `{"zarr_format":3,"node_type":"array","shape":[5],"data_type":"uint8","chunk_grid":{"name":"regular","configuration":{"chunk_shape":[4]}},
"chunk_key_encoding":"default","fill_value":0,"codecs":[{"name":"sharding_indexed","configuration":{"chunk_shape":[2],"codecs":["bytes"],
"index_codecs":[{"name":"bytes","configuration":{"endian":"little"}},"crc32c"],"index_location":"start"}}]}`

// FuzzMetadata opens what it is given; documents that open must survive being
// read in chunks, and say what can be written down again.
func FuzzMetadata(f *testing.F) {
	for _, doc := range []string{array3, sharded, `{"zarr_format":3,"node_type":"group","attributes":{"x":1}}`, `{"a":"\\\"","b":"` + "\x00" + `"}`} {
		f.Add(true, doc)
	}
	f.Add(true, strings.Replace(sharded, `["bytes"]`, `[{"name":"scale_offset","configuration":{"offset":1,"scale":2}},{"name":"cast_value","configuration":
		{"data_type":"int16","scalar_map":{"decode":[[-1,2]]}}},{"name":"bytes","configuration":{"endian":"little"}}]`, 1))
	f.Add(false, array2)
	f.Add(false, `{"zarr_format":2,"shape":[],"chunks":[],"dtype":"|S3","compressor":null,"fill_value":"YWJj","order":"C","filters":[]}`)
	f.Fuzz(func(t *testing.T, v3 bool, doc string) {
		name := ".zarray"
		if v3 {
			name = "zarr.json"
		}
		s := mem.NewStore()
		require.NoError(t, s.Put(t.Context(), name, []byte(doc)))
		a, g, err := OpenStore(t.Context(), s, "")
		if err != nil {
			return
		}
		if g != nil {
			_, err := attrsDoc(g.Attrs())
			require.NoError(t, err)
			return
		}
		m := a.Meta()
		require.Equal(t, m.Shape, m.ReadGrid.Shape())
		_, err = toJSON(map[string]any(m.Attrs))
		require.NoError(t, err)
		if m.DType.Size() > 0 {
			_, err = FillJSON(m.DType, m.Fill)
			require.NoError(t, err)
		}
		if m.ReadGrid.Len() == 0 {
			return
		}
		first := make([]int, len(m.Shape))
		if m.DType.Size() == 0 {
			_, present, _ := a.(storage.StringReader).ReadStrings(t.Context(), first)
			require.False(t, present)
			return
		}
		if n, err := nd.SizeOf(append(m.ReadGrid.Box(first).Shape, m.DType.Size())); err == nil && n < 1<<20 {
			present, _ := a.ReadChunk(t.Context(), first, make([]byte, n))
			require.False(t, present)
		}
	})
}

const textShards = `{"zarr_format":3,"node_type":"array","shape":[2,3],"data_type":"string","chunk_grid":{"name":"regular","configuration":{"chunk_shape":[2,4]}},
"chunk_key_encoding":"default","fill_value":"x","codecs":[BEFORE{"name":"sharding_indexed","configuration":{"chunk_shape":[1,2],"codecs":["vlen-utf8"],
"index_codecs":[{"name":"bytes","configuration":{"endian":"little"}}]}}]}`

// FuzzTextShard reads what it is given as a shard of texts, between other codecs and
// not.
func FuzzTextShard(f *testing.F) {
	docs := []string{strings.Replace(textShards, "BEFORE", "", 1),
		strings.Replace(strings.Replace(textShards, "BEFORE", `{"name":"transpose","configuration":{"order":[1,0]}},`, 1), `"chunk_shape":[2,4]`, `"chunk_shape":[2,2]`, 1)}
	for _, doc := range docs {
		s := mem.NewStore()
		require.NoError(f, s.Put(f.Context(), "zarr.json", []byte(doc)))
		a, err := OpenWritableArrayStore(f.Context(), s, "")
		require.NoError(f, err)
		box := nd.Box{Start: []int{0, 0}, Shape: []int{2, 2}}
		require.NoError(f, storage.WriteStrings(f.Context(), a, box, []string{"a", "", "—", "x"}))
		value, err := s.Get(f.Context(), "c/0/0", nil)
		require.NoError(f, err)
		f.Add(uint8(0), value)
		f.Add(uint8(1), value)
	}
	f.Fuzz(func(t *testing.T, which uint8, value []byte) {
		s := mem.NewStore()
		require.NoError(t, s.Put(t.Context(), "zarr.json", []byte(docs[int(which)%len(docs)])))
		require.NoError(t, s.Put(t.Context(), "c/0/0", value))
		a, _, err := OpenStore(t.Context(), s, "")
		require.NoError(t, err)
		for coord, box := range a.Meta().ReadGrid.Boxes() {
			elems, present, err := a.(storage.StringReader).ReadStrings(t.Context(), coord)
			if err != nil {
				require.ErrorIs(t, err, storage.ErrCorrupt)
			} else if present {
				require.Len(t, elems, box.Size())
			}
		}
	})
}

// FuzzChunk decodes what it is given as a chunk.
func FuzzChunk(f *testing.F) {
	codecs := []string{"zstd 3", "gzip 1", "crc32c", "zlib 1"}
	spec := func(which uint8) storage.Spec {
		return storage.Spec{DType: nd.Int16, Shape: []int{5}, Codecs: []string{"bytes big", codecs[int(which)%len(codecs)]}, Options: map[string]string{"chunks": "3"}}
	}
	for i := range codecs {
		s := mem.NewStore()
		a, err := CreateArrayStore(f.Context(), s, "", spec(uint8(i)), nil)
		require.NoError(f, err)
		require.NoError(f, a.WriteChunk(f.Context(), []int{1}, []byte{1, 2, 3, 4}))
		chunk, err := s.Get(f.Context(), "c/1", nil)
		require.NoError(f, err)
		f.Add(uint8(i), chunk)
	}
	f.Fuzz(func(t *testing.T, which uint8, chunk []byte) {
		s := mem.NewStore()
		a, err := CreateArrayStore(t.Context(), s, "", spec(which), nil)
		require.NoError(t, err)
		require.NoError(t, s.Put(t.Context(), "c/1", chunk))
		if _, err := a.ReadChunk(t.Context(), []int{1}, make([]byte, 4)); err != nil {
			require.ErrorIs(t, err, storage.ErrCorrupt)
		}
	})
}

// FuzzShard reads what it is given as a shard of two chunks of two bytes, and
// compares with the two lines of the specification that say where they are.
func FuzzShard(f *testing.F) {
	const none = math.MaxUint64
	index := func(v ...uint64) (b []byte) {
		for _, v := range v {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
		return b
	}
	for _, first := range []bool{false, true} {
		for _, entries := range [][]byte{index(0, 2, 2, 2), index(32, 2, 34, 2), index(none, none, 0, 2), index(0, 4, none, 0), index(1<<63, 2, 2, none-1)} {
			f.Add(first, false, append([]byte("abcd"), entries...))
			f.Add(first, false, append(entries, "abcd"...))
			sum := binary.LittleEndian.AppendUint32(entries, crc32.Checksum(entries, crc32.MakeTable(crc32.Castagnoli)))
			f.Add(first, true, append(sum, "abcd"...))
			f.Add(first, true, append([]byte("abcd"), sum...))
		}
	}
	f.Fuzz(func(t *testing.T, first, summed bool, shard []byte) {
		doc, n := sharded, 36
		if !first {
			doc = strings.Replace(doc, `"start"`, `"end"`, 1)
		}
		if !summed {
			doc, n = strings.Replace(doc, `,"crc32c"]`, "]", 1), 32
		}
		s := mem.NewStore()
		require.NoError(t, s.Put(t.Context(), "zarr.json", []byte(doc)))
		require.NoError(t, s.Put(t.Context(), "c/0", shard))
		a, _, err := OpenStore(t.Context(), s, "")
		require.NoError(t, err)

		var entries []byte
		if len(shard) >= n {
			if entries = shard[len(shard)-n:]; first {
				entries = shard[:n]
			}
			if summed && binary.LittleEndian.Uint32(entries[32:]) != crc32.Checksum(entries[:32], crc32.MakeTable(crc32.Castagnoli)) {
				entries = nil
			}
		}
		whole, good := []byte{0, 0, 0, 0}, true
		for i := range 2 {
			want, valid, present := []byte{0, 0}, entries != nil, false
			if valid {
				offset, length := binary.LittleEndian.Uint64(entries[16*i:]), binary.LittleEndian.Uint64(entries[16*i+8:])
				if present = offset != none || length != none; present {
					if valid = length == 2 && offset <= uint64(len(shard)) && uint64(len(shard))-offset >= 2; valid {
						want = shard[offset : offset+2]
					}
				}
			}
			copy(whole[2*i:], want)
			good = good && valid
			got := []byte{0, 0}
			there, err := a.ReadChunk(t.Context(), []int{i}, got)
			if !valid {
				require.ErrorIs(t, err, storage.ErrCorrupt)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, present, there)
			if there {
				require.Equal(t, want, got)
			}
		}
		got := make([]byte, 4)
		err = a.(storage.RegionReader).ReadRegion(t.Context(), nd.Box{Start: []int{0}, Shape: []int{4}}, got)
		if !good {
			require.ErrorIs(t, err, storage.ErrCorrupt)
			return
		}
		require.NoError(t, err)
		require.Equal(t, whole, got)
	})
}

// TestFillValues writes any bits as a fill value and reads them back.
func TestFillValues(t *testing.T) {
	dtypes := []nd.DType{nd.Bool, nd.Int8, nd.Int16, nd.Int32, nd.Int64, nd.Uint8, nd.Uint16, nd.Uint32, nd.Uint64, nd.Half, nd.Float32,
		nd.Float64, nd.Complex64, nd.Complex128, nd.Datetime64("D"), nd.Timedelta64("ns"), nd.Sized(nd.KindRaw, 3), nd.Sized(nd.KindBytes, 5)}
	rapid.Check(t, func(r *rapid.T) {
		d := rapid.SampledFrom(dtypes).Draw(r, "dtype")
		fill := rapid.SliceOfN(rapid.Byte(), d.Size(), d.Size()).Draw(r, "fill")
		if d == nd.Bool {
			fill[0] &= 1
		}
		v, err := FillJSON(d, fill)
		require.NoError(r, err)
		b, err := encode(object{"fill": v})
		require.NoError(r, err)
		doc, err := decode(b)
		require.NoError(r, err)
		got, err := (&header{version: 3, meta: storage.Meta{DType: d}}).parseFill(doc["fill"])
		require.NoError(r, err, "%s", b)
		require.Equal(r, fill, got, "%s", b)
	})
}

func TestFillTexts(t *testing.T) {
	for _, c := range []struct {
		d    nd.DType
		fill []byte
		want string
	}{
		{nd.Float32, nd.AsBytes([]float32{0.1}), `0.1`}, {nd.Float64, nd.AsBytes([]float64{3}), `3.0`}, {nd.Float64, nil, `0.0`},
		{nd.Float64, nd.AsBytes([]float64{math.Copysign(0, -1)}), `-0.0`}, {nd.Float32, nd.AsBytes([]uint32{0x7fc00000}), `"NaN"`},
		{nd.Float32, nd.AsBytes([]uint32{0x7fc00001}), `"0x7fc00001"`}, {nd.Half, nd.AsBytes([]uint16{0xfc00}), `"-Infinity"`},
		{nd.Uint64, nd.AsBytes([]uint64{math.MaxUint64}), `18446744073709551615`}, {nd.Int8, []byte{0x80}, `-128`}, {nd.Bool, []byte{1}, `true`},
		{nd.Complex64, nd.AsBytes([]complex64{complex(1, float32(math.Inf(1)))}), `[1.0,"Infinity"]`},
		{nd.Sized(nd.KindRaw, 2), []byte{1, 255}, `"Af8="`}, {nd.Sized(nd.KindUTF32, 8), []byte{0xe4, 0, 0, 0, 0, 0, 0, 0}, `"ä"`},
	} {
		v, err := FillJSON(c.d, c.fill)
		require.NoError(t, err)
		b, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Equal(t, c.want, string(b), "%s % x", c.d, c.fill)
	}
}
