package kernel

import (
	"math"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
)

// MatMul adds the product of the matrices a (m×k) and b (k×n) to c (m×n). Rows
// are contiguous and lie ldc, lda and ldb elements apart. Every element of c
// takes the products in the order of k, each with a fused multiply-add, so that
// its bits depend on its row and its column alone: not on the level, nor on
// how the matrices are cut.
func MatMul[T nd.Float](c, a, b []T, m, n, k, ldc, lda, ldb int) {
	if m <= 0 || n <= 0 || k <= 0 {
		return
	}
	_, _, _ = c[(m-1)*ldc+n-1], a[(m-1)*lda+k-1], b[(k-1)*ldb+n-1]
	if g, ok := gemmerOf[T](); ok && g.pays(m, n) {
		g.multiply(c, a, b, m, n, k, ldc, lda, ldb)
		return
	}
	switch c := any(c).(type) {
	case []float64:
		matMul64(c, any(a).([]float64), any(b).([]float64), m, n, k, ldc, lda, ldb)
	case []float32:
		matMul32(c, any(a).([]float32), any(b).([]float32), m, n, k, ldc, lda, ldb)
	}
}

// The plain loops go through strips of b that stay in the cache.
const (
	stripDepth = 64
	stripCols  = 512
)

func matMul64(c, a, b []float64, m, n, k, ldc, lda, ldb int) {
	for j := 0; j < n; j += stripCols {
		w := min(stripCols, n-j)
		for l0 := 0; l0 < k; l0 += stripDepth {
			for i := range m {
				row := c[i*ldc+j:][:w]
				for l := l0; l < min(l0+stripDepth, k); l++ {
					x, y := a[i*lda+l], b[l*ldb+j:][:len(row)]
					for q := range row {
						row[q] = math.FMA(x, y[q], row[q])
					}
				}
			}
		}
	}
}

func matMul32(c, a, b []float32, m, n, k, ldc, lda, ldb int) {
	for j := 0; j < n; j += stripCols {
		w := min(stripCols, n-j)
		for l0 := 0; l0 < k; l0 += stripDepth {
			for i := range m {
				row := c[i*ldc+j:][:w]
				for l := l0; l < min(l0+stripDepth, k); l++ {
					x, y := a[i*lda+l], b[l*ldb+j:][:len(row)]
					for q := range row {
						row[q] = fusedAdd32(x, y[q], row[q])
					}
				}
			}
		}
	}
}

// fusedAdd32 returns x*y+z rounded once. The product is exact in 64 bits; their
// sum is rounded to odd, which keeps the second rounding from falling on the
// wrong side of a tie (Boldo and Melquiond, "Emulation of FMA and correctly
// rounded sums: proved algorithms using rounding to odd", 2008).
func fusedAdd32(x, y, z float32) float32 {
	p, q := float64(float64(x)*float64(y)), float64(z)
	s := p + q
	t := s - p
	rest := (p - (s - t)) + (q - t) // what s lacks, exactly
	if bits := math.Float64bits(s); rest != 0 && bits&1 == 0 && !math.IsInf(s, 0) && !math.IsNaN(rest) {
		if (rest > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return float32(s)
}

// gemmer is a routine that adds the product of packed panels to a tile of rows
// by cols elements.
type gemmer[T nd.Float] struct {
	rows, cols int
	tile       func(c, a, b *T, k, stride int)
}

// gemmers are the routines in assembly by level.
var (
	gemmers64 [numLevels]gemmer[float64]
	gemmers32 [numLevels]gemmer[float32]
)

func gemmerOf[T nd.Float]() (gemmer[T], bool) {
	var g any = gemmers64[level]
	if _, ok := g.(gemmer[T]); !ok {
		g = gemmers32[level]
	}
	f := g.(gemmer[T])
	return f, f.tile != nil
}

// pays reports whether whole tiles don't cost more than the plain loops, which
// take the time of four fused multiply-adds of a vector for one.
func (g gemmer[T]) pays(m, n int) bool {
	tiles := ((m + g.rows - 1) / g.rows) * ((n + g.cols - 1) / g.cols)
	return tiles*g.rows*g.cols <= 4*m*n
}

// The panels that are packed: panelDepth products at a time of panelRows rows
// of a, which stay in the L2 cache, and of panelCols columns of b. The numbers
// are multiples of what every tile has.
const (
	panelDepth = 256
	panelRows  = 96
	panelCols  = 960
	tileMost   = 8 * 48 // elements of the largest tile
)

// panels is the memory of packed panels, and of a tile at the edge.
type panels[T nd.Float] struct {
	a, b, c []T
}

// PanelBytes is the memory that one call of MatMul takes beside its arguments.
const PanelBytes = 8 * (panelDepth*(panelRows+panelCols) + tileMost)

// idle64 and idle32 hold panels that nobody uses (*panels[T]).
var idle64, idle32 sync.Pool

func (g gemmer[T]) multiply(c, a, b []T, m, n, k, ldc, lda, ldb int) {
	size := nd.DTypeOf[T]().Size()
	pool := &idle64
	if size == 4 {
		pool = &idle32
	}
	p, ok := pool.Get().(*panels[T])
	if !ok {
		part := func(n int) []T { return view[T](nd.MakeBytes(n * size)) }
		p = &panels[T]{part(panelDepth * panelRows), part(panelDepth * panelCols), part(tileMost)}
	}
	defer pool.Put(p)
	for j := 0; j < n; j += panelCols {
		w := min(panelCols, n-j)
		for l := 0; l < k; l += panelDepth {
			depth := min(panelDepth, k-l)
			packColumns(p.b, b[l*ldb+j:], depth, w, ldb, g.cols)
			for i := 0; i < m; i += panelRows {
				h := min(panelRows, m-i)
				packRows(p.a, a[i*lda+l:], h, depth, lda, g.rows)
				g.panel(c[i*ldc+j:], p, h, w, depth, ldc)
			}
		}
	}
}

// packColumns lays panels of cols columns of b (depth×n) one behind the other,
// row by row; the last is filled up with zeros.
func packColumns[T nd.Float](dst, b []T, depth, n, ldb, cols int) {
	for j := 0; j < n; j += cols {
		w := min(cols, n-j)
		for l := range depth {
			row := dst[:cols]
			dst = dst[cols:]
			copy(row, b[l*ldb+j:][:w])
			clear(row[w:])
		}
	}
}

// packRows lays panels of rows rows of a (m×depth) one behind the other, column
// by column; the last is filled up with zeros.
func packRows[T nd.Float](dst, a []T, m, depth, lda, rows int) {
	size := nd.DTypeOf[T]().Size()
	for i := 0; i < m; i += rows {
		h := min(rows, m-i)
		panel := dst[:rows*depth]
		dst = dst[rows*depth:]
		if h < rows {
			clear(panel)
		}
		Transpose(nd.AsBytes(panel), nd.AsBytes(a[i*lda:]), h, depth, rows, lda, size, false)
	}
}

// panel adds the product of packed panels to c (m×n), tile by tile. A tile that
// reaches over the edge is computed beside it.
func (g gemmer[T]) panel(c []T, p *panels[T], m, n, depth, ldc int) {
	size := nd.DTypeOf[T]().Size()
	for j := 0; j < n; j += g.cols {
		for i := 0; i < m; i += g.rows {
			x, y := &p.a[i*depth], &p.b[j*depth]
			h, w := min(g.rows, m-i), min(g.cols, n-j)
			if h == g.rows && w == g.cols {
				g.tile(&c[i*ldc+j], x, y, depth, ldc*size)
				continue
			}
			for r := range h {
				copy(p.c[r*g.cols:][:w], c[(i+r)*ldc+j:])
			}
			g.tile(&p.c[0], x, y, depth, g.cols*size)
			for r := range h {
				copy(c[(i+r)*ldc+j:][:w], p.c[r*g.cols:])
			}
		}
	}
}
