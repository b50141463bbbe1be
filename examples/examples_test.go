// Package examples_test runs the programs in the folders beside it.
package examples_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
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
func TestOutput(t *testing.T) {
	mains, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	bin := t.TempDir()
	out, err := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "./...").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, file := range mains {
		name := filepath.Dir(file)
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join(name, "output.txt"))
			compared := err == nil
			if !compared {
				require.ErrorIs(t, err, os.ErrNotExist)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, filepath.Join(bin, name))
			tmp := t.TempDir()
			cmd.Dir, cmd.Env = "..", append(os.Environ(), "TMPDIR="+tmp, "TMP="+tmp)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			got, err := cmd.Output()
			require.NoError(t, err, "%s", stderr.String())
			if compared {
				assert.Empty(t, differences(string(want), string(got)))
			}
		})
	}
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
	w, g := strings.Split(want, "\n"), strings.Split(strings.ReplaceAll(got, "\r\n", "\n"), "\n")
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
}
