package s3_test

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/s3"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

// startServer runs a real S3 server (versitygw) on a folder until the test ends.
func startServer(t *testing.T) string {
	t.Helper()
	program := os.Getenv("NDGRID_VERSITYGW")
	if program == "" {
		t.Skip("NDGRID_VERSITYGW names no S3 server; make bin/versitygw s3 sets it")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	cmd := exec.Command(program, "--access", "access", "--secret", "secret", "--port", address, "--quiet", "posix", t.TempDir())
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // Wait says how it ended
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	url := "http://" + address
	require.Eventually(t, func() bool {
		r, err := http.Get(url)
		if err == nil {
			_ = r.Body.Close()
		}
		return err == nil
	}, 20*time.Second, 50*time.Millisecond, "the server doesn't start")
	return url
}

// TestServer runs everything on a real server.
func TestServer(t *testing.T) {
	url := startServer(t)
	c := client(t, url, "access", "secret")
	storagetest.TestStore(t, func(t *testing.T) storage.Store { return s3.New(c, bucket(t, c), "p") })
	t.Run("Zarr", func(t *testing.T) { testZarr(t, s3.New(c, bucket(t, c), "")) })
	t.Run("Errors", func(t *testing.T) {
		_, err := s3.New(c, "nobucket", "").Get(t.Context(), "k", nil)
		assert.ErrorContains(t, err, "there is no bucket nobucket")
		stranger := client(t, url, "access", "guessed")
		_, err = s3.New(stranger, bucket(t, c), "").Get(t.Context(), "k", nil)
		require.Error(t, err)
		assert.NotErrorIs(t, err, storage.ErrNotFound)
	})
	t.Run("Slice", func(t *testing.T) { testSlice(t, url) })
	t.Run("Changed", func(t *testing.T) { testChanged(t, c) })
}
