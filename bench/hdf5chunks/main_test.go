package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage/hdf5"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), 128<<10, 2, &out)
	if !hdf5.Available() {
		require.ErrorContains(t, err, "HDF5")
		return
	}
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 3+len(layouts)*len(codecs))
	assert.Equal(t, "mean of float64 (16, 1024), 128 KiB, files in the system's cache; ", lines[0][:66])
	assert.Regexp(t, `^ +8 +shuffle, zstd 3 +[1-9]`, lines[len(lines)-1])
}
