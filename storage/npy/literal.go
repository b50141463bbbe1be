package npy

import (
	"fmt"
	"strconv"
	"strings"
)

// The header of a file is a Python literal. parser reads the part of the
// language that can stand there: dicts, tuples, lists, strings, True, False,
// None and integers. What it returns is map[string]any, []any, string, bool,
// nil or int.
type parser struct {
	text  string
	pos   int
	depth int
}

const (
	maxDepth = 16  // of nested brackets
	maxItems = 256 // between one pair of brackets
)

// parseLiteral reads text, which must be one literal and nothing else.
func parseLiteral(text string) (any, error) {
	p := &parser{text: text}
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.peek() != 0 || p.pos < len(p.text) {
		return nil, p.errorf("text after the end")
	}
	return v, nil
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("header, character %d: %s", p.pos, fmt.Sprintf(format, args...))
}

// peek skips white space and returns the next character, 0 at the end.
func (p *parser) peek() byte {
	for p.pos < len(p.text) && strings.IndexByte(" \t\n\r\f", p.text[p.pos]) >= 0 {
		p.pos++
	}
	if p.pos == len(p.text) {
		return 0
	}
	return p.text[p.pos]
}

func (p *parser) value() (any, error) {
	switch c := p.peek(); {
	case c == '{':
		return p.dict()
	case c == '(' || c == '[':
		return p.sequence(c)
	case c == '\'' || c == '"':
		return p.str(c)
	case c == '-' || c == '+' || c >= '0' && c <= '9':
		return p.integer()
	}
	return p.word()
}

// items reads what lies between brackets, up to closing; trailing reports
// whether a comma stood at the end.
func (p *parser) items(closing byte, item func() error) (trailing bool, err error) {
	if p.depth++; p.depth > maxDepth {
		return false, p.errorf("more than %d brackets inside each other", maxDepth)
	}
	p.pos++ // the opening one
	for n := 0; ; n++ {
		if p.peek() == closing {
			p.pos++
			p.depth--
			return trailing, nil
		}
		if n > 0 && !trailing {
			return false, p.errorf("want a comma or %q", closing)
		}
		if n == maxItems {
			return false, p.errorf("more than %d items", maxItems)
		}
		if err := item(); err != nil {
			return false, err
		}
		if trailing = p.peek() == ','; trailing {
			p.pos++
		}
	}
}

func (p *parser) dict() (any, error) {
	m := map[string]any{}
	_, err := p.items('}', func() error {
		key, err := p.value()
		if err != nil {
			return err
		}
		name, ok := key.(string)
		if !ok {
			return p.errorf("a key that is no string")
		}
		if _, twice := m[name]; twice {
			return p.errorf("key %q twice", name)
		}
		if p.peek() != ':' {
			return p.errorf("want a colon after key %q", name)
		}
		p.pos++
		m[name], err = p.value()
		return err
	})
	return m, err
}

// sequence reads a tuple or a list; "(3)" is 3, as in Python.
func (p *parser) sequence(opening byte) (any, error) {
	closing := byte(')')
	if opening == '[' {
		closing = ']'
	}
	s := []any{}
	trailing, err := p.items(closing, func() error {
		v, err := p.value()
		s = append(s, v)
		return err
	})
	if err == nil && opening == '(' && len(s) == 1 && !trailing {
		return s[0], nil
	}
	return s, err
}

// str reads a string without escapes, which no header needs.
func (p *parser) str(quote byte) (any, error) {
	rest := p.text[p.pos+1:]
	n := strings.IndexByte(rest, quote)
	if n < 0 {
		return nil, p.errorf("a string without end")
	}
	if strings.IndexByte(rest[:n], '\\') >= 0 {
		return nil, p.errorf("a string with escapes")
	}
	p.pos += n + 2
	return rest[:n], nil
}

// integer reads a decimal integer; Python 2 wrote some with an L at the end.
func (p *parser) integer() (any, error) {
	end := p.pos + 1
	for end < len(p.text) && p.text[end] >= '0' && p.text[end] <= '9' {
		end++
	}
	v, err := strconv.Atoi(p.text[p.pos:end])
	if err != nil {
		return nil, p.errorf("%.40q is not an integer of 64 bits", p.text[p.pos:end])
	}
	p.pos = end
	if end < len(p.text) && p.text[end] == 'L' {
		p.pos++
	}
	return v, nil
}

func (p *parser) word() (any, error) {
	for word, v := range map[string]any{"True": true, "False": false, "None": nil} {
		if strings.HasPrefix(p.text[p.pos:], word) {
			p.pos += len(word)
			return v, nil
		}
	}
	return nil, p.errorf("want a value, found %.20q", p.text[p.pos:])
}
