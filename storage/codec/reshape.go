package codec

import (
	"fmt"

	"github.com/ndgrid/ndgrid/nd"
)

// bindReshape is array→array: elements stay where they are. A length is a number,
// -1 for what follows from the others, or a list of axes: the product of theirs.
func bindReshape(p Params, in data) (codec, data, error) {
	if err := p.check("shape"); err != nil {
		return nil, in, err
	}
	if !in.Array {
		return nil, in, fmt.Errorf("bytes enter where an array should")
	}
	list, ok := p["shape"].([]any)
	if lengths, err := ints(p["shape"]); !ok && err == nil {
		for _, n := range lengths {
			list = append(list, n)
		}
	} else if !ok {
		return nil, in, fmt.Errorf("shape: %w", err)
	}
	shape, axes, err := reshaped(list, in.Shape)
	if err != nil {
		return nil, in, err
	}
	if !aligned(shape, in.Shape, axes) {
		return nil, in, fmt.Errorf("shape %v for an array of shape %v", list, in.Shape)
	}
	in.Shape = shape
	return nil, in, nil
}

// reshaped returns the lengths that a list stands for, where an array of a shape
// comes in, and the axes of it that each names.
func reshaped(list []any, of []int) (shape []int, axes [][]int, err error) {
	n, err := nd.SizeOf(of)
	if err != nil {
		return nil, nil, err
	}
	shape, axes = make([]int, len(list)), make([][]int, len(list))
	open, known, next := -1, 1, 0
	for i, v := range list {
		if axes[i], err = ints(v); err != nil {
			if shape[i], err = toInt(v); err != nil || shape[i] < 1 && shape[i] != -1 || shape[i] == -1 && open >= 0 {
				return nil, nil, fmt.Errorf("shape %v", list)
			}
			if shape[i] == -1 {
				open = i
				continue
			}
		} else {
			shape[i] = 1
			for _, k := range axes[i] {
				if k < next || k >= len(of) {
					return nil, nil, fmt.Errorf("shape %v for an array of shape %v", list, of)
				}
				shape[i] *= of[k]
				next = k + 1
			}
		}
		if shape[i] != 0 && known > n/shape[i] {
			return nil, nil, fmt.Errorf("shape %v for an array of shape %v", list, of)
		}
		known *= shape[i]
	}
	if open >= 0 && known > 0 {
		shape[open] = n / known
	}
	return shape, axes, nil
}

// aligned reports whether elements that lie in a shape fill another one, and
// whether an index along an axis that stands for some of the other's is one along
// these: as many elements lie before, and behind.
func aligned(shape, of []int, axes [][]int) bool {
	for i, list := range axes {
		if k := len(list); k > 0 && (product(shape[:i]) != product(of[:list[0]]) || product(shape[i+1:]) != product(of[list[k-1]+1:])) {
			return false
		}
	}
	return product(shape) == product(of)
}

// product is of lengths of an array, or part of them.
func product(lengths []int) int {
	n := 1
	for _, l := range lengths {
		n *= l
	}
	return n
}
