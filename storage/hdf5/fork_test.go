//go:build cgo && !nohdf5 && linux

package hdf5

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestChildren starts a program while files are open, which must not keep them,
// and their locks, open after us.
func TestChildren(t *testing.T) {
	files := func() string {
		out, err := exec.CommandContext(t.Context(), "ls", "-l", "/proc/self/fd").Output()
		require.NoError(t, err)
		return string(out)
	}
	g, err := create(t.Context(), filepath.Join(t.TempDir(), "new.h5"), nil)
	require.NoError(t, err)
	openGroupT(t, "testdata/types.h5", "")
	text := files()
	assert.NotContains(t, text, ".h5")
	assert.Contains(t, text, "->")
	require.NoError(t, g.Close())
}
