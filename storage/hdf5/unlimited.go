//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// unlimited is H5S_UNLIMITED, a limit that is none.
const unlimited = math.MaxUint64

// setUnlimited marks the axes that can grow: those of the Spec and, where the
// array has them, those that names lists for all arrays.
func (p *plan) setUnlimited(s storage.Spec, names []string) {
	p.unlimited = make([]bool, len(s.Shape))
	copy(p.unlimited, s.Unlimited)
	for _, name := range names {
		k := slices.Index(s.Dims, name)
		if n, err := strconv.Atoi(name); k < 0 && err == nil && n >= 0 && n < len(s.Shape) {
			k = n
		}
		if k >= 0 {
			p.unlimited[k] = true
		}
	}
	p.d.max = *sizesOf(s.Shape)
	for k, grows := range p.unlimited {
		if grows {
			p.d.max[k] = unlimited
		}
	}
}

// listed returns the words of an option, "a, b"; "" has none.
func listed(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
	for i, w := range words {
		words[i] = strings.TrimSpace(w)
	}
	return words
}

// limitsOf returns how long the axes of a dataset in chunks can get, and which of
// them as long as one likes: nil where there is none.
func limitsOf(d *C.nd_dataset) (limits []int, free []bool) {
	limits, free = make([]int, d.rank), make([]bool, d.rank)
	for k := range limits {
		limits[k], free[k] = int(min(uint64(d.max[k]), math.MaxInt)), d.max[k] == unlimited
	}
	if !slices.Contains(free, true) {
		free = nil
	}
	return limits, free
}
