package codec

import (
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
)

// bindShuffle is bytes→bytes: first the first bytes of all elements, then the
// second ones, and so on; what is left over at the end stays as it is. An
// elementsize of 1 changes nothing.
func bindShuffle(p Params, in data) (codec, data, error) {
	size, err := p.int("elementsize", 4, 1, 1<<16)
	if err == nil {
		err = p.check("elementsize")
	}
	if err != nil {
		return nil, in, err
	}
	if size == 1 {
		return nil, data{Size: in.Size, Exact: in.Exact}, nil
	}
	return shuffle(size), data{Size: in.Size, Exact: in.Exact}, nil
}

type shuffle int

func (s shuffle) Encode(dst, src []byte) ([]byte, error) {
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	kernel.Shuffle(dst[n:], src, int(s))
	return dst, nil
}

func (s shuffle) Decode(dst, src []byte) ([]byte, error) {
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	kernel.Unshuffle(dst[n:], src, int(s))
	return dst, nil
}

func (shuffle) Cost() (encode, decode int) { return 0, 0 }
