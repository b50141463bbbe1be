package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const matrixIntro = `# Zarr and other libraries

This table is written by a test (` + "`go test ./internal/interop -run Matrix -update`" + `). It makes arrays in %d combinations of version,
dtype, codec, order, shards and fill value, has other libraries read them, and reads what they write: %d checks of elements, dtype, fill
value, dimension names and attributes, bit by bit. A library is asked for what it could know; each case that doesn't work is in the
table of exceptions, and the test fails where one begins to work.

- Codecs of version 3: none, big-endian, zstd, gzip, blosc (zstd), zstd with crc32c. Of version 2: none, big-endian, zstd, gzip, blosc
  (zstd), shuffle with zlib. Codecs with rows of their own: blosc with lz4 and zstd inside, and those of numcodecs, which zarr-python is asked
  about; those that it doesn't read here are read only.
- Orders C and F; shards of 2×2 chunks, their index at the end (tensorstore: at the start).
- Fill values zero, and one at the edge of the dtype: NaN, NaT, the least integer. The last chunk holds nothing else, and is not stored.

"All" of how many cases, or how many of them, work:

`

// matrixDoc is docs/interop.md.
func matrixDoc(list []peer, cases []kase, checks int, passed map[string][][2]int, found map[*exception][]int) string {
	var b strings.Builder
	fmt.Fprintf(&b, matrixIntro, len(cases), checks)
	row := func(cells ...string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	head, line := []string{"version, dtype or codec"}, []string{"---"}
	for _, p := range list {
		head, line = append(head, p.String()), append(line, "---")
	}
	row(head...)
	row(line...)
	done := map[string]bool{}
	for _, c := range cases {
		name := c.tableRow()
		if done[name] {
			continue
		}
		done[name] = true
		cells := []string{name}
		for _, n := range passed[name] {
			switch {
			case n[1] == 0:
				cells = append(cells, "")
			case n[0] == n[1]:
				cells = append(cells, fmt.Sprintf("all %d", n[1]))
			default:
				cells = append(cells, fmt.Sprintf("%d of %d", n[0], n[1]))
			}
		}
		row(cells...)
	}
	b.WriteString("\n## Exceptions\n\n")
	row("who", "which", "cases", "why", "what it says")
	row("---", "---", "---", "---", "---")
	for i := range exceptions {
		e := &exceptions[i]
		n := 0
		for _, k := range found[e] {
			n += k
		}
		row(e.who, e.which, fmt.Sprint(n), e.why, "`"+strings.ReplaceAll(e.shows, "|", "\\|")+"`")
	}
	return b.String()
}

// checkDoc compares docs/interop.md with what it should be, or writes it.
func checkDoc(t *testing.T, doc string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", "interop.md")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(doc), 0o666))
		return
	}
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, doc, string(b), "docs/interop.md: run the test with -update")
}
