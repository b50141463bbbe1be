package s3_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/s3"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// TestChanged: parts of two versions are never put together, and a store that is
// opened anew has the new version.
func TestChanged(t *testing.T) {
	testChanged(t, service(t, nil))
}

func testChanged(t *testing.T, c *minio.Client) {
	ctx := t.Context()
	part := func(offset, length int64) func(s *s3.Store) error {
		return func(s *s3.Store) error {
			v, err := s.GetRange(ctx, "key", offset, length, []byte("dst"))
			if err != nil {
				assert.Equal(t, "dst", string(v))
			}
			return err
		}
	}
	size := func(s *s3.Store) error { _, err := s.Size(ctx, "key"); return err }
	reads := map[string]func(s *s3.Store) error{
		"part": part(2, 3), "first part": part(0, 4), "end": part(-4, -1), "from": part(9, -1), "size": size,
	}
	b := bucket(t, c)
	for _, second := range []string{"another version", "shorter"} {
		for before, first := range reads {
			for after, again := range reads {
				s, other := s3.New(c, b, ""), s3.New(c, b, "")
				require.NoError(t, other.Put(ctx, "key", []byte("0123456789")))
				require.NoError(t, first(s))
				require.NoError(t, again(s))
				require.NoError(t, other.Put(ctx, "key", []byte(second)))
				err := again(s)
				assert.ErrorIs(t, err, storage.ErrChanged, "%s, then %s", before, after)
				assert.ErrorContains(t, err, "/key: changed since another part of it was read")
				assert.ErrorIs(t, first(s), storage.ErrChanged, "the old version is the one that counts")
				assert.NoError(t, again(s3.New(c, b, "")))
				v, err := s.Get(ctx, "key", nil)
				require.NoError(t, err, "whole values may change")
				assert.Equal(t, second, string(v))
				require.NoError(t, other.Delete(ctx, "key"))
				_, err = s.GetRange(ctx, "key", 2, 3, nil)
				assert.ErrorIs(t, err, storage.ErrChanged)
				assert.ErrorContains(t, err, "no longer has it")
				assert.NotErrorIs(t, err, storage.ErrNotFound, "which would mean fill values")
			}
		}
	}
}

// TestOwnChanges: what a store changes itself is no change to it.
func TestOwnChanges(t *testing.T) {
	ctx, c := t.Context(), service(t, nil)
	s := s3.New(c, bucket(t, c), "")
	read := func(key, want string) {
		t.Helper()
		v, err := s.GetRange(ctx, key, 1, 2, nil)
		require.NoError(t, err)
		assert.Equal(t, want, string(v))
	}
	require.NoError(t, s.Put(ctx, "a/k", []byte("0123")))
	read("a/k", "12")
	require.NoError(t, s.Put(ctx, "a/k", []byte("abcd")))
	read("a/k", "bc")
	require.NoError(t, s.Delete(ctx, "a/k"))
	_, err := s.GetRange(ctx, "a/k", 1, 2, nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	require.NoError(t, s.Put(ctx, "a/k", []byte("4567")))
	read("a/k", "56")
	require.NoError(t, s.Rename(ctx, "a", "b"))
	_, err = s.GetRange(ctx, "a/k", 1, 2, nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	read("b/k", "56")
	require.NoError(t, s.DeleteAll(ctx, "b"))
	_, err = s.GetRange(ctx, "b/k", 1, 2, nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
}

// TestShardChanged: the index of a shard and its chunks are of one version, also
// when the shard is replaced between the two requests.
func TestShardChanged(t *testing.T) {
	ctx, replace := t.Context(), func() {}
	c := service(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if ranged := r.Header.Get("Range"); strings.HasSuffix(r.URL.Path, "/c/0") && !strings.HasPrefix(ranged, "bytes=-") {
			replace()
		}
		return false
	})
	b := bucket(t, c)
	s := s3.New(c, b, "")
	chunks, err := nd.NewGrid([]int{8}, []int{8})
	require.NoError(t, err)
	for name, first := range map[string]int64{"a": 0, "b": 1} {
		a, err := zarr.CreateArrayStore(ctx, s, name, storage.Spec{DType: nd.Int64, Shape: []int{8}, Chunks: chunks, Codecs: []string{"sharding (2)"}}, nil)
		require.NoError(t, err)
		values := []int64{first, 0, 2, 3, 4, 5, 6, 7}
		require.NoError(t, a.WriteChunk(ctx, []int{0}, nd.AsBytes(values)))
		require.NoError(t, a.Commit(ctx))
	}
	other, err := s.Get(ctx, "b/c/0", nil)
	require.NoError(t, err)
	read := func(a storage.Array) ([]int64, error) {
		got := make([]int64, 2)
		return got, storage.ReadBox(ctx, a, nd.Box{Start: []int{2}, Shape: []int{2}}, nd.AsBytes(got))
	}
	a, _, err := zarr.OpenStore(ctx, s3.New(c, b, ""), "a")
	require.NoError(t, err)
	got, err := read(a)
	require.NoError(t, err)
	assert.Equal(t, []int64{2, 3}, got)
	replace = func() {
		replace = func() {}
		require.NoError(t, s.Put(ctx, "a/c/0", other))
	}
	_, err = read(a)
	assert.ErrorIs(t, err, storage.ErrChanged, "the index is kept")
	again, _, err := zarr.OpenStore(ctx, s3.New(c, b, ""), "a")
	require.NoError(t, err)
	got, err = read(again)
	require.NoError(t, err)
	assert.Equal(t, []int64{2, 3}, got)
}
