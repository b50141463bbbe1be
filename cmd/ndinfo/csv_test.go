package main

import (
	"compress/gzip"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A CSV file with a header is a group of its columns, to all that ndinfo does.
func TestTables(t *testing.T) {
	t.Chdir(t.TempDir())
	const text = "day,n,\"rain, mm\"\n2012-01-01,1,0.5\n2012-01-02,2,\n\"a\nb\",3,1.5\n"
	require.NoError(t, os.WriteFile("t.csv", []byte(text), 0o666))
	assert.Equal(t, `t.csv   CSV   3 rows, 3 columns, 60 B
day       string   (row 3)  3                             "2012-01-01" "2012-01-02" "a\nb"
n         int64    (row 3)  3                             1 2 3
rain, mm  float64  (row 3)  3                             0.5 NaN 1.5
`, show(t, "t.csv"))
	assert.Equal(t, "t.csv     CSV   3 rows, 3 columns, 60 B\n"+"t.csv/n   int64 (row 3)   24 B\n", show(t, "t.csv", "t.csv/n"))
	assert.Contains(t, show(t, "t.csv/rain, mm", "--stats"), "stats    valid 2   missing 0   NaN 1\n         min 0.5   max 1.5   mean 1   std 0.5\n")
	assert.Equal(t, "n[::2]  int64 (row 2)\n[1 3]\n", show(t, "t.csv/n", "--slice", "::2"))
	assert.Contains(t, show(t, "t.csv/day"), `values   "2012-01-01" "2012-01-02" "a\nb"`)
	assert.Contains(t, show(t, "t.csv", "--json", "--values"), `"values":{"shape":[3],"data":[0.5,"NaN",1.5]}`)
	assert.Equal(t, "t.csv   3 arrays, 3 of 3 chunks present, 71 B decoded; nothing is wrong\n", show(t, "verify", "t.csv"))
	show(t, "convert", "t.csv", "t.zarr")
	assert.Empty(t, show(t, "diff", "t.csv", "t.zarr"))
	_, errs, status := ndinfo(t, "t.csv/none")
	assert.Equal(t, 1, status)
	assert.Equal(t, `ndinfo: t.csv/none: not found: column "none"; there are ["day" "n" "rain, mm"]`+"\n", errs)

	f, err := os.Create("u.TSV.gz")
	require.NoError(t, err)
	z := gzip.NewWriter(f)
	_, err = z.Write([]byte("a\tb\n1\t2\n"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	assert.Contains(t, show(t, "u.TSV.gz"), "u.TSV.gz   CSV   1 row, 2 columns, ")

	wide := strings.Repeat("n,", 2000) + "last\n" + strings.Repeat("1,", 2000) + "0.5\n"
	require.NoError(t, os.WriteFile("wide.csv", []byte(wide), 0o666))
	assert.Regexp(t, `\nlast +float64 +\(row 1\) +1 +0\.5\n$`, show(t, "wide.csv"))

	require.NoError(t, os.WriteFile("semicolons.csv", []byte("a;b\n1,5;2\n"), 0o666))
	assert.Contains(t, show(t, "semicolons.csv"), "1 row, 2 columns, ")
	require.NoError(t, os.WriteFile("tabs.tsv", []byte("a\tb,c\n1\t2\n"), 0o666))
	assert.Contains(t, show(t, "tabs.tsv"), "1 row, 2 columns, ")
	require.NoError(t, os.WriteFile("numbers.csv", []byte("1,2\n3,4\n"), 0o666))
	assert.Contains(t, show(t, "numbers.csv"), "float64 (2, 2)")
	require.NoError(t, os.WriteFile("header.csv", []byte("a,b\n"), 0o666))
	assert.Contains(t, show(t, "header.csv"), "header.csv   CSV   0 rows, 2 columns, 4 B\n")
}
