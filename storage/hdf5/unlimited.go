//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// unlimited is H5S_UNLIMITED, a limit that is none.
const unlimited = math.MaxUint64

// setUnlimited marks the axes that can grow: those that the Spec lists, each of
// which it must have, and those that names lists for all arrays.
func (p *plan) setUnlimited(s storage.Spec, names []string) error {
	p.d.max = *sizesOf(s.Shape)
	own := listed(s.Options["unlimited"])
	for i, name := range slices.Concat(own, names) {
		k := slices.Index(s.Dims, name)
		if n, err := strconv.Atoi(name); k < 0 && err == nil && n >= 0 && n < len(s.Shape) {
			k = n
		}
		if k >= 0 {
			p.unlimited[k], p.d.max[k] = true, unlimited
		} else if i < len(own) {
			return fmt.Errorf("%w: option unlimited: no dimension %q in shape %v with dimensions %q", nd.ErrAxis, name, s.Shape, s.Dims)
		}
	}
	return nil
}

// listed returns the words of an option, "a, b"; "" has none.
func listed(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
	for i, w := range words {
		words[i] = strings.TrimSpace(w)
	}
	return words
}

// limitsOf returns how long the axes of a dataset in chunks can get.
func limitsOf(d *C.nd_dataset) []int {
	limits := make([]int, d.rank)
	for k := range limits {
		limits[k] = int(min(uint64(d.max[k]), math.MaxInt))
	}
	return limits
}
