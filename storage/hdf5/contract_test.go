//go:build cgo && !nohdf5

package hdf5

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

// makeWith creates an array alone in a file.
func makeWith(codecs []string) storagetest.MakeArray {
	return func(t *testing.T, s storage.Spec) (storage.WritableArray, func(t *testing.T) storage.Array) {
		file := filepath.Join(t.TempDir(), "a.h5")
		root, err := create(t.Context(), file, nil)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, root.Close()) })
		s.Codecs = codecs
		if s.Chunks.Len() > 1 {
			s.MaxShape = slices.Repeat([]int{storage.Unlimited}, len(s.Shape))
		}
		a, err := root.CreateArray(t.Context(), "g/data", s)
		require.NoError(t, err)
		return a, func(t *testing.T) storage.Array {
			require.NoError(t, root.Commit(t.Context()))
			a, g, err := open(t.Context(), file, "g/data", nil)
			require.NoError(t, err)
			require.Nil(t, g)
			return a
		}
	}
}

func TestContract(t *testing.T) {
	for name, codecs := range map[string][]string{
		"default": nil, "none": {}, "all": {"shuffle", "gzip 1", "fletcher32"}, "zstd": {"zstd 3"}, "fletcher32": {"fletcher32"},
	} {
		t.Run(name, func(t *testing.T) { storagetest.TestArray(t, makeWith(codecs)) })
	}
	t.Run("groups", func(t *testing.T) {
		storagetest.TestGroup(t, func(t *testing.T) (storage.WritableGroup, func(t *testing.T) (storage.Group, error)) {
			file := filepath.Join(t.TempDir(), "g.h5")
			root, err := create(t.Context(), file, nil)
			require.NoError(t, err)
			return root, func(t *testing.T) (storage.Group, error) {
				_, g, err := open(t.Context(), file, "", nil)
				return g, err
			}
		})
	})
}
