package chunkgrid

import (
	"context"
	"fmt"
	"iter"

	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Chunk is a computed chunk and its place.
type Chunk[T nd.Elem] struct {
	Box  nd.Box
	Data *nd.Array[T]
}

// Each computes the array chunk by chunk: chunks come one at a time, in the
// order in which the run walks them, while later ones are being computed. An
// error ends the sequence; leaving the loop stops the run.
func (a *Array[T]) Each(ctx context.Context, opts ...Option) iter.Seq2[Chunk[T], error] {
	return func(yield func(Chunk[T], error) bool) {
		n := a.plan()
		if n.Err != nil {
			yield(Chunk[T]{}, n.Err)
			return
		}
		if ctx == nil {
			yield(Chunk[T]{}, fmt.Errorf("each: %w", storage.ErrContext))
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		chunks := make(chan Chunk[T])
		done := make(chan error, 1)
		go func() {
			out := Out{out: exec.Out{Node: n, Each: func(box nd.Box, buf []byte) error {
				data := nd.AsSlice[T](append(nd.MakeBytes(len(buf))[:0], buf...))
				arr, err := inMemory(n.DType, data[:box.Size()], box.Shape, nd.CStrides(box.Shape))
				if err != nil {
					return err
				}
				select {
				case chunks <- Chunk[T]{box, arr}:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}}}
			_, err := execute(ctx, []Out{out}, configure(opts))
			done <- err
			close(chunks)
		}()
		for c := range chunks {
			if !yield(c, nil) {
				cancel()
				for range chunks { // let the run end before the caller goes on
				}
				return
			}
		}
		if err := <-done; err != nil {
			yield(Chunk[T]{}, err)
		}
	}
}
