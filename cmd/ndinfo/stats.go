package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/ufunc"
)

// statistics are those of an array's values.
type statistics struct {
	dtype               nd.DType
	count, missing, nan int64
	moments                      // over the rest; over all values with --raw
	raw                 *moments // over all values, where missing ones are declared
	overAll             bool     // --raw
	nanName             string   // "NaN", "NaT"
}

// moments are nil where they don't exist: of no values, or for the dtype.
type moments struct {
	min, max  any // of the array's dtype
	mean, std any // float64, a complex mean complex128
}

// valid is the number of values that min, max, mean and std are over.
func (s *statistics) valid() int64 {
	if s.overAll {
		return s.count
	}
	return s.count - s.missing - s.nan
}

// printStatistics shows the statistics of an array or a part of it.
func (o *options) printStatistics(ctx context.Context, a storage.Array, info *arrayInfo) error {
	x, err := o.view(ctx, a)
	if err != nil {
		return err
	}
	s, err := o.statistics(ctx, x, info.meta)
	if err != nil {
		return err
	}
	fmt.Fprint(o.stdout, s.screen()+s.unpacked(info.meta.Attrs))
	return nil
}

// statistics computes them in one pass over the values.
func (o *options) statistics(ctx context.Context, x chunkgrid.Any, m *storage.Meta) (*statistics, error) {
	if isText(x.DType().Kind()) {
		return o.textStatistics(ctx, x, m)
	}
	compute, ok := statsOf[x.DType().Kind()]
	if !ok {
		return nil, fmt.Errorf("--stats: %w: values of dtype %s have none", storage.ErrUnsupported, x.DType())
	}
	s := &statistics{dtype: x.DType(), count: int64(x.Size()), overAll: o.raw, nanName: "NaN"}
	if s.count == 0 {
		return s, nil
	}
	bar := newProgress(o.stderr)
	defer bar.stop()
	b := &batch{}
	finish := compute(s, x, m, b)
	if _, err := chunkgrid.Run(ctx, b.outs, o.runOptions(chunkgrid.OnEvent(bar.event))...); err != nil {
		return nil, err
	}
	finish()
	return s, nil
}

// batch collects what is computed in one run.
type batch struct{ outs []chunkgrid.Out }

// want has a 0-d array computed; the result is there after the run.
func want[T nd.Elem](b *batch, a *chunkgrid.Array[T]) func() T {
	dst := nd.Scalar(*new(T))
	b.outs = append(b.outs, a.Into(dst))
	return func() T { return dst.Data()[0] }
}

// statsOf has a function per kind that puts into the batch what it needs, and
// returns another that fills in the statistics after the run.
var statsOf = map[nd.Kind]func(s *statistics, x chunkgrid.Any, m *storage.Meta, b *batch) func(){
	nd.KindBool: boolStats,
	nd.KindInt8: realStats[int8], nd.KindInt16: realStats[int16], nd.KindInt32: realStats[int32], nd.KindInt64: realStats[int64],
	nd.KindUint8: realStats[uint8], nd.KindUint16: realStats[uint16], nd.KindUint32: realStats[uint32], nd.KindUint64: realStats[uint64],
	nd.KindFloat16: halfStats, nd.KindFloat32: realStats[float32], nd.KindFloat64: realStats[float64],
	nd.KindComplex64: complexStats, nd.KindComplex128: complexStats,
	nd.KindDatetime: datetimeStats, nd.KindTimedelta: timedeltaStats,
}

// hasStats reports whether there are statistics of a kind.
func hasStats(k nd.Kind) bool { return isText(k) || statsOf[k] != nil }

// realStats are those of integers and floats.
func realStats[T nd.Real](s *statistics, a chunkgrid.Any, m *storage.Meta, b *batch) func() {
	x := chunkgrid.As[T](a)
	declared := declaredMissing[T](m)
	raw := wantMoments(b, x, ufunc.Cast[float64](x))
	if s.overAll {
		nan := want(b, reduce.CountNonzero(ufunc.IsNaN(x)))
		return func() { s.moments, s.nan = raw(), nan() }
	}
	bad := ufunc.IsNaN(x)
	missing := func() int64 { return 0 }
	if len(declared) > 0 {
		isMissing := ufunc.Equal(x, declared[0])
		for _, v := range declared[1:] {
			isMissing = ufunc.LogicalOr(isMissing, ufunc.Equal(x, v))
		}
		missing = want(b, reduce.CountNonzero(isMissing))
		bad = ufunc.LogicalOr(bad, isMissing)
	}
	rest := wantMasked(b, x, bad)
	out := want(b, reduce.CountNonzero(bad))
	return func() {
		s.missing = missing()
		s.nan = out() - s.missing
		if s.valid() > 0 {
			s.moments = rest()
		}
		if len(declared) > 0 {
			r := raw()
			s.raw = &r
		}
	}
}

// wantMoments has min and max of x and mean and std of its float64 computed.
func wantMoments[T nd.Real](b *batch, x *chunkgrid.Array[T], f *chunkgrid.Array[float64]) func() moments {
	lo, hi := want(b, reduce.Min(x)), want(b, reduce.Max(x))
	mean, std := want(b, reduce.Mean(f)), want(b, reduce.Std(f))
	return func() moments { return moments{lo(), hi(), mean(), std()} }
}

// wantMasked is wantMoments without the elements for which bad is true.
func wantMasked[T nd.Real](b *batch, x *chunkgrid.Array[T], bad *chunkgrid.Array[bool]) func() moments {
	lowest, highest := extremes[T]()
	f := ufunc.Cast[float64](x)
	f = ufunc.Where(bad, f.Scalar(math.NaN()), f)
	lo := want(b, reduce.Min(ufunc.Where(bad, x.Scalar(highest), x)))
	hi := want(b, reduce.Max(ufunc.Where(bad, x.Scalar(lowest), x)))
	mean, std := want(b, reduce.NaNMean(f)), want(b, reduce.NaNStd(f))
	return func() moments { return moments{lo(), hi(), mean(), std()} }
}

// extremes returns the least and the greatest value of T, infinities included.
func extremes[T nd.Real]() (lowest, highest T) {
	dt := nd.DTypeOf[T]()
	lo, hi := math.Inf(-1), math.Inf(1)
	switch bits := 8 * dt.Size(); {
	case dt.IsSigned():
		return T(int64(math.MinInt64) >> (64 - bits)), T(int64(math.MaxInt64) >> (64 - bits))
	case dt.IsInteger():
		return 0, T(uint64(math.MaxUint64) >> (64 - bits))
	}
	return T(lo), T(hi)
}

// declaredMissing returns the values of T that attributes declare missing.
// NaN is not among them: it is counted as what it is.
func declaredMissing[T nd.Real](m *storage.Meta) []T {
	var list []T
	dt := nd.DTypeOf[T]()
	for _, name := range missingNames {
		for _, v := range missingValues(m)[name] {
			one := storage.Attrs{name: v}
			if h, ok := v.(nd.Float16); ok {
				one[name] = h.Float32()
			}
			if dt.IsFloat() {
				if f, err := storage.Attr[float64](one, name); err == nil && f == f {
					list = append(list, T(f))
				}
				continue
			}
			if i, err := storage.Attr[int64](one, name); err == nil && int64(T(i)) == i && (T(i) < 0) == (i < 0) {
				list = append(list, T(i))
			} else if u, err := storage.Attr[uint64](one, name); err == nil && uint64(T(u)) == u && T(u) >= 0 {
				list = append(list, T(u))
			}
		}
	}
	return list
}

// halfStats are those of half floats, as float32.
func halfStats(s *statistics, x chunkgrid.Any, m *storage.Meta, b *batch) func() {
	return realStats[float32](s, ufunc.Cast[float32](x), m, b)
}

// boolStats are those of the numbers 0 and 1.
func boolStats(s *statistics, x chunkgrid.Any, _ *storage.Meta, b *batch) func() {
	finish := realStats[uint8](s, ufunc.Cast[uint8](x), &storage.Meta{}, b)
	return func() {
		finish()
		s.min, s.max = s.min == uint8(1), s.max == uint8(1)
	}
}

// complexStats have a mean only.
func complexStats(s *statistics, a chunkgrid.Any, _ *storage.Meta, b *batch) func() {
	x := ufunc.Cast[complex128](a)
	bad := ufunc.IsNaN(x)
	nan := want(b, reduce.CountNonzero(bad))
	if !s.overAll {
		x = ufunc.Where(bad, x.Scalar(0), x)
	}
	sum := want(b, reduce.Sum(x))
	return func() {
		s.nan = nan()
		if n := s.valid(); n > 0 {
			s.mean = sum() / complex(float64(n), 0)
		}
	}
}

func datetimeStats(s *statistics, x chunkgrid.Any, _ *storage.Meta, b *batch) func() {
	return timeStats(s, x, ufunc.IsNaN(chunkgrid.As[nd.Datetime](x)), b, func(v int64) any { return nd.Datetime(v) })
}

func timedeltaStats(s *statistics, x chunkgrid.Any, _ *storage.Meta, b *batch) func() {
	return timeStats(s, x, ufunc.IsNaN(chunkgrid.As[nd.Timedelta](x)), b, func(v int64) any { return nd.Timedelta(v) })
}

// timeStats are the first and the last time; NaT is left out even with --raw,
// as it has no order.
func timeStats(s *statistics, a chunkgrid.Any, bad *chunkgrid.Array[bool], b *batch, typed func(int64) any) func() {
	s.overAll, s.nanName = false, "NaT"
	nat := want(b, reduce.CountNonzero(bad))
	rest := wantMasked(b, ufunc.Cast[int64](a), bad)
	return func() {
		s.nan = nat()
		if s.valid() > 0 {
			r := rest()
			s.min, s.max = typed(r.min.(int64)), typed(r.max.(int64))
		}
	}
}

// counts writes how many values there are of each sort.
func (s *statistics) counts() []string {
	nan := s.nanName + " " + spaced(s.nan)
	if s.overAll {
		return []string{"all " + spaced(s.count), "missing values counted", nan}
	}
	missing := "missing " + spaced(s.missing)
	if s.missing > 0 {
		missing += fmt.Sprintf(" (%s)", percentText(float64(s.missing)/float64(s.count)))
	}
	return []string{"valid " + spaced(s.valid()), missing, nan}
}

// screen writes the two lines of the screen.
func (s *statistics) screen() string {
	counts := strings.Join(s.counts(), "   ")
	line := s.moments.text(s.dtype, "   ", "min", "max", "mean", "std")
	if s.raw != nil && s.missing > 0 && s.nan == 0 { // with NaN they all are NaN
		if line != "" {
			line += "          "
		}
		line += fmt.Sprintf("(raw, fill counted: %s)", s.raw.text(s.dtype, " ", "min", "mean", "std"))
	}
	if line == "" {
		return labelled("stats", counts)
	}
	return labelled("stats", counts) + labelled("", line)
}

// unpacked writes the line about the numbers that the values stand for where CF's
// attributes scale_factor and add_offset say so; "" where they don't.
func (s *statistics) unpacked(attrs storage.Attrs) string {
	scale, err1 := storage.Attr[float64](attrs, "scale_factor")
	offset, err2 := storage.Attr[float64](attrs, "add_offset")
	if err1 != nil && err2 != nil || s.overAll || s.moments.std == nil {
		return ""
	}
	if err1 != nil {
		scale = 1
	}
	number := func(v any) float64 { // of min and max, whatever their dtype
		f, err := floatOf(v)
		if err != nil {
			return math.NaN()
		}
		return float64(f*scale) + offset
	}
	lo, hi := number(s.min), number(s.max)
	var parts []string
	for _, m := range []struct {
		name string
		v    float64
	}{{"min", min(lo, hi)}, {"max", max(lo, hi)}, {"mean", number(s.mean)}, {"std", math.Abs(scale) * s.std.(float64)}} {
		parts = append(parts, m.name+" "+numberText(m.v))
	}
	if u, err := storage.Attr[string](attrs, "units"); err == nil {
		parts = append(parts, u)
	}
	return labelled("", "unpacked: "+strings.Join(parts, "   "))
}

// percentText writes a share: "46.0 %", "0.006 %".
func percentText(share float64) string {
	if p := 100 * share; p < 0.1 {
		return strconv.FormatFloat(p, 'g', 1, 64) + " %"
	}
	return strconv.FormatFloat(100*share, 'f', 1, 64) + " %"
}

// text writes the named ones of the moments.
func (m moments) text(dt nd.DType, gap string, names ...string) string {
	all := map[string]any{"min": m.min, "max": m.max, "mean": m.mean, "std": m.std}
	var parts []string
	for _, name := range names {
		switch v := all[name].(type) {
		case nil:
		case float64:
			if name == "mean" || name == "std" {
				parts = append(parts, name+" "+numberText(v))
				continue
			}
			parts = append(parts, name+" "+valueText(dt, v))
		case string:
			parts = append(parts, name+" "+attrText(v, false))
		case complex128:
			parts = append(parts, fmt.Sprintf("%s %.6g", name, v))
		default:
			parts = append(parts, name+" "+valueText(dt, v))
		}
	}
	return strings.Join(parts, gap)
}
