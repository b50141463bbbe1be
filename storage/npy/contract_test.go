package npy

import (
	"path/filepath"
	"testing"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/stretchr/testify/require"
)

func TestContract(t *testing.T) {
	storagetest.TestArray(t, func(t *testing.T, s storage.Spec) (storage.WritableArray, func(t *testing.T) storage.Array) {
		file := filepath.Join(t.TempDir(), "a.npy")
		w, err := storage.CreateArray(ctx, file, s, nil)
		require.NoError(t, err)
		return w, func(t *testing.T) storage.Array {
			// The file has no chunks: look at it through those it was written in.
			a, err := open(file)
			require.NoError(t, err)
			return newArray(a.f, a.path, a.h, s.Chunks)
		}
	})
}
