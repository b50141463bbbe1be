package table

import (
	"math"
	"testing"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sample(t testing.TB) *Table {
	t.Helper()
	tab, err := New("n", []int64{1, 2, 3, 4}, "v", []float64{1.5, math.NaN(), 2.5, -1}, "s", []string{"a", "b", "", "a"}, "b", []bool{true, false, true, true})
	require.NoError(t, err)
	return tab
}

func TestRows(t *testing.T) {
	tab := sample(t)
	head, err := tab.Head(1)
	require.NoError(t, err)
	assert.Equal(t, "n:int64 v:float64 s:string b:bool n,v,s,b\n1,1.5,a,true\n", shown(t, head))
	tail, err := tab.Tail(2)
	require.NoError(t, err)
	assert.Equal(t, "n:int64 v:float64 s:string b:bool n,v,s,b\n3,2.5,,true\n4,-1,a,true\n", shown(t, tail))
	mask, err := Mask(tail, "s", func(s string) bool { return s == "a" })
	require.NoError(t, err)
	one, err := tail.Filter(mask)
	require.NoError(t, err)
	both, err := Concat(one, head, one)
	require.NoError(t, err)
	assert.Equal(t, "n:int64 v:float64 s:string b:bool n,v,s,b\n4,-1,a,true\n1,1.5,a,true\n4,-1,a,true\n", shown(t, both))
	few, err := both.Select("s", "n")
	require.NoError(t, err)
	few, err = few.With("n", NewStrings("x", "y", "z"))
	require.NoError(t, err)
	assert.Equal(t, "s:string n:string s,n\na,x\na,y\na,z\n", shown(t, few))
	assert.Equal(t, []int{27, 27}, few.MemoryUsage())
	none, err := tab.Slice(4, 4)
	require.NoError(t, err)
	rows, columns := none.Shape()
	assert.Equal(t, []int{0, 4}, []int{rows, columns})
}

// Of equal names the last given to New counts; Select may give several, of which the
// first is found.
func TestEqualNames(t *testing.T) {
	tab, err := New("a", []int64{1}, "b", []int64{2}, "a", []string{"x"})
	require.NoError(t, err)
	assert.Equal(t, "a:string b:int64 a,b\nx,2\n", shown(t, tab))
	twice, err := tab.Select("b", "a", "b")
	require.NoError(t, err)
	assert.Equal(t, "b:int64 a:string b:int64 b,a,b\n2,x,2\n", shown(t, twice))
	less, err := twice.With("b", NewStrings("y"))
	require.NoError(t, err)
	b, err := less.Text("b")
	require.NoError(t, err)
	assert.Equal(t, "y", b.At(0))
	_, err = (&Table{}).Column("a")
	assert.ErrorIs(t, err, storage.ErrNotFound)
}

func TestTableErrors(t *testing.T) {
	tab := sample(t)
	_, err := tab.Column("x")
	assert.ErrorIs(t, err, storage.ErrNotFound)
	_, err = Col[float64](tab, "n")
	assert.ErrorIs(t, err, nd.ErrDType)
	_, err = tab.Text("n")
	assert.ErrorIs(t, err, nd.ErrDType)
	_, err = Mask(tab, "n", func(string) bool { return true })
	assert.ErrorIs(t, err, nd.ErrDType)
	_, err = tab.Slice(3, 5)
	assert.ErrorIs(t, err, nd.ErrIndex)
	_, err = tab.With("x", NewStrings("a"))
	assert.ErrorIs(t, err, nd.ErrShape)
	_, err = New("a", []int64{1}, "b", []int64{1, 2})
	assert.ErrorIs(t, err, nd.ErrShape)
	assert.EqualError(t, err, `table.New: column "b": wrong shape: 2 rows, the table has 1`)
	_, err = New("a", []int64{1}, "b")
	assert.ErrorIs(t, err, nd.ErrShape)
	_, err = New("a", []int16{1})
	assert.ErrorIs(t, err, nd.ErrDType)
	_, err = tab.Add(tab)
	assert.ErrorIs(t, err, nd.ErrDType) // text
	few, err := tab.Select("n")
	require.NoError(t, err)
	_, err = Concat(tab, few)
	assert.ErrorIs(t, err, nd.ErrShape)
	_, err = GroupBy(stream.Of(tab), "v", "n")
	assert.ErrorIs(t, err, nd.ErrDType)
	big, err := New("n", []int64{math.MaxInt64, 1})
	require.NoError(t, err)
	_, err = big.Sum()
	assert.ErrorIs(t, err, errOverflow)
	fits, err := New("n", []int64{math.MaxInt64, 1, -1})
	require.NoError(t, err)
	sum, err := fits.Sum()
	require.NoError(t, err)
	assert.Equal(t, "n:int64 n\n9223372036854775807\n", shown(t, sum))
	_, err = big.Add(big)
	assert.ErrorIs(t, err, errOverflow)
	large, err := New("n", []uint64{math.MaxUint64, 1})
	require.NoError(t, err)
	_, err = large.Sum()
	assert.ErrorIs(t, err, errOverflow)
}

func TestStatsOfUint64(t *testing.T) {
	tab, err := New("k", []int64{0, 0}, "n", []uint64{1 << 63, 1<<63 - 2})
	require.NoError(t, err)
	for f, want := range map[string]func(*Table) (*Table, error){
		"k:int64 n:uint64 k,n\n0,18446744073709551614\n":     (*Table).Sum,
		"k:float64 n:float64 k,n\n0,9.223372036854776e+18\n": (*Table).Mean,
		"k:int64 n:uint64 k,n\n0,9223372036854775806\n":      (*Table).Min,
		"k:int64 n:uint64 k,n\n0,9223372036854775808\n":      (*Table).Max,
	} {
		got, err := want(tab)
		require.NoError(t, err)
		assert.Equal(t, f, shown(t, got))
	}
	half, err := tab.Slice(1, 2)
	require.NoError(t, err)
	sum, err := half.Add(half)
	require.NoError(t, err)
	assert.Equal(t, "k:int64 n:uint64 k,n\n0,18446744073709551612\n", shown(t, sum))
	groups, err := GroupBy(stream.Of(tab), "k", "n")
	require.NoError(t, err)
	assert.Equal(t, "k:int64 n_count:int64 n_sum:uint64 n_mean:float64 n_min:uint64 n_max:uint64 k,n_count,n_sum,n_mean,n_min,n_max\n"+
		"0,2,18446744073709551614,9.223372036854776e+18,9223372036854775806,9223372036854775808\n", shown(t, groups))
}

func TestStats(t *testing.T) {
	tab := sample(t)
	for name, c := range map[string]struct {
		f    func(*Table) (*Table, error)
		want string
	}{
		"sum":  {(*Table).Sum, "n:int64 v:float64 n,v\n10,3\n"},
		"mean": {(*Table).Mean, "n:float64 v:float64 n,v\n2.5,1\n"},
		"min":  {(*Table).Min, "n:int64 v:float64 n,v\n1,-1\n"},
		"max":  {(*Table).Max, "n:int64 v:float64 n,v\n4,2.5\n"},
	} {
		got, err := c.f(tab)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, shown(t, got), name)
	}
	total, err := stream.Reduce(stream.Map(stream.Of(tab, tab), (*Table).Sum), (*Table).Add)
	require.NoError(t, err)
	assert.Equal(t, "n:int64 v:float64 n,v\n20,6\n", shown(t, total))
}

func TestGroupBy(t *testing.T) {
	tab := sample(t)
	for _, chunks := range [][]*Table{{tab}, {must(tab.Head(3)), must(tab.Tail(1))}} {
		g, err := GroupBy(stream.Of(chunks...), "s", "v")
		require.NoError(t, err)
		assert.Equal(t, "s:string v_count:int64 v_sum:float64 v_mean:float64 v_min:float64 v_max:float64 s,v_count,v_sum,v_mean,v_min,v_max\n"+
			",1,2.5,2.5,2.5,2.5\na,2,0.5,0.25,-1,1.5\nb,0,0,,,\n", shown(t, g))
	}
	g, err := GroupBy(stream.Of(tab), "n", "n")
	require.NoError(t, err)
	assert.Equal(t, 4, g.rows)
}

func must(t *Table, err error) *Table {
	if err != nil {
		panic(err)
	}
	return t
}

// A file without rows has columns of numbers, whatever they are in others.
func TestTablesWithoutRows(t *testing.T) {
	tab := sample(t)
	none, err := Read(file(t, "n,v,s,b\n"))
	require.NoError(t, err)
	all, err := Concat(none, tab, none)
	require.NoError(t, err)
	assert.Equal(t, shown(t, tab), shown(t, all))
	all, err = Concat(none, none)
	require.NoError(t, err)
	assert.Equal(t, shown(t, none), shown(t, all))
	want, err := GroupBy(stream.Of(tab), "s", "v")
	require.NoError(t, err)
	got, err := GroupBy(stream.Of(none, tab, none), "s", "v")
	require.NoError(t, err)
	assert.Equal(t, shown(t, want), shown(t, got))

	files, err := Open(t.Context(), stream.Of(folder(t, "s\n", "s\nx\n", "s\n")...))
	require.NoError(t, err)
	s, err := files.Column("s")
	require.NoError(t, err)
	texts, err := chunkgrid.Texts(t.Context(), s)
	require.NoError(t, err)
	assert.Equal(t, []string{"x"}, texts)
}

func TestMissingValues(t *testing.T) {
	d, err := nd.FromSlice([]nd.Timedelta{noTime, 5}, 2)
	require.NoError(t, err)
	d, err = d.WithDType(nd.Timedelta64("us"))
	require.NoError(t, err)
	f, err := nd.FromSlice([]float32{0.1, float32(math.NaN())}, 2)
	require.NoError(t, err)
	tab, err := New("d", d, "f", f)
	require.NoError(t, err)
	assert.Equal(t, "d:timedelta64[us] f:float32 d,f\n,0.1\n5,\n", shown(t, tab))
	assert.Equal(t, []int{1, 1}, []int{present(d), present(f)})
	blank, err := New("", []string{"x"})
	require.NoError(t, err)
	assert.Equal(t, ":string \"\"\nx\n", shown(t, blank))
}

func TestInfo(t *testing.T) {
	assert.Equal(t, `4 rows, 4 columns
 #   Column  Non-Null Count  Dtype
 0   n       4 non-null      int64
 1   v       3 non-null      float64
 2   s       3 non-null      string
 3   b       4 non-null      bool
memory usage: 103 B
`, sample(t).Info())
}

func TestDurations(t *testing.T) {
	tab, err := Read(file(t, "a,b\n2015-01-01 00:00:00,2015-01-03 00:00:01.5\n2015-01-01 00:00:00,2014-12-31 23:59:58\n,2015-01-01\n"), Times("", "a", "b"))
	require.NoError(t, err)
	d, err := tab.Since("b", "a")
	require.NoError(t, err)
	assert.Equal(t, "timedelta64[us]", d.DType().String())
	total, err := TotalSeconds(d)
	require.NoError(t, err)
	within, err := Seconds(d)
	require.NoError(t, err)
	assert.Equal(t, []float64{172801.5, -2}, total.Data()[:2])
	assert.Equal(t, []float64{1, 86398}, within.Data()[:2], "as pandas' dt.seconds")
	assert.True(t, math.IsNaN(total.At(2)) && math.IsNaN(within.At(2)))
}
