package main

import (
	"archive/zip"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

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
