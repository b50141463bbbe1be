package table

import (
	"context"
	"sync"
)

// keepBytes bounds the values that a table keeps of columns nobody has asked for yet.
const keepBytes = 16 << 20

// ahead are values of a chunk that were parsed with those of the columns before them.
// Finding the fields of one column takes as long as finding those of all, so that who
// goes through columns one after the other gets twice as many parsed each time: the
// text is gone through a few times, not as often as there are columns.
type ahead struct {
	busy  sync.Mutex
	width int      // columns that were parsed last
	next  int      // the column behind the one that was given last
	kept  []parser // of the columns from next on
}

// read hands over the values of a column.
func (a *ahead) read(ctx context.Context, column int, take func(Column), c *chunkReader) error {
	if !a.busy.TryLock() { // somebody else goes through columns
		return c.alone(ctx, column, take)
	}
	defer a.busy.Unlock()
	if column != a.next {
		a.width, a.kept = 0, nil
	}
	a.next = column + 1
	if len(a.kept) == 0 {
		a.width = max(1, min(2*a.width, c.room()))
		if a.width == 1 {
			return c.alone(ctx, column, take)
		}
		var err error
		if a.kept, err = c.together(ctx, column, a.width); err != nil { // of another column, perhaps
			a.width, a.kept = 0, nil
			return c.alone(ctx, column, take)
		}
		a.width = len(a.kept)
	}
	values, err := a.kept[0].column()
	a.kept[0], a.kept = nil, a.kept[1:]
	if err == nil {
		take(values)
	}
	return err
}

// room is how many columns of numbers may be kept.
func (c *chunkReader) room() int { return c.f.keep / 8 / max(c.f.rows, 1) }

// parsers returns parsers for some columns, and ones that skip for the others.
func (c *chunkReader) parsers(from, to int) ([]parser, error) {
	all := make([]parser, len(c.f.names))
	for i := range all {
		all[i] = skipped{}
		if i >= from && i < to {
			var err error
			if all[i], err = newParser(c.f.types[i], c.f.layouts[i], 0); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// alone parses one column, and hands over its values piece by piece.
func (c *chunkReader) alone(ctx context.Context, column int, take func(Column)) error {
	columns, err := c.parsers(column, column+1)
	if err != nil {
		return err
	}
	return c.parse(ctx, columns, func(p *part) error {
		values, err := p.columns[column].column()
		if err == nil {
			take(values)
		}
		return err
	})
}

// together parses a column and those behind it, as many as there are, or as there is
// room for.
func (c *chunkReader) together(ctx context.Context, from, width int) (kept []parser, err error) {
	to := min(from+width, len(c.f.names))
	columns, err := c.parsers(from, to)
	if err != nil {
		return nil, err
	}
	for i := from; i < to; i++ {
		all, _ := newParser(c.f.types[i], c.f.layouts[i], c.m.rows) // as above
		kept = append(kept, all)
	}
	room := int(int64(c.f.keep) * int64(c.m.rows) / int64(c.f.rows))
	err = c.parse(ctx, columns, func(p *part) error {
		bytes := 0
		for k, all := range kept {
			p.columns[from+k].move(all, 0, p.rows)
			if bytes += all.bytes(); bytes > room && k > 0 {
				kept = kept[:k]
				break
			}
		}
		for i := from + len(kept); i < to; i++ {
			p.columns[i] = skipped{}
		}
		return nil
	})
	return kept, err
}
