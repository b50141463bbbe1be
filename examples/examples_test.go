// Package examples_test runs the programs in the folders beside it.
package examples_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOutput runs every program as a reader would, in the repository's root and
// without arguments. One with a file output.txt beside it prints what stands
// there, where "…" is any text within a line: times, bytes of memory, paths. To
// add one: go run ./examples/NAME > examples/NAME/output.txt, look at it, and
// write … for what will differ.
//
// A peer.py beside it computes the same with NumPy, pandas or xarray, after the
// program, where that does and with the same folder for temporary files: what it
// prints are lines of the program's output, in their order, with … as above.
func TestOutput(t *testing.T) {
	mains, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	bin := t.TempDir()
	out, err := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "./...").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, file := range mains {
		name := filepath.Dir(file)
		t.Run(name, func(t *testing.T) {
			tmp := t.TempDir()
			got := output(t, tmp, filepath.Join(bin, name))
			want, err := os.ReadFile(filepath.Join(name, "output.txt"))
			if err == nil {
				assert.Empty(t, differences(string(want), got))
			} else {
				require.ErrorIs(t, err, os.ErrNotExist)
			}
			if _, err := os.Stat(filepath.Join(name, "peer.py")); err == nil {
				t.Run("peer", func(t *testing.T) {
					python := os.Getenv("NDGRID_PYTHON")
					if python == "" {
						t.Skip("NDGRID_PYTHON names no Python with NumPy, pandas and xarray; make examples sets it")
					}
					peer := output(t, tmp, python, filepath.Join("examples", name, "peer.py"))
					require.NotEmpty(t, peer)
					assert.Empty(t, missing(peer, got))
				})
			}
		})
	}
}

// output runs a program in the repository's root, and returns what it prints.
func output(t *testing.T, tmp, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "TMPDIR="+tmp, "TMP="+tmp, "PYTHONUTF8=1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", stderr.String())
	return strings.ReplaceAll(string(out), "\r\n", "\n")
}

// missing returns the first line of a peer that isn't in a program's output behind
// the lines before, if any, and what the output goes on with.
func missing(peer, got string) (diff []string) {
	g := strings.Split(got, "\n")
	for _, line := range strings.Split(strings.TrimSuffix(peer, "\n"), "\n") {
		i := slices.IndexFunc(g, func(l string) bool { return matches(line, l) })
		if i < 0 {
			return append([]string{"- " + line}, g...)
		}
		g = g[i+1:]
	}
	return nil
}

// TestPictures: docs/pictures has what the program draws.
func TestPictures(t *testing.T) {
	dir := t.TempDir()
	out, err := exec.Command("go", "run", "./pictures", dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	drawn, err := filepath.Glob(filepath.Join(dir, "*.svg"))
	require.NoError(t, err)
	kept, err := filepath.Glob("../docs/pictures/*.svg")
	require.NoError(t, err)
	assert.Len(t, kept, len(drawn))
	for _, file := range drawn {
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join("../docs/pictures", filepath.Base(file)))
		require.NoError(t, err)
		assert.True(t, string(want) == string(got), "docs/pictures/%s is stale: go run ./examples/pictures docs/pictures", filepath.Base(file))
	}
}

// differences returns the lines that were wanted and not got, and the other way.
func differences(want, got string) (diff []string) {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		switch {
		case i >= len(w):
			diff = append(diff, "+ "+g[i])
		case i >= len(g):
			diff = append(diff, "- "+w[i])
		case !matches(w[i], g[i]):
			diff = append(diff, "- "+w[i], "+ "+g[i])
		}
	}
	return diff
}

// matches reports whether a line is as pattern says, in which "…" is any text.
func matches(pattern, line string) bool {
	parts := strings.Split(pattern, "…")
	first, rest := parts[0], parts[1:]
	line, ok := strings.CutPrefix(line, first)
	if !ok || len(rest) == 0 {
		return ok && line == ""
	}
	for _, part := range rest[:len(rest)-1] {
		if _, line, ok = strings.Cut(line, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(line, rest[len(rest)-1])
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct {
		pattern, line string
		same          bool
	}{
		{"sum 45", "sum 45", true},
		{"sum 45", "sum 456", false},
		{"mean 0.5 in … ms", "mean 0.5 in 12.25 ms", true},
		{"mean 0.5 in … ms", "mean 0.6 in 12.25 ms", false},
		{"mean 0.5 in … ms", "mean 0.5 in 12.25 s", false},
		{"…: … of …", "a: 1 of 2", true},
		{"…: … of …", "a: 1", false},
		{"a…a", "a", false},
		{"…", "", true},
	} {
		assert.Equal(t, c.same, matches(c.pattern, c.line), "%q, %q", c.pattern, c.line)
	}
	assert.Equal(t, []string{"- b", "+ c", "+ d"}, differences("a\nb", "a\nc\nd"))
	assert.Equal(t, []string{"- "}, differences("a\n", "a"))
	assert.Empty(t, missing("a\nc …\n", "a\nb\nc 1\n"))
	assert.Equal(t, []string{"- a", ""}, missing("b\na\n", "a\nb\n"))
}
