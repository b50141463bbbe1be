package codec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// Parse reads a configuration of a codec that encodes: as String writes it, with
// one parameter at most, "zstd 5" or "transpose (1, 0)", or with all of them by
// name, "zstd(level=5, checksum=true)". Whether a codec has a parameter, and what
// it may be, is told when the codec is bound to data.
func Parse(text string) (Config, error) {
	name, arg := strings.TrimSpace(text), ""
	if i := strings.IndexAny(name, " ("); i >= 0 {
		name, arg = name[:i], strings.TrimSpace(name[i:])
	}
	k, ok := kinds[name]
	if !ok {
		return Config{}, fmt.Errorf("%w %q; there are %s", storage.ErrCodec, name, strings.Join(written(), ", "))
	}
	c := Config{Name: name}
	if slices.Contains(unwritten, name) {
		return c, fmt.Errorf("%w: codec %s is read, not written", storage.ErrUnsupported, name)
	}
	if arg == "" {
		return c, nil
	}
	var err error
	if list, ok := enclosed(arg); ok && strings.Contains(list, "=") {
		c.Params, err = parseParams(list)
	} else if k.main == "" {
		err = fmt.Errorf("takes no parameter like that: %q", text)
	} else {
		var v any
		v, err = parseValue(arg)
		c.Params = Params{k.main: v}
	}
	if err != nil {
		return Config{}, fmt.Errorf("codec %s: %w", name, err)
	}
	return c, nil
}

// enclosed returns what stands in the parentheses that text consists of.
func enclosed(text string) (string, bool) {
	inner, open := strings.CutPrefix(text, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	return inner, open && closed
}

// parseParams reads "name=value, name=value".
func parseParams(list string) (Params, error) {
	p := Params{}
	for _, part := range Split(list) {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || value == "" {
			return nil, fmt.Errorf("%q is not like name=value", part)
		}
		if _, twice := p[name]; twice {
			return nil, fmt.Errorf("parameter %s twice", name)
		}
		var err error
		if p[name], err = parseValue(value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return p, nil
}

// parseValue reads a number, true or false, a list of axes, or else text.
func parseValue(text string) (any, error) {
	if i, err := strconv.Atoi(text); err == nil {
		return i, nil
	}
	if text == "true" || text == "false" {
		return text == "true", nil
	}
	if !strings.ContainsAny(text, "()=") {
		return text, nil
	}
	list, ok := enclosed(text)
	axes := []int{}
	for f := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		i, err := strconv.Atoi(f)
		ok = ok && err == nil
		axes = append(axes, i)
	}
	if !ok {
		return nil, fmt.Errorf("%q is not a number, a word or a list of axes", text)
	}
	return axes, nil
}

// Split cuts a list at its commas, those in parentheses aside, and leaves out what
// is empty: "shuffle, zstd(level=5, checksum=true)" is two codecs.
func Split(list string) []string {
	depth := 0
	parts := strings.FieldsFunc(list, func(r rune) bool {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		return r == ',' && depth == 0
	})
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}
