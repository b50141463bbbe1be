package storage_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// More axes than a stored array has are copied too: arrays that are computed may have them.
func TestCopyBoxManyAxes(t *testing.T) {
	ones := slices.Repeat([]int{1}, storage.MaxAxes)
	box := func(start, shape []int) nd.Box {
		return nd.Box{Start: append(make([]int, len(ones)), start...), Shape: append(slices.Clone(ones), shape...)}
	}
	src := []byte("abcdefghijkl") // 3×4
	dst := []byte("....")         // 2×2
	part := box([]int{1, 2}, []int{2, 2})
	storage.CopyBox(dst, part, src, box([]int{0, 0}, []int{3, 4}), part, 1)
	assert.Equal(t, "ghkl", string(dst))
}
