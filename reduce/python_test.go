package reduce_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
)

// comparePython compares arrays, cut in several ways, with what a script of
// testdata prints: a line "name: text" for each.
func comparePython(t *testing.T, script string, cuts []nd.Chunks, arrays func(nd.Chunks) map[string]chunkgrid.Any, text func(nd.Dyn) string) {
	t.Helper()
	lines := pythonLines(t, script)
	for _, c := range cuts {
		all := arrays(c)
		for name, want := range lines {
			require.NotNil(t, all[name], name)
			got, err := chunkgrid.ComputeDyn(t.Context(), all[name], chunkgrid.Memory(16<<20))
			require.NoError(t, err, name)
			assert.Equal(t, want, text(got), name)
			delete(all, name)
		}
		assert.Empty(t, all, "cases that %s lacks", script)
	}
}

// pythonLines returns what a script of testdata prints, a line "name: text", by name.
func pythonLines(t *testing.T, script string) map[string]string {
	t.Helper()
	out := peer.Output(t, peer.Python(t, "testdata/"+script))
	lines := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		require.NotContains(t, lines, name)
		lines[name] = text
	}
	return lines
}
