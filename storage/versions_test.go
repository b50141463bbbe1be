package storage_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
)

// TestVersions: all parts of a value are of the version of the first, as far as a
// server tells versions apart.
func TestVersions(t *testing.T) {
	var v storage.Versions
	require.NoError(t, v.Same("k", `"a"`, "Monday"))
	assert.NoError(t, v.Same("k", `W/"a"`, "Tuesday"), "where there are ETags they count, weak or strong")
	assert.NoError(t, v.Same("k", "", "Monday"))
	assert.NoError(t, v.Same("k", "", ""), "it says nothing")
	assert.NoError(t, v.Same("other", `"b"`, "Tuesday"))
	assert.ErrorIs(t, v.Same("k", `"b"`, "Monday"), storage.ErrChanged)
	assert.ErrorIs(t, v.Same("k", "", "Tuesday"), storage.ErrChanged)
	assert.ErrorIs(t, v.Absent("k"), storage.ErrChanged)
	assert.Equal(t, storage.ErrNotFound, v.Absent("none"))

	v.Forget("k", "none")
	assert.Equal(t, storage.ErrNotFound, v.Absent("k"))
	assert.ErrorIs(t, v.Absent("other"), storage.ErrChanged)
	assert.NoError(t, v.Same("k", "", ""), "nothing to compare with others")
	assert.NoError(t, v.Same("k", `"b"`, ""))
	assert.ErrorIs(t, v.Same("k", `"c"`, ""), storage.ErrChanged)
}
