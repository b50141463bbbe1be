package interop

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/hdf5"
)

// needsHDF5 skips a test in builds without HDF5. Such tests don't run beside
// others: libhdf5's open files, and the locks on them, pass to programs that
// another test starts.
func needsHDF5(t *testing.T) {
	t.Helper()
	if !hdf5.Available() {
		t.Skip("this build has no HDF5")
	}
}

func TestH5pyReadsOurs(t *testing.T) {
	needsHDF5(t)
	needs(t, "NDGRID_PYTHON", "Python with h5py")
	file := filepath.Join(t.TempDir(), "ours.h5")
	g, err := storage.Create(t.Context(), file, nil)
	require.NoError(t, err)
	want := map[string]seen{
		"group/cube": put(t, g, "group/cube", newSample[float64]([]int{5, 4, 3}, []int{2, 3, 2}), storage.Spec{}),
		"scalar":     put(t, g, "scalar", newSample[int64]([]int{}, []int{}), storage.Spec{}),
		"sparse":     putSparse(t, g),
	}
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	codecs := map[string][]string{"default": nil, "gzip": {"gzip 5"}, "checked": {"shuffle", "gzip 1", "fletcher32"}, "none": {}}
	saveAll(t, want, file, "", common, codecs)
	saveAll(t, want, file, "more ", others, codecs)
	got := map[string]seen{}
	python(t, &got, "read-hdf5", file)
	equal(t, want, got)
}

func TestWeReadH5py(t *testing.T) {
	needsHDF5(t)
	file := filepath.Join(t.TempDir(), "theirs.h5")
	var want map[string]seen
	python(t, &want, "write-hdf5", file)
	for name, w := range want {
		t.Run(name, func(t *testing.T) { assert.Equal(t, w, look(t, file+"/"+name)) })
	}
}
