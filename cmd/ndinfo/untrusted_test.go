package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain makes a child process of the tests the command: one that reads, or
// one that ends as a crash in a library makes it.
func TestMain(m *testing.M) {
	switch os.Getenv("NDINFO_TEST_CHILD") {
	case "reads":
		main()
	case "panics":
		var nowhere *int
		*nowhere = 1
	case "aborts":
		_, _ = os.Stderr.WriteString("ndinfo: demo.zarr: a line\nfree(): invalid pointer\n")
		_ = end(syscall.SIGABRT)
		select {}
	case "is killed":
		_ = end(syscall.SIGKILL)
		select {}
	}
	os.Exit(m.Run())
}

// end sends a signal to this process.
func end(s os.Signal) error {
	p, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	return p.Signal(s)
}

// Reading in a child process looks as reading does.
func TestUntrusted(t *testing.T) {
	demo(t)
	t.Setenv("NDINFO_TEST_CHILD", "reads")
	assert.Equal(t, show(t, "demo.zarr/air", "--stats"), show(t, "--untrusted", "demo.zarr/air", "--stats"))
	assert.Equal(t, show(t, "verify", "demo.zarr"), show(t, "verify", "demo.zarr", "--untrusted=true"))
	for _, args := range []string{"demo.zarr what.bin", "verify what.bin", "diff demo.zarr/lat demo.zarr/lon"} {
		out, errs, status := ndinfo(t, strings.Fields(args)...)
		out2, errs2, status2 := ndinfo(t, append(strings.Fields(args), "--untrusted")...)
		assert.Equal(t, []any{out, errs, status}, []any{out2, errs2, status2}, args)
		assert.NotZero(t, status)
	}
}

func TestUntrustedCrash(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no signals to send")
	}
	demo(t)
	for how, want := range map[string]string{
		"panics":    "ndinfo: reading crashed, as libhdf5 does on some damaged files: panic: runtime error: invalid memory address or nil pointer dereference\n",
		"aborts":    "ndinfo: demo.zarr: a line\nndinfo: reading crashed, as libhdf5 does on some damaged files: free(): invalid pointer\n",
		"is killed": "ndinfo: reading crashed, as libhdf5 does on some damaged files: signal: killed\n",
	} {
		t.Setenv("NDINFO_TEST_CHILD", how)
		for _, args := range []string{"demo.zarr --untrusted", "verify --untrusted demo.zarr"} {
			out, errs, status := ndinfo(t, strings.Fields(args)...)
			assert.Equal(t, 2, status, how)
			assert.Empty(t, out)
			assert.Equal(t, want, errs)
		}
	}
}

// A file on which libhdf5 1.10 crashes, as long as it does.
func TestUntrustedHDF5(t *testing.T) {
	needHDF5(t)
	t.Setenv("NDINFO_TEST_CHILD", "reads")
	for _, command := range []string{"", "verify "} {
		out, errs, status := ndinfo(t, strings.Fields(command+"--untrusted "+filepath.Join(home, "testdata/crash.h5"))...)
		if status != 2 {
			t.Skip("this libhdf5 doesn't crash: ", out, errs)
		}
		assert.Empty(t, out)
		assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
		assert.Contains(t, errs, "ndinfo: reading crashed, as libhdf5 does on some damaged files: ")
	}
}

func TestWithoutFlag(t *testing.T) {
	assert.Equal(t, []string{"a", "--json", "--", "--untrusted"}, withoutFlag([]string{"--untrusted", "a", "--untrusted=1", "--json", "--", "--untrusted"}))
}

func TestRelay(t *testing.T) {
	var out bytes.Buffer
	r := &relay{w: &out}
	for _, part := range []string{"ndi", "nfo: one\nndinfo: two", "\n", strings.Repeat("x", maxLine), strings.Repeat("y", maxLine), "\nmore\nndinfo: three\n\x1b[2J"} {
		n, err := r.Write([]byte(part))
		require.NoError(t, err)
		assert.Equal(t, len(part), n)
	}
	assert.Equal(t, "ndinfo: one\nndinfo: two\nndinfo: three\n", out.String())
	assert.Equal(t, strings.Repeat("x", maxLine), r.last())
}
