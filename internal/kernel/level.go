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

// fast holds loops that take the place of those in the table, by level. They
// give the same bits.
var fast [numLevels]map[nd.Kind]map[string]Loop

// accelerate makes loop take the place of the plain one from a level up.
func accelerate(from Level, k nd.Kind, name string, loop Loop) {
	if fast[from] == nil {
		fast[from] = map[nd.Kind]map[string]Loop{}
	}
	if fast[from][k] == nil {
		fast[from][k] = map[string]Loop{}
	}
	fast[from][k][name] = loop
}

// loopOf returns the fastest loop of an operation in the table.
func loopOf(k nd.Kind, name string) Loop {
	if f, ok := fastLoop(k, name); ok {
		return f
	}
	return loops[k][name].loop
}

// fastLoop returns the fastest loop in assembly, if there is one.
func fastLoop(k nd.Kind, name string) (Loop, bool) {
	for l := level; l > Plain; l-- {
		if f, ok := fast[l][k][name]; ok {
			return f, true
		}
	}
	return nil, false
}
