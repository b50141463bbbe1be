package zarr_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// TestMain is also what other processes of a test run.
func TestMain(m *testing.M) {
	if path := os.Getenv("NDGRID_TEST_ARRAY"); path != "" {
		do := writePart
		if os.Getenv("NDGRID_TEST_PART") == "" {
			do = resume
		}
		if err := do(path, os.Getenv("NDGRID_TEST_PART")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// parts is how many processes write, each every parts-th element.
const parts = 3

// writePart writes the elements of a part one by one, when it is told to.
func writePart(path, part string) error {
	first, err := strconv.Atoi(part)
	if err != nil {
		return err
	}
	ctx := context.Background()
	a, err := storage.OpenWritableArray(ctx, path, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	if _, err := io.ReadAll(os.Stdin); err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, a.Meta().Shape[0])
	for i := first; i < len(errs); i += parts {
		wg.Go(func() {
			errs[i] = storage.WriteBox(ctx, a, nd.Box{Start: []int{i}, Shape: []int{1}}, []byte{byte(i + 1)})
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return a.Commit(ctx)
}

// TestProcesses has several processes write single elements of the same chunks.
func TestProcesses(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no locks on directories")
	}
	ctx := t.Context()
	for name, codecs := range map[string][]string{"chunks": nil, "shards": {"sharding (10)", "zstd 1"}} {
		path := filepath.Join(t.TempDir(), "a.zarr")
		const n = 60
		w, err := storage.CreateArray(ctx, path, storage.Spec{DType: nd.Uint8, Shape: []int{n}, Chunks: nd.Must(nd.NewGrid([]int{n}, []int{30})), Codecs: codecs}, nil)
		require.NoError(t, err)
		require.NoError(t, w.Commit(ctx))
		require.NoError(t, w.Close())
		var all []*exec.Cmd
		var pipes []io.Closer
		for part := range parts {
			cmd := exec.CommandContext(ctx, os.Args[0])
			cmd.Env = append(os.Environ(), "NDGRID_TEST_ARRAY="+path, fmt.Sprint("NDGRID_TEST_PART=", part))
			cmd.Stderr = os.Stderr
			pipe, err := cmd.StdinPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			all, pipes = append(all, cmd), append(pipes, pipe)
		}
		for _, p := range pipes { // now all of them write
			require.NoError(t, p.Close())
		}
		for _, cmd := range all {
			require.NoError(t, cmd.Wait())
		}
		r, err := storage.OpenArray(ctx, path)
		require.NoError(t, err)
		for i, v := range readAll(t, r) {
			assert.Equal(t, byte(i+1), v, "%s: element %d", name, i)
		}
		require.NoError(t, r.Close())
	}
}

// resume begins an array or goes on with it, and stays at it until it is told to
// stop.
func resume(path, _ string) error {
	a, err := storage.CreateArray(context.Background(), path, storage.Spec{DType: nd.Uint8}, map[string]string{"resume": "true"})
	if err != nil {
		return err
	}
	fmt.Println("begun")
	if _, err := io.ReadAll(os.Stdin); err != nil {
		return err
	}
	return a.Close()
}

// TestOneResumes has a process try to resume what another one is at.
func TestOneResumes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no locks on directories")
	}
	path := filepath.Join(t.TempDir(), "a.zarr")
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "NDGRID_TEST_ARRAY="+path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = out.Read(make([]byte, 1))
	require.NoError(t, err)
	assert.ErrorContains(t, resume(path, ""), "another process is at it")
	require.NoError(t, in.Close())
	require.NoError(t, cmd.Wait())
	a, err := storage.CreateArray(t.Context(), path, storage.Spec{DType: nd.Uint8}, map[string]string{"resume": "true"})
	require.NoError(t, err)
	require.NoError(t, a.Commit(t.Context()))
	require.NoError(t, a.Close())
}
