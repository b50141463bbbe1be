package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// parser turns the fields of one column into values, and keeps them.
type parser interface {
	// fast parses the field that begins at src[at] if it is written as such
	// fields mostly are, and returns where it ends; -1: it isn't, see set. src
	// ends in a newline.
	fast(src []byte, at int, sep byte) int
	// set parses any text, quotes already undone.
	set(text []byte) error
	// move adds the values from lo up to hi to another parser of the same type. The
	// values may be in that parser's memory, where they belong or behind it.
	move(to parser, lo, hi int)
	// within forgets the values and takes memory of another parser, for rows from
	// lo up to hi, to keep others in.
	within(memory parser, lo, hi int)
	// bytes is how many the values take.
	bytes() int
	// column returns the values; the parser is not used any more.
	column() (Column, error)
	// clear forgets the values and keeps the memory.
	clear()
}

// newParser returns the parser for a dtype, with room for rows values. times
// are written as layout says.
func newParser(dt nd.DType, layout string, rows int) (parser, error) {
	switch dt {
	case nd.Int64:
		return &ints{newList[int64](dt, rows)}, nil
	case nd.Uint64:
		return &uints{newList[uint64](dt, rows)}, nil
	case nd.Float64:
		return &floats{newList[float64](dt, rows)}, nil
	case nd.Bool:
		return &bools{newList[bool](dt, rows)}, nil
	case nd.Text:
		return &texts{s: Strings{ends: make([]int, 0, rows)}}, nil
	case timeType:
		return &times{list: newList[nd.Datetime](dt, rows), layout: layout}, nil
	}
	return nil, fmt.Errorf("%w: columns are int64, uint64, float64, bool, string or %v, not %v", nd.ErrDType, timeType, dt)
}

// timeType is the dtype of columns of times, as pandas has it.
var timeType = nd.Datetime64("us")

// list is what parsers of values of one size have in common.
type list[T nd.Elem] struct {
	v  []T
	dt nd.DType
}

// newList returns an empty list with room for rows values, in memory that isn't cleared.
func newList[T nd.Elem](dt nd.DType, rows int) list[T] {
	return list[T]{nd.AsSlice[T](nd.EmptyBytes(rows * dt.Size()))[:0], dt}
}

func (l *list[T]) clear() { l.v = l.v[:0] }

func (l *list[T]) move(to parser, lo, hi int) {
	t := to.(interface{ take([]T) })
	t.take(l.v[lo:hi])
}

func (l *list[T]) take(v []T) {
	n := len(l.v)
	if room := cap(l.v) - n; len(v) > 0 && len(v) <= room && &v[0] == &l.v[:n+1][n] {
		l.v = l.v[:n+len(v)]
		return
	}
	l.v = append(l.v, v...)
}

func (l *list[T]) within(memory parser, lo, hi int) {
	l.v = memory.(interface{ all() []T }).all()[lo:lo:hi]
}

func (l *list[T]) all() []T { return l.v[:cap(l.v)] }

func (l *list[T]) bytes() int { return len(l.v) * l.dt.Size() }

func (l *list[T]) column() (Column, error) {
	a, err := nd.FromSlice(l.v, len(l.v))
	if err != nil {
		return nil, err
	}
	return a.WithDType(l.dt)
}

// ends reports whether a field may end at src[i].
func ends(src []byte, i int, sep byte) bool {
	c := src[i]
	return c == sep || c == '\n' || c == '\r' && src[i+1] == '\n'
}

var errMissing = errors.New("a missing value")

// missing reports whether a text stands for a missing value, as pandas has it.
func missing(text []byte) bool {
	switch string(text) {
	case "", "NA", "NaN", "nan", "N/A", "n/a", "null", "NULL", "None", "<NA>", "#N/A", "-nan", "-NaN", "#NA", "#N/A N/A",
		"1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN":
		return true
	}
	return false
}

// view is a text without a copy, for parsing only.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

type ints struct{ list[int64] }

func (p *ints) fast(src []byte, at int, sep byte) int {
	i := at
	negative := src[i] == '-'
	if negative {
		i++
	}
	first, n := i, int64(0)
	for c := src[i] - '0'; c <= 9; c = src[i] - '0' {
		n = n*10 + int64(c)
		i++
	}
	if digits := i - first; digits == 0 || digits > 18 || !ends(src, i, sep) {
		return -1
	}
	if negative {
		n = -n
	}
	p.v = append(p.v, n)
	return i
}

func (p *ints) set(text []byte) error {
	text = bytes.TrimSpace(text)
	if missing(text) {
		return errMissing
	}
	n, err := strconv.ParseInt(view(text), 10, 64)
	if err != nil {
		return cause(err)
	}
	p.v = append(p.v, n)
	return nil
}

// uints are for numbers too large for ints, so that nothing is to be gained by fast.
type uints struct{ list[uint64] }

func (p *uints) fast([]byte, int, byte) int { return -1 }

func (p *uints) set(text []byte) error {
	text = bytes.TrimSpace(text)
	if missing(text) {
		return errMissing
	}
	digits := bytes.TrimPrefix(text, []byte{'+'})
	if zeros, ok := bytes.CutPrefix(text, []byte{'-'}); ok && len(bytes.Trim(zeros, "0")) == 0 {
		digits = zeros
	}
	n, err := strconv.ParseUint(view(digits), 10, 64)
	if err != nil {
		return cause(err)
	}
	p.v = append(p.v, n)
	return nil
}

// integers finds out which dtype holds all fields of a column, if they are integers
// or missing.
type integers struct {
	ints
	negative, big, huge, absent bool // below 0, beyond int64, beyond uint64 too, missing
}

func (p *integers) fast(src []byte, at int, sep byte) int {
	end := p.ints.fast(src, at, sep)
	p.note()
	return end
}

// note forgets the values, all but what they say about the dtype.
func (p *integers) note() {
	for _, n := range p.v {
		p.negative = p.negative || n < 0
	}
	p.clear()
}

func (p *integers) set(text []byte) error {
	err := p.ints.set(text)
	p.note()
	switch {
	case errors.Is(err, errMissing):
		p.absent = true
	case errors.Is(err, strconv.ErrRange) && len(bytes.Trim(text, " \t+-0123456789")) == 0: // strconv looks no further
		p.big = true
		p.huge = p.huge || (&uints{}).set(text) != nil
	default:
		return err
	}
	return nil
}

// dtype is text where nothing else keeps the numbers as they are.
func (p *integers) dtype() nd.DType {
	switch {
	case p.huge, p.big && (p.negative || p.absent):
		return nd.Text
	case p.big:
		return nd.Uint64
	case p.absent:
		return nd.Float64
	}
	return nd.Int64
}

// cause drops the text from an error of strconv, which points into a buffer.
func cause(err error) error {
	var bad *strconv.NumError
	if errors.As(err, &bad) {
		return bad.Err
	}
	return err
}

type floats struct{ list[float64] }

var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// fast takes digits with or without a point whose number, without the point,
// and whose power of ten are both exact: then one division rounds correctly.
func (p *floats) fast(src []byte, at int, sep byte) int {
	i := at
	negative := src[i] == '-'
	if negative {
		i++
	}
	first, m, places := i, uint64(0), 0
	for c := src[i] - '0'; c <= 9; c = src[i] - '0' {
		m = m*10 + uint64(c)
		i++
	}
	digits := i - first
	if src[i] == '.' {
		i++
		first = i
		for c := src[i] - '0'; c <= 9; c = src[i] - '0' {
			m = m*10 + uint64(c)
			i++
		}
		places = i - first
		digits += places
	}
	if !ends(src, i, sep) || digits > 19 || m > 1<<53 {
		return -1
	}
	if digits == 0 {
		if i > at {
			return -1
		}
		p.v = append(p.v, math.NaN()) // an empty field
		return i
	}
	v := float64(m) / powers[places]
	if negative {
		v = -v
	}
	p.v = append(p.v, v)
	return i
}

func (p *floats) set(text []byte) error {
	text = bytes.TrimSpace(text)
	if missing(text) {
		p.v = append(p.v, math.NaN())
		return nil
	}
	if bytes.ContainsAny(text, "_xXpP") { // Go's way of writing numbers, nobody else's
		return strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(view(text), 64)
	if v != v { // "NAN" stands for nothing
		return strconv.ErrSyntax
	}
	if err != nil && !math.IsInf(v, 0) { // too large is infinite, as in pandas
		return cause(err)
	}
	p.v = append(p.v, v)
	return nil
}

type bools struct{ list[bool] }

func (p *bools) fast([]byte, int, byte) int { return -1 }

func (p *bools) set(text []byte) error {
	switch word := view(text); {
	case strings.EqualFold(word, "true"):
		p.v = append(p.v, true)
	case strings.EqualFold(word, "false"):
		p.v = append(p.v, false)
	case missing(text):
		return errMissing
	default:
		return strconv.ErrSyntax
	}
	return nil
}

type texts struct{ s Strings }

// plain says of bytes that they are text as it stands, whatever the separator.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"'
	}
	t['\t'] = true
	return t
}()

// plainEnd returns where the field at src[at] ends if it is plain text; -1: it isn't.
func plainEnd(src []byte, at int, sep byte) int {
	i := at
	for c := src[i]; plain[c] && c != sep; c = src[i] {
		i++
	}
	if !ends(src, i, sep) {
		return -1
	}
	return i
}

func (p *texts) fast(src []byte, at int, sep byte) int {
	end := plainEnd(src, at, sep)
	if end >= 0 {
		p.add(src[at:end])
	}
	return end
}

func (p *texts) add(text []byte) {
	p.s.data = append(p.s.data, text...)
	p.s.ends = append(p.s.ends, len(p.s.data))
}

func (p *texts) set(text []byte) error {
	switch {
	case !utf8.Valid(text):
		return errors.New("not UTF-8")
	case bytes.IndexByte(text, 0) >= 0:
		return errors.New("a NUL byte")
	}
	p.add(text)
	return nil
}

func (p *texts) move(to parser, lo, hi int) { to.(*texts).s.append(&p.s, lo, hi) }

func (p *texts) bytes() int { return p.s.NBytes() }

func (p *texts) column() (Column, error) { return &p.s, nil }

// within keeps its own memory: how long texts are isn't known.
func (p *texts) within(parser, int, int) { p.clear() }

func (p *texts) clear() { p.s.data, p.s.ends = p.s.data[:0], p.s.ends[:0] }

// times are microseconds since 1970.
type times struct {
	list[nd.Datetime]
	layout string // "": ISO 8601, with a space or T before the time of day
	day    [10]byte
	micros int64 // of day
}

const (
	noTime    = math.MinInt64
	isoSecond = len("2006-01-02 15:04:05")
)

// fast takes "2006-01-02 15:04:05". The day of a row is mostly that of the row before.
func (p *times) fast(src []byte, at int, sep byte) int {
	if p.layout != "" || len(src)-at <= isoSecond || !ends(src, at+isoSecond, sep) {
		return -1
	}
	s := src[at : at+isoSecond]
	if s[10] != ' ' && s[10] != 'T' {
		return -1
	}
	if day := [10]byte(s); day != p.day {
		t, err := time.Parse(time.DateOnly, view(s[:10]))
		if err != nil {
			return -1
		}
		p.day, p.micros = day, t.UnixMicro()
	}
	of, ok := ofDay(binary.LittleEndian.Uint64(s[11:]))
	if !ok {
		return -1
	}
	p.v = append(p.v, nd.Datetime(p.micros+of))
	return at + isoSecond
}

// ofDay returns the microseconds of "15:04:05", all eight bytes together; false: it
// isn't a time of day.
func ofDay(text uint64) (int64, bool) {
	w := text ^ 0x30303a30303a3030 // what digits stand for, and 0 for colons
	if (w|(w+0x7676767676767676))&0x8080808080808080 != 0 || w&0x0000ff0000ff0000 != 0 {
		return 0, false
	}
	two := func(at int) int64 { return int64(w>>at&0xff*10 + w>>(at+8)&0xff) }
	h, m, s := two(0), two(24), two(48)
	return (h*3600 + m*60 + s) * 1e6, h < 24 && m < 60 && s < 60
}

// isoLayouts are what a column of times without a layout may have.
var isoLayouts = []string{time.DateTime, "2006-01-02T15:04:05", time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339, "2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02 15:04:05Z07", "2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02 15:04Z0700"}

func (p *times) set(text []byte) error {
	text = bytes.TrimSpace(text)
	if missing(text) || string(text) == "NaT" {
		p.v = append(p.v, noTime)
		return nil
	}
	layouts := isoLayouts
	if p.layout != "" {
		layouts = []string{p.layout}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, view(text)); err == nil {
			p.v = append(p.v, nd.Datetime(t.UnixMicro()))
			return nil
		}
	}
	if p.layout != "" {
		return fmt.Errorf("not written as %q", p.layout)
	}
	return errors.New("not a time such as 2006-01-02 15:04:05")
}
