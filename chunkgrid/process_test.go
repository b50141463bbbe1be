//go:build unix

package chunkgrid_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

func init() {
	children = map[string]func(url string) error{"save": saveNumbers, "overwrite": overwriteForever, "fill the disk": fillDisk}
}

// start runs a child, and returns when it has begun.
func start(t *testing.T, what, url string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "NDGRID_TEST_CHILD="+what, "NDGRID_TEST_URL="+url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return cmd
}

// computedChunks counts the chunks of numbers.
var computedChunks atomic.Int64

// numbers are 1, 2, 3 … in chunks that take a moment each.
func numbers() *chunkgrid.Array[float64] {
	return chunkgrid.FromFunc("", []int{200, 200}, nd.Sizes(20, 20), func(dst []float64, box nd.Box) {
		computedChunks.Add(1)
		time.Sleep(time.Millisecond)
		for i := range dst {
			dst[i] = float64((box.Start[0]+i/box.Shape[1])*200 + box.Start[1] + i%box.Shape[1] + 1)
		}
	})
}

func saveNumbers(url string) error {
	return chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": numbers()}, chunkgrid.Resume(), chunkgrid.Workers(2))
}

// overwrite sets all elements of an array to a number.
func overwrite(url string, v float64) error {
	dst, err := storage.OpenWritableArray(ctx, url, nil)
	if err != nil {
		return err
	}
	defer dst.Close()
	if _, err := chunkgrid.Run(ctx, []chunkgrid.Out{chunkgrid.Full(v, dst.Meta().Shape, nd.Auto).To(dst)}); err != nil {
		return err
	}
	return dst.Commit(ctx)
}

func overwriteForever(url string) error {
	for v := 1.0; ; v++ {
		if err := overwrite(url, v); err != nil {
			return err
		}
	}
}

// kills is how often each test kills a process; NDGRID_KILLS sets it.
func kills(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("NDGRID_KILLS"))
	if err != nil {
		return 3
	}
	return n
}

// TestKilledSave kills processes that save. Chunks they have finished are right,
// and the next Save computes the others.
func TestKilledSave(t *testing.T) {
	begin := time.Now()
	require.NoError(t, start(t, "save", filepath.Join(t.TempDir(), "out.zarr")).Wait())
	whole := time.Since(begin)
	wholes, none := 0, 0
	for range kills(t) {
		folder := t.TempDir()
		url := filepath.Join(folder, "out.zarr")
		cmd := start(t, "save", url)
		time.Sleep(time.Duration(rand.Int64N(int64(whole))))
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // that it was killed, or that it was done before
		if _, err := os.Stat(url); err == nil {
			wholes++
			checkNumbers(t, url+"/v")
			continue
		}
		finished := 0
		draft, err := storage.OpenWritableArray(ctx, filepath.Join(folder, "__tmp-out.zarr-resume", "v"), nil)
		if err == nil {
			for coord, box := range draft.Meta().WriteGrid.Boxes() {
				buf := make([]byte, box.Size()*8)
				present, err := draft.ReadChunk(ctx, coord, buf)
				require.NoError(t, err)
				if present {
					finished++
					require.Equal(t, float64(box.Start[0]*200+box.Start[1]+1), nd.AsSlice[float64](buf)[0])
				}
			}
			require.NoError(t, draft.Close())
		} else {
			none++
		}
		computedChunks.Store(0)
		require.NoError(t, saveNumbers(url))
		assert.Equal(t, 100-finished, int(computedChunks.Load()), "chunks computed after %d were finished", finished)
		checkNumbers(t, url+"/v")
		var left []string
		require.NoError(t, filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
			if name := filepath.Base(path); err == nil && name[:min(2, len(name))] == "__" {
				left = append(left, path)
			}
			return err
		}))
		assert.Empty(t, left)
	}
	t.Logf("of %d, %d were done and %d hadn't begun", kills(t), wholes, none)
}

func checkNumbers(t *testing.T, url string) {
	t.Helper()
	for i, v := range computed[float64](t, url).Data() {
		require.Equal(t, float64(i+1), v)
	}
}

// TestKilledWrite kills processes that change an array: each chunk is what it
// was or what it should become.
func TestKilledWrite(t *testing.T) {
	for name, codecs := range layouts {
		url := filepath.Join(t.TempDir(), "a.zarr")
		makeZarr(t, url, nd.Float64, codecs, 60, 100)
		for range kills(t) {
			cmd := start(t, "overwrite", url)
			time.Sleep(time.Duration(rand.Int64N(int64(50 * time.Millisecond))))
			require.NoError(t, cmd.Process.Kill())
			_ = cmd.Wait()
			a, err := storage.OpenArray(ctx, url)
			require.NoError(t, err)
			for _, box := range a.Meta().WriteGrid.Boxes() {
				buf := make([]byte, box.Size()*8)
				require.NoError(t, storage.ReadBox(ctx, a, box, buf))
				require.True(t, storage.IsFill(buf, buf[:8]), "%s: chunk %v is of two versions", name, box)
			}
			require.NoError(t, a.Close())
		}
	}
}

// fillDisk writes to an array, and saves another, where files can have no more
// than 1200 bytes. It prints the errors.
func fillDisk(url string) error {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1200, Max: 1200}); err != nil {
		return err
	}
	dst, err := storage.OpenWritableArray(ctx, url, nil)
	if err != nil {
		return err
	}
	noise := chunkgrid.FromFunc("", []int{60, 100}, nd.Sizes(10, 20), func(dst []float64, box nd.Box) {
		for i := range dst {
			dst[i] = rand.Float64()
		}
	})
	_, err = chunkgrid.Run(ctx, []chunkgrid.Out{noise.Slice(nd.Span(0, 35)).To(dst, 20, 0)})
	if err == nil {
		return fmt.Errorf("the write didn't fail")
	}
	fmt.Println(err)
	if err := dst.Close(); err != nil {
		return err
	}
	if err = chunkgrid.Save(ctx, filepath.Join(filepath.Dir(url), "new.zarr"), chunkgrid.Vars{"v": noise}); err == nil {
		return fmt.Errorf("the save didn't fail")
	}
	fmt.Println(err)
	return nil
}

// TestDiskFull has writing fail: the error is one and clear, and what was stored
// is there.
func TestDiskFull(t *testing.T) {
	folder := t.TempDir()
	url := filepath.Join(folder, "a.zarr")
	makeZarr(t, url, nd.Float64, nil, 60, 100)
	require.NoError(t, overwrite(url, 7))
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "NDGRID_TEST_CHILD=fill the disk", "NDGRID_TEST_URL="+url)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Regexp(t, `^begun
write chunk \[\d \d\] of .*a.zarr: put .*a.zarr/c/\d/\d: file too large
write chunk \[\d \d\] of .*new.zarr/v: put .*: file too large
$`, string(out))
	a, err := storage.OpenArray(ctx, url)
	require.NoError(t, err)
	defer a.Close()
	for coord := range a.Meta().ReadGrid.Boxes() {
		buf := make([]byte, a.Meta().ReadGrid.Box(coord).Size()*8)
		present, err := a.ReadChunk(ctx, coord, buf)
		require.NoError(t, err)
		require.True(t, present)
		require.True(t, storage.IsFill(buf, nd.AsBytes([]float64{7})), "no chunk could be written")
	}
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	assert.Equal(t, []string{url}, left)
}
