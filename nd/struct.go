package nd

import (
	"fmt"
	"strconv"
	"strings"
)

// Field is a member of the elements of a struct dtype: Offset is where its
// bytes begin within those of the element.
type Field struct {
	Name   string
	DType  DType
	Offset int
}

// maxFields is the most fields a struct may have.
const maxFields = 1 << 12

// Struct returns the dtype of elements with named fields, size bytes each. The
// fields must have a fixed size and lie one after the other within the element;
// gaps between them are allowed.
func Struct(fields []Field, size int) (DType, error) {
	if len(fields) == 0 || len(fields) > maxFields {
		return DType{}, errf("Struct", ErrDType, "%d fields; there may be 1 to %d", len(fields), maxFields)
	}
	var text strings.Builder
	end := 0
	seen := map[string]bool{}
	for i, f := range fields {
		switch {
		case f.Name == "" || seen[f.Name]:
			return DType{}, errf("Struct", ErrDType, "field %d is called %q; every field needs a name of its own", i, f.Name)
		case !f.DType.Valid() || f.DType.Size() <= 0:
			return DType{}, errf("Struct", ErrDType, "field %q of %v has no fixed size", f.Name, f.DType)
		case f.Offset < end || f.DType.Size() > size-f.Offset:
			return DType{}, errf("Struct", ErrDType, "field %q of %d bytes at %d in an element of %d bytes", f.Name, f.DType.Size(), f.Offset, size)
		}
		seen[f.Name] = true
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(fieldName(f.Name) + " " + f.DType.String())
		if f.Offset != end {
			fmt.Fprintf(&text, " @%d", f.Offset)
		}
		end = f.Offset + f.DType.Size()
	}
	if end != size {
		fmt.Fprintf(&text, "; %d", size)
	}
	if size > 1<<30 {
		return DType{}, errf("Struct", ErrDType, "elements of %d bytes", size)
	}
	return DType{kind: KindStruct, size: int32(size), fields: text.String()}, nil
}

// fieldName quotes a name that can't stand by itself.
func fieldName(name string) string {
	for i, r := range name {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return strconv.Quote(name)
		}
	}
	return name
}

// Fields returns the fields of a struct dtype, in order; of any other nil.
func (d DType) Fields() []Field {
	if d.kind != KindStruct {
		return nil
	}
	p := structParser{rest: d.fields}
	fields, _, _ := p.fields()
	return fields
}

// parseStruct reads a struct dtype as String writes it.
func parseStruct(s string) (DType, error) {
	p := structParser{rest: s}
	d, err := p.dtype()
	if err == nil && p.rest != "" {
		err = fmt.Errorf("%q follows it", p.rest)
	}
	if err != nil {
		return DType{}, fmt.Errorf("nd: unknown dtype %q: %w", s, err)
	}
	return d, nil
}

// structParser reads the text of a struct from its beginning on.
type structParser struct {
	rest  string
	depth int
}

func (p *structParser) cut(prefix string) (ok bool) {
	p.rest, ok = strings.CutPrefix(p.rest, prefix)
	return ok
}

// word returns what comes before the next of the characters.
func (p *structParser) word(ends string) string {
	i := strings.IndexAny(p.rest, ends)
	if i < 0 {
		i = len(p.rest)
	}
	w := p.rest[:i]
	p.rest = p.rest[i:]
	return w
}

func (p *structParser) dtype() (DType, error) {
	if !p.cut("struct{") {
		return ParseDType(p.word(" ,;}"))
	}
	if p.depth++; p.depth > 32 {
		return DType{}, fmt.Errorf("structs nested more than 32 deep")
	}
	fields, size, err := p.fields()
	if err != nil {
		return DType{}, err
	}
	if !p.cut("}") {
		return DType{}, fmt.Errorf("a struct without end")
	}
	p.depth--
	return Struct(fields, size)
}

// fields reads "a int32, b float64 @8; 16".
func (p *structParser) fields() ([]Field, int, error) {
	var fields []Field
	end := 0
	for {
		var f Field
		if q, err := strconv.QuotedPrefix(p.rest); err == nil {
			f.Name, _ = strconv.Unquote(q)
			p.rest = p.rest[len(q):]
		} else {
			f.Name = p.word(" ,;}")
		}
		if !p.cut(" ") {
			return nil, 0, fmt.Errorf("field %q without dtype", f.Name)
		}
		var err error
		if f.DType, err = p.dtype(); err != nil {
			return nil, 0, err
		}
		if f.Offset = end; p.cut(" @") {
			if f.Offset, err = strconv.Atoi(p.word(",;}")); err != nil {
				return nil, 0, err
			}
		}
		end = f.Offset + f.DType.Size()
		if fields = append(fields, f); len(fields) > maxFields {
			return nil, 0, fmt.Errorf("more than %d fields", maxFields)
		}
		if p.cut(", ") {
			continue
		}
		if p.cut("; ") {
			if end, err = strconv.Atoi(p.word("}")); err != nil {
				return nil, 0, err
			}
		}
		return fields, end, nil
	}
}
