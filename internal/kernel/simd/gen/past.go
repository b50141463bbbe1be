package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pastDoc is what routines with a parameter past say about it.
const pastDoc = "Stores of whole vectors go past the caches if past isn't 0; dst is aligned to a vector then."

// pastStores chooses between stores while a routine runs. Those past the caches
// lie behind its end.
type pastStores struct {
	past  reg.Register
	apart []func()
}

func newPastStores() *pastStores { return &pastStores{past: Load(Param("past"), GP64())} }

// store writes a vector.
func (p *pastStores) store(v Op, m Mem, ordinary func(...Op), past func(v, m Op)) {
	apart, stored := fmt.Sprintf("past%d", len(p.apart)), fmt.Sprintf("stored%d", len(p.apart))
	TESTQ(p.past, p.past)
	JNE(LabelRef(apart))
	ordinary(v, m)
	Label(stored)
	p.apart = append(p.apart, func() {
		Label(apart)
		past(v, m)
		JMP(LabelRef(stored))
	})
}

// end writes what lies behind the routine's end.
func (p *pastStores) end() {
	for _, f := range p.apart {
		f()
	}
}
