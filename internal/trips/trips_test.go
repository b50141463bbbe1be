package trips

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWrite(t *testing.T) {
	var a, b bytes.Buffer
	require.NoError(t, Write(&a, 2, 100))
	require.NoError(t, Write(&b, 2, 100))
	assert.Equal(t, a.String(), b.String(), "the same every time")
	lines := strings.Split(strings.TrimSpace(a.String()), "\n")
	require.Len(t, lines, 101)
	for i, line := range lines {
		assert.Equal(t, 13, strings.Count(line, ","), line)
		if i > 0 {
			assert.Contains(t, line, ",2015-02-")
		}
	}
}

func TestFolder(t *testing.T) {
	for _, name := range []string{"TMPDIR", "TMP"} {
		t.Setenv(name, t.TempDir())
	}
	for range 2 { // written, and found
		dir, err := Folder(3)
		require.NoError(t, err)
		files, err := filepath.Glob(filepath.Join(dir, "trips-2015-*.csv"))
		require.NoError(t, err)
		assert.Len(t, files, 12)
	}
}
