package kerchunk_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/http"
	"github.com/ndgrid/ndgrid/storage/kerchunk"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	_ "github.com/ndgrid/ndgrid/storage/zarr"
)

// open opens a manifest in memory, beside file "data" of ten digits.
func open(t testing.TB, manifest string, opts ...kerchunk.Option) (*kerchunk.Store, error) {
	t.Helper()
	s := mem.NewStore()
	require.NoError(t, s.Put(context.Background(), "d/refs.json", []byte(manifest)))
	require.NoError(t, s.Put(context.Background(), "d/data", []byte("0123456789")))
	require.NoError(t, s.Put(context.Background(), "secret", []byte("secret")))
	return kerchunk.Open(context.Background(), storage.Value{Store: s, Key: "d/refs.json", URL: "mem://host/d/refs.json"}, opts...)
}

func encode(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestContract(t *testing.T) {
	for name, version := range map[string]func(refs map[string]any) any{
		"version 0": func(refs map[string]any) any { return refs },
		"version 1": func(refs map[string]any) any { return map[string]any{"version": 1, "refs": refs} },
	} {
		t.Run(name, func(t *testing.T) {
			storagetest.TestReadOnly(t, func(t *testing.T, values map[string]string) storage.Store {
				refs, i := map[string]any{}, 0
				file := mem.NewStore()
				for key, v := range values {
					target := fmt.Sprintf("t%d", i)
					require.NoError(t, file.Put(t.Context(), "x/"+target, []byte(v)))
					require.NoError(t, file.Put(t.Context(), "x/long"+target, []byte("...."+v+"....")))
					refs[key] = []any{
						v, "base64:" + base64.StdEncoding.EncodeToString([]byte(v)), []any{target}, []any{"long" + target, 4, len(v)},
					}[i%4]
					i++
				}
				require.NoError(t, file.Put(t.Context(), "x/refs.json", []byte(encode(t, version(refs)))))
				s, err := kerchunk.Open(t.Context(), storage.Value{Store: file, Key: "x/refs.json", URL: "x/refs.json"})
				require.NoError(t, err)
				return s
			})
		})
	}
}

func TestTemplates(t *testing.T) {
	s, err := open(t, `{"version":1,"templates":{"u":"data","v":"{{f(x)}}"},"refs":{"k":["{{u}}",2,3],"j":["{{ u }}"],"doc":{"a":[1]}}}`)
	require.NoError(t, err)
	for key, want := range map[string]string{"k": "234", "j": "0123456789", "doc": `{"a":[1]}`} {
		v, err := s.Get(t.Context(), key, nil)
		require.NoError(t, err)
		assert.Equal(t, want, string(v))
	}
	for want, manifest := range map[string]string{
		`template "v" is itself a formula`: `{"version":1,"templates":{"v":"{{f(x)}}"},"refs":{"k":["{{v}}",2,3]}}`,
		`template "w(c='x')"`:              `{"version":1,"templates":{"w":"x"},"refs":{"k":["{{w(c='x')}}",2,3]}}`,
		`"gen"`:                            `{"version":1,"gen":[{"key":"x"}],"refs":{}}`,
		`version 2`:                        `{"version":2,"refs":{}}`,
	} {
		_, err := open(t, manifest)
		assert.ErrorIs(t, err, storage.ErrUnsupported, manifest)
		assert.ErrorContains(t, err, want)
	}
}

func TestHostile(t *testing.T) {
	for want, manifest := range map[string]string{
		"not a manifest":                     `{"version":1,"refs":[]}`,
		"not a manifest: unexpected end":     `{"version":1,"refs":{`,
		`without "refs"`:                     `{"version":1}`,
		"not UTF-8":                          "{\"version\":1,\"refs\":{\"\xff\":\"\"}}",
		`reference "../x"`:                   `{"version":1,"refs":{"../x":""}}`,
		`reference "/x"`:                     `{"version":1,"refs":{"/x":""}}`,
		`[url, offset, length]`:              `{"version":1,"refs":{"k":["data",1]}}`,
		"names no target":                    `{"version":1,"refs":{"k":["",1,2]}}`,
		"whole numbers, not negative":        `{"version":1,"refs":{"k":["data",-1,2]}}`,
		"1,-2]: offset and length are whole": `{"version":1,"refs":{"k":["data",1,-2]}}`,
		"1.5":                                `{"version":1,"refs":{"k":["data",1.5,2]}}`,
		"99999999999999999999":               `{"version":1,"refs":{"k":["data",1,99999999999999999999]}}`,
		"end beyond all files":               `{"version":1,"refs":{"k":["data",9223372036854775807,9223372036854775807]}}`,
		"illegal base64":                     `{"version":1,"refs":{"k":"base64:*"}}`,
		"null is neither":                    `{"version":1,"refs":{"k":null}}`,
	} {
		_, err := open(t, manifest)
		assert.ErrorIs(t, err, storage.ErrCorrupt, manifest)
		assert.ErrorContains(t, err, want, manifest)
		assert.ErrorContains(t, err, "mem://host/d/refs.json")
	}
	s, err := open(t, `{"version":1,"refs":{"gone":["nothing",0,4],"goneWhole":["nothing"],"beyond":["data",8,4],"far":["data",9223372036854770000,5000],
		"slash":["/etc/passwd"],"file":["file:///etc/passwd"],"up":["../secret"],"deep":["x/../../secret"],"other":["http://127.0.0.1:1/x"],"folder":["."]}}`)
	require.NoError(t, err)
	for key, want := range map[string]string{
		"gone": "target nothing", "goneWhole": "target nothing", "beyond": "it has 2 of the 4 bytes at 8", "far": "it has 0 of the 5000 bytes",
		"slash": "outside=true", "file": "outside=true", "up": "outside=true", "deep": "outside=true", "other": "outside=true", "folder": "outside=true",
	} {
		_, err := s.Get(t.Context(), key, nil)
		assert.ErrorContains(t, err, want, key)
		assert.ErrorContains(t, err, "refs.json/"+key)
		assert.NotErrorIs(t, err, storage.ErrNotFound, "which would mean a chunk of fill values")
	}
	_, err = s.Size(t.Context(), "goneWhole")
	assert.NotErrorIs(t, err, storage.ErrNotFound)
	assert.ErrorIs(t, err, storage.ErrCorrupt)
}

// TestOutside: a manifest reaches other folders and hosts only where it is told to.
func TestOutside(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for _, name := range []string{"i%/data", "out/data"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(name), 0o600))
	}
	require.NoError(t, os.Symlink("../out/data", filepath.Join(root, "i%", "link")))
	server := httptest.NewServer(http.FileServer(http.Dir(root)))
	t.Cleanup(server.Close)
	refs := map[string]any{
		"relative": []any{"data"}, "absolute": []any{filepath.Join(root, "i%/data")}, "url": []any{"file://" + filepath.Join(root, "i%/data")},
		"up": []any{"../out/data"}, "away": []any{filepath.Join(root, "out/data")}, "host": []any{server.URL + "/out/data"}, "link": []any{"link"},
	}
	array := `{"zarr_format":3,"node_type":"array","shape":[7],"data_type":"uint8","chunk_grid":{"name":"regular","configuration":{"chunk_shape":[7]}},
		"chunk_key_encoding":{"name":"default"},"fill_value":7,"codecs":["bytes"]}`
	refs["a/zarr.json"], refs["a/c/0"] = array, []any{"data"}
	refs["b/zarr.json"], refs["b/c/0"] = array, []any{"../out/data", 0, 7}
	refs["c/zarr.json"], refs["c/c/0"] = array, []any{server.URL + "/i%25/data", 0, 7}
	path := filepath.Join(root, "i%", "refs.json")
	require.NoError(t, os.WriteFile(path, []byte(encode(t, map[string]any{"version": 1, "refs": refs})), 0o600))
	for _, outside := range []string{"false", "true"} {
		s, _, err := storage.OpenStore(t.Context(), path, map[string]string{"outside": outside})
		require.NoError(t, err)
		for key, inside := range map[string]bool{"relative": true, "absolute": true, "url": true, "up": false, "away": false, "host": false} {
			v, err := s.Get(t.Context(), key, nil)
			switch {
			case inside:
				require.NoError(t, err, key)
				assert.Equal(t, "i%/data", string(v), key)
			case outside == "true":
				require.NoError(t, err, key)
				assert.Equal(t, "out/data", string(v), key)
			default:
				assert.ErrorIs(t, err, storage.ErrUnsupported, key)
			}
		}
		_, err = s.Get(t.Context(), "link", nil)
		assert.Error(t, err, "a link doesn't lead out of the folder")
	}
	read := func(url string, opts map[string]string) error {
		a, err := storage.OpenArray(t.Context(), url, opts)
		require.NoError(t, err)
		a, err = storage.OpenRef(t.Context(), a.Ref())
		require.NoError(t, err)
		_, err = a.ReadChunk(t.Context(), []int{0}, make([]byte, 7))
		return err
	}
	for _, url := range []string{path, "file://" + path, server.URL + "/i%25/refs.json"} {
		assert.NoError(t, read(url+"/a", nil), url)
		assert.ErrorContains(t, read(url+"/b", nil), "outside=true", url)
		assert.NoError(t, read(url+"/b", map[string]string{"outside": "true"}), url)
	}
	assert.NoError(t, read(server.URL+"/i%25/refs.json/c", nil), "the same folder, as a URL")
	assert.ErrorContains(t, read(path+"/c", nil), "outside=true")
	_, _, err = storage.OpenStore(t.Context(), path, map[string]string{"outside": "yes"})
	assert.ErrorContains(t, err, `outside="yes"`)
}

// TestManyTargets: a manifest of many files opens their folder once.
func TestManyTargets(t *testing.T) {
	opened, files := 0, mem.NewStore()
	storage.RegisterScheme("counted", func(_ context.Context, root string) (storage.Store, error) {
		opened++
		assert.Equal(t, "counted://host", root)
		return files, nil
	})
	refs := map[string]any{}
	for i := range 20 {
		name := fmt.Sprintf("d/t%d", i)
		require.NoError(t, files.Put(t.Context(), name, []byte(name)))
		refs[name] = []any{"counted://host/" + name}
	}
	s, err := open(t, encode(t, refs), kerchunk.Outside())
	require.NoError(t, err)
	for key := range refs {
		v, err := s.Get(t.Context(), key, nil)
		require.NoError(t, err)
		assert.Equal(t, key, string(v))
	}
	assert.Equal(t, 1, opened)
}

// TestPython compares with what fsspec makes of the same manifest, and with what
// h5py has written.
func TestPython(t *testing.T) {
	folder := t.TempDir()
	var want map[string][]byte
	require.NoError(t, json.Unmarshal(peer.Output(t, peer.Python(t, filepath.Join("testdata", "write.py"), folder)), &want))
	path := filepath.Join(folder, "refs.json")
	s, key, err := storage.OpenStore(t.Context(), path, nil)
	require.NoError(t, err)
	assert.Empty(t, key)
	assert.Len(t, want, 15)
	for key, v := range want {
		got, err := s.Get(t.Context(), key, nil)
		require.NoError(t, err)
		assert.Equal(t, string(v), string(got), key)
	}
	a, err := storage.OpenArray(t.Context(), path+"/a")
	require.NoError(t, err)
	assert.Equal(t, []string{"y", "x"}, a.Meta().Dims)
	got := make([]int32, 35)
	require.NoError(t, storage.ReadBox(t.Context(), a, nd.Box{Start: []int{0, 0}, Shape: []int{5, 7}}, nd.AsBytes(got)))
	for i, v := range got {
		assert.EqualValues(t, 3*i, v)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(`{"version":1,"templates":{"u":"data"},"refs":{"k":["{{u}}",2,3],".zgroup":"{}","b":"base64:eA=="}}`)
	f.Add(`{"a/.zarray":{"shape":[1]},"a/0":["data",0,10]}`)
	f.Add(`{"version":1,"gen":[],"refs":{"k":["../secret"]}}`)
	f.Fuzz(func(t *testing.T, manifest string) {
		s, err := open(t, manifest)
		if err != nil {
			return
		}
		for e, err := range s.List(t.Context(), "") {
			require.NoError(t, err)
			if e.Dir {
				continue
			}
			v, err := s.Get(t.Context(), e.Name, nil)
			if err == nil && e.Size >= 0 {
				assert.EqualValues(t, e.Size, len(v))
			}
			assert.False(t, strings.Contains(string(v), "secret") && !strings.Contains(manifest, "secret"))
		}
	})
}
