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

// setMax notes how long the axes can get: what the Spec says and, along the axes
// that names lists for all arrays, as long as one likes.
func (p *plan) setMax(s storage.Spec, names []string) error {
	p.max = slices.Clone(s.Shape)
	copy(p.max, s.MaxShape)
	for _, name := range names {
		k := slices.Index(s.Dims, name)
		if n, err := strconv.Atoi(name); k < 0 && err == nil && n >= 0 && n < len(s.Shape) {
			k = n
		}
		if k >= 0 {
			p.max[k] = storage.Unlimited
		}
	}
	for k, n := range p.max {
		switch {
		case n == storage.Unlimited:
			p.d.max[k] = unlimited
		case n < s.Shape[k]:
			return fmt.Errorf("%w: axis %d of length %d can't be limited to %d", nd.ErrShape, k, s.Shape[k], n)
		default:
			p.d.max[k] = C.hsize_t(n)
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

// limitsOf returns how long the axes of a dataset in chunks can get, and the same
// for Meta: nil where they can't grow.
func limitsOf(d *C.nd_dataset, shape []int) (limits, maxShape []int) {
	limits = make([]int, d.rank)
	for k := range limits {
		limits[k] = int(min(uint64(d.max[k]), math.MaxInt))
	}
	if slices.Equal(limits, shape) {
		return limits, nil
	}
	maxShape = slices.Clone(limits)
	for k := range maxShape {
		if d.max[k] == unlimited {
			maxShape[k] = storage.Unlimited
		}
	}
	return limits, maxShape
}
