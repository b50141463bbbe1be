package nd

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FormatOptions say how Format writes an array. Zero values stand for NumPy's
// defaults, which String uses.
type FormatOptions struct {
	Precision int // digits after the point of floats at most; 8
	Threshold int // arrays of more elements are shortened; 1000
	EdgeItems int // elements at either end of an axis shown of a shortened array; 3
	LineWidth int // columns after which lines are broken; 75
}

func (o FormatOptions) withDefaults() FormatOptions {
	for _, f := range []struct {
		v     *int
		usual int
	}{{&o.Precision, 8}, {&o.Threshold, 1000}, {&o.EdgeItems, 3}, {&o.LineWidth, 75}} {
		if *f.v <= 0 {
			*f.v = f.usual
		}
	}
	return o
}

// Format writes an array as NumPy's str does: nested brackets, elements aligned
// in columns, floats with as few digits as tell them apart and in scientific
// notation where they differ widely, times as ISO 8601, long arrays shortened
// by "...".
func Format(a Dyn, o FormatOptions) string {
	o = o.withDefaults()
	shape := a.Shape()
	if len(shape) == 0 {
		return a.words(o.Precision)[0]
	}
	size := a.Size()
	if size == 0 {
		return "[]"
	}
	p := printer{shape: shape, shortened: make([]bool, len(shape)), width: o.LineWidth}
	if size > o.Threshold {
		for k, n := range shape {
			if n > 2*o.EdgeItems {
				ends := identity(2 * o.EdgeItems)
				for i := range o.EdgeItems {
					ends[o.EdgeItems+i] = i - o.EdgeItems
				}
				a = a.take(k, ends)
				p.shape[k], p.shortened[k] = len(ends), true
			}
		}
	}
	p.words = a.words(o.Precision)
	return p.nested(0, " ")
}

// String writes the array as NumPy's str does, see Format.
func (a *Array[T]) String() string { return Format(a, FormatOptions{}) }

func (o *opaque) String() string { return Format(o, FormatOptions{}) }

// printer arranges the texts of elements.
type printer struct {
	shape     []int
	shortened []bool   // axes with "..." in the middle
	words     []string // in C order, taken from the front
	width     int
}

const dots = "..."

// nested writes the part of the array along axes from axis on. Its lines after
// the first begin with indent.
func (p *printer) nested(axis int, indent string) string {
	n := p.shape[axis]
	if axis == len(p.shape)-1 {
		return p.row(n, p.shortened[axis], indent, p.width-axis)
	}
	gap := strings.Repeat("\n", len(p.shape)-1-axis) + indent
	var s strings.Builder
	s.WriteByte('[')
	for i := range n {
		if i > 0 {
			s.WriteString(gap)
		}
		if p.shortened[axis] && i == n/2 {
			s.WriteString(dots + gap)
		}
		s.WriteString(p.nested(axis+1, indent+" "))
	}
	s.WriteByte(']')
	return s.String()
}

// row writes n elements, broken into lines of less than width columns.
func (p *printer) row(n int, shortened bool, indent string, width int) string {
	var s strings.Builder
	line := indent
	add := func(word string) {
		if len(line) > len(indent) && utf8.RuneCountInString(line)+utf8.RuneCountInString(word) > width-1 {
			s.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += word
	}
	for i, word := range p.words[:n] {
		if shortened && i == n/2 {
			add(dots)
			line += " "
		}
		add(word)
		if i < n-1 {
			line += " "
		}
	}
	p.words = p.words[n:]
	s.WriteString(line)
	return "[" + s.String()[len(indent):] + "]"
}

func (a *Array[T]) take(axis int, index []int) Dyn { return Must(a.Take(axis, index)) }

func (a *Array[T]) words(precision int) []string {
	scalar := a.NDim() == 0
	switch v := any(a.Data()).(type) {
	case []bool:
		return boolWords(v, scalar)
	case []Float16:
		return floatWords(v, halfNumber, float16Text, precision, scalar)
	case []float32:
		return floatWords(v, singleNumber, float32Text, precision, scalar)
	case []float64:
		return floatWords(v, doubleNumber, float64Text, precision, scalar)
	case []complex64:
		return complexWords(v, func(z complex64) (float32, float32) { return real(z), imag(z) }, singleNumber, float32Text, precision, scalar)
	case []complex128:
		return complexWords(v, func(z complex128) (float64, float64) { return real(z), imag(z) }, doubleNumber, float64Text, precision, scalar)
	case []Datetime:
		return datetimeWords(v, a.dtype.unit, scalar)
	case []Timedelta:
		return timedeltaWords(v, a.dtype.unit, scalar)
	default:
		words := make([]string, 0, a.Size())
		for v := range a.Values() {
			words = append(words, fmt.Sprint(v))
		}
		return alignRight(words, 0)
	}
}

func boolWords(v []bool, scalar bool) []string {
	words := make([]string, len(v))
	for i, b := range v {
		words[i] = "False"
		if b {
			words[i] = "True"
		}
	}
	if scalar {
		return words
	}
	return alignRight(words, 5)
}

// alignRight fills words with spaces on the left to one width of at least width.
func alignRight(words []string, width int) []string {
	for _, w := range words {
		width = max(width, len(w))
	}
	for i, w := range words {
		words[i] = strings.Repeat(" ", width-len(w)) + w
	}
	return words
}

func (o *opaque) take(axis int, index []int) Dyn {
	b := &Array[uint8]{Uint8, o.inBytes(), o.data}
	b = Must(b.Take(axis, index))
	shape := b.lay.shape[:len(b.lay.shape)-1]
	return &opaque{o.dtype, cLayout(shape), b.data}
}

func (o *opaque) words(precision int) []string {
	if o.dtype.kind == KindStruct {
		return o.structWords(precision)
	}
	size := o.dtype.Size()
	var words []string
	for b := o.Bytes(); len(b) > 0; b = b[size:] {
		words = append(words, o.text(b[:size]))
	}
	if len(o.lay.shape) == 0 && o.dtype.kind == KindUTF32 {
		words[0] = o.Item().(string)
	}
	return words
}

// structWords writes elements as tuples, each field as an array of it would be.
func (o *opaque) structWords(precision int) []string {
	all, size, fields := o.Bytes(), o.dtype.Size(), o.dtype.Fields()
	words := make([]string, len(all)/size)
	for k, f := range fields {
		n := f.DType.Size()
		column := make([]byte, 0, len(words)*n)
		for i := range words {
			column = append(column, all[i*size+f.Offset:][:n]...)
		}
		shape := o.Shape()
		if f.DType.Unit() != "" || f.DType.IsComplex() {
			shape = []int{len(words)} // alone too they are written as in arrays
		}
		for i, word := range Must(DynFromBytes(f.DType, shape, column)).words(precision) {
			if k > 0 {
				words[i] += ", "
			}
			words[i] += word
		}
	}
	end := ")"
	if len(fields) == 1 {
		end = ",)"
	}
	for i, w := range words {
		words[i] = "(" + w + end
	}
	return words
}

// text writes an element as a Python literal.
func (o *opaque) text(b []byte) string {
	switch o.dtype.kind {
	case KindUTF32:
		return quote(decodeUTF32(b), true)
	case KindBytes:
		return "b" + quote(strings.TrimRight(string(b), "\x00"), false)
	}
	var s strings.Builder
	for _, c := range b {
		fmt.Fprintf(&s, `\x%02x`, c)
	}
	return "b'" + s.String() + "'"
}

// quote writes a string as Python's repr does; text is false where s holds
// bytes rather than UTF-8.
func quote(s string, text bool) string {
	q := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = '"'
	}
	var b strings.Builder
	b.WriteByte(q)
	for len(s) > 0 {
		r, n := rune(s[0]), 1
		if text {
			r, n = utf8.DecodeRuneInString(s)
		}
		switch {
		case r == rune(q) || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case !text && (r < ' ' || r >= 0x7f), text && r < 0x100 && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000 && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	b.WriteByte(q)
	return b.String()
}
