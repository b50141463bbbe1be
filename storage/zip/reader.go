package zip

import (
	"context"
	"fmt"
	"io"

	"github.com/ndgrid/ndgrid/storage"
)

// reader is a value of a store as an io.ReaderAt. With a budget it reads ahead:
// the list of entries is read in small steps, each of which would be a request.
type reader struct {
	ctx    context.Context
	value  storage.Value
	size   int64
	budget int64 // bytes it may still read; 0: no limit, and nothing is read ahead
	buf    []byte
	bufAt  int64
}

// ahead is how much is read at once; most lists fit it.
const ahead = 256 << 10

// ReadAt reads from the value, or from what was read ahead.
func (r *reader) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at >= r.size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), r.size-at)
	short := want < int64(len(p))
	if r.budget == 0 {
		b, err := storage.GetRange(r.ctx, r.value.Store, r.value.Key, at, want, p[:0])
		if n := copy(p, b); err != nil || int64(n) < want || short {
			return n, ended(err)
		}
		return len(p), nil
	}
	if at < r.bufAt || at+want > r.bufAt+int64(len(r.buf)) {
		if err := r.fill(at, want); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.buf[min(at-r.bufAt, int64(len(r.buf))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func ended(err error) error {
	if err == nil {
		err = io.EOF
	}
	return err
}

// fill reads ahead from at, or what lies before the end of the value: what is
// wanted first is there, and the list just before it.
func (r *reader) fill(at, want int64) (err error) {
	at = max(0, min(at, r.size-ahead))
	n := min(max(want, ahead), r.size-at)
	if r.budget -= n; r.budget <= 0 {
		return fmt.Errorf("%w: the list of entries has more than %d bytes", storage.ErrUnsupported, maxDirectory)
	}
	r.buf, err = storage.GetRange(r.ctx, r.value.Store, r.value.Key, at, n, r.buf[:0])
	r.bufAt = at
	return err
}
