package table

// piece is a part on its way to the chunk, or chunks, that its rows are in.
type piece struct {
	part
	own    []parser // with memory of their own; nil: not made yet
	seated []parser // with memory of a room; nil: not made yet
	first  *room    // of the chunk that the first row is in, if every row has a line; nil: not known
	last   *room    // of that of the last row: the same, or the next
	lines  int
}

// room is the memory of a chunk. Pieces have their rows parsed right into it, all at
// the same time, where they would be if every row had a line.
//
// Rows may have more lines (in quotes), and lines be blank. Then the rows of a piece
// are before, never behind, their places, and are moved there when their turn comes;
// from then on pieces have memory of their own.
type room struct {
	columns []parser // of the chunk
	memory  []parser // the same memory; nobody adds to these
	taken   int      // rows
}

// roomBytes bounds the memory that is taken for a chunk before its rows are there.
const roomBytes = 32 << 20

// roomRows is how many rows roomBytes are for.
func (r *reader) roomRows() int { return roomBytes / 8 / len(r.names) }

func (r *reader) newRoom() *room {
	m := &room{}
	m.columns, _ = r.parsers(r.chunk) // they were made before
	m.memory, _ = r.parsers(0)
	for i, c := range m.memory {
		c.within(m.columns[i], 0, r.chunk)
	}
	return m
}

// seat gives a piece memory for its rows: their places in the room of their chunk,
// or its own, if they are in two chunks, or nobody knows in which.
func (r *reader) seat(p *piece) {
	p.lines, p.first, p.last = p.part.lines(), nil, nil
	if p.lines > r.chunk || r.chunk > r.roomRows() {
		r.loose.Store(true)
	}
	if r.loose.Load() {
		r.now = nil
		r.use(p, &p.own)
		return
	}
	if r.now == nil || r.now.taken == r.chunk {
		r.now = r.newRoom()
	}
	p.first = r.now
	from := r.now.taken
	if r.now.taken += p.lines; r.now.taken <= r.chunk {
		r.use(p, &p.seated)
		for i, c := range p.columns {
			c.within(r.now.memory[i], from, r.now.taken)
		}
	} else {
		r.use(p, &p.own)
		over := r.now.taken - r.chunk
		r.now = r.newRoom()
		r.now.taken = over
	}
	p.last = r.now
}

// use lets a piece be parsed by some parsers, which are made where they aren't yet.
func (r *reader) use(p *piece, columns *[]parser) {
	if *columns == nil {
		*columns, _ = r.parsers(0) // they were made before
	}
	p.columns = *columns
}

// chunkFor returns the parsers of a chunk that begins within a piece, of which so many
// rows are left.
func (r *reader) chunkFor(p *piece, rows int) []parser {
	if p.first == nil {
		columns, _ := r.parsers(min(max(rows, r.roomRows()), r.chunk)) // they were made before
		return columns
	}
	next := p.first
	if next == r.full {
		next = p.last
	}
	r.full = next
	return next.columns
}
