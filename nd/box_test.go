package nd_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ndgrid/ndgrid/nd"
)

func TestBoxReplaceAxis(t *testing.T) {
	b := nd.Box{Start: []int{4, 1, 0}, Shape: []int{2, 2, 7}}
	assert.Equal(t, nd.Box{Start: []int{4, 9, 0}, Shape: []int{2, 0, 7}}, b.ReplaceAxis(1, 9, 0))
	assert.Equal(t, nd.Box{Start: []int{4, 1, 0}, Shape: []int{2, 2, 7}}, b, "the box itself is as it was")
}

func TestBoxIndices(t *testing.T) {
	list := func(b nd.Box) (all [][]int) {
		for index := range b.Indices() {
			all = append(all, slices.Clone(index))
		}
		return all
	}
	assert.Equal(t, [][]int{{4, 1}, {4, 2}, {5, 1}, {5, 2}}, list(nd.Box{Start: []int{4, 1}, Shape: []int{2, 2}}))
	assert.Equal(t, [][]int{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, list(nd.WholeBox([]int{2, 2})))
	assert.Len(t, list(nd.Box{}), 1, "one element without axes")
	assert.Empty(t, list(nd.Box{Start: []int{3, 0}, Shape: []int{2, 0}}))
	for range (nd.Box{Start: []int{0}, Shape: []int{9}}).Indices() {
		break
	}
}
