package zarr_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// variants are ways to store an array that keep the contract alike.
var variants = map[string]func(*storage.Spec){
	"shards": func(s *storage.Spec) { shards(s, 1) },
	"shards F at start": func(s *storage.Spec) {
		shards(s, 1)
		s.Order, s.Options = "F", map[string]string{"index": "start"}
	},
	"nested shards": func(s *storage.Spec) { shards(s, 2) },
	"default":       func(*storage.Spec) {},
	"plain":         func(s *storage.Spec) { s.Codecs = []string{} },
	"F big gzip crc32c": func(s *storage.Spec) {
		s.Order, s.Codecs = "F", []string{"bytes big", "gzip 1", "crc32c"}
	},
	"crc32c alone": func(s *storage.Spec) { s.Codecs = []string{"crc32c"} },
	"shuffle zlib": func(s *storage.Spec) { s.Codecs = []string{"shuffle", "zlib 6"} },
	"blosc":        func(s *storage.Spec) { s.Codecs = []string{"blosc zstd"} },
	"separator":    func(s *storage.Spec) { s.Options = map[string]string{"separator": "."} },
}

// shards makes chunks into shards of chunks of one element, through levels of
// shards of a shape in between.
func shards(s *storage.Spec, levels int) {
	chunk, ok := s.Chunks.Regular()
	if !ok || len(chunk) == 0 {
		return
	}
	s.Codecs = nil
	for i := range levels {
		if i > 0 || chunk[0]%2 == 1 {
			chunk = slices.Repeat([]int{1}, len(chunk))
		}
		s.Codecs = append(s.Codecs, "sharding ("+strings.Trim(strings.ReplaceAll(fmt.Sprint(chunk), " ", ", "), "[]")+")")
	}
	s.Codecs = append(s.Codecs, "zstd 1")
}

func TestArrayContract(t *testing.T) {
	for name, change := range variants {
		testVariant(t, name, change, nil)
	}
}

func TestArrayContractOfVersion2(t *testing.T) {
	for name, change := range variants {
		// There are no shards in version 2, and its crc32c isn't known here yet.
		if !strings.Contains(name, "shards") && !strings.Contains(name, "crc32c") {
			testVariant(t, name, change, map[string]string{"zarr_format": "2"})
		}
	}
}

func testVariant(t *testing.T, name string, change func(*storage.Spec), opts map[string]string) {
	t.Run(name, func(t *testing.T) {
		storagetest.TestArray(t, func(t *testing.T, s storage.Spec) (storage.WritableArray, func(*testing.T) storage.Array) {
			change(&s)
			store := mem.NewStore()
			a, err := zarr.CreateArrayStore(t.Context(), store, "a", s, opts)
			require.NoError(t, err)
			return a, func(t *testing.T) storage.Array {
				r, _, err := zarr.OpenStore(t.Context(), store, "a")
				require.NoError(t, err)
				return r
			}
		})
	})
}

func TestArrayContractInDirectory(t *testing.T) {
	storagetest.TestArray(t, func(t *testing.T, s storage.Spec) (storage.WritableArray, func(*testing.T) storage.Array) {
		path := filepath.Join(t.TempDir(), "a.zarr")
		a, err := storage.CreateArray(t.Context(), path, s, nil)
		require.NoError(t, err)
		return a, func(t *testing.T) storage.Array {
			r, err := storage.OpenRef(t.Context(), a.Ref())
			require.NoError(t, err)
			return r
		}
	})
}

func TestGroupContract(t *testing.T) {
	t.Run("directory", func(t *testing.T) {
		storagetest.TestGroup(t, func(t *testing.T) (storage.WritableGroup, func(*testing.T) (storage.Group, error)) {
			path := filepath.Join(t.TempDir(), "g.zarr")
			g, err := storage.Create(t.Context(), path, nil)
			require.NoError(t, err)
			return g, func(t *testing.T) (storage.Group, error) { return storage.OpenGroup(t.Context(), path) }
		})
	})
	t.Run("memory", func(t *testing.T) {
		storagetest.TestGroup(t, func(t *testing.T) (storage.WritableGroup, func(*testing.T) (storage.Group, error)) {
			store := mem.NewStore()
			g, err := zarr.CreateStore(t.Context(), store, "some/g", nil)
			require.NoError(t, err)
			return g, func(t *testing.T) (storage.Group, error) {
				_, g, err := zarr.OpenStore(t.Context(), store, "some/g")
				return g, err
			}
		})
	})
}
