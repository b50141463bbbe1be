package delayed_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/delayed"
)

// TestErrorAmongMany: of 100,000 calls one fails; the error names it, and the
// calls that need it aren't made.
func TestErrorAmongMany(t *testing.T) {
	var after atomic.Int32
	call := delayed.Try1(func(_ context.Context, i int) (int, error) {
		if i == 77_777 {
			return 0, errors.New("no such file")
		}
		return i, nil
	})
	use := delayed.Func1(func(i int) int { after.Add(1); return i })
	values := make([]delayed.Value[int], 100_000)
	for i := range values {
		values[i] = call(delayed.Of(i))
	}
	_, err := use(delayed.Sum(values...)).Compute(t.Context(), chunkgrid.Workers(4))
	require.ErrorContains(t, err, "(77777): no such file")
	var e *delayed.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "77777", e.Args)
	assert.Zero(t, after.Load())
}
