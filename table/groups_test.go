package table

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/ndgrid/ndgrid/ufunc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Categories, groups and masks of text in a folder are those of pandas, by lazy arrays
// and by GroupBy. Sums of the values are exact.
func TestGroupsAsPandas(t *testing.T) {
	python := os.Getenv("NDGRID_PYTHON")
	if python == "" {
		t.Skip("NDGRID_PYTHON names no Python with pandas; make test sets it")
	}
	ctx := t.Context()
	rng := rand.New(rand.NewPCG(1, 2))
	keys, values := []string{"a", "", "żółw", "B", "NA", `"x,y"`, "none"}, []string{"1.5", "", "-2", "3e2", "0.25"}
	var texts []string
	for _, rows := range []int{0, 40, 1, 100} {
		text := "k,v\n"
		for range rows {
			k := keys[rng.IntN(len(keys))]
			v := values[rng.IntN(len(values))]
			if k == "none" { // has no values
				v = ""
			}
			text += fmt.Sprintf("%s,%s\n", k, v)
		}
		texts = append(texts, text)
	}
	paths := folder(t, texts...)
	out, err := exec.Command(python, append([]string{filepath.Join("testdata", "pandas_groups.py")}, paths...)...).Output()
	require.NoError(t, err)
	var want struct {
		Codes      []int64
		Categories []string
		Stats      [][]*float64
		Long       float64
	}
	require.NoError(t, json.Unmarshal(out, &want))

	files, err := Open(ctx, stream.Of(paths...), ChunkRows(30))
	require.NoError(t, err)
	k, err := files.Column("k")
	require.NoError(t, err)
	v, err := Lazy[float64](files, "v")
	require.NoError(t, err)
	codes, categories, err := chunkgrid.Factorize(ctx, k)
	require.NoError(t, err)
	assert.Equal(t, want.Categories, categories)
	c, err := codes.Compute(ctx)
	require.NoError(t, err)
	assert.Equal(t, want.Codes, c.Data())

	zero := ufunc.Where(ufunc.Equal(v, v), v, 0)
	sums, err := reduce.WeightedBincount(codes, zero, len(categories)).Compute(ctx)
	require.NoError(t, err)
	groups, err := GroupBy(stream.FlatMap(stream.Of(paths...), func(path string) iter.Seq2[*Table, error] {
		return ReadCSV(path, ChunkRows(30))
	}), "k", "v")
	require.NoError(t, err)
	var lines strings.Builder
	for i, stats := range want.Stats {
		assert.Equal(t, *stats[1], sums.At(i), categories[i])
		fmt.Fprint(&lines, categories[i])
		for _, x := range stats {
			if x != nil {
				fmt.Fprint(&lines, " ", *x)
			} else {
				fmt.Fprint(&lines, " NaN")
			}
		}
		fmt.Fprintln(&lines)
	}
	assert.Equal(t, lines.String(), rowsAsText(t, groups))

	long, err := v.Extract(ctx, chunkgrid.MapText(k, func(s string) bool { return len([]rune(s)) > 1 }))
	require.NoError(t, err)
	sum, err := reduce.NaNSum(long).Value(ctx)
	require.NoError(t, err)
	assert.Equal(t, want.Long, sum)
}

// rowsAsText writes rows of text and numbers with spaces between.
func rowsAsText(t testing.TB, tab *Table) string {
	t.Helper()
	var b strings.Builder
	for i := range tab.rows {
		for k, c := range tab.columns {
			if k > 0 {
				b.WriteByte(' ')
			}
			switch c := c.(type) {
			case *Strings:
				b.WriteString(c.At(i))
			case nd.Dyn:
				fmt.Fprint(&b, c.Item(i))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
