package zip_test

import (
	stdzip "archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	_ "github.com/ndgrid/ndgrid/storage/zarr"
	"github.com/ndgrid/ndgrid/storage/zip"
)

// archive makes an archive of values, with folders as some programs have them.
func archive(t testing.TB, method uint16, values map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	_, err := w.Create("folder/")
	require.NoError(t, err)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		f, err := w.CreateHeader(&stdzip.FileHeader{Name: key, Method: method})
		require.NoError(t, err)
		_, err = f.Write([]byte(values[key]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// value keeps an archive in memory, and counts what is read of it.
func value(t testing.TB, content []byte) (storage.Value, *storagetest.Store) {
	t.Helper()
	s := &storagetest.Store{Store: mem.NewStore()}
	require.NoError(t, s.Put(context.Background(), "x.zip", content))
	return storage.Value{Store: s, Key: "x.zip", URL: "mem/x.zip"}, s
}

func TestContract(t *testing.T) {
	for _, method := range []uint16{stdzip.Store, stdzip.Deflate} {
		t.Run(fmt.Sprint(method), func(t *testing.T) {
			storagetest.TestReadOnly(t, func(t *testing.T, values map[string]string) storage.Store {
				v, _ := value(t, archive(t, method, values))
				s, err := zip.Open(t.Context(), v)
				require.NoError(t, err)
				return s
			})
		})
	}
}

// A part of an entry that isn't compressed costs that part; its header is read
// once.
func TestReads(t *testing.T) {
	v, counted := value(t, archive(t, stdzip.Store, map[string]string{"a": strings.Repeat("x", 1<<20), "b": "y"}))
	s, err := zip.Open(t.Context(), v)
	require.NoError(t, err)
	assert.Equal(t, 1, counted.Gets.Total(), "the list of entries is read in one piece")
	counted.Reset()
	for range 3 {
		b, err := s.GetRange(t.Context(), "a", 1000, 10, nil)
		require.NoError(t, err)
		assert.Equal(t, "xxxxxxxxxx", string(b))
	}
	assert.Equal(t, 4, counted.Gets.Total())
	assert.EqualValues(t, 30+3*10, counted.Bytes.Load())
}

// An archive may have more entries than 16 bits can count.
func TestZip64(t *testing.T) {
	values := map[string]string{}
	for i := range 70_000 {
		values[fmt.Sprintf("c/%d/%d", i/1000, i)] = ""
	}
	values["c/3/3333"] = "here"
	v, _ := value(t, archive(t, stdzip.Store, values))
	s, err := zip.Open(t.Context(), v)
	require.NoError(t, err)
	b, err := s.Get(t.Context(), "c/3/3333", nil)
	require.NoError(t, err)
	assert.Equal(t, "here", string(b))
	n := 0
	for e, err := range s.List(t.Context(), "c") {
		require.NoError(t, err)
		assert.True(t, e.Dir)
		n++
	}
	assert.Equal(t, 70, n)
}

// raw is an archive of one entry whose description may be a lie.
func raw(t testing.TB, h stdzip.FileHeader, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	f, err := w.CreateRaw(&h)
	require.NoError(t, err)
	_, err = f.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func deflated(t testing.TB, text string) []byte {
	t.Helper()
	a := archive(t, stdzip.Deflate, map[string]string{"k": text})
	r, err := stdzip.NewReader(bytes.NewReader(a), int64(len(a)))
	require.NoError(t, err)
	f := r.File[1]
	at, err := f.DataOffset()
	require.NoError(t, err)
	return a[at : at+int64(f.CompressedSize64)]
}

func TestHostile(t *testing.T) {
	text := strings.Repeat("0123456789", 100)
	sum, body := crc32.ChecksumIEEE([]byte(text)), deflated(t, text)
	good := stdzip.FileHeader{Name: "k", Method: stdzip.Deflate, CRC32: sum, CompressedSize64: uint64(len(body)), UncompressedSize64: 1000}
	for want, c := range map[string]struct {
		change func(*stdzip.FileHeader)
		body   []byte
		err    error
	}{
		"":                                {func(*stdzip.FileHeader) {}, body, nil},
		"its content's is":                {func(h *stdzip.FileHeader) { h.CRC32++ }, body, storage.ErrCorrupt},
		"unexpected EOF":                  {func(h *stdzip.FileHeader) { h.UncompressedSize64 = 1001 }, body, storage.ErrCorrupt},
		"doesn't end after 999 bytes":     {func(h *stdzip.FileHeader) { h.UncompressedSize64 = 999 }, body, storage.ErrCorrupt},
		"an entry of 1000000000000 bytes": {func(h *stdzip.FileHeader) { h.UncompressedSize64 = 1e12 }, body, storage.ErrCorrupt},
		"999999 when stored":              {func(h *stdzip.FileHeader) { h.CompressedSize64 = 999_999 }, body, storage.ErrCorrupt},
		"1000 bytes that are":             {func(h *stdzip.FileHeader) { h.Method = stdzip.Store }, body, storage.ErrCorrupt},
		"inflating up to byte":            {func(*stdzip.FileHeader) {}, bytes.Repeat([]byte{0xff}, len(body)), storage.ErrCorrupt},
		"compression method 14":           {func(h *stdzip.FileHeader) { h.Method = 14 }, body, storage.ErrUnsupported},
		"encrypted":                       {func(h *stdzip.FileHeader) { h.Flags |= 1 }, body, storage.ErrUnsupported},
	} {
		h := good
		c.change(&h)
		v, _ := value(t, raw(t, h, c.body))
		s, err := zip.Open(t.Context(), v)
		require.NoError(t, err, want)
		b, err := s.Get(t.Context(), "k", nil)
		if c.err == nil {
			require.NoError(t, err)
			assert.Equal(t, text, string(b))
			continue
		}
		assert.ErrorIs(t, err, c.err)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "mem/x.zip/k")
		assert.Empty(t, b)
	}
	for _, name := range []string{"../k", "/k", "a//k", "a/../k", "a\\k", "", "."} {
		h := good
		h.Name = name
		v, _ := value(t, raw(t, h, body))
		_, err := zip.Open(t.Context(), v)
		assert.ErrorIs(t, err, storage.ErrCorrupt, name)
		assert.ErrorContains(t, err, fmt.Sprintf("%q", name))
	}
	v, _ := value(t, []byte("PK\x03\x04 and nothing else"))
	_, err := zip.Open(t.Context(), v)
	assert.ErrorIs(t, err, storage.ErrCorrupt)
	v.Key = "absent"
	_, err = zip.Open(t.Context(), v)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	// The end of the list says that there are 2^32-1 entries in as many bytes.
	bomb := binary.LittleEndian.AppendUint64([]byte("PK\x05\x06\x00\x00\x00\x00"), 0xffff_fffe_fffe_fffe)
	v, _ = value(t, append(bomb, 0, 0, 0, 0, 0, 0))
	_, err = zip.Open(t.Context(), v)
	assert.Error(t, err)
}

// TestDuplicate: the last entry of a name counts.
func TestDuplicate(t *testing.T) {
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	for _, text := range []string{"old", "new"} {
		f, err := w.Create("k")
		require.NoError(t, err)
		_, err = f.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	v, _ := value(t, b.Bytes())
	s, err := zip.Open(t.Context(), v)
	require.NoError(t, err)
	got, err := s.Get(t.Context(), "k", nil)
	require.NoError(t, err)
	assert.Equal(t, "new", string(got))
}

// TestNpz: what NumPy's savez writes is an archive too, but no Zarr.
func TestNpz(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npz")
	require.NoError(t, os.WriteFile(path, archive(t, stdzip.Store, map[string]string{"a.npy": "\x93NUMPY"}), 0o600))
	for _, inner := range []string{"", "/a", "/a.npy"} {
		_, err := storage.OpenArray(t.Context(), path+inner)
		assert.ErrorIs(t, err, storage.ErrNotFound)
		assert.ErrorContains(t, err, "an npz file is an archive of npy files")
	}
}

// TestPython reads what zarr-python's ZipStore writes: stored and deflated,
// with attributes written twice, which leaves two entries of one name.
func TestPython(t *testing.T) {
	folder := t.TempDir()
	peer.Output(t, peer.Python(t, filepath.Join("testdata", "write.py"), folder))
	want := make([]int32, 600)
	for i := range want {
		want[i] = int32(i)
	}
	for _, name := range []string{"stored", "deflated"} {
		path := filepath.Join(folder, name+".zarr.zip")
		g, err := storage.OpenGroup(t.Context(), path)
		require.NoError(t, err)
		names, err := g.Names(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []storage.Child{{Name: "g", IsGroup: true}}, names)
		a, err := storage.OpenArray(t.Context(), path+"/g/a")
		require.NoError(t, err)
		units, err := storage.Attr[string](a.Meta().Attrs, "units")
		require.NoError(t, err)
		assert.Equal(t, "K", units)
		a, err = storage.OpenRef(t.Context(), a.Ref())
		require.NoError(t, err)
		got := make([]int32, len(want))
		require.NoError(t, storage.ReadBox(t.Context(), a, nd.Box{Start: []int{0, 0}, Shape: []int{20, 30}}, nd.AsBytes(got)))
		assert.Equal(t, want, got)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(archive(f, stdzip.Store, map[string]string{"a/b": "x", "zarr.json": "{}"}))
	f.Add(archive(f, stdzip.Deflate, map[string]string{"a/b": strings.Repeat("x", 100)}))
	f.Fuzz(func(t *testing.T, content []byte) {
		v, _ := value(t, content)
		s, err := zip.Open(t.Context(), v)
		if err != nil {
			return
		}
		var walk func(prefix string)
		walk = func(prefix string) {
			for e, err := range s.List(t.Context(), prefix) {
				require.NoError(t, err)
				key := storage.JoinKey(prefix, e.Name)
				if e.Dir {
					walk(key)
					continue
				}
				b, err := s.GetRange(t.Context(), key, 0, 1<<20, nil)
				if n, _ := s.Size(t.Context(), key); err == nil {
					assert.EqualValues(t, min(n, 1<<20), len(b))
				}
			}
		}
		walk("")
	})
}
