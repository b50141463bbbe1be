//go:build cgo && !nohdf5

package hdf5

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
)

// TestDeadLinks looks at links of h5py's that lead nowhere, or to what is no
// array or group.
func TestDeadLinks(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, python(t, dir, "-c", `
import h5py, numpy
with h5py.File("links.h5", "w") as f:
    f["a"] = [1, 2]
    f["type"] = numpy.dtype("f4")
    f["soft"] = h5py.SoftLink("/a")
    f["self"] = h5py.ExternalLink("links.h5", "/a")
    f["g/broken"] = h5py.SoftLink("/nope")
    f["g/circle"] = h5py.SoftLink("circle")
    f["g/no file"] = h5py.ExternalLink("gone.h5", "/x")
    f["g/no object"] = h5py.ExternalLink("links.h5", "/x")
    f["g/typed"] = h5py.SoftLink("/type")
`).Run())
	_, root, err := open(t.Context(), filepath.Join(dir, "links.h5"), "", nil)
	require.NoError(t, err)
	defer root.Close()
	audit := func(g storage.Group) map[string]string {
		found := map[string]string{}
		require.NoError(t, g.(storage.Auditor).Audit(t.Context(), func(key string, finding error) { found[key] = finding.Error() }))
		return found
	}
	assert.Empty(t, audit(root))
	sub, err := root.Group(t.Context(), "g")
	require.NoError(t, err)
	defer sub.Close()
	found := audit(sub)
	assert.Equal(t, map[string]string{
		"g/broken":    `a soft link to "/nope", where no array or group is`,
		"g/circle":    `a soft link to "circle", where no array or group is`,
		"g/no file":   `an external link to "/x" in file "gone.h5", where no array or group is found`,
		"g/no object": `an external link to "/x" in file "links.h5", where no array or group is found`,
	}, found)
	names, err := sub.Names(t.Context())
	require.NoError(t, err)
	assert.Empty(t, names)
	found["g/typed"] = `a soft link to "/type", where no array or group is`
	found["type"] = "neither an array nor a group"
	for path, text := range found {
		_, err := root.Array(t.Context(), path)
		assert.ErrorIs(t, err, storage.ErrNotFound)
		assert.ErrorContains(t, err, text)
	}
}
