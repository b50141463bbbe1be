package table

import (
	"context"
	"fmt"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Text returns a column of text as an array in storage, whose chunks are those of
// the other columns. storage.ReadStrings reads some rows of it, and parses that
// column only; missing text is the empty text. A column of another dtype is
// nd.ErrDType.
func (f *Files) Text(name string) (storage.StringReader, error) {
	c, err := f.column(name)
	if err != nil {
		return nil, err
	}
	if c.meta.DType != nd.Text {
		return nil, fmt.Errorf("%w: column %q is %v, not text", nd.ErrDType, name, c.meta.DType)
	}
	return lazyText{c}, nil
}

// lazyText is a column of text.
type lazyText struct{ *lazyColumn }

// ReadCost is the text of the longest chunk beside what other columns need.
func (t lazyText) ReadCost() int {
	longest := int64(0)
	for _, m := range t.files.marks {
		longest = max(longest, m.to-m.from)
	}
	return int(longest) + t.lazyColumn.ReadCost()
}

// ReadChunk fails: texts have no size.
func (t lazyText) ReadChunk(context.Context, []int, []byte) (bool, error) {
	return false, fmt.Errorf("%w: text is read by ReadStrings", nd.ErrDType)
}

// ReadStrings reads some rows.
func (t lazyText) ReadStrings(ctx context.Context, coord []int) (elems []string, present bool, err error) {
	elems = make([]string, 0, t.files.marks[coord[0]].rows)
	err = t.read(ctx, coord, func(values Column) { elems = values.(*Strings).appendTo(elems) })
	return elems, err == nil, err
}
