package table

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/ndgrid/ndgrid/ufunc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Categories, groups and masks of text in a folder are those of pandas, by lazy arrays
// and by GroupBy. Sums of the values are exact.
func TestGroupsAsPandas(t *testing.T) {
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
	out := peer.Output(t, peer.Python(t, append([]string{filepath.Join("testdata", "pandas_groups.py")}, paths...)...))
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

// Groups of random tables are those of pandas: of integers beyond 2^53 exactly, of
// floats to rounding.
func TestGroupByAsPandas(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	keys := []string{"a", "", "żółw", "B", "NA", `"x,y"`, "-1"}
	var texts []string
	for range 20 {
		text := "k,j,i,u,f\n"
		for row := range 1 + rng.IntN(60) { // so that sums fit
			u := rng.Uint64() >> 7
			if row == 0 {
				u += 1 << 63
			}
			f := ""
			if rng.IntN(3) > 0 {
				f = fmt.Sprint(rng.NormFloat64() * math.Pow10(rng.IntN(20)))
			}
			text += fmt.Sprintf("%s,%d,%d,%d,%s\n", keys[rng.IntN(len(keys))], rng.Int64N(7)*(1<<60)-1<<62, rng.Int64N(1<<57)-1<<56, u, f)
		}
		texts = append(texts, text)
	}
	paths := folder(t, texts...)
	out := peer.Output(t, peer.Python(t, append([]string{filepath.Join("testdata", "pandas_groupby.py")}, paths...)...))
	var want [][][]string
	require.NoError(t, json.Unmarshal(out, &want))
	require.Len(t, want, 2*len(paths))

	for i, table := range want {
		key := []string{"k", "j"}[i%2]
		got, err := GroupBy(ReadCSV(paths[i/2], ChunkRows(7), Types(nd.Text, "k"), Types(nd.Int64, "j", "i"), Types(nd.Uint64, "u"), Types(nd.Float64, "f")), key, "i", "u", "f")
		require.NoError(t, err)
		require.Equal(t, len(table), got.rows)
		for k, c := range got.columns {
			for row := range table {
				want, place := table[row][k], fmt.Sprintf("table %d by %s, %s, row %d", i/2, key, got.names[k], row)
				if _, floats := c.(*nd.Array[float64]); !floats {
					assert.Equal(t, want, textOf(c)(row), place)
					continue
				}
				x, first := asFloat(t, want), 1+5*((k-1)/5)
				n, least, most := asFloat(t, table[row][first]), asFloat(t, table[row][first+3]), asFloat(t, table[row][first+4])
				v := c.(*nd.Array[float64]).At(row)
				if math.IsNaN(x) {
					assert.True(t, math.IsNaN(v), place)
				} else {
					assert.InDelta(t, x, v, n*0x1p-52*max(math.Abs(least), math.Abs(most)), place)
				}
			}
		}
	}
}

func asFloat(t testing.TB, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return x
}

// Integers in one file are floats in another, where values are missing.
func TestGroupByOfSeveralDTypes(t *testing.T) {
	ints, floats, big := must(New("k", []string{"a", "b"}, "v", []int64{1, -2})), must(New("k", []string{"c", "a"}, "v", []float64{math.NaN(), 0.5})),
		must(New("k", []string{"b"}, "v", []uint64{3}))
	for _, chunks := range [][]*Table{{ints, floats, big}, {big, ints, floats}, {floats, big, ints}} {
		g, err := GroupBy(stream.Of(chunks...), "k", "v")
		require.NoError(t, err)
		assert.Equal(t, "k:string v_count:int64 v_sum:float64 v_mean:float64 v_min:float64 v_max:float64 k,v_count,v_sum,v_mean,v_min,v_max\n"+
			"a,2,1.5,0.75,0.5,1\nb,2,1,0.5,-2,3\nc,0,0,,,\n", shown(t, g))
	}
	_, err := GroupBy(stream.Of(must(New("k", []string{"a"})), must(New("k", []int64{1}))), "k")
	assert.ErrorIs(t, err, nd.ErrDType)
}

// Sums are those of Python's integers, in any order; float(sum) and sum/n where one doesn't fit.
func TestGroupByOfLargeIntegers(t *testing.T) {
	for want, v := range map[string]any{
		"int64 9223372036854775807,3.0744573456182584e+18":       []int64{math.MaxInt64, 1, -1},
		"int64 -9223372036854775808,-3.0744573456182584e+18":     []int64{math.MinInt64, -1, 1},
		"float64 9.223372036854776e+18,4.611686018427388e+18":    []int64{math.MaxInt64, 1},
		"float64 -2.7670116110564327e+19,-9.223372036854776e+18": []int64{math.MinInt64, math.MinInt64, math.MinInt64},
		"float64 1.8446744073709552e+19,6.148914691236517e+18":   []uint64{math.MaxUint64, 1, 2},
	} {
		tab := must(New("v", v))
		tab = must(tab.With("k", NewStrings(make([]string, tab.rows)...)))
		var chunks []*Table
		for i := range tab.rows {
			chunks = append(chunks, must(tab.Slice(i, i+1)))
		}
		g := must(GroupBy(stream.Of(chunks...), "k", "v"))
		dtype, values, _ := strings.Cut(want, " ")
		assert.Equal(t, "v_sum:"+dtype+" v_mean:float64 v_sum,v_mean\n"+values+"\n", shown(t, must(g.Select("v_sum", "v_mean"))))
	}
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

// Sums of integers are rounded once, as those of math/big are.
func TestTotalsAreRoundedOnce(t *testing.T) {
	check := func(t require.TestingT, values []int64) {
		var signed total[int64]
		var unsigned total[uint64]
		s, u := new(big.Int), new(big.Int)
		for _, v := range values {
			signed.add(v)
			unsigned.add(uint64(v))
			s.Add(s, big.NewInt(v))
			u.Add(u, new(big.Int).SetUint64(uint64(v)))
		}
		wantSigned, _ := new(big.Float).SetInt(s).Float64()
		wantUnsigned, _ := new(big.Float).SetInt(u).Float64()
		require.Equal(t, wantSigned, signed.float())
		require.Equal(t, wantUnsigned, unsigned.float())
	}
	check(t, []int64{1 << 62, 1 << 62, 1 << 62, 1 << 62, 1<<62 + 1<<11 + 1})
	check(t, []int64{-1 << 63, -1 << 63, -1<<62 - 1<<11 - 1})
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.SliceOfN(rapid.SampledFrom([]int64{1 << 62, -1 << 63, 1<<63 - 1, 1 << 11, 1, -1, 3 << 40}), 0, 40).Draw(t, "values"))
	})
}
