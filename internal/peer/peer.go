// Package peer runs, for tests, the programs they compare with.
package peer

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// Python returns the command that runs Python with these arguments: the one that
// NDGRID_PYTHON names, which has the libraries of testdata/requirements.txt. Where
// that isn't set the test is skipped.
func Python(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	name := os.Getenv("NDGRID_PYTHON")
	if name == "" {
		t.Skip("NDGRID_PYTHON names no Python to compare with; make test sets it")
	}
	return exec.Command(name, args...)
}

// Output runs a command and returns what it prints. Where it fails, so does the
// test, with what it wrote to its standard error.
func Output(t testing.TB, cmd *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s: %s", cmd, &stderr)
	return out
}
