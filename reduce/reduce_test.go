package reduce_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// filled is a (3, 4, 5) array of the function's values, in ragged chunks.
func filled[T nd.Elem](f func(n int) T) *chunkgrid.Array[T] {
	v := make([]T, 60)
	for n := range v {
		v[n] = f(n)
	}
	return chunkgrid.FromND(nd.Must(nd.FromSlice(v, 3, 4, 5)), nd.Sizes(2, 3, 2)).Named("time", "lat", "lon")
}

func cases() map[string]chunkgrid.Any {
	f := filled(func(n int) float64 { return float64(n*37%23-11) / 4 })
	h := filled(func(n int) float64 {
		if y, x := n/5%4, n%5; n == 33 || n < 20 && x == 1 || y == 3 && x == 4 {
			return math.NaN()
		}
		return float64(n*37%23-11) / 4
	})
	i := filled(func(n int) int16 { return int16(n*7%11 - 5) })
	b := filled(func(n int) bool { return n%7 != 0 })
	one := ufunc.Cast[complex128](f.Slice(nd.Ellipsis, nd.At(0)))
	z := ufunc.Add(one, ufunc.Mul(ufunc.Cast[complex128](f.Slice(nd.Ellipsis, nd.At(1))), 1i))
	e := chunkgrid.FromND(nd.Must(nd.Zeros[float64](0, 3)))

	all := map[string]chunkgrid.Any{}
	for name, axes := range map[string][]reduce.Option{
		"all": nil, "0": {reduce.Axis(0)}, "1": {reduce.Dim("lat")}, "2": {reduce.Axis(-1)}, "0 1": {reduce.Axis(1, 0)},
		"0 2": {reduce.Dim("lon", "time")}, "1 2": {reduce.Dim("lat"), reduce.Axis(2)}, "none": {reduce.Axis()},
	} {
		maps.Copy(all, map[string]chunkgrid.Any{
			"sum " + name: reduce.Sum(f, axes...), "sum int " + name: reduce.Sum(i, axes...),
			"min " + name: reduce.Min(f, axes...), "max " + name: reduce.Max(i, axes...),
			"mean " + name: reduce.Mean(f, axes...), "var " + name: reduce.Var(f, axes...),
			"std " + name: reduce.Std(f, append(axes, reduce.DDof(1))...),
			"any " + name: reduce.Any(ufunc.Greater(f, 2.5), axes...), "all " + name: reduce.All(b, axes...),
			"count_nonzero " + name: reduce.CountNonzero(i, axes...),
			"nansum " + name:        reduce.NaNSum(h, axes...), "nanmean " + name: reduce.NaNMean(h, axes...),
			"nanmin " + name: reduce.NaNMin(h, axes...), "nanmax " + name: reduce.NaNMax(h, axes...),
			"nanvar " + name: reduce.NaNVar(h, axes...), "nanstd " + name: reduce.NaNStd(h, append(axes, reduce.DDof(0))...),
			"keepdims " + name: reduce.Sum(f, append(axes, reduce.KeepDims())...),
		})
		if !strings.Contains(name, " ") && name != "none" {
			maps.Copy(all, map[string]chunkgrid.Any{"argmin " + name: reduce.ArgMin(f, axes...), "argmax " + name: reduce.ArgMax(i, axes...),
				"argmax nan " + name: reduce.ArgMax(h, axes...)})
		}
	}
	maps.Copy(all, map[string]chunkgrid.Any{
		"argmin 0 2": reduce.ArgMin(f, reduce.Axis(0, 2)), "prod 0": reduce.Prod(ufunc.Div(f, 2), reduce.Axis(0)),
		"prod int 1":  reduce.Prod(ufunc.Remainder(i, 3), reduce.Axis(1)),
		"sum complex": reduce.Sum(z, reduce.Axis(0)), "prod complex": reduce.Prod(z, reduce.Axis(1)), "mean complex": reduce.Mean(z),
		"sum empty": reduce.Sum(e, reduce.Axis(0)), "prod empty": reduce.Prod(e, reduce.Axis(0)), "mean empty": reduce.Mean(e, reduce.Axis(0)),
		"all empty": reduce.All(e, reduce.Axis(0)), "any empty": reduce.Any(e, reduce.Axis(0)),
		"min bool": reduce.Min(b, reduce.Axis(0)), "max bool": reduce.Max(b, reduce.Axis(1)),
		"min nan": reduce.Min(h, reduce.Axis(0)), "max nan": reduce.Max(h, reduce.Axis(0, 1)),
	})
	return all
}

// TestGolden compares every function with NumPy, see testdata/golden.py.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/golden.txt")
	require.NoError(t, err)
	all := cases()
	for line := range strings.Lines(string(text)) {
		name, want, _ := strings.Cut(strings.TrimSpace(line), ": ")
		a := all[name]
		require.NotNil(t, a, name)
		delete(all, name)
		if a.NDim() == 0 { // numbers would print with all their digits
			a = a.View(nd.NewAxis)
		}
		got, err := chunkgrid.ComputeDyn(t.Context(), a)
		require.NoError(t, err, name)
		assert.Equal(t, want, strings.Join(strings.Fields(got.String()), " "), name) // however it breaks lines
	}
	assert.Empty(t, all, "cases that golden.txt lacks")
}

// TestWhole: every reduction of the table has a function here, and a case.
func TestWhole(t *testing.T) {
	seen := map[string]bool{}
	for name := range cases() {
		op, _, _ := strings.Cut(name, " ")
		seen[op] = true
	}
	for _, op := range kernel.Reductions() {
		assert.True(t, seen[op], "no function for %s", op)
	}
}

// TestNames: reduce and ufunc can be imported with a dot side by side.
func TestNames(t *testing.T) {
	ours, theirs := exported(t, "."), exported(t, "../ufunc")
	assert.Greater(t, len(ours), 15)
	assert.Greater(t, len(theirs), 60)
	for name := range ours {
		assert.False(t, theirs[name], "both packages export %s", name)
	}
}

// exported returns the exported names that a package's files declare.
func exported(t *testing.T, dir string) map[string]bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	names := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names[d.Name.Name] = d.Recv == nil && d.Name.IsExported()
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						names[s.Name.Name] = s.Name.IsExported()
					case *ast.ValueSpec:
						for _, n := range s.Names {
							names[n.Name] = n.IsExported()
						}
					}
				}
			}
		}
	}
	maps.DeleteFunc(names, func(_ string, exported bool) bool { return !exported })
	return names
}

// TestErrors: errors stay in the array and say where, what and why.
func TestErrors(t *testing.T) {
	f := filled(func(n int) float64 { return float64(n) })
	e := chunkgrid.FromND(nd.Must(nd.Zeros[float64](0, 3)))
	for _, c := range []struct {
		a    chunkgrid.Any
		want string
		is   error
	}{
		{reduce.Sum(f, reduce.Dim("depth")), `reduce.Sum: no dimension "depth", the array has (time, lat, lon)`, nd.ErrAxis},
		{reduce.Sum(f, reduce.Dim("")), `reduce.Sum: no dimension "", the array has (time, lat, lon)`, nd.ErrAxis},
		{reduce.Sum(f.Named("", "", ""), reduce.Dim("time")), `reduce.Sum: no dimension "time", the 3 axes of the array have no names; Named gives them`, nd.ErrAxis},
		{reduce.Max(f.Named("x", "x", "y"), reduce.Dim("x")), `reduce.Max: more than one dimension "x" in (x, x, y); use Axis`, nd.ErrAxis},
		{reduce.Mean(f, reduce.Axis(3)), "reduce.Mean: axis 3 of an array with 3 axes", nd.ErrAxis},
		{reduce.Mean(f, reduce.Axis(0, -3)), "reduce.Mean: axis 0 is given twice in [0 -3]", nd.ErrAxis},
		{reduce.Mean(f, reduce.Axis(0), reduce.Dim("time")), "reduce.Mean: axis 0 is given twice in [0 0]", nd.ErrAxis},
		{reduce.Mean(f, reduce.DDof(1)), "reduce.Mean: the option DDof is for variances and standard deviations", nil},
		{reduce.Min(e), "reduce.Min: axis 0 of shape [0 3] is empty", nd.ErrShape},
		{reduce.ArgMax(e, reduce.Axis(0)), "reduce.ArgMax: axis 0 of shape [0 3] is empty", nd.ErrShape},
		{reduce.Sum(ufunc.Sub(f, f.Flatten()), reduce.Dim("depth")), "ufunc.Sub: shapes [3 4 5] and [60] do not broadcast", nd.ErrShape},
	} {
		require.Error(t, c.a.Err(), c.want)
		assert.Contains(t, c.a.Err().Error(), c.want)
		assert.Regexp(t, `^reduce_test.go:\d+: `, c.a.Err().Error())
		if c.is != nil {
			assert.ErrorIs(t, c.a.Err(), c.is)
		}
	}
	assert.NoError(t, reduce.Min(e, reduce.Axis(1)).Err()) // no result has an empty axis
}

// TestOverflow: a sum of integers that doesn't fit is an error, not a number.
func TestOverflow(t *testing.T) {
	i := chunkgrid.FromND(nd.Must(nd.FromSlice([]int8{100, 27, 1, -1})), nd.Sizes(2))
	v, err := reduce.Sum(i).Value(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int8(127), v)
	_, err = reduce.Sum(i.Slice(nd.To(3))).Value(t.Context())
	assert.ErrorContains(t, err, "sum is 128, which int8 does not hold; Cast to int64 first")
	_, err = reduce.Prod(i).Value(t.Context())
	assert.ErrorContains(t, err, "prod is -2700, which int8 does not hold; Cast to int64 first")
}

func TestDims(t *testing.T) {
	f := filled(func(n int) float32 { return float32(n) })
	assert.Equal(t, []string{"time", "lon"}, reduce.Mean(f, reduce.Dim("lat")).Dims())
	kept := reduce.Mean(f, reduce.Dim("lat"), reduce.KeepDims())
	assert.Equal(t, []string{"time", "lat", "lon"}, kept.Dims())
	assert.Equal(t, []int{3, 1, 5}, kept.Shape())
	assert.Equal(t, f.Dims(), ufunc.Sub(f, kept).Dims())
}

// TestWorkers: the bits of a result are the same however it is computed.
func TestWorkers(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rows, cols := rapid.IntRange(1, 40).Draw(r, "rows"), rapid.IntRange(1, 200).Draw(r, "cols")
		v := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), rows*cols, rows*cols).Draw(r, "v")
		sizes := nd.Sizes(rapid.IntRange(1, rows).Draw(r, "chunk rows"), rapid.IntRange(1, cols).Draw(r, "chunk cols"))
		a := chunkgrid.FromND(nd.Must(nd.FromSlice(v, rows, cols)), sizes)
		axis := reduce.Axis(rapid.IntRange(0, 1).Draw(r, "axis"))
		for _, s := range []*chunkgrid.Array[float64]{reduce.Sum(a, axis), reduce.Std(a, axis), reduce.Std(ufunc.Mul(a, 1))} {
			x, err := s.Compute(t.Context(), chunkgrid.Workers(1))
			require.NoError(r, err)
			y, err := s.Compute(t.Context(), chunkgrid.Workers(3), chunkgrid.Memory(8<<20))
			require.NoError(r, err)
			require.Equal(r, x.Data(), y.Data())
		}
	})
}
