package main

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStores: an array looks the same on a server and in an archive.
func TestStores(t *testing.T) {
	demo(t)
	f, err := os.Create("demo.zarr.zip")
	require.NoError(t, err)
	w := zip.NewWriter(f)
	require.NoError(t, w.AddFS(os.DirFS("demo.zarr")))
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
	server := httptest.NewServer(http.FileServer(http.Dir(".")))
	defer server.Close()
	for _, root := range []string{server.URL + "/demo.zarr", "demo.zarr.zip", server.URL + "/demo.zarr.zip"} {
		for _, args := range [][]string{nil, {"--stats"}, {"--slice", "1, 2:4"}} {
			want := show(t, append([]string{"demo.zarr/air"}, args...)...)
			got := show(t, append([]string{root + "/air"}, args...)...)
			assert.Equal(t, want, strings.TrimPrefix(got, "demo.zarr/"), root) // a server's arrays have longer paths
		}
	}
	_, errs, status := ndinfo(t, server.URL+"/demo.zarr")
	assert.Contains(t, errs, "not consolidated")
	assert.Equal(t, 1, status)
	_, errs, _ = ndinfo(t, server.URL+"/air.nc/air")
	assert.Contains(t, errs, "not found: no zarr.json, .zarray or .zgroup there; HDF5 is read from files on disk only; ndinfo virtualize --url makes")
	assert.Equal(t, strings.Replace(show(t, "demo.zarr/sub"), ".zarr", ".zarr.zip", 1), show(t, "demo.zarr.zip/sub"))
	assert.Contains(t, show(t, "verify", "demo.zarr.zip"), "nothing is wrong")
}

// TestRemoteGroup: all arrays of a group on a server are asked for at once. Answers
// wait until they are, or 10 s: longer than a test that succeeds takes.
func TestRemoteGroup(t *testing.T) {
	t.Chdir(t.TempDir())
	const arrays = 20
	doc := `{"zarr_format": 2, "shape": [4], "chunks": [2], "dtype": "|u1", "compressor": null, "fill_value": 0, "order": "C", "filters": null}`
	files := map[string]string{"/g/.zgroup": `{"zarr_format": 2}`}
	var listed []string
	for i := range arrays {
		key := fmt.Sprintf("a%d/.zarray", i)
		files["/g/"+key] = doc
		listed = append(listed, fmt.Sprintf("%q: %s", key, doc))
	}
	files["/g/.zmetadata"] = `{"zarr_consolidated_format": 1, "metadata": {` + strings.Join(listed, ", ") + `}}`
	for _, args := range [][]string{{"URL"}, {"convert", "URL", "copy.zarr"}, {"diff", "URL", "URL"}} {
		var asked atomic.Int32
		all := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, ok := files[r.URL.Path]
			if strings.HasSuffix(r.URL.Path, "/.zarray") && ok {
				if asked.Add(1) == arrays {
					close(all)
				}
				select {
				case <-all:
				case <-time.After(10 * time.Second):
					assert.Fail(t, "arrays are asked for one after the other")
				}
			}
			if !ok {
				http.NotFound(w, r)
				return
			}
			_, _ = io.WriteString(w, text)
		}))
		for i, arg := range args {
			args[i] = strings.Replace(arg, "URL", server.URL+"/g", 1)
		}
		out := show(t, args...)
		if args[0] != "diff" {
			assert.Contains(t, out, "20 arrays", args)
		}
		server.Close()
	}
}
