package exec

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Workers that begin on one processor end on two, and may run on all as before.
func TestProcessors(t *testing.T) {
	var allowed unix.CPUSet
	require.NoError(t, unix.SchedGetaffinity(0, &allowed))
	first := 0
	for !allowed.IsSet(first) {
		first++
	}
	var one unix.CPUSet
	one.Set(first)
	var p Processors
	for range 3 {
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			runtime.LockOSThread() // for ever: the thread ends
			assert.NoError(t, unix.SchedSetaffinity(0, &one))
			assert.NoError(t, unix.SchedSetaffinity(0, &allowed))
			p.Claim()
			var after unix.CPUSet
			assert.NoError(t, unix.SchedGetaffinity(0, &after))
			assert.Equal(t, allowed, after)
		}()
		<-gone
	}
	assert.Equal(t, min(3, allowed.Count()), p.taken.Count())
}
