package codec

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// nativeLittle tells the byte order of this machine.
var nativeLittle = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// bindBytes is array→bytes: elements in C order in a byte order.
func bindBytes(p Params, in data) (codec, data, error) {
	endian, err := p.string("endian")
	if err == nil {
		err = p.check("endian")
	}
	if err != nil {
		return nil, in, err
	}
	if !in.Array {
		return nil, in, fmt.Errorf("bytes enter where an array should")
	}
	word := in.DType.WordSize()
	swapped := word > 1 && (endian == "little") != nativeLittle
	out := data{DType: in.DType, swapped: swapped, Size: in.Size, Exact: in.Exact}
	switch {
	case word == 1:
		return nil, out, nil
	case endian != "little" && endian != "big":
		return nil, in, fmt.Errorf("endian %q for %s; it is little or big", endian, in.DType)
	case !swapped:
		return nil, out, nil
	}
	return swap(word), out, nil
}

// swap reverses the bytes of every word.
type swap int

func (w swap) Encode(dst, src []byte) ([]byte, error) { return w.Decode(dst, src) }

func (w swap) Decode(dst, src []byte) ([]byte, error) {
	if len(src)%int(w) != 0 {
		return dst, corrupt("%d bytes are no whole number of %d-byte words", len(src), int(w))
	}
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	reverseWords(dst[n:], src, int(w))
	return dst, nil
}

func (w swap) Cost() (encode, decode int) { return 0, 0 }

// reverseWords writes the words of src to dst, which may be src, with their bytes
// in reverse order.
func reverseWords(dst, src []byte, size int) {
	switch size {
	case 2:
		for i := 0; i+2 <= len(src); i += 2 {
			binary.BigEndian.PutUint16(dst[i:i+2], binary.LittleEndian.Uint16(src[i:i+2]))
		}
	case 4:
		for i := 0; i+4 <= len(src); i += 4 {
			binary.BigEndian.PutUint32(dst[i:i+4], binary.LittleEndian.Uint32(src[i:i+4]))
		}
	case 8:
		for i := 0; i+8 <= len(src); i += 8 {
			binary.BigEndian.PutUint64(dst[i:i+8], binary.LittleEndian.Uint64(src[i:i+8]))
		}
	}
}

// bindTranspose is array→array: axis i of the result is axis order[i] of the
// array.
func bindTranspose(p Params, in data) (codec, data, error) {
	if err := p.check("order"); err != nil {
		return nil, in, err
	}
	if !in.Array {
		return nil, in, fmt.Errorf("bytes enter where an array should")
	}
	order, err := ints(p["order"])
	if err != nil {
		return nil, in, fmt.Errorf("order: %w", err)
	}
	sorted := slices.Sorted(slices.Values(order))
	for i, o := range sorted {
		if o != i {
			return nil, in, fmt.Errorf("order %v is no permutation of the axes", order)
		}
	}
	if len(order) != len(in.Shape) {
		return nil, in, fmt.Errorf("order %v for shape %v", order, in.Shape)
	}
	if slices.Equal(order, sorted) {
		return nil, in, nil
	}
	t := &transpose{enc: newPermute(in.Shape, order, in.DType.Size())}
	inverse := make([]int, len(order))
	out := in
	out.Shape = make([]int, len(order))
	for i, o := range order {
		inverse[o] = i
		out.Shape[i] = in.Shape[o]
	}
	t.dec = newPermute(out.Shape, inverse, in.DType.Size())
	return t, out, nil
}

type transpose struct{ enc, dec permute }

func (t *transpose) Encode(dst, src []byte) ([]byte, error) { return t.enc.apply(dst, src) }
func (t *transpose) Decode(dst, src []byte) ([]byte, error) { return t.dec.apply(dst, src) }
func (t *transpose) Cost() (encode, decode int)             { return 0, 0 }

// permute copies an array with its axes in another order: shape and, in bytes,
// the strides of the source along the axes of the result.
type permute struct {
	shape, strides []int
	item, size     int
}

func newPermute(shape, order []int, item int) permute {
	strides := make([]int, len(shape))
	n := item
	for k := len(shape) - 1; k >= 0; k-- {
		strides[k] = n
		n *= shape[k]
	}
	p := permute{item: item, size: n}
	for _, o := range order {
		// An axis that follows its neighbour as it did before is one with it.
		if k := len(p.shape) - 1; k >= 0 && p.strides[k] == strides[o]*shape[o] {
			p.shape[k] *= shape[o]
			p.strides[k] = strides[o]
			continue
		}
		p.shape = append(p.shape, shape[o])
		p.strides = append(p.strides, strides[o])
	}
	return p
}

func (p permute) apply(dst, src []byte) ([]byte, error) {
	if len(src) != p.size {
		return dst, corrupt("%d bytes, there should be %d", len(src), p.size)
	}
	n := len(dst)
	dst = slices.Grow(dst, p.size)[:n+p.size]
	if p.size > 0 {
		p.copy(dst[n:], src)
	}
	return dst, nil
}

// copy walks the result in C order, two innermost axes at a time, those in
// square tiles so that neither side misses the cache at every element.
func (p permute) copy(dst, src []byte) {
	d := len(p.shape)
	shape, strides := p.shape, p.strides
	if d < 2 {
		shape, strides = append([]int{1}, shape...), append([]int{0}, strides...)
		d = len(shape)
	}
	rows, cols := shape[d-2], shape[d-1]
	rs, cs := strides[d-2], strides[d-1]
	outer := shape[:d-2]
	idx := make([]int, len(outer))
	out, off := 0, 0
	for {
		copyPlane(dst[out:out+rows*cols*p.item], src[off:], rows, cols, rs, cs, p.item)
		out += rows * cols * p.item
		k := len(outer) - 1
		for ; k >= 0; k-- {
			idx[k]++
			off += strides[k]
			if idx[k] < outer[k] {
				break
			}
			off -= idx[k] * strides[k]
			idx[k] = 0
		}
		if k < 0 {
			return
		}
	}
}

// planeTile is the side of copyPlane's tiles: 32 rows of 8-byte elements are
// four cache lines wide and stay in the L1 cache.
const planeTile = 32

// copyPlane gathers rows×cols elements with the given strides in bytes.
func copyPlane(dst, src []byte, rows, cols, rs, cs, item int) {
	if cs == item { // rows are contiguous
		for r := range rows {
			copy(dst[r*cols*item:(r+1)*cols*item], src[r*rs:])
		}
		return
	}
	for r0 := 0; r0 < rows; r0 += planeTile {
		r1 := min(r0+planeTile, rows)
		for c0 := 0; c0 < cols; c0 += planeTile {
			c1 := min(c0+planeTile, cols)
			for r := r0; r < r1; r++ {
				copyRow(dst[(r*cols+c0)*item:(r*cols+c1)*item], src[r*rs+c0*cs:], cs, item)
			}
		}
	}
}

// copyRow gathers elements that lie stride bytes apart.
func copyRow(dst, src []byte, stride, item int) {
	s := 0
	switch item {
	case 1:
		for i := range dst {
			dst[i] = src[s]
			s += stride
		}
	case 2:
		for i := 0; i+2 <= len(dst); i += 2 {
			binary.NativeEndian.PutUint16(dst[i:i+2], binary.NativeEndian.Uint16(src[s:]))
			s += stride
		}
	case 4:
		for i := 0; i+4 <= len(dst); i += 4 {
			binary.NativeEndian.PutUint32(dst[i:i+4], binary.NativeEndian.Uint32(src[s:]))
			s += stride
		}
	case 8:
		for i := 0; i+8 <= len(dst); i += 8 {
			binary.NativeEndian.PutUint64(dst[i:i+8], binary.NativeEndian.Uint64(src[s:]))
			s += stride
		}
	default:
		for i := 0; i < len(dst); i += item {
			copy(dst[i:i+item], src[s:s+item])
			s += stride
		}
	}
}
