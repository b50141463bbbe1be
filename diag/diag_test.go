package diag

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFormatBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1: "1 B", 1023: "1023 B", 1024: "1.0 KiB", 2138400: "2.0 MiB", 93184: "91 KiB",
		10188: "9.9 KiB", 10189: "10 KiB", 1048575: "1.0 MiB", 1 << 30: "1.0 GiB", 1 << 40: "1.0 TiB",
		-2048: "-2.0 KiB", math.MaxInt64: "8.0 EiB", math.MinInt64: "-8.0 EiB",
	} {
		assert.Equal(t, want, FormatBytes(n), n)
	}
}

func TestEventString(t *testing.T) {
	e := Event{Kind: TaskDone, Stage: 1, Name: "mean", Tasks: 12, Done: 3, Read: 2 << 20, Decoded: 8 << 20}
	assert.Equal(t, "stage 1 (mean): task done, 3/12, read 2.0 MiB, decoded 8.0 MiB, written 0 B", e.String())
	e = Event{Kind: RunEnd, Tasks: 2, Done: 2, Err: errors.New("disk full")}
	assert.Equal(t, "run: run end, 2/2, read 0 B, decoded 0 B, written 0 B: disk full", e.String())
	assert.Equal(t, "kind 99", Kind(99).String())
}

var sink []byte

func TestMemoryGrows(t *testing.T) {
	const more = 64 << 20
	before, _ := Memory()
	sink = make([]byte, more)
	for i := range sink { // touched pages only are in RAM
		sink[i] = 1
	}
	now, peak := Memory()
	assert.GreaterOrEqual(t, now-before, int64(more*9/10))
	assert.GreaterOrEqual(t, peak, now)
	sink = nil
}

func TestRuntimeMemoryKeepsThePeak(t *testing.T) {
	now, peak := runtimeMemory()
	assert.Positive(t, now)
	_, again := runtimeMemory()
	assert.GreaterOrEqual(t, again, peak)
}

// What a container has left does not shrink with the files that were read in it.
func TestControlGroup(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	_, ok := cgroupLeft(dir)
	assert.False(t, ok)
	write("memory.max", "1000\n")
	write("memory.current", "900\n")
	left, ok := cgroupLeft(dir)
	assert.True(t, ok)
	assert.EqualValues(t, 100, left)
	write("memory.stat", "anon 100\ninactive_file 700\nactive_file 5\n")
	left, _ = cgroupLeft(dir)
	assert.EqualValues(t, 800, left)
	write("memory.max", "max\n")
	_, ok = cgroupLeft(dir)
	assert.False(t, ok)
}
