package kernel

import (
	"github.com/ndgrid/ndgrid/nd"
)

// Level is a set of vector instructions that routines are written for.
type Level uint8

// The levels; each has the routines of those below it. Plain is Go code alone,
// and the definition of what the others compute.
const (
	Plain  Level = iota
	AVX2         // with FMA
	AVX512       // F, DQ, BW and VL
	numLevels
)

// String returns the level's name: "plain Go", "AVX2", "AVX-512".
func (l Level) String() string { return [...]string{"plain Go", "AVX2", "AVX-512"}[l] }

// best is the highest level this machine has; level is the one in use. Only
// tests change it, and what is bound keeps the routines it was bound with.
var (
	best  = detect()
	level = best
)

// Levels returns the levels this machine has, Plain first.
func Levels() []Level { return []Level{Plain, AVX2, AVX512}[:best+1] }

// faster holds loops that take the place of plain ones from a level up, by
// what they are looked up with. They give the same bits.
type faster[K comparable, F any] [numLevels]map[K]F

func (f *faster[K, F]) add(from Level, k K, loop F) {
	if f[from] == nil {
		f[from] = map[K]F{}
	}
	f[from][k] = loop
}

// find returns the fastest loop, if there is one beside the plain one.
func (f *faster[K, F]) find(k K) (loop F, ok bool) {
	for l := level; l > Plain; l-- {
		if loop, ok := f[l][k]; ok {
			return loop, true
		}
	}
	return loop, false
}

// opOf is an operation of one dtype, by its kind.
type opOf struct {
	kind nd.Kind
	name string
}

// fast are the loops that take the place of those in the table, or of fused ones.
var fast faster[opOf, Loop]

// accelerate makes loop take the place of the plain one from a level up.
func accelerate(from Level, k nd.Kind, name string, loop Loop) { fast.add(from, opOf{k, name}, loop) }

// loopOf returns the fastest loop of an operation in the table.
func loopOf(k nd.Kind, name string) Loop {
	if f, ok := fast.find(opOf{k, name}); ok {
		return f
	}
	return loops[k][name].loop
}
