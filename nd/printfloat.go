package nd

import (
	"math"
	"strconv"
	"strings"
)

// number is a float as printing sees it: its exact value, and a float64 whose
// shortest decimal text is that of the float in its own type.
type number struct{ exact, short float64 }

func doubleNumber(v float64) number { return number{v, v} }

func singleNumber(v float32) number {
	return number{float64(v), parseFloat(strconv.FormatFloat(float64(v), 'e', -1, 32))}
}

// halfNumber tries numbers of digits until one tells v from its neighbours. A
// tie between two texts is tried both ways: below a power of 2 the neighbour is
// closer than above.
func halfNumber(v Float16) number {
	x := float64(v.Float32())
	for digits := range 5 {
		for _, y := range []float64{x, x * (1 + 1e-12)} {
			if short := parseFloat(strconv.FormatFloat(y, 'e', digits, 64)); NewFloat16(float32(short)) == v {
				return number{x, short}
			}
		}
	}
	return number{x, x}
}

// parseFloat reads what FormatFloat has just written.
func parseFloat(s string) float64 {
	v, _ := strconv.ParseFloat(s, 64)
	return v
}

// scientific writes exactly so many digits after the point, and the exponent
// with its sign in expLen characters.
func (n number) scientific(digits, expLen int, plus bool) string {
	s, exp, _ := strings.Cut(strconv.FormatFloat(n.exact, 'e', digits, 64), "e")
	if digits == 0 {
		s += "."
	}
	if plus && s[0] != '-' {
		s = "+" + s
	}
	return s + "e" + exp[:1] + pad(expLen-len(exp), "0") + exp[1:]
}

func (n number) finite() bool { return !math.IsNaN(n.exact) && !math.IsInf(n.exact, 0) }

// text writes the number with at most precision digits after the point, in
// format 'f' or 'e', without zeros at the end of its fraction; the point stays.
func (n number) text(format byte, precision int) (whole, frac, exp string) {
	s := strconv.FormatFloat(n.short, format, -1, 64)
	if digits, _, _ := strings.Cut(s, "e"); len(digits)-strings.IndexByte(digits+".", '.')-1 > precision {
		s = strconv.FormatFloat(n.exact, format, precision, 64)
	}
	s, exp, _ = strings.Cut(s, "e")
	whole, frac, _ = strings.Cut(s, ".")
	return whole, strings.TrimRight(frac, "0"), exp
}

// floatText is what the notation depends on beside the values: how a type
// compares, and from where on it is scientific.
type floatText struct {
	scalarMax, arrayMax float64
	round               func(float64) float64 // to the type
}

var (
	float16Text = floatText{1e3, 1e3, func(v float64) float64 { return float64(NewFloat16(float32(v)).Float32()) }}
	float32Text = floatText{1e6, 1e6, func(v float64) float64 { return float64(float32(v)) }}
	float64Text = floatText{1e16, 1e8, func(v float64) float64 { return v }}
)

// scalar writes a single number as NumPy writes a scalar: all digits, "1.0" or
// 1e+16; within complex numbers there is no ".0".
func (t floatText) scalar(n number, point string) string {
	switch v := math.Abs(n.exact); {
	case !n.finite():
		return nonFinite(n.exact)
	case v != 0 && (v < 1e-4 || v >= t.scalarMax):
		return strconv.FormatFloat(n.short, 'e', -1, 64)
	}
	s := strconv.FormatFloat(n.short, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += point
	}
	return s
}

func nonFinite(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case v < 0:
		return "-inf"
	}
	return "inf"
}

func floatWords[T Elem](vals []T, conv func(T) number, t floatText, precision int, scalar bool) []string {
	nums := make([]number, len(vals))
	for i, v := range vals {
		nums[i] = conv(v)
	}
	if scalar {
		return []string{t.scalar(nums[0], ".0")}
	}
	return t.column(nums, precision, false)
}

func complexWords[T, P Elem](vals []T, split func(T) (P, P), conv func(P) number, t floatText, precision int, scalar bool) []string {
	re, im := make([]number, len(vals)), make([]number, len(vals))
	for i, v := range vals {
		x, y := split(v)
		re[i], im[i] = conv(x), conv(y)
	}
	if scalar {
		x, y := t.scalar(re[0], ""), t.scalar(im[0], "")+"j"
		if x == "0" {
			return []string{y}
		}
		if y[0] != '-' {
			y = "+" + y
		}
		return []string{"(" + x + y + ")"}
	}
	words, tails := t.column(re, precision, false), t.column(im, precision, true)
	for i, w := range tails {
		end := len(strings.TrimRight(w, " "))
		words[i] += w[:end] + "j" + w[end:]
	}
	return words
}

// column writes numbers with their points below each other, or in scientific
// notation, all of one width. plus asks for a sign before positive ones.
func (t floatText) column(nums []number, precision int, plus bool) []string {
	format := t.notation(nums)
	type parts struct{ whole, frac, exp string }
	texts := make([]parts, len(nums))
	var left, right, expLen int // widths before and after the point
	odd := 0                    // width of what is not finite
	for i, n := range nums {
		p := &texts[i]
		if !n.finite() {
			p.whole = nonFinite(n.exact)
			if plus && p.whole[0] != '-' {
				p.whole = "+" + p.whole
			}
			odd = max(odd, len(p.whole))
			if plus {
				odd = max(odd, len("+inf"))
			}
			continue
		}
		p.whole, p.frac, p.exp = n.text(format, precision)
		if plus && p.whole[0] != '-' {
			p.whole = "+" + p.whole
		}
		left, right, expLen = max(left, len(p.whole)), max(right, len(p.frac)), max(expLen, len(p.exp))
	}
	width := right
	if format == 'e' {
		width += 1 + expLen // the e
	}
	left = max(left, odd-width-1)
	width += left + 1
	words := make([]string, len(nums))
	for i, n := range nums {
		p := texts[i]
		switch {
		case !n.finite():
			words[i] = pad(width-len(p.whole), " ") + p.whole
		case format == 'e':
			words[i] = pad(left-len(p.whole), " ") + n.scientific(right, expLen, plus)
		default:
			words[i] = pad(left-len(p.whole), " ") + p.whole + "." + p.frac + pad(right-len(p.frac), " ")
		}
	}
	return words
}

func pad(n int, s string) string { return strings.Repeat(s, max(n, 0)) }

// notation returns 'e' where the non-zero finite numbers are large, small, or
// far apart, else 'f'.
func (t floatText) notation(nums []number) byte {
	lo, hi := math.Inf(1), 0.0
	for _, n := range nums {
		if v := math.Abs(n.exact); v != 0 && n.finite() {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if hi != 0 && (hi >= t.arrayMax || lo < t.round(1e-4) || t.round(hi/lo) > 1000) {
		return 'e'
	}
	return 'f'
}
