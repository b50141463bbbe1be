//go:build cgo && !nohdf5 && unix

package hdf5

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// TestMain runs the child of TestDiskFull where that is asked for.
func TestMain(m *testing.M) {
	if folder := os.Getenv("NDGRID_TEST_FULL"); folder != "" {
		if err := fillDisk(context.Background(), folder); err != nil {
			fmt.Println(err)
		}
		syscall.Exit(0) // under -race os.Exit has libhdf5 end itself, which crashes after files that it couldn't close
	}
	os.Exit(m.Run())
}

// fillDisk writes into a file that is there, and into a new one, where files can
// have no more than 64 KiB. It prints the errors.
func fillDisk(ctx context.Context, folder string) error {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}); err != nil {
		return err
	}
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	write := func(g storage.WritableGroup, name string) error {
		chunks, err := nd.NewGrid([]int{1 << 20}, []int{1 << 15})
		if err != nil {
			return err
		}
		a, err := g.CreateArray(ctx, name, storage.Spec{DType: nd.Uint8, Shape: []int{1 << 20}, Chunks: chunks, Codecs: []string{"gzip 1"}})
		if err != nil {
			return err
		}
		return storage.WriteBox(ctx, a, allOf([]int{1 << 20}), noise)
	}
	g, err := create(ctx, filepath.Join(folder, "new.h5"), nil)
	if err != nil {
		return err
	}
	fmt.Println(write(g, "v"))
	fmt.Println(g.Commit(ctx))
	_ = g.Close() // it says again what is wrong
	if g, err = openWritable(ctx, filepath.Join(folder, "old.h5"), nil); err != nil {
		return err
	}
	fmt.Println(write(g, "v"))
	_ = g.Close()
	return nil
}

// TestDiskFull has writing fail: errors say so, and nothing is left of a new
// file. One that is changed in place may be lost, see the package's comment.
func TestDiskFull(t *testing.T) {
	folder := t.TempDir()
	g, err := create(t.Context(), filepath.Join(folder, "old.h5"), nil)
	require.NoError(t, err)
	put(t, g, "x", storage.Spec{DType: nd.Float64, Shape: []int{30}}, floats(30))
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "NDGRID_TEST_FULL="+folder)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, 3, "%s", out)
	for i, want := range []string{"write chunk [1] of %s/new.h5/v: file too large: ", "commit %s/new.h5: file too large: ", "write chunk [1] of %s/old.h5/v: file too large: "} {
		assert.Truef(t, strings.HasPrefix(lines[i], fmt.Sprintf(want, folder)), "%s", lines[i])
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "%v", entries)
}
